"""What targets plan for a given time: tables of plain values."""

from datetime import date
from decimal import Decimal

import pytest

from measures.rules.periods import Grain, add_months, months_in
from measures.rules.plans import Aims, Mark, level_on, planned

from .lines import month

JUL, OCT = date(2026, 7, 1), date(2026, 10, 1)
JUL_TO_OCT = [add_months(JUL, step) for step in range(4)]
YEAR = months_in(Grain.YEAR, JUL)


def mark(grain, period, value):
    return Mark(Grain(grain), month(period), Decimal(value))


def aims(*marks, kind="flow", frequency="month", baseline=None, since=None, judged_from=None):
    return Aims(
        kind,
        Grain(frequency),
        marks,
        None if baseline is None else Decimal(baseline),
        None if since is None else month(since),
        None if judged_from is None else month(judged_from),
    )


YEARLY = mark("year", "2026-07", 12000)


@pytest.mark.parametrize(
    ("found", "periods", "expected"),
    [
        # A year's target is divided evenly over its months, by the calendar.
        (aims(YEARLY), JUL_TO_OCT, 4000),
        (aims(YEARLY), YEAR, 12000),
        # Months with targets of their own take those; the rest of the year shares what is left.
        (aims(YEARLY, mark("month", "2026-07", 100)), JUL_TO_OCT, "3345.45"),
        (aims(YEARLY, mark("month", "2026-07", 100)), YEAR, 12000),
        (aims(YEARLY, *[mark("month", f"2026-{m:02}", 600) for m in (7, 8, 9, 10)]), JUL_TO_OCT, 2400),
        # So do quarters, and months within them.
        (aims(YEARLY, mark("quarter", "2026-07", 1500)), JUL_TO_OCT[:3], 1500),
        (aims(YEARLY, mark("quarter", "2026-07", 1500)), YEAR, 12000),
        (aims(YEARLY, mark("quarter", "2026-07", 1500)), JUL_TO_OCT, "2666.67"),
        (aims(mark("quarter", "2026-07", 300), mark("month", "2026-08", 50)), JUL_TO_OCT[:3], 300),
        # A quarterly indicator has quarters as its periods.
        (aims(YEARLY, frequency="quarter"), [JUL, OCT], 6000),
        # Beyond the target's year nothing is planned, and then neither for what reaches into it.
        (aims(YEARLY), [add_months(JUL, -1), *JUL_TO_OCT], None),
        # Months' targets alone make a year's: the way from the baseline through them, month by month.
        (aims(mark("month", "2027-06", 1100), baseline=1100, since="2026-06"), YEAR, 13200),
        (aims(mark("month", "2026-11", 150), baseline=100, since="2026-06"), JUL_TO_OCT, "500"),
        (aims(mark("month", "2027-06", 1100)), JUL_TO_OCT, None),
        (aims(), JUL_TO_OCT, None),
        (aims(YEARLY), [], None),
        # What does not add up stands at the level planned for the last month.
        (aims(mark("month", "2027-06", 60), kind="stock", baseline=40, since="2026-06"), JUL_TO_OCT, "46.67"),
        (aims(mark("year", "2026-07", "0.6"), kind="rate"), JUL_TO_OCT, "0.6"),
        # People in four months are no share of the people in a year.
        (aims(mark("year", "2026-07", 900), kind="unduplicated"), JUL_TO_OCT, None),
    ],
)
def test_what_is_planned(found, periods, expected):
    amount = planned(found, periods)
    assert (None if amount is None else round(amount, 2)) == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("period", "level"),
    [("2025-12", 40), ("2026-01", 40), ("2026-07", 50), ("2027-01", 60), ("2027-07", 80), ("2028-01", 100), ("2029-01", 100)],
)  # fmt: skip
def test_the_way_leads_through_every_target(period, level):
    found = aims(
        mark("month", "2027-01", 60), mark("month", "2028-01", 100), kind="stock", baseline=40, since="2026-01"
    )
    assert level_on(found.points(), month(period)) == level


def test_the_way_does_not_move_before_it_could():
    found = aims(mark("month", "2027-10", 60), kind="rate", baseline=40, since="2026-01", judged_from="2027-01")
    assert level_on(found.points(), month("2026-12")) == 40
    assert round(level_on(found.points(), month("2027-04")), 2) == Decimal("46.67")


def test_a_target_in_force_is_the_next_one_or_the_last_there_was():
    found = aims(mark("month", "2026-12", 10), mark("month", "2027-06", 20))
    assert found.next(Grain.MONTH, month("2026-12")).value == 10
    assert found.next(Grain.MONTH, month("2027-01")).value == 20
    assert found.next(Grain.MONTH, month("2027-07")).value == 20
    assert found.next(Grain.YEAR, month("2027-07")) is None
