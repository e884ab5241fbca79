"""How widely leadership is spread, condition by condition; never person by person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.functional import Promise

from backbone import conditions
from backbone.conditions import SLUGS
from backbone.health import NAMES
from backbone.models import Initiative
from backbone.rules.spread import DAYS, spread


@dataclass(frozen=True, slots=True)
class Led:
    """One condition: how many acts of leadership there were, of how many organizations, and how they are spread (0 to 1).

    `by_kind` counts what they were: convened, idea, shared, closed, answered.
    """

    slug: str
    acts: int
    organizations: int
    spread: Decimal | None
    by_kind: dict[str, int]

    @property
    def name(self) -> str | Promise:
        return NAMES[self.slug]


def leadership(initiative: Initiative, as_of: datetime) -> list[Led]:
    """The five conditions in their order, over the last 90 days. The backbone's own people count as one organization."""
    counts: dict[str, Counter[int | None]] = {slug: Counter() for slug in SLUGS}
    kinds: dict[str, Counter[str]] = {slug: Counter() for slug in SLUGS}
    for condition in conditions.registered():
        for act in condition.acts(initiative, as_of - timedelta(days=DAYS), as_of):
            counts[act.condition][act.partner_id] += 1
            kinds[act.condition][act.kind] += 1
    return [
        Led(slug, sum(counts[slug].values()), len(counts[slug]), spread(counts[slug]), dict(kinds[slug]))
        for slug in SLUGS
    ]
