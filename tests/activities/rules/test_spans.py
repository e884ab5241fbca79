"""Days on a line."""

from __future__ import annotations

from datetime import date

from activities.rules.spans import WIDTH, add_months, axis_over

TODAY = date(2026, 11, 11)


def test_a_line_shows_every_day_in_whole_months_with_ticks_that_can_be_read():
    axis = axis_over([date(2026, 3, 15), None, date(2028, 2, 2)], TODAY)
    assert (axis.first, axis.last) == (date(2026, 3, 1), date(2028, 3, 1))
    assert [day for day, _ in axis.ticks] == [add_months(date(2026, 4, 1), 3 * n) for n in range(8)]
    assert axis.at(axis.first) == 0
    assert axis.at(axis.last) == WIDTH
    assert 0 < axis.at(TODAY) < WIDTH


def test_a_short_span_gets_half_a_year_and_a_long_one_its_latest_twelve():
    short, long = axis_over([TODAY], TODAY), axis_over([date(1950, 1, 1), date(2100, 1, 1)], TODAY)
    assert (short.last - short.first).days > 180
    assert (long.last - long.first).days < 366 * 12 + 62
    assert len(long.ticks) <= 9


def test_a_bar_is_open_where_there_is_no_end_and_absent_without_a_beginning():
    axis = axis_over([date(2026, 1, 1), date(2026, 12, 31)], TODAY)
    assert axis.bar(date(2026, 1, 1), None) == (0, WIDTH)
    assert axis.bar(None, TODAY) is None
    left, width = axis.bar(TODAY, TODAY)
    assert left > 0
    assert width == 2.0
    assert axis.bar(date(2020, 1, 1), date(2020, 2, 1)) is None
    assert axis.bar(date(2020, 1, 1), date(2026, 1, 31))[0] == 0
