"""A theory of change written out: its nodes, links and named loops as plain data, as versions, files and the API have it.

Nodes are named by their short names here, and what a node stands for by the name it has in files ("indicator:completions"),
so that a map means the same in another database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from agenda.rules.arcs import Arc, Chain, Lag, chained

FORMAT = 1


@dataclass(frozen=True, slots=True)
class NodeSaid:
    slug: str
    label: str
    sort: str
    words: str = ""
    stands_for: str = ""
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True, slots=True)
class LinkSaid:
    """`confirmed_by` is a person's name, for readers."""

    source: str
    target: str
    sign: int
    lag: Lag | None = None
    evidence: str = "assumed"
    words: str = ""
    reference: str = ""
    confirmed_on: date | None = None
    confirmed_by: str = ""

    @property
    def ends(self) -> tuple[str, str]:
        return self.source, self.target


@dataclass(frozen=True, slots=True)
class MapSaid:
    """`loops` are those that have a name: their nodes in order, and the name."""

    nodes: tuple[NodeSaid, ...] = ()
    links: tuple[LinkSaid, ...] = ()
    loops: tuple[tuple[tuple[str, ...], str], ...] = field(default=())


def as_json(said: MapSaid) -> dict[str, Any]:
    """A map as plain JSON, in an order that does not depend on when things were added."""
    return {
        "format": FORMAT,
        "nodes": [
            {
                "slug": node.slug,
                "label": node.label,
                "sort": node.sort,
                "words": node.words,
                "stands_for": node.stands_for,
                "x": node.x,
                "y": node.y,
            }
            for node in sorted(said.nodes, key=lambda node: node.slug)
        ],
        "links": [
            {
                "from": link.source,
                "to": link.target,
                "sign": link.sign,
                "lag": None if link.lag is None else list(link.lag),
                "evidence": link.evidence,
                "words": link.words,
                "reference": link.reference,
                "confirmed_on": None if link.confirmed_on is None else link.confirmed_on.isoformat(),
                "confirmed_by": link.confirmed_by,
            }
            for link in sorted(said.links, key=lambda link: link.ends)
        ],
        "loops": [{"nodes": list(nodes), "name": name} for nodes, name in sorted(said.loops)],
    }


def from_json(body: Mapping[str, Any]) -> MapSaid:
    """The map that `as_json` wrote."""
    nodes = (NodeSaid(**node) for node in body["nodes"])
    links = (
        LinkSaid(
            source=link["from"],
            target=link["to"],
            sign=link["sign"],
            lag=None if link["lag"] is None else Lag(*link["lag"]),
            evidence=link["evidence"],
            words=link["words"],
            reference=link["reference"],
            confirmed_on=None if link["confirmed_on"] is None else date.fromisoformat(link["confirmed_on"]),
            confirmed_by=link["confirmed_by"],
        )
        for link in body["links"]
    )
    return MapSaid(tuple(nodes), tuple(links), tuple((tuple(one["nodes"]), one["name"]) for one in body["loops"]))


def named_chains(said: MapSaid) -> list[tuple[str, Chain]]:
    """The loops that have a name, with the chain that the map's links make of each; nodes are counted in their order."""
    places = {node.slug: place for place, node in enumerate(said.nodes)}
    links = {link.ends: Arc(places[link.source], places[link.target], link.sign, link.lag) for link in said.links}
    found = []
    for slugs, name in said.loops:
        ends = list(zip(slugs, (*slugs[1:], *slugs[:1]), strict=True))
        if all(pair in links for pair in ends):
            found.append((name, chained([places[slug] for slug in slugs], [links[pair] for pair in ends])))
    return found


@dataclass(frozen=True, slots=True)
class Changed:
    """Something that both maps have, and the names of the fields in which it differs."""

    before: Any
    after: Any
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MapChanges:
    """What turns one map into another. `confirmed` are links that were confirmed anew and are otherwise the same,
    `moved` counts the nodes that only stand elsewhere."""

    new_nodes: tuple[NodeSaid, ...]
    lost_nodes: tuple[NodeSaid, ...]
    changed_nodes: tuple[Changed, ...]
    new_links: tuple[LinkSaid, ...]
    lost_links: tuple[LinkSaid, ...]
    changed_links: tuple[Changed, ...]
    confirmed: tuple[LinkSaid, ...]
    moved: int

    @property
    def is_nothing(self) -> bool:
        return not (self.has_content or self.confirmed or self.moved)

    @property
    def has_content(self) -> bool:
        return bool(
            self.new_nodes or self.lost_nodes or self.changed_nodes or self.new_links or self.lost_links
            or self.changed_links
        )  # fmt: skip


NODE_FIELDS = ("label", "sort", "words", "stands_for")
LINK_FIELDS = ("sign", "lag", "evidence", "words", "reference")


def changes(before: MapSaid, after: MapSaid) -> MapChanges:
    """What is new, gone or different in the second map; nodes are known by their short names, links by their ends."""
    old_nodes, new_nodes = ({node.slug: node for node in said.nodes} for said in (before, after))
    old_links, new_links = ({link.ends: link for link in said.links} for said in (before, after))
    same_nodes = [(old_nodes[slug], node) for slug, node in new_nodes.items() if slug in old_nodes]
    same_links = [(old_links[ends], link) for ends, link in new_links.items() if ends in old_links]
    return MapChanges(
        new_nodes=tuple(node for slug, node in new_nodes.items() if slug not in old_nodes),
        lost_nodes=tuple(node for slug, node in old_nodes.items() if slug not in new_nodes),
        changed_nodes=_changed(same_nodes, NODE_FIELDS),
        new_links=tuple(link for ends, link in new_links.items() if ends not in old_links),
        lost_links=tuple(link for ends, link in old_links.items() if ends not in new_links),
        changed_links=_changed(same_links, LINK_FIELDS),
        confirmed=tuple(
            link
            for was, link in same_links
            if was.confirmed_on != link.confirmed_on and was == replace(link, **_confirmation(was))
        ),
        moved=sum((was.x, was.y) != (node.x, node.y) for was, node in same_nodes),
    )


def _confirmation(link: LinkSaid) -> dict[str, Any]:
    return {"confirmed_on": link.confirmed_on, "confirmed_by": link.confirmed_by}


def _changed(pairs: Iterable[tuple[Any, Any]], fields: Sequence[str]) -> tuple[Changed, ...]:
    found = []
    for was, now in pairs:
        differing = tuple(name for name in fields if getattr(was, name) != getattr(now, name))
        if differing:
            found.append(Changed(was, now, differing))
    return tuple(found)
