"""Hand-offs: how long they take, who is waited for, which chain decides when the last activity can begin, where it sticks.

A chain is no path where activities wait for each other in a ring: the ring is named instead.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from statistics import median
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
LAST = 5  # deliveries that the actual lag is the median of


@dataclass(frozen=True, slots=True)
class Step:
    """What one activity waits for from another. `days` is how long it takes: what it took of late, else as promised;
    None: nobody knows."""

    giver: int
    taker: int
    days: int | None


@dataclass(frozen=True, slots=True)
class Chains:
    """`longest` are the activities of the chain that takes longest, in order, with its `days`; `unknown` of its steps take
    nobody knows how long, so that it takes at least that. `rings` are groups of activities that wait for each other; while
    there is one, no chain through it has a length. `bottlenecks` are activities with how many others wait for them, of
    those that more than one waits for, the most first."""

    longest: tuple[int, ...] = ()
    days: int = 0
    unknown: int = 0
    rings: tuple[tuple[int, ...], ...] = ()
    bottlenecks: tuple[tuple[int, int], ...] = ()
    waits: Mapping[int, int] = field(default_factory=dict)  # days until each activity has what it waits for


def actual_days(deliveries: Iterable[tuple[date, date | None]]) -> int | None:
    """The median of the last deliveries in days, from asking to coming; None before anything came."""
    came = sorted(((asked, came) for asked, came in deliveries if came is not None), key=lambda one: one[1])
    return None if not came else round(median((came - asked).days for asked, came in came[-LAST:]))


def late_by(asked: date, promised: int | None, today: date) -> int | None:
    """How many days something that is waited for is late, 0 when it is not; None when nothing was promised."""
    return None if promised is None else max((today - asked).days - promised, 0)


def on_time(deliveries: Iterable[tuple[date, date | None, int | None]]) -> tuple[int, int]:
    """How many deliveries came within what was promised, of how many that came and had a promise."""
    known = [(came - asked).days <= promised for asked, came, promised in deliveries if came and promised is not None]
    return sum(known), len(known)


def chains(steps: Sequence[Step]) -> Chains:
    """The critical path, the rings and the bottlenecks of all hand-offs together."""
    import networkx  # costs a tenth of a second, which only whoever looks at chains should pay

    graph = networkx.DiGraph()
    for step in sorted(steps, key=lambda one: (one.giver, one.taker)):
        graph.add_edge(step.giver, step.taker, days=step.days)
    rings = tuple(
        sorted(tuple(sorted(group)) for group in networkx.strongly_connected_components(graph) if len(group) > 1)
    )
    bottlenecks = sorted(
        ((node, len(networkx.descendants(graph, node))) for node in graph), key=lambda one: (-one[1], one[0])
    )
    stuck = {node for ring in rings for node in ring}
    free = graph.subgraph(node for node in graph if node not in stuck)
    waits: dict[int, int] = {}
    before: dict[int, int] = {}
    steps_to: dict[int, int] = {}
    for node in networkx.lexicographical_topological_sort(free):
        for giver in sorted(free.predecessors(node)):
            days = waits.get(giver, 0) + (free.edges[giver, node]["days"] or 0)
            if node not in before or days > waits[node]:
                waits[node], before[node], steps_to[node] = days, giver, steps_to.get(giver, 0) + 1
    path: list[int] = []
    if waits:
        at: int | None = max(waits, key=lambda node: (waits[node], steps_to[node], -node))
        while at is not None:
            path.append(at)
            at = before.get(at)
        path.reverse()
    ends = list(pairwise(path))
    return Chains(
        tuple(path),
        waits[path[-1]] if path else 0,
        sum(free.edges[pair]["days"] is None for pair in ends),
        rings,
        tuple((node, count) for node, count in bottlenecks if count > 1),
        waits,
    )
