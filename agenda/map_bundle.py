"""The theory of change in a bundle, `map:` below `agenda:`: read, put after the indicators that it may speak of, written back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from agenda.models import Link, LoopName, Node
from agenda.rules.links import LAGS
from agenda.services import map_loops, systems
from backbone import conditions
from backbone.bundles.ground import Item, attempt, item, lost
from backbone.bundles.marked import Section, given, once
from backbone.models import Initiative, Membership
from backbone.problems import gettext_noop

SIGNS = {"more": 1, "less": -1}


@dataclass(slots=True)
class MapPart:
    """What a file says of the map."""

    nodes: list[Item] = field(default_factory=list)
    links: list[Item] = field(default_factory=list)
    loops: list[Item] = field(default_factory=list)


def read(section: Section | None) -> MapPart:
    """The `map` of the agenda's section."""
    found = section.section("map") if section is not None else None
    if found is None:
        return MapPart()
    found.only("nodes", "links", "loops")
    part = MapPart(
        [item(one, _read_node) for one in found.sections("nodes")],
        [item(one, _read_link) for one in found.sections("links")],
        [item(one, _read_loop) for one in found.sections("loops")],
    )
    once([one.section for one in part.nodes], [one.fields["slug"] for one in part.nodes], "slug")
    ends = [f"{one.fields['from']} to {one.fields['to']}" for one in part.links]
    once([one.section for one in part.links], ends, "to")
    return part


def _read_node(section: Section) -> dict[str, Any]:
    slug = section.slug()
    section.what = f"node “{slug}”" if slug else "node"
    section.only("slug", "label", "sort", "words", "stands_for", "x", "y")
    values = {
        "label": section.text("label", 120),
        "sort": section.choice("sort", Node.Sort.values) or Node.Sort.FACTOR.value,
        "words": section.text("words", 1000, lines=True),
        "stands_for": section.text("stands_for", 120),
        "x": section.number("x"),
        "y": section.number("y"),
    }
    if (values["x"] is None) != (values["y"] is None):
        section.note("bundle.half_placed", gettext_noop("Give both x and y, or neither."))
    return {"slug": slug, **given(section, values)}


def _read_link(section: Section) -> dict[str, Any]:
    ends = {key: section.slug(key) for key in ("from", "to")}
    section.what = f"link from “{ends['from']}” to “{ends['to']}”"
    section.only("from", "to", "sign", "lag", "evidence", "words", "reference", "confirmed_on", "confirmed_by")
    values: dict[str, Any] = {
        "sign": SIGNS[section.choice("sign", list(SIGNS)) or "more"],
        "evidence": section.choice("evidence", Link.Evidence.values) or Link.Evidence.ASSUMED.value,
        "words": section.text("words", 1000, lines=True),
        "reference": section.text("reference", 300),
        "confirmed_on": section.day("confirmed_on"),
        "confirmed_by": section.text("confirmed_by", 254),
    }
    fields = given(section, values)
    if "lag" in section:
        fields |= dict(zip(LAGS, _read_lag(section), strict=True))
    return {**ends, **fields}


def _read_lag(section: Section) -> tuple[int | None, ...]:
    """The three months of `lag: [3, 6, 9]`; none of them when it is left empty."""
    words = [word for word, _line in section.words("lag")]
    if not words:
        return None, None, None
    if len(words) != 3 or not all(word.isascii() and word.isdecimal() and len(word) < 5 for word in words):
        sentence = gettext_noop("“{key}” is three whole numbers of months, the least, the likely and the most.")
        section.note("bundle.lag", sentence, key="lag")
        return None, None, None
    return tuple(int(word) for word in words)


def _read_loop(section: Section) -> dict[str, Any]:
    section.what = "loop"
    section.only("nodes", "name")
    return {"nodes": section.words("nodes"), "name": section.text("name", 120, required=True)}


def put(initiative: Initiative, part: MapPart) -> list[str]:
    """Bring the map up to what was read; answers what changed. What the file leaves out stays."""
    things = {thing.key: thing.of for thing in conditions.things(initiative)} if part.nodes else {}
    changed = []
    for one in part.nodes:
        if one.is_sound:
            changed += _put_node(initiative, one, things)
    no_nodes = lost(part.nodes)
    nodes = {node.slug: node for node in Node.objects.filter(initiative=initiative)}
    for one in part.links:
        if _know_nodes(one, [(one.fields[key], one.section.line_of(key)) for key in ("from", "to")], nodes, no_nodes):
            changed += _put_link(one, nodes)
    for one in part.loops:
        if _know_nodes(one, one.fields["nodes"], nodes, no_nodes):
            ids = [nodes[slug].pk for slug, _line in one.fields["nodes"]]
            name = one.fields["name"]
            if attempt(
                one,
                lambda ids=ids, name=name: map_loops.name_loop(initiative=initiative, nodes=ids, name=name, by=None),
            ):
                changed.append(f"“{name}”")
    return changed


def _put_node(initiative: Initiative, one: Item, things: Mapping[str, str]) -> list[str]:
    fields = dict(one.fields)
    key = fields.get("stands_for")
    if key and key not in things:
        one.section.note_unknown("stands_for", key, things)
        one.is_sound = False
        return []
    if key:
        fields["stands_for"] = things[key]
    made = attempt(one, lambda: systems.put_node(initiative=initiative, by=None, **fields))
    return [made[0].slug] if made is not None and made[1] else []


def _know_nodes(one: Item, names: list[tuple[str, int]], nodes: Mapping[str, Node], no_nodes: set[str]) -> bool:
    """Whether an item is sound and its nodes are there; those that are not are noted, unless they went wrong before."""
    for slug, line in names:
        if slug and slug not in nodes and slug not in no_nodes:
            one.section.note_unknown("nodes" if "nodes" in one.fields else "from", slug, nodes, line=line)
            one.is_sound = False
    return one.is_sound and all(slug in nodes for slug, _line in names)


def _put_link(one: Item, nodes: Mapping[str, Node]) -> list[str]:
    fields = dict(one.fields)
    source, target = nodes[fields.pop("from")], nodes[fields.pop("to")]
    if "confirmed_by" in fields:
        fields["confirmed_by"] = _member(one, fields["confirmed_by"])
    if "confirmed_on" in fields and not _is_newer(source, target, fields["confirmed_on"]):
        fields.pop("confirmed_on")
        fields.pop("confirmed_by", None)
    made = attempt(
        one,
        lambda: systems.put_link(source=source, target=target, by=None, **fields),
        {"target": "to", "least": "lag", "likely": "lag", "most": "lag"},
    )
    return [f"{source.slug}/{target.slug}"] if made is not None and made[1] else []


def _is_newer(source: Node, target: Node, day: date | None) -> bool:
    """Whether a day of confirmation says more than the one that stands: a file never takes a later one back."""
    standing = Link.objects.filter(source=source, target=target).values_list("confirmed_on", flat=True).first()
    return standing is None or (day is not None and day > standing)


def _member(one: Item, email: str) -> Membership | None:
    found = Membership.objects.filter(email=email.strip().lower()).first() if email else None
    if email and found is None:
        known = list(Membership.objects.order_by("email").values_list("email", flat=True))
        one.section.note_unknown("confirmed_by", email, known)
    return found


def map_of(initiative: Initiative) -> dict[str, Any]:
    """The map as a bundle writes it; empty when there is none."""
    nodes = {node.pk: node for node in Node.objects.filter(initiative=initiative).order_by("pk")}
    if not nodes:
        return {}
    keys = {thing.of: thing.key for thing in conditions.things(initiative)}
    links = Link.objects.filter(initiative=initiative).select_related("confirmed_by").order_by("pk")
    named = [
        (tuple(map_loops.loop_nodes(one.nodes)), one.name)
        for one in LoopName.objects.filter(initiative=initiative).order_by("pk")
    ]
    loops = [{"nodes": [nodes[pk].slug for pk in ids], "name": name} for ids, name in named if set(ids) <= set(nodes)]
    found: dict[str, Any] = {"nodes": [_node_line(node, keys) for node in nodes.values()]}
    lines = [_link_line(link, nodes) for link in links]
    return found | ({"links": lines} if lines else {}) | ({"loops": loops} if loops else {})


def _node_line(node: Node, keys: Mapping[str, str]) -> dict[str, Any]:
    line: dict[str, Any] = {"slug": node.slug, "label": node.label, "sort": node.sort}
    more = {"words": node.words, "stands_for": keys.get(node.stands_for, "")}
    line |= {key: text for key, text in more.items() if text}
    return line | ({} if node.x is None else {"x": node.x, "y": node.y})


def _link_line(link: Link, nodes: Mapping[int, Node]) -> dict[str, Any]:
    line: dict[str, Any] = {"from": nodes[link.source_id].slug, "to": nodes[link.target_id].slug}
    line["sign"] = "more" if link.sign > 0 else "less"
    if link.least is not None:
        line["lag"] = [link.least, link.likely, link.most]
    line["evidence"] = link.evidence
    more: dict[str, Any] = {"words": link.words, "reference": link.reference, "confirmed_on": link.confirmed_on}
    more["confirmed_by"] = link.confirmed_by.email if link.confirmed_by else ""
    return line | {key: value for key, value in more.items() if value}
