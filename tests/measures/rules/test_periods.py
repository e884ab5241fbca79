from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backbone.problems import Problem
from measures.rules import periods
from measures.rules.periods import Grain

from .lines import month

months = st.dates(date(1950, 1, 1), date(2150, 1, 1)).map(periods.month_of)
year_starts = st.integers(1, 12)


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        ("2026-01", 1, "2026-02"),
        ("2026-12", 1, "2027-01"),
        ("2026-01", -1, "2025-12"),
        ("2026-11", 14, "2028-01"),
        ("2026-03", 0, "2026-03"),
        ("2026-03", -15, "2024-12"),
    ],
)
def test_adding_months(start, count, expected):
    assert periods.add_months(month(start), count) == month(expected)


@pytest.mark.parametrize(
    ("grain", "period", "starts", "expected"),
    [
        ("month", "2026-10", 7, "2026-10"),
        ("quarter", "2026-09", 7, "2026-07"),
        ("quarter", "2026-10", 7, "2026-10"),
        ("quarter", "2026-06", 7, "2026-04"),
        ("quarter", "2026-01", 2, "2025-11"),
        ("quarter", "2026-02", 2, "2026-02"),
        ("quarter", "2026-03", 1, "2026-01"),
        ("year", "2026-06", 7, "2025-07"),
        ("year", "2026-07", 7, "2026-07"),
        ("year", "2026-03", 4, "2025-04"),
        ("year", "2026-12", 1, "2026-01"),
    ],
)
def test_the_start_of_a_period(grain, period, starts, expected):
    assert periods.start_of(Grain(grain), month(period), starts) == month(expected)


@given(months, year_starts, st.sampled_from(Grain))
def test_every_month_lies_in_exactly_the_period_that_starts_there(period, starts, grain):
    start = periods.start_of(grain, period, starts)
    inside = periods.months_in(grain, start)
    assert period in inside
    assert len(inside) == grain.months
    assert {periods.start_of(grain, one, starts) for one in inside} == {start}


@given(months, st.integers(-500, 500))
def test_adding_and_taking_away_months_is_undone(period, count):
    there = periods.add_months(period, count)
    assert periods.months_apart(period, there) == count
    assert periods.add_months(there, -count) == period


def test_periods_between_touches_both_ends():
    assert periods.periods_between(date(2026, 8, 31), date(2027, 1, 1), Grain.QUARTER, 7) == (
        month("2026-07"),
        month("2026-10"),
        month("2027-01"),
    )
    assert periods.periods_between(date(2026, 8, 2), date(2026, 8, 1)) == ()


@pytest.mark.parametrize(
    ("period", "grain", "expected"),
    [
        ("2024-02", "month", date(2024, 2, 29)),
        ("2026-02", "month", date(2026, 2, 28)),
        ("2100-02", "month", date(2100, 2, 28)),
        ("2026-12", "month", date(2026, 12, 31)),
        ("2026-10", "quarter", date(2026, 12, 31)),
        ("2023-03", "year", date(2024, 2, 29)),
    ],
)
def test_the_last_day_of_a_period(period, grain, expected):
    assert periods.last_day(month(period), Grain(grain)) == expected


@pytest.mark.parametrize(
    ("period", "grain", "due_day", "expected"),
    [
        ("2026-10", "month", 10, date(2026, 11, 10)),
        ("2026-12", "month", 10, date(2027, 1, 10)),
        ("2027-01", "month", 31, date(2027, 2, 28)),
        ("2028-01", "month", 30, date(2028, 2, 29)),
        ("2026-07", "quarter", 10, date(2026, 10, 10)),
        ("2026-07", "year", 15, date(2027, 7, 15)),
    ],
)
def test_due_on_the_day_of_the_month_after(period, grain, due_day, expected):
    assert periods.due_on(month(period), Grain(grain), due_day) == expected


def test_the_lock_is_never_before_the_due_date():
    assert periods.locks_on(month("2026-10"), Grain.MONTH, 10, 20) == date(2026, 11, 20)
    assert periods.locks_on(month("2026-10"), Grain.MONTH, 10, 10) == date(2026, 11, 10)
    assert periods.locks_on(month("2026-10"), Grain.MONTH, 20, 5) == date(2026, 12, 5)


@given(months, st.sampled_from(Grain), st.integers(1, 31), st.integers(1, 31))
def test_a_filing_is_due_after_its_period_and_before_it_locks(period, grain, due_day, lock_day):
    due = periods.due_on(period, grain, due_day)
    assert periods.last_day(period, grain) < due <= periods.locks_on(period, grain, due_day, lock_day)


def test_days_and_years_that_do_not_exist_are_errors():
    with pytest.raises(ValueError, match="not 32"):
        periods.due_on(month("2026-10"), Grain.MONTH, 32)
    with pytest.raises(ValueError, match="not 13"):
        periods.start_of(Grain.YEAR, month("2026-10"), 13)


def test_the_fiscal_year_is_named_by_its_two_calendar_years():
    assert periods.fiscal_year(month("2026-06"), 7) == (2025, 2026)
    assert periods.fiscal_year(month("2026-07"), 7) == (2026, 2027)
    assert periods.fiscal_year(month("2026-07"), 1) == (2026, 2026)


@pytest.mark.parametrize(
    ("period", "grain", "starts", "number", "years", "ends_on"),
    [
        ("2026-10", "month", 7, 10, (2026, 2026), date(2026, 10, 31)),
        ("2026-11", "quarter", 7, 2, (2026, 2027), date(2026, 12, 31)),
        ("2027-05", "quarter", 7, 4, (2026, 2027), date(2027, 6, 30)),
        ("2027-02", "quarter", 1, 1, (2027, 2027), date(2027, 3, 31)),
        ("2027-02", "year", 4, None, (2026, 2027), date(2027, 3, 31)),
    ],
)
def test_the_pieces_of_a_label(period, grain, starts, number, years, ends_on):
    found = periods.label(month(period), Grain(grain), starts)
    assert (found.number, (found.first_year, found.last_year), found.ends_on) == (number, years, ends_on)


def test_the_year_to_date():
    assert periods.to_date(month("2026-10"), 7) == tuple(
        month(text) for text in ["2026-07", "2026-08", "2026-09", "2026-10"]
    )


@pytest.mark.parametrize("text", ["2017-03", " 2017-03 ", "2017-03-01"])
def test_a_month_is_read_as_files_spell_it(text):
    assert periods.parse_month(text) == date(2017, 3, 1)


@pytest.mark.parametrize(
    "text", ["", "2017", "2017-13", "2017-00", "2017-3", "03/2017", "2017-03-15", "1066-10", "٢٠١٧-٠٣"]
)
def test_anything_else_is_not_a_month(text):
    found = periods.parse_month(text)
    assert isinstance(found, Problem)
    assert found.code == "period.unreadable"
    assert "as in 2017-03" in found.message


@given(months)
def test_what_is_written_is_read_back(period):
    assert periods.parse_month(periods.text_of(period)) == period


def test_a_quarter_is_filed_under_its_first_month():
    assert periods.check_period(month("2026-07"), Grain.QUARTER, 7) is None
    found = periods.check_period(month("2026-08"), Grain.QUARTER, 7)
    assert found.message == "2026-08 is not the first month of a quarter: file it under 2026-07."
