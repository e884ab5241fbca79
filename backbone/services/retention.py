"""Letting go of what a tenant does not want to keep any longer: each night, in pieces, and never anything else.

Figures and their history, decisions, publications with their ledger, signatures and the audit log with its chain are never
among it: whoever cites them has to find them. What went, and how much of it, is a line of the audit log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_noop

from backbone import changes, conditions
from backbone.models import Tenant
from backbone.tenancy import tenant_scope

AT_A_TIME = 5_000
SOON = timedelta(days=30)

changes.register_verbs({"retention.removed": gettext_noop("{by} let go of what was kept long enough: {words}")})


@dataclass(frozen=True, slots=True)
class Outlook:
    """One kind of thing: for how many days it is kept, how many go tonight, and how many in the thirty days after."""

    label: str
    setting: str
    days: int
    tonight: int
    soon: int


def outlook(tenant: Tenant, now: datetime) -> list[Outlook]:
    """What goes and when, in the tenant's scope; two statements for each kind."""
    found = []
    for one in conditions.passing():
        days = getattr(tenant, one.setting)
        before = now - timedelta(days=days)
        tonight = one.count(before)
        found.append(Outlook(one.label, one.setting, days, tonight, one.count(before + SOON) - tonight))
    return found


def let_go(tenant_id: int) -> dict[str, int]:
    """Let everything of a tenant go whose time is over, a piece in each transaction; how much went, by kind. Outside any
    scope. Run twice, or stopped in the middle, it goes on with what is left."""
    with tenant_scope(tenant_id):
        tenant = Tenant.objects.get(pk=tenant_id)
        kinds = conditions.passing()
    now, gone = timezone.now(), {}
    for one in kinds:
        before, count = now - timedelta(days=getattr(tenant, one.setting)), 0
        while True:
            with tenant_scope(tenant_id):
                went = one.let_go(before, AT_A_TIME)
            count += went
            if went < AT_A_TIME:
                break
        if count:
            gone[one.slug] = count
    if gone:
        words = ", ".join(f"{one.label}: {gone[one.slug]}" for one in kinds if one.slug in gone)
        with tenant_scope(tenant_id):
            changes.record("retention.removed", on=tenant, by=None, words=words, gone=gone)
    return gone
