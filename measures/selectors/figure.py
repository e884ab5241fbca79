"""One figure of one partner, with all that was said about it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from backbone.look.numbers import SILENCE
from backbone.models import Membership, Partner
from backbone.roles import Can
from measures import wording
from measures.models import Figure, FigureEvent, Indicator
from measures.models.filings import FigureState
from measures.rules.lines import TOTAL, Line, breakdown_of
from measures.rules.small import is_of_people
from measures.selectors.filing import entry_of

PERIODS = 13


def sees_cells(membership: Membership, indicator: Indicator, partner: Partner) -> bool:
    """Whether somebody may see a partner's figure by category, in which single people could be known."""
    if not is_of_people(indicator.kind, indicator.counts_people):
        return True
    return membership.can(Can.READ_SMALL_CELLS, partner)


@dataclass(frozen=True, slots=True)
class Cell:
    """One stored number of a line: its category in words, and how it is said."""

    name: str
    words: str
    note: str
    state: str
    shown: wording.Shown | None = None


@dataclass(frozen=True, slots=True)
class FigureView:
    """One partner's answer for one indicator and period; `total` is None where nobody may see or has filed one."""

    total: Cell | None
    groups: tuple[tuple[str, tuple[Cell, ...]], ...]
    approved_by: str
    changed_at: datetime | None


def figure_view(
    indicator: Indicator,
    line: Line,
    partner: Partner,
    period: date,
    *,
    with_drafts: bool,
    with_categories: bool = True,
    as_of: datetime | None = None,
) -> FigureView:
    """The total and the categories of one line, now or as they stood at an instant; drafts only for who may read them,
    and of what was returned, and its partner may be changing, only that it was. One statement."""
    if as_of is None:
        rows = Figure.objects.filter(indicator=indicator, partner=partner, period=period).select_related("changed_by")
    else:
        rows = _events_until(as_of, indicator, partner, period)
    rows = [row for row in rows if with_drafts or row.state != FigureState.DRAFT]
    rows = [row for row in rows if with_categories or row.category == TOTAL]
    secret = () if with_drafts else (FigureState.RETURNED,)
    by_key = {row.category: row for row in rows}
    total = by_key.get(TOTAL)
    groups = []
    for breakdown in line.breakdowns:
        cells = [
            _cell(line, by_key[key], wording.category_words(line, key), secret)
            for key in line.keys(breakdown)
            if key in by_key
        ]
        if cells:
            groups.append((line.breakdown_name(breakdown), tuple(cells)))
    known = {key for breakdown in line.breakdowns for key in line.keys(breakdown)} | {TOTAL}
    loose = [_cell(line, row, row.category, secret) for key, row in by_key.items() if key not in known]
    if loose:
        groups.append(("+".join(breakdown_of(loose[0].name)), tuple(loose)))
    approver = total.changed_by if total is not None and total.state == "approved" else None
    return FigureView(
        total=None if total is None else _cell(line, total, "", secret),
        groups=tuple(groups),
        approved_by="" if approver is None else approver.name,
        changed_at=None if total is None else total.changed_at,
    )


def _events_until(as_of: datetime, indicator: Indicator, partner: Partner, period: date) -> list[FigureEvent]:
    """The last version of each cell of a line up to an instant; none of what was taken away by then."""
    events = FigureEvent.objects.filter(
        indicator=indicator, partner=partner, period=period, pgh_created_at__lte=as_of
    ).select_related("changed_by")
    latest = events.order_by("category", "-pgh_created_at", "-pgh_id").distinct("category")
    return [event for event in latest if event.pgh_label != "delete"]


def _cell(line: Line, row: Figure, name: str, secret: Collection[str]) -> Cell:
    if row.state in secret:
        return Cell(name, SILENCE, "", row.state)
    one = entry_of(row)
    return Cell(name, wording.entry(line, one), row.note, row.state, wording.shown_entry(line, one))
