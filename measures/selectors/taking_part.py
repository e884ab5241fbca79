"""Who takes part in an initiative, asked once for a page that needs it in several ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import connection

from backbone.models import Initiative
from backbone.tenancy import active_tenant_id


class Named(NamedTuple):
    """A partner as pages name it."""

    pk: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Roster:
    """The partners that take part, or did, by id; into which each of the tenant's was merged; and the last day of the
    last of them: None while one stays, and where there is none."""

    partners: Mapping[int, Named]
    successors: Mapping[int, int]
    ends_on: date | None

    @property
    def codes(self) -> dict[int, str]:
        return {pk: one.code for pk, one in self.partners.items()}


def roster_of(initiative: Initiative) -> Roster:
    """One statement, whatever their number."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.id, p.code, p.name, p.successor_id, s.id IS NOT NULL, s.leaves_on
              FROM backbone_partner p
              LEFT JOIN backbone_participation s ON s.tenant_id = %(tenant)s AND s.initiative_id = %(initiative)s
                                                AND s.partner_id = p.id
             WHERE p.tenant_id = %(tenant)s AND (s.id IS NOT NULL OR p.successor_id IS NOT NULL)
            """,
            {"tenant": active_tenant_id(), "initiative": initiative.pk},
        )
        rows = cursor.fetchall()
    days = [leaves_on for *_who, takes_part, leaves_on in rows if takes_part]
    return Roster(
        partners={pk: Named(pk, code, name) for pk, code, name, _into, takes_part, _day in rows if takes_part},
        successors={pk: into for pk, _code, _name, into, _takes_part, _day in rows if into is not None},
        ends_on=max(days) if days and None not in days else None,
    )
