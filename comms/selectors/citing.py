"""Figures that decisions and pre-reads cite: as they stood, and as they stand now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from backbone.models import Initiative, Tenant
from backbone.tenancy import active_tenant_id
from measures.lines import lines as lines_of
from measures.models import Indicator
from measures.pinning import pin, unpin
from measures.rules.periods import Grain, text_of
from measures.selectors.opening import window_for
from measures.selectors.reading import Reading, read


@dataclass(frozen=True, slots=True)
class Frozen:
    """A figure as it stood when it was cited."""

    indicator: Indicator
    reading: Reading


def pins(
    initiative: Initiative, indicators: Sequence[Indicator], month: date | None = None
) -> dict[int, dict[str, Any]]:
    """Each of these figures as it stands now, of the last month or of the one given, as plain JSON, by indicator."""
    if not indicators:
        return {}
    tenant = Tenant.objects.get(pk=active_tenant_id())
    rows = Indicator.objects.filter(pk__in=[one.pk for one in indicators], initiative=initiative)
    rows = list(rows.select_related("tenant", "outcome"))
    window = window_for(initiative, {} if month is None else {"period": text_of(month)}, tenant)
    return {one.indicator.pk: pin(one) for one in read(initiative, rows, window)}


def frozen(initiative: Initiative, kept: Iterable[tuple[Indicator, dict[str, Any]]]) -> list[Frozen]:
    """What was pinned, as readings to be shown; two statements."""
    kept = list(kept)
    if not kept:
        return []
    lines = lines_of(initiative, [one for one, _pinned in kept])
    return [Frozen(one, unpin(pinned, one, lines[one.pk])[0]) for one, pinned in kept]


def live(initiative: Initiative, kept: Sequence[tuple[Indicator, dict[str, Any]]]) -> list[Reading | None]:
    """The figures of the same spans as they read now, in the same order; as many readings as there are spans."""
    tenant = Tenant.objects.get(pk=active_tenant_id())
    spans: dict[tuple[str, str, int], dict[int, Indicator]] = {}
    for indicator, pinned in kept:
        spans.setdefault(_span(pinned), {})[indicator.pk] = indicator
    found: dict[tuple, Reading] = {}
    for span, rows in spans.items():
        grain, period, year = span
        window = window_for(initiative, {"grain": grain, "period": period, "year": str(year)}, tenant, Grain(grain))
        for one in read(initiative, list(rows.values()), window, trend=0):
            found[(one.indicator.pk, *span)] = one
    return [found.get((indicator.pk, *_span(pinned))) for indicator, pinned in kept]


def _span(pinned: dict[str, Any]) -> tuple[str, str, int]:
    window = pinned["window"]
    return window["grain"], window["period"], window["year_starts"]
