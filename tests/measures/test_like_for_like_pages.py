"""Like for like on the pages, and what may be called a total: through the door, in files and in the API."""

from __future__ import annotations

import io
from datetime import date

import pytest
import time_machine
from django.core.management import call_command

from backbone.roles import Role
from backbone.services import keys
from measures.models import Figure
from measures.services import rollups
from tests import factories
from tests.measures.test_reading_pages import page, signed_in, text, words
from tests.pages import without_help

pytestmark = pytest.mark.django_db

SEP, OCT = date(2026, 9, 1), date(2026, 10, 1)
PAGE = "indicators/completions/"


@pytest.fixture(autouse=True)
def _on_the_eleventh_of_november():
    with time_machine.travel("2026-11-11T15:00:00Z", tick=False):
        yield


@pytest.fixture
def world(riverside):
    """Eight partners at 100 a month, flat; P9 joins in October with 200."""
    with riverside.scope():
        riverside.partners += [factories.make_partner(riverside.initiative, f"P{number}") for number in range(4, 9)]
        riverside.k1 = factories.make_indicator(riverside.initiative, code="K1", name="Course ends")
        for month in (SEP, OCT):
            for partner in riverside.partners:
                factories.make_figure(riverside.k1, partner, month, 100)
    return riverside


def file_october(world, *, without=(), **joins):
    with world.scope():
        gone = [partner for partner in world.partners if partner.code in without]
        Figure.objects.filter(indicator=world.k1, partner__in=gone, period=OCT).delete()
        for code, number in joins.items():
            partner = factories.make_partner(world.initiative, code, joins_on=OCT)
            factories.make_figure(world.k1, partner, OCT, number)
        rollups.rebuild(world.initiative)


def test_a_partner_that_joins_is_no_growth(world):
    file_october(world, P9=200)
    said = text(page(world, "ana", PAGE))
    assert "Same partners 0.0% on September 2026 8 partners" in said
    assert "All partners 800 (8 of 8), then 1,000 (9 of 9)" in said
    assert "+25" not in said
    for rest in ("forest/", "indicators/"):
        assert "Same partners as September 2026: no change." in text(page(world, "ana", rest)), rest


def test_a_panel_of_less_than_half_is_not_compared_and_says_why(world):
    file_october(world, without=("P1", "P2", "P3", "P4", "P5"))
    said = text(page(world, "ana", PAGE))
    assert "not comparable: the 3 partners in both bring 38% of the usual volume, less than half" in said
    words = "Not comparable with September 2026: the 3 partners in both bring 38% of the usual volume, less than half."
    assert words in text(page(world, "ana", "forest/"))


def test_without_history_of_everybody_the_count_is_the_reason(world):
    file_october(world, without=("P1", "P2", "P3", "P4"), P9=1, P10=1)
    said = text(page(world, "ana", PAGE))
    assert "not comparable: the 4 partners in both are 40% of those expected, less than half" in said


def test_coverage_stands_by_count_and_by_volume(world):
    file_october(world, without=("P1", "P2"))
    for rest in ("forest/", "indicators/", PAGE, "results/?period=2026-10"):
        said = words(without_help(page(world, "ana", rest).content.decode()))
        assert "600 so far" in said, rest
        assert "6 of 8 partners have filed · 75% of usual volume" in said, rest
        assert "total" not in said.lower(), rest


def test_no_file_and_no_answer_calls_a_partial_sum_a_total(world):
    file_october(world, without=("P1", "P2"))
    for rest in (
        PAGE + "?format=csv", PAGE + "?format=csv&table=trend", "indicators/?format=csv",
        "results/?format=csv&period=2026-10",
    ):  # fmt: skip
        said = page(world, "ana", rest).content.decode("utf-8-sig")
        assert "600" in said
        assert "total" not in said.lower(), rest
    out = io.StringIO()
    call_command("export_rollups", "riverside/work", stdout=out)
    assert "total" not in out.getvalue().lower()
    assert "600" in out.getvalue()
    answer = signed_in(world.people.ana, world.scope).get(world.api("rollups/"), **token(world))
    assert answer.status_code == 200
    assert "total" not in answer.content.decode().lower()


def token(world) -> dict[str, str]:
    with world.scope():
        _key, secret = keys.create(owner=world.people.ana, name="sheet", role=Role.DATA_STEWARD)
    return {"HTTP_AUTHORIZATION": f"Bearer {secret}"}


def test_of_a_year_that_is_not_over_nobody_is_missing_what_is_not_due(world):
    file_october(world, without=("P1",))
    rows = signed_in(world.people.ana, world.scope).get(
        world.api("rollups/?grain=year&missing=true"), **token(world)
    ).json()["rollups"]  # fmt: skip
    row = next(one for one in rows if one["period"] == "2026-07")
    assert row["state"] == "partial"
    assert row["missing"] == [f"P{number}" for number in range(1, 9)], "July and August are over, and nobody filed them"
    with world.scope():
        for month in (date(2026, 7, 1), date(2026, 8, 1)):
            for partner in world.partners:
                factories.make_figure(world.k1, partner, month, 100)
        rollups.rebuild(world.initiative)
    rows = signed_in(world.people.ana, world.scope).get(
        world.api("rollups/?grain=year&missing=true"), **token(world)
    ).json()["rollups"]  # fmt: skip
    row = next(one for one in rows if one["period"] == "2026-07")
    assert (row["state"], row["filed"], row["expected"]) == ("partial", 0, 8)
    assert row["so_far"] == {"through": "2026-10", "filed": 7, "expected": 8}
    assert row["missing"] == ["P1"]
    last = next(one for one in rows if one["period"] == "2025-07")
    assert last["so_far"] is None
