"""The outbox as its pages read it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from comms.models import Mail

STUCK = "stuck"
PATIENCE = timedelta(minutes=30)  # a mail that waits longer than this has met with something


def shown(kind: str, status: str, now: datetime) -> QuerySet[Mail]:
    """Mails without their bodies, newest first, of one kind or in one state where they are named."""
    mails = Mail.objects.defer("text", "html", "headers", "about").select_related("recipient")
    if kind:
        mails = mails.filter(kind=kind)
    if status == STUCK:
        mails = mails.filter(_stuck(now))
    elif status:
        mails = mails.filter(status=status)
    return mails.order_by("-created_at", "-pk")


def counts(now: datetime) -> dict[str, int]:
    """How many mails are in each state, and how many are stuck."""
    found = dict(Mail.objects.values_list("status").annotate(Count("pk")))
    found[STUCK] = Mail.objects.filter(_stuck(now)).count()
    return found


def _stuck(now: datetime) -> Q:
    """Planned long ago and still not gone: the server puts it off, or nobody sends."""
    return Q(status__in=[Mail.Status.PENDING, Mail.Status.SENDING], created_at__lt=now - PATIENCE)
