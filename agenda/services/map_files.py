"""Many nodes and links of the theory of change at once, as files bring them; nothing is taken out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_noop

from agenda.models import Link, Node
from agenda.rules.links import check_ends, check_lag
from agenda.rules.maps import LinkSaid, NodeSaid
from agenda.services import lock
from agenda.services.map_loops import look_for_loops
from agenda.services.systems import refuse_too_many
from backbone import changes, conditions
from backbone.models import Initiative, Membership
from backbone.problems import Problem, Refused, cut
from backbone.services.fields import problems_of, refuse_reserved

changes.register_verbs(
    {
        "map.brought_in": gettext_noop("{by} brought {nodes} nodes and {links} links into the theory of change"),
    }
)


@transaction.atomic
def bring_in(
    *, initiative: Initiative, nodes: Iterable[NodeSaid], links: Iterable[LinkSaid], by: Membership | None
) -> tuple[int, int]:
    """Make these nodes and links, or bring those that are there up to what is said, all or none; answers how many nodes
    and links are new or different. Nothing is taken out. Raises `Refused`.

    A link is confirmed as of the day that is said, by whoever did before if that was on the same day.
    """
    lock(initiative)
    things = {thing.key: thing.of for thing in conditions.things(initiative)}
    rows = {row.slug: row for row in Node.objects.filter(initiative=initiative)}
    new, changed = [], []
    for node in nodes:
        row = rows.get(node.slug) or Node(initiative=initiative, slug=node.slug)
        if row.pk is None:
            refuse_reserved(node.slug)
        fields = {
            "label": node.label,
            "sort": node.sort,
            "words": node.words,
            "stands_for": things.get(node.stands_for, row.stands_for if not node.stands_for else ""),
            "x": None if node.x is None else Decimal(str(node.x)),
            "y": None if node.y is None else Decimal(str(node.y)),
        }
        _take(row, fields, new if row.pk is None else changed)
        rows[node.slug] = row
    refuse_too_many(initiative, nodes=len(new))
    Node.objects.bulk_create(new)
    Node.objects.bulk_update(changed, ["label", "sort", "words", "stands_for", "x", "y"])
    count = len(new) + len(changed), *_bring_links(initiative, rows, links)
    if any(count):
        changes.record("map.brought_in", on=initiative, by=by, initiative=initiative, nodes=count[0], links=count[1])
    return count


def _bring_links(initiative: Initiative, nodes: Mapping[str, Node], links: Iterable[LinkSaid]) -> tuple[int]:
    rows = {(row.source_id, row.target_id): row for row in Link.objects.filter(initiative=initiative)}
    new, changed, today = [], [], initiative.tenant.day()
    for link in links:
        missing = [slug for slug in link.ends if slug not in nodes]
        if missing:
            sentence = gettext_noop("There is no node “{slug}” any more. Load the page again.")
            raise Refused(Problem("node.unknown", sentence, {"slug": cut(missing[0])}))
        source, target = (nodes[slug] for slug in link.ends)
        lag = link.lag or (None, None, None)
        problems = check_ends(source.pk, target.pk) + check_lag(*lag)
        if problems:
            raise Refused(*problems)
        row = rows.get((source.pk, target.pk)) or Link(
            initiative=initiative, source=source, target=target, added_on=today
        )
        fields: dict[str, Any] = {
            "sign": link.sign,
            "evidence": link.evidence,
            "words": link.words,
            "reference": link.reference,
            **dict(zip(("least", "likely", "most"), lag, strict=True)),
        }
        if link.confirmed_on != row.confirmed_on:
            fields |= {"confirmed_on": link.confirmed_on, "confirmed_by": None}
        _take(row, fields, new if row.pk is None else changed)
    refuse_too_many(initiative, links=len(new))
    Link.objects.bulk_create(new)
    names = ["sign", "evidence", "words", "reference", "least", "likely", "most", "confirmed_on", "confirmed_by"]
    Link.objects.bulk_update(changed, names)
    if new or changed:
        look_for_loops(initiative)
    return (len(new) + len(changed),)


def _take(row: Node | Link, fields: Mapping[str, Any], into: list) -> None:
    """Set what differs; a row that is new or now another goes into the list, when its own fields hold."""
    is_other = row.pk is None or any(getattr(row, name) != value for name, value in fields.items())
    for name, value in fields.items():
        setattr(row, name, value)
    if is_other:
        try:
            row.clean_fields(exclude=["initiative", "source", "target", "confirmed_by", "tenant"])
        except ValidationError as error:
            raise Refused(*problems_of(row, error)) from error
        into.append(row)
