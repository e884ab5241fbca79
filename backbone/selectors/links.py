"""Share links as staff see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max
from django.utils import timezone

from backbone.models import Initiative, ShareLink, Visit


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One link, and what became of it: `open`, `revoked`, `expired`, or `orphaned` when its maker may not publish any
    more. How often it was used, whatever for, and when last."""

    link: ShareLink
    state: str
    visits: int = 0
    last_at: datetime | None = None


def of_initiative(initiative: Initiative) -> list[LinkRow]:
    """Every link of an initiative, the newest first; three statements."""
    found = ShareLink.objects.filter(initiative=initiative).select_related("publication", "created_by", "revoked_by")
    alive = set(ShareLink.objects.alive().filter(initiative=initiative).values_list("pk", flat=True))
    counted = Visit.objects.filter(link__initiative=initiative).order_by().values("link_id")
    used = {row["link_id"]: (row["n"], row["last"]) for row in counted.annotate(n=Count("pk"), last=Max("at"))}
    return [LinkRow(one, _state(one, alive), *used.get(one.pk, ())) for one in found.order_by("-created_at", "-pk")]


def _state(link: ShareLink, alive: set[int]) -> str:
    if link.revoked_at is not None:
        return "revoked"
    if link.pk in alive:
        return "open"
    return "expired" if link.expires_at <= timezone.now() else "orphaned"
