"""Who may stand in for somebody who is away: colleagues, who see what is owed there anyway."""

from __future__ import annotations

from django.db.models import QuerySet

from backbone.models import Grant, Membership
from backbone.roles import Role


def deputies_of(membership: Membership) -> QuerySet[Membership]:
    """The active people of the same partners, or where somebody acts for none, those who act for none either; by name."""
    grants = Grant.objects.in_force()
    partners = {grant.partner_id for grant in membership.current_grants if grant.partner_id is not None}
    if partners:
        colleagues = grants.filter(partner__in=partners)
    else:
        colleagues = grants.filter(partner=None).exclude(role__in=[Role.FUNDER, Role.EVALUATOR])
    found = Membership.objects.filter(is_active=True, pk__in=colleagues.values("membership"))
    return found.exclude(pk=membership.pk).order_by("name", "pk")
