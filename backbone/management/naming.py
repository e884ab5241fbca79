"""How commands name what they work on: `TENANT/INITIATIVE`, and a person by e-mail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError

from backbone.models import Initiative, Membership, Tenant
from backbone.tenancy import tenant_scope


def tenant_named(slug: str) -> Tenant:
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        known = ", ".join(Tenant.objects.order_by("slug").values_list("slug", flat=True)[:20]) or "none yet"
        raise CommandError(f"There is no tenant “{slug}”. There are: {known}.")
    return tenant


@contextmanager
def initiative_scope(name: str) -> Iterator[tuple[Tenant, Initiative]]:
    """The tenant's scope, opened around the work on `TENANT/INITIATIVE`. Raises `CommandError` naming what is not."""
    slug, slash, rest = name.partition("/")
    if not slash or not rest:
        raise CommandError(f"“{name}” names no initiative: write TENANT/INITIATIVE, as in riverbend/youth-to-work.")
    tenant = tenant_named(slug)
    with tenant_scope(tenant):
        initiative = Initiative.objects.filter(slug=rest).first()
        if initiative is None:
            known = ", ".join(Initiative.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"{tenant.name} has no initiative “{rest}”. It has: {known}.")
        yield tenant, initiative


def member_named(email: str) -> Membership:
    """The active member with this e-mail, in the open scope."""
    member = Membership.objects.filter(email__iexact=email, is_active=True).first()
    if member is None:
        raise CommandError(f"Nobody here has the e-mail “{email}”.")
    return member
