"""Targets through the API and as a table: each once, a partner's own only for who may see its figures."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from django.test import Client

from backbone.services import keys
from measures.services import targets
from tests import factories
from tests.measures.test_reading_pages import page


@pytest.fixture
def work(riverside, october):
    with riverside.scope():
        indicator = factories.make_indicator(riverside.initiative, "completions")
        rate = factories.make_indicator(riverside.initiative, "placed", kind="rate", unit="percent")
        by = riverside.people.ana
        targets.put_target(indicator=indicator, period=october, value=Decimal("1100"), by=by)
        for partner, value in zip(riverside.partners[:2], (700, 400), strict=True):
            targets.put_target(indicator=indicator, period=october, value=Decimal(value), partner=partner, by=by)
        numbers = {"numerator": Decimal(60), "denominator": Decimal(100)}
        targets.put_target(indicator=rate, period=october, grain="quarter", band=Decimal("2.5"), by=by, **numbers)
        riverside.tokens = {
            name: keys.create(owner=member, name="k", role=role, partner=partner, scopes=["read"])[1]
            for name, member, role, partner in (
                ("steward", riverside.people.ana, "data_steward", None),
                ("filer", riverside.people.ben, "partner_filer", riverside.partners[0]),
                ("funder", riverside.people.fay, "funder", None),
            )
        }
    return riverside


def ask(work, rest: str = "", who: str = "steward"):
    return Client().get(work.api(f"targets/{rest}"), headers={"Authorization": f"Bearer {work.tokens[who]}"})


def told(answer) -> list[tuple]:
    assert answer.status_code == 200, answer.json()
    return [(row["indicator"], row["partner"], row["value"]) for row in answer.json()["targets"]]


def test_every_target_with_its_numbers_as_text(work):
    rows = ask(work).json()["targets"]
    assert [(row["indicator"], row["partner"]) for row in rows] == [
        ("completions", None), ("completions", "P1"), ("completions", "P2"), ("placed", None),
    ]  # fmt: skip
    shown = {key: value for key, value in rows[-1].items() if key != "id"}
    assert shown == {
        "indicator": "placed", "partner": None, "grain": "quarter", "period": "2026-10", "category": "", "value": None,
        "numerator": "60", "denominator": "100", "band": "2.5",
    }  # fmt: skip
    assert rows[0]["grain"] == "month"
    assert ask(work, f"{rows[0]['id']}/").json() == rows[0]


def test_a_target_of_a_part_names_it(work, october):
    with work.scope():
        factories.make_dimension(work.initiative, "age", "young", "old")
        split = factories.make_indicator(work.initiative, "served", breakdowns=["age"])
        targets.put_target(indicator=split, period=october, value=Decimal(60), category="age:young", by=None)
    rows = ask(work, "?indicator=served").json()["targets"]
    assert [(row["category"], row["value"]) for row in rows] == [("age:young", "60")]


def test_they_are_chosen_by_indicator_partner_and_month(work):
    assert told(ask(work, "?indicator=placed")) == [("placed", None, None)]
    assert told(ask(work, "?partner=P2")) == [("completions", "P2", "400")]
    assert told(ask(work, "?since=2026-11")) == []
    assert ask(work, "?indicator=nothing").status_code == 400
    assert ask(work, "?indikator=placed").status_code == 400


def test_a_partners_own_target_is_for_who_may_see_its_figures(work):
    """Ben sees everybody's together and P1's own; P2's is not there, by whatever way he asks."""
    other = next(row["id"] for row in ask(work).json()["targets"] if row["partner"] == "P2")
    assert [row[1] for row in told(ask(work, who="filer"))] == [None, "P1", None]
    assert told(ask(work, "?partner=P2", "filer")) == []
    assert ask(work, f"{other}/", "filer").status_code == 404
    assert ask(work, who="funder").status_code == 404


def test_the_table_of_targets_as_csv(work):
    answer = page(work, "ana", "indicators/completions/edit/?table=targets")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["partner"], row["grain"], row["period"], row["value"]) for row in rows] == [
        ("", "month", "2026-10", "1100"), ("P1", "month", "2026-10", "700"), ("P2", "month", "2026-10", "400"),
    ]  # fmt: skip
