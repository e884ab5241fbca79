"""Is an indicator well defined? Its kind with its unit, its goals, and what may still change. Pure.

`lines.check_line` judges what the kind itself asks for; here is what goes with it: no bare percentage, goals in the
shape of the kind, and a kind that stays once figures exist. Source: product specification, 1.2 S1 and S2, 3.6, 3.7.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from backbone.problems import Problem, Refused, cut, gettext_noop
from measures.rules.currencies import CODES
from measures.rules.kinds import MILESTONE, MONEY
from measures.rules.lines import LEVEL, PERCENT, UNKNOWN, Line, check_line
from measures.rules.periods import Grain

# How people write the unit of a percentage; all of them mean the same.
PERCENT_WORDS = frozenset({"percent", "percentage", "per cent", "pct", "%"})


_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Goal:
    """A target or a baseline: a value, or numerator and denominator."""

    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None

    @property
    def is_blank(self) -> bool:
        return self.value is None and self.numerator is None and self.denominator is None


def unit_of(text: str) -> str:
    """The unit as it is stored: every spelling of percent is `percent`."""
    return PERCENT if text.strip().lower() in PERCENT_WORDS else text.strip()


def check_definition(line: Line, *, due_day: int, lock_day: int, counts_people: bool = False) -> list[Problem]:
    """What is wrong with an indicator's settings. `Problem.field` names the setting."""
    found = check_line(line)
    if any(problem.field == "kind" for problem in found):
        return found
    if line.unit == PERCENT and line.rule.is_filed and not line.rule.is_ratio and not line.rule.is_weighted:
        text = gettext_noop(
            "{name} is a percentage, and percentages cannot be added up. Choose the kind rate: partners then file what "
            "is on top and out of what, and the platform divides. Or weighted_average, if each files a percentage with "
            "the number that it is of."
        )
        found.append(Problem("kind.bare_percent", text, _named(line), field="kind", value=line.kind))
    found += [*_wrong_levels(line), *_wrong_currency(line)]
    if line.rule.is_words and line.breakdowns:
        text = gettext_noop("{name} is told in words, which are not split: leave its breakdowns empty.")
        found.append(Problem("line.words_not_split", text, _named(line), field="dimensions"))
    if counts_people and line.may_be_negative and line.rule.is_filed:
        text = gettext_noop(
            "The numbers of {name} are people, and there are never fewer than none. Say that they are no people, or "
            "that figures are not below zero."
        )
        found.append(Problem("line.people_below_zero", text, _named(line), field="allows_negative"))
    limits = line.limits
    if limits is not None and limits.low is not None and limits.high is not None and limits.low > limits.high:
        text = gettext_noop("{name} would have to be at least {low} and at most {high}: nothing is both.")
        params = {**_named(line), "low": limits.low, "high": limits.high}
        found.append(Problem("limit.crossed", text, params, field="limit_min", value=str(limits.low)))
    if lock_day < due_day:
        text = gettext_noop("{name} locks on day {lock_day}, before it is due on day {due_day}.")
        params = {**_named(line), "lock_day": lock_day, "due_day": due_day}
        found.append(Problem("line.locks_before_due", text, params, field="lock_day", value=str(lock_day)))
    return found


def _wrong_levels(line: Line) -> list[Problem]:
    """A scale has two levels or more, each with a short name of its own; nothing else has any."""

    def problem(code: str, text: str, **more: str) -> Problem:
        return Problem(f"line.{code}", text, {**_named(line), **more}, field="levels", value=more.get("level", ""))

    if not line.rule.takes_levels:
        if line.levels or line.mean_allowed:
            text = gettext_noop("Only a level on a scale (ordinal) has levels, and {name} is of the kind {kind}.")
            return [problem("levels_not_here", text, kind=line.kind)]
        return []
    if len(line.levels) < 2:
        return [problem("levels_missing", gettext_noop("Name the levels of {name}, the lowest first: at least two."))]
    found = []
    seen: set[str] = set()
    for level in line.levels:
        if level.slug in seen:
            text = gettext_noop("The level {level} is there twice: keep one.")
            found.append(problem("level_twice", text, level=cut(level.slug)))
        elif _SLUG.fullmatch(level.slug) is None or not level.name.strip():
            text = gettext_noop(
                "The level {level} needs a short name of small letters, digits and hyphens, and a name."
            )
            found.append(problem("level_name", text, level=cut(level.slug) or "–"))
        seen.add(level.slug)
    if LEVEL in {slug for breakdown in line.breakdowns for slug in breakdown}:
        text = gettext_noop("{name} cannot be split by {level}: its own levels have that name.")
        found.append(problem("level_dimension", text, level=LEVEL))
    return found


def check_overlap(line: Line, rate: Decimal | None, source: str, on: date | None) -> list[Problem]:
    """What is wrong with a recorded overlap: it is a share of people, known from somewhere and from some day. Without
    all three there is no estimate."""
    if rate is None and not source.strip() and on is None:
        return []

    def problem(code: str, field: str, text: str, **more: str) -> Problem:
        return Problem(f"line.{code}", text, {**_named(line), **more}, field=field, value=more.get("rate", ""))

    if not line.rule.takes_overlap:
        text = gettext_noop("Only unduplicated people can overlap, and {name} is of the kind {kind}.")
        return [problem("overlap_not_here", "overlap_rate", text, kind=line.kind)]
    if rate is None or not 0 <= rate < 1:
        text = gettext_noop("The overlap of {name} is a share from 0 to below 1, as in 0.2 for a fifth; {rate} is not.")
        return [problem("overlap_rate", "overlap_rate", text, rate="–" if rate is None else cut(rate))]
    if not source.strip():
        text = gettext_noop("Say from where the overlap of {name} is known: an estimate needs its source.")
        return [problem("overlap_source", "overlap_source", text)]
    if on is None:
        text = gettext_noop("Say from when the overlap of {name} is: an estimate needs the date of its source.")
        return [problem("overlap_date", "overlap_on", text)]
    return []


def _wrong_currency(line: Line) -> list[Problem]:
    """Money is in one currency, by its code: that of two is never added up."""
    if line.kind != MONEY or line.unit in CODES:
        return []
    text = gettext_noop(
        "{name} is money, so its unit is the code of one currency, as in USD, EUR or MXN; {unit} is none."
    )
    params = {**_named(line), "unit": cut(line.unit) or "–"}
    return [Problem("line.currency", text, params, field="unit", value=cut(line.unit))]


def check_goal(line: Line, goal: Goal) -> list[Problem]:
    """What is wrong with a target or a baseline, which has the shape of a figure of that kind."""
    params = _named(line)
    if not line.rule.aims:
        text = gettext_noop("{name} is told in words, which have no target and no baseline.")
        return [Problem("goal.of_words", text, params, field="value")]
    if line.rule.aims == ("numerator", "denominator"):
        if goal.numerator is None or goal.denominator is None or goal.value is not None:
            text = gettext_noop(
                "{name} is a rate: say its goal as numerator and denominator, as in 95 of 100, not as one number."
            )
            return [Problem("goal.shape", text, params, field="numerator")]
        if goal.denominator <= 0 or goal.numerator < 0:
            text = gettext_noop("{name}: {numerator} of {denominator} is no rate: the lower number is above zero.")
            params |= {"numerator": goal.numerator, "denominator": goal.denominator}
            return [Problem("goal.denominator", text, params, field="denominator", value=str(goal.denominator))]
        is_share = line.is_proportion or line.kind == MILESTONE
        if is_share and goal.numerator > goal.denominator:
            text = gettext_noop("{name}: {numerator} of {denominator} is more than all of them.")
            params |= {"numerator": goal.numerator, "denominator": goal.denominator}
            return [Problem("goal.above_all", text, params, field="numerator", value=str(goal.numerator))]
        return []
    if goal.value is None or goal.numerator is not None or goal.denominator is not None:
        text = gettext_noop("{name} is not a rate: say its goal as one value, without numerator and denominator.")
        return [Problem("goal.shape", text, params, field="value")]
    if line.rule.takes_levels and line.level_at(goal.value) is None:
        text = gettext_noop("{name} has the levels 1 to {count}; {value} is none of them.")
        params |= {"count": len(line.levels), "value": goal.value}
        return [Problem("goal.level", text, params, field="value", value=str(goal.value))]
    if goal.value < 0 and not line.may_be_negative:
        text = gettext_noop("{name} cannot be below zero, and {value} is.")
        return [Problem("goal.negative", text, params | {"value": goal.value}, field="value", value=str(goal.value))]
    return []


def check_settled(name: str, changed: Mapping[str, tuple[Any, Any]]) -> list[Problem]:
    """What an indicator that has figures may no longer change: its kind and its frequency, the currency of money, and the
    levels that there are. Anything else may. The caller names what of these is so settled."""
    text = {
        "kind": gettext_noop(
            "{name} has figures, so its kind stays {before}: changed to {after} they would add up to something else. "
            "Add a definition that begins with a later period, or a new indicator of the kind {after}, and let this one end."
        ),
        "frequency": gettext_noop(
            "{name} has figures for each {before}, so it stays so. Define a new indicator for each {after}, and let "
            "this one end."
        ),
        "unit": gettext_noop(
            "{name} has figures in {before}, so it stays so: they are never added to {after}. Define a new indicator "
            "in {after}, and let this one end."
        ),
        "levels": gettext_noop(
            "{name} has figures, so its levels {before} keep their places: rename them, or add higher ones after them."
        ),
    }
    words = {str(grain): grain.word for grain in Grain}
    return [
        Problem("definition.settled", text[field], {"name": name, "before": words.get(before, before),
                "after": words.get(after, after)}, field=field, value=cut(after))
        for field, (before, after) in changed.items()
        if field in text and before != after
    ]  # fmt: skip


def below_zero_stays(name: str) -> Problem:
    """Why an indicator still allows figures below zero: some stand."""
    text = gettext_noop("{name} has figures or targets below zero, so it still allows them. Correct them before.")
    return Problem("definition.below_zero", text, {"name": name}, field="allows_negative")


def check_categories(slugs: Iterable[str]) -> list[Problem]:
    """What is wrong with a dimension's categories: one twice, or `unknown`, which every dimension has already."""
    found, seen = [], set()
    for slug in slugs:
        if slug == UNKNOWN:
            text = gettext_noop("Every dimension has the category {slug} by itself: leave it out.")
            found.append(Problem("category.unknown_named", text, {"slug": slug}, field="categories", value=slug))
        elif slug in seen:
            text = gettext_noop("The category {slug} is there twice: keep one.")
            found.append(Problem("category.twice", text, {"slug": cut(slug)}, field="categories", value=cut(slug)))
        seen.add(slug)
    return found


def refuse(problems: list[Problem]) -> None:
    if problems:
        raise Refused.because(problems)


def _named(line: Line) -> dict[str, Any]:
    return {"indicator": line.slug, "name": line.name}
