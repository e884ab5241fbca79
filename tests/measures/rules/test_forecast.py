"""Where a line leads if it goes on like before: tables of plain values."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measures.rules.forecast import Forecast, TooFew, forecast
from measures.rules.periods import Grain, add_months

START = date(2025, 1, 1)


def points(values, step=1, start=START):
    return [(add_months(start, step * n), Decimal(value)) for n, value in enumerate(values) if value is not None]


def ahead(values, grain=Grain.MONTH, kind="flow", **more):
    found = points(values, grain.months)
    last = add_months(START, grain.months * (len(values) - 1))
    return forecast(kind, grain, found, last, **more)


def amounts(found: Forecast) -> list[Decimal]:
    return [round(one.value, 2) for one in found.points]


def test_a_straight_line_goes_on_straight_and_without_a_range():
    found = ahead(range(100, 124, 2))
    assert amounts(found) == [124, 126, 128, 130, 132, 134]
    assert found.points[0].period == date(2026, 1, 1)
    assert all(one.low == one.value == one.high for one in found.points)
    assert (found.rests_on, found.slope, found.is_seasonal) == (12, 2, False)


def test_one_odd_month_does_not_bend_it():
    assert amounts(ahead([100] * 6 + [900] + [100] * 5)) == [100] * 6


def test_only_the_last_twelve_complete_points_count():
    found = ahead([5, 500, 7, *range(100, 112)])
    assert amounts(found)[:2] == [112, 113]
    assert found.since == add_months(START, 3)


def test_a_gap_stays_a_gap_in_time():
    values = [*range(100, 106), None, None, *range(108, 114)]
    assert amounts(ahead(values))[0] == 114


def test_it_leads_through_what_is_over_and_not_all_in():
    found = ahead([*range(100, 112), None])
    assert found.points[0].period == date(2026, 1, 1)
    assert amounts(found) == [112, 113, 114, 115, 116, 117, 118]


@pytest.mark.parametrize(
    ("values", "grain", "expected"),
    [
        (range(11), Grain.MONTH, TooFew(11, 12)),
        ([1, None, 2, 3], Grain.MONTH, TooFew(3, 12)),
        (range(7), Grain.QUARTER, TooFew(7, 8)),
        (range(4), Grain.YEAR, TooFew(4, 5)),
        ([], Grain.MONTH, TooFew(0, 12)),
        ([*range(12), None, None, None, None], Grain.MONTH, None),  # too long ago to say anything
    ],
)
def test_where_there_is_none(values, grain, expected):
    assert ahead(list(values), grain) == expected


@pytest.mark.parametrize("kind", ["unduplicated", "median", "minimum", "maximum", "milestone", "ordinal", "narrative"])
def test_what_has_no_one_number_has_no_forecast(kind):
    assert ahead(range(12), kind=kind) is None


def test_with_two_years_each_month_keeps_its_habit():
    summer = [0, 0, 0, 0, 0, 60, 60, 60, 0, 0, 0, 0]
    values = [100 + month + summer[month % 12] for month in range(24)]
    found = ahead(values, until=date(2027, 12, 1))
    assert found.is_seasonal
    assert found.rests_on == 24
    assert amounts(found) == [100 + month + summer[month % 12] for month in range(24, 36)]
    assert all(one.low == one.high for one in found.points)


def test_the_range_holds_most_of_the_points_and_widens():
    values = [100, 110, 90, 100, 110, 90, 100, 110, 90, 100, 110, 90]
    found = ahead(values)
    widths = [one.high - one.low for one in found.points]
    assert widths == sorted(widths)
    assert 20 <= widths[0] <= 40
    inside = sum(1 for value in values if found.points[0].low <= value <= found.points[0].high)
    assert inside >= 8


def test_a_count_never_falls_below_nothing_nor_a_share_beyond_the_whole():
    falling = ahead(range(22, -2, -2))
    assert [one.value for one in falling.points] == [0] * 6
    growing = [Decimal(n) / 100 for n in range(86, 98)]
    found = ahead(growing, kind="rate", is_share=True, until=date(2026, 12, 1))
    assert max(one.high for one in found.points) == 1
    # What has been below zero may go on below it.
    assert ahead(range(6, -6, -1)).points[0].value == -6


def test_it_reaches_to_the_targets_date_where_that_is_within_a_year():
    assert ahead(range(12), until=date(2026, 10, 1)).points[-1].period == date(2026, 10, 1)
    assert ahead(range(12), until=date(2028, 10, 1)).points[-1].period == date(2026, 12, 1)
    assert ahead(range(12), until=date(2025, 3, 1)).points[-1].period == date(2026, 6, 1)
    assert len(ahead(range(8), Grain.QUARTER).points) == 2
    assert len(ahead(range(5), Grain.YEAR).points) == 1


@given(st.lists(st.integers(-1000, 1000), min_size=12, max_size=30), st.integers(-500, 500))
def test_moving_every_point_moves_the_forecast_as_far(values, shift):
    here = ahead([value - 10_000 for value in values])  # far below zero, so that no floor is in the way
    there = ahead([value - 10_000 + shift for value in values])
    for one, other in zip(here.points, there.points, strict=True):
        assert abs(other.value - one.value - shift) < Decimal("0.000001")
        assert one.low <= one.value <= one.high
