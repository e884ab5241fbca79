"""A partner's own figures as series: what it files, and what is computed from that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from backbone.look.numbers import percent, period_name
from backbone.models import Initiative, Partner
from backbone.tenancy import active_tenant_id
from measures import wording
from measures.goals import OwnTarget
from measures.models import Indicator
from measures.models.filings import OPEN_STATES
from measures.rules.coverage import State
from measures.rules.figures import Entry, divided, told_if_bare
from measures.rules.kinds import FORMULA, INDEX
from measures.rules.lines import Line
from measures.rules.owed import Duty, OwedPeriod, period_at
from measures.rules.periods import Grain, add_months, start_of
from measures.rules.progress import progress
from measures.selectors.computed import ComputedWhole
from measures.selectors.obligations import Duties
from measures.selectors.reading import Reading, read
from measures.selectors.series import SeriesRow, series
from measures.selectors.spans import Counting, countings
from measures.selectors.trend import TrendPoint, point_of
from measures.windows import Window

PERIODS = 13
COMPUTED = (FORMULA, INDEX)


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


# --- what is computed ---


@dataclass(frozen=True, slots=True)
class OwnComputed:
    """One computed indicator of a partner's own figures: its last spans, newest first, each from its own inputs."""

    reading: Reading
    grain: Grain
    points: tuple[TrendPoint, ...]

    @property
    def named(self) -> list[tuple[str, TrendPoint]]:
        return [(period_name(point.period, self.grain), point) for point in self.points]

    @property
    def spark(self) -> list[tuple[Decimal | None, bool]]:
        return [(point.value, point.is_partial) for point in reversed(self.points)]


def own_computed(
    initiative: Initiative, indicators: Sequence[Indicator], partner: Partner, window: Window
) -> list[OwnComputed]:
    """A partner's last thirteen spans of each computed indicator, from those of its figures that count; nothing where it
    owes none of the inputs. A few statements beside `read`'s for each length of its periods.

    A span is as long as the rarest of what it files for it: what is filed for a quarter says nothing of a month.
    `indicators` are all of the initiative that are in use, with their tenant.
    """
    computed = [indicator for indicator in indicators if indicator.kind in COMPUTED]
    if not computed:
        return []
    readings = [one for one in read(initiative, computed, window, trend=0) if isinstance(one.whole, ComputedWhole)]
    duties = Duties(indicators, [partner.pk])
    by_id = {indicator.pk: indicator for indicator in indicators}
    grains = {one.indicator.pk: _own_grain(one, by_id, duties, partner.pk) for one in readings}
    rows = _own_rows(initiative, readings, grains, partner.pk)
    found = []
    for reading in readings:
        own = rows.get(reading.indicator.pk, [])
        if any(row.state != State.NOT_EXPECTED for row in own):
            points = tuple(point_of(row, reading.line) for row in reversed(own))
            found.append(OwnComputed(reading, grains[reading.indicator.pk], points))
    return found


def _own_grain(reading: Reading, by_id: Mapping[int, Indicator], duties: Duties, partner_id: int) -> Grain:
    inputs = [by_id[pk] for pk in reading.whole.inputs if pk in by_id]  # type: ignore[attr-defined]
    lengths = [duties.frequency(one, partner_id, reading.window.period) for one in inputs]
    return max([reading.window.grain, *lengths], key=lambda grain: grain.months)


def _own_rows(
    initiative: Initiative, readings: Sequence[Reading], grains: Mapping[int, Grain], partner_id: int
) -> dict[int, list[SeriesRow]]:
    """The partner's own spans by computed indicator, oldest first."""
    found: dict[int, list[SeriesRow]] = {}
    asked: dict[Window, list[int]] = {}
    for reading in readings:
        own = reading.window.at(grains[reading.indicator.pk])
        own = own.previous if own.is_running else own
        asked.setdefault(own, []).append(reading.indicator.pk)
    for own, ids in asked.items():
        for row in series(
            initiative, ids, own.grain, own.back(PERIODS - 1), own.period, partner_id, year_starts=own.sql_year
        ):
            found.setdefault(row.indicator_id, []).append(row)
    return found
