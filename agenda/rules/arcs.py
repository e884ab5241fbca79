"""A theory of change as the rules see it: what acts on what, which way, after how many months; and links in a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Lag(NamedTuple):
    """Months: at the least, most likely, at the most."""

    least: int
    likely: int
    most: int


NO_LAG = Lag(0, 0, 0)


class Arc(NamedTuple):
    """One node acts on another: `sign` 1 moves it the same way, -1 the other way. `lag` is None where nobody said."""

    source: int
    target: int
    sign: int
    lag: Lag | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """Links in a row, each beginning where the one before ends; of a loop the first node does not stand again at the end.

    `sign` is the product of the signs, `lag` the sum of the lags that are known. While `unknown` links have none, the
    whole takes at least that long.
    """

    nodes: tuple[int, ...]
    sign: int
    lag: Lag
    unknown: int = 0

    @property
    def is_reinforcing(self) -> bool:
        return self.sign > 0


def chained(nodes: Sequence[int], arcs: Iterable[Arc]) -> Chain:
    """The chain over these nodes that these links make."""
    sign, unknown, lag = 1, 0, NO_LAG
    for arc in arcs:
        sign *= arc.sign
        if arc.lag is None:
            unknown += 1
        else:
            lag = Lag(lag.least + arc.lag.least, lag.likely + arc.lag.likely, lag.most + arc.lag.most)
    return Chain(tuple(nodes), sign, lag, unknown)


def neighbours(arcs: Iterable[Arc], node: int, steps: int) -> set[int]:
    """The node with everything that is at most so many links away, against the links' direction as well."""
    beside: dict[int, set[int]] = {}
    for arc in arcs:
        beside.setdefault(arc.source, set()).add(arc.target)
        beside.setdefault(arc.target, set()).add(arc.source)
    found = front = {node}
    for _step in range(steps):
        front = {other for one in front for other in beside.get(one, ())} - found
        found = found | front
    return found
