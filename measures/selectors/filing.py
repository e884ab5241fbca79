"""Reads for filing and reviewing: what a partner owes in a period, what stands there, what came before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from backbone.models import Initiative, Partner
from measures.lines import closes_on, lines
from measures.models import Excuse, Figure, Indicator
from measures.models.filings import FigureState
from measures.rules.figures import Entry, told_if_bare
from measures.rules.lines import TOTAL, Line
from measures.rules.owed import OwedPeriod
from measures.selectors.locks import openings
from measures.selectors.obligations import Duties, rarer_duties
from measures.selectors.versions import histories

HANDED_IN = (FigureState.SUBMITTED, FigureState.APPROVED)

Desk = tuple[int, date]  # whose report, and for which period


@dataclass(frozen=True, slots=True)
class Owed:
    """What one partner owes for one period, by indicator id, in the initiative's order. `periods` say how long each is:
    a partner may file a quarter where others file months."""

    indicators: Mapping[int, Indicator]
    lines: Mapping[int, Line]
    excused: frozenset[int]
    periods: Mapping[int, OwedPeriod]
    since: Mapping[int, date]


def owed_lines(initiative: Initiative, partner: Partner, period: date) -> Owed:
    """The indicators that a partner owes for the period that begins with this month, as they are defined then; seven
    queries.

    A quarter or a year is owed in the report of its first month. The lines are those of that period: its breakdowns,
    without categories that were retired before.
    """
    indicators = list(Indicator.objects.filter(initiative=initiative).select_related("tenant"))
    known = histories(indicators)
    indicators = [history.as_at(period) for history in known.values()]
    duties = Duties(indicators, [partner.pk])
    found = {indicator.pk: duties.at(indicator, partner.pk, period) for indicator in indicators}
    periods = {pk: one for pk, one in found.items() if one is not None and one.start == period}
    owed = {indicator.pk: indicator for indicator in indicators if indicator.pk in periods}
    excused = Excuse.objects.filter(partner=partner, period=period).values_list("indicator_id", flat=True)
    asked = {pk: line.at(period) for pk, line in lines(initiative, owed.values()).items()}
    return Owed(owed, asked, frozenset(excused), periods, {pk: known[pk].since(period) for pk in owed})


def earlier_totals(partner: Partner, indicators: Collection[int], before: date) -> dict[int, list[tuple[date, Entry]]]:
    """What a partner handed in of these indicators for earlier periods, oldest first; no query when there are none."""
    found: dict[int, list[tuple[date, Entry]]] = {}
    if not indicators:
        return found
    figures = Figure.objects.filter(
        partner=partner, indicator__in=indicators, period__lt=before, category=TOTAL, state__in=HANDED_IN
    )
    for figure in figures.order_by("period"):
        found.setdefault(figure.indicator_id, []).append((figure.period, entry_of(figure)))
    return found


def entry_of(figure: Figure) -> Entry:
    """A stored figure as the rules see it."""
    return told_if_bare(
        Entry(
            figure.value,
            figure.numerator,
            figure.denominator,
            figure.weight,
            figure.is_not_collected,
            figure.note,
            figure.new_only,
        )
    )


def closed_lines(
    wanted: Collection[tuple[int, Desk]], indicators: Mapping[int, Indicator], now: datetime
) -> set[tuple[int, Desk]]:
    """Of these lines (indicator id, (partner id, period)) those that nobody may file any more.

    No query unless one is past its last day; then two, for who files more rarely and for who has more time.
    """
    late = {
        (indicator_id, desk)
        for indicator_id, desk in wanted
        if closes_on(indicators[indicator_id], desk[1]) < indicators[indicator_id].tenant.day(now)
    }
    if not late:
        return set()
    late -= _rarer_and_open(late, indicators, now)
    if not late:
        return set()
    indicator = indicators[next(iter(late))[0]]
    given = openings(
        indicator.tenant.day(now),
        initiative=indicator.initiative_id,
        partner_ids={desk[0] for _, desk in late},
        periods={desk[1] for _, desk in late},
    )
    return {(indicator_id, desk) for indicator_id, desk in late if given.until(*desk, indicator_id) is None}


def _rarer_and_open(
    late: Collection[tuple[int, Desk]], indicators: Mapping[int, Indicator], now: datetime
) -> set[tuple[int, Desk]]:
    """Of lines that would be closed, those of partners whose period is longer, and is open still."""
    rarer = rarer_duties((indicators[pk] for pk in {line[0] for line in late}), {desk[0] for _, desk in late})
    if rarer is None:
        return set()
    return {
        (pk, desk)
        for pk, desk in late
        if closes_on(indicators[pk], desk[1], rarer.frequency(indicators[pk], *desk)) >= indicators[pk].tenant.day(now)
    }
