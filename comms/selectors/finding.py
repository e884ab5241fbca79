"""What a search finds of meetings, decisions and actions."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from backbone.conditions import Hit
from backbone.look.numbers import long_date
from backbone.models import Initiative, Membership, Tenant
from backbone.roles import Can, Reach
from comms.selectors.decisions import actions_of, decisions_of, searched
from comms.selectors.meetings import meetings_of

MOST = 20
EACH = 8


def found(initiative: Initiative, words: str, membership: Membership) -> Iterator[Hit]:
    """Meetings, decisions and actions that have all these words, the newest first; four statements."""
    tenant = Tenant.objects.get(pk=initiative.tenant_id)
    place = [tenant.slug, initiative.slug]
    if membership.can(Can.READ_MEETINGS):
        rows = meetings_of(initiative, membership)
        for word in words.split()[:8]:
            rows = rows.filter(Q(title__icontains=word) | Q(minutes__icontains=word) | Q(place__icontains=word))
        for row in rows.order_by("-starts_at", "-pk")[:EACH]:
            url = reverse("comms:meeting", args=[*place, row.pk])
            yield Hit(row.title, url, _("Meetings"), long_date(row.starts_at.date()))
    if membership.reach_of(Can.READ_DECISIONS) - {Reach.PUBLISHED}:
        for one in searched(decisions_of(initiative, membership), words)[:EACH]:
            url = reverse("comms:decision", args=[*place, one.number])
            yield Hit(f"{one}: {one.text}", url, _("Decisions"), long_date(one.decided_on))
        for action in actions_of(initiative, words=words, reader=membership).order_by("-made_at", "-pk")[
            : MOST - 2 * EACH
        ]:
            url = reverse("comms:action", args=[*place, action.number])
            yield Hit(f"{action}: {action.what}", url, _("Actions"), action.owner.name)
