"""What others wait for: a duty of the partner that leads the activity which is to hand it on."""

from __future__ import annotations

from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from activities.selectors.handoffs import waited_on
from backbone.conditions import DueItem
from backbone.models import Membership


def waited_for(membership: Membership, day: date) -> list[DueItem]:
    """What was asked of this person's partners and has not come, due when it was promised, else at once; three queries."""
    items = []
    for hand_off, delivery, partner in waited_on(membership):
        promised = timedelta(days=hand_off.promised_days or 0)
        due = delivery.asked_on + min(promised, date.max - delivery.asked_on)
        initiative = hand_off.giver.initiative
        words = {"what": hand_off.what, "taker": hand_off.taker.name}
        items.append(
            DueItem(
                key=f"hand_off:{delivery.pk}",
                label=_("Hand on %(what)s: “%(taker)s” waits for it") % words,
                due=due,
                url=reverse("activities:hand-offs", args=[membership.tenant.slug, initiative.slug])
                + f"#h{hand_off.pk}",
                partner_id=partner.pk,
                partner=partner.code,
                is_late=hand_off.promised_days is not None and due < day,
            )
        )
    return items
