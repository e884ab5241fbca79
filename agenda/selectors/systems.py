"""The theory of change as its pages read it: nodes where they stand with their live figures, links with their age, loops."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from agenda.models import Link, LoopName, MapLoops, Node
from agenda.rules.arcs import Arc, Chain, Lag
from agenda.rules.layout import Place, places
from agenda.rules.links import is_confirmed, lag_of
from agenda.selectors.map_written import any_stands, arc_of, arcs_of, hash_of, placed, spots_of
from backbone import conditions
from backbone.conditions import Live, Thing
from backbone.models import Initiative, Membership


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link between its two nodes; `is_confirmed` when somebody said within a year that it still holds."""

    link: Link
    source: Node
    target: Node
    is_confirmed: bool

    @property
    def lag(self) -> Lag | None:
        return lag_of(self.link.least, self.link.likely, self.link.most)


@dataclass(frozen=True, slots=True)
class NodeView:
    """A node at its place, with what it stands for, the figures of that, and its links."""

    node: Node
    at: Place
    stands_for: Thing | None = None
    figures: tuple[Live, ...] = ()
    out: list[LinkView] = field(default_factory=list)
    into: list[LinkView] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LoopView:
    """A loop; `code` is R or B with its number among those of its kind, `key` names it in addresses."""

    key: str
    code: str
    chain: Chain
    nodes: tuple[Node, ...]
    name: str = ""

    @property
    def ends(self) -> set[tuple[int, int]]:
        return set(pairwise((*self.chain.nodes, self.chain.nodes[0])))


@dataclass(frozen=True, slots=True)
class FoundLoops:
    """While `is_looking`, the loops are those of an earlier state, and a worker looks for them anew; `because` says which
    bound may hide some."""

    found: tuple[LoopView, ...]
    is_looking: bool
    because: str = ""


@dataclass(frozen=True, slots=True)
class MapView:
    """A map, with its loops as `FoundLoops` has them."""

    nodes: dict[int, NodeView]
    links: dict[int, LinkView]
    loops: tuple[LoopView, ...]
    is_looking: bool
    because: str = ""

    @property
    def arcs(self) -> list[Arc]:
        return [arc_of(one.link) for one in self.links.values()]

    @property
    def unconfirmed(self) -> int:
        return sum(not one.is_confirmed for one in self.links.values())

    def find(self, slug: str) -> NodeView | None:
        return next((one for one in self.nodes.values() if one.node.slug == slug), None)


def map_of(initiative: Initiative, membership: Membership, today: date) -> MapView:
    """The whole map as this person may see it; five queries, and those of the conditions where nodes stand for something."""
    rows = {node.pk: node for node in Node.objects.filter(initiative=initiative)}
    links = {link.pk: link for link in Link.objects.filter(initiative=initiative).select_related("confirmed_by")}
    arcs = [arc_of(link) for link in links.values()]
    at = places(spots_of(rows.values()), arcs, placed(rows.values()))
    things: Mapping[str, Thing] = {}
    figures: Mapping[str, list[Live]] = {}
    if any_stands(rows.values()):
        things = {thing.of: thing for thing in conditions.things(initiative)}
        figures = conditions.live(
            initiative, {node.stands_for for node in rows.values() if node.stands_for}, membership
        )
    nodes = {
        node.pk: NodeView(node, at[node.pk], things.get(node.stands_for), tuple(figures.get(node.stands_for, ())))
        for node in rows.values()
    }
    shown = {}
    for link in links.values():
        source, target = nodes[link.source_id], nodes[link.target_id]
        view = LinkView(link, source.node, target.node, is_confirmed(link.confirmed_on, today))
        source.out.append(view)
        target.into.append(view)
        shown[link.pk] = view
    loops = _found_loops(initiative, rows, arcs)
    return MapView(nodes, shown, loops.found, loops.is_looking, loops.because)


def loops_of(initiative: Initiative) -> FoundLoops:
    """The loops of a map alone; four queries."""
    rows = {node.pk: node for node in Node.objects.filter(initiative=initiative)}
    return _found_loops(initiative, rows, arcs_of(initiative))


def _found_loops(initiative: Initiative, nodes: Mapping[int, Node], arcs: Collection[Arc]) -> FoundLoops:
    found = MapLoops.objects.filter(initiative=initiative).first()
    names = dict(LoopName.objects.filter(initiative=initiative).values_list("nodes", "name"))
    is_looking = bool(arcs) and (found is None or found.of != hash_of(arcs))
    if found is None:
        return FoundLoops((), is_looking)
    return FoundLoops(tuple(_loops(found, names, nodes, arcs)), is_looking, found.because)


def _loops(
    found: MapLoops, names: Mapping[str, str], nodes: Mapping[int, Node], arcs: Iterable[Arc]
) -> Iterable[LoopView]:
    """The loops that were found, but for those that a change has broken since."""
    ends = {(arc.source, arc.target) for arc in arcs}
    counted = {1: 0, -1: 0}
    for one in found.loops:
        chain = Chain(tuple(one["nodes"]), one["sign"], Lag(*one["lag"]), one["unknown"])
        key = "-".join(map(str, chain.nodes))
        if all(pair in ends for pair in pairwise((*chain.nodes, chain.nodes[0]))):
            counted[chain.sign] += 1
            code = f"{'R' if chain.is_reinforcing else 'B'}{counted[chain.sign]}"
            yield LoopView(key, code, chain, tuple(nodes[pk] for pk in chain.nodes), names.get(key, ""))
