"""Where meetings, decisions, actions and announcements are shown, for what speaks of them."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse

from backbone.conditions import numbers_of
from backbone.models import Initiative
from comms.models import Action, Announcement, Decision, Meeting


def pages_of(initiative: Initiative, names: Collection[str]) -> dict[str, str]:
    """The addresses of those of these rows that are communication's; a query for each sort that is among them."""
    here, found = [initiative.tenant.slug, initiative.slug], {}
    for model, sort, column in (
        (Meeting, "meeting", "pk"),
        (Decision, "decision", "number"),
        (Action, "action", "number"),
        (Announcement, "announcement", "pk"),
    ):
        rows = model.objects.filter(initiative=initiative, pk__in=numbers_of(names, f"comms.{sort}"))
        for pk, place in rows.values_list("pk", column):
            found[f"comms.{sort}:{pk}"] = reverse(f"comms:{sort}", args=[*here, place])
    return found
