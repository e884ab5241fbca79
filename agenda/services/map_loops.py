"""The only writer of the loops of a theory of change: a worker finds them after a change, people call them something."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from agenda.models import LoopName, MapLoops
from agenda.rules.loops import find_loops
from agenda.selectors.map_written import arcs_of, hash_of
from agenda.services import lock
from backbone import changes
from backbone.models import Initiative, Membership
from backbone.nudging import nudge
from backbone.problems import Problem, Refused
from backbone.services.fields import checked
from backbone.tenancy import active_tenant_id

FIND_LOOPS = "agenda.tasks.find_loops"
SECONDS = 4  # of looking for loops

changes.register_verbs(
    {
        "loop.named": gettext_noop("{by} called a loop of the theory of change “{name}”"),
        "loop.unnamed": gettext_noop("{by} took the name “{name}” off a loop of the theory of change"),
    }
)


def look_for_loops(initiative: Initiative) -> None:
    """Mark an initiative's loops as not looked for since a change, and nudge a worker once it is committed."""
    marked = MapLoops.objects.filter(initiative=initiative).update(of="")
    if not marked:
        MapLoops.objects.create(initiative=initiative, of="", found_at=timezone.now())
    transaction.on_commit(partial(nudge, FIND_LOOPS, active_tenant_id(), initiative.pk))


def waiting() -> list[int]:
    """The initiatives whose loops nobody has looked for since a change."""
    return list(MapLoops.objects.filter(of="").order_by("initiative_id").values_list("initiative_id", flat=True))


@transaction.atomic
def find(initiative_id: int) -> bool:
    """Find the loops of a map and keep them with the hash of what they are of; False when the map changed meanwhile."""
    initiative = Initiative.objects.get(pk=initiative_id)
    arcs = arcs_of(initiative)
    end = time.monotonic() + SECONDS
    loops = find_loops(arcs, is_time_up=lambda: time.monotonic() > end)
    lock(initiative)
    if hash_of(arcs) != hash_of(arcs_of(initiative)):
        return False
    found = [
        {"nodes": list(one.nodes), "sign": one.sign, "lag": list(one.lag), "unknown": one.unknown}
        for one in loops.found
    ]
    MapLoops.objects.update_or_create(
        initiative=initiative,
        defaults={
            "of": hash_of(arcs),
            "loops": found,
            "is_all": loops.is_all,
            "because": loops.because,
            "found_at": timezone.now(),
        },
    )
    return True


@transaction.atomic
def name_loop(*, initiative: Initiative, nodes: Sequence[int], name: str, by: Membership | None) -> bool:
    """Call a loop something, or nothing; answers whether that changed anything.

    `nodes` are its nodes' ids in order. Raises `Refused` when the links do not make such a loop.
    """
    lock(initiative)
    nodes = from_the_smallest(nodes)
    ends = {(arc.source, arc.target) for arc in arcs_of(initiative)}
    if len(nodes) < 2 or any(pair not in ends for pair in zip(nodes, (*nodes[1:], nodes[0]), strict=True)):
        raise Refused(Problem("loop.gone", gettext_noop("This loop is not in the map any more: a link was taken out.")))
    key, name = loop_key(nodes), name.strip()
    row = LoopName.objects.filter(initiative=initiative, nodes=key).first()
    if (row.name if row else "") == name:
        return False
    if not name:
        changes.record("loop.unnamed", on=row, by=by, initiative=initiative, name=row.name)
        row.delete()
        return True
    row = row or LoopName(initiative=initiative, nodes=key)
    row.name = name
    checked(row).save()
    changes.record("loop.named", on=row, by=by, initiative=initiative, name=name)
    return True


def from_the_smallest(nodes: Sequence[int]) -> tuple[int, ...]:
    first = nodes.index(min(nodes)) if nodes else 0
    return (*nodes[first:], *nodes[:first])


def loop_key(nodes: Iterable[int]) -> str:
    return "-".join(map(str, nodes))


def loop_nodes(key: str) -> tuple[int, ...]:
    return tuple(map(int, key.split("-")))
