"""What a person owes the agenda now: a signature, an answer that was promised, a look at links of the map."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agenda.selectors.confirming import to_confirm
from agenda.selectors.learning import promised_by
from agenda.selectors.signing import unanswered
from backbone.conditions import DueItem
from backbone.models import Membership
from backbone.roles import Can

SIGN_WITHIN = timedelta(days=30)


def due(membership: Membership, as_of: datetime) -> list[DueItem]:
    """Newest versions that the partners whom this person leads have not answered, a month after they came out,
    what this person promised to find out, and links of the map that nobody confirmed for a year; six queries at most,
    always."""
    tenant = membership.tenant
    day = tenant.day(as_of)
    items = []
    for version, partner in unanswered(membership.partner_ids(Can.RATIFY) or (), day):
        initiative = version.initiative
        words = {"number": version.number, "partner": partner.code, "initiative": initiative.name}
        items.append(
            DueItem(
                key=f"agenda:{version.pk}:{partner.pk}",
                label=_("Sign version %(number)s of the agenda for %(partner)s (%(initiative)s)") % words,
                due=tenant.day(version.at) + SIGN_WITHIN,
                url=reverse("agenda:sign", args=[tenant.slug, initiative.slug, version.number, partner.code]),
                partner_id=partner.pk,
                partner=partner.code,
                is_late=tenant.day(version.at) + SIGN_WITHIN < day,
            )
        )
    for entry, learn_by in promised_by(membership):
        items.append(
            DueItem(
                key=f"learning:{entry.pk}:{learn_by}",
                label=_("Find out: %(question)s") % {"question": entry.text},
                due=learn_by,
                url=reverse("agenda:learning-entry", args=[tenant.slug, entry.initiative.slug, entry.pk]),
                member_id=membership.pk,
                is_late=learn_by < day,
            )
        )
    for one in to_confirm(membership, day):
        words = {"count": one.links, "initiative": one.initiative.name}
        label = ngettext(
            "Confirm %(count)s link of the theory of change (%(initiative)s)",
            "Confirm %(count)s links of the theory of change (%(initiative)s)",
            one.links,
        )
        items.append(
            DueItem(
                key=f"map:{one.initiative.pk}:{one.since}",
                label=label % words,
                due=one.since,
                url=reverse("agenda:map-confirm", args=[tenant.slug, one.initiative.slug]),
                member_id=one.steward_id,
                is_late=one.since < day,
            )
        )
    return sorted(items, key=lambda item: (item.due, item.key))
