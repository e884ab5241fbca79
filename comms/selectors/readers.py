"""Who gets mail: the people of a tenant with their clock, language and partners, and what each of them owes."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone, translation

from backbone import conditions
from backbone.conditions import DueItem
from backbone.models import Grant, Membership, Partner, Tenant
from backbone.roles import Can
from comms.models import Away
from comms.rules import local
from comms.selectors.wishes import NO_WISHES, Wishes, absences_around, in_force, wishes_of


@dataclass(frozen=True, slots=True)
class Reader:
    """One active member with a role. `partners` are those the person acts for, by id; empty for the backbone's staff.
    `away` is the absence that today, on their calendar, falls into."""

    membership: Membership
    zone: str
    locale: str
    is_staff: bool
    partners: dict[int, Partner]
    wishes: Wishes = NO_WISHES
    away: Away | None = None

    @property
    def pk(self) -> int:
        return self.membership.pk

    def files_for(self, partner_id: int) -> bool:
        """Whether the person fills in this partner's reports; a lead, who only hands them in, does not."""
        return self.membership.can(Can.DRAFT, partner_id)


def readers(tenant: Tenant, only: Collection[int] | None = None, now: datetime | None = None) -> list[Reader]:
    """The active members who hold a role, by id; four statements, whatever their number."""
    now = now or timezone.now()
    members = Membership.objects.filter(is_active=True).order_by("pk")
    grants = Grant.objects.in_force().select_related("partner").order_by("pk")
    if only is not None:
        members, grants = members.filter(pk__in=only), grants.filter(membership__in=only)
    held: dict[int, list[Grant]] = {}
    for grant in grants:
        held.setdefault(grant.membership_id, []).append(grant)
    wishes, absences = wishes_of(only), absences_around(now)
    found = []
    for member in members:
        if member.pk not in held:
            continue
        member.current_grants = held[member.pk]
        zone = member.timezone or tenant.timezone
        partners = {grant.partner_id: grant.partner for grant in held[member.pk] if grant.partner_id is not None}
        found.append(
            Reader(
                member,
                zone,
                member.locale or tenant.locale,
                member.can(Can.READ_SETTINGS),
                partners,
                wishes.get(member.pk, NO_WISHES),
                in_force(absences.get(member.pk, ()), local(now, zone).date()),
            )
        )
    return found


def readers_of_meetings(tenant: Tenant, only: Collection[int]) -> list[Reader]:
    """Those of some people who may still read of meetings: whoever was invited may have another role by now."""
    return [one for one in readers(tenant, only) if one.membership.can(Can.READ_MEETINGS)]


def owed(people: Iterable[Reader], now: datetime) -> dict[int, list[DueItem]]:
    """What each of these people owes, by their id, soonest first.

    The conditions are asked once for all who hold the same roles and read the same language, as one person who acts
    for all their partners; each then gets the items of the own partners. Whoever is staff and a partner's as well is
    asked for alone, since nobody could tell then which of a partner's items are whose.
    """
    groups: dict[tuple, list[Reader]] = {}
    for reader in people:
        alone = reader.pk if reader.is_staff and reader.partners else 0
        key = (frozenset(reader.membership.roles), reader.locale, reader.zone, alone)
        groups.setdefault(key, []).append(reader)
    found = {}
    for (_roles, locale, zone, _alone), group in groups.items():
        asker = copy.copy(group[0].membership)
        grants = {(g.role, g.partner_id): g for reader in group for g in reader.membership.current_grants}
        asker.current_grants = list(grants.values())
        asker.stands_for = tuple(reader.pk for reader in group)
        with translation.override(locale), timezone.override(zone):
            items = conditions.due(asker, now)
        for reader in group:
            found[reader.pk] = [
                one
                for one in items
                if one.member_id in (None, reader.pk)
                and (reader.is_staff or one.partner_id is None or one.partner_id in reader.partners)
            ]
    return found


def who_reports(people: Iterable[Reader], partner_id: int) -> tuple[list[Reader], list[Reader]]:
    """Who fills in a partner's reports, and who else hands them in: its leads."""
    own = [reader for reader in people if partner_id in reader.partners]
    filers = [reader for reader in own if reader.files_for(partner_id)]
    leads = [one for one in own if one not in filers and one.membership.can(Can.FILE, partner_id)]
    return filers, leads


def contact(people: Iterable[Reader]) -> Membership | None:
    """Whom an answer to an automatic mail goes to: somebody who keeps the deadlines, else anybody of the staff."""
    staff = [reader.membership for reader in people if reader.is_staff]
    return next((one for one in staff if one.can(Can.MOVE_LOCKS)), staff[0] if staff else None)


def members_of(partner_ids: Collection[int]) -> list[Membership]:
    """The active people of these organizations, by id; one statement."""
    grants = Grant.objects.in_force().filter(partner__in=partner_ids).values("membership_id")
    return list(Membership.objects.filter(is_active=True, pk__in=grants).order_by("pk"))
