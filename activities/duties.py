"""What a person owes the activities now: milestones to reach and promises to keep, by their day."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from activities.duties_handed_on import waited_for
from activities.selectors.promised import promised_by
from backbone.conditions import DueItem
from backbone.models import Membership


def due(membership: Membership, as_of: datetime) -> list[DueItem]:
    """Open milestones and promises of activities that go on, over all initiatives, soonest first, and what others wait for;
    two queries, and three of hand-offs."""
    tenant = membership.tenant
    day = tenant.day(as_of)
    items = []
    for one in promised_by(membership):
        words = {"what": one.words, "activity": one.activity.name}
        label = _("Keep the promise “%(what)s” for %(activity)s") if one.is_promise else _("%(what)s (%(activity)s)")
        where = reverse("activities:activity", args=[tenant.slug, one.activity.initiative.slug, one.activity.slug])
        items.append(
            DueItem(
                key=f"{one.sort}:{one.pk}:{one.due_on}",
                label=label % words,
                due=one.due_on,
                url=f"{where}#{one.sort}s",
                partner_id=one.partner_id,
                partner=one.partner,
                member_id=membership.pk,
                is_late=one.due_on < day,
            )
        )
    items += waited_for(membership, day)
    return sorted(items, key=lambda item: (item.due, item.key))
