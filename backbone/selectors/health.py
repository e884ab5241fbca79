"""The health of the conditions as it was last worked out, with its trend: one statement, whatever there is to know."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from backbone import conditions
from backbone.conditions import Reading
from backbone.health import Health, enough_for, health
from backbone.look.checks import draw_checks
from backbone.models import HealthSnapshot, Initiative

TREND = 30  # days that were looked at


def kept_health(initiative: Initiative, *, with_expected: bool = False) -> tuple[datetime | None, list[Health]]:
    """When the conditions were last worked out, and what was found; (None, []) before the first time.

    `with_expected` asks for what the phase expects as well.
    """
    rows = list(HealthSnapshot.objects.filter(initiative=initiative).order_by("-on")[:TREND])
    if not rows:
        return None, []
    newest, enough = rows[0], enough_for(initiative.tenant)
    expected = conditions.expected(initiative) if with_expected else frozenset()
    found = []
    for slug in conditions.SLUGS:
        trend = tuple(Health(slug, checks_of(row, slug), enough).score for row in reversed(rows))
        found.append(Health(slug, checks_of(newest, slug), enough, expected, trend))
    return newest.as_of, found


def checks_of(row: HealthSnapshot, slug: str) -> tuple[Reading, ...]:
    return tuple(
        Reading(
            one["slug"],
            _said(one["label"]),
            None if one["value"] is None else Decimal(one["value"]),
            _said(one["words"]),
            row.as_of,
            one["url"],
        )
        for one in row.body.get(slug, ())
    )


def _said(words: Mapping[str, Any]) -> str:
    """In the reader's language, or in whichever there is."""
    return words.get((get_language() or "en").partition("-")[0]) or next(iter(words.values()), "")


def cards(initiative: Initiative) -> list[dict[str, Any]]:
    """The five conditions as the home page draws them; worked out now before the first night."""
    _as_of, found = kept_health(initiative)
    return [
        {"health": one, "drawing": draw_checks(check.value for check in one.checks)}
        for one in found or health(initiative, timezone.now())
    ]
