"""What is no number on an indicator's page: how many partners stand at each level, and what they told in words."""

# ruff: noqa: S608  (SQL is put together from our own fragments; every value is a parameter)

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from backbone.tenancy import active_tenant_id
from measures.rules.kinds import NARRATIVE, ORDINAL
from measures.rules.periods import last_month
from measures.selectors.combined import figures_at
from measures.selectors.reading import Reading


@dataclass(frozen=True, slots=True)
class AtLevel:
    """One level of a scale: how many partners stand there, and their share of those that answered."""

    name: str
    partners: int
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class Told:
    """One partner's words for one period. `is_approved`: somebody has approved them."""

    code: str
    name: str
    period: date
    words: str
    is_approved: bool


def at_levels(reading: Reading) -> list[AtLevel]:
    """The highest level first, those where nobody stands too; nothing of another kind, or while nobody has answered."""
    line, now = reading.line, reading.now
    if line.kind != ORDINAL or not now.has_something:
        return []
    everybody = sum(now.spread.values())
    counts = [(level.name, now.spread.get(rank, 0)) for rank, level in enumerate(line.levels, start=1)]
    return [AtLevel(name, count, Decimal(count) / everybody if everybody else None) for name, count in reversed(counts)]


def told(reading: Reading, partner_ids: Collection[int] | None) -> list[Told]:
    """What partners told in words in the span that is shown, the newest period first, by partner; one statement.

    Of every partner, or of those that the reader may see; what is not handed in is the partner's own.
    """
    if reading.line.kind != NARRATIVE:
        return []
    window = reading.window
    source = figures_at(window.as_of, [reading.indicator.pk])
    own = "" if partner_ids is None else "AND f.partner_id = ANY(%(partners)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            {source.opening}
            SELECT p.code, p.name, f.period, f.note, f.state = 'approved'
              FROM {source.name} f
              JOIN backbone_partner p ON p.tenant_id = %(tenant)s AND p.id = f.partner_id
             WHERE f.tenant_id = %(tenant)s AND f.indicator_id = %(indicator)s AND f.category = ''
               AND f.period BETWEEN %(since)s AND %(until)s AND NOT f.is_not_collected
               AND f.state IN ('submitted', 'approved') {own}
             ORDER BY f.period DESC, p.code
            """,
            {
                "tenant": active_tenant_id(),
                "indicator": reading.indicator.pk,
                "since": window.period,
                "until": last_month(window.period, window.grain),
                "partners": None if partner_ids is None else list(partner_ids),
                **source.params,
            },
        )
        return [Told(*row) for row in cursor]
