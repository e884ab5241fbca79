"""Reads for filing and reviewing: what a partner owes in a period, what stands there, what came before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from backbone.models import Initiative, Participation, Partner
from measures.lines import closes_on, lines, today
from measures.models import Excuse, Indicator, Obligation, Reopening
from measures.rules import periods
from measures.rules.lines import Line
from measures.rules.periods import Grain

Desk = tuple[int, date]  # whose report, and for which period


@dataclass(frozen=True, slots=True)
class Owed:
    """What one partner owes for one period, by indicator id, in the initiative's order."""

    indicators: Mapping[int, Indicator]
    lines: Mapping[int, Line]
    excused: frozenset[int]


def owed_lines(initiative: Initiative, partner: Partner, period: date) -> Owed:
    """The indicators that a partner owes for the period that begins with this month; six queries.

    A quarter's or a year's indicator is owed in the report of its first month.
    """
    indicators = list(Indicator.objects.filter(initiative=initiative).select_related("tenant"))
    obligations = Obligation.objects.filter(Q(partner=partner) | Q(partner=None), indicator__initiative=initiative)
    spans: dict[int, list[tuple[date | None, date | None]]] = {}
    for indicator_id, *span in obligations.values_list("indicator_id", "starts_on", "ends_on"):
        spans.setdefault(indicator_id, []).append(tuple(span))
    stay = Participation.objects.filter(initiative=initiative, partner=partner).values_list("joins_on", "leaves_on")
    stays = list(stay)
    owed = [indicator for indicator in indicators if is_owed(indicator, period, spans.get(indicator.pk, ()), stays)]
    excused = Excuse.objects.filter(partner=partner, period=period).values_list("indicator_id", flat=True)
    return Owed({indicator.pk: indicator for indicator in owed}, lines(initiative, owed), frozenset(excused))


def is_owed(
    indicator: Indicator,
    period: date,
    obligations: Collection[tuple[date | None, date | None]],
    stays: Collection[tuple[date | None, date | None]],
) -> bool:
    """Whether an obligation and a stay both touch the period that begins with this month, if one begins there."""
    grain = Grain(indicator.frequency)
    if periods.start_of(grain, period, indicator.tenant.fiscal_year_starts) != period:
        return False
    if indicator.retired_on is not None and indicator.retired_on <= period:
        return False
    last = periods.last_day(period, grain)
    return _touches(obligations, period, last) and _touches(stays, period, last)


def _touches(spans: Collection[tuple[date | None, date | None]], first: date, last: date) -> bool:
    return any(
        (starts_on is None or starts_on <= last) and (ends_on is None or ends_on >= first)
        for starts_on, ends_on in spans
    )


def closed_lines(
    wanted: Collection[tuple[int, Desk]], indicators: Mapping[int, Indicator], now: datetime
) -> set[tuple[int, Desk]]:
    """Of these lines (indicator id, (partner id, period)) those that nobody may file any more.

    No query unless one is past its last day; then one, for what was reopened.
    """
    late = {
        (indicator_id, desk)
        for indicator_id, desk in wanted
        if closes_on(indicators[indicator_id], desk[1]) < today(indicators[indicator_id].tenant, now)
    }
    if not late:
        return set()
    indicator = indicators[next(iter(late))[0]]
    reopened = set(
        Reopening.objects.filter(
            initiative=indicator.initiative_id,
            partner__in={desk[0] for _, desk in late},
            period__in={desk[1] for _, desk in late},
            until__gte=today(indicator.tenant, now),
        ).values_list("partner_id", "period")
    )
    return {(indicator_id, desk) for indicator_id, desk in late if desk not in reopened}
