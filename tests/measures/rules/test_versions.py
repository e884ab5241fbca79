"""What a new definition forbids: adding up and comparing across a break."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from measures.rules.change import last_successors, like_for_like
from measures.rules.combining import combine
from measures.rules.coverage import State
from measures.rules.figures import Entry
from measures.rules.lines import Line
from measures.rules.periods import Grain
from measures.rules.versions import Version, break_between, broken, check_version, since, version_at

LINE = Line(slug="k1", name="Completions", kind="flow")
JUN, JUL, AUG, SEP = (date(2026, month, 1) for month in (6, 7, 8, 9))
FIRST = Version(date.min, "flow")
WORDED = Version(date(2026, 1, 1), "flow", is_comparable=True)
BREAK = Version(AUG, "flow")
HISTORY = (FIRST, WORDED, BREAK)


def combined(*figures, months=(JUL,)):
    filed = {(partner, months[0]): Entry(value=Decimal(value)) for partner, value in figures}
    return combine(LINE, filed, {partner: months for partner, _ in figures}, {}, months, year_starts=7)


def test_a_figure_binds_to_the_version_of_its_period():
    assert version_at(HISTORY, date(2025, 12, 1)) is FIRST
    assert version_at(HISTORY, JUL) is WORDED
    assert version_at(HISTORY, AUG) is BREAK


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [(JUL, AUG, BREAK), (JUL, JUL, None), (AUG, SEP, None), (date(2025, 12, 1), JUL, None), (JUN, SEP, BREAK)],
)
def test_only_what_is_not_comparable_breaks_and_only_from_inside(first, last, found):
    assert break_between(HISTORY, first, last) is found


def test_levels_are_carried_from_the_last_break_on():
    assert since(HISTORY, SEP) == AUG
    assert since(HISTORY, JUL) == date.min


def test_across_a_break_coverage_stays_and_the_number_goes():
    whole = broken(combined(("P1", 3), ("P2", 4)))
    assert (whole.state, whole.value) == (State.NOT_COMBINABLE, None)
    assert (whole.coverage.filed, whole.coverage.expected) == (2, 2)
    assert [part.state for _, part in whole.parts] == [State.NOT_COMBINABLE] * 2


def test_no_change_is_told_across_a_break_unless_it_is_bridged():
    before, now = combined(("P1", 100)), combined(("P1", 114))
    change = like_for_like(before, now, over=BREAK)
    assert (change.is_comparable, change.difference, change.over) == (False, None, BREAK)
    bridged = like_for_like(
        before, now, over=Version(AUG, "flow", bridge=Decimal("0.95"), bridge_source="Parallel count")
    )
    assert (bridged.previous, bridged.current, bridged.share) == (Decimal("95.00"), 114, Decimal("0.2"))


def test_a_partner_and_its_successor_are_one():
    before, now = combined(("P1", 100), ("P2", 60), ("P3", 40)), combined(("P1", 100), ("P3", 100))
    apart = like_for_like(before, now)
    assert (apart.panel, apart.previous, apart.current) == (("P1", "P3"), 140, 200)
    as_one = like_for_like(before, now, merged={"P2": "P3"})
    assert (as_one.panel, as_one.previous, as_one.current, as_one.difference) == (("P1", "P3"), 200, 200, 0)


def test_a_chain_of_mergers_ends_at_its_last_and_a_circle_ends_too():
    assert last_successors({"P1": "P2", "P2": "P3"}) == {"P1": "P3", "P2": "P3"}
    assert set(last_successors({"P1": "P2", "P2": "P1"})) == {"P1", "P2"}


@pytest.mark.parametrize(
    ("version", "code"),
    [
        (Version(AUG, "flow"), None),
        (Version(AUG, "stock"), None),
        (Version(AUG, "stock", is_comparable=True), "version.kind_is_a_break"),
        (Version(AUG, "rate"), "version.kind"),
        (Version(AUG, "flow", bridge=Decimal("0.95")), "version.no_source"),
        (Version(AUG, "flow", bridge=Decimal(0), bridge_source="x"), "version.bridge"),
        (Version(AUG, "flow", is_comparable=True, bridge=Decimal(1), bridge_source="x"), "version.nothing_to_bridge"),
    ],
)
def test_what_a_new_definition_may_be(version, code):
    found = check_version("Completions", version, FIRST, Grain.MONTH, 7)
    assert [problem.code for problem in found] == ([code] if code else [])


def test_it_begins_with_a_period():
    [problem] = check_version("Completions", BREAK, FIRST, Grain.QUARTER, 7)
    assert problem.message == "A definition of Completions begins with a quarter: choose 2026-07, not 2026-08."
