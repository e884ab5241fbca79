"""How the kinds add up that are neither counts nor rates: one table of plain values for each, nobody missing and
somebody missing, over partners and over months.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from measures.rules.change import like_for_like
from measures.rules.combining import combine, combine_partners
from measures.rules.coverage import State
from measures.rules.figures import Entry
from measures.rules.lines import Level, Overlap
from measures.rules.overlap import estimate
from measures.rules.progress import UP, Status, status

from .lines import AUG, JUL, OCT, Q1, SEP, make_line, value

FISCAL = 7
MAY, JUN = date(2026, 5, 1), date(2026, 6, 1)
LEVELS = (Level("starting", "Starting"), Level("growing", "Growing"), Level("steady", "Steady"))
NOBODY: dict[date, Entry] = {}


def average(number, weight) -> Entry:
    return Entry(value=Decimal(number), weight=Decimal(weight))


def told(words: str = "It went well.") -> Entry:
    return Entry(reason=words, is_told=True)


def combined(line, filed, months=(OCT,), excused=None, owed=None):
    owed = owed or dict.fromkeys(filed, months)
    flat = {(partner, month): entry for partner, row in filed.items() for month, entry in row.items()}
    return combine(line, flat, owed, excused or {}, months, year_starts=FISCAL)


def quarter(*entries):
    return {month: entry for month, entry in zip(Q1, entries, strict=True) if entry is not None}


# --- totals filed to date ---


def test_totals_to_date_add_up_over_partners_and_the_latest_counts_over_months():
    filed = {"P1": quarter(value(10), value(25), value(40)), "P2": quarter(value(1), value(1), value(3))}
    found = combined(make_line("to_date"), filed, Q1)
    assert (found.value, found.state, found.is_lower_bound) == (43, State.COMPLETE, False)


def test_a_total_to_date_whose_later_months_are_missing_is_a_lower_bound():
    found = combined(make_line("to_date"), {"P1": quarter(value(10), value(25), None), "P2": NOBODY}, Q1)
    assert (found.value, found.state, found.is_lower_bound) == (25, State.PARTIAL, True)
    assert found.coverage.filed == 0


def test_a_span_over_the_turn_of_the_fiscal_year_is_no_lower_bound():
    """What was reached by June begins anew in July."""
    found = combined(make_line("to_date"), {"P1": {MAY: value(90), JUN: value(99)}}, (MAY, JUN, JUL))
    assert (found.value, found.state, found.is_lower_bound) == (99, State.PARTIAL, False)


# --- weighted averages ---


@pytest.mark.parametrize(
    ("entries", "numerator", "denominator", "shown", "state"),
    [
        ([average(10, 1), average(20, 3)], 70, 4, Decimal("17.5"), State.COMPLETE),
        ([average(10, 0), average(20, 3)], 60, 3, 20, State.COMPLETE),  # a weight of 0 adds nothing
        ([average(10, 0), average(0, 0)], 0, 0, None, State.UNDEFINED),
        ([average(10, 5), None], 50, 5, 10, State.PARTIAL),
        ([average("0.123456", "99999999999999"), average("0.000001", 1)], None, 10**14, None, State.COMPLETE),
    ],
)
def test_an_average_counts_by_its_weight(entries, numerator, denominator, shown, state):
    filed = {f"P{n}": NOBODY if one is None else {OCT: one} for n, one in enumerate(entries)}
    found = combined(make_line("weighted_average"), filed)
    assert (found.denominator, found.state, found.is_lower_bound) == (denominator, state, False)
    if numerator is not None:
        assert (found.numerator, found.value) == (numerator, shown)
    else:  # exact to its last decimal
        assert found.numerator == Decimal("12345599999999.876544") + Decimal("0.000001")


def test_averages_over_months_count_by_their_weights_too():
    found = combined(make_line("weighted_average"), {"P1": quarter(average(1, 1), average(2, 2), average(3, 1))}, Q1)
    assert (found.numerator, found.denominator, found.value) == (8, 4, 2)


# --- average levels ---


def test_partners_average_levels_add_up():
    filed = {"P1": quarter(value(1), value(2), value(4)), "P2": quarter(value(10), value(10), value(10))}
    found = combined(make_line("average_stock"), filed, Q1)
    assert found.state is State.COMPLETE
    assert found.value == Decimal("2.333333333333333333") + 10


def test_a_partner_with_a_month_missing_has_no_average():
    filed = {"P1": quarter(value(1), None, value(4)), "P2": quarter(value(10), value(10), value(10))}
    found = combined(make_line("average_stock"), filed, Q1)
    assert (found.value, found.state, found.coverage.missing) == (10, State.PARTIAL, ("P1",))
    alone = combined(make_line("average_stock"), {"P1": filed["P1"]}, Q1)
    assert (alone.value, alone.state, alone.has_something, alone.is_lower_bound) == (None, State.PARTIAL, True, False)


def test_an_excused_month_is_not_waited_for():
    filed = {"P1": quarter(value(1), None, value(4))}
    found = combined(make_line("average_stock"), filed, Q1, excused={"P1": [AUG]})
    assert (found.value, found.state) == (Decimal("2.5"), State.COMPLETE)


# --- extremes ---


@pytest.mark.parametrize(("kind", "whole"), [("minimum", 2), ("maximum", 9)])
def test_extremes_are_those_of_the_parts(kind, whole):
    filed = {"P1": quarter(value(3), value(9), value(5)), "P2": quarter(value(2), value(2), None)}
    found = combined(make_line(kind), filed, Q1)
    assert (found.value, found.state, found.lower, found.upper) == (whole, State.PARTIAL, None, None)
    assert not found.is_lower_bound


# --- medians ---


def test_medians_are_not_combined():
    found = combined(make_line("median"), {"P1": {OCT: value(3)}, "P2": {OCT: value(7)}})
    assert (found.value, found.lower, found.upper, found.state) == (None, 3, 7, State.NOT_COMBINABLE)
    assert [(key, part.value) for key, part in found.parts] == [("P1", 3), ("P2", 7)]


def test_one_partners_one_median_is_itself():
    found = combined(make_line("median"), {"P1": {OCT: value(3)}})
    assert (found.value, found.state) == (3, State.COMPLETE)


def test_one_partners_medians_of_several_months_are_a_range_even_when_they_are_alike():
    found = combined(make_line("median"), {"P1": quarter(value(3), value(3), value(3))}, Q1)
    assert (found.value, found.lower, found.upper, found.state) == (None, 3, 3, State.NOT_COMBINABLE)


def test_a_single_median_of_several_expected_is_not_that_of_all():
    found = combined(make_line("median"), {"P1": {OCT: value(3)}, "P2": NOBODY})
    assert (found.value, found.lower, found.upper, found.state) == (None, 3, 3, State.NOT_COMBINABLE)
    assert combined(make_line("median"), {"P1": NOBODY}).state is State.NONE


# --- milestones ---

YES, NO = value(1), value(0)


def test_a_milestone_is_how_many_achieved_it_of_how_many_were_expected():
    filed = {"P1": {OCT: YES}, "P2": {OCT: NO}, "P3": NOBODY, "P4": NOBODY}
    found = combined(make_line("milestone"), filed, excused={"P4": [OCT]})
    assert (found.numerator, found.denominator, found.state) == (1, 3, State.PARTIAL)
    assert found.coverage.excused == 1
    assert not found.is_lower_bound


@pytest.mark.parametrize(
    ("answers", "achieved"),
    [
        ((YES, None, None), 1),
        ((NO, YES, NO), 1),  # what is reached stays
        ((YES, value(0, reason="It burned down."), None), 0),
        ((YES, value(0, reason="It burned down."), YES), 1),
        ((NO, NO, NO), 0),
    ],
)
def test_a_milestone_stays_until_a_no_says_why(answers, achieved):
    found = combined(make_line("milestone"), {"P1": quarter(*answers)}, Q1)
    assert (found.numerator, found.denominator) == (achieved, 1)


def test_a_milestone_nobody_answered_is_none():
    assert combined(make_line("milestone"), {"P1": NOBODY}).state is State.NONE


# --- levels on a scale ---


def ordinal(**changes):
    return make_line("ordinal", levels=LEVELS, **changes)


def test_levels_are_counted_and_not_averaged():
    filed = {"P1": {OCT: value(1)}, "P2": {OCT: value(3)}, "P3": {OCT: value(3)}}
    found = combined(ordinal(), filed)
    assert (found.value, found.lower, found.upper, found.state) == (None, 1, 3, State.COMPLETE)
    assert found.spread == {1: 1, 3: 2}


def test_a_mean_of_levels_where_it_is_allowed():
    filed = {"P1": {OCT: value(1)}, "P2": {OCT: value(3)}, "P3": NOBODY}
    found = combined(ordinal(mean_allowed=True), filed)
    assert (found.value, found.state) == (2, State.PARTIAL)
    assert combine_partners(ordinal(mean_allowed=True), dict(found.parts)).value == 2


def test_one_partners_level_is_its_latest():
    found = combined(ordinal(), {"P1": quarter(value(1), value(2), None)}, Q1)
    assert (found.value, found.lower, found.upper, found.state) == (2, 2, 2, State.PARTIAL)


# --- money and words ---


def test_money_adds_up():
    found = combined(make_line("money", unit="USD"), {"P1": {OCT: value("10.25")}, "P2": {OCT: value("0.50")}})
    assert (found.value, found.state) == (Decimal("10.75"), State.COMPLETE)
    assert combined(make_line("money", unit="USD"), {"P1": {OCT: value(1)}, "P2": NOBODY}).is_lower_bound


def test_words_are_covered_and_never_combined():
    found = combined(make_line("narrative"), {"P1": {OCT: told()}, "P2": NOBODY})
    assert (found.value, found.lower, found.state) == (None, None, State.NOT_COMBINABLE)
    assert (found.coverage.filed, found.coverage.missing) == (1, ("P2",))
    assert combined(make_line("narrative"), {"P1": {OCT: told("  ")}}).state is State.NONE


# --- every kind ---

EVERY = [
    (make_line("to_date"), value(4)),
    (make_line("weighted_average"), average(4, 2)),
    (make_line("average_stock"), value(4)),
    (make_line("minimum"), value(4)),
    (make_line("maximum"), value(4)),
    (make_line("median"), value(4)),
    (make_line("milestone"), YES),
    (ordinal(), value(2)),
    (make_line("money", unit="USD"), value(4)),
    (make_line("narrative"), told()),
]


@pytest.mark.parametrize(("line", "entry"), EVERY, ids=[line.kind for line, _ in EVERY])
def test_children_and_others_come_to_the_same_as_all_partners(line, entry):
    """Partners that a reader may not see are one group, and the whole stays what it was."""
    filed = {"P1": {OCT: entry}, "P2": {OCT: entry}, "P3": NOBODY}
    whole = combined(line, filed)
    parts = dict(whole.parts)
    others = combine_partners(line, {key: parts[key] for key in ("P2", "P3")})
    assert combine_partners(line, {"P1": parts["P1"], "P2": others}) == whole


@pytest.mark.parametrize(("line", "entry"), EVERY, ids=[line.kind for line, _ in EVERY])
def test_nobody_and_nobody_expected(line, entry):
    assert combined(line, {"P1": NOBODY}).state is State.NONE
    assert combined(line, {"P1": NOBODY}, excused={"P1": [OCT]}).state is State.NOT_EXPECTED
    assert combined(line, {"P1": {OCT: entry}}, owed={"P2": (SEP,)}).state is State.NOT_EXPECTED


@pytest.mark.parametrize(
    ("kind", "reached"),
    [("to_date", True), ("money", True), ("minimum", False), ("maximum", False), ("weighted_average", False),
     ("milestone", False)],
)  # fmt: skip
def test_only_a_sum_may_have_reached_its_target_while_somebody_is_missing(kind, reached):
    entry = {"weighted_average": average(1, 1)}.get(kind, value(1))
    found = combined(make_line(kind, unit="USD"), {"P1": {OCT: entry}, "P2": NOBODY})
    where = status(found, direction=UP, baseline=Decimal(0), target=Decimal("0.5"), period=OCT)
    assert where == (Status.REACHED if reached else Status.NOT_JUDGED)


# --- change ---


@pytest.mark.parametrize(
    ("kind", "was", "now", "difference"),
    [
        ("weighted_average", [average(10, 1), average(20, 1)], [average(10, 3), average(20, 1)], Decimal("-2.5")),
        ("minimum", [value(4), value(6)], [value(5), value(6)], 1),
        ("maximum", [value(4), value(6)], [value(5), value(9)], 3),
        ("milestone", [NO, NO], [YES, NO], Decimal("0.5")),
        ("median", [value(4), value(6)], [value(5), value(9)], None),
        ("narrative", [told(), told()], [told(), told()], None),
    ],
)
def test_change_is_by_the_rule_of_the_kind(kind, was, now, difference):
    line = make_line(kind)
    before, after = (
        combined(line, {f"P{n}": {OCT: entry} for n, entry in enumerate(entries)}) for entries in (was, now)
    )
    change = like_for_like(before, after)
    assert change.difference == difference
    assert change.is_comparable == (difference is not None)


# --- people who overlap ---


def people(*values, overlap="0.2"):
    line = make_line("unduplicated", overlap=overlap and Overlap(Decimal(overlap), "Survey of May", date(2026, 5, 4)))
    filed = {f"P{n}": NOBODY if one is None else {OCT: value(one)} for n, one in enumerate(values)}
    return line, combined(line, filed)


def test_an_estimate_stands_beside_the_bounds():
    line, found = people(40, 60, 25)
    assert (found.lower, found.upper, found.value) == (60, 125, None)
    assert estimate(line, found) == 100


@pytest.mark.parametrize(
    ("values", "overlap"),
    [((40, 60, 25), None), ((40, 60, None), "0.2"), ((40,), "0.2")],
    ids=["nothing recorded", "one missing", "one alone is exact"],
)
def test_there_is_no_estimate(values, overlap):
    assert estimate(*people(*values, overlap=overlap)) is None


def test_an_estimate_never_leaves_the_bounds():
    line, found = people(60, 60, overlap="0.9")
    assert estimate(line, found) == 60


def test_months_overlap_in_another_way_than_partners():
    line = make_line("unduplicated", overlap=Overlap(Decimal("0.2"), "Survey", JUL))
    filed = {"P1": quarter(*map(value, (4, 5, 6))), "P2": quarter(*map(value, (1, 1, 1)))}
    assert estimate(line, combined(line, filed, Q1)) is None
