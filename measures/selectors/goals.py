"""Targets in force for the spans that pages show: everybody's, each partner's own, and what the plan says so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from django.db.models import F, Q, QuerySet

from agenda.rules.delays import Delay
from agenda.selectors.delays import delays_of
from backbone.models import Initiative, Membership
from backbone.roles import Can
from measures.goals import Goal, OwnTarget
from measures.models import Indicator, Target
from measures.rules.combining import Combined
from measures.rules.figures import divided
from measures.rules.kinds import AVERAGE_STOCK, KINDS, STOCK, TO_DATE, UNDUPLICATED
from measures.rules.lines import TOTAL
from measures.rules.periods import Grain, add_months, last_month, start_of
from measures.rules.plans import ADDING, Aims, Mark, planned
from measures.windows import Window

EVERYBODY = 0
SUMMED = ADDING | {
    STOCK,
    TO_DATE,
    AVERAGE_STOCK,
}  # partners' targets of these make one for all; of rates the two numbers do


def targets_of(initiative: Initiative, reader: Membership) -> QuerySet[Target]:
    """Every target that a reader may know: everybody's together, and those of partners whose figures they may see."""
    rows = Target.objects.filter(indicator__initiative=initiative).select_related("indicator", "partner")
    seen = reader.partner_ids(Can.READ_PARTNER_FIGURES)
    if seen is not None:
        rows = rows.filter(Q(partner=None) | Q(partner__in=seen))
    return rows.order_by(
        "indicator__position", "indicator_id", F("partner__code").asc(nulls_first=True), "period", "grain", "category"
    )


@dataclass(frozen=True, slots=True)
class Targets:
    """The goal of one indicator in one window, and the partners' own targets there."""

    goal: Goal | None = None
    own: Mapping[int, OwnTarget] = field(default_factory=dict)


def targets_in(
    indicators: Iterable[Indicator], windows: Mapping[int, Window], wholes: Mapping[int, Combined]
) -> dict[int, Targets]:
    """Each indicator's targets in its window; one statement, and where there are targets those of the theory of change,
    by which they may be judged later. `wholes` are the figures shown, with their parts: only
    when everybody who is expected has an own target do these make one for all.
    """
    indicators = list(indicators)
    rows: dict[int, dict[int, list[Target]]] = {}
    for target in Target.objects.filter(indicator__in=[indicator.pk for indicator in indicators], category=TOTAL):
        rows.setdefault(target.indicator_id, {}).setdefault(target.partner_id or EVERYBODY, []).append(target)
    aimed = [indicator for indicator in indicators if indicator.pk in rows]
    late = delays_of(aimed[0].initiative_id, {name_of(one) for one in aimed}) if aimed else {}
    return {
        one.pk: _targets(one, windows[one.pk], rows[one.pk], wholes.get(one.pk), late.get(name_of(one)))
        for one in aimed
    }


def name_of(indicator: Indicator) -> str:
    """What a node of the theory of change stands for."""
    return f"measures.indicator:{indicator.pk}"


def _targets(
    indicator: Indicator,
    window: Window,
    rows: Mapping[int, Sequence[Target]],
    whole: Combined | None,
    delay: Delay | None,
) -> Targets:
    own = {
        pk: found
        for pk, targets in rows.items()
        if pk != EVERYBODY and (found := _own(indicator, window, targets)) is not None
    }
    listed, is_of_partners = rows.get(EVERYBODY, ()), False
    if not listed:
        listed, is_of_partners = _together(indicator, rows, whole), True
    goal = _goal(indicator, window, listed, delay=delay) if listed else None
    return Targets(None if goal is None else replace(goal, is_of_partners=is_of_partners), own)


def goals_of_categories(indicator: Indicator, window: Window) -> dict[str, Goal]:
    """Where each category that has a target of everybody's is to be in a window; one statement. A baseline is the
    total's alone, so there is no way to it."""
    rows: dict[str, list[Target]] = {}
    for target in Target.objects.filter(indicator=indicator, partner=None).exclude(category=TOTAL):
        rows.setdefault(target.category, []).append(target)
    found = {key: _goal(indicator, window, targets, with_baseline=False) for key, targets in rows.items()}
    return {key: goal for key, goal in found.items() if goal is not None}


def aims_of(
    indicator: Indicator, targets: Iterable[Target], *, with_baseline: bool = True, delay: Delay | None = None
) -> Aims:
    """Targets as the rules see them."""
    frequency = Grain(indicator.frequency)
    marks = [
        Mark(Grain(target.grain or frequency), target.period, level)
        for target in targets
        if (level := level_of(target.value, target.numerator, target.denominator)) is not None
    ]
    baseline = level_of(indicator.baseline_value, indicator.baseline_numerator, indicator.baseline_denominator)
    return Aims(
        indicator.kind,
        frequency,
        tuple(marks),
        baseline if with_baseline else None,
        indicator.baseline_period if with_baseline else None,
        *(moves(indicator, delay) if with_baseline else (None, None)),
    )


def moves(indicator: Indicator, delay: Delay | None) -> tuple[date | None, date | None]:
    """The first month in which it can have moved, and by which it should have: as somebody said, else by the theory of
    change."""
    if indicator.judged_from is not None or delay is None:
        return indicator.judged_from, None
    return delay


def level_of(value: Decimal | None, numerator: Decimal | None, denominator: Decimal | None) -> Decimal | None:
    return divided(numerator, denominator) if value is None else value


def periods_of(indicator: Indicator, window: Window) -> tuple[list[date], list[date]]:
    """The indicator's own periods that lie wholly in a window: those that are over, and all of them."""
    frequency, year = Grain(indicator.frequency), window.tenant_starts
    month = start_of(frequency, window.period, year)
    if month < window.period:
        month = add_months(month, frequency.months)
    end, everything = last_month(window.period, window.grain), []
    while last_month(month, frequency) <= end:
        everything.append(month)
        month = add_months(month, frequency.months)
    return [one for one in everything if last_month(one, frequency) <= window.latest], everything


def _goal(
    indicator: Indicator,
    window: Window,
    targets: Sequence[Target],
    *,
    with_baseline: bool = True,
    delay: Delay | None = None,
) -> Goal | None:
    aims = aims_of(indicator, targets, with_baseline=with_baseline, delay=delay)
    since, until = moves(indicator, delay)
    own_grain = window.grain == indicator.frequency
    over, everything = periods_of(indicator, window)
    band = _band(indicator, targets, window)
    about = {"band": band, "judged_from": since, "moves_by": until, "until": window.last}
    if (own_grain or not aims.adds) and indicator.kind != UNDUPLICATED:
        mark = _next_level(aims, window.last)
        if mark is not None:
            return Goal(
                value=mark.value,
                by=mark.period if mark.grain == aims.frequency else mark.last,
                baseline=aims.baseline,
                since=aims.baseline_period,
                planned=planned(aims, over or everything[:1]) if len(aims.points()) > 1 else None,
                way=tuple(aims.points()),
                **about,
            )
    if indicator.kind == UNDUPLICATED or own_grain:
        return _of_one_span(aims, window, about)
    value = next((m.value for m in aims.longer if (m.grain, m.period) == (window.grain, window.period)), None)
    value = planned(aims, everything) if value is None else value
    so_far = planned(aims, over)
    if value is None and so_far is None:
        return None
    return Goal(
        value=value,
        by=last_month(window.period, window.grain),
        grain=window.grain,
        starts=window.period,
        is_sum=True,
        planned=so_far,
        **about,
    )


def _of_one_span(aims: Aims, window: Window, about: dict) -> Goal | None:
    """A target that holds for one span only: judged where exactly that span is shown, else only said."""
    exact = next((m for m in aims.marks if (m.grain, m.period) == (window.grain, window.period)), None)
    if exact is None and aims.kind == UNDUPLICATED and window.grain == aims.frequency:
        mark = aims.next(aims.frequency, window.last)
        if mark is not None:
            return Goal(mark.value, mark.last, aims.baseline, aims.baseline_period, way=tuple(aims.points()), **about)
    mark = exact or next((one for one in aims.longer if one.holds(window.last)), None)
    if mark is None:
        return None
    in_it = [month for month in _months(mark, aims.frequency) if last_month(month, aims.frequency) <= window.last]
    return Goal(
        value=mark.value,
        by=mark.last,
        grain=mark.grain,
        starts=mark.period,
        is_sum=True,
        planned=planned(aims, in_it),
        is_judged=exact is not None,
        **about,
    )


def _months(mark: Mark, frequency: Grain) -> list[date]:
    return [add_months(mark.period, step) for step in range(0, mark.grain.months, frequency.months)]


def _next_level(aims: Aims, month: date) -> Mark | None:
    """The level in force: of what adds up only own targets are levels, of everything else all are."""
    marks = aims.own if aims.adds else tuple(sorted(aims.marks, key=lambda mark: mark.last))
    return next((mark for mark in marks if mark.last >= month), marks[-1] if marks else None)


def _band(indicator: Indicator, targets: Sequence[Target], window: Window) -> Decimal:
    """How far a level may slip, as a share: the target's own word, else the tenant's."""
    said = next((one.band for one in targets if one.band is not None and one.period >= window.last), None)
    if said is None:
        said = next((one.band for one in reversed(targets) if one.band is not None), None)
    return Decimal(indicator.tenant.maintain_band if said is None else said) / 100


def _own(indicator: Indicator, window: Window, targets: Sequence[Target]) -> OwnTarget | None:
    """A partner's own target in a window: of a sum what is planned so far, otherwise the next it is to reach."""
    aims = aims_of(indicator, targets, with_baseline=False)
    if "numerator" in KINDS[indicator.kind].aims:
        ordered = sorted(targets, key=lambda one: one.period)
        row = next((one for one in ordered if one.period >= window.last), ordered[-1])
        return OwnTarget(None, row.numerator, row.denominator)
    if window.grain == indicator.frequency or not aims.adds:
        mark = (
            aims.next(window.grain, window.last) if indicator.kind == UNDUPLICATED else _next_level(aims, window.last)
        )
        if mark is not None:
            return OwnTarget(mark.value)
    value = planned(aims, periods_of(indicator, window)[0])
    return None if value is None else OwnTarget(value)


def _together(indicator: Indicator, rows: Mapping[int, Sequence[Target]], whole: Combined | None) -> list[Target]:
    """The partners' own targets as one for all, by the rule of the kind, for each span in which everybody who is
    expected has one.
    """
    if whole is None or not (indicator.kind in SUMMED or "numerator" in KINDS[indicator.kind].aims):
        return []
    expected = {pk for pk, part in whole.parts if part.coverage.expected > 0}
    spans: dict[tuple[str, date], dict[int, Target]] = {}
    for pk, targets in rows.items():
        for target in targets:
            spans.setdefault((target.grain, target.period), {})[pk] = target
    found = []
    for (grain, period), by_partner in sorted(spans.items(), key=lambda one: one[0][1]):
        if expected and expected <= set(by_partner):
            chosen = [by_partner[pk] for pk in expected]
            sums = {name: _sum(getattr(one, name) for one in chosen) for name in ("value", "numerator", "denominator")}
            found.append(Target(indicator=indicator, grain=grain, period=period, **sums))
    return found


def _sum(numbers: Iterable[Decimal | None]) -> Decimal | None:
    listed = [number for number in numbers if number is not None]
    return sum(listed, Decimal(0)) if listed else None
