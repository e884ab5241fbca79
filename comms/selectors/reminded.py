"""When a partner was last reminded of a period: by a nudge, or by the mails that remind by themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db.models import BigIntegerField, JSONField, QuerySet, Value

from backbone.models import Change, Initiative, Partner, Tenant
from comms.models import Mail
from measures.rules.periods import text_of

REMINDED = "partner.reminded"
_UNDER_WAY = (Mail.Status.PENDING, Mail.Status.SENDING, Mail.Status.SENT, Mail.Status.UNKNOWN)


def _nudges(initiative: Initiative, partner_ids: Collection[int], period: date) -> QuerySet[Change]:
    """What the log has of nudges of these partners about a period."""
    return Change.objects.filter(
        verb=REMINDED, initiative=initiative, partner__in=list(partner_ids), facts__period=text_of(period)
    )


def last_reminded(initiative: Initiative, partner_ids: Collection[int], period: date) -> Mapping[int, datetime]:
    """When each of these partners was last nudged or reminded about its report for a period; one statement."""
    nudges = _nudges(initiative, partner_ids, period).values_list("partner_id", Value([], JSONField()), "at")
    mails = Mail.objects.filter(
        kind__in=[Mail.Kind.REMINDER, Mail.Kind.DIGEST],
        status__in=_UNDER_WAY,
        created_at__date__gte=period,
        recipient__grants__partner__in=list(partner_ids),
    )
    mails = mails.values_list(Value(None, BigIntegerField()), "about", "created_at")
    found: dict[int, datetime] = {}
    for nudged_id, about, at in nudges.union(mails, all=True).order_by("at"):
        if nudged_id is not None:
            found[nudged_id] = at
        for key, _stage, partner_id in about:
            kind, *place = key.split(":")
            is_this = kind == "filing" and place[:1] == [str(initiative.pk)] and place[-1] == text_of(period)
            if is_this and partner_id in partner_ids:
                found[partner_id] = at
    return found


def nudge_key(partner: Partner, tenant: Tenant) -> str:
    """What today's nudge of a partner is called: one a day, on the tenant's calendar."""
    return f"{partner.pk}:{tenant.day().isoformat()}"


def was_nudged_today(partner: Partner, tenant: Tenant) -> bool:
    return Mail.objects.filter(kind=Mail.Kind.NUDGE, period_key=nudge_key(partner, tenant)).exists()
