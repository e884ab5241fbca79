"""One partner's own figures: one of them with all that was said about it, or all of them as a series."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from backbone.look.numbers import SILENCE, percent
from backbone.models import Initiative, Partner
from backbone.tenancy import active_tenant_id
from measures import wording
from measures.goals import OwnTarget
from measures.models import Figure, FigureEvent, Indicator
from measures.models.filings import OPEN_STATES, FigureState
from measures.rules.figures import Entry, divided, told_if_bare
from measures.rules.lines import TOTAL, Line, breakdown_of
from measures.rules.owed import Duty, OwedPeriod, period_at
from measures.rules.periods import Grain, add_months, start_of
from measures.rules.progress import progress
from measures.selectors.filing import entry_of
from measures.selectors.obligations import Duties
from measures.selectors.reading import Reading, read
from measures.selectors.spans import Counting, countings
from measures.windows import Window

PERIODS = 13


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
    as_of: datetime | None = None,
) -> FigureView:
    """The total and the categories of one line, now or as they stood at an instant; drafts only for who may read them,
    and of what was returned, and its partner may be changing, only that it was. One statement."""
    if as_of is None:
        rows = Figure.objects.filter(indicator=indicator, partner=partner, period=period).select_related("changed_by")
    else:
        rows = _events_until(as_of, indicator, partner, period)
    rows = [row for row in rows if with_drafts or row.state != FigureState.DRAFT]
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


class OwnFigure(NamedTuple):
    """One period of one partner's own series."""

    period: date
    frequency: Grain
    words: str
    state: str
    approved_by: str
    at: datetime | None
    number: Decimal | None
    is_excused: bool


@dataclass(frozen=True, slots=True)
class OwnLine:
    """One indicator of a partner's own figures: its last periods, newest first, and its share of everybody's."""

    reading: Reading
    figures: tuple[OwnFigure, ...]
    share: Decimal | None
    own: Decimal | None
    everybody: Decimal | None
    target: OwnTarget | None = None

    @property
    def target_words(self) -> str:
        """The partner's own target in this period, and of what adds up how much of it is there; empty without one."""
        line = self.reading.line
        if self.target is None or self.target.level is None:
            return ""
        words = {"target": wording.amount(line, self.target.level)}
        if self.own is None or not line.rule.only_grows or not self.target.level:
            return _("Our own target: %(target)s.") % words
        share = progress(self.own, Decimal(0), self.target.level)
        return _("Our own target: %(target)s; %(share)s of it is there.") % (words | {"share": percent(share, 0)})

    @property
    def spark(self) -> list[tuple[Decimal | None, bool]]:
        return [(one.number, one.state != "approved") for one in reversed(self.figures)]


def own_lines(
    initiative: Initiative, indicators: Sequence[Indicator], partner: Partner, window: Window, *, with_drafts: bool
) -> list[OwnLine]:
    """A partner's last thirteen periods of each indicator with who approved them; three statements beside `read`'s.

    A period without a figure is missing where the partner owed it, and else was never expected of it.

    Of a figure that was not handed in, or was returned, only its state, unless the reader may read drafts.
    """
    readings = read(initiative, indicators, window, trend=0)
    known = countings([indicator.pk for indicator in indicators])
    starts = {
        pk: start_of(Grain(c.frequency), readings_window(readings, pk).period, c.year_starts) for pk, c in known.items()
    }
    stored = _stored(known, starts, partner.pk)
    duties = Duties(indicators, [partner.pk])
    found = []
    for reading in readings:
        pk = reading.indicator.pk
        figures = []
        for one, is_due in _own_periods(duties.of(reading.indicator, partner.pk), starts[pk], reading.window.latest):
            row = stored.get((pk, one.start))
            if row is None:
                state = "missing" if is_due else "not_expected"
                figures.append(OwnFigure(one.start, one.frequency, "", state, "", None, None, False))
            else:
                figures.append(_own(reading.line, one, row, with_drafts=with_drafts))
        own, everybody, share = _share(reading, partner.pk)
        target = reading.own_targets.get(partner.pk)
        found.append(OwnLine(reading, tuple(figures), share, own, everybody, target))
    return found


def _own_periods(duty: Duty, month: date, latest: date) -> Iterator[tuple[OwedPeriod, bool]]:
    """The partner's last periods that are over, newest first, as long as it files them; and whether each must be."""
    count = 0
    while count < PERIODS:
        owed = period_at(duty, month)
        one = owed or OwedPeriod(start_of(duty.frequency, month, duty.year_starts), duty.frequency)
        if owed is None or owed.stands_at <= latest:
            count += 1
            yield one, owed is not None and not owed.is_optional
        month = add_months(one.start, -1)


def readings_window(readings: Sequence[Reading], pk: int) -> Window:
    """The window in which an indicator is read."""
    return next(reading.window for reading in readings if reading.indicator.pk == pk)


def _stored(known: dict[int, Counting], starts: dict[int, date], partner_id: int) -> dict[tuple[int, date], tuple]:
    """A partner's totals and excuses of these indicators over their last periods, by indicator and period."""
    ids = list(known)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT f.indicator_id, f.period, f.value, f.numerator, f.denominator, f.weight, f.note, f.is_not_collected,
                   f.state, m.name, f.changed_at, false
              FROM unnest(%(ids)s::bigint[], %(since)s::date[], %(until)s::date[]) AS i (indicator_id, since, until)
              JOIN measures_figure f ON f.tenant_id = %(tenant)s AND f.indicator_id = i.indicator_id
                                    AND f.period BETWEEN i.since AND i.until AND f.partner_id = %(partner)s
                                    AND f.category = ''
              LEFT JOIN backbone_membership m ON m.tenant_id = %(tenant)s AND m.id = f.changed_by_id
            UNION ALL
            SELECT e.indicator_id, e.period, NULL, NULL, NULL, NULL, '', false, 'excused', m.name, e.at, true
              FROM measures_excuse e
              JOIN backbone_membership m ON m.tenant_id = %(tenant)s AND m.id = e.by_id
             WHERE e.tenant_id = %(tenant)s AND e.partner_id = %(partner)s AND e.indicator_id = ANY(%(ids)s)
             ORDER BY 12 DESC
            """,
            {
                "tenant": active_tenant_id(),
                "partner": partner_id,
                "ids": ids,
                "since": [add_months(starts[pk], -PERIODS * known[pk].frequencies[-1].months) for pk in ids],
                "until": [starts[pk] for pk in ids],
            },
        )
        return {(row[0], row[1]): row[2:] for row in cursor}  # a figure stands over an excuse


def _own(line: Line, one: OwedPeriod, row: tuple, *, with_drafts: bool) -> OwnFigure:
    value, numerator, denominator, weight, note, is_not_collected, state, name, at, is_excuse = row
    when = (one.start, one.frequency)
    if is_excuse:
        return OwnFigure(*when, "", "excused", name, at, None, True)
    if state in OPEN_STATES and not with_drafts:
        return OwnFigure(*when, "", state, "", at, None, False)
    entry = told_if_bare(Entry(value, numerator, denominator, weight, is_not_collected, note))
    number = divided(numerator, denominator) if line.rule.is_ratio else value
    word = "not_collected" if is_not_collected and state == "approved" else state
    approver = name if state == "approved" else ""
    return OwnFigure(*when, wording.entry(line, entry), word, approver, at, number, False)


def _share(reading: Reading, partner_id: int) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """What a partner brings to the figure, what everybody does, and the share: of a rate by its denominators, of an
    average by its weights; of people none, for they are never summed, nor of what has no volume.
    """
    part = next((part.combined for part in reading.whole.parts if part.partner_id == partner_id), None)
    rule = reading.line.rule
    if part is None or not reading.line.has_volume or reading.now.lower is not None:
        return None, None, None
    own = part.denominator if rule.divides else part.value
    everybody = reading.now.denominator if rule.divides else reading.now.value
    if own is None or everybody is None or everybody <= 0 or own < 0:
        return own, everybody, None
    return own, everybody, own / everybody
