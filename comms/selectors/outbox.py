"""The outbox as its pages read it."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from comms.models import Mail


def shown(kind: str = "", status: str = "") -> QuerySet[Mail]:
    """Mails without their bodies, newest first."""
    mails = Mail.objects.defer("text", "html", "headers", "about").select_related("recipient")
    if kind:
        mails = mails.filter(kind=kind)
    if status:
        mails = mails.filter(status=status)
    return mails.order_by("-created_at", "-pk")


def counts() -> dict[str, int]:
    """How many mails are in each state."""
    return dict(Mail.objects.values_list("status").annotate(Count("pk")))
