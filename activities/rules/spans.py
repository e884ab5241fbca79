"""Days on a line: where activities and their milestones are drawn on a timeline. Pure; widths are in steps of the drawing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH = 640
SHORTEST, LONGEST = timedelta(days=180), timedelta(days=366 * 12)
MONTHS_APART = (1, 3, 6, 12, 24, 60)
MOST_TICKS = 9


@dataclass(frozen=True, slots=True)
class Axis:
    """A line of days, from the first to the last, with a tick at the beginning of some months."""

    first: date
    last: date
    ticks: tuple[tuple[date, float], ...]

    def at(self, day: date) -> float:
        """Where a day lies, from 0 to WIDTH; days beyond either end lie at the end."""
        inside = min(max(day, self.first), self.last)
        return round((inside - self.first).days / (self.last - self.first).days * WIDTH, 1)

    def bar(self, starts_on: date | None, ends_on: date | None) -> tuple[float, float] | None:
        """(from, width) of a span that is open where it has no end; None without a first day or when it lies outside."""
        if starts_on is None or starts_on > self.last or (ends_on is not None and ends_on < self.first):
            return None
        left = self.at(starts_on)
        right = float(WIDTH)
        if ends_on is not None and ends_on < self.last:  # to the last day that there is none can be added
            right = self.at(ends_on + timedelta(days=1))
        return left, max(right - left, 2.0)


def axis_over(days: Iterable[date | None], today: date) -> Axis:
    """A line that shows these days and today: whole months, half a year at the least, twelve years at the most, of which
    the most recent are kept."""
    known = [day for day in days if day is not None]
    first, last = min([*known, today]), max([*known, today])
    last = min(last, today + LONGEST)
    first = max(first, last - LONGEST)
    if last - first < SHORTEST:
        last = first + SHORTEST
    first = first.replace(day=1)
    last = add_months(last, 1)
    return Axis(first, last, _ticks(first, last))


def add_months(day: date, months: int) -> date:
    """The first day of the month so many months later."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _ticks(first: date, last: date) -> tuple[tuple[date, float], ...]:
    months = (last.year - first.year) * 12 + last.month - first.month
    apart = next((step for step in MONTHS_APART if months / step <= MOST_TICKS), MONTHS_APART[-1])
    number = first.year * 12 + first.month - 1
    at = -(-number // apart) * apart
    found: list[tuple[date, float]] = []
    while True:
        day = date(at // 12, at % 12 + 1, 1)
        if day >= last:
            return tuple(found)
        found.append((day, round((day - first).days / (last - first).days * WIDTH, 1)))
        at += apart
