"""Links of the theory of change that nobody has confirmed for a year: which, who is to look at them, and their share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models.functions import Coalesce

from agenda.models import Link, Steward
from agenda.rules.links import is_confirmed, to_confirm_from
from backbone.models import Initiative, Membership
from backbone.roles import Can, Role

NEARLY_A_YEAR = timedelta(days=364)


@dataclass(frozen=True, slots=True)
class ToConfirm:
    """The links of one map that wait, and since when the first does. `steward_id` is whose work that is; None for every
    convener's."""

    initiative: Initiative
    links: int
    since: date
    steward_id: int | None


def unconfirmed_links(initiative: Initiative, today: date) -> list[Link]:
    """A map's links that nobody confirmed within a year, those that wait longest first."""
    rows = Link.objects.filter(initiative=initiative).select_related("source", "target", "confirmed_by", "initiative")
    waiting = [row for row in rows if not is_confirmed(row.confirmed_on, today)]
    return sorted(waiting, key=lambda row: (to_confirm_from(row.added_on, row.confirmed_on), row.pk))


def to_confirm(membership: Membership, today: date) -> list[ToConfirm]:
    """What this person is to look at, over all initiatives: as the agenda's steward, or as a convener where it has
    none; three queries at most."""
    stewards = dict(Steward.objects.filter(condition="agenda", until=None).values_list("initiative", "member"))
    is_convener = Role.CONVENER in membership.roles
    if not is_convener and not set(stewards.values()) & set(membership.stands_for):
        return []
    found: dict[int, tuple[Initiative, list[date]]] = {}
    waiting = Link.objects.annotate(since=Coalesce("confirmed_on", "added_on")).filter(since__lte=today - NEARLY_A_YEAR)
    for link in waiting.select_related("initiative"):
        steward = stewards.get(link.initiative_id)
        if steward in membership.stands_for or (steward is None and is_convener):
            since = to_confirm_from(link.added_on, link.confirmed_on)
            if since <= today:
                found.setdefault(link.initiative_id, (link.initiative, []))[1].append(since)
    return [ToConfirm(initiative, len(days), min(days), stewards.get(pk)) for pk, (initiative, days) in found.items()]


def may_confirm(membership: Membership, initiative: Initiative) -> bool:
    """Whether a person may say that links still hold: who edits the agenda, and its steward, of whatever organization."""
    if membership.can(Can.EDIT_AGENDA):
        return True
    return Steward.objects.filter(
        initiative=initiative, condition="agenda", until=None, member__in=membership.stands_for
    ).exists()


def confirmed_links(initiative: Initiative, today: date) -> tuple[int, int]:
    """(how many links were confirmed within a year, of how many); one query."""
    days = Link.objects.filter(initiative=initiative).values_list("confirmed_on", flat=True)
    found = [is_confirmed(day, today) for day in days]
    return sum(found), len(found)
