"""Who of the tenant's people may do something: for lists to choose from, and for whoever has signed in."""

from __future__ import annotations

from django.db.models import QuerySet

from backbone.models import Grant, Membership
from backbone.roles import Can, Role, reach


def people_who(can: Can) -> QuerySet[Membership]:
    """Active people who hold a role in force that may do this, everywhere or for their own; by name."""
    roles = [role for role in Role if reach(role, can) is not None]
    grants = Grant.objects.in_force().filter(role__in=roles).values("membership_id")
    return Membership.objects.filter(is_active=True, pk__in=grants).order_by("name", "pk")


def person_of(user_id: int) -> Membership | None:
    """The active person with this login, their grants in force read with them; None for a stranger. One statement, two
    for a person whose roles have all ended."""
    own = Grant.objects.in_force().filter(membership__user_id=user_id, membership__is_active=True)
    grants = list(own.select_related("membership", "partner"))
    if not grants:
        return Membership.objects.filter(user_id=user_id, is_active=True).first()
    found = grants[0].membership
    found.__dict__["current_grants"] = grants
    for grant in grants:
        grant.membership = found
    return found
