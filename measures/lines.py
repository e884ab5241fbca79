"""Indicators as the rules see them, and their calendar: where rows of the database become plain values.

Look-ups happen once, for an initiative at a time; afterwards forms, imports and the API call the rules on plain values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from backbone.models import Initiative, Tenant
from measures.models import Category, Dimension, Indicator
from measures.rules import lines as plain
from measures.rules import periods
from measures.rules.components import Component
from measures.rules.figures import plain as plain_number
from measures.rules.limits import Limits
from measures.rules.outliers import Thresholds
from measures.rules.periods import Grain


def lines(initiative: Initiative, indicators: Iterable[Indicator] | None = None) -> dict[int, plain.Line]:
    """Each indicator's id with its `Line`, in the order of the indicators; three queries, two when they are given."""
    if indicators is None:
        indicators = Indicator.objects.filter(initiative=initiative)
    dimensions = dimensions_of(initiative)
    return {indicator.pk: line_of(indicator, dimensions) for indicator in indicators}


def dimensions_of(initiative: Initiative) -> dict[str, plain.Dimension]:
    """The initiative's dimensions by short name, with their categories in order; two queries."""
    rows = list(Dimension.objects.filter(initiative=initiative))
    categories: dict[int, list[Category]] = {row.pk: [] for row in rows}
    for category in Category.objects.filter(dimension__initiative=initiative):
        categories[category.dimension_id].append(category)
    return {row.slug: dimension_of(row, categories[row.pk]) for row in rows}


def dimension_of(row: Dimension, categories: Iterable[Category]) -> plain.Dimension:
    """One dimension with these categories."""
    categories = list(categories)
    return plain.Dimension(
        row.slug,
        row.name,
        row.exclusive,
        {one.slug: one.name for one in categories},
        retired={one.slug: one.retired_on for one in categories if one.retired_on is not None},
        becomes={one.slug: one.becomes for one in categories if one.becomes},
    )


def line_of(indicator: Indicator, dimensions: dict[str, plain.Dimension]) -> plain.Line:
    """One indicator, of these dimensions."""
    breakdowns = tuple(tuple(breakdown.split("+")) for breakdown in indicator.breakdowns)
    return plain.Line(
        slug=indicator.slug,
        name=indicator.name,
        kind=indicator.kind,
        unit=indicator.unit,
        numerator_name=indicator.numerator,
        denominator_name=indicator.denominator,
        is_whole=indicator.is_whole,
        allows_negative=indicator.allows_negative,
        over_time=indicator.over_time,
        carry_forward=indicator.carry_forward,
        limits=limits_of(indicator),
        breakdowns=breakdowns,
        spans=spans_of(indicator),
        dimensions={slug: dimensions[slug] for breakdown in breakdowns for slug in breakdown},
        levels=tuple(plain.Level(level["slug"], level["name"]) for level in indicator.levels),
        mean_allowed=indicator.mean_allowed,
        overlap=overlap_of(indicator),
        formula=indicator.formula,
        composed_of=components_of(indicator.components),
        reweight=indicator.reweight,
    )


def components_of(stored: Iterable[Mapping[str, Any]]) -> tuple[Component, ...]:
    """An index's components from the JSON they are stored as: numbers are texts in it, so that none is rounded."""
    return tuple(
        Component(
            indicator=one["indicator"],
            weight=Decimal(one["weight"]),
            best=None if one.get("best") is None else Decimal(one["best"]),
            worst=None if one.get("worst") is None else Decimal(one["worst"]),
            clip=one.get("clip", True),
        )
        for one in stored
    )


def stored_components(components: Iterable[Component]) -> list[dict[str, Any]]:
    """The same the other way round; what is left out is not in it, so that equal components are equal JSON."""
    return [
        {
            name: text(value) if isinstance(value, Decimal) else value
            for name, value in (
                ("indicator", one.indicator),
                ("weight", one.weight),
                ("best", one.best),
                ("worst", one.worst),
                ("clip", None if one.clip else False),
            )
            if value is not None
        }
        for one in components
    ]


def text(number: Decimal) -> str:
    return f"{plain_number(number):f}"


def overlap_of(indicator: Indicator) -> plain.Overlap | None:
    """What is recorded of how much partners overlap; None while something of it is missing (`definitions` says so)."""
    if indicator.overlap_rate is None or indicator.overlap_on is None:
        return None
    return plain.Overlap(indicator.overlap_rate, indicator.overlap_source, indicator.overlap_on)


def limits_of(indicator: Indicator) -> Limits | None:
    """What staff expect of it at least and at most; None where they said nothing."""
    if indicator.limit_min is None and indicator.limit_max is None:
        return None
    return Limits(indicator.limit_min, indicator.limit_max, indicator.limit_is_hard)


def thresholds_of(tenant: Tenant) -> Thresholds:
    """Beyond how many deviations a figure is unusual at this tenant's."""
    return Thresholds(tenant.outlier_z, tenant.outlier_modified_z)


def spans_of(indicator: Indicator) -> dict[plain.Breakdown, tuple[date | None, date | None]]:
    """The first and the last month of its breakdowns that are not always there."""
    return {
        tuple(slugs.split("+")): (_month(span.get("since")), _month(span.get("until")))
        for slugs, span in indicator.breakdown_spans.items()
    }


def _month(text: str | None) -> date | None:
    return date.fromisoformat(f"{text}-01") if text else None


def due_on(indicator: Indicator, period: date, frequency: Grain | None = None) -> date:
    """The day on which this period's figure is due; `frequency` of a partner that files more rarely than others."""
    return periods.due_on(period, frequency or Grain(indicator.frequency), indicator.due_day)


def closes_on(indicator: Indicator, period: date, frequency: Grain | None = None) -> date:
    """The last day on which a partner may file this period. A lock day above 31 lies in the month after."""
    grain = frequency or Grain(indicator.frequency)
    if indicator.lock_day > 31:
        return periods.locks_on(periods.add_months(period, 1), grain, 1, indicator.lock_day - 31)
    return periods.locks_on(period, grain, indicator.due_day, indicator.lock_day)
