"""How figures add up: the worked checks of the specification, and properties over random filings of every kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measures.rules.combining import combine, combine_partners, combine_periods
from measures.rules.coverage import State
from measures.rules.figures import Entry
from measures.rules.periods import add_months

from .lines import AUG, DEC, JUL, NOV, OCT, Q1, SEP, make_line, not_collected, rate, value

FISCAL = 7
JUN = date(2026, 6, 1)


def combined(line, filed, *, partners=None, months=(OCT,), excused=None, **more):
    """`filed` is {partner: {month: entry}}; every partner named owes every month of the span unless told otherwise."""
    owed = partners if partners is not None else dict.fromkeys(filed, months)
    flat = {(partner, month): entry for partner, row in filed.items() for month, entry in row.items()}
    return combine(line, flat, owed, excused or {}, months, year_starts=FISCAL, **more)


def in_october(*entries):
    return {f"P{number}": {OCT: entry} for number, entry in enumerate(entries, start=1)}


def over_a_quarter(*entries):
    return {"P1": {month: entry for month, entry in zip(Q1, entries, strict=True) if entry is not None}}


# --- flow ---------------------------------------------------------------------------------------------------------


def test_a_flow_adds_up_over_months_and_partners():
    found = combined(make_line(), {"P1": dict.fromkeys(Q1, value(10)), "P2": dict.fromkeys(Q1, value(1))}, months=Q1)
    assert (found.value, found.state, found.coverage.filed, found.coverage.expected) == (33, State.COMPLETE, 2, 2)
    assert not found.is_lower_bound


def test_a_flow_with_a_part_missing_is_partial_and_a_lower_bound():
    found = combined(make_line(), {"P1": {OCT: value(300)}, "P2": {}})
    assert (found.value, found.state, found.coverage.missing) == (300, State.PARTIAL, ("P2",))
    assert found.is_lower_bound


def test_a_partial_sum_that_may_fall_is_no_lower_bound():
    assert not combined(make_line(allows_negative=True), {"P1": {OCT: value(300)}, "P2": {}}).is_lower_bound


def test_an_incomplete_partner_counts_in_the_sum_and_not_as_filed():
    found = combined(make_line(), over_a_quarter(value(10), None, value(5)), months=Q1)
    assert (found.value, found.state, found.coverage.filed, found.coverage.expected) == (15, State.PARTIAL, 0, 1)


def test_zero_is_filed_and_silence_is_not():
    zero = combined(make_line(), in_october(value(0)))
    silence = combined(make_line(), {"P1": {}})
    assert (zero.value, zero.state) == (0, State.COMPLETE)
    assert (silence.value, silence.state) == (None, State.NONE)


def test_not_collected_is_silence_with_a_reason():
    found = combined(make_line(), in_october(value(5), not_collected()))
    assert (found.value, found.state, found.coverage.missing) == (5, State.PARTIAL, ("P2",))


def test_values_outside_obligations_do_not_count():
    filed = {"P1": {JUL: value(7), OCT: value(5)}, "P2": {OCT: value(100)}}
    found = combined(make_line(), filed, partners={"P1": [OCT]})
    assert (found.value, found.state, found.coverage.expected) == (5, State.COMPLETE, 1)


def test_the_excused_are_not_expected_unless_they_file():
    line = make_line()
    excused = {"P2": [OCT]}
    found = combined(line, {"P1": {OCT: value(5)}, "P2": {}}, excused=excused)
    assert (found.value, found.state, found.coverage.expected, found.coverage.excused) == (5, State.COMPLETE, 1, 1)
    found = combined(line, {"P1": {OCT: value(5)}, "P2": {OCT: value(2)}}, excused=excused)
    assert (found.value, found.state, found.coverage.expected, found.coverage.excused) == (7, State.COMPLETE, 2, 0)


def test_one_excused_month_leaves_a_quarter_complete():
    found = combined(make_line(), over_a_quarter(value(10), None, value(5)), months=Q1, excused={"P1": [AUG]})
    assert (found.value, found.state, found.coverage.excused) == (15, State.COMPLETE, 0)


def test_nobody_expected():
    assert combined(make_line(), {}).state is State.NOT_EXPECTED
    assert combined(make_line(), {"P1": {}}, excused={"P1": [OCT]}).state is State.NOT_EXPECTED
    assert combined(make_line(), {"P1": {}}, partners={"P1": [NOV]}).state is State.NOT_EXPECTED


def test_coverage_by_usual_volume_travels_with_the_value():
    filed = {"P1": {OCT: value(680)}, "P6": {}, "P8": {}}
    found = combined(make_line(), filed, weights={"P1": Decimal(680), "P6": Decimal(20), "P8": Decimal(300)})
    assert found.coverage.usual_share == Decimal("0.68")


# --- rate ---------------------------------------------------------------------------------------------------------


def test_a_rate_is_the_sum_of_numerators_over_the_sum_of_denominators():
    line = make_line("rate")
    found = combined(line, in_october(rate(15, 100), rate(15, 50)))
    assert (found.value, found.numerator, found.denominator) == (Decimal("0.2"), 30, 150)  # not 22.5 %


def test_a_reported_zero_keeps_its_denominator():
    found = combined(make_line("rate"), in_october(rate(15, 100), rate(15, 50), rate(0, 50)))
    assert found.value == Decimal("0.15")  # must not stay 20 %


def test_nothing_of_nothing_is_undefined_and_adds_nothing():
    alone = combined(make_line("rate"), in_october(rate(0, 0)))
    assert (alone.value, alone.state, alone.coverage.filed) == (None, State.UNDEFINED, 1)
    with_others = combined(make_line("rate"), in_october(rate(15, 100), rate(15, 50), rate(0, 0)))
    assert (with_others.value, with_others.state) == (Decimal("0.2"), State.COMPLETE)


def test_half_a_pair_is_a_missing_pair():
    found = combined(make_line("rate"), in_october(rate(15, 100), rate(15, None)))
    assert (found.numerator, found.denominator, found.state) == (15, 100, State.PARTIAL)
    found = combined(make_line("rate"), over_a_quarter(rate(1, 2), rate(None, 9), rate(1, 2)), months=Q1)
    assert (found.numerator, found.denominator, found.state) == (2, 4, State.PARTIAL)


def test_a_rate_over_months_is_sum_over_sum():
    found = combined(make_line("rate"), over_a_quarter(rate(1, 10), rate(9, 10), rate(0, 30)), months=Q1)
    assert found.value == Decimal("0.2")


# --- rate of the same people --------------------------------------------------------------------------------------

SAME_PEOPLE = {
    "P1": {JUL: rate(10, 100), AUG: rate(20, 100), SEP: rate(30, 100)},
    "P2": {JUL: rate(0, 50), AUG: rate(0, 50), SEP: rate(10, 20)},
}


@pytest.mark.parametrize(
    ("over_time", "numerator", "denominator"),
    [("last", 40, 120), ("person_time", 70, 420), ("period_rate", 70, 140)],
)
def test_over_time_as_the_indicator_says_and_over_partners_sum_over_sum(over_time, numerator, denominator):
    found = combined(make_line("rate_stock", over_time=over_time), SAME_PEOPLE, months=Q1)
    assert (found.numerator, found.denominator, found.state) == (numerator, denominator, State.COMPLETE)
    assert found.value == Decimal(numerator) / Decimal(denominator)


def test_the_last_month_of_a_rate_is_never_an_earlier_one():
    found = combined(make_line("rate_stock", over_time="last"), over_a_quarter(rate(1, 2), rate(1, 2), None), months=Q1)
    assert (found.value, found.numerator, found.state) == (None, None, State.NONE)


def test_the_mean_denominator_is_over_the_months_that_are_there():
    line = make_line("rate_stock", over_time="period_rate")
    found = combined(line, over_a_quarter(rate(3, 100), None, rate(3, 50)), months=Q1)
    assert (found.numerator, found.denominator, found.state) == (6, 75, State.PARTIAL)


def test_a_mean_denominator_is_rounded_so_that_sums_of_means_are_exact():
    line = make_line("rate_stock", over_time="period_rate")
    row = dict(zip(Q1, (rate(1, 100), rate(1, 100), rate(1, 101)), strict=True))
    found = combined(line, {"P1": row, "P2": row, "P3": row}, months=Q1)
    assert found.denominator == 3 * Decimal("100.333333333333")


def test_a_rate_that_does_not_say_how_it_combines_over_time_is_an_error():
    with pytest.raises(ValueError, match="k1 does not say"):
        combined(make_line("rate_stock", over_time=""), SAME_PEOPLE, months=Q1)


# --- stock --------------------------------------------------------------------------------------------------------

SEATS = over_a_quarter(value(12), value(9), None)


def test_a_level_is_the_last_months():
    found = combined(make_line("stock"), over_a_quarter(value(12), value(9), value(7)), months=Q1)
    assert (found.value, found.state, found.as_of_period) == (7, State.COMPLETE, None)


def test_a_level_that_was_not_filed_is_missing_without_carrying():
    found = combined(make_line("stock"), SEATS, months=Q1)
    assert (found.value, found.state, found.coverage.missing) == (None, State.NONE, ("P1",))
    assert combined(make_line("stock"), SEATS, partners={"P1": Q1}, months=(SEP,)).state is State.NONE


@pytest.mark.parametrize("months", [Q1, (SEP,)])
def test_a_level_carried_one_month_says_as_of(months):
    found = combined(make_line("stock", carry_forward=1), SEATS, partners={"P1": Q1}, months=months)
    assert (found.value, found.as_of_period, found.state) == (9, AUG, State.COMPLETE)


def test_a_level_is_carried_no_further_than_the_limit():
    filed = {"P1": {JUL: value(12)}}
    assert combined(make_line("stock", carry_forward=1), filed, partners={"P1": Q1}, months=(SEP,)).value is None
    assert combined(make_line("stock", carry_forward=2), filed, partners={"P1": Q1}, months=(SEP,)).value == 12


def test_a_level_is_carried_only_from_a_month_that_was_owed():
    filed = {"P1": {AUG: value(9)}}
    assert combined(make_line("stock", carry_forward=1), filed, partners={"P1": [SEP]}, months=(SEP,)).value is None


def test_levels_add_up_over_partners_as_of_the_oldest():
    filed = {"P1": {SEP: value(5)}, "P2": {AUG: value(9)}, "P3": {JUL: value(1)}}
    found = combined(make_line("stock", carry_forward=2), filed, partners=dict.fromkeys(filed, Q1), months=(SEP,))
    assert (found.value, found.as_of_period, found.coverage.filed) == (15, JUL, 3)


def test_a_partial_level_is_a_lower_bound_only_when_nothing_in_it_is_old():
    line = make_line("stock", carry_forward=1)
    owed = dict.fromkeys(("P1", "P2"), Q1)
    fresh = combined(line, {"P1": {SEP: value(5)}}, partners=owed, months=(SEP,))
    carried = combined(line, {"P1": {AUG: value(5)}}, partners=owed, months=(SEP,))
    assert (fresh.state, fresh.is_lower_bound) == (State.PARTIAL, True)
    assert (carried.state, carried.is_lower_bound) == (State.PARTIAL, False)


def test_a_level_whose_earlier_month_is_missing_has_a_value_and_is_not_complete():
    found = combined(make_line("stock"), over_a_quarter(value(12), None, value(7)), months=Q1)
    assert (found.value, found.state) == (7, State.PARTIAL)


def test_a_partner_that_left_has_no_level_at_the_end():
    filed = {"P1": {JUL: value(4)}, "P2": dict.fromkeys(Q1, value(3))}
    found = combined(make_line("stock", carry_forward=3), filed, partners={"P1": [JUL], "P2": Q1}, months=Q1)
    assert (found.value, found.state, found.coverage.filed, found.coverage.expected) == (3, State.COMPLETE, 2, 2)
    alone = combined(make_line("stock"), {"P1": {JUL: value(4)}}, partners={"P1": [JUL]}, months=Q1)
    assert (alone.value, alone.state) == (None, State.NOT_EXPECTED)


# --- unduplicated people ------------------------------------------------------------------------------------------


def bounds(found):
    return found.value, found.lower, found.upper


def test_people_over_partners_have_bounds_and_no_sum():
    found = combined(make_line("unduplicated"), in_october(value(40), value(60), value(25)))
    assert bounds(found) == (None, 60, 125)
    assert found.state is State.COMPLETE


def test_with_a_part_missing_people_are_at_least():
    found = combined(make_line("unduplicated"), {**in_october(value(40), value(60)), "P3": {}})
    assert bounds(found) == (None, 60, None)
    assert (found.state, found.is_lower_bound) == (State.PARTIAL, True)


def test_one_partner_and_one_month_is_exact():
    assert bounds(combined(make_line("unduplicated"), in_october(value(60)))) == (60, 60, 60)


def test_one_partner_over_months_has_bounds():
    found = combined(make_line("unduplicated"), over_a_quarter(value(40), value(60), value(25)), months=Q1)
    assert bounds(found) == (None, 60, 125)
    found = combined(make_line("unduplicated"), over_a_quarter(value(40), value(60), None), months=Q1)
    assert bounds(found) == (None, 60, None)


def new(number):
    return value(number, new_only=True)


def test_people_new_this_fiscal_year_add_up_within_one_partner():
    found = combined(make_line("unduplicated"), over_a_quarter(new(40), new(60), new(25)), months=Q1)
    assert bounds(found) == (125, 125, 125)
    found = combined(make_line("unduplicated"), over_a_quarter(new(40), None, new(25)), months=Q1)
    assert bounds(found) == (None, 65, None)


def test_new_people_of_two_partners_may_be_the_same_people():
    row = dict(zip(Q1, (new(40), new(60), new(25)), strict=True))
    found = combined(make_line("unduplicated"), {"P1": row, "P2": row}, months=Q1)
    assert bounds(found) == (None, 125, 250)


def test_new_people_do_not_add_up_across_two_fiscal_years():
    row = {JUN: new(40), JUL: new(60), AUG: new(25)}
    found = combined(make_line("unduplicated"), {"P1": row}, months=(JUN, JUL, AUG))
    assert bounds(found) == (None, 60, 125)


def test_where_only_some_months_count_new_people_no_upper_bound_holds():
    found = combined(make_line("unduplicated"), over_a_quarter(value(40), new(60), new(25)), months=Q1)
    assert bounds(found) == (None, 60, None)


def test_one_partner_left_after_the_others_are_excused_is_exact():
    filed = {"P1": {OCT: value(60)}, "P2": {}}
    assert bounds(combined(make_line("unduplicated"), filed, excused={"P2": [OCT]})) == (60, 60, 60)


def test_two_partners_never_give_one_number_even_when_the_bounds_meet():
    assert bounds(combined(make_line("unduplicated"), in_october(value(60), value(0)))) == (None, 60, 60)


# --- every kind ---------------------------------------------------------------------------------------------------


SPAN = (OCT, NOV, DEC)
MONTHS = [add_months(OCT, back) for back in range(-3, 3)]
LINES = [
    make_line("flow"),
    make_line("rate"),
    make_line("rate_stock", over_time="last"),
    make_line("rate_stock", over_time="person_time"),
    make_line("rate_stock", over_time="period_rate"),
    make_line("stock"),
    make_line("stock", carry_forward=2),
    make_line("unduplicated"),
]
lines = st.sampled_from(LINES)
small = st.integers(0, 30).map(Decimal)


@st.composite
def entries_for(draw, line):
    if draw(st.integers(0, 9)) == 0:
        return not_collected()
    if line.rule.is_ratio:
        denominator = draw(small)
        return Entry(numerator=min(draw(small), denominator), denominator=denominator)
    return Entry(value=draw(small), new_only=line.rule.is_count and draw(st.booleans()))


@st.composite
def filings(draw, of=lines, partners=5):
    """A line, and for each partner what it filed, owed and was excused from, in months up to the end of the span."""
    line = draw(of)
    months = st.sets(st.sampled_from(MONTHS))
    keys = range(1, draw(st.integers(1, partners)) + 1)
    owed = {key: draw(months) for key in keys}
    excused = {key: draw(months) if draw(st.booleans()) else set() for key in keys}
    filed = {(key, month): draw(entries_for(line)) for key in keys for month in sorted(draw(months))}
    return line, filed, owed, excused


@given(filings(), st.randoms(use_true_random=False))
def test_the_order_of_filings_partners_and_months_does_not_matter(case, random):
    line, filed, owed, excused = case
    shuffled = list(filed.items())
    random.shuffle(shuffled)
    partners = list(owed.items())
    random.shuffle(partners)
    months = list(SPAN)
    random.shuffle(months)
    assert combine(line, dict(shuffled), dict(partners), excused, months) == combine(line, filed, owed, excused, SPAN)


@given(filings(), st.data())
def test_children_and_their_parent_always_agree(case, data):
    line, filed, owed, excused = case
    whole = combine(line, filed, owed, excused, SPAN)
    group_of = {key: data.draw(st.sampled_from("ABC")) for key in owed}
    groups = {
        name: combine(line, filed, {key: owed[key] for key in owed if group_of[key] == name}, excused, SPAN)
        for name in set(group_of.values())
    }
    assert combine_partners(line, groups) == whole
    assert combine_partners(line, dict(whole.parts)) == whole


@given(filings())
def test_coverage_never_exceeds_what_is_owed_and_the_state_says_what_it_says(case):
    line, filed, owed, excused = case
    found = combine(line, filed, owed, excused, SPAN)
    owing = {key for key in owed if owed[key] & set(SPAN)}
    assert 0 <= found.coverage.filed <= found.coverage.expected <= len(owing)
    assert found.coverage.expected + found.coverage.excused == len(owing)
    if found.state is State.COMPLETE:
        assert found.coverage.filed == found.coverage.expected > 0
        assert found.has_something
    if found.state in (State.NONE, State.NOT_EXPECTED):
        assert not found.has_something
        assert found.value is None
    if found.coverage.expected == 0:
        assert found.state is State.NOT_EXPECTED
    if found.state is State.PARTIAL:
        assert found.coverage.filed < found.coverage.expected


@given(filings(of=st.just(make_line("unduplicated"))))
def test_people_of_two_partners_are_never_one_number(case):
    line, filed, owed, excused = case
    found = combine(line, filed, owed, excused, SPAN)
    with_values = [part for _, part in found.parts if part.has_something]
    if len(with_values) >= 2 or found.coverage.expected != 1:
        assert found.value is None
    if found.lower is not None and found.upper is not None:
        assert found.lower <= found.upper
    if not found.coverage.is_complete:
        assert found.upper is None
    if found.value is not None:
        assert found.value == found.lower == found.upper


@given(filings(), st.data())
def test_a_zero_is_never_the_same_as_silence(case, data):
    line, filed, owed, excused = case
    partner = data.draw(st.sampled_from(sorted(owed)))
    month = data.draw(st.sampled_from(MONTHS))
    owed = {partner: owed[partner] | {month}}
    zero = rate(0, 0) if line.rule.is_ratio else value(0)
    told = combine(line, {**filed, (partner, month): zero}, owed, excused, (month,))
    assert told.state in (State.COMPLETE, State.UNDEFINED)
    assert (told.coverage.filed, told.coverage.expected) == (1, 1)
    silent = combine(replace(line, carry_forward=0), {}, owed, excused, (month,))
    assert silent.state in (State.NONE, State.NOT_EXPECTED)
    assert silent.coverage.filed == 0


@given(filings())
def test_a_figure_nobody_owes_changes_nothing(case):
    line, filed, owed, excused = case
    only_owed = {(key, month): entry for (key, month), entry in filed.items() if month in owed[key]}
    assert combine(line, filed, owed, excused, SPAN) == combine(line, only_owed, owed, excused, SPAN)


@given(filings(of=st.sampled_from([make_line("flow"), make_line("rate")])))
def test_a_sum_is_the_plain_sum_of_what_counts(case):
    """A second, blunter statement of flows and rates: add everything that is owed and answered."""
    line, filed, owed, excused = case
    counted = [
        entry
        for (key, month), entry in filed.items()
        if month in owed[key] and month in SPAN and not entry.is_not_collected
    ]
    found = combine(line, filed, owed, excused, SPAN)
    if not counted:
        assert not found.has_something
    elif line.kind == "flow":
        assert found.value == sum(entry.value for entry in counted)
    else:
        assert found.numerator == sum(entry.numerator for entry in counted)
        assert found.denominator == sum(entry.denominator for entry in counted)


def test_one_partner_alone_is_combined_by_the_same_rule():
    row = {JUL: value(1), AUG: value(2), SEP: value(3)}
    assert combine_periods(make_line(), row, Q1, Q1, partner="P1") == combined(make_line(), {"P1": row}, months=Q1)
