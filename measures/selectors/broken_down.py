"""How much of a figure is broken down at all: its own number, beside the figure and beside who filed.

And where that is all of it, what it says of the cells: who is in the figure has then said everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import product

from backbone.models import Initiative
from measures.rules.coverage import State
from measures.rules.figures import plain
from measures.rules.kinds import UNDUPLICATED
from measures.rules.lines import TOTAL, Line
from measures.rules.periods import Grain
from measures.rules.splits import adds_up, is_known
from measures.selectors.lenses import known_parts
from measures.selectors.series import SeriesRow, series


@dataclass(frozen=True, slots=True)
class BrokenDown:
    """Of one indicator, span and breakdown: `known` of `total` stands in a category other than unknown (of a rate, of
    its denominators); `partners` of `expected` split every one of their figures so. People are never summed, so of them
    there are partners only.
    """

    breakdown: str
    known: Decimal | None
    total: Decimal | None
    partners: int
    expected: int

    @property
    def share(self) -> Decimal | None:
        """`known` of `total`; None where there is nothing to share, or people, or amounts below zero."""
        if self.known is None or not self.total or not 0 <= self.known <= self.total:
            return None
        return self.known / self.total


def broken_down(
    initiative: Initiative,
    lines: Mapping[int, Line],
    grain: Grain | str,
    since: date,
    until: date,
    *,
    year_starts: int | None = None,
    as_of: datetime | None = None,
) -> dict[tuple[int, date], list[BrokenDown]]:
    """By indicator and span, for each breakdown; nothing of spans in which nobody's figure counts. Four statements.

    `lines` by indicator id, as they are over all time.
    """
    lens = known_parts(lines)
    if lens is None:
        return {}
    asked = (initiative, list(lines), grain, since, until)
    totals = series(*asked, year_starts=year_starts, fill=False, as_of=as_of)
    known = series(*asked, categories=True, year_starts=year_starts, fill=False, as_of=as_of, lens=lens)
    parts = {(row.indicator_id, row.period, row.category): row for row in known}
    return {
        (row.indicator_id, row.period): [
            _of(line, "+".join(breakdown), row, parts.get((row.indicator_id, row.period, "+".join(breakdown))))
            for breakdown in line.breakdowns
        ]
        for row in totals
        if row.category == TOTAL and (line := lines[row.indicator_id]).breakdowns
    }


def settled(line: Line, rows: Iterable[SeriesRow]) -> list[SeriesRow]:
    """The rows of one indicator, its cells with the coverage of the figure that they break down where nothing of it is
    left over or unknown: a cell that somebody does not have, as a hospital without that sort of department, is no gap.
    """
    found = {(row.category, row.period): row for row in rows}
    if line.kind == UNDUPLICATED or not adds_up(line):
        return list(found.values())
    totals = [row for (category, _period), row in found.items() if category == TOTAL]
    for breakdown, total in product(filter(line.is_exclusive, line.breakdowns), totals):
        known = [(key, total.period) for key in line.keys(breakdown) if is_known(key)]
        cells = [found[at] for at in known if at in found]
        if cells and _is_sum(total, cells):
            coverage = {name: getattr(total, name) for name in ("filed", "expected", "excused", "state")}
            found |= {
                (cell.category, cell.period): cell._replace(**coverage) for cell in cells if cell.state == State.PARTIAL
            }
    return list(found.values())


def _is_sum(total: SeriesRow, cells: Iterable[SeriesRow]) -> bool:
    """Whether cells, none of them below zero, come to the figure: each number of it that there is."""
    for name in ("value", "numerator", "denominator"):
        whole, parts = getattr(total, name), [getattr(cell, name) for cell in cells]
        if whole is None:
            continue
        if any(part is None or part < 0 for part in parts) or sum(parts) != whole:
            return False
    return total.value is not None or total.denominator is not None


def _of(line: Line, breakdown: str, total: SeriesRow, known: SeriesRow | None) -> BrokenDown:
    whole = _volume(line, total)
    part = Decimal(0) if known is None and whole is not None else _volume(line, known) if known is not None else None
    filed = known.filed if known is not None else 0
    return BrokenDown(breakdown, part, whole, filed, total.expected)


def _volume(line: Line, row: SeriesRow) -> Decimal | None:
    if line.kind == UNDUPLICATED:
        return None
    volume = row.denominator if line.rule.is_ratio else row.value
    return None if volume is None else plain(volume)
