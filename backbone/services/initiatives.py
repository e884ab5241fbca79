"""Initiatives, and the making of a tenant. Its settings afterwards are `services.tenants`."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import Initiative, Membership, Tenant
from backbone.services.fields import Changed, checked, refuse_reserved, set_fields
from backbone.tenancy import active_tenant_id, tenant_scope

INITIATIVE_FIELDS = ("name", "starts_on", "ends_on", "attribution", "is_public")
# These are addresses of their own below /o/<tenant>/, or words of the platform's.

changes.register_verbs(
    {
        "tenant.created": gettext_noop("{by} opened the account {name}"),
        "initiative.created": gettext_noop("{by} began {name}"),
        "initiative.changed": gettext_noop("{by} changed {name}"),
    }
)


def scope_of_tenant(slug: str) -> tuple[AbstractContextManager[int], bool]:
    """The scope to open for the tenant of that slug, and whether it is still to be made, in that very scope.

    A new tenant gets its number first, so that the row and everything of its is written in one transaction.
    """
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is not None:
        return tenant_scope(tenant), False
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [Tenant._meta.db_table])
        return tenant_scope(cursor.fetchone()[0]), True


@transaction.atomic
def create_tenant(*, slug: str, name: str, by: Membership | None = None, **settings: Any) -> Tenant:
    """Make the tenant of the open scope (`scope_of_tenant`). Raises `Refused`."""
    tenant = checked(Tenant(pk=active_tenant_id(), slug=slug, name=name, **settings))
    tenant.save(force_insert=True)
    changes.record("tenant.created", on=tenant, by=by, name=name)
    return tenant


@transaction.atomic
def create_initiative(
    *,
    slug: str,
    name: str,
    starts_on: date,
    ends_on: date | None = None,
    attribution: str = "",
    is_public: bool = False,
    by: Membership | None,
) -> Initiative:
    """Begin an initiative. Raises `Refused`, for a slug that is taken too."""
    refuse_reserved(slug)
    row = Initiative(
        slug=slug, name=name, starts_on=starts_on, ends_on=ends_on, attribution=attribution, is_public=is_public
    )
    checked(row).save(force_insert=True)
    changes.record("initiative.created", on=row, by=by, initiative=row, name=name)
    return row


@transaction.atomic
def change_initiative(*, initiative: Initiative, by: Membership | None, **fields: Any) -> Changed:
    """Change an initiative; its slug stays, because addresses and files carry it."""
    _only(fields, INITIATIVE_FIELDS)
    initiative = Initiative.objects.select_for_update(no_key=True).get(pk=initiative.pk)
    changed = set_fields(initiative, fields)
    if changed:
        changes.record(
            "initiative.changed", on=initiative, by=by, initiative=initiative, name=initiative.name, fields=changed
        )
    return changed


def _only(fields: dict[str, Any], allowed: tuple[str, ...]) -> None:
    unknown = sorted(set(fields) - set(allowed))
    if unknown:
        raise TypeError(f"Not changed here: {', '.join(unknown)}.")
