"""Where an indicator is to be, as a page says it: the target in force, the plan until now, and how it stands to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from backbone.look.numbers import compact, percent, period_name
from measures.models.indicators import Indicator, Target
from measures.rules.combining import Combined
from measures.rules.figures import divided
from measures.rules.lines import Line
from measures.rules.periods import Grain
from measures.rules.plans import Points
from measures.rules.progress import BAND, DOWN, MAINTAIN, UP, Status, progress, status, status_of_sum
from measures.wording import amount


@dataclass(frozen=True, slots=True)
class Goal:
    """Where an indicator is to be, in its own unit (a rate's as its plain ratio).

    `by` is the month by which. A level comes from `baseline` since a month, and `planned` is where its way stands in
    the span that is shown. A sum (`is_sum`) has a span of its own, `grain` from `starts`, and `planned` is what of it
    is planned for the periods that are over. `is_judged`: whether the figure shown can be held against it.
    """

    value: Decimal | None
    by: date
    baseline: Decimal | None = None
    since: date | None = None
    grain: Grain = Grain.MONTH
    starts: date | None = None
    is_sum: bool = False
    planned: Decimal | None = None
    until: date | None = None
    band: Decimal = BAND
    judged_from: date | None = None
    moves_by: date | None = None  # the month by which it should have moved, by the theory of change
    is_judged: bool = True
    is_of_partners: bool = False  # nobody set one for all: it is what the partners' own come to
    way: Points = ()


@dataclass(frozen=True, slots=True)
class OwnTarget:
    """One partner's own target in the span that is shown: a value, or for a rate its two numbers."""

    value: Decimal | None
    numerator: Decimal | None = None
    denominator: Decimal | None = None

    @property
    def level(self) -> Decimal | None:
        return divided(self.numerator, self.denominator) if self.value is None else self.value


@dataclass(frozen=True, slots=True)
class Reporting:
    """Those who filed, against their own targets: `count` partners that have both."""

    count: int
    actual: Decimal
    target: Decimal

    @property
    def share(self) -> Decimal | None:
        return progress(self.actual, Decimal(0), self.target)


def judge(direction: str, now: Combined, goal: Goal | None, last: date, *, is_running: bool) -> Status:
    """Where a figure stands against its goal in a span whose last month that is over is `last`."""
    if goal is None or not goal.is_judged or direction not in (UP, DOWN, MAINTAIN):
        return Status.NOT_JUDGED
    if goal.is_sum:
        return status_of_sum(
            now,
            direction=direction,
            planned=goal.planned,
            target=goal.value,
            is_running=is_running,
            period=last,
            judged_from=goal.judged_from,
            band=goal.band,
        )
    if is_running:
        return Status.NOT_JUDGED
    return status(
        now,
        direction=direction,
        baseline=goal.baseline,
        target=goal.value,
        period=last,
        baseline_period=goal.since,
        target_period=goal.by,
        judged_from=goal.judged_from,
        expected=goal.planned,
        band=goal.band,
        moves_by=goal.moves_by,
    )


def progress_to(goal: Goal | None, now: Combined, *, is_running: bool) -> Decimal | None:
    """The share of the way from baseline to target; of a sum, the share of its target, or while its span is running of
    what is planned so far. None while somebody is missing.
    """
    if goal is None or not goal.is_judged or not now.is_complete:
        return None
    if goal.is_sum:
        return progress(now.value, Decimal(0), goal.planned if is_running else goal.value)
    return progress(now.value, goal.baseline, goal.value)


def reporting(line: Line, parts: Mapping[int, Combined], targets: Mapping[int, OwnTarget]) -> Reporting | None:
    """Those partners that are in and have a target of their own, together, by the rule of the kind.

    None for people, whom nobody sums, for averages, extremes and levels, and where a partner's numbers cannot be put
    beside its target's.
    """
    both = [pk for pk, part in parts.items() if pk in targets and part.is_complete]
    if "numerator" in line.rule.aims:
        actual = _ratio([(parts[pk].numerator, parts[pk].denominator) for pk in both])
        target = _ratio([(targets[pk].numerator, targets[pk].denominator) for pk in both])
    elif line.rule.only_grows:
        actual = _sum([parts[pk].value for pk in both])
        target = _sum([targets[pk].value for pk in both])
    else:
        return None
    if not both or actual is None or target is None:
        return None
    return Reporting(len(both), actual, target)


def _ratio(pairs: list[tuple[Decimal | None, Decimal | None]]) -> Decimal | None:
    return divided(_sum([numerator for numerator, _d in pairs]), _sum([denominator for _n, denominator in pairs]))


def _sum(numbers: list[Decimal | None]) -> Decimal | None:
    known = [number for number in numbers if number is not None]
    return sum(known, Decimal(0)) if len(known) == len(numbers) else None


# --- in words ---

_SHAPES = {
    Status.REACHED: "on_path",
    Status.ON_TRACK: "on_path",
    Status.HELD: "on_path",
    Status.BEHIND: "behind",
    Status.WORSE_THAN_BASELINE: "behind",
    Status.SLIPPED: "behind",
    Status.TOO_EARLY: "too_early",
    Status.CHALLENGED: "challenged",
}


def status_words(
    one: Status, goal: Goal | None, share: Decimal | None, *, is_settled: bool = True, is_running: bool = False
) -> tuple[str, str]:
    """(state word, sentence) for a judged figure; ("", "") for one that is not judged. `is_settled`: nobody is missing
    and the span is over, so that nothing can be added any more.
    """
    if one is Status.NOT_JUDGED or goal is None:
        return "", ""
    words = {
        "share": "" if share is None else percent(share, 0),
        "band": percent(goal.band, 0 if goal.band * 100 == int(goal.band * 100) else 1),
        "month": "" if goal.judged_from is None else period_name(goal.judged_from),
        "by": "" if goal.moves_by is None else period_name(goal.moves_by),
    }
    if goal.is_sum and is_running and share is not None:
        on, behind = _("On path, %(share)s of the plan so far"), _("Behind path, %(share)s of the plan so far")
    elif goal.is_sum and share is not None:
        on, behind = _("On path, %(share)s of the target"), _("Target missed, %(share)s of it")
    elif share is not None:
        on = _("On path, %(share)s of the way to the target")
        behind = _("Behind path, %(share)s of the way to the target")
    else:
        on, behind = _("On path"), _("Behind path")
    worse = _("Worse than the baseline, %(share)s of the way") if share is not None else _("Worse than the baseline")
    sentence = {
        Status.REACHED: _("Target reached") if is_settled else _("Target already reached"),
        Status.ON_TRACK: on,
        Status.BEHIND: behind,
        Status.WORSE_THAN_BASELINE: worse,
        Status.HELD: _("Kept, within %(band)s of the target"),
        Status.SLIPPED: _("Not kept, more than %(band)s from the target"),
        Status.CHALLENGED: _("Theory challenged: it should have moved by %(by)s, and did not"),
        Status.TOO_EARLY: _("Too early to judge before %(month)s") if goal.judged_from else _("Too early to judge"),
    }[one] % words
    return _SHAPES[one], sentence


def goal_words(line: Line, indicator: Indicator, goal: Goal) -> str:
    """`From 750 to 1,100 by June 2027; more is better.` Of a sum: `12,000 for 2026–27, 4,000 of it by October 2026;
    more is better.`"""
    words = {
        "target": amount(line, _rounded(line, goal.value) if goal.is_sum else goal.value),
        "period": period_name(goal.by),
        "direction": str(Indicator.Direction(indicator.direction).label),
        "planned": amount(line, _rounded(line, goal.planned)),
        "baseline": amount(line, goal.baseline),
    }
    if goal.grain.months > Grain(indicator.frequency).months and goal.starts is not None:
        words["span"] = period_name(goal.starts, goal.grain)
        if goal.planned is not None and goal.until is not None and goal.until < goal.by:
            words["until"] = period_name(goal.until)
            return _("%(target)s for %(span)s, %(planned)s of it by %(until)s; %(direction)s.") % words
        return _("%(target)s for %(span)s; %(direction)s.") % words
    if goal.baseline is None:
        return _("%(target)s by %(period)s; %(direction)s.") % words
    if indicator.direction == Indicator.Direction.MAINTAIN and goal.baseline == goal.value:
        return _("%(target)s until %(period)s; %(direction)s.") % words
    return _("From %(baseline)s to %(target)s by %(period)s; %(direction)s.") % words


def target_words(line: Line, goal: Goal) -> str:
    """`60 by June 2027`, of a sum `1,200 for 2026–27`: a target in a table."""
    words = {"target": amount(line, _rounded(line, goal.value) if goal.is_sum else goal.value)}
    if goal.is_sum and goal.starts is not None:
        return _("%(target)s for %(span)s") % (words | {"span": period_name(goal.starts, goal.grain)})
    return _("%(target)s by %(period)s") % (words | {"period": period_name(goal.by)})


def plan_words(line: Line, planned: Decimal) -> str:
    """What is planned for a period, for a table."""
    return amount(line, _rounded(line, planned))


def _rounded(line: Line, planned: Decimal | None) -> Decimal | None:
    """A share of a target is seldom a whole number; nobody needs its decimals."""
    if planned is None or line.rule.is_ratio:
        return planned
    return round(planned, 0 if line.is_whole else 2)


def set_words(indicator: Indicator, target: Target) -> tuple[str, str]:
    """A target in a list: when, and how much. A rate's as its two numbers."""
    when = period_name(target.period, target.grain or indicator.frequency)
    if target.value is not None:
        return when, compact(target.value, 2)
    words = {"top": compact(target.numerator, 2), "bottom": compact(target.denominator, 2)}
    return when, _("%(top)s of %(bottom)s") % words


def reporting_words(line: Line, one: Reporting, *, is_plan: bool) -> str:
    """`The 7 who filed have 700, against 760 of their own targets: 92%.` Labelled, for it is not everybody's."""
    words = {
        "count": one.count,
        "actual": amount(line, one.actual),
        "target": amount(line, _rounded(line, one.target)),
    }
    if line.rule.is_ratio or one.share is None:
        return _("Of those who filed, %(count)s: %(actual)s, their own targets together %(target)s.") % words
    words["share"] = percent(one.share, 0)
    if is_plan:
        return _("Of those who filed, %(count)s: %(actual)s of their own %(target)s planned so far, %(share)s.") % words
    return _("Of those who filed, %(count)s: %(actual)s of their own %(target)s, %(share)s.") % words
