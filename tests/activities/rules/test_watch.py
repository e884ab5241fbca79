"""Sub-optimisation: one looks better, what it should move looks worse."""

from decimal import Decimal

import pytest

from activities.rules.watch import Side, Verdict, judge

FULL = Decimal(1)


def side(*values, coverage=FULL, direction="up") -> Side:
    return Side([None if value is None else Decimal(str(value)) for value in values], coverage, direction)


def verdict(first: Side, second: Side):
    return judge(first, second, change=5, coverage=80)


INTAKE = side(100, 100, 100, 120, 120, 120)
TIMELY = side("0.8", "0.8", "0.8", "0.7", "0.7", "0.7")


def test_intake_that_rises_while_timely_service_falls_is_worth_a_word():
    found = verdict(INTAKE, TIMELY)
    assert (found.verdict, found.first, found.second) == (Verdict.CARD, Decimal("0.2"), Decimal("-0.125"))


def test_with_a_coverage_of_60_percent_there_is_no_card_and_the_reason_is_coverage():
    thin = side("0.8", "0.8", "0.8", "0.7", "0.7", "0.7", coverage=Decimal("0.6"))
    assert verdict(INTAKE, thin).verdict is Verdict.COVERAGE
    assert verdict(side(1, 1, 1, 2, 2, 2, coverage=None), TIMELY).verdict is Verdict.COVERAGE
    enough = side("0.8", "0.8", "0.8", "0.7", "0.7", "0.7", coverage=Decimal("0.8"))
    assert verdict(INTAKE, enough).verdict is Verdict.CARD


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (INTAKE, side(100, 100, 100, 96, 96, 96), Verdict.STEADY),
        (INTAKE, side(100, 100, 100, 95, 95, 95), Verdict.CARD),
        (side(100, 100, 100, 105, 105, 105), TIMELY, Verdict.CARD),
        (side(100, 100, 100, 104, 104, 104), TIMELY, Verdict.STEADY),
        (side(100, 100, 100, 80, 80, 80), TIMELY, Verdict.STEADY),
        (side(30, 30, 30, 20, 20, 20, direction="down"), TIMELY, Verdict.CARD),
        (INTAKE, side(10, 10, 10, 12, 12, 12, direction="down"), Verdict.CARD),
        (INTAKE, side(10, None, 10, 8, 8, 8), Verdict.SILENT),
        (side(0, 0, 0, 8, 8, 8), TIMELY, Verdict.SILENT),
        (INTAKE, side(10, 10, 10, 8, 8, 8, direction="maintain"), Verdict.NO_WAY),
    ],
)
def test_better_and_worse_follow_the_direction_and_the_threshold(first, second, expected):
    assert verdict(first, second).verdict is expected
