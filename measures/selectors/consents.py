"""Who lets whom see its own figures."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from backbone.models import Audience, Initiative, Partner
from measures.models import Consent, Indicator
from measures.rules.kinds import NOT_FILED


def consents(indicator_ids: Collection[int], audience: str) -> dict[int, set[int]]:
    """By indicator, the partners that let this audience see their own row now; one statement."""
    rows = Consent.objects.filter(indicator__in=list(indicator_ids), audience=audience, ended_at=None)
    found: dict[int, set[int]] = {}
    for indicator_id, partner_id in rows.values_list("indicator_id", "partner_id"):
        found.setdefault(indicator_id, set()).add(partner_id)
    return found


def consents_changed(initiative: Initiative, since: datetime) -> bool:
    """Whether some partner of an initiative has given or taken back a consent since; one statement."""
    changed = Q(given_at__gte=since) | Q(ended_at__gte=since)
    return Consent.objects.filter(changed, initiative=initiative).exists()


@dataclass(frozen=True, slots=True)
class Asked:
    """One indicator that a partner is asked about, with the audiences it lets in."""

    indicator: Indicator
    audiences: frozenset[str]


def asked_of(initiative: Initiative, partner: Partner) -> list[Asked]:
    """Every filed indicator in use, and whom the partner lets see its own row of it; two statements."""
    indicators = Indicator.objects.filter(initiative=initiative, retired_on=None).exclude(kind__in=NOT_FILED)
    standing: dict[int, set[str]] = {}
    rows = Consent.objects.filter(initiative=initiative, partner=partner, ended_at=None)
    for indicator_id, audience in rows.values_list("indicator_id", "audience"):
        standing.setdefault(indicator_id, set()).add(audience)
    return [Asked(one, frozenset(standing.get(one.pk, ()))) for one in indicators.order_by("position", "code", "name")]


@dataclass(frozen=True, slots=True)
class Answered:
    """One partner, and how many indicators it lets each audience see, in the order of the audiences."""

    partner: Partner
    counts: tuple[int, ...]


def answered(initiative: Initiative) -> list[Answered]:
    """Every partner of an initiative with how far it has agreed; two statements."""
    partners = Partner.objects.of_initiative(initiative)
    counts: dict[tuple[int, str], int] = {}
    rows = Consent.objects.filter(initiative=initiative, ended_at=None, indicator__retired_on=None)
    for pk, audience in rows.values_list("partner_id", "audience"):
        counts[pk, audience] = counts.get((pk, audience), 0) + 1
    return [Answered(one, tuple(counts.get((one.pk, audience), 0) for audience in Audience.values)) for one in partners]
