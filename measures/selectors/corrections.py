"""Corrections as pages show them: what would change, cell by cell, whether it still fits, and what was said."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from backbone.models import Change, Initiative, Partner
from measures import wording
from measures.models import Correction, Restatement
from measures.rules.figures import Entry
from measures.rules.lines import TOTAL, Line
from measures.rules.small import COUNT_NOBODY
from measures.rules.written import fingerprint, read_cells, read_entry
from measures.selectors.report import ReportLine, one_line

OPEN = (Correction.State.OPEN, Correction.State.ASKED)


@dataclass(frozen=True, slots=True)
class Row:
    """One cell that changes: its name ("" for the total), what it said, says now, and would say."""

    name: str
    before: str
    now: str
    after: str

    @property
    def is_stale(self) -> bool:
        return self.now != self.before


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was said or decided on the way."""

    verb: str
    by: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Story:
    """One correction with everything a person needs to decide on it."""

    correction: Correction
    row: ReportLine
    rows: tuple[Row, ...]
    seen: str
    is_stale: bool
    said: tuple[Said, ...]

    @property
    def line(self) -> Line:
        return self.row.line

    @property
    def total(self) -> Row:
        return self.rows[0]

    @property
    def parts(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows[1:] if row.after != row.before or row.is_stale)


def story(correction: Correction) -> Story:
    """A correction beside what stands now; five queries."""
    row = one_line(correction.initiative, correction.indicator, correction.partner, correction.period)
    before, after = read_cells(correction.before), read_cells(correction.cells)
    is_settled = not correction.is_open
    now = before if is_settled else visible(row.line, row.cells)
    told = Change.objects.filter(subject=correction._meta.label_lower, subject_id=correction.pk)
    said = [
        Said(
            change.verb.partition(".")[2],
            change.by.name if change.by else "",
            change.facts.get("words", ""),
            change.at,
        )
        for change in told.select_related("by").order_by("at", "pk")
    ]
    is_stale = fingerprint(now) != fingerprint(before)
    return Story(correction, row, _rows(row.line, before, now, after), fingerprint(now), is_stale, tuple(said))


def visible(line: Line, cells: Mapping[str, Entry]) -> dict[str, Entry]:
    """The total and the cells of the line's breakdowns: what a form of it shows, and a person can correct."""
    known = {TOTAL}.union(*(line.keys(breakdown) for breakdown in line.breakdowns))
    return {category: entry for category, entry in cells.items() if category in known}


def _rows(line: Line, before: Mapping[str, Entry], now: Mapping[str, Entry], after: Mapping[str, Entry]):
    keys = [TOTAL, *(key for breakdown in line.breakdowns for key in line.keys(breakdown))]
    keys += [key for key in {**before, **after} if key not in keys]
    return tuple(
        Row(
            wording.category_words(line, key) if key != TOTAL else "",
            *(figure_words(line, cells.get(key)) for cells in (before, now, after)),
        )
        for key in keys
        if key == TOTAL or key in before or key in after or key in now
    )


def figure_words(line: Line, entry: Entry | None) -> str:
    """A cell in words; a dash for a blank."""
    return "–" if entry is None or entry.is_blank else wording.entry(line, entry)


def listed(initiative: Initiative, partner_ids: Collection[int] | None = None) -> QuerySet[Correction]:
    """The corrections of these partners (None: of all), the newest first, with what a list names."""
    found = Correction.objects.filter(initiative=initiative).select_related(
        "indicator", "partner", "by", "decided_by", "initiative"
    )
    if partner_ids is not None:
        found = found.filter(partner__in=partner_ids)
    return found.order_by("-at", "-pk")


def open_in(initiative: Initiative, partner: Partner, period: date) -> dict[int, Correction]:
    """The undecided corrections of one report by indicator id; one query."""
    found = listed(initiative, [partner.pk]).filter(period=period, state__in=OPEN)
    return {correction.indicator_id: correction for correction in found}


def undecided(initiative: Initiative, partner_ids: Collection[int] | None = None) -> QuerySet[Correction]:
    """Those that wait for somebody, the one that waits longest first."""
    return listed(initiative, partner_ids).filter(state__in=OPEN).order_by("at", "pk")


def undecided_of(partner_ids: Collection[int] | None = None) -> QuerySet[Correction]:
    """The same of all initiatives."""
    found = Correction.objects.filter(state__in=OPEN).select_related("indicator", "partner", "by", "initiative")
    if partner_ids is not None:
        found = found.filter(partner__in=partner_ids)
    return found.order_by("at", "pk")


def total_words(line: Line, correction: Correction) -> tuple[str, str]:
    """What the total said when it was written, and would say."""
    before, after = correction.before.get(TOTAL, {}), correction.cells.get(TOTAL, {})
    return figure_words(line, read_entry(before)), figure_words(line, read_entry(after))


def restated(
    initiative: Initiative,
    *,
    partner_ids: Collection[int] | None = None,
    indicator_ids: Iterable[int] | None = None,
    periods: tuple[date, date] | None = None,
    cells_of: Collection[int] | None = None,
) -> QuerySet[Restatement]:
    """The ledger of changes to approved figures, the newest first. `periods` are the first and last month, both in;
    `cells_of` the partners whose people are in it by category, None for all."""
    found = Restatement.objects.filter(initiative=initiative).select_related(
        "indicator", "partner", "by", "correction__by"
    )
    if partner_ids is not None:
        found = found.filter(partner__in=partner_ids)
    if indicator_ids is not None:
        found = found.filter(indicator__in=list(indicator_ids))
    if periods is not None:
        found = found.filter(period__range=periods)
    if cells_of is not None:
        nobody = Q(indicator__counts_people=False) | Q(indicator__kind__in=COUNT_NOBODY)
        found = found.filter(Q(category=TOTAL) | nobody | Q(partner__in=cells_of))
    return found.order_by("-at", "-pk")
