"""Since when, and by when, something can be seen of what partners began: by the theory of change."""

from __future__ import annotations

from collections.abc import Collection

from agenda.models import Link, Node
from agenda.rules.delays import Delay, delays
from agenda.selectors.map_written import arc_of
from backbone import conditions
from backbone.models import Initiative


def delays_of(initiative: Initiative | int, names: Collection[str]) -> dict[str, Delay]:
    """The delay of each of these rows ("measures.indicator:7") that a node stands for and something begun leads to. One
    query where no node stands for any of them; else three, and those of the conditions."""
    key = initiative if isinstance(initiative, int) else initiative.pk
    targets = dict(Node.objects.filter(initiative=key, stands_for__in=names).values_list("pk", "stands_for"))
    if not targets:
        return {}
    sources = Node.objects.filter(initiative=key).exclude(stands_for="").exclude(pk__in=targets)
    named = dict(sources.values_list("pk", "stands_for"))
    begun = conditions.begun(key, set(named.values()))
    days = {pk: begun[name] for pk, name in named.items() if name in begun}
    if not days:
        return {}
    found = delays([arc_of(link) for link in Link.objects.filter(initiative=key)], days)
    return {name: found[pk] for pk, name in targets.items() if pk in found}
