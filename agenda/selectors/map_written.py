"""The theory of change as plain values: as its rules take it, and written out as versions, files and the API have it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from agenda.models import Link, LoopName, Node
from agenda.rules.arcs import Arc
from agenda.rules.layout import Place, Spot
from agenda.rules.links import lag_of
from agenda.rules.maps import LinkSaid, MapSaid, NodeSaid
from backbone import conditions
from backbone.models import Initiative

RANKS = {Node.Sort.ACTIVITY: 0, Node.Sort.FACTOR: 1, Node.Sort.OUTCOME: 2, Node.Sort.RESULT: 3}


def arc_of(link: Link) -> Arc:
    return Arc(link.source_id, link.target_id, link.sign, lag_of(link.least, link.likely, link.most))


def arcs_of(initiative: Initiative) -> list[Arc]:
    """Every link of a map; one query."""
    rows = Link.objects.filter(initiative=initiative)
    return [
        Arc(source, target, sign, lag_of(*lag))
        for source, target, sign, *lag in rows.values_list("source", "target", "sign", "least", "likely", "most")
    ]


def spots_of(nodes: Iterable[Node]) -> list[Spot]:
    """Nodes as the layout takes them."""
    return [Spot(node.pk, RANKS[Node.Sort(node.sort)]) for node in nodes]


def placed(nodes: Iterable[Node]) -> dict[int, Place]:
    """Where those nodes stand that somebody put somewhere."""
    return {node.pk: (float(node.x), float(node.y)) for node in nodes if node.x is not None and node.y is not None}


def hash_of(arcs: Iterable[Arc]) -> str:
    """Names a state of the links, as far as loops depend on it."""
    lines = (f"{arc.source}>{arc.target}:{arc.sign}:{tuple(arc.lag or ())}" for arc in sorted(arcs, key=_ends))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _ends(arc: Arc) -> tuple[int, int]:
    return arc.source, arc.target


def written_out(initiative: Initiative) -> MapSaid:
    """The whole map; four queries and the conditions' own."""
    nodes = {node.pk: node for node in Node.objects.filter(initiative=initiative)}
    keys = {thing.of: thing.key for thing in conditions.things(initiative)} if any_stands(nodes.values()) else {}
    links = Link.objects.filter(initiative=initiative).select_related("confirmed_by")
    named = []
    for one in LoopName.objects.filter(initiative=initiative):
        ids = [int(part) for part in one.nodes.split("-")]
        if all(pk in nodes for pk in ids):
            named.append((tuple(nodes[pk].slug for pk in ids), one.name))
    return MapSaid(
        tuple(
            NodeSaid(
                slug=node.slug,
                label=node.label,
                sort=node.sort,
                words=node.words,
                stands_for=keys.get(node.stands_for, ""),
                x=None if node.x is None else float(node.x),
                y=None if node.y is None else float(node.y),
            )
            for node in nodes.values()
        ),
        tuple(
            LinkSaid(
                source=nodes[link.source_id].slug,
                target=nodes[link.target_id].slug,
                sign=link.sign,
                lag=lag_of(link.least, link.likely, link.most),
                evidence=link.evidence,
                words=link.words,
                reference=link.reference,
                confirmed_on=link.confirmed_on,
                confirmed_by=link.confirmed_by.name if link.confirmed_by else "",
            )
            for link in links
        ),
        tuple(named),
    )


def any_stands(nodes: Iterable[Node]) -> bool:
    return any(node.stands_for for node in nodes)
