"""Organizations and their ties: who is tied with most, who alone holds others to the rest, who is tied with nobody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an organization stands: with how many others it is tied, and how many would have no way to the rest without
    it."""

    tied: int
    holds: int = 0


@dataclass(frozen=True, slots=True)
class Network:
    """`groups` are the sets of organizations that are tied with each other over any number of ties, the largest first;
    `alone` those without any tie."""

    places: dict[int, Place]
    alone: tuple[int, ...]
    groups: tuple[tuple[int, ...], ...] = field(default=())


def pair_of(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


def network(members: Iterable[int], pairs: Iterable[Pair]) -> Network:
    """What the ties between these organizations make of them; ties with anybody else are left out."""
    import networkx  # as in agenda.rules.loops: only who looks at the network pays for it

    graph = networkx.Graph()
    graph.add_nodes_from(sorted(members))
    graph.add_edges_from(sorted({pair for pair in pairs if pair[0] in graph and pair[1] in graph}))
    holds = _holds(networkx, graph)
    places = {node: Place(graph.degree(node), holds.get(node, 0)) for node in graph}
    alone = tuple(node for node in graph if graph.degree(node) == 0)
    groups = (tuple(sorted(group)) for group in networkx.connected_components(graph) if len(group) > 1)
    return Network(places, alone, tuple(sorted(groups, key=lambda one: (-len(one), one))))


def _holds(networkx, graph) -> dict[int, int]:
    """How many organizations each one alone holds to the largest part of their group."""
    found = {}
    for node in networkx.articulation_points(graph):
        group = networkx.node_connected_component(graph, node) - {node}
        parts = [len(part) for part in networkx.connected_components(graph.subgraph(group))]
        found[node] = sum(parts) - max(parts)
    return found
