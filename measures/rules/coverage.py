"""How many partners filed of how many were expected; every combined value travels with it. Pure.

Numerator and denominator both come from obligations, so coverage never exceeds 100 %. Source: product
specification, N1 and 3.6.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from measures.rules.figures import ZERO

PartnerKey: TypeAlias = str | int


class State(StrEnum):
    """How much of a combined value is there. Only `complete` may be called a total."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    NONE = "none"
    NOT_EXPECTED = "not_expected"
    UNDEFINED = "undefined"  # a rate of 0/0
    NOT_COMBINABLE = "not_combinable"  # a kind that has no combined value, such as a median


@dataclass(frozen=True, slots=True)
class Coverage:
    """`filed` of `expected` partners, `excused` ones not among them.

    `missing` names who has not filed, in order; None when the reader may not know. `usual_filed` and `usual_expected`
    weigh partners by their usual volume; None as soon as one partner has no history.
    """

    filed: int
    expected: int
    excused: int = 0
    missing: tuple[PartnerKey, ...] | None = ()
    usual_filed: Decimal | None = None
    usual_expected: Decimal | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.filed <= self.expected:
            raise ValueError(f"{self.filed} filed of {self.expected} expected: who filed must be among the expected.")

    @property
    def state(self) -> State:
        if self.expected == 0:
            return State.NOT_EXPECTED
        if self.filed == self.expected:
            return State.COMPLETE
        return State.NONE if self.filed == 0 else State.PARTIAL

    @property
    def is_complete(self) -> bool:
        return self.state is State.COMPLETE

    @property
    def missing_count(self) -> int:
        return self.expected - self.filed

    @property
    def share(self) -> Decimal | None:
        """Filed over expected, 0 to 1; None when nobody is expected."""
        return None if self.expected == 0 else Decimal(self.filed) / Decimal(self.expected)

    @property
    def usual_share(self) -> Decimal | None:
        """The same by usual volume, 0 to 1; None when a partner has no history or all usual volumes are 0."""
        if self.usual_filed is None or self.usual_expected is None or self.usual_expected == 0:
            return None
        return self.usual_filed / self.usual_expected

    def without_names(self) -> Coverage:
        """The same for a reader who may not know which partners are missing."""
        return replace(self, missing=None)


def coverage(
    expected: Collection[PartnerKey],
    excused: Collection[PartnerKey],
    filed: Collection[PartnerKey],
    weights: Mapping[PartnerKey, Decimal | None] | None = None,
) -> Coverage:
    """Coverage of one period from the partners that owe it, those excused, and those with an eligible value.

    `weights` are usual volumes, as `usual` gives them. Who files without owing does not count; an excused partner
    that files all the same counts as expected again.
    """
    owing = set(expected)
    with_value = owing & set(filed)
    let_off = (owing & set(excused)) - with_value
    due = owing - let_off
    usual_filed = usual_expected = None
    if weights is not None:
        known = {partner: weights.get(partner) for partner in due}
        usual_filed = _sum_if_all_known(known[partner] for partner in with_value)
        usual_expected = _sum_if_all_known(known.values())
        if usual_expected is None:
            usual_filed = None
    return Coverage(
        filed=len(with_value),
        expected=len(due),
        excused=len(let_off),
        missing=tuple(sorted(due - with_value)),
        usual_filed=usual_filed,
        usual_expected=usual_expected,
    )


def combined_coverage(parts: Iterable[Coverage]) -> Coverage:
    """The coverage of several groups of partners together; no partner may be in two of them."""
    parts = list(parts)
    named = [part.missing for part in parts if part.missing is not None]
    due = [part for part in parts if part.expected > 0]
    return Coverage(
        filed=sum(part.filed for part in parts),
        expected=sum(part.expected for part in parts),
        excused=sum(part.excused for part in parts),
        missing=tuple(sorted(key for keys in named for key in keys)) if len(named) == len(parts) else None,
        usual_filed=_sum_if_all_known(part.usual_filed for part in due) if due else None,
        usual_expected=_sum_if_all_known(part.usual_expected for part in due) if due else None,
    )


def _sum_if_all_known(numbers: Iterable[Decimal | None]) -> Decimal | None:
    total = ZERO
    for number in numbers:
        if number is None:
            return None
        total += number
    return total
