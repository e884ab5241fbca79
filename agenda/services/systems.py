"""The only writer of the theory of change, one node or link at a time, and of where its nodes stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from agenda.models import Link, LoopName, Node
from agenda.rules.layout import Place, places
from agenda.rules.links import check_ends, check_lag
from agenda.selectors.map_written import arcs_of, placed, spots_of
from agenda.services import lock
from agenda.services.map_loops import look_for_loops, loop_nodes
from backbone import changes, conditions
from backbone.models import Initiative, Membership
from backbone.problems import Problem, Refused, cut
from backbone.services.fields import checked, refuse_reserved, refuse_taken, set_fields, still_there

MOST_NODES, MOST_LINKS = 500, 2_000
FARTHEST = 100_000

changes.register_verbs(
    {
        "node.added": gettext_noop("{by} added “{label}” to the theory of change"),
        "node.changed": gettext_noop("{by} changed “{label}” in the theory of change"),
        "node.removed": gettext_noop("{by} took “{label}” and its links out of the theory of change"),
        "link.added": gettext_noop("{by} linked “{source}” to “{target}” in the theory of change"),
        "link.changed": gettext_noop("{by} changed the link from “{source}” to “{target}”"),
        "link.removed": gettext_noop("{by} took out the link from “{source}” to “{target}”"),
        "link.confirmed": gettext_noop("{by} confirmed that “{source}” still acts on “{target}”"),
        "map.arranged": gettext_noop("{by} laid the theory of change out anew"),
    }
)


# --- nodes ---


@transaction.atomic
def put_node(
    *, initiative: Initiative, slug: str, by: Membership | None, must_be_new: bool = False, **fields: Any
) -> tuple[Node, bool]:
    """The node of that short name, made or brought up to `fields` (label, sort, words, stands_for, x, y), and whether it
    changed. Raises `Refused`, with `must_be_new` for one that is there already."""
    lock(initiative)
    node = Node.objects.filter(initiative=initiative, slug=slug).first()
    if must_be_new:
        refuse_taken(node, slug)
    if fields.get("stands_for") and (node is None or node.stands_for != fields["stands_for"]):
        _must_exist(initiative, fields["stands_for"])
    if node is None:
        refuse_reserved(slug)
        refuse_too_many(initiative, nodes=1)
        node = checked(Node(initiative=initiative, slug=slug, **fields))
        node.save(force_insert=True)
        changes.record("node.added", on=node, by=by, initiative=initiative, label=node.label)
        return node, True
    changed = set_fields(node, fields)
    if changed.keys() - {"x", "y"}:
        changes.record("node.changed", on=node, by=by, initiative=initiative, label=node.label, fields=changed)
    return node, bool(changed)


@transaction.atomic
def remove_node(*, node: Node, by: Membership | None) -> None:
    """Take a node out of the map, with its links and the names of loops through it. Kept versions still have it. Raises
    `Refused`."""
    initiative = node.initiative
    lock(initiative)
    node = still_there(Node.objects.all(), node.pk)
    changes.record("node.removed", on=node, by=by, initiative=initiative, label=node.label)
    for one in LoopName.objects.filter(initiative=initiative):
        if node.pk in loop_nodes(one.nodes):
            one.delete()
    had_links = Link.objects.filter(initiative=initiative).filter(source=node).exists()
    had_links = had_links or Link.objects.filter(initiative=initiative, target=node).exists()
    node.delete()
    if had_links:
        look_for_loops(initiative)


def _must_exist(initiative: Initiative, name: str) -> None:
    if name not in {thing.of for thing in conditions.things(initiative)}:
        sentence = gettext_noop("There is no result, strategy or indicator of this name here.")
        raise Refused(Problem("node.stands_for_nothing", sentence, field="stands_for", value=cut(name)))


def refuse_too_many(initiative: Initiative, *, nodes: int = 0, links: int = 0) -> None:
    """Raises `Refused` when so many more would make a map that nobody can read and no browser draw."""
    sentence = gettext_noop("A map holds at most {limit} nodes. Several maps say more than one that nobody can read.")
    if nodes and Node.objects.filter(initiative=initiative).count() + nodes > MOST_NODES:
        raise Refused(Problem("map.too_many_nodes", sentence, {"limit": MOST_NODES}))
    sentence = gettext_noop("A map holds at most {limit} links. Leave out those that say the least.")
    if links and Link.objects.filter(initiative=initiative).count() + links > MOST_LINKS:
        raise Refused(Problem("map.too_many_links", sentence, {"limit": MOST_LINKS}))


# --- links ---


@transaction.atomic
def put_link(
    *, source: Node, target: Node, by: Membership | None, must_be_new: bool = False, **fields: Any
) -> tuple[Link, bool]:
    """The link from one node to another, made or brought up to `fields` (sign, least, likely, most, evidence, words,
    reference, confirmed_on, confirmed_by), and whether it changed.

    Whoever adds a link says with it that it holds. Raises `Refused`, with `must_be_new` for one that is there already.
    """
    initiative = source.initiative
    lock(initiative)
    link = Link.objects.filter(source=source, target=target).first()
    if must_be_new and link is not None:
        sentence = gettext_noop("There is a link from “{source}” to “{target}” already. Change that one.")
        raise Refused(Problem("link.twice", sentence, {"source": source.label, "target": target.label}, field="target"))
    problems = check_ends(source.pk, target.pk) + check_lag(
        *(fields.get(name, getattr(link, name, None)) for name in ("least", "likely", "most"))
    )
    if problems:
        raise Refused(*problems)
    for end in (source, target) if link is None else ():
        still_there(Node.objects.all(), end.pk)
    names = {"source": source.label, "target": target.label}
    if link is None:
        refuse_too_many(initiative, links=1)
        today = initiative.tenant.day()
        if by is not None:
            fields = {"confirmed_on": today, "confirmed_by": by} | fields
        link = checked(Link(initiative=initiative, source=source, target=target, **{"added_on": today} | fields))
        link.save(force_insert=True)
        changes.record("link.added", on=link, by=by, initiative=initiative, **names)
        look_for_loops(initiative)
        return link, True
    changed = set_fields(link, fields)
    if changed:
        changes.record("link.changed", on=link, by=by, initiative=initiative, fields=changed, **names)
        if changed.keys() & {"sign", "least", "likely", "most"}:
            look_for_loops(initiative)
    return link, bool(changed)


@transaction.atomic
def remove_link(*, link: Link, by: Membership | None) -> None:
    """Take a link out of the map. Kept versions still have it. Raises `Refused`."""
    initiative = link.initiative
    lock(initiative)
    link = still_there(Link.objects.select_related("source", "target"), link.pk)
    changes.record("link.removed", on=link, by=by, initiative=initiative, **_ends(link))
    link.delete()
    look_for_loops(initiative)


@transaction.atomic
def confirm(*, links: Iterable[Link], by: Membership, on: date) -> int:
    """Say that these links still hold; answers for how many nobody had said so on that day or later. One that was taken out
    meanwhile is passed over."""
    count = 0
    for one in links:
        lock(one.initiative)
        link = Link.objects.filter(pk=one.pk).select_related("source", "target", "initiative").first()
        if link is not None and (link.confirmed_on is None or link.confirmed_on < on):
            link.confirmed_on, link.confirmed_by = on, by
            link.save(update_fields=["confirmed_on", "confirmed_by"])
            changes.record("link.confirmed", on=link, by=by, initiative=link.initiative, **_ends(link))
            count += 1
    return count


def _ends(link: Link) -> dict[str, str]:
    return {"source": link.source.label, "target": link.target.label}


# --- where things stand ---


@transaction.atomic
def move(*, initiative: Initiative, to: Mapping[str, Place]) -> int:
    """Put nodes (by short name) where somebody left them; answers how many stand elsewhere now.

    With the first move everything gets the place where it was seen, so that nothing else moves by itself afterwards.
    Where something stands says nothing about the world, so it is no change that anybody is told of. Raises `Refused`.
    """
    lock(initiative)
    nodes = list(Node.objects.filter(initiative=initiative).order_by("pk"))
    by_slug = {node.slug: node for node in nodes}
    for slug, (x, y) in to.items():
        if slug not in by_slug:
            sentence = gettext_noop("There is no node “{slug}” any more. Load the page again.")
            raise Refused(Problem("node.unknown", sentence, {"slug": cut(slug)}, field="slug", value=cut(slug)))
        if not (abs(x) <= FARTHEST and abs(y) <= FARTHEST):  # a number that is none fails this as well
            sentence = gettext_noop("That is too far out: the map ends {limit} steps from its middle.")
            raise Refused(Problem("node.too_far", sentence, {"limit": FARTHEST}, field="x"))
    seen = places(spots_of(nodes), arcs_of(initiative), placed(nodes))
    moved = []
    for node in nodes:
        x, y = to.get(node.slug, seen[node.pk])
        at = Decimal(str(round(x, 1))), Decimal(str(round(y, 1)))
        if (node.x, node.y) != at:
            node.x, node.y = at
            moved.append(node)
    Node.objects.bulk_update(moved, ["x", "y"])
    return len(moved)


@transaction.atomic
def arrange_anew(*, initiative: Initiative, by: Membership) -> int:
    """Forget where nodes were put, so that all stand where the layout puts them; answers how many had been placed."""
    lock(initiative)
    count = Node.objects.filter(initiative=initiative, x__isnull=False).update(x=None, y=None)
    if count:
        changes.record("map.arranged", on=initiative, by=by, initiative=initiative)
    return count
