"""Whose the activities are: who may change which."""

from __future__ import annotations

from activities.models import Activity
from backbone.models import GroupMember, Membership
from backbone.roles import Can, Reach, reach


def own_partners(membership: Membership) -> set[int] | None:
    """The organizations whose activities a person may change; None: every activity. A chair looks after those of the
    organizations that have somebody in the chair's groups; one query for a chair, none for others."""
    own: set[int] = set()
    is_chair = False
    for grant in membership.current_grants:
        found = reach(grant.role, Can.EDIT_ACTIVITIES)
        if found is Reach.ALL:
            return None
        is_chair = is_chair or found is Reach.GROUP
        if found is Reach.OWN and grant.partner_id is not None:
            own.add(grant.partner_id)
    if is_chair:
        chaired = GroupMember.objects.filter(member=membership, is_chair=True, group__ended_on=None).values("group")
        people = GroupMember.objects.filter(group__in=chaired, partner__isnull=False)
        own |= set(people.values_list("partner_id", flat=True))
    return own


def may_edit(membership: Membership, activity: Activity) -> bool:
    """Whether a person may change an activity: every one, or those that an organization of theirs has a part in. The
    activity's commitments are read as they came with it."""
    own = own_partners(membership)
    return own is None or any(one.partner_id in own for one in activity.commitments.all())


def may_remove(membership: Membership, activity: Activity) -> bool:
    """Whether a person may take an activity out for good: whoever changes every one, and those of the organization that
    leads it; where none leads, those of the only one that has a part in it. The others leave it, and it stays."""
    own = own_partners(membership)
    if own is None:
        return True
    parts = list(activity.commitments.all())
    leading = [one for one in parts if one.part == "leads"] or parts
    return bool(leading) and all(one.partner_id in own for one in leading)


def may_edit_words(membership: Membership) -> bool:
    """Whether a person may change the words that all activities share."""
    return own_partners(membership) is None


def reads_register(membership: Membership) -> bool:
    """Whether a person reads the register itself, and not only what is published of it."""
    return membership.reach_of(Can.READ_ACTIVITIES) - {Reach.PUBLISHED} != set()
