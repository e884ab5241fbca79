"""Which reports are open although they are locked, or longer than their lock: who has more time, until when, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import QuerySet

from backbone.models import Initiative
from measures.lines import closes_on, due_on
from measures.models import Indicator, LockRequest, Reopening
from measures.rules.periods import Grain, add_months, month_of, start_of

AHEAD, BACK = 6, 24  # months that the calendar shows to either side
USUAL_DAYS = 7  # that are proposed to whoever answers a request


@dataclass(slots=True)
class Openings:
    """Until when a partner's report, or one line of it, is kept open beyond its lock."""

    days: dict[tuple[int, date, int | None], date] = field(default_factory=dict)

    def until(self, partner_id: int, period: date, indicator_id: int) -> date | None:
        """The last day, by whatever is longer: what was granted for the report, or for this line."""
        both = [self.days.get((partner_id, period, scope)) for scope in (None, indicator_id)]
        return max((day for day in both if day is not None), default=None)

    def periods(self, partner_id: int, indicator_id: int) -> set[date]:
        """The periods that are kept open for a partner's indicator."""
        return {period for who, period, scope in self.days if who == partner_id and scope in (None, indicator_id)}


def openings(
    day: date,
    *,
    initiative: Initiative | int | None = None,
    partner_ids: Collection[int] | None = None,
    periods: Collection[date] | None = None,
) -> Openings:
    """What is kept open on a day, of one initiative or of all; one query."""
    return openings_by_initiative(day, initiative=initiative, partner_ids=partner_ids, periods=periods)[0]


def openings_by_initiative(
    day: date,
    *,
    initiative: Initiative | int | None = None,
    partner_ids: Collection[int] | None = None,
    periods: Collection[date] | None = None,
) -> tuple[Openings, dict[int, Openings]]:
    """The same over all, and for each initiative by its id."""
    rows = Reopening.objects.in_force(day)
    if initiative is not None:
        rows = rows.filter(initiative=initiative)
    if partner_ids is not None:
        rows = rows.filter(partner__in=partner_ids)
    if periods is not None:
        rows = rows.filter(period__in=periods)
    everywhere, each = Openings(), {}
    for initiative_id, *key, until in rows.values_list("initiative", "partner", "period", "indicator", "until"):
        for found in (everywhere, each.setdefault(initiative_id, Openings())):
            found.days[tuple(key)] = max(until, found.days.get(tuple(key), until))
    return everywhere, each


@dataclass(frozen=True, slots=True)
class MoreTime:
    """Somebody's more time. `state`: in force, over, or ended by somebody."""

    reopening: Reopening
    is_in_force: bool

    @property
    def is_ended(self) -> bool:
        return self.reopening.ended_at is not None


@dataclass(frozen=True, slots=True)
class Lock:
    """One period of the indicators that are due and lock together."""

    period: date
    frequency: str
    indicators: tuple[Indicator, ...]
    due_on: date
    closes_on: date
    state: str  # "closed", "open", or "not_due" while the period has not begun
    exceptions: tuple[MoreTime, ...]


def calendar(initiative: Initiative, day: date) -> list[Lock]:
    """The locks of an initiative from `BACK` months before a day to `AHEAD` after it, by the day of the lock; two
    queries."""
    groups: dict[tuple[str, int, int], list[Indicator]] = {}
    for indicator in Indicator.objects.filter(initiative=initiative).select_related("tenant"):
        groups.setdefault((indicator.frequency, indicator.due_day, indicator.lock_day), []).append(indicator)
    given: dict[date, list[MoreTime]] = {}
    for one in exceptions(initiative):
        is_in_force = one.until >= day and one.ended_at is None
        given.setdefault(one.period, []).append(MoreTime(one, is_in_force))
    found = []
    for (frequency, _due, _lock), members in groups.items():
        grain, starts = Grain(frequency), members[0].tenant.fiscal_year_starts
        period = start_of(grain, add_months(month_of(day), -BACK), starts)
        while period <= add_months(month_of(day), AHEAD):
            own = tuple(one for one in members if one.retired_on is None or one.retired_on > period)
            if own and period >= start_of(grain, month_of(initiative.starts_on), starts):
                due, closes = due_on(own[0], period), closes_on(own[0], period)
                state = "not_due" if period > day else "open" if closes >= day else "closed"
                ids = {None, *(one.pk for one in own)}
                theirs = tuple(one for one in given.get(period, ()) if one.reopening.indicator_id in ids)
                found.append(Lock(period, frequency, own, due, closes, state, theirs))
            period = add_months(period, grain.months)
    return sorted(found, key=lambda one: (one.closes_on, one.period, one.frequency))


def exceptions(initiative: Initiative) -> QuerySet[Reopening]:
    """Everybody's more time, the newest first."""
    rows = Reopening.objects.filter(initiative=initiative)
    return rows.select_related("partner", "indicator", "by", "ended_by").order_by("-at", "-pk")


def requests(initiative: Initiative | None, partner_ids: Iterable[int] | None = None) -> QuerySet[LockRequest]:
    """What partners asked for, in an initiative or in all (None), the newest first."""
    rows = LockRequest.objects.all() if initiative is None else LockRequest.objects.filter(initiative=initiative)
    if partner_ids is not None:
        rows = rows.filter(partner__in=list(partner_ids))
    rows = rows.select_related("partner", "indicator__tenant", "by", "decided_by", "reopening", "initiative")
    return rows.order_by("-at", "-pk")


def open_requests(initiative: Initiative | None, partner_ids: Iterable[int] | None = None) -> QuerySet[LockRequest]:
    """Those that nobody answered yet, the oldest first."""
    return requests(initiative, partner_ids).filter(state=LockRequest.State.OPEN).order_by("at", "pk")


def proposed_day(request: LockRequest, day: date, indicators: Iterable[Indicator]) -> date:
    """The day to offer to whoever answers: what was asked for while it is ahead, else a week on."""
    if request.wanted_until is not None and request.wanted_until >= day:
        return request.wanted_until
    own = [one for one in indicators if request.indicator_id in (None, one.pk)]
    locks = max((closes_on(one, request.period) for one in own), default=day)
    return max(day, locks) + timedelta(days=USUAL_DAYS)
