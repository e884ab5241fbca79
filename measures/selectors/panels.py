"""Indicators over several spans, like-for-like: what the partners that are in every one of them have together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from backbone.models import Initiative, Partner
from measures.lines import dimensions_of, line_of
from measures.models import Indicator
from measures.rules.change import last_successors, panel_values
from measures.rules.periods import Grain, add_months, last_month, start_of
from measures.selectors.parts import spans_of, wholes
from measures.selectors.spans import Span, countings
from measures.windows import Window


@dataclass(frozen=True, slots=True)
class Panel:
    """`values` of the panel in each period, oldest first; `coverage` is the share of what was expected over all of them
    that is in, None when nothing was. `periods` are first days."""

    periods: tuple[date, ...]
    values: tuple[Decimal | None, ...]
    coverage: Decimal | None
    size: int


def periods_before(indicator: Indicator, month: date, count: int, tenant_starts: int) -> tuple[date, ...]:
    """The last `count` periods of an indicator that are over with a month, oldest first."""
    grain = Grain(indicator.frequency)
    start = start_of(grain, month, tenant_starts)
    if last_month(start, grain) > month:
        start = add_months(start, -grain.months)
    return tuple(add_months(start, -grain.months * back) for back in range(count - 1, -1, -1))


def panels(
    initiative: Initiative, asked: Mapping[int, Sequence[date]], indicators: Mapping[int, Indicator], latest: date
) -> dict[int, Panel]:
    """The panel of each indicator in its own periods; a set number of statements. One that is computed from others, or
    published elsewhere, has no partners to compare and is left out."""
    known = {pk: one for pk, one in countings(list(asked)).items() if not one.is_computed}
    dimensions = dimensions_of(initiative)
    lines = {pk: line_of(indicators[pk], dimensions) for pk in known}
    starts = initiative.tenant.fiscal_year_starts
    spans: dict[tuple[int, date], Span] = {}
    for pk, counting in known.items():
        if lines[pk].rule.is_published:
            continue
        for period in asked[pk]:
            window = Window(Grain(indicators[pk].frequency), period, latest, starts, starts)
            found = spans_of({pk: counting}, window)
            if pk in found:
                spans[pk, period] = found[pk]
    combined = wholes({span: lines[pk] for (pk, _period), span in spans.items()})
    merged = last_successors(dict(Partner.objects.exclude(successor=None).values_list("pk", "successor")))
    result: dict[int, Panel] = {}
    for pk, periods in asked.items():
        some = [combined[spans[pk, period]].combined for period in periods if (pk, period) in spans]
        if len(some) < len(periods) or not some:
            continue
        panel, values = panel_values(some, merged)
        expected = sum(one.coverage.expected for one in some)
        filed = sum(one.coverage.filed for one in some)
        share = Decimal(filed) / expected if expected else None
        result[pk] = Panel(tuple(periods), tuple(values), share, len(panel))
    return result
