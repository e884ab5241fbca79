"""From baseline to target: one formula for rising and falling targets, and the words for where things stand. Pure.

Source: product specification, 3.7, N1 (partial coverage is not judged) and N5 (an outcome is not judged before it
could move). What a target plans for a given time is `rules.plans`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from backbone.problems import Problem, cut, gettext_noop
from measures.rules.combining import Combined
from measures.rules.coverage import State
from measures.rules.figures import plain
from measures.rules.periods import months_apart

BAND = Decimal("0.05")  # of the target's size: how far a level to be maintained may slip

UP, DOWN, MAINTAIN = "up", "down", "maintain"

_WITHOUT_VALUE = (State.NONE, State.NOT_EXPECTED, State.UNDEFINED, State.NOT_COMBINABLE)


class Status(StrEnum):
    """Where an indicator stands; the words are put on it elsewhere."""

    REACHED = "reached"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    WORSE_THAN_BASELINE = "worse_than_baseline"
    HELD = "held"  # of a level to be maintained: within the band
    SLIPPED = "slipped"  # outside of it, on either side
    TOO_EARLY = "too_early"
    CHALLENGED = "challenged"  # it should have moved by now, and did not
    NOT_JUDGED = "not_judged"


def progress(actual: Decimal | None, baseline: Decimal | None, target: Decimal | None) -> Decimal | None:
    """The share of the way from baseline to target: 0.5 is half, below 0 is worse than the baseline, above 1 is beyond
    the target; no cap. None when one of them is missing or the target is the baseline (a level to be maintained).
    """
    if actual is None or baseline is None or target is None or target == baseline:
        return None
    return (actual - baseline) / (target - baseline)


def path(baseline: Decimal, target: Decimal, baseline_period: date, target_period: date, period: date) -> Decimal:
    """Where the straight line from baseline to target stands in a month: by the calendar, not by what arrived.

    The baseline before it starts, the target after it ends.
    """
    length = months_apart(baseline_period, target_period)
    gone = months_apart(baseline_period, period)
    if gone >= length:
        return target
    if gone <= 0:
        return baseline
    return baseline + (target - baseline) * gone / length


def status(
    actual: Combined,
    *,
    direction: str,
    baseline: Decimal | None,
    target: Decimal | None,
    period: date,
    baseline_period: date | None = None,
    target_period: date | None = None,
    judged_from: date | None = None,
    expected: Decimal | None = None,
    band: Decimal = BAND,
    moves_by: date | None = None,
) -> Status:
    """Where a combined level stands in `period`; all amounts in the unit of `actual.value` (a rate: the plain ratio).

    `judged_from` is the first month in which the outcome could have moved; the path starts there. `expected` is where
    the plan stands, when it leads through more than one target; left out, the straight line from baseline to target. A
    value that is not complete is not judged, except that one which can only grow may already have reached a rising
    target. `moves_by` is the month by which it should have moved: after it, without any change for the better, what was
    thought to move it is challenged.
    """
    if target is None or actual.state in _WITHOUT_VALUE:
        return Status.NOT_JUDGED
    if judged_from is not None and period < judged_from:
        return Status.TOO_EARLY
    if direction == MAINTAIN:
        return _kept(actual, target, band)
    worst, is_settled = _worst_case(actual, direction)
    if worst is not None and _is_at_least_as_good(worst, target, direction) and baseline != target:
        return Status.REACHED
    if not is_settled or worst is None:
        return Status.NOT_JUDGED
    is_over = target_period is not None and period >= target_period
    if baseline is None and (is_over or expected is None):
        return Status.BEHIND if is_over else Status.NOT_JUDGED
    if baseline == target:
        slack = band * abs(target) * (-1 if direction == UP else 1)
        is_kept = _is_at_least_as_good(worst, target + slack, direction)
        return Status.ON_TRACK if is_kept else Status.WORSE_THAN_BASELINE
    is_overdue = moves_by is not None and period > moves_by
    if (
        is_overdue
        and baseline is not None
        and (worst == baseline or not _is_at_least_as_good(worst, baseline, direction))
    ):
        return Status.CHALLENGED
    if baseline is not None and not _is_at_least_as_good(worst, baseline, direction):
        return Status.WORSE_THAN_BASELINE
    starts = judged_from or baseline_period
    if expected is None and baseline is not None and starts is not None and target_period is not None:
        expected = path(baseline, target, starts, moves_by or target_period, period)
    if expected is None:
        return Status.NOT_JUDGED
    return Status.ON_TRACK if _is_at_least_as_good(worst, expected, direction) else Status.BEHIND


def status_of_sum(
    actual: Combined,
    *,
    direction: str,
    planned: Decimal | None,
    target: Decimal | None,
    is_running: bool,
    period: date,
    judged_from: date | None = None,
    band: Decimal = BAND,
) -> Status:
    """Where a sum over several periods stands: against its target when its span is over, before that against what is
    `planned` for the periods that are over.

    A rising sum may have reached its target before its span is over, and before everybody is in; a falling one has
    only kept below it when nothing can be added any more.
    """
    if actual.state in _WITHOUT_VALUE or (planned is None and target is None):
        return Status.NOT_JUDGED
    if judged_from is not None and period < judged_from:
        return Status.TOO_EARLY
    worst, is_settled = _worst_case(actual, UP if direction == MAINTAIN else direction)
    if worst is None:
        return Status.NOT_JUDGED
    if target is not None and direction == UP and worst >= target:
        return Status.REACHED
    against = planned if is_running else target
    if not is_settled or against is None:
        return Status.NOT_JUDGED
    if direction == MAINTAIN:
        return Status.HELD if abs(worst - against) <= band * abs(against) else Status.SLIPPED
    if _is_at_least_as_good(worst, against, direction):
        return Status.ON_TRACK if is_running else Status.REACHED
    return Status.BEHIND


def check_target(direction: str, baseline: Decimal | None, target: Decimal | None) -> list[Problem]:
    """What is wrong with a target: it lies on the wrong side of its baseline for the indicator's direction."""
    if baseline is None or target is None or baseline == target or direction not in (UP, DOWN):
        return []
    if _is_at_least_as_good(target, baseline, direction):
        return []
    params = {"target": plain(target), "baseline": plain(baseline)}
    if direction == UP:
        text = gettext_noop("Up is good here, but the target, {target}, is below the baseline, {baseline}.")
    else:
        text = gettext_noop("Down is good here, but the target, {target}, is above the baseline, {baseline}.")
    return [Problem("target.wrong_way", text, params, field="target", value=cut(params["target"]))]


def _kept(actual: Combined, target: Decimal, band: Decimal) -> Status:
    """A level to be maintained: nothing that is missing may be able to carry it out of the band, or back into it."""
    low = actual.lower if actual.value is None else actual.value
    high = actual.upper if actual.value is None else actual.value
    if not actual.is_complete or low is None or high is None:
        return Status.NOT_JUDGED
    inside = {abs(one - target) <= band * abs(target) for one in (low, high)}
    if len(inside) > 1 or (not all(inside) and low < target < high):
        return Status.NOT_JUDGED
    return Status.HELD if inside.pop() else Status.SLIPPED


def _worst_case(actual: Combined, direction: str) -> tuple[Decimal | None, bool]:
    """The least favourable amount that is still possible, and whether it may be judged as the amount itself."""
    if actual.value is not None and actual.is_complete:
        return actual.value, True
    if direction == UP and actual.is_lower_bound:
        return (actual.lower if actual.value is None else actual.value), False
    if actual.is_complete:  # unduplicated people: bounds
        return (actual.lower if direction == UP else actual.upper), False
    return None, False


def _is_at_least_as_good(amount: Decimal, other: Decimal, direction: str) -> bool:
    return amount >= other if direction == UP else amount <= other
