"""Whose the activities are: who may change which."""

from __future__ import annotations

from activities.models import Activity
from backbone.models import Membership
from backbone.roles import Can, Reach


def may_edit(membership: Membership, activity: Activity) -> bool:
    """Whether a person may change an activity: every one, or those that their organization has a part in. The
    activity's commitments are read as they came with it."""
    own = membership.partner_ids(Can.EDIT_ACTIVITIES)
    return own is None or any(one.partner_id in own for one in activity.commitments.all())


def may_edit_words(membership: Membership) -> bool:
    """Whether a person may change the words that all activities share."""
    return membership.partner_ids(Can.EDIT_ACTIVITIES) is None


def reads_register(membership: Membership) -> bool:
    """Whether a person reads the register itself, and not only what is published of it."""
    return membership.reach_of(Can.READ_ACTIVITIES) - {Reach.PUBLISHED} != set()
