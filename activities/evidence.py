"""What this condition answers when the backbone asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities import duties, publishing
from activities.models import Activity
from activities.selectors.attached import attachments
from activities.selectors.begun import begun
from activities.selectors.fit_health import fit_readings
from activities.selectors.handoffs import hand_off_ties, late_hand_offs
from activities.selectors.health import register_readings
from activities.selectors.network import joint_ties
from activities.selectors.pages import pages_of
from activities.selectors.promised import overdue_steps
from activities.selectors.register import Wanted, found
from activities.selectors.rights import reads_register
from backbone.conditions import (
    Attachment,
    Condition,
    DueItem,
    Edition,
    Hit,
    Option,
    Part,
    Proposed,
    Reading,
    Thing,
    Tie,
)
from backbone.look.numbers import long_date
from backbone.models import Tenant

MOST_HITS = 20


class ActivitiesEvidence(Condition):
    slug = "activities"

    def readings(self, initiative, as_of: datetime) -> Iterable[Reading]:
        """How well the register is filled, whether partners work together, and how their work fits."""
        yield from register_readings(initiative, as_of)
        yield from fit_readings(initiative, as_of)

    def due(self, membership, as_of: datetime) -> Iterable[DueItem]:
        """Milestones and promises."""
        return duties.due(membership, as_of)

    def attached(self, initiative) -> Iterable[Attachment]:
        """Activities, on strategies and on indicators."""
        return attachments(initiative)

    def things(self, initiative) -> Iterable[Thing]:
        """Activities, by name, those that are over too: a map may go on to speak of them."""
        group = _("Activity")
        for pk, slug, name in Activity.objects.filter(initiative=initiative).values_list("pk", "slug", "name"):
            yield Thing(f"activities.activity:{pk}", f"activity:{slug}", name, group=group)

    def pages(self, initiative, names: Collection[str]) -> Mapping[str, str]:
        """Activities, and cells of the matrix."""
        return pages_of(initiative, names)

    def begun(self, initiative_id: int, names: Collection[str]) -> Mapping[str, date]:
        """Strategies and activities that partners work on, since when."""
        return begun(initiative_id, names)

    def ties(self, initiative, as_of: datetime) -> Iterable[Tie]:
        """Partners that share in an activity that runs, or hand something on to each other."""
        yield from joint_ties(initiative, _day(initiative, as_of))
        yield from hand_off_ties(initiative)

    def proposed(self, initiative, as_of: datetime) -> Iterable[Proposed]:
        """Milestones and hand-offs that are late."""
        tenant = Tenant.objects.get(pk=initiative.tenant_id)
        today = _day(initiative, as_of)
        for one in overdue_steps(initiative, today):
            words = {"title": one.words, "activity": one.activity.name}
            yield Proposed(
                f"activities.milestone:{one.pk}",
                _("%(title)s (%(activity)s)") % words,
                reverse("activities:activity", args=[tenant.slug, initiative.slug, one.activity.slug]),
                _("The milestone was due on %(day)s.") % {"day": long_date(one.due_on)},
                one.due_on,
            )
        base = reverse("activities:hand-offs", args=[tenant.slug, initiative.slug])
        for row, days in late_hand_offs(initiative, today):
            hand_off = row.hand_off
            told = {"taker": hand_off.taker.name, "what": hand_off.what}
            late = ngettext(
                "“%(giver)s” is to hand it on, %(count)s day late",
                "“%(giver)s” is to hand it on, %(count)s days late",
                days,
            )
            yield Proposed(
                f"activities.hand_off:{hand_off.pk}",
                _("“%(taker)s” waits for %(what)s") % told,
                f"{base}#h{hand_off.pk}",
                late % {"giver": hand_off.giver.name, "count": days},
                today - timedelta(days=days),
            )

    def found(self, initiative, words: str, membership) -> Iterable[Hit]:
        """Activities whose name, or else whose description, has the words."""
        if not reads_register(membership) or not words.strip():
            return
        tenant = Tenant.objects.get(pk=initiative.tenant_id)
        rows = found(initiative, Wanted(q=words), _day(initiative, None))
        for row in rows.select_related("service_type").order_by("name", "pk")[:MOST_HITS]:
            url = reverse("activities:activity", args=[tenant.slug, initiative.slug, row.slug])
            yield Hit(row.name, url, _("Activities"), row.service_type.name if row.service_type else "")

    def options(self, initiative, grain: str, period: date) -> Iterable[Option]:
        """Activities that ran in the span."""
        return publishing.options(initiative, grain, period)

    def published(self, edition: Edition) -> Part:
        """What partners do, of what staff chose."""
        return publishing.published(edition)

    def printed(self, data: Mapping[str, Any], year_starts: int) -> Mapping[str, Any]:
        return publishing.printed(data)


def _day(initiative, as_of: datetime | None) -> date:
    tenant = Tenant.objects.get(pk=initiative.tenant_id)
    zone = ZoneInfo(tenant.timezone)
    return (as_of or datetime.now(zone)).astimezone(zone).date()
