"""What a partner may answer to each kind, what its parts have to do with its total, and what its past forbids."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from measures.rules.cells import check_cells, check_submission, put_rest_in_unknown
from measures.rules.definitions import Goal, check_definition, check_goal, check_overlap
from measures.rules.figures import Entry, check_figure, has_answer, nil, read_number
from measures.rules.kinds import KINDS
from measures.rules.lines import Level
from measures.rules.past import check_past, increments, warn_past

from .lines import AUG, JUL, NOV, OCT, SEP, make_line, not_collected, value
from .test_combining_kinds import JUN, LEVELS, average, told

SPLIT = {"breakdowns": (("age",),)}


def ordinal(**changes):
    return make_line("ordinal", levels=LEVELS, **changes)


@pytest.mark.parametrize(
    ("line", "entry", "code"),
    [
        (make_line("weighted_average"), average("4.5", 20), None),
        (make_line("weighted_average"), Entry(value=Decimal(4)), "figure.half_an_average"),
        (make_line("weighted_average"), Entry(weight=Decimal(4)), "figure.half_an_average"),
        (make_line("weighted_average"), average(4, -1), "number.negative"),
        (make_line("weighted_average"), Entry(numerator=Decimal(1), denominator=Decimal(2)), "figure.mixed"),
        (make_line("milestone"), value(1), None),
        (make_line("milestone"), value(0), None),
        (make_line("milestone"), value(2), "milestone.yes_or_no"),
        (make_line("milestone"), value("0.5"), "number.not_integer"),
        (ordinal(), value(3), None),
        (ordinal(), value(4), "ordinal.level"),
        (ordinal(), value(0), "ordinal.level"),
        (make_line("median"), value("3.5"), None),
        (make_line("median", is_whole=True), value("3.5"), None),
        (make_line("money", unit="USD", is_whole=True), value("3.25"), None),
        (make_line("money", unit="USD", is_whole=True), value("3.255"), "number.precision"),
        (make_line("money", unit="USD"), value("3.255"), None),
        (make_line("to_date", is_whole=True), value("3.5"), "number.not_integer"),
        (make_line("narrative"), told(), None),
        (make_line("narrative"), value(3), "figure.mixed"),
        (make_line("narrative"), not_collected(), None),
        (make_line("flow"), Entry(value=Decimal(3), weight=Decimal(1)), "figure.mixed"),
    ],
)
def test_an_answer_of_each_kind(line, entry, code):
    assert [problem.code for problem in check_figure(line, entry)] == ([] if code is None else [code])


@pytest.mark.parametrize("kind", ["narrative", "median", "milestone"])
def test_a_blank_is_no_answer(kind):
    problems = check_submission([make_line(kind)], {"k1": {"": Entry()}})
    assert [problem.code for problem in problems] == ["figure.blank"]
    assert not has_answer(make_line(kind), Entry())


@pytest.mark.parametrize("kind", ["to_date", "minimum", "maximum", "median", "milestone", "ordinal", "narrative"])
def test_nothing_to_report_is_no_answer_of_these(kind):
    with pytest.raises(ValueError, match="no answer"):
        nil(make_line(kind))


def test_nothing_to_report_of_an_average_has_no_weight():
    assert nil(make_line("weighted_average")) == average(0, 0)


@pytest.mark.parametrize(
    ("line", "raw", "read", "code"),
    [
        (ordinal(), "steady", 3, None),
        (ordinal(), "2", 2, None),
        (ordinal(), "Steady", None, "number.invalid"),
        (make_line("milestone"), "Yes", 1, None),
        (make_line("milestone"), "no", 0, None),
        (make_line("money", unit="USD"), "$1000", 1000, None),
        (make_line("money", unit="USD"), "USD 1000", 1000, None),
        (make_line("money", unit="USD"), "€1000", None, "figure.other_currency"),
        (make_line("money", unit="USD"), "1000 EUR", None, "figure.other_currency"),
        (make_line("money", unit="EUR"), "$1000", None, "figure.other_currency"),
        (make_line("money", unit="MXN"), "$1000", 1000, None),
        (make_line("money", unit="JPY"), "¥1000", 1000, None),
        (make_line("weighted_average", unit="percent"), "45%", 45, None),
    ],
)
def test_what_somebody_wrote(line, raw, read, code):
    found, problem = read_number(line, "value", raw)
    assert (found, None if problem is None else problem.code) == (read, code)
    if code == "figure.other_currency":
        assert line.unit in problem.message


# --- a total and its parts ---


def parts(total, *entries):
    return {"": total} | dict(zip(("age:0-4", "age:5-17", "age:unknown"), entries, strict=False))


@pytest.mark.parametrize(
    ("kind", "cells", "codes"),
    [
        ("to_date", parts(value(10), value(4), value(6)), []),
        ("to_date", parts(value(10), value(4), value(5)), ["sum.mismatch"]),
        ("average_stock", parts(value(10), value(4), value(5)), ["sum.mismatch"]),
        ("money", parts(value("10.5"), value(4), value("6.5")), []),
        ("minimum", parts(value(4), value(4), value(9)), []),
        ("minimum", parts(value(5), value(4), value(9)), ["parts.extreme"]),
        ("minimum", parts(value(3), value(4), value(9)), ["parts.extreme"]),
        ("minimum", parts(value(3), value(4), not_collected()), []),  # the one that is not known may be the smallest
        ("minimum", parts(value(5), value(4), not_collected()), ["parts.extreme"]),
        ("maximum", parts(value(9), value(4), value(9)), []),
        ("maximum", parts(value(8), value(4), value(9)), ["parts.extreme"]),
        ("maximum", parts(value(10), value(4), value(9)), ["parts.extreme"]),
        ("weighted_average", parts(average(15, 4), average(10, 2), average(20, 2)), []),
        ("weighted_average", parts(average(15, 5), average(10, 2), average(20, 2)), ["sum.mismatch"]),
        ("weighted_average", parts(average(18, 4), average(10, 2), average(20, 2)), ["parts.average"]),
        ("weighted_average", parts(average("13.3", 3), average(10, 2), average(20, 1)), []),  # rounded
        ("weighted_average", parts(average("13.5", 3), average(10, 2), average("19.9", 1)), ["parts.average"]),
        ("median", parts(value(4), value(40), value(90)), []),
        ("milestone", parts(value(1), value(0), value(0)), []),
        ("ordinal", parts(value(1), value(3), value(3)), []),
        ("median", {"age:0-4": value(4)}, ["breakdown.no_total"]),
    ],
)
def test_what_parts_have_to_do_with_their_total(kind, cells, codes):
    line = ordinal(**SPLIT) if kind == "ordinal" else make_line(kind, **SPLIT)
    assert [problem.code for problem in check_cells(line, cells)] == codes


def test_an_overlapping_extreme_is_one_of_its_parts_all_the_same():
    line = make_line("maximum", breakdowns=(("service",),))
    assert check_cells(line, {"": value(9), "service:meals": value(9), "service:shelter": value(2)}) == []
    (problem,) = check_cells(line, {"": value(9), "service:meals": value(8), "service:shelter": value(2)})
    assert problem.message == "Service: the largest part is 8, so the largest of all is not 9."


@pytest.mark.parametrize("kind", ["minimum", "median", "weighted_average"])
def test_no_rest_is_offered_where_parts_are_no_sum(kind):
    entry = average(3, 9) if kind == "weighted_average" else value(9)
    part = average(3, 4) if kind == "weighted_average" else value(4)
    cells = parts(entry, part)
    assert put_rest_in_unknown(make_line(kind, **SPLIT), cells, ("age",)) == cells


# --- what the past forbids, or makes odd ---


@pytest.mark.parametrize(
    ("past", "entry", "is_refused"),
    [
        ([(JUL, value(1))], value(0), True),
        ([(JUL, value(1))], value(0, reason="It burned down."), False),
        ([(JUL, value(1))], value(1), False),
        ([(JUL, value(0))], value(0), False),
        ([(JUL, value(1)), (AUG, value(0, reason="It burned down."))], value(0), False),
        ([(JUL, value(1)), (AUG, not_collected())], value(0), True),
        ([], value(0), False),
    ],
)
def test_a_milestone_is_reversed_with_a_reason_only(past, entry, is_refused):
    codes = [problem.code for problem in check_past(make_line("milestone"), entry, past)]
    assert codes == (["milestone.reversed_without_reason"] if is_refused else [])


@pytest.mark.parametrize(
    ("period", "number", "is_odd"), [(SEP, 9, True), (SEP, 10, False), (SEP, 11, False), (JUL, 1, False)]
)
def test_a_total_to_date_falls_only_with_a_new_year(period, number, is_odd):
    past = [(JUN, value(80))] if period == JUL else [(JUN, value(80)), (JUL, value(4)), (AUG, value(10))]
    found = warn_past(make_line("to_date"), period, value(number), past, 7)
    assert [problem.code for problem in found] == (["unusual.fell"] if is_odd else [])
    assert all(problem.is_warning for problem in found)


def test_a_total_of_what_may_be_below_zero_may_fall():
    line = make_line("to_date", allows_negative=True)
    assert warn_past(line, SEP, value(-3), [(JUL, value(4)), (AUG, value(10))], 7) == []


def test_what_came_in_between_totals():
    past = [(JUN, value(80)), (JUL, value(4)), (SEP, value(10)), (OCT, value(9)), (NOV, not_collected())]
    assert [(month, entry.value) for month, entry in increments(past, 7)] == [(JUN, 80), (JUL, 4), (SEP, 6), (OCT, -1)]


# --- definitions ---


def defined(line, **more):
    return [problem.code for problem in check_definition(line, due_day=10, lock_day=20, **more)]


BELOW_ZERO = {
    "flow", "stock", "to_date", "weighted_average", "average_stock", "minimum", "maximum", "median", "money"
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_which_kinds_may_go_below_zero(kind):
    line = make_line(kind, unit="USD", levels=LEVELS if kind == "ordinal" else (), allows_negative=True)
    assert defined(line) == ([] if kind in BELOW_ZERO else ["line.negative_not_here"])
    is_computed = kind in ("formula", "index", "community")
    assert line.may_be_negative == (kind in BELOW_ZERO or is_computed)
    assert replace(line, allows_negative=False).may_be_negative == is_computed


def test_people_are_never_fewer_than_none():
    line = make_line(allows_negative=True)
    assert (defined(line, counts_people=True), defined(line, counts_people=False)) == (["line.people_below_zero"], [])
    assert defined(make_line(), counts_people=True) == []


@pytest.mark.parametrize(
    ("kind", "has_volume"),
    [("flow", False), ("stock", False), ("money", False), ("weighted_average", True), ("to_date", False)],
)
def test_what_may_be_below_zero_weighs_nothing(kind, has_volume):
    assert make_line(kind, allows_negative=True).has_volume is has_volume
    assert make_line("rate").has_volume


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        (ordinal(), []),
        (make_line("ordinal"), ["line.levels_missing"]),
        (make_line("ordinal", levels=LEVELS[:1]), ["line.levels_missing"]),
        (make_line("ordinal", levels=(*LEVELS, LEVELS[0])), ["line.level_twice"]),
        (make_line("ordinal", levels=(*LEVELS, Level("No Good", "x"))), ["line.level_name"]),
        (make_line("flow", levels=LEVELS), ["line.levels_not_here"]),
        (make_line("flow", mean_allowed=True), ["line.levels_not_here"]),
        (make_line("money", unit="USD"), []),
        (make_line("money", unit="dollars"), ["line.currency"]),
        (make_line("money", unit=""), ["line.currency"]),
        (make_line("money", unit="XXX"), ["line.currency"]),
        (make_line("weighted_average", unit="percent"), []),
        (make_line("median", unit="percent"), ["kind.bare_percent"]),
        (make_line("average_stock", unit="percent"), ["kind.bare_percent"]),
        (make_line("narrative", unit="", breakdowns=(("age",),)), ["line.words_not_split"]),
    ],
)
def test_a_definition_of_each_kind(line, codes):
    assert defined(line) == codes


@pytest.mark.parametrize(
    ("kind", "rate", "source", "on", "codes"),
    [
        ("unduplicated", None, "", None, []),
        ("unduplicated", "0.2", "Survey", OCT, []),
        ("unduplicated", "0", "Survey", OCT, []),
        ("unduplicated", "1", "Survey", OCT, ["line.overlap_rate"]),
        ("unduplicated", "-0.1", "Survey", OCT, ["line.overlap_rate"]),
        ("unduplicated", None, "Survey", OCT, ["line.overlap_rate"]),
        ("unduplicated", "0.2", " ", OCT, ["line.overlap_source"]),
        ("unduplicated", "0.2", "Survey", None, ["line.overlap_date"]),
        ("flow", "0.2", "Survey", OCT, ["line.overlap_not_here"]),
    ],
)
def test_an_overlap_has_a_rate_a_source_and_a_date(kind, rate, source, on, codes):
    found = check_overlap(make_line(kind), None if rate is None else Decimal(rate), source, on)
    assert [problem.code for problem in found] == codes


@pytest.mark.parametrize(
    ("line", "goal", "codes"),
    [
        (make_line("milestone"), Goal(numerator=Decimal(8), denominator=Decimal(8)), []),
        (make_line("milestone"), Goal(numerator=Decimal(9), denominator=Decimal(8)), ["goal.above_all"]),
        (make_line("milestone"), Goal(value=Decimal(1)), ["goal.shape"]),
        (ordinal(), Goal(value=Decimal(3)), []),
        (ordinal(), Goal(value=Decimal(4)), ["goal.level"]),
        (make_line("median"), Goal(value=Decimal("3.5")), []),
        (make_line("narrative"), Goal(value=Decimal(1)), ["goal.of_words"]),
    ],
)
def test_a_goal_has_the_shape_of_what_is_combined(line, goal, codes):
    assert [problem.code for problem in check_goal(line, goal)] == codes
