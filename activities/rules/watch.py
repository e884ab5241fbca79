"""One program looks better while what it should move looks worse: worth a word, and no more than that.

Source: product specification, N6. A card is a question to a working group; it accuses nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

SPAN = 3  # periods in each of the two means


class Verdict(StrEnum):
    CARD = "card"
    STEADY = "steady"  # both could be compared, and it is not so
    COVERAGE = "coverage"  # too few have filed one of them
    SILENT = "silent"  # too few periods, or nothing to take a share of
    NO_WAY = "no_way"  # for one of them neither more nor less is better


@dataclass(frozen=True, slots=True)
class Side:
    """One indicator over six periods, oldest first, like-for-like; `coverage` from 0 to 1, `direction` "up" or "down"."""

    values: Sequence[Decimal | None]
    coverage: Decimal | None
    direction: str


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict, and by how much each is better (below 0: worse) than three periods before, as a share."""

    verdict: Verdict
    first: Decimal | None = None
    second: Decimal | None = None


def means(values: Sequence[Decimal | None]) -> tuple[Decimal, Decimal] | None:
    """The means of the earlier and the later three periods; None unless all six are known."""
    known = [value for value in values if value is not None]
    if len(known) != 2 * SPAN or len(values) != 2 * SPAN:
        return None
    return sum(known[:SPAN], Decimal(0)) / SPAN, sum(known[SPAN:], Decimal(0)) / SPAN


def betterment(side: Side) -> Decimal | None:
    """By what share of the earlier mean the later one is better; None when that cannot be said."""
    both = means(side.values)
    if both is None or both[0] == 0:
        return None
    change = (both[1] - both[0]) / abs(both[0])
    return change if side.direction == "up" else -change


def judge(first: Side, second: Side, *, change: int, coverage: int) -> Judged:
    """Whether the first is better by at least `change` percent while the second, later by the lag of the link between
    them, is worse by as much; both with at least `coverage` percent."""
    if {first.direction, second.direction} - {"up", "down"}:
        return Judged(Verdict.NO_WAY)
    if any(one.coverage is None or one.coverage * 100 < coverage for one in (first, second)):
        return Judged(Verdict.COVERAGE)
    better, worse = betterment(first), betterment(second)
    if better is None or worse is None:
        return Judged(Verdict.SILENT, better, worse)
    is_card = better * 100 >= change and worse * 100 <= -change
    return Judged(Verdict.CARD if is_card else Verdict.STEADY, better, worse)
