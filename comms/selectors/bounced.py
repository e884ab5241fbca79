"""Addresses that take no mail."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet

from comms.models import Unreachable


def unreachable() -> QuerySet[Unreachable]:
    """All of them, the latest first."""
    return Unreachable.objects.order_by("-at", "-pk")


def is_unreachable(email: str) -> bool:
    return Unreachable.objects.filter(email=email.lower()).exists()


def unreachable_of(emails: Collection[str]) -> set[str]:
    """Which of these addresses take no mail, in small letters; one statement."""
    found = Unreachable.objects.filter(Q(email__in={email.lower() for email in emails}))
    return set(found.values_list("email", flat=True))
