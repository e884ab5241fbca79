"""What charts of figures draw: ranges where no number is known, small groups as marks, and where a line leads."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date

import pytest
import time_machine

from agenda.models import Outcome
from measures.models import Target
from measures.rules.periods import add_months
from measures.services import rollups
from tests import factories
from tests.measures.test_reading_pages import page, text

pytestmark = pytest.mark.django_db

OCT = date(2026, 10, 1)
RESULTS = "results/?period=2026-10"


@pytest.fixture(autouse=True)
def _on_the_ninth_of_november():
    with time_machine.travel("2026-11-09T15:00:00Z", tick=False):
        yield


def measured(world, slug, months, **changes):
    """An indicator of a result, and what P1, P2 and P3 filed in the months up to October, the last one last."""
    with world.scope():
        outcome = Outcome.objects.get(slug="trained")
        made = factories.make_indicator(world.initiative, slug, outcome=outcome, **changes)
        for back, numbers in enumerate(reversed(months)):
            for partner, number in zip(world.partners, numbers, strict=False):
                if number is None:
                    continue
                said = {"value": number}
                if isinstance(number, tuple):
                    said = {"value": None, "numerator": number[0], "denominator": number[1]}
                factories.make_figure(made, partner, add_months(OCT, -back), **said)
        rollups.rebuild(world.initiative)
    return made


def drawn(response, chart: str) -> list[dict]:
    """The rows of a chart on a page."""
    block = re.search(rf'<script type="application/json" id="{chart}-spec">(.*?)</script>', response.content.decode())
    assert block is not None, chart
    return json.loads(block[1])["data"]["values"]


def of(rows, *kinds):
    return [row for row in rows if row["kind"] in kinds]


def test_people_are_drawn_as_ranges_and_never_as_points(riverside):
    measured(riverside, "served", [(40, 60, 25), (40, 60, None)], kind="unduplicated")
    rows = drawn(page(riverside, "ana", "indicators/served/?period=2026-10"), "trend")
    assert [(row["month"], row["value"], row["state"], row["words"]) for row in of(rows, "range")] == [
        ("2026-09-01", 60, "complete", "between 60 and 125"),
        ("2026-10-01", 60, "partial", "at least 60"),
    ]
    assert of(rows, "range")[0]["value2"] == 125
    assert not of(rows, "point", "step")
    said = page(riverside, "ana", "indicators/served/?period=2026-10&format=csv&table=trend")
    table = list(csv.reader(io.StringIO(said.content.decode("utf-8-sig"))))
    assert table[0] == ["Period", "Served", "At least", "At most", "Filed", "Expected", "Excused", "State"]
    assert [row[:4] for row in table[1:3]] == [["2026-10", "", "60", ""], ["2026-09", "", "60", "125"]]


def test_medians_are_drawn_as_the_range_of_the_partners(riverside):
    measured(riverside, "wait", [(4, 8, 6)], kind="median")
    said = page(riverside, "ana", "indicators/wait/?period=2026-10")
    assert [(row["value"], row["value2"]) for row in of(drawn(said, "trend"), "range")] == [(4, 8)]
    assert "a bar leads from the smallest to the largest" in text(said)


def test_a_range_of_few_people_is_a_mark_on_the_results_page(riverside):
    measured(riverside, "served", [(4, 7, 7), (40, 60, 25)], kind="unduplicated")
    said = page(riverside, "ana", RESULTS)
    rows = drawn(said, "chart-served")
    assert [row["month"] for row in of(rows, "hidden")] == ["2026-09-01"]
    assert [row["words"] for row in of(rows, "range")] == ["between 60 and 125"]
    assert "18" not in re.findall(r"\d+", " ".join(row["words"] for row in rows if "words" in row))


def test_a_rate_of_few_people_is_a_mark_on_the_results_page(riverside):
    measured(riverside, "placed", [((3, 97),), ((40, 100),)], kind="rate", unit="percent")
    rows = drawn(page(riverside, "ana", RESULTS), "chart-placed")
    assert [row["month"] for row in of(rows, "hidden")] == ["2026-09-01"]
    assert [row["month"] for row in of(rows, "point")] == ["2026-10-01"]


def test_what_is_no_people_is_shown_however_little_it_is(riverside):
    months = [(2, 1, 1), (3, 3, 3)]
    measured(riverside, "seats", months, kind="stock", counts_people=False)
    measured(riverside, "people", months, kind="stock")
    said = page(riverside, "ana", RESULTS)
    assert [row["value"] for row in of(drawn(said, "chart-seats"), "point")] == [4, 9]
    assert 'id="chart-people-spec"' not in said.content.decode()
    assert "Hidden to protect people" in text(said)


def test_the_results_page_shows_where_it_leads_beside_a_target(riverside):
    months = [(100 + 10 * number,) * 3 for number in range(13)]
    aimed = measured(riverside, "completions", months, baseline_value=300, baseline_period=date(2025, 10, 1))
    measured(riverside, "seats", months)
    with riverside.scope():
        Target.objects.create(indicator=aimed, period=date(2027, 6, 1), value=1000)
    said = page(riverside, "ana", RESULTS)
    rows = drawn(said, "chart-completions")
    assert of(rows, "target")
    assert [row["month"] for row in of(rows, "ahead-step")][-1] == "2027-06-01"
    assert "If it goes on like the last 12 months: 900 in June 2027" in text(said)
    assert "The target is 1,000." in text(said)
    assert not of(drawn(said, "chart-seats"), "ahead-step")


def test_it_leads_where_the_page_of_the_indicator_says_it_does(riverside):
    months = [(100 + 3 * number + (number % 4),) * 3 for number in range(25)]
    aimed = measured(riverside, "completions", months)
    with riverside.scope():
        Target.objects.create(indicator=aimed, period=date(2027, 6, 1), value=1000)
        aimed.baseline_value, aimed.baseline_period = 300, date(2024, 10, 1)
        aimed.save()
    here = of(drawn(page(riverside, "ana", RESULTS), "chart-completions"), "ahead")
    there = of(drawn(page(riverside, "ana", "indicators/completions/?period=2026-10"), "trend"), "ahead")
    assert here == there != []
