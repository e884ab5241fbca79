"""Loops of a theory of change: where what we move comes back to itself, and makes itself stronger or holds itself back.

A loop is reinforcing when the product of its signs is positive and balancing otherwise (Sterman, Business Dynamics, 2000,
chapter 5). A map of two hundred nodes may hold more loops than anybody could count, so they are looked for from the
shortest on, and no further than three bounds: how many, how long, and when the caller says that time is up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from agenda.rules.arcs import Arc, Chain, chained

MOST = 100
LONGEST = 12
STEPS = 1_000  # between two looks at the clock


@dataclass(frozen=True, slots=True)
class Loops:
    """The loops found, the shortest first. Where `is_all` is False there may be more, and `because` says which bound
    ended the search: "number", "length" or "time"."""

    found: tuple[Chain, ...]
    because: str = ""

    @property
    def is_all(self) -> bool:
        return not self.because


class _TimeIsUp(Exception):
    pass


def find_loops(
    arcs: Iterable[Arc], *, most: int = MOST, longest: int = LONGEST, is_time_up: Callable[[], bool] = lambda: False
) -> Loops:
    """Every loop of these links, or as many of the shortest as the bounds let through. Each begins at its smallest node.

    The same links in another order give the same answer, unless time runs out.
    """
    by_ends = {(arc.source, arc.target): arc for arc in arcs}
    out: dict[int, list[int]] = {}
    for source, target in sorted(by_ends):
        out.setdefault(source, []).append(target)
    knots = _knots(out)
    found: list[Chain] = []
    search = _Search(out, is_time_up)
    try:
        for length in range(2, min(longest, max(map(len, knots), default=0)) + 1):
            for knot in knots:
                for nodes in search.of_length(knot, length):
                    if len(found) == most:
                        return Loops(tuple(found), "number")
                    ends = zip(nodes, (*nodes[1:], nodes[0]), strict=True)
                    found.append(chained(nodes, (by_ends[pair] for pair in ends)))
    except _TimeIsUp:
        return Loops(tuple(found), "time")
    return Loops(tuple(found), "length" if any(len(knot) > longest for knot in knots) else "")


def _knots(out: dict[int, list[int]]) -> list[set[int]]:
    """The groups of nodes that all lead to each other; no loop leaves its group."""
    import networkx  # costs a tenth of a second, which only whoever looks for loops should pay

    graph = networkx.DiGraph(out)
    groups = [group for group in networkx.strongly_connected_components(graph) if len(group) > 1]
    return sorted(groups, key=min)


class _Search:
    """Walks from each node over larger ones and back to it, so that every loop is met once, at its smallest node.

    A step is taken only where the way back is short enough, so nearly every walk that is begun ends in a loop.
    """

    def __init__(self, out: dict[int, list[int]], is_time_up: Callable[[], bool]):
        self.out, self.is_time_up, self.steps = out, is_time_up, 0

    def of_length(self, knot: set[int], length: int) -> Iterator[tuple[int, ...]]:
        for root in sorted(knot):
            among = {node for node in knot if node >= root}
            back = self._steps_back(root, among, length)
            walk, here = [root], {root}
            yield from self._walk(walk, here, back, length)

    def _walk(self, walk: list[int], here: set[int], back: dict[int, int], length: int) -> Iterator[tuple[int, ...]]:
        left = length - len(walk)
        for node in self.out.get(walk[-1], ()):
            self._tick()
            if left == 0:
                if node == walk[0]:
                    yield tuple(walk)
            elif node not in here and back.get(node, length) <= left:
                walk.append(node)
                here.add(node)
                yield from self._walk(walk, here, back, length)
                walk.pop()
                here.discard(node)

    def _steps_back(self, root: int, among: set[int], length: int) -> dict[int, int]:
        """How many links lie between each node and the root, going along them, over these nodes only."""
        into: dict[int, list[int]] = {}
        for source in among:
            for target in self.out.get(source, ()):
                if target in among:
                    into.setdefault(target, []).append(source)
        found, front = {root: 0}, {root}
        for distance in range(1, length):
            front = {node for one in front for node in into.get(one, ())} - found.keys()
            found.update(dict.fromkeys(front, distance))
        return found

    def _tick(self) -> None:
        self.steps += 1
        if self.steps % STEPS == 0 and self.is_time_up():
            raise _TimeIsUp
