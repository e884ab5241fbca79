"""The weekly digest: what happened since the last one, what waits, and what the figures came to. Nothing new, no mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backbone.conditions import DueItem
from backbone.models import Tenant
from comms import rules
from comms.models import Mail
from comms.selectors.readers import Reader, contact, owed
from comms.selectors.week import Week, sections, week
from comms.services import ledger
from comms.services.composing import absolute, address, mail_to, voice

FIRST = timedelta(days=7)  # what a first digest looks back on
FURTHEST = timedelta(days=21)  # what anybody's does
SETTLED = timedelta(
    minutes=2
)  # a change is dated when it is written and seen when it is committed: tell what surely is
AHEAD = timedelta(days=14)
DUE_SHOWN = 6


def plan(tenant: Tenant, people: Sequence[Reader], now: datetime) -> None:
    """Plan this week's digests for every time zone in which it is time and they were not planned yet."""
    able = [reader for reader in people if reader.is_staff or reader.partners]
    weeks = {}
    for zone in sorted({reader.zone for reader in able}):
        key = rules.digest_due(now, zone)
        if key is not None and ledger.begin(Mail.Kind.DIGEST, f"{key}:{zone}"):
            weeks[zone] = key
    chosen = [reader for reader in able if reader.zone in weeks and reader.membership.wants_digest]
    if not chosen:
        return
    since = _last(chosen, now)
    news = week(tenant, min(since.values()), now - SETTLED)
    owing = owed(chosen, now)
    answers_to = contact(people)
    mails = []
    for reader in chosen:
        mails.append(_compose(tenant, reader, news, since[reader.pk], owing[reader.pk], weeks, answers_to, now))
    ledger.plan(mails)


def _last(people: Sequence[Reader], now: datetime) -> dict[int, datetime]:
    """From when on each of these people has not been told; one statement. What was not sent did not tell anything."""
    gone = Q(status=Mail.Status.FAILED) | Q(status=Mail.Status.SKIPPED, smtp_code__in=[ledger.GONE, ledger.STALE])
    planned = Mail.objects.filter(
        kind=Mail.Kind.DIGEST, recipient__in=[reader.pk for reader in people], created_at__gte=now - FURTHEST
    )
    told = dict(planned.values_list("recipient_id").annotate(last=Max("created_at", filter=~gone)))
    return {reader.pk: (told.get(reader.pk, now - FIRST) or now - FURTHEST) - SETTLED for reader in people}


def _compose(
    tenant: Tenant,
    reader: Reader,
    news: Week,
    since: datetime,
    owing: Sequence[DueItem],
    weeks: dict[str, str],
    answers_to,
    now: datetime,
) -> Mail:
    """One person's digest; one that says nothing is written as left out, so that it is not planned again."""
    key = weeks[reader.zone]
    told = news.told_to(reader, since)
    today = rules.local(now, reader.zone).date()
    due = [item for item in owing if item.is_late or item.due <= today + AHEAD]
    if not told and not due:
        return ledger.draft(
            kind=Mail.Kind.DIGEST, recipient=reader.membership, period_key=key, subject="", text="",
            status=Mail.Status.SKIPPED, now=now,
        )  # fmt: skip
    with voice(reader):
        items = [{"item": item, "url": absolute(item.url)} for item in due[:DUE_SHOWN]]
        return mail_to(
            reader, tenant, kind=Mail.Kind.DIGEST, template="digest", period_key=key,
            subject=f"{tenant.name}: {_subject(len(due), len(told))}",
            context={
                "today": today, "due": items, "more_due": len(due) - len(items), "sections": sections(told),
                "figures": news.figures_for(reader), "home": address("backbone:tenant", tenant.slug),
                "due_words": _waiting(len(due)), "now": timezone.localtime(now),
            },
            reply_to=answers_to.email if answers_to else "", now=now,
        )  # fmt: skip


def _waiting(due: int) -> str:
    if due == 1:
        return _("One thing waits for you")
    return ngettext("%(count)s thing waits for you", "%(count)s things wait for you", due) % {"count": due}


def _subject(due: int, told: int) -> str:
    news = ngettext("%(count)s thing happened", "%(count)s things happened", told) % {"count": told}
    if due and told:
        return _("%(waiting)s, %(news)s") % {"waiting": _waiting(due).lower(), "news": news}
    return _waiting(due).lower() if due else news
