"""What is no number on an indicator's page: how many partners stand at each level, and what they told in words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from measures.models import Figure
from measures.models.filings import FigureState
from measures.rules.kinds import NARRATIVE, ORDINAL
from measures.rules.lines import TOTAL
from measures.rules.periods import last_month
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
    figures = Figure.objects.filter(
        indicator=reading.indicator,
        period__range=(window.period, last_month(window.period, window.grain)),
        category=TOTAL,
        is_not_collected=False,
        state__in=(FigureState.SUBMITTED, FigureState.APPROVED),
    )
    if partner_ids is not None:
        figures = figures.filter(partner__in=partner_ids)
    found = figures.select_related("partner").order_by("-period", "partner__code")
    return [
        Told(one.partner.code, one.partner.name, one.period, one.note, one.state == FigureState.APPROVED)
        for one in found
    ]
