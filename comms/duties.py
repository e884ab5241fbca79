"""What a person owes communication: actions, decisions to look at again, meetings to close, announcements to read."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from backbone.conditions import DueItem
from backbone.models import Membership
from backbone.roles import Can
from comms.selectors.announcements import unread_by
from comms.selectors.decisions import own_actions, to_review
from comms.selectors.meetings import to_report
from comms.selectors.pulses import waiting_for

READ_WITHIN = timedelta(days=7)
CLOSED_WITHIN = timedelta(days=2)


def due(membership: Membership, as_of: datetime) -> list[DueItem]:
    """Over all initiatives, soonest first; nine queries at most, always. A meeting that is over nags whoever runs it
    until it is closed."""
    tenant = membership.tenant
    zone = ZoneInfo(tenant.timezone)
    day = as_of.astimezone(zone).date()
    items = []
    if membership.can(Can.DECIDE):
        for action in own_actions(membership.stands_for, day):
            items.append(
                _item(
                    f"comms.action:{action.pk}", f"{action}: {action.what}", action.due_on, day, action.owner_id,
                    reverse("comms:action", args=[tenant.slug, action.initiative.slug, action.number]),
                )
            )  # fmt: skip
        for one in to_review(membership.stands_for, day):
            text = _("Look again at %(decision)s: %(text)s") % {"decision": one, "text": one.text[:100]}
            url = reverse("comms:decision", args=[tenant.slug, one.initiative.slug, one.number])
            if one.review_on is not None:
                items.append(_item(f"decision:{one.pk}:{one.review_on}", text, one.review_on, day, one.by_id, url))
    if membership.can(Can.EDIT_MEETINGS):
        for meeting in to_report(membership.stands_for, as_of):
            ended = meeting.ends_at.astimezone(zone).date()
            text = _("Close the meeting “%(title)s”, so that its record goes out") % {"title": meeting.title}
            url = reverse("comms:session", args=[tenant.slug, meeting.initiative.slug, meeting.pk])
            items.append(_item(f"meeting:{meeting.pk}:close", text, ended + CLOSED_WITHIN, day, meeting.by_id, url))
    own = membership.partner_ids(Can.FILE) or set()
    for announcement, partner_id in unread_by(own):
        due_on = announcement.at.astimezone(zone).date() + READ_WITHIN
        items.append(
            DueItem(
                key=f"announcement:{announcement.pk}:{partner_id}",
                label=_("Say that you have read: %(title)s") % {"title": announcement.title},
                due=due_on,
                url=reverse("comms:announcement", args=[tenant.slug, announcement.initiative.slug, announcement.pk]),
                partner_id=partner_id,
                is_late=due_on < day,
            )
        )
    if membership.can(Can.JOIN_IN):
        for pulse, member_id in waiting_for(membership.stands_for, day):
            url = reverse("comms:pulse", args=[tenant.slug, pulse.initiative.slug, pulse.pk])
            text = _("Two questions that take a minute (%(initiative)s)") % {"initiative": pulse.initiative.name}
            items.append(_item(f"pulse:{pulse.pk}", text, pulse.closes_on, day, member_id, url))
    return sorted(items, key=lambda item: (item.due, item.key))


def _item(key: str, label: str, due_on: date, day: date, member_id: int, url: str) -> DueItem:
    return DueItem(key=key, label=label, due=due_on, url=url, member_id=member_id, is_late=due_on < day)
