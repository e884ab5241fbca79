"""Where a line leads if it goes on like before: a plain method that can be explained beside the chart. Pure.

Theil–Sen: the slope is the median of the slopes between every two of the last complete points, so that one odd month
does not bend it. With two years of complete months the slope is taken between the same months of different years
(Hirsch, Slack and Smith, 1982), and each month lies above or below the line by what it usually does. The range holds
four fifths of how far the points lay from the line, and widens the further ahead one looks, as the error of a line does.
A forecast says what follows from the past alone; it knows nothing of plans.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median
from types import MappingProxyType

from measures.rules.figures import ZERO
from measures.rules.kinds import FLOW, RATE, RATE_STOCK, STOCK
from measures.rules.periods import Grain, add_months, months_apart

# Kinds of which a period's value is one number that means the same in every period.
KINDS = frozenset(
    {FLOW, RATE, RATE_STOCK, STOCK, "money", "weighted_average", "average_stock", "index", "formula", "community"}
)

POINTS: Mapping[Grain, int] = MappingProxyType({Grain.MONTH: 12, Grain.QUARTER: 8, Grain.YEAR: 5})
SEASONAL = 24  # complete months from which the months' own habits are known
STALE = 3  # periods without a complete point after which the past says nothing about the future any more
AHEAD: Mapping[Grain, int] = MappingProxyType({Grain.MONTH: 12, Grain.QUARTER: 4, Grain.YEAR: 2})
SHARE = Decimal("0.8")  # of the points lie within the range, as far as the past goes
PLACES = Decimal("1e-9")  # a slope is a division: rounded, so that it is the same everywhere

Points = Sequence[tuple[date, Decimal]]


@dataclass(frozen=True, slots=True)
class Ahead:
    """One period ahead: where the line stands, and the range around it."""

    period: date
    value: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Forecast:
    """`rests_on` complete periods, `since` the first of them; `slope` a period; `is_seasonal` where months differ."""

    points: tuple[Ahead, ...]
    rests_on: int
    since: date
    slope: Decimal
    is_seasonal: bool

    def at(self, period: date) -> Ahead | None:
        return next((one for one in self.points if one.period == period), None)


@dataclass(frozen=True, slots=True)
class TooFew:
    """Why there is no forecast: so many complete periods are there, and so many are needed."""

    there: int
    needed: int


def forecast(
    kind: str,
    grain: Grain,
    complete: Points,
    last: date,
    *,
    until: date | None = None,
    is_share: bool = False,
) -> Forecast | TooFew | None:
    """Where it leads after `last`, the newest period that is over, from the `complete` points alone, oldest first.

    Nothing (None) for a kind that has no one number, and when the last complete point lies too far back. It leads to
    `until` where that is not further than a year, else half as far as it could. A number that was never negative does
    not become so, nor does a share grow beyond the whole.
    """
    if kind not in KINDS:
        return None
    known = [(period, value) for period, value in complete if period <= last]
    needed = POINTS[grain]
    if len(known) < needed:
        return TooFew(len(known), needed)
    if months_apart(known[-1][0], last) > STALE * grain.months:
        return None
    is_seasonal = grain is Grain.MONTH and len(known) >= SEASONAL
    used = known[-SEASONAL:] if is_seasonal else known[-needed:]
    line = _Line.through(used, grain, is_seasonal)
    floor = ZERO if min(value for _period, value in used) >= 0 else None
    ceiling = Decimal(1) if is_share and max(value for _period, value in used) <= 1 else None
    steps = _steps(last, until, grain)
    first = add_months(known[-1][0], grain.months)
    periods = [add_months(first, grain.months * n) for n in range(steps + _gap(known[-1][0], last, grain))]
    return Forecast(
        points=tuple(line.ahead(period, floor, ceiling) for period in periods),
        rests_on=len(used),
        since=used[0][0],
        slope=line.slope,
        is_seasonal=is_seasonal,
    )


def _steps(last: date, until: date | None, grain: Grain) -> int:
    most = AHEAD[grain]
    if until is None or until <= last:
        return max(most // 2, 1)
    wanted = -(-months_apart(last, until) // grain.months)
    return wanted if wanted <= most else most


def _gap(complete: date, last: date, grain: Grain) -> int:
    """Periods after the last complete point that are over and not all in: the line leads through them too."""
    return months_apart(complete, last) // grain.months


@dataclass(frozen=True, slots=True)
class _Line:
    """A straight line through points, counted in periods from the first; and each month's own distance from it."""

    start: date
    step: int
    slope: Decimal
    level: Decimal
    habits: Mapping[int, Decimal]
    width: Decimal
    places: tuple[int, ...]

    @classmethod
    def through(cls, points: Points, grain: Grain, is_seasonal: bool) -> _Line:
        start, step = points[0][0], grain.months
        placed = [(months_apart(start, period) // step, period, value) for period, value in points]
        slopes = [
            (later - earlier) / (there - here)
            for i, (here, month, earlier) in enumerate(placed)
            for there, other, later in placed[i + 1 :]
            if not is_seasonal or month.month == other.month
        ]
        slope = median(slopes).quantize(PLACES)
        off = [(period, value - slope * place) for place, period, value in placed]
        level = median(value for _period, value in off)
        habits = _habits(off, level) if is_seasonal else {}
        if habits:
            mean = sum(habits.values(), ZERO) / len(habits)
            level, habits = level + mean, {month: value - mean for month, value in habits.items()}
        distances = sorted(abs(value - level - habits.get(period.month, ZERO)) for period, value in off)
        width = distances[min(int(SHARE * len(distances)), len(distances) - 1)]
        return cls(start, step, slope, level, habits, width, tuple(place for place, _period, _value in placed))

    def ahead(self, period: date, floor: Decimal | None, ceiling: Decimal | None) -> Ahead:
        place = months_apart(self.start, period) // self.step
        value = self.level + self.slope * place + self.habits.get(period.month, ZERO)
        reach = self.width * self._widening(place)
        low, middle, high = (_within(one, floor, ceiling) for one in (value - reach, value, value + reach))
        return Ahead(period, middle, low, high)

    def _widening(self, place: int) -> Decimal:
        """How much further than among the points themselves the line can be off, that far from their middle."""
        count = Decimal(len(self.places))
        middle = Decimal(sum(self.places)) / count
        spread = sum(((one - middle) ** 2 for one in self.places), ZERO)
        return (1 + 1 / count + (place - middle) ** 2 / spread).sqrt()


def _habits(off: Iterable[tuple[date, Decimal]], level: Decimal) -> dict[int, Decimal]:
    """By how much each month usually lies above or below the line."""
    by_month: dict[int, list[Decimal]] = {}
    for period, value in off:
        by_month.setdefault(period.month, []).append(value - level)
    return {month: median(values) for month, values in by_month.items()}


def _within(value: Decimal, floor: Decimal | None, ceiling: Decimal | None) -> Decimal:
    if floor is not None and value < floor:
        return floor
    return ceiling if ceiling is not None and value > ceiling else value
