"""What waits: reports that partners owe now, and submitted figures that a reviewer has not looked at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from backbone.models import Initiative, Partner
from measures.lines import closes_on, due_on
from measures.models import Excuse, Figure, Indicator
from measures.models.filings import FigureState
from measures.rules.owed import Duty, OwedPeriod, period_at
from measures.rules.periods import add_months, month_of, start_of
from measures.selectors.locks import openings_by_initiative
from measures.selectors.obligations import Duties
from measures.selectors.taking_part import Named

LOOKED_BACK = 6  # periods; a lock day of 62 closes a month within three


@dataclass(slots=True)
class OwedReport:
    """One partner's report for one open period. Counts are of its lines, not of figures."""

    initiative: Initiative
    partner: Partner
    period: date
    due_on: date
    closes_on: date
    is_over: bool
    is_reopened: bool = False
    lines: int = 0
    missing: int = 0
    drafts: int = 0
    returned: int = 0
    submitted: int = 0
    approved: int = 0

    @property
    def is_owed(self) -> bool:
        """Whether the partner still has to do something."""
        return self.is_over and bool(self.missing or self.drafts or self.returned)


@dataclass(slots=True)
class WaitingReport:
    """One filing with submitted figures. `own` of its lines were submitted by the reader, who may not approve them."""

    initiative: Initiative
    partner: Named
    period: date
    since: datetime
    closes_on: date
    submitted_by: str = ""
    lines: int = 0
    own: int = 0


def owed_reports(
    partner_ids: Collection[int], now: datetime | None = None, initiative: Initiative | None = None
) -> list[OwedReport]:
    """The open reports of these partners, in all initiatives or one, oldest first; seven queries, always.

    A period is open from its first day until it closes, or as long as it is reopened. Reports with nothing owed in
    them are left out, and so are excused lines that nobody filled in.
    """
    if not partner_ids:
        return []
    now = now or timezone.now()
    indicators = Indicator.objects.select_related("tenant", "initiative")
    indicators = list(indicators if initiative is None else indicators.filter(initiative=initiative))
    if not indicators:
        return []
    day = indicators[0].tenant.day(now)
    duties = Duties(indicators, partner_ids)
    partners = {row.pk: row for row in Partner.objects.filter(pk__in=partner_ids)}
    _everywhere, given = openings_by_initiative(day, partner_ids=partner_ids)

    wanted: dict[tuple[int, int, date], tuple[Indicator, OwedPeriod, bool]] = {}
    for indicator in indicators:
        for partner_id in partners:
            own = given.get(indicator.initiative_id)
            again = own.periods(partner_id, indicator.pk) if own is not None else set()
            duty = duties.of(indicator, partner_id)
            for one in _open_periods(indicator, duty, day):
                wanted[indicator.pk, partner_id, one.start] = (indicator, one, one.start in again)
            for period in again:
                found_again = period_at(duty, period)
                if found_again is not None and found_again.start == period:
                    wanted[indicator.pk, partner_id, period] = (indicator, found_again, True)
    periods = {key[2] for key in wanted}
    excused = set(
        Excuse.objects.filter(partner__in=partner_ids, period__in=periods).values_list(
            "indicator_id", "partner_id", "period"
        )
    )
    states: dict[tuple[int, int, date], set[str]] = {}
    for row in Figure.objects.filter(partner__in=partner_ids, period__in=periods).values_list(
        "indicator_id", "partner_id", "period", "state"
    ):
        states.setdefault(row[:3], set()).add(row[3])

    found: dict[tuple[int, int, date], OwedReport] = {}
    for key, (indicator, owed, is_reopened) in wanted.items():
        state = _state(states.get(key, set()))
        if not state and (key in excused or owed.is_optional):
            continue
        _, partner_id, period = key
        due, closes = due_on(indicator, period, owed.frequency), closes_on(indicator, period, owed.frequency)
        if is_reopened:
            closes = max(closes, given[indicator.initiative_id].until(partner_id, period, indicator.pk) or closes)
        is_over = owed.ends_on < day
        at = (indicator.initiative_id, partner_id, period)
        report = found.setdefault(
            at,
            OwedReport(
                indicator.initiative,
                partners[partner_id],
                period,
                due,
                closes,
                is_over,
                is_reopened,
            ),
        )
        if is_over and not report.is_over:
            report.due_on, report.closes_on, report.is_over = due, closes, True
        elif is_over == report.is_over:
            report.due_on = min(report.due_on, due)
            report.closes_on = min(report.closes_on, closes)
        report.lines += 1
        if is_over or state:
            name = {"": "missing", "draft": "drafts"}.get(state, state)
            setattr(report, name, getattr(report, name) + 1)
    return sorted(found.values(), key=lambda one: (one.period, one.partner.code, one.initiative.pk))


def waiting_reports(reader_id: int, initiative: Initiative | None = None) -> list[WaitingReport]:
    """The filings with submitted figures, the one that waits longest first; one query for one initiative, two for all."""
    figures = Figure.objects.filter(state=FigureState.SUBMITTED)
    if initiative is not None:
        figures = figures.filter(indicator__initiative=initiative)
    columns = ("filing__initiative", "partner", "partner__code", "partner__name", "period", "indicator__frequency")
    groups = figures.values(*columns).annotate(
        since=Min("changed_at"),
        by=Max("submitted_by__name"),
        lines=Count("indicator", distinct=True),
        own=Count("indicator", distinct=True, filter=Q(submitted_by=reader_id)),
        due_day=Min("indicator__due_day"),
        lock_day=Min("indicator__lock_day"),
    )
    rows = list(groups)
    if not rows:
        return []
    if initiative is not None:
        initiatives = {initiative.pk: initiative}
    else:
        initiatives = Initiative.objects.in_bulk({row["filing__initiative"] for row in rows})
    found: dict[tuple[int, int, date], WaitingReport] = {}
    for row in rows:
        calendar = Indicator(frequency=row["indicator__frequency"], due_day=row["due_day"], lock_day=row["lock_day"])
        closes = closes_on(calendar, row["period"])
        report = found.setdefault(
            (row["filing__initiative"], row["partner"], row["period"]),
            WaitingReport(
                initiatives[row["filing__initiative"]],
                Named(row["partner"], row["partner__code"], row["partner__name"]),
                row["period"],
                row["since"],
                closes,
            ),
        )
        report.since = min(report.since, row["since"])
        report.closes_on = min(report.closes_on, closes)
        report.submitted_by = row["by"] or report.submitted_by
        report.lines += row["lines"]
        report.own += row["own"]
    return sorted(found.values(), key=lambda one: (one.since, one.period, one.partner.code))


def _open_periods(indicator: Indicator, duty: Duty, day: date) -> list[OwedPeriod]:
    """The periods that a partner owes of this indicator and that have begun and are not closed, the last one first."""
    month = month_of(day)
    found: list[OwedPeriod] = []
    for _ in range(LOOKED_BACK):
        owed = period_at(duty, month)
        start, grain = (month, duty.frequency) if owed is None else (owed.start, owed.frequency)
        start = start_of(grain, start, duty.year_starts)
        if closes_on(indicator, start, grain) < day:
            break
        if owed is not None:
            found.append(owed)
        month = add_months(start, -1)
    return found


def _state(states: set[str]) -> str:
    return next((state for state in ("returned", "draft", "submitted", "approved") if state in states), "")
