"""Months, quarters and years as plain dates. Pure: no Django, no clock.

The month is the atom and is the date of its first day. Quarters and years derive from the month in which the fiscal
year starts (1 to 12), the tenant's or the reader's: the same months, grouped differently.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from backbone.problems import Problem, Word, cut, gettext_noop

FIRST_YEAR, LAST_YEAR = 1900, 2199  # years outside are typing slips; refusing them keeps every sum of dates in range

_MONTH = re.compile(r"(\d{4})-(\d{2})(?:-01)?", re.ASCII)


class Grain(StrEnum):
    """How long a period is. The same words are the frequencies of an obligation."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def months(self) -> int:
        return {"month": 1, "quarter": 3, "year": 12}[self.value]

    @property
    def word(self) -> Word:
        """Its name among a problem's places."""
        return _GRAIN_WORDS[self.value]


_GRAIN_WORDS = {
    "month": Word(gettext_noop("month")),
    "quarter": Word(gettext_noop("quarter")),
    "year": Word(gettext_noop("year")),
}


@dataclass(frozen=True, slots=True)
class PeriodLabel:
    """The pieces of a period's name; the words are put together elsewhere.

    `number` is the calendar month (1 to 12) of a month, the quarter (1 to 4) within the fiscal year of a quarter, None
    of a year. `first_year` and `last_year` are the calendar years of a month (both the same) or of the fiscal year:
    2026 and 2027 for July 2026 to June 2027, 2026 twice when the fiscal year is the calendar year.
    """

    grain: Grain
    number: int | None
    first_year: int
    last_year: int
    starts_on: date
    ends_on: date


def month_of(day: date) -> date:
    """The month a day lies in."""
    return date(day.year, day.month, 1)


def add_months(period: date, months: int) -> date:
    """The month that many months later, or earlier when negative."""
    years, month = divmod(period.year * 12 + period.month - 1 + months, 12)
    return date(years, month + 1, 1)


def months_apart(earlier: date, later: date) -> int:
    """How many months lie between two months; negative when `later` is the earlier one."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


@lru_cache(maxsize=4096)
def start_of(grain: Grain, period: date, year_starts: int = 1) -> date:
    """The first month of the month, quarter or fiscal year that holds this month."""
    _check_year_starts(year_starts)
    into_the_year = (period.month - year_starts) % 12
    return add_months(period, -(into_the_year % Grain(grain).months))


def months_in(grain: Grain, start: date) -> tuple[date, ...]:
    """The months of a period, in order, from its first."""
    return tuple(add_months(start, number) for number in range(Grain(grain).months))


def periods_between(start: date, end: date, grain: Grain = Grain.MONTH, year_starts: int = 1) -> tuple[date, ...]:
    """The first months of every period that touches the days `start` to `end`, both included, in order."""
    if end < start:
        return ()
    found = []
    period = start_of(grain, month_of(start), year_starts)
    while period <= end:
        found.append(period)
        period = add_months(period, Grain(grain).months)
    return tuple(found)


def to_date(period: date, year_starts: int = 1) -> tuple[date, ...]:
    """The months of the fiscal year up to and including this one."""
    return periods_between(start_of(Grain.YEAR, period, year_starts), period)


def last_month(period: date, grain: Grain = Grain.MONTH) -> date:
    """The last month of the period that starts with this one. A rarer filing stands there when it is combined."""
    return add_months(period, Grain(grain).months - 1)


@lru_cache(maxsize=4096)
def last_day(period: date, grain: Grain = Grain.MONTH) -> date:
    """The last day of the period that starts with this month."""
    return add_months(period, Grain(grain).months) - timedelta(days=1)


def due_on(period: date, grain: Grain, due_day: int) -> date:
    """The `due_day`-th of the month after the period ends; a day that month does not have becomes its last."""
    return _day_in(add_months(period, Grain(grain).months), due_day)


def locks_on(period: date, grain: Grain, due_day: int, lock_day: int) -> date:
    """The last day on which a partner may still file: the `lock_day`-th, in the first month where that is not before
    the due date (due the 20th, lock the 5th: the 5th of the month after).
    """
    month = add_months(period, Grain(grain).months)
    if lock_day < due_day:
        month = add_months(month, 1)
    return _day_in(month, lock_day)


def fiscal_year(period: date, year_starts: int = 1) -> tuple[int, int]:
    """The calendar years in which this month's fiscal year starts and ends: (2026, 2027), or (2026, 2026)."""
    start = start_of(Grain.YEAR, period, year_starts)
    return start.year, add_months(start, 11).year


def label(period: date, grain: Grain = Grain.MONTH, year_starts: int = 1) -> PeriodLabel:
    """The pieces of a period's name. `period` may be any of its months."""
    grain = Grain(grain)
    start = start_of(grain, period, year_starts)
    number: int | None = None
    years = fiscal_year(start, year_starts)
    if grain is Grain.MONTH:
        number, years = start.month, (start.year, start.year)
    elif grain is Grain.QUARTER:
        number = (start.month - year_starts) % 12 // 3 + 1
    return PeriodLabel(grain, number, *years, starts_on=start, ends_on=last_day(start, grain))


def text_of(period: date) -> str:
    """How files and addresses spell a month: 2017-03."""
    return f"{period.year:04d}-{period.month:02d}"


def parse_month(text: str) -> date | Problem:
    """The month that a file or an address spells "2017-03" (or by its first day, "2017-03-01"), or what is wrong."""
    match = _MONTH.fullmatch(text.strip())
    if match:
        year, month = int(match[1]), int(match[2])
        if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12:
            return date(year, month, 1)
    sentence = gettext_noop("{period} is not a month: write year and month, as in 2017-03.")
    return Problem("period.unreadable", sentence, {"period": cut(text)}, field="period", value=cut(text))


def check_period(period: date, frequency: Grain, year_starts: int = 1) -> Problem | None:
    """What is wrong with filing this month at that frequency: a quarter or year is filed under its first month."""
    start = start_of(frequency, period, year_starts)
    if start == period:
        return None
    sentence = gettext_noop("{period} is not the first month of a {frequency}: file it under {start}.")
    params = {"period": text_of(period), "frequency": Grain(frequency).word, "start": text_of(start)}
    return Problem("period.not_a_start", sentence, params, field="period", value=text_of(period))


def _day_in(month: date, day: int) -> date:
    if not 1 <= day <= 31:
        raise ValueError(f"A day of the month lies between 1 and 31, not {day}.")
    return month.replace(day=min(day, monthrange(month.year, month.month)[1]))


def _check_year_starts(year_starts: int) -> None:
    if not 1 <= year_starts <= 12:
        raise ValueError(f"A fiscal year starts in a month from 1 to 12, not {year_starts}.")
