"""The forest, results with their figures, and who is missing from them: what staff see first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from agenda.models import Outcome
from backbone.models import Change, Initiative, Tenant
from measures.lines import closes_on, due_on
from measures.models import Indicator
from measures.rules.kinds import NOT_FILED
from measures.rules.periods import Grain, add_months, start_of
from measures.selectors.chase import ChaseList, chase_list
from measures.selectors.reading import Reading, owed
from measures.selectors.taking_part import Roster
from measures.windows import Window, latest_month

CHANGES = 6  # what is new, at a glance
DATES = 4


@dataclass(frozen=True, slots=True)
class Branch:
    """One outcome with the readings of its indicators; `outcome` is None for those that belong to none yet."""

    outcome: Outcome | None
    number: int
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Date:
    """A day on which something of a month is due, or closes, for these indicators."""

    day: date
    month: date
    indicators: int
    is_lock: bool


def indicators_in_use(initiative: Initiative, month: date) -> list[Indicator]:
    """The indicators of an initiative that are not retired by a month, with outcome and tenant; one statement."""
    in_use = Q(retired_on=None) | Q(retired_on__gt=month)
    return list(Indicator.objects.filter(in_use, initiative=initiative).select_related("outcome", "tenant"))


def branches(outcomes: Iterable[Outcome], readings: Sequence[Reading], *, with_empty: bool = True) -> list[Branch]:
    """The agenda's outcomes in order, each with its readings; those that belong to no outcome come last."""
    by_outcome: dict[int | None, list[Reading]] = {}
    for reading in readings:
        by_outcome.setdefault(reading.indicator.outcome_id, []).append(reading)
    found = [
        Branch(outcome, number, tuple(by_outcome.get(outcome.pk, ())))
        for number, outcome in enumerate(outcomes, start=1)
        if with_empty or outcome.pk in by_outcome
    ]
    if None in by_outcome:
        found.append(Branch(None, 0, tuple(by_outcome[None])))
    return found


def chase_of(initiative: Initiative, tenant: Tenant, indicators: Sequence[Indicator], month: Window) -> ChaseList:
    """Who is missing in the month that `month` shows."""
    return chase_list(initiative, owed(initiative, indicators, month), month.period, tenant.timezone)


def locks_on(indicators: Iterable[Indicator], month: date) -> date | None:
    """The last day on which a month may be filed; None where nothing is filed by the month."""
    monthly = [one for one in indicators if one.frequency == Indicator.Frequency.MONTH and one.kind not in NOT_FILED]
    return max((closes_on(one, month) for one in monthly), default=None)


def latest_changes(initiative: Initiative) -> list[Change]:
    """What happened last; one statement."""
    rows = Change.objects.filter(initiative=initiative).select_related("by", "partner")
    return list(rows.order_by("-at", "-id")[:CHANGES])


def next_dates(roster: Roster, indicators: Sequence[Indicator], today: date, year_starts: int) -> list[Date]:
    """The next days on which something is due or closes, soonest first; none once the last partner has left."""
    latest, ends_on = latest_month(today), roster.ends_on
    if not roster.partners:
        return []
    counted: dict[tuple[date, bool, date], int] = {}
    for indicator in indicators:
        if indicator.kind in NOT_FILED:
            continue
        frequency = Grain(indicator.frequency)
        period = start_of(frequency, latest, year_starts)
        for start in (add_months(period, -frequency.months), period, add_months(period, frequency.months)):
            for day, is_lock in ((due_on(indicator, start), False), (closes_on(indicator, start), True)):
                if day >= today and (ends_on is None or start <= ends_on):
                    key = (day, is_lock, start)
                    counted[key] = counted.get(key, 0) + 1
    found = [Date(day, month, count, is_lock) for (day, is_lock, month), count in sorted(counted.items())]
    return found[:DATES]
