"""What the targets plan for a given time: by the calendar, never by what has arrived. Pure.

A target is for a span. One that is set for the indicator's own periods (a month of a monthly indicator) is a level, and
the plan leads in a straight line from the baseline through each such target. One that is set for a longer span (a year)
is, for what adds up over time, a sum: every period has its equal share of it, except those that have a target of their
own; what is planned “so far” is the sum over the periods that are over. Source: product specification, 3.7 and S7.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from measures.rules.figures import ZERO
from measures.rules.kinds import FLOW, MONEY, UNDUPLICATED
from measures.rules.periods import Grain, add_months, last_month, months_apart

# Months of these kinds add up, so that a year's target can be divided over its months and months' targets make a year's.
ADDING = frozenset({FLOW, MONEY})
# People in a year are neither the sum of its months nor any share of it: such a target holds for its own span only.
OF_ONE_SPAN = frozenset({UNDUPLICATED})

Points = Sequence[tuple[date, Decimal]]


@dataclass(frozen=True, slots=True)
class Mark:
    """One target: what is to stand in the span of `grain` that begins with `period`."""

    grain: Grain
    period: date
    value: Decimal

    @property
    def last(self) -> date:
        """Its last month: when it is to be reached."""
        return last_month(self.period, self.grain)

    def holds(self, period: date) -> bool:
        return self.period <= period <= self.last


@dataclass(frozen=True, slots=True)
class Aims:
    """The targets of one indicator, of everybody together or of one partner, and the level they start from."""

    kind: str
    frequency: Grain
    marks: tuple[Mark, ...]
    baseline: Decimal | None = None
    baseline_period: date | None = None
    judged_from: date | None = None
    moves_by: date | None = None

    @property
    def adds(self) -> bool:
        return self.kind in ADDING

    @property
    def own(self) -> tuple[Mark, ...]:
        """Targets for the indicator's own periods, in order."""
        return tuple(sorted((m for m in self.marks if m.grain == self.frequency), key=lambda mark: mark.period))

    @property
    def longer(self) -> tuple[Mark, ...]:
        """Targets for longer spans, the shortest first, so that a quarter's own target goes before its year's."""
        return tuple(
            sorted(
                (mark for mark in self.marks if mark.grain.months > self.frequency.months),
                key=lambda mark: (mark.grain.months, mark.period),
            )
        )

    def next(self, grain: Grain, month: date) -> Mark | None:
        """The target of that grain in force in a month: the next one, or else the last there was."""
        marks = sorted((one for one in self.marks if one.grain == grain), key=lambda mark: mark.period)
        return next((one for one in marks if one.last >= month), marks[-1] if marks else None)

    def points(self) -> Points:
        """The way as points from the baseline through the targets; a level does not move before `judged_from`, and where
        it is known by when it should have moved, a single target is to be reached by then."""
        marks = self.own if self.adds else sorted(self.marks, key=lambda mark: mark.last)
        step = self.frequency.months - 1
        found = [(add_months(mark.last, -step), mark.value) for mark in marks]
        if self.moves_by is not None and len(found) == 1 and self.baseline is not None:
            found = [(self.moves_by, found[0][1])]
        since = self.judged_from or self.baseline_period
        if self.baseline is not None and since is not None:
            found = [(since, self.baseline), *((month, value) for month, value in found if month > since)]
        return found


def level_on(points: Points, month: date) -> Decimal | None:
    """Where the straight lines through these points stand in a month; flat before the first and after the last."""
    if not points:
        return None
    before, after = points[0], points[-1]
    for point in points:
        if point[0] <= month:
            before = point
        else:
            after = point
            break
    gone, length = months_apart(before[0], month), months_apart(before[0], after[0])
    if gone <= 0 or length <= 0:
        return before[1]
    return before[1] + (after[1] - before[1]) * min(gone, length) / length


def planned(aims: Aims, periods: Iterable[date]) -> Decimal | None:
    """What is planned for these own periods of the indicator together, in order; None where no target says.

    What adds up is added up. Everything else stands at the level planned for the last of them, except people, for whom
    only a target for exactly one span says anything.
    """
    listed = list(periods)
    if not listed or aims.kind in OF_ONE_SPAN:
        return None
    if not aims.adds:
        return level_on(aims.points(), listed[-1])
    shares = [share_of(aims, period) for period in listed]
    return None if None in shares else sum((share for share in shares if share is not None), ZERO)


def share_of(aims: Aims, period: date) -> Decimal | None:
    """What is planned for one own period of what adds up: its own target, its share of a longer span's, or else the
    level on the way from the baseline through the targets, from its first point on."""
    around = next((mark for mark in aims.longer if mark.holds(period)), None)
    if around is None:
        points = aims.points()
        return level_on(points, period) if points and period >= points[0][0] else None
    own = {mark.period: mark.value for mark in aims.own if around.holds(mark.period)}
    if period in own:
        return own[period]
    inner = [mark for mark in aims.longer if mark.grain.months < around.grain.months and around.holds(mark.period)]
    taken = sum((mark.value for mark in inner), ZERO)
    left = 0
    for step in range(0, around.grain.months, aims.frequency.months):
        month = add_months(around.period, step)
        if any(mark.holds(month) for mark in inner):
            continue
        if month in own:
            taken += own[month]
        else:
            left += 1
    return (around.value - taken) / left
