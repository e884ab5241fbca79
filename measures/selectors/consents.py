"""Who lets whom see its own figures."""

from __future__ import annotations

from collections.abc import Collection

from measures.models import Consent


def consents(indicator_ids: Collection[int], audience: str) -> dict[int, set[int]]:
    """By indicator, the partners that let this audience see their own row now; one statement."""
    rows = Consent.objects.filter(indicator__in=list(indicator_ids), audience=audience, ended_at=None)
    found: dict[int, set[int]] = {}
    for indicator_id, partner_id in rows.values_list("indicator_id", "partner_id"):
        found.setdefault(indicator_id, set()).add(partner_id)
    return found
