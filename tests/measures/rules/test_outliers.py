from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measures.rules.figures import Entry, check_figure
from measures.rules.limits import Limits
from measures.rules.outliers import Thresholds, history_of, is_near_mean, level_of, score
from measures.rules.usual import warn_figure

from .lines import make_line, not_collected, rate, value

# Median 10, MAD 1, mean 10.5, standard deviation 2.074 (n - 1).
STEADY = [value(number) for number in (9, 10, 10, 9, 14, 11)]
TINY = Decimal("1e-9")  # what a root of 28 digits may leave


def test_the_scores_are_those_of_iglewicz_and_hoaglin():
    found = score(make_line(), value(17), STEADY)
    assert found is not None
    assert (found.history.median, found.history.mean) == (10, Decimal("10.5"))
    assert round(found.modified_z, 4) == Decimal("4.7215")  # 0.6745 * 7 / 1
    assert round(found.z, 4) == Decimal("3.4744")  # 6.5 / 1.8708
    assert found.is_by_z
    assert found.is_by_modified_z


@pytest.mark.parametrize(
    ("number", "by_z", "by_modified_z"),
    [(10, False, False), (15, False, False), (16, False, True), (17, True, True), (4, True, True), (5, False, False)],
)
def test_both_scores_are_held_against_their_own_threshold(number, by_z, by_modified_z):
    found = score(make_line(), value(number), STEADY)
    assert (found.is_by_z, found.is_by_modified_z) == (by_z, by_modified_z)


def test_the_usual_range_is_where_neither_score_objects():
    found = score(make_line(), value(10), STEADY)
    low, high = found.low, found.high
    for level in (low, high):
        assert abs(found.history.z(level)) <= 3 or abs(found.history.modified_z(level)) <= Decimal("3.5")
    assert round(low, 2) == Decimal("4.81")
    assert round(high, 2) == Decimal("16.11")


def test_thresholds_are_the_tenants():
    wide = score(make_line(), value(17), STEADY, Thresholds(Decimal(5), Decimal(6)))
    assert not wide.is_outlier
    assert not wide.is_far_out


@pytest.mark.parametrize(
    ("history", "counted"),
    [
        (STEADY[:5], None),
        (STEADY, 6),
        ([*STEADY[:5], not_collected(), Entry()], None),
        ([value(n) for n in range(30)], 24),
    ],
)
def test_six_figures_are_the_least_and_twenty_four_the_most(history, counted):
    found = history_of(make_line(), history)
    assert (found.count if found else None) == counted


def test_where_most_are_the_same_the_mean_deviation_stands_in():
    history = [value(n) for n in (10, 10, 10, 10, 10, 16)]
    found = score(make_line(), value(30), history)
    assert round(found.modified_z, 3) == Decimal("15.958")  # 20 / (1.253314 * 1)
    assert found.is_by_modified_z


def test_where_all_were_the_same_anything_else_is_new():
    found = score(make_line(), value(11), [value(10)] * 6)
    assert (found.z, found.modified_z) == (None, None)
    assert found.is_outlier
    assert not score(make_line(), value(10), [value(10)] * 6).is_outlier


def test_a_count_has_no_usual_below_zero():
    assert score(make_line(), value(3), [value(n) for n in (0, 5, 1, 9, 2, 4)]).low == 0
    deep = make_line(allows_negative=True)
    assert score(deep, value(3), [value(n) for n in (0, 5, 1, 9, 2, 4)]).low < 0


def test_of_a_rate_the_ratio_is_looked_at():
    line = make_line("rate")
    assert level_of(line, rate(15, 50)) == Decimal("0.3")
    assert level_of(line, rate(0, 0)) is None
    history = [rate(n, 100) for n in (60, 61, 59, 60, 62, 58)]
    (problem,) = warn_figure(line, rate(70, 1000), history)
    assert problem.code == "unusual.ten_times"  # a slip is said first
    (problem,) = warn_figure(line, rate(76, 100), history)
    assert problem.code == "unusual.outlier"
    assert problem.message.startswith("76% lies outside the usual 54.7% to 65.3% of the last 6 figures.") or (
        "lies outside the usual" in problem.message
    )
    assert warn_figure(line, rate(7, 10), [rate(6, 10)] * 2 + history) != []


@pytest.mark.parametrize(
    ("kind", "entry", "limits", "errors", "warnings"),
    [
        ("flow", value(5), Limits(Decimal(1), Decimal(9)), [], []),
        ("flow", value(1), Limits(Decimal(1), Decimal(9)), [], []),
        ("flow", value(10), Limits(Decimal(1), Decimal(9)), [], ["limit.above"]),
        ("flow", value(0), Limits(Decimal(1), None), [], ["limit.below"]),
        ("flow", value(10), Limits(None, Decimal(9), True), ["limit.above"], []),
        ("flow", value(0), Limits(Decimal(1), None, True), ["limit.below"], []),
        ("flow", not_collected(), Limits(Decimal(1), None, True), [], []),
        ("flow", Entry(), Limits(Decimal(1), None, True), [], []),
        ("rate", rate(95, 100), Limits(None, Decimal("0.9"), True), ["limit.above"], []),
        ("rate", rate(0, 0), Limits(Decimal("0.1"), None, True), [], []),
    ],
)
def test_limits_that_staff_set(kind, entry, limits, errors, warnings):
    line = make_line(kind, limits=limits)
    assert [problem.code for problem in check_figure(line, entry)] == errors
    found = warn_figure(line, entry, [])
    assert [problem.code for problem in found] == warnings
    assert all(problem.is_warning for problem in found)


def test_limits_are_said_in_the_unit_of_the_indicator():
    (problem,) = check_figure(make_line("rate", limits=Limits(None, Decimal("0.9"), True)), rate(95, 100))
    assert problem.message == "95% is more than 90%, the most that is accepted here."
    (problem,) = warn_figure(make_line(limits=Limits(Decimal(20), None)), value(3), [])
    assert problem.message == "3 is less than 20, the least that is expected here. Is it right?"


def test_parts_are_not_held_against_the_limits_of_the_total():
    line = make_line(limits=Limits(Decimal(20), None, True), breakdowns=(("age",),))
    assert check_figure(line, value(3), "age:0-4") == []


@settings(deadline=None)
@given(
    levels=st.lists(st.decimals(0, 1000, places=2), min_size=4, max_size=30),
    level=st.decimals(0, 5000, places=2),
)
def test_what_is_near_the_mean_is_never_far_out(levels, level):
    history = [value(one) for one in levels]
    found = score(make_line(), value(level), history)
    if is_near_mean(make_line(), level, history):
        assert found is None or found.low - TINY <= level <= found.high + TINY
    else:
        assert abs(found.z) >= 3 if found.z is not None else found.is_by_z
