"""How figures add up: first over months within each partner, then over partners, always with coverage. Pure.

Source: product specification, 3.1, 3.2 and N9. One table of kinds decides; a total is never shown without who is
missing from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Context, Decimal, localcontext
from functools import wraps
from types import MappingProxyType
from typing import TypeVar

from measures.rules.coverage import Coverage, PartnerKey, State, combined_coverage, coverage
from measures.rules.figures import ONE, ZERO, Entry, divided, has_answer, total_of
from measures.rules.kinds import (
    AVERAGE_STOCK,
    FLOW,
    LAST,
    MAXIMUM,
    MEDIAN,
    MILESTONE,
    MINIMUM,
    MONEY,
    NARRATIVE,
    ORDINAL,
    OVER_TIME,
    PERIOD_RATE,
    RATE_STOCK,
    STOCK,
    TO_DATE,
    UNDUPLICATED,
    WEIGHTED_AVERAGE,
)
from measures.rules.lines import Line
from measures.rules.past import is_achieved
from measures.rules.periods import Grain, add_months, start_of
from measures.rules.shared import Shared, taken_off

# A mean denominator is rounded here, so that sums of means do not depend on their order and SQL can say the same.
MEAN_PLACES = Decimal("1e-12")
# Means that are values themselves keep more, so that small ones have twelve digits that count.
VALUE_PLACES = Decimal("1e-18")

# Sums of products of the largest figures that can be stored, to their last decimal.
_EXACTLY = Context(prec=60)
_DIVIDING = Context(prec=28)

Function = TypeVar("Function", bound=Callable)


def _exactly(function: Function) -> Function:
    """The same function in an arithmetic wide enough for every figure."""

    @wraps(function)
    def within(*args, **kwargs):
        with localcontext(_EXACTLY):
            return function(*args, **kwargs)

    return within  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Combined:
    """A combined value and how much of it is there.

    `value` is the sum, or the plain ratio of `numerator` and `denominator` where the kind divides: rates, averages by
    weight, milestones (achieved over expected). Unduplicated people have `lower` and `upper` instead (`upper` None:
    "at least") and a `value` only when one partner alone is expected and it is exact. A median has the range of its
    parts, and a `value` only when it is one partner's one period. A level on a scale has the lowest and the highest, how
    many partners stand at each in `spread` (rank to count), and a mean as its `value` only where that is allowed.
    `as_of_period` is the month of the oldest carried level, None when nothing was carried.
    `is_lower_bound`: what is missing can only make it more. `parts` are what it was combined from, by key, and `shared`
    the joint work that stands in several of them and was counted once.
    """

    kind: str
    state: State
    coverage: Coverage
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    as_of_period: date | None = None
    is_lower_bound: bool = False
    spread: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}), compare=False)
    parts: tuple[tuple[PartnerKey, Combined], ...] = field(default=(), compare=False, repr=False)
    shared: tuple[Shared, ...] = field(default=(), compare=False, repr=False)

    @property
    def is_complete(self) -> bool:
        return self.state is State.COMPLETE

    @property
    def has_something(self) -> bool:
        """True when at least one figure stands in it; a rate of 0/0 is one, and so are words."""
        return self.state not in (State.NONE, State.NOT_EXPECTED)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What is left of several figures before it is known how complete they are. `is_there`: there were any."""

    is_there: bool = True
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    as_of_period: date | None = None
    spread: Mapping[int, int] = field(default_factory=dict)


_NOTHING = _Numbers(is_there=False)


@_exactly
def combine_periods(
    line: Line,
    entries: Mapping[date, Entry],
    owed: Collection[date],
    months: Collection[date],
    *,
    excused: Collection[date] = (),
    optional: Collection[date] = (),
    year_starts: int = 1,
    partner: PartnerKey = "",
    usual: Decimal | None = None,
) -> Combined:
    """One partner's figures over the months of a span.

    `entries` are the eligible figures by month; `owed` and `excused` are months, those before the span too when a
    level may be carried from there. A rarer filing stands at the last month of its period (`OwedPeriod.stands_at`).
    The partner is `filed` when every month it owes in the span, excused ones aside, has a figure; what it did file is
    in the value all the same. Figures of months that are not owed do not count. `optional` months, among those owed,
    are owed when they have a figure, and else are not there at all.
    """
    if line.rule.takes_over_time and line.over_time not in OVER_TIME:
        raise ValueError(f"{line.slug} does not say how it combines over time: {line.over_time!r}.")
    span = sorted(set(months))
    answered = {month: entries[month] for month in owed if has_answer(line, entries.get(month))}
    owed = [month for month in owed if month not in optional or month in answered]
    in_span = set(owed).intersection(span)
    due = sorted(month for month in in_span if month not in excused or month in answered)
    if not due:
        state = coverage([partner] if in_span else [], [partner] if in_span else [], [])
        return Combined(line.kind, State.NOT_EXPECTED, state)
    sources = {month: _source(line, answered, month) for month in due}
    is_filed = all(source is not None for source in sources.values())
    covered = coverage([partner], [], [partner] if is_filed else [], None if usual is None else {partner: usual})

    is_one_year = len({start_of(Grain.YEAR, month, year_starts) for month in span}) == 1
    if line.kind == STOCK or (line.kind == RATE_STOCK and line.over_time == LAST):
        last = span[-1]
        numbers = _last_month(line, answered, sources.get(last), last)
        is_expected = last in sources
    else:
        present = [answered[month] for month in due if month in answered]
        numbers = _over_months(line, present, due, is_filed, year_starts)
        is_expected = True
    return _finished(line, numbers, covered, is_expected, can_only_grow=line.kind != TO_DATE or is_one_year)


@_exactly
def combine_partners(
    line: Line, partner_values: Mapping[PartnerKey, Combined], shared: Iterable[Shared] = ()
) -> Combined:
    """Several partners' combined values as one. They may also be groups of partners, none in two groups, so that
    children and their parent always agree. Joint work that stands in several of them (`shared`) counts once.
    """
    shared = tuple(shared)
    keys = sorted(partner_values)
    children = [partner_values[key] for key in keys]
    covered = combined_coverage(child.coverage for child in children)
    there = [child for child in children if child.has_something]
    numbers = _over_partners(line, there, covered)
    if shared and numbers.is_there:
        numbers = _once(numbers, taken_off(shared, keys))
    is_expected = any(child.state is not State.NOT_EXPECTED for child in children)
    parts = tuple((key, partner_values[key]) for key in keys)
    grows = all(child.is_complete or child.is_lower_bound for child in there)
    found = _finished(line, numbers, covered, is_expected, parts, can_only_grow=line.kind != TO_DATE or grows)
    return replace(found, shared=shared) if shared else found


def _once(numbers: _Numbers, off: Entry) -> _Numbers:
    """The same without what is in it more than once."""
    left = {
        name: number - (getattr(off, name) or ZERO)
        for name in ("value", "numerator", "denominator")
        if (number := getattr(numbers, name)) is not None
    }
    return replace(numbers, **left)


def combine(
    line: Line,
    filed: Mapping[tuple[PartnerKey, date], Entry],
    obligations: Mapping[PartnerKey, Collection[date]],
    excused: Mapping[PartnerKey, Collection[date]],
    months: Collection[date],
    *,
    optional: Mapping[PartnerKey, Collection[date]] | None = None,
    year_starts: int = 1,
    weights: Mapping[PartnerKey, Decimal | None] | None = None,
) -> Combined:
    """Everybody's figures over a span of months: `combine_periods` for each partner, then `combine_partners`.

    `filed` holds eligible figures only (approved, or submitted where the tenant counts those). `parts` of the result
    are the partners. `weights` are usual volumes, for coverage by volume. Refused: a kind that is not available.
    """
    entries: dict[PartnerKey, dict[date, Entry]] = {}
    for (partner, month), entry in filed.items():
        entries.setdefault(partner, {})[month] = entry
    return combine_partners(
        line,
        {
            partner: combine_periods(
                line,
                entries.get(partner, {}),
                owed,
                months,
                excused=excused.get(partner, ()),
                optional=() if optional is None else optional.get(partner, ()),
                year_starts=year_starts,
                partner=partner,
                usual=None if weights is None else weights.get(partner),
            )
            for partner, owed in obligations.items()
        },
    )


def _source(line: Line, answered: Mapping[date, Entry], month: date) -> date | None:
    """The month whose figure stands for this one: itself or, for a level, an earlier one within the limit."""
    reach = line.carry_forward if line.kind == STOCK else 0
    for back in range(reach + 1):
        if add_months(month, -back) in answered:
            return add_months(month, -back)
    return None


def _last_month(line: Line, answered: Mapping[date, Entry], source: date | None, last: date) -> _Numbers:
    if source is None:
        return _NOTHING
    entry = answered[source]
    if line.kind == STOCK:
        return _Numbers(value=entry.value, as_of_period=None if source == last else source)
    return _Numbers(numerator=entry.numerator, denominator=entry.denominator)


def _over_months(
    line: Line, present: Sequence[Entry], due: Sequence[date], is_filed: bool, year_starts: int
) -> _Numbers:
    """One partner's figures of the months of a span, oldest first, as one."""
    if not present:
        return _NOTHING
    if line.rule.is_ratio:
        denominator = total_of(entry.denominator for entry in present)
        if line.kind == RATE_STOCK and line.over_time == PERIOD_RATE:
            denominator = (denominator / len(present)).quantize(MEAN_PLACES)
        return _Numbers(numerator=total_of(entry.numerator for entry in present), denominator=denominator)
    if line.kind == WEIGHTED_AVERAGE:
        return _weighed((entry.value, entry.weight) for entry in present)
    if line.kind == UNDUPLICATED:
        return _people_over_months(present, due, is_filed, year_starts)
    if line.kind == MILESTONE:
        return _Numbers(numerator=ONE if is_achieved(present) else ZERO, denominator=ONE)
    values = [entry.value for entry in present if entry.value is not None]
    if line.kind in (FLOW, MONEY):
        return _Numbers(value=total_of(values))
    if line.kind == TO_DATE:
        return _Numbers(value=values[-1])
    if line.kind == AVERAGE_STOCK:
        return _Numbers(value=_mean(values) if is_filed else None)
    if line.kind == ORDINAL:
        return _levels(line, Counter({int(values[-1]): 1}), is_one=True)
    if line.kind == NARRATIVE:
        return _Numbers()
    return _extremes(line, values, values, values[0] if len(due) == 1 else None)


def _weighed(pairs: Iterable[tuple[Decimal | None, Decimal | None]]) -> _Numbers:
    known = [(value, weight) for value, weight in pairs if value is not None and weight is not None]
    return _Numbers(
        numerator=total_of(value * weight for value, weight in known),
        denominator=total_of(weight for _, weight in known),
    )


def _mean(values: Sequence[Decimal]) -> Decimal:
    return (total_of(values) / len(values)).quantize(VALUE_PLACES)


def _levels(line: Line, spread: Mapping[int, int], *, is_one: bool) -> _Numbers:
    """How many stand at each level. One partner alone has its level; of several the mean only where it is allowed."""
    lowest, highest = Decimal(min(spread)), Decimal(max(spread))
    value = None
    if is_one:
        value = lowest
    elif line.mean_allowed:
        ranks = Decimal(sum(rank * count for rank, count in spread.items()))
        value = (ranks / sum(spread.values())).quantize(VALUE_PLACES)
    return _Numbers(value=value, lower=lowest, upper=highest, spread=dict(spread))


def _extremes(line: Line, lows: Sequence[Decimal], highs: Sequence[Decimal], alone: Decimal | None) -> _Numbers:
    """The smallest, the largest, or of medians both: what lies between is not known, unless it is one figure `alone`."""
    if line.kind == MINIMUM:
        return _Numbers(value=min(lows))
    if line.kind == MAXIMUM:
        return _Numbers(value=max(highs))
    return _Numbers(value=alone, lower=min(lows), upper=max(highs))


def _people_over_months(present: Sequence[Entry], due: Sequence[date], is_filed: bool, year_starts: int) -> _Numbers:
    """Bounds on one partner's people over several months.

    People new since the start of the fiscal year are each counted once in it, so such months add up exactly. Where
    only some months count that way, the people known before are in none of them and no upper bound holds.
    """
    values = [entry.value for entry in present if entry.value is not None]
    methods = {entry.new_only for entry in present}
    total = total_of(values)
    is_one_year = len({start_of(Grain.YEAR, month, year_starts) for month in due}) == 1
    if methods == {True} and is_one_year:
        return _Numbers(lower=total, upper=total if is_filed else None)
    upper = total if is_filed and len(methods) == 1 else None
    return _Numbers(lower=max(values), upper=upper)


def _over_partners(line: Line, there: Sequence[Combined], covered: Coverage) -> _Numbers:
    if not there:
        return _NOTHING
    if line.kind == UNDUPLICATED:
        lowers = [child.lower for child in there if child.lower is not None]
        uppers = [child.upper for child in there]
        is_bounded = covered.is_complete and None not in uppers
        return _Numbers(
            lower=max(lowers),
            upper=total_of(uppers) if is_bounded else None,
        )
    if line.kind == MILESTONE:
        return _Numbers(numerator=total_of(child.numerator for child in there), denominator=Decimal(covered.expected))
    if line.rule.divides:
        numerator = total_of(child.numerator for child in there)
        return _Numbers(numerator=numerator, denominator=total_of(child.denominator for child in there))
    if line.kind == ORDINAL:
        spread: Counter[int] = Counter()
        for child in there:
            spread.update(child.spread)
        return _levels(line, spread, is_one=covered.expected == 1)
    if line.kind == NARRATIVE:
        return _Numbers()
    values = [child.value for child in there if child.value is not None]
    if line.kind in (MINIMUM, MAXIMUM):
        return _extremes(line, values, values, None)
    if line.kind == MEDIAN:
        lows = [child.lower for child in there if child.lower is not None]
        highs = [child.upper for child in there if child.upper is not None]
        return _extremes(line, lows, highs, there[0].value if covered.expected == 1 else None)
    carried = [child.as_of_period for child in there if child.as_of_period is not None]
    return _Numbers(value=total_of(values) if values else None, as_of_period=min(carried, default=None))


def _finished(
    line: Line,
    numbers: _Numbers,
    covered: Coverage,
    is_expected: bool,
    parts: tuple[tuple[PartnerKey, Combined], ...] = (),
    *,
    can_only_grow: bool = True,
) -> Combined:
    """Name the state, divide, and decide whether it may be called a value at all."""
    value, is_lower_bound = numbers.value, False
    if not numbers.is_there:
        state = State.NONE if is_expected else State.NOT_EXPECTED
    elif line.kind == NARRATIVE or (line.kind == MEDIAN and value is None):
        state = State.NOT_COMBINABLE
    elif line.rule.divides and numbers.denominator == 0:
        state = State.UNDEFINED
    else:
        state = State.COMPLETE if covered.is_complete else State.PARTIAL
    if line.rule.divides:
        with localcontext(_DIVIDING):
            value = divided(numbers.numerator, numbers.denominator)
    elif line.kind == UNDUPLICATED:
        is_exact = covered.is_complete and covered.expected == 1 and numbers.lower == numbers.upper
        value = numbers.lower if is_exact else None
        is_lower_bound = numbers.is_there and numbers.upper is None
    elif line.can_only_grow:
        is_lower_bound = state is State.PARTIAL and value is not None and numbers.as_of_period is None and can_only_grow
    return Combined(
        kind=line.kind,
        state=state,
        coverage=covered,
        value=value,
        numerator=numbers.numerator,
        denominator=numbers.denominator,
        lower=numbers.lower,
        upper=numbers.upper,
        as_of_period=numbers.as_of_period,
        is_lower_bound=is_lower_bound,
        spread=MappingProxyType(dict(numbers.spread)),
        parts=parts,
    )
