"""One table of answers for each kind, walked through form, JSON and CSV: the same figure stored, the same words refused,
and the same roll-up and file in the end.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from measures.models import Figure, FigureEvent
from measures.rules.periods import add_months
from measures.services import rollups
from tests import factories
from tests.measures.doors import Answer, Desk, csv_of

LEVELS = [{"slug": "starting", "name": "Starting"}, {"slug": "steady", "name": "Steady"}]


class KindsDesk(Desk):
    INDICATORS = {
        "to-date": {"kind": "to_date"},
        "average": {"kind": "weighted_average"},
        "score": {"kind": "weighted_average", "unit": "percent"},
        "level": {"kind": "average_stock"},
        "least": {"kind": "minimum"},
        "most": {"kind": "maximum"},
        "middle": {"kind": "median"},
        "reached": {"kind": "milestone"},
        "scale": {"kind": "ordinal", "levels": LEVELS},
        "spent": {"kind": "money", "unit": "USD"},
        "story": {"kind": "narrative"},
        "balance": {"kind": "stock", "allows_negative": True, "counts_people": False},
        "owed": {"kind": "money", "unit": "USD", "allows_negative": True, "counts_people": False},
        "degrees": {"kind": "weighted_average", "allows_negative": True, "counts_people": False},
    }


@dataclass(frozen=True)
class Case:
    """What is said, as a file says it; what then stands (value, weight, note), or the code of the refusal."""

    slug: str
    said: dict[str, str]
    stands: tuple[Any, ...] | None = None
    code: str = ""
    words: str = ""
    before: dict[str, Any] = field(default_factory=dict)
    form: dict[str, str] | None = None

    def __str__(self) -> str:
        return f"{self.slug} {' '.join(self.said.values())}"


REACHED = {"value": 1}
CASES = [
    Case("to-date", {"value": "120"}, (120, None, "")),
    Case("to-date", {"value": "0"}, (0, None, "")),
    Case("average", {"value": "4.25", "weight": "40"}, (Decimal("4.25"), 40, "")),
    Case("average", {"value": "4.25", "weight": "0"}, (Decimal("4.25"), 0, "")),
    Case("average", {"value": "4.25"}, code="figure.half_an_average", words="The weight is missing"),
    Case("average", {"weight": "40"}, code="figure.half_an_average", words="The average is missing"),
    Case("score", {"value": "45%", "weight": "12"}, (45, 12, "")),
    Case("level", {"value": "12"}, (12, None, "")),
    Case("least", {"value": "2.5"}, (Decimal("2.5"), None, "")),
    Case("most", {"value": "7.5"}, (Decimal("7.5"), None, "")),
    Case("middle", {"value": "7.5"}, (Decimal("7.5"), None, "")),
    Case("reached", {"value": "1"}, (1, None, "")),
    Case("reached", {"value": "no"}, (0, None, "")),
    Case("reached", {"value": "2"}, code="milestone.yes_or_no", words="Say 1 for yes or 0 for no, not 2."),
    Case("reached", {"value": "0"}, code="milestone.reversed_without_reason", words="what is reached stays so",
         before=REACHED),
    Case("reached", {"value": "0", "note": "It burned down."}, (0, None, "It burned down."), before=REACHED,
         form={"said": "It burned down."}),
    Case("scale", {"value": "steady"}, (2, None, "")),
    Case("scale", {"value": "1"}, (1, None, "")),
    Case("scale", {"value": "3"}, code="ordinal.level", words="Its levels are: 1 starting, 2 steady."),
    Case("spent", {"value": "$1,000.50"}, (Decimal("1000.5"), None, "")),
    Case("spent", {"value": "€1000"}, code="figure.other_currency", words="“€1000” is in another currency (€) than Spent"),
    Case("spent", {"value": "1.005"}, code="number.precision", words="at most 2"),
    Case("balance", {"value": "-12"}, (-12, None, "")),
    Case("balance", {"value": "0"}, (0, None, "")),
    Case("owed", {"value": "-1,000.50"}, (Decimal("-1000.5"), None, "")),
    Case("degrees", {"value": "-4.25", "weight": "40"}, (Decimal("-4.25"), 40, "")),
    Case("degrees", {"value": "4.25", "weight": "-40"}, code="number.negative", words="40 is below zero."),
    Case("level", {"value": "-12"}, code="number.negative", words="12 is below zero."),
    Case("story", {"note": "It went well."}, (None, None, "It went well."), form={"said": "It went well."}),
    Case("story", {"value": "3"}, code="figure.mixed", words="is told in words", form=None),
    Case("story", {"value": "not_collected", "note": "Nobody was there."}, (None, None, "Nobody was there.")),
]  # fmt: skip
NO_FIELD = {"figure.mixed"}  # the form has no field for a number where words are asked


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_answer_of_each_kind_is_taken_alike_at_every_door(case, riverside, hillcrest):
    desk = KindsDesk(riverside, hillcrest, case.slug, number_format="1,234.5")
    if case.before:
        desk.stands(case.slug, case.before["value"], add_months(desk.month, -1))
    told = set()
    for door in (_csv, _put, _form):
        point = transaction.savepoint()
        answer = door(desk, case)
        if case.code:
            if door is _form and case.code in NO_FIELD:
                transaction.savepoint_rollback(point)
                continue
            assert answer.says(case.words) or any(case.words in one[3] for one in answer.errors), (door, answer.errors)
            if door is not _form:
                assert answer.codes == [case.code], (door, answer.errors)
                told.add(answer.errors[0][3])
        else:
            assert not answer.errors, (door, answer.errors)
            assert _stored(desk, case.slug) == case.stands, door
        transaction.savepoint_rollback(point)
    assert len(told) < 2


def _row(desk: Desk, case: Case) -> dict[str, str]:
    return {"partner": "P1", "indicator": case.slug, "period": f"{desk.month:%Y-%m}", **case.said}


def _csv(desk: Desk, case: Case) -> Answer:
    return desk.csv(csv_of([_row(desk, case)]), is_applied=not case.code)


def _put(desk: Desk, case: Case) -> Answer:
    return desk.put([{"indicator": case.slug, **case.said}])


def _form(desk: Desk, case: Case) -> Answer:
    pk = desk.indicators[case.slug].pk
    fields = {f"{pk}/here": "1", f"{pk}/answer": "number"}
    said = dict(case.said)
    if said.get("value") == "not_collected":
        fields |= {f"{pk}/answer": "nc", f"{pk}/reason": said["note"]}
    else:
        fields |= {f"{pk}//{name}": text for name, text in said.items() if name != "note"}
    fields |= {f"{pk}/{name}": text for name, text in (case.form or {}).items()}
    answer = desk.form(fields, verb="submit")
    assert answer.status == (422 if case.code else 302), answer.page[answer.page.find('id="errors"') :][:900]
    return answer


def _stored(desk: Desk, slug: str) -> tuple[Any, ...]:
    with desk.home.scope():
        figure = Figure.objects.get(indicator__slug=slug, period=desk.month)
        return figure.value, figure.weight, figure.note


# --- what it comes to ---


@pytest.fixture
def two_filed(riverside):
    """Every kind in September and October of 2026 from P1, in October from P2; P3 files nothing."""
    with riverside.scope():
        made = {
            slug: factories.make_indicator(riverside.initiative, slug, position=at, **settings)
            for at, (slug, settings) in enumerate(KindsDesk.INDICATORS.items())
        }
        for at, partner in enumerate(riverside.partners[:2]):
            for month in (SEPTEMBER, OCTOBER)[at:]:
                for slug, figures in FILED.items():
                    number = figures[at] + (1 if month == OCTOBER and slug == "to-date" else 0)
                    more = {"weight": Decimal(10 * (at + 1))} if slug in ("average", "score") else {}
                    factories.make_figure(made[slug], partner, month, number, **more)
                factories.make_figure(made["story"], partner, month, None, note=f"{partner.code} went well.")
        rollups.rebuild(riverside.initiative)
        assert rollups.differences(riverside.initiative) == []
    return riverside


SEPTEMBER, OCTOBER = (factories.date(2026, month, 1) for month in (9, 10))
FILED = {
    "to-date": (100, 50),
    "average": (3, 6),
    "score": (30, 60),
    "level": (10, 4),
    "least": (3, 2),
    "most": (3, 2),
    "middle": (3, 9),
    "reached": (1, 0),
    "scale": (1, 2),
    "spent": (100, 50),
}
# value, numerator, denominator, lower, upper, filed, expected, state
OF_OCTOBER = {
    "to-date": ("152", "", "", "", "", "2", "3", "partial"),
    "average": ("5", "150", "30", "", "", "2", "3", "partial"),
    "score": ("50", "1500", "30", "", "", "2", "3", "partial"),
    "level": ("14", "", "", "", "", "2", "3", "partial"),
    "least": ("2", "", "", "", "", "2", "3", "partial"),
    "most": ("3", "", "", "", "", "2", "3", "partial"),
    "middle": ("", "", "", "3", "9", "2", "3", "not_combinable"),
    "reached": ("0.33333333333333333333", "1", "3", "", "", "2", "3", "partial"),
    "scale": ("", "", "", "1", "2", "2", "3", "partial"),
    "spent": ("150", "", "", "", "", "2", "3", "partial"),
    "story": ("", "", "", "", "", "2", "3", "not_combinable"),
}


def _exported(*arguments: str) -> list[dict[str, str]]:
    out = io.StringIO()
    call_command("export_rollups", "riverside/work", *arguments, stdout=out)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


NUMBERS = ("value", "numerator", "denominator", "lower", "upper", "filed", "expected", "state")


def test_the_table_of_rollups_holds_every_kind(two_filed):
    rows = {row["indicator"]: row for row in _exported("--grain", "month") if row["period"] == "2026-10"}
    for slug, wanted in OF_OCTOBER.items():
        found = tuple(rows[slug][name] for name in NUMBERS)
        assert (found[0][:14], found[1:]) == (wanted[0][:14], wanted[1:]), slug


def test_a_scale_has_a_row_for_each_level(two_filed):
    rows = _exported("--grain", "month", "--indicator", "scale", "--categories")
    levels = {row["category"]: row["value"] for row in rows if row["period"] == "2026-10" and row["category"]}
    assert levels == {"level:starting": "1", "level:steady": "1"}
    year = {
        row["category"]: row["value"] for row in _exported("--grain", "year", "--indicator", "scale", "--categories")
    }
    assert year == {"": "", "level:starting": "1", "level:steady": "1"}


@pytest.mark.parametrize(
    "arguments", [("--grain", "year"), ("--grain", "quarter", "--year-starts", "9"), ("--by", "partner")]
)
def test_as_of_now_every_kind_reads_the_same(two_filed, arguments):
    """Combined anew from the history of the figures, and as the worker stored it."""
    now = FigureEvent.objects
    with two_filed.scope():
        latest = max(now.values_list("pgh_created_at", flat=True))
    stored = _exported(*arguments, "--categories")
    then = _exported(*arguments, "--categories", "--as-of", latest.isoformat())
    for rows in (stored, then):
        for row in rows:
            del row["as_of"]
    assert then == stored
    assert {row["indicator"] for row in stored} == set(KindsDesk.INDICATORS)


def test_figures_of_every_kind_go_out_and_come_in_the_same(two_filed, tmp_path):
    file = tmp_path / "figures.csv"
    call_command("export_figures", "riverside/work", "--out", str(file))
    with two_filed.scope():
        before = list(_said())
        Figure.objects.all().delete()
    call_command("import_figures", "riverside/work", str(file), "--approve", stdout=io.StringIO())
    with two_filed.scope():
        assert list(_said()) == before
        rollups.drain(two_filed.tenant.pk)
        assert rollups.differences(two_filed.initiative) == []


def _said():
    order = ("indicator", "period", "partner", "category")
    return Figure.objects.order_by(*order).values_list(*order, "value", "weight", "note", "is_not_collected")
