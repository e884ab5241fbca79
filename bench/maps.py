"""A theory of change of 200 nodes and 600 links: its loops, its first layout, the ways between two nodes.

The floors are networkx, asked for the same with nothing of ours: as many cycles no longer than our longest, a layout in
columns without an order, one shortest path.
"""

from __future__ import annotations

import random
import time
from itertools import islice

import networkx

from agenda.rules.arcs import Arc, Lag
from agenda.rules.layout import Spot, overlaps, places
from agenda.rules.loops import MOST, find_loops
from agenda.rules.paths import ways_between
from bench.measuring import Report, Timing, side_by_side

NODES, LINKS = 200, 600
AT_MOST, LAID_OUT = 5.0, 1.0  # seconds
SECONDS = 4  # what a worker gives the search (agenda/services/map_loops.py)


def maps(report: Report, quick: bool) -> None:
    samples = 3 if quick else 25
    for name, ends in (("leading on, a few links back", leading_on()), ("any link at all", any_links()),
                       ("twenty rings, hardly linked", rings())):  # fmt: skip
        spots, arcs = as_map(ends)
        graph = networkx.DiGraph(ends)
        report.title(f"A map of {len(spots)} nodes and {len(arcs)} links: {name}")
        _loops(report, graph, arcs, samples)
        _layout(report, graph, spots, arcs, samples)
        start, end = min(graph), max(graph)
        works = {
            "ours": lambda turn, arcs=arcs, start=start, end=end: ways_between(arcs, start, end),
            "floor": lambda turn, graph=graph, start=start, end=end: (
                networkx.has_path(graph, start, end) and networkx.shortest_path(graph, start, end)
            ),
        }
        taken = side_by_side(works, samples)
        report.timing("ways between the ends", taken["ours"])
        report.timing("  floor: one shortest path", taken["floor"])


def _loops(report: Report, graph: networkx.DiGraph, arcs: list[Arc], samples: int) -> None:
    found = find_loops(arcs)
    longest = max((len(one.nodes) for one in found.found), default=2)
    works = {
        "ours": lambda turn: find_loops(arcs, is_time_up=_clock()),
        "floor": lambda turn: list(islice(networkx.simple_cycles(graph, length_bound=longest), MOST)),
    }
    taken = side_by_side(works, samples)
    report.timing("loops", taken["ours"])
    report.timing("  floor: as many cycles, in no order", taken["floor"])
    words = f"{len(found.found)}, up to {longest} links{'; more there are' if found.because else ''}"
    report.fact("found", words)
    _at_most(report, "loops, the slowest", taken["ours"], AT_MOST)


def _layout(report: Report, graph: networkx.DiGraph, spots: list[Spot], arcs: list[Arc], samples: int) -> None:
    found = places(spots, arcs, {})
    columns = {spot.node: spot.rank for spot in spots}
    networkx.set_node_attributes(graph, columns, "subset")
    works = {
        "ours": lambda turn: places(spots, arcs, {}),
        "floor": lambda turn: networkx.multipartite_layout(graph),
    }
    taken = side_by_side(works, samples)
    report.timing("first layout", taken["ours"])
    report.timing("  floor: columns without an order", taken["floor"])
    _at_most(report, "first layout, the slowest", taken["ours"], LAID_OUT)
    at = list(found.values())
    lying = sum(overlaps(one, other) for i, one in enumerate(at) for other in at[:i])
    report.fact("cards that lie on each other", f"{lying:8}", is_met=lying == 0)


def _at_most(report: Report, name: str, timing: Timing, seconds: float) -> None:
    report.fact(name, f"{timing.p95 / 1000:8.2f} s, at most {seconds:g}", is_met=timing.p95 <= 1000 * seconds)


def _clock():
    end = time.monotonic() + SECONDS
    return lambda: time.monotonic() > end


def as_map(ends: set[tuple[int, int]]) -> tuple[list[Spot], list[Arc]]:
    """Nodes in four sorts from left to right, links with signs and lags by chance."""
    chance = random.Random(7)  # noqa: S311
    spots = [Spot(node, 0 if node < 40 else 1 if node < 120 else 2 if node < 186 else 3) for node in range(NODES)]
    arcs = [Arc(*pair, chance.choice((1, 1, -1)), Lag(*sorted(chance.sample(range(24), 3)))) for pair in sorted(ends)]
    return spots, arcs


def leading_on() -> set[tuple[int, int]]:
    """Most links lead to something farther on, one in seven back."""
    return _drawn(lambda one, other, chance: (one, other) if one < other or chance.random() < 0.15 else (other, one))


def any_links() -> set[tuple[int, int]]:
    return _drawn(lambda one, other, chance: (one, other))


def _drawn(turned) -> set[tuple[int, int]]:
    chance = random.Random(11)  # noqa: S311
    ends: set[tuple[int, int]] = set()
    while len(ends) < LINKS:
        one, other = chance.randrange(NODES), chance.randrange(NODES)
        if one != other:
            ends.add(turned(one, other, chance))
    return ends


def rings() -> set[tuple[int, int]]:
    """Rings of ten, each node linked to the next two and to its like in the next ring: many loops, most of them long."""
    ends = {
        (10 * ring + place, 10 * ring + (place + step) % 10)
        for ring in range(20)
        for place in range(10)
        for step in (1, 2)
    }
    return ends | {(10 * ring + place, (10 * ring + 10 + place) % NODES) for ring in range(20) for place in range(10)}
