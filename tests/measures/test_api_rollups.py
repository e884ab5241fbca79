"""Roll-ups through the API: never a number without its coverage; names and cells only for who may see them."""

from __future__ import annotations

import pytest
from django.test import Client

from backbone.services import keys
from measures.services import rollups
from tests import factories


@pytest.fixture
def work(riverside, october):
    with riverside.scope():
        indicator = factories.make_indicator(riverside.initiative, "completions")
        rate = factories.make_indicator(riverside.initiative, "placed", kind="rate", unit="percent")
        for partner, value in zip(riverside.partners[:2], (300, 0), strict=True):
            factories.make_figure(indicator, partner, october, value)
            factories.make_figure(rate, partner, october, numerator=15, denominator=100 - 50 * (value == 0))
        rollups.rebuild(riverside.initiative)
        riverside.tokens = {
            name: keys.create(owner=member, name="k", role=role, partner=partner, scopes=["read"])[1]
            for name, member, role, partner in (
                ("steward", riverside.people.ana, "data_steward", None),
                ("filer", riverside.people.ben, "partner_filer", riverside.partners[0]),
                ("funder", riverside.people.fay, "funder", None),
            )
        }
    return riverside


def ask(work, query: str, who="steward"):
    bearer = {"Authorization": f"Bearer {work.tokens[who]}"}
    return Client().get(work.api(f"rollups/?{query}"), headers=bearer)


def one(response, **wanted):
    assert response.status_code == 200, response.json()
    (row,) = [r for r in response.json()["rollups"] if all(r[k] == v for k, v in wanted.items())]
    return row


def test_a_rollup_carries_value_kind_coverage_and_state(work):
    row = one(ask(work, "grain=month&since=2026-10&until=2026-10"), indicator="completions")
    assert row["value"] == "300"
    assert (row["filed"], row["expected"], row["state"]) == (2, 3, "partial")
    assert (row["kind"], row["suppressed"]) == ("flow", False)
    assert row["as_of"].endswith("Z")


def test_rates_are_never_averaged(work):
    row = one(ask(work, "grain=month&since=2026-10&until=2026-10"), indicator="placed")
    assert (row["value"], row["numerator"], row["denominator"]) == ("0.2", "30", "150")


def test_the_missing_are_named_to_who_may_know(work):
    row = one(ask(work, "grain=month&missing=true&indicator=completions&since=2026-10"), period="2026-10")
    assert row["missing"] == ["P3"]
    assert ask(work, "grain=month&missing=true", "filer").status_code == 403


def test_partners_own_rollups_stay_with_them(work):
    rows = ask(work, "grain=quarter&by=partner&indicator=completions", "filer").json()["rollups"]
    assert {row["partner"] for row in rows} == {"P1"}
    assert ask(work, "grain=month&categories=true", "filer").status_code == 403


def test_live_rollups_are_not_a_funders(work):
    """What a funder sees is approved and without small groups, as the results page has it: not what stands live."""
    for query in ("grain=month", "grain=quarter&by=partner", "grain=month&categories=true", "grain=month&missing=true"):
        assert ask(work, query, "funder").status_code == 404


def test_another_fiscal_year_regroups_the_same_months(work):
    own = one(ask(work, "grain=year&indicator=completions&since=2026-07"), period="2026-07")
    calendar = one(ask(work, "grain=year&indicator=completions&year_starts=1&since=2026-01"), period="2026-01")
    assert own["value"] == calendar["value"] == "300"
    assert own["state"] == calendar["state"] == "partial"


@pytest.mark.parametrize(
    "query", ["grain=week", "year_starts=13", "graim=month", "since=2026", "indicator=none", "missing=1"]
)
def test_a_wrong_question_is_refused_by_name(work, query):
    response = ask(work, query)
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == query.split("=")[0]


def test_nothing_is_said_to_strangers(work, hillcrest):
    assert Client().get(work.api("rollups/")).status_code == 401
    neighbour = {"Authorization": f"Bearer {work.tokens['steward']}"}
    assert Client().get(hillcrest.api("rollups/"), headers=neighbour).status_code == 404


def test_the_month_before_anybody_filed_is_none_and_not_zero(work):
    row = one(ask(work, "grain=month&indicator=completions&since=2026-09&until=2026-09"), period="2026-09")
    assert (row["value"], row["state"], row["filed"], row["expected"]) == (None, "none", 0, 3)
