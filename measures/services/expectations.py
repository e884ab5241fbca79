"""Which roll-ups a change of set-up makes stale: months in which somebody is expected who was not, or the other way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from backbone.models import Initiative
from measures.models import Figure, Indicator
from measures.rules.periods import add_months, month_of, periods_between
from measures.services import rollups

Span = tuple[date | None, date | None]

# Beyond this many partners one mark for all of them is cheaper than one for each.
MARKED_ONE_BY_ONE = 20


def months_of(initiative: Initiative) -> tuple[date, ...]:
    """The months in which an initiative's figures may be expected so far: its first to this one.

    Figures may have been filed for later or earlier months too; theirs are among them.
    """
    last = month_of(initiative.tenant.day())
    first = month_of(initiative.starts_on)
    filed = Figure.objects.filter(indicator__initiative=initiative)
    earliest, latest = (
        filed.order_by(order).values_list("period", flat=True).first() for order in ("period", "-period")
    )
    if earliest is not None:
        first, last = min(first, earliest), max(last, latest)
    return periods_between(first, last)


def months_between(months: Iterable[date], before: Span | None, after: Span | None) -> list[date]:
    """Of these months, those that one span touches and the other does not, and the months at their edges.

    A coarser filing is expected in the months around the edge too, so a year on either side belongs to it.
    """
    changed = [month for month in months if _touches(month, before) != _touches(month, after)]
    if not changed:
        return []
    first, last = add_months(min(changed), -11), add_months(max(changed), 11)
    return [month for month in months if first <= month <= last]


def mark_indicators(
    indicator_ids: Iterable[int], months: Iterable[date], partner_ids: Iterable[int] | None = None
) -> None:
    """Mark these months of these indicators stale, for these partners or for everybody."""
    partners: list[int | None] = [None]
    if partner_ids is not None:
        named = sorted(set(partner_ids))
        partners = [None] if len(named) > MARKED_ONE_BY_ONE else [*named]
    months = list(months)
    rollups.mark_stale(
        [(indicator, month, partner) for indicator in indicator_ids for partner in partners for month in months]
    )


def mark_everything() -> None:
    """Mark every month of every initiative of the tenant: its fiscal year, or what its roll-ups count, has changed."""
    for initiative in Initiative.objects.all():
        indicators = Indicator.objects.filter(initiative=initiative).values_list("pk", flat=True)
        mark_indicators(indicators, months_of(initiative))


def _touches(month: date, span: Span | None) -> bool:
    if span is None:
        return False
    starts_on, ends_on = span
    return (starts_on is None or starts_on < add_months(month, 1)) and (ends_on is None or ends_on >= month)
