"""An index: several indicators, each with a weight, put on one scale. Pure.

Its value is the mean of its components by weight: Σ weight × component / Σ weight. A component may be put on a scale
first, from its worst (0) to its best (1); beyond them it is cut off, unless it says otherwise. Weights need not add up
to 1. Source: product specification, 3.1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from backbone.problems import Problem, cut, gettext_noop
from measures.rules.formula import CONTEXT, settled

MOST = 20


@dataclass(frozen=True, slots=True)
class Component:
    """One indicator of an index. `worst` and `best` are both given, or neither; `clip` cuts off what lies beyond."""

    indicator: str
    weight: Decimal
    best: Decimal | None = None
    worst: Decimal | None = None
    clip: bool = True

    @property
    def is_scaled(self) -> bool:
        return self.best is not None and self.worst is not None

    def on_scale(self, value: Decimal) -> Decimal:
        if self.best is None or self.worst is None:
            return value
        share = (value - self.worst) / (self.best - self.worst)
        return max(Decimal(0), min(Decimal(1), share)) if self.clip else share


def weighted_mean(components: Sequence[Component], numbers: Mapping[str, Decimal]) -> Decimal | None:
    """The index of the components that have a number, their weights rescaled over those; None when none has one."""
    with localcontext(CONTEXT):
        there = [(one, numbers[one.indicator]) for one in components if one.indicator in numbers]
        weights = sum((one.weight for one, _ in there), Decimal(0))
        if not weights:
            return None
        return settled(sum((one.weight * one.on_scale(value) for one, value in there), Decimal(0)) / weights)


def check_components(components: Sequence[Component], params: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the components by themselves; the field is `components`.

    `params` name the index: `indicator` and `name`.
    """
    found: list[Problem] = []

    def add(code: str, text: str, value: object = "", **more: Any) -> None:
        found.append(Problem(f"components.{code}", text, {**params, **more}, field="components", value=cut(value)))

    if not components:
        add("empty", gettext_noop("Say what {name} is made of: one or more indicators, each with its weight."))
    if len(components) > MOST:
        text = gettext_noop("An index has at most {limit} components, and {name} has {count}.")
        add("too_many", text, limit=MOST, count=len(components))
    seen: set[str] = set()
    for one in components:
        if one.indicator in seen:
            text = gettext_noop("{component} is a component of {name} twice: keep one.")
            add("twice", text, one.indicator, component=cut(one.indicator))
        seen.add(one.indicator)
        if not (one.weight.is_finite() and 0 < one.weight < Decimal(10) ** 9):
            text = gettext_noop("The weight of {component} is a number above zero, not {weight}.")
            add("weight", text, one.weight, component=cut(one.indicator), weight=cut(one.weight))
        ends = [end for end in (one.best, one.worst) if end is not None]
        if len(ends) == 1:
            text = gettext_noop("{component} has one end of its scale only: say both, its best and its worst.")
            add("half_a_scale", text, one.indicator, component=cut(one.indicator))
        elif ends and (not all(end.is_finite() for end in ends) or ends[0] == ends[1]):
            text = gettext_noop("The best and the worst of {component} are the same: there is no scale between them.")
            add("no_scale", text, one.best, component=cut(one.indicator))
    return found
