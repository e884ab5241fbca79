"""Working groups, who is in them, and how far “own group only” reaches."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Prefetch, Q

from backbone.models import GroupMember, Initiative, Membership, Participation, Partner, WorkingGroup
from backbone.roles import Can, Reach
from backbone.tenancy import TenantQuerySet


def groups_of(initiative: Initiative, *, with_ended: bool = False) -> TenantQuerySet:
    """The groups of an initiative, the one that steers first, each with its people."""
    rows = WorkingGroup.objects.filter(initiative=initiative)
    if not with_ended:
        rows = rows.filter(ended_on=None)
    return rows.prefetch_related(Prefetch("members", people_of(GroupMember.objects.all())))


def people_of(rows: TenantQuerySet) -> TenantQuerySet:
    return rows.select_related("member", "partner").order_by("-is_chair", "member__name", "pk")


def own_groups(membership: Membership, can: Can) -> frozenset[int] | None:
    """The groups in which a person may do a thing; None: in every one, and where there is no group as well.

    A right that reaches one's own group only is for the groups that one chairs, where it is to write; to read, for
    those that one is in.
    """
    reaches = membership.reach_of(can)
    if Reach.GROUP not in reaches or reaches & {Reach.ALL, Reach.OWN}:
        return None
    rows = GroupMember.objects.filter(member=membership)
    if can.letter != "R":
        rows = rows.filter(is_chair=True)
    return frozenset(rows.values_list("group_id", flat=True))


def may_in(membership: Membership, can: Can, group_id: int | None) -> bool:
    """Whether a person may do a thing in a group, or where there is none. What is everybody's may be read by each."""
    if not membership.can(can):
        return False
    own = own_groups(membership, can)
    return own is None or group_id in own or (group_id is None and can.letter == "R")


def visible(rows: TenantQuerySet, membership: Membership, can: Can, path: str = "group") -> TenantQuerySet:
    """Those of these rows that belong to no group or to one that the person may read; `path` leads to the group."""
    own = own_groups(membership, can)
    return rows if own is None else rows.filter(Q(**{path: None}) | Q(**{f"{path}__in": own}))


def partners_of_group(group: WorkingGroup) -> list[Partner]:
    """The organizations that have somebody in a group, by code."""
    return list(Partner.objects.filter(pk__in=GroupMember.objects.filter(group=group).values("partner")))


def partners_on(initiative: Initiative, day: date) -> list[Partner]:
    """The organizations that take part in an initiative on a day, by code; one statement."""
    there = Participation.objects.filter(Q(leaves_on=None) | Q(leaves_on__gte=day), initiative=initiative)
    return list(Partner.objects.filter(pk__in=there.filter(joins_on__lte=day).values("partner")))


def with_counts(initiative: Initiative) -> TenantQuerySet:
    """Every group, the dissolved ones last, with how many people and organizations are in it."""
    rows = groups_of(initiative, with_ended=True)
    rows = rows.annotate(people=Count("members", distinct=True), orgs=Count("members__partner", distinct=True))
    return rows.order_by("ended_on", "-is_steering", "name", "pk")
