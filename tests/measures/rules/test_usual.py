from decimal import Decimal

import pytest

from measures.rules.figures import Entry
from measures.rules.usual import usual, warn_figure

from .lines import make_line, not_collected, rate, value

STEADY = [value(number) for number in (290, 300, 280, 295, 310, 295)]


def codes(kind, entry, history, **changes):
    found = warn_figure(make_line(kind, **changes), entry, history)
    assert all(problem.is_warning for problem in found)
    return [problem.code for problem in found]


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([], None),
        ([Entry(), not_collected()], None),
        ([value(7)], 7),
        ([value(0), value(0)], 0),
        (STEADY, 295),
        ([value(1), value(2)], Decimal("1.5")),
        ([value(9999), *STEADY], 295),  # only the last six count
        ([*STEADY, not_collected(), Entry()], 295),
        ([rate(1, 20), rate(5, 30), rate(0, 0)], 20),
    ],
)
def test_the_usual_is_the_median_of_the_last_six(history, expected):
    assert usual(history) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (300, []),
        (0, ["unusual.zero"]),
        (3000, ["unusual.ten_times"]),
        (2950, ["unusual.ten_times"]),
        (2949, ["unusual.more"]),
        (29, ["unusual.a_tenth"]),
        (30, ["unusual.outlier"]),
        (443, ["unusual.more"]),
        (440, ["unusual.outlier"]),
        (329, []),  # an outlier by its scores, and no further than chance takes it
    ],
)
def test_a_count_against_its_history(number, expected):
    assert codes("flow", value(number), STEADY) == expected


def test_the_slip_of_a_digit_is_said_in_words():
    (problem,) = warn_figure(make_line(), value(3000), STEADY)
    assert problem.message == "3000 is ten times the usual 295, or more. Is there a digit too many?"
    assert problem.field == "value"


def test_three_figures_are_the_least_history():
    assert codes("flow", value(3000), STEADY[:2]) == []
    assert codes("flow", value(3000), STEADY[:3]) == ["unusual.ten_times"]


def test_small_numbers_wander_without_a_warning():
    assert codes("flow", value(3), [value(1), value(2), value(1)]) == []


def test_zero_after_zero_is_usual():
    assert codes("flow", value(0), [value(5), value(0), value(4), value(0)]) == []
    assert codes("flow", value(4), [value(0), value(0), value(0)]) == []


def test_a_figure_seen_before_is_not_more_than_ever():
    assert codes("flow", value(500), [value(510), value(290), value(300), value(295)]) == []


def test_the_same_again_and_again_is_asked_about_unless_it_is_a_level():
    same = [value(40)] * 3
    assert codes("flow", value(40), same) == ["unusual.copied"]
    assert codes("stock", value(40), same) == []
    assert codes("flow", value(2), [value(2)] * 3) == []
    assert codes("rate", rate(30, 50), [rate(30, 50)] * 3) == ["unusual.copied"]
    assert codes("rate", rate(31, 50), [rate(30, 50)] * 3) == []


RATES = [rate(30, 50), rate(28, 48), rate(33, 55), rate(31, 52)]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (rate(30, 51), []),
        (rate(15, 50), ["unusual.rate"]),
        (rate(50, 50), ["unusual.rate"]),
        (rate(300, 510), ["unusual.ten_times"]),
        (rate(3, 5), ["unusual.a_tenth"]),
        (rate(0, 0), ["unusual.zero"]),
        (Entry(), []),
        (rate(30, None), []),
    ],
)
def test_a_rate_against_its_history(entry, expected):
    assert codes("rate", entry, RATES) == expected


def test_a_rate_is_said_as_a_percentage_where_it_is_one():
    (problem,) = warn_figure(make_line("rate"), rate(15, 50), RATES)
    assert problem.message == "30% is far from the usual 59.8%."
    (problem,) = warn_figure(make_line("rate", unit="per_1000"), rate(15, 50), RATES)
    assert problem.message == "A rate of 0.3 is far from the usual 0.5981."


def test_levels_below_zero_are_left_alone():
    assert codes("flow", value(-500), [value(-5)] * 3, allows_negative=True) == []
