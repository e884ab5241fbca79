"""One filing on the desk of the person who fills it in: locked, with what stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils import timezone

from backbone.models import Initiative, Membership, Partner
from measures.models import Indicator
from measures.rules.figures import Entry
from measures.rules.lines import TOTAL, Line
from measures.rules.written import fingerprint
from measures.selectors import filing as reads
from measures.services import figure_rows, refusals
from measures.services.figure_rows import Desk, Desktop, FigureRow, Key, Stored
from measures.services.writing import (
    APPROVED,
    COUNTED,
    DRAFT,
    OPEN,
    RETURNED,
    SUBMITTED,
    Work,
    check_rows,
    indicators_of,
)


@dataclass(slots=True)
class Sheet:
    """One filing, locked, with what stands in it: what a form's writes are decided on."""

    initiative: Initiative
    partner: Partner
    period: date
    by: Membership
    indicators: dict[int, Indicator]
    filing: Desktop
    stored: dict[Key, Stored]
    as_defined: Mapping[int, bool]
    now: datetime

    @classmethod
    def open(
        cls, initiative, partner, period, cells, as_defined, by, known: Mapping[int, Indicator] | None = None
    ) -> Sheet:
        """Lock it, made where there is none, and read the figures of these cells' indicators."""
        indicators = dict(known or {})
        strange = set(cells) - set(indicators)
        indicators |= indicators_of(initiative, strange) if strange else {}
        now = timezone.now()
        if any(period > indicator.tenant.day(now) for indicator in indicators.values()):
            raise refusals.not_begun(period)
        desk = (partner.pk, period)
        filing = figure_rows.open_filings(initiative.pk, [desk], now)[desk]
        stored = figure_rows.stored_of(desk, list(indicators))
        return cls(initiative, partner, period, by, indicators, filing, stored, as_defined, now)

    @property
    def desk(self) -> Desk:
        return self.partner.pk, self.period

    def key(self, indicator_id: int, category: str) -> Key:
        return indicator_id, self.period, self.partner.pk, category

    def entries(self, indicator_id: int) -> dict[str, Entry]:
        return {key[3]: cell.entry for key, cell in self.stored.items() if key[0] == indicator_id}

    def no_longer_split(self, indicator_id: int, line: Line) -> list[str]:
        """Categories that were typed before the indicator's breakdowns changed: nobody can see or correct them."""
        known = {TOTAL}.union(*(line.keys(breakdown) for breakdown in line.breakdowns))
        return [category for category in self.entries(indicator_id) if category not in known]

    def state(self, indicator_id: int) -> str:
        """Where a line stands, by the cell that is least far; empty when it has none."""
        states = {cell.state for key, cell in self.stored.items() if key[0] == indicator_id}
        return next((state for state in (RETURNED, DRAFT, SUBMITTED, APPROVED) if state in states), "")

    def settled(
        self, cells: Mapping[int, Mapping[str, Entry]], version: int | None, seen: Mapping[int, str]
    ) -> dict[int, dict[str, Entry]]:
        """What was typed, against what somebody else may have saved since the typist's page was made (C2).

        A line that still holds what the page showed (`seen`, its fingerprint with notes) is the typist's, whatever
        became of the others: a reviewer who decides on one line saves no other value in any.
        """
        if version is None or version == self.filing.version:
            return {pk: dict(said) for pk, said in cells.items()}
        kept: dict[int, dict[str, Entry]] = {}
        stale = []
        for pk, said in cells.items():
            if pk in seen and seen[pk] == fingerprint(self.entries(pk), with_notes=True):
                kept[pk] = dict(said)
                continue
            for category, entry in said.items():
                theirs = self.stored.get(self.key(pk, category))
                if theirs is not None and entry.is_blank:
                    continue
                if theirs is not None and not _is_same(theirs.entry, entry):
                    stale.append((self.indicators[pk], category, entry, theirs))
                kept.setdefault(pk, {})[category] = entry
        if stale:
            raise refusals.stale(stale)
        return kept

    def asked(self, report: reads.Owed, said: Mapping[int, Mapping[str, Entry]]) -> list[int]:
        """The lines to submit now: owed, open, with the partner, and over (or in their last day).

        An excused line, or a first period that may be left out, is asked for only when it is filled in all the same.
        """
        waiting = [pk for pk in report.lines if self.state(pk) in ("", *OPEN)]
        let_off = report.excused | {pk for pk, one in report.periods.items() if one.is_optional}
        waiting = [pk for pk in waiting if pk not in let_off or any(not entry.is_blank for entry in said[pk].values())]
        closed = reads.closed_lines({(pk, self.desk) for pk in waiting}, self.indicators, self.now)
        late = [pk for pk in waiting if (pk, self.desk) in closed]
        waiting = [pk for pk in waiting if pk not in late]
        if late and not waiting:
            raise refusals.closed(self.rows({pk: {TOTAL: Entry()} for pk in late}), self.indicators)
        last = {pk: report.periods[pk].ends_on for pk in waiting}
        over = [pk for pk in waiting if last[pk] <= self.indicators[pk].tenant.day(self.now)]
        if waiting and not over:
            raise refusals.not_over(self.period, min(last.values()))
        return over

    def rows(self, cells: Mapping[int, Mapping[str, Entry]]) -> list[FigureRow]:
        return [
            FigureRow(
                self.partner.pk,
                pk,
                self.period,
                category,
                entry,
                self.as_defined.get(pk) if category == TOTAL else None,
            )
            for pk, said in cells.items()
            for category, entry in said.items()
        ]

    def put(self, work: Work, cells: Mapping[int, Mapping[str, Entry]], wanted: str = "") -> None:
        """Write what differs; blank cells are cleared. Refuses lines that are not with the partner, or closed."""
        rows = self.rows(cells)
        check_rows(rows, self.indicators)
        changed, _ = work.settle([row for row in rows if not row.entry.is_blank], self.stored, wanted)
        gone = [row.key for row in rows if row.entry.is_blank and row.key in self.stored]
        touched = {key[0] for key in (*changed, *gone)}
        fixed = [(pk, self.state(pk)) for pk in sorted(touched) if self.state(pk) in COUNTED]
        if fixed:
            raise refusals.not_open(fixed, self.indicators)
        closed = reads.closed_lines({(pk, self.desk) for pk in touched}, self.indicators, self.now)
        if closed:
            raise refusals.closed([row for row in rows if (row.indicator_id, row.desk) in closed], self.indicators)
        work.write({self.desk: self.filing}, self.stored, changed, gone)
        work.unchanged += len(rows) - len(changed) - len(gone)


def _is_same(one: Entry, other: Entry) -> bool:
    return replace(one, reason=one.reason.strip()) == replace(other, reason=other.reason.strip())
