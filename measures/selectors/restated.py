"""What became of an approved figure, as its pages show it: each change, and what it did to the combined figure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from measures import wording
from measures.instants import instant_text
from measures.models import Restatement
from measures.rules.lines import TOTAL, Line
from measures.rules.written import read_entry
from measures.selectors.corrections import figure_words
from measures.selectors.corrections import restated as ledger
from measures.selectors.parts import spans_of, wholes
from measures.selectors.reading import Reading
from measures.selectors.spans import countings
from measures.windows import Window

SHOWN = 5
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Restated:
    """One approved figure that became another; `category` is in words, "" for the total."""

    indicator_id: int
    partner: str
    partner_name: str
    period: date
    category: str
    before: str
    after: str
    reason: str
    by: str
    asked_by: str
    at: datetime
    is_override: bool

    @property
    def just_before(self) -> str:
        """The instant before, for an address."""
        return instant_text(self.at - MOMENT)


@dataclass(frozen=True, slots=True)
class Whole:
    """What the last change did to the combined figure, and the changes that this reader may see; `count` are all."""

    before: str
    after: str
    at: datetime
    count: int
    rows: tuple[Restated, ...]

    @property
    def just_before(self) -> str:
        return instant_text(self.at - MOMENT)


def restatements(reading: Reading, shown: Collection[int] | None) -> Whole | None:
    """The changes to approved totals behind a figure, the last first; None where there were none.

    `shown` are the partners whose figures the reader may see, None for all. One statement, and nine where something
    was restated: what the combined figure was before the last change, and became by it, is read from the history.
    """
    window, indicator = reading.window, reading.indicator
    rows = ledger(indicator.initiative, indicator_ids=[indicator.pk], periods=(window.period, window.last))
    rows = rows.filter(category=TOTAL)
    if window.as_of is not None:
        rows = rows.filter(at__lte=window.as_of)
    found = list(rows)
    if not found:
        return None
    last = found[0].at
    before, after = (_said(reading, instant) for instant in (last - MOMENT, last))
    visible = [one for one in found if shown is None or one.partner_id in shown]
    return Whole(before, after, last, len(found), tuple(row_of(one, reading.line) for one in visible[:SHOWN]))


def row_of(row: Restatement, line: Line) -> Restated:
    """One line of the ledger in words."""
    before, after = (figure_words(line, read_entry(written)) for written in (row.before, row.after))
    return Restated(
        indicator_id=row.indicator_id,
        partner=row.partner.code,
        partner_name=row.partner.name,
        period=row.period,
        category="" if row.category == TOTAL else wording.category_words(line, row.category),
        before=before,
        after=after,
        reason=row.reason,
        by=row.by.name if row.by is not None else "",
        asked_by=row.correction.by.name if row.correction is not None else "",
        at=row.at,
        is_override=row.correction is None,
    )


def rows_of(rows: Iterable[Restatement], lines: Mapping[int, Line]) -> list[Restated]:
    return [row_of(row, lines[row.indicator_id]) for row in rows]


def _said(reading: Reading, instant: datetime) -> str:
    """The combined figure of a window as it stood."""
    window: Window = reading.window
    pk = reading.indicator.pk
    spans = spans_of(countings([pk]), window)
    if pk not in spans:
        return wording.said(reading.line, reading.now)
    combined = wholes({spans[pk]: reading.line}, as_of=instant)[spans[pk]].combined
    return wording.said(reading.line, combined, is_running=window.is_running)
