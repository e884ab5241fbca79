"""Is an indicator well defined? Its kind with its unit, its goals, and what may still change. Pure.

`lines.check_line` judges what the kind itself asks for; here is what goes with it: no bare percentage, goals in the
shape of the kind, and a kind that stays once figures exist. Source: product specification, 1.2 S1 and S2, 3.6, 3.7.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from backbone.problems import Problem, Refused, cut, gettext_noop
from measures.rules.lines import PERCENT, UNKNOWN, Line, check_line
from measures.rules.periods import Grain

# How people write the unit of a percentage; all of them mean the same.
PERCENT_WORDS = frozenset({"percent", "percentage", "per cent", "pct", "%"})


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


def check_definition(line: Line, *, due_day: int, lock_day: int) -> list[Problem]:
    """What is wrong with an indicator's settings. `Problem.field` names the setting."""
    found = check_line(line)
    if any(problem.field == "kind" for problem in found):
        return found
    if line.unit == PERCENT and line.rule.is_filed and not line.rule.is_ratio:
        text = gettext_noop(
            "{name} is a percentage, and percentages cannot be added up. Choose the kind rate: partners then file what "
            "is on top and out of what, and the platform divides."
        )
        found.append(Problem("kind.bare_percent", text, _named(line), field="kind", value=line.kind))
    if lock_day < due_day:
        text = gettext_noop("{name} locks on day {lock_day}, before it is due on day {due_day}.")
        params = {**_named(line), "lock_day": lock_day, "due_day": due_day}
        found.append(Problem("line.locks_before_due", text, params, field="lock_day", value=str(lock_day)))
    return found


def check_goal(line: Line, goal: Goal) -> list[Problem]:
    """What is wrong with a target or a baseline, which has the shape of a figure of that kind."""
    params = _named(line)
    if line.rule.is_ratio:
        if goal.numerator is None or goal.denominator is None or goal.value is not None:
            text = gettext_noop(
                "{name} is a rate: say its goal as numerator and denominator, as in 95 of 100, not as one number."
            )
            return [Problem("goal.shape", text, params, field="numerator")]
        if goal.denominator <= 0 or goal.numerator < 0:
            text = gettext_noop("{name}: {numerator} of {denominator} is no rate: the lower number is above zero.")
            params |= {"numerator": goal.numerator, "denominator": goal.denominator}
            return [Problem("goal.denominator", text, params, field="denominator", value=str(goal.denominator))]
        if line.is_proportion and goal.numerator > goal.denominator:
            text = gettext_noop("{name}: {numerator} of {denominator} is more than all of them.")
            params |= {"numerator": goal.numerator, "denominator": goal.denominator}
            return [Problem("goal.above_all", text, params, field="numerator", value=str(goal.numerator))]
        return []
    if goal.value is None or goal.numerator is not None or goal.denominator is not None:
        text = gettext_noop("{name} is not a rate: say its goal as one value, without numerator and denominator.")
        return [Problem("goal.shape", text, params, field="value")]
    if goal.value < 0 and not line.may_be_negative:
        text = gettext_noop("{name} cannot be below zero, and {value} is.")
        return [Problem("goal.negative", text, params | {"value": goal.value}, field="value", value=str(goal.value))]
    return []


def check_settled(name: str, changed: Mapping[str, tuple[Any, Any]]) -> list[Problem]:
    """What an indicator that has figures may no longer change: its kind and its frequency. Anything else may."""
    text = {
        "kind": gettext_noop(
            "{name} has figures, so its kind stays {before}: changed to {after} they would add up to something else. "
            "Define a new indicator of the kind {after}, and let this one end."
        ),
        "frequency": gettext_noop(
            "{name} has figures for each {before}, so it stays so. Define a new indicator for each {after}, and let "
            "this one end."
        ),
    }
    words = {str(grain): grain.word for grain in Grain}
    return [
        Problem("definition.settled", text[field], {"name": name, "before": words.get(before, before),
                "after": words.get(after, after)}, field=field, value=cut(after))
        for field, (before, after) in changed.items()
        if field in text and before != after
    ]  # fmt: skip


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
