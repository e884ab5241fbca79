"""Since when, and by when, something can be seen of what partners began: by the theory of change."""

from __future__ import annotations

from collections.abc import Collection

from agenda.models import Link
from agenda.rules.delays import Delay, delays
from agenda.selectors.map_written import arc_of
from backbone import conditions
from backbone.models import Initiative


def delays_of(initiative: Initiative | int, names: Collection[str]) -> dict[str, Delay]:
    """The delay of each of these rows ("measures.indicator:7") that a node stands for and something begun leads to. One
    query, and those of the conditions where a node stands for any of them."""
    key = initiative if isinstance(initiative, int) else initiative.pk
    links = list(Link.objects.filter(initiative=key).select_related("source", "target"))
    nodes = {node.pk: node.stands_for for link in links for node in (link.source, link.target) if node.stands_for}
    targets = {pk: name for pk, name in nodes.items() if name in names}
    if not targets:
        return {}
    named = {pk: name for pk, name in nodes.items() if pk not in targets}
    begun = conditions.begun(key, set(named.values()))
    days = {pk: begun[name] for pk, name in named.items() if name in begun}
    found = delays([arc_of(link) for link in links], days) if days else {}
    return {name: found[pk] for pk, name in targets.items() if pk in found}
