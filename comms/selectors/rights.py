"""Who reads the register itself, and not only what is published of it."""

from __future__ import annotations

from django.http import Http404

from backbone.models import Membership
from backbone.roles import Can, Reach


def require_inside(membership: Membership) -> None:
    """404 for who reads of decisions only what is published."""
    if membership.reach_of(Can.READ_DECISIONS) <= {Reach.PUBLISHED}:
        raise Http404
