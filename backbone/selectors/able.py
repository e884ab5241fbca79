"""Who of the tenant's people may do something: for lists to choose from."""

from __future__ import annotations

from django.db.models import QuerySet

from backbone.models import Grant, Membership
from backbone.roles import Can, Role, reach


def people_who(can: Can) -> QuerySet[Membership]:
    """Active people who hold a role in force that may do this, everywhere or for their own; by name."""
    roles = [role for role in Role if reach(role, can) is not None]
    grants = Grant.objects.in_force().filter(role__in=roles).values("membership_id")
    return Membership.objects.filter(is_active=True, pk__in=grants).order_by("name", "pk")
