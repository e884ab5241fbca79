"""What sources outside have published, as it stands now or stood at an instant; and its rows among the roll-ups.

Such figures are never combined: they stand at the grain at which they were published, and at a longer one there is
nothing that their source has said (`not_combinable`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from backbone.tenancy import active_tenant_id
from measures.rules.coverage import State
from measures.rules.periods import Grain, start_of
from measures.selectors.spans import Counting


class Vintage(NamedTuple):
    """One number as its source published it on a day; `value` None says that it was taken back or never published."""

    indicator_id: int
    period: date
    category: str
    value: Decimal | None
    published_on: date
    note: str
    by_id: int | None
    at: datetime


_COLUMNS = "c.indicator_id, c.period, c.category, c.value, c.published_on, c.note, c.by_id, c.at"
_NEWEST_FIRST = "c.published_on DESC, c.at DESC, c.id DESC"


def current(indicator_ids: Iterable[int], *, as_of: datetime | None = None) -> list[Vintage]:
    """The latest vintage of each period and category that was known at an instant; one statement.

    Ordered by indicator, period and category.
    """
    known = "" if as_of is None else "AND c.at <= %(as_of)s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT DISTINCT ON (c.indicator_id, c.period, c.category) {_COLUMNS}
              FROM measures_communityfigure c
             WHERE c.tenant_id = %(tenant)s AND c.indicator_id = ANY(%(indicators)s) {known}
             ORDER BY c.indicator_id, c.period, c.category, {_NEWEST_FIRST}
            """,  # noqa: S608  (the clauses are ours)
            {"tenant": active_tenant_id(), "indicators": list(indicator_ids), "as_of": as_of},
        )
        return [Vintage._make(row) for row in cursor.fetchall()]


def vintages(indicator_id: int, period: date | None = None) -> list[Vintage]:
    """Every word about an indicator, or about one period of it: latest period first, latest vintage first."""
    one = "" if period is None else "AND c.period = %(period)s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {_COLUMNS} FROM measures_communityfigure c
             WHERE c.tenant_id = %(tenant)s AND c.indicator_id = %(indicator)s {one}
             ORDER BY c.period DESC, c.category, {_NEWEST_FIRST}
            """,  # noqa: S608
            {"tenant": active_tenant_id(), "indicator": indicator_id, "period": period},
        )
        return [Vintage._make(row) for row in cursor.fetchall()]


def published_rows(
    countings: Mapping[int, Counting], *, as_of: datetime | None = None, year_starts: int | None = None
) -> list[dict[str, Any]]:
    """The roll-up rows of these community indicators, at the grain of each and at every longer one.

    Empty without a statement when none of them is one. `year_starts` is the reader's fiscal year.
    """
    asked = {pk: counting for pk, counting in countings.items() if counting.is_published}
    if not asked:
        return []
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one in current(asked, as_of=as_of):
        counting = asked[one.indicator_id]
        for grain in Grain:
            if grain.months < Grain(counting.frequency).months:
                continue
            is_own = grain == counting.frequency
            period = one.period if is_own else start_of(grain, one.period, year_starts or counting.year_starts)
            state = State.NOT_COMBINABLE
            if is_own:
                state = State.NONE if one.value is None else State.COMPLETE
            found[one.indicator_id, grain, period, one.category] = {
                "scope": 0,
                "grain": str(grain),
                "indicator_id": one.indicator_id,
                "category": one.category,
                "period": period,
                "value": one.value if is_own else None,
                "parts": int(is_own and one.value is not None),
                "state": str(state),
            }
    return list(found.values())
