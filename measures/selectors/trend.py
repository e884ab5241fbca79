"""The trend of an indicator: the spans up to the one that is shown, each as a point that a line leads through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from backbone.models import Initiative
from measures import wording
from measures.rules.combining import Combined
from measures.rules.coverage import Coverage, State
from measures.rules.kinds import MEDIAN, UNDUPLICATED
from measures.rules.lines import Line
from measures.rules.small import Counts, counts_in
from measures.selectors.parts import Whole
from measures.selectors.series import SeriesRow, series
from measures.selectors.versions import History
from measures.windows import Window

TREND = 13  # spans in a sparkline: a year and the same month of the year before


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One span of a trend. `value` is None where nothing stands, and where only a range is known: of people and of
    medians, from `low` to `high`, or open above. Of a span that is not over, `label` states its months. `counts` are
    the groups that it tells the size of (`rules.small`)."""

    period: date
    value: Decimal | None
    is_partial: bool
    filed: int = 0
    expected: int = 0
    excused: int = 0
    words: str = ""
    label: str = ""
    is_running: bool = False
    low: Decimal | None = None
    high: Decimal | None = None
    counts: Counts = field(default=(), compare=False, repr=False)

    @property
    def is_there(self) -> bool:
        """Whether there is anything to draw."""
        return self.value is not None or self.low is not None

    def withheld(self) -> TrendPoint:
        """The same without what it says."""
        return replace(self, value=None, low=None, high=None, words="", counts=())


def trends(
    initiative: Initiative,
    lines: Mapping[int, Line],
    past: Mapping[int, History],
    windows: Mapping[int, Window],
    now: Mapping[int, Whole],
    before: Mapping[int, Whole],
    length: int,
) -> dict[int, tuple[TrendPoint, ...]]:
    """The spans up to each window's, oldest first; the last two as they are read now."""
    if length < 1:
        return {}
    rows: dict[tuple[int, date], TrendPoint] = {}
    for own in set(windows.values()):
        ids = [pk for pk, one in windows.items() if one == own]
        found = series(
            initiative, ids, own.grain, own.back(length - 1), own.period,
            year_starts=own.sql_year, fill=False, as_of=own.as_of,
        )  # fmt: skip
        for row in found:
            line = lines[row.indicator_id]
            kind = past[row.indicator_id].kind_at(row.period)
            rows[row.indicator_id, row.period] = point_of(row, line if kind == line.kind else replace(line, kind=kind))
    trends = {}
    for pk, own in windows.items():
        for whole, at in ((before.get(pk), own.previous), (now.get(pk), own)):
            if whole is not None:
                rows[pk, at.period] = live_point(whole.combined, lines[pk], at)
        places = [own.back(back) for back in range(length - 1, -1, -1)]
        trends[pk] = tuple(rows.get((pk, place)) or TrendPoint(place, None, False) for place in places)
    return trends


def point_of(row: SeriesRow, line: Line) -> TrendPoint:
    """A stored roll-up as a point of a trend."""
    is_partial = row.state == State.PARTIAL
    combined = Combined(
        line.kind,
        State(row.state),
        Coverage(row.filed, row.expected, row.excused, missing=None),
        value=row.lower if row.is_exact else row.number,
        numerator=row.numerator,
        denominator=row.denominator,
        lower=row.lower,
        upper=row.upper,
        as_of_period=row.value_period,
    )
    words = _words(wording.shown(line, combined))
    covered = (row.filed, row.expected, row.excused)
    return TrendPoint(row.period, combined.value, is_partial, *covered, words, **_range_of(combined))


def live_point(combined: Combined, line: Line, window: Window) -> TrendPoint:
    """What is combined while reading, as a point of a trend. A span that still runs is never solid."""
    ends = _range_of(combined)
    is_partial = combined.state is State.PARTIAL or window.is_running
    covered = combined.coverage
    words = _words(wording.shown(line, combined, is_running=window.is_running))
    return TrendPoint(
        window.period,
        combined.value,
        is_partial and (combined.value is not None or ends["low"] is not None),
        covered.filed,
        covered.expected,
        covered.excused,
        words,
        label=window.name if window.is_running else "",
        is_running=window.is_running,
        **ends,
    )


def _range_of(one: Combined) -> dict[str, Any]:
    """The range of a figure that is no single number, and the groups that it tells the size of."""
    counts = counts_in(one.kind, one.value, one.numerator, one.denominator, one.lower, one.upper)
    is_range = one.value is None and one.kind in (UNDUPLICATED, MEDIAN)
    return {"low": one.lower if is_range else None, "high": one.upper if is_range else None, "counts": counts}


def _words(one: wording.Shown) -> str:
    """A figure beside its point: without what a rate was divided from, for which a chart has no room."""
    return str(replace(one, small="") if one.is_fraction and not one.words else one)
