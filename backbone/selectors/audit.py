"""The audit log: every change of a tenant, filtered, as pages and files show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from backbone import changes
from backbone.models import Change, Membership, Tenant
from backbone.roles import Can
from backbone.tenancy import TenantQuerySet

COLUMNS = ("at", "who", "what", "verb", "initiative", "partner", "subject", "subject_id", "id")
AT_A_TIME = 2_000


def log_for(membership: Membership) -> TenantQuerySet:
    """What a person may read of it: everything, or what concerns the partners they lead. The newest first."""
    rows = Change.objects.select_related("by", "partner", "initiative").order_by("-at", "-id")
    own = membership.partner_ids(Can.READ_AUDIT)
    return rows if own is None else rows.filter(partner__in=own)


def filtered(rows: TenantQuerySet, asked: Mapping[str, str], tenant: Tenant) -> TenantQuerySet:
    """Narrowed by what an address says: `who` (id of a person), `what` (the beginning of a verb), `initiative` and
    `partner` (short name, code), `since` and `until` (days). What it says wrongly narrows nothing."""
    if asked.get("who", "").isdecimal() and len(asked["who"]) < 19:
        rows = rows.filter(by=int(asked["who"]))
    if asked.get("what", "").replace(".", "").replace("_", "").isalpha():
        rows = rows.filter(verb__startswith=asked["what"])
    if asked.get("initiative"):
        rows = rows.filter(initiative__slug=asked["initiative"])
    if asked.get("partner"):
        rows = rows.filter(partner__code=asked["partner"])
    since, until = _day(asked.get("since", "")), _day(asked.get("until", ""))
    if since is not None:
        rows = rows.filter(at__gte=_instant(since, tenant))
    if until is not None and until < date.max:  # what happened until the end of all days is everything
        rows = rows.filter(at__lt=_instant(until + timedelta(days=1), tenant))
    return rows


def verbs_there(rows: TenantQuerySet) -> list[str]:
    """The kinds of things that happened ("filing", "agenda"), in order."""
    return sorted({verb.partition(".")[0] for verb in rows.order_by().values_list("verb", flat=True).distinct()})


def table(rows: TenantQuerySet) -> Iterator[list[str]]:
    """One row of text for each change, in `COLUMNS`; read in pieces."""
    last: tuple[datetime, int] | None = None
    while True:
        piece = rows
        if last is not None:
            piece = rows.filter(at__lte=last[0]).exclude(at=last[0], pk__gte=last[1])
        found = list(piece[:AT_A_TIME])
        for one in found:
            yield [
                one.at.isoformat(),
                one.by.name if one.by is not None else "",
                changes.sentence(one),
                one.verb,
                one.initiative.slug if one.initiative is not None else "",
                one.partner.code if one.partner is not None else "",
                one.subject,
                str(one.subject_id or ""),
                str(one.pk),
            ]
        if len(found) < AT_A_TIME:
            return
        last = (found[-1].at, found[-1].pk)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _instant(day: date, tenant: Tenant) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(tenant.timezone))
