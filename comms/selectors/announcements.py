"""Announcements, and which organizations have not said yet that they read them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Prefetch

from backbone.models import Initiative, Membership, Partner
from backbone.roles import Can
from backbone.selectors.groups import visible
from backbone.tenancy import TenantQuerySet
from comms.models import Acknowledgement, Announcement


@dataclass(frozen=True, slots=True)
class Asked:
    """An organization that an announcement asks, and who acknowledged it for it, if anybody did."""

    partner: Partner
    read: Acknowledgement | None


def announcements_of(initiative: Initiative, membership: Membership) -> TenantQuerySet:
    """What was announced, the newest first; of others' groups none for a chair."""
    rows = Announcement.objects.filter(initiative=initiative).select_related("by", "group", "initiative")
    rows = visible(rows, membership, Can.READ_MEETINGS)
    read = Acknowledgement.objects.select_related("by", "partner")
    return rows.prefetch_related(Prefetch("acknowledgements", read))


def asked(announcement: Announcement) -> list[Asked]:
    """Every organization that it asks, who has not answered first; one statement with what is prefetched."""
    if not announcement.needs_answer:
        return []
    read = {one.partner_id: one for one in announcement.acknowledgements.all()}
    partners = Partner.objects.filter(pk__in=announcement.partners)
    return sorted(
        (Asked(one, read.get(one.pk)) for one in partners), key=lambda one: (one.read is not None, one.partner.code)
    )


def unread_by(partner_ids: Collection[int]) -> list[tuple[Announcement, int]]:
    """(announcement, organization) of what these organizations were asked and have not acknowledged; two statements."""
    if not partner_ids:
        return []
    rows = Announcement.objects.filter(needs_answer=True).select_related("initiative").order_by("at", "pk")
    rows = [one for one in rows if set(one.partners) & set(partner_ids)]
    there = Acknowledgement.objects.filter(announcement__in=[one.pk for one in rows], partner__in=partner_ids)
    read = set(there.values_list("announcement_id", "partner_id"))
    return [(one, pk) for one in rows for pk in one.partners if pk in set(partner_ids) and (one.pk, pk) not in read]
