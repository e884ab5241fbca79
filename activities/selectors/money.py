"""Money by strategy and place, each currency by itself; what is aligned with a strategy, what is not, and what is not known."""

# ruff: noqa: S608  (SQL is put together from our own fragments; every value is a parameter)

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import connection

from activities.selectors.axes import Axes, Tag
from activities.selectors.matrix_sql import RUNNING
from backbone.models import Initiative

_MONEY = f"""
WITH {RUNNING}
money AS MATERIALIZED (
    SELECT f.activity_id, f.currency, sum(f.amount) AS amount
    FROM activities_funding f
    WHERE f.tenant_id = %(tenant)s AND (f.starts_on IS NULL OR f.starts_on <= %(day)s)
        AND (f.ends_on IS NULL OR f.ends_on >= %(day)s)
    GROUP BY f.activity_id, f.currency
),
placed AS (
    SELECT l.activity_id, l.place_id, l.share FROM activities_activityplace l WHERE l.tenant_id = %(tenant)s
    UNION ALL
    SELECT a.id, NULL, 1 FROM active a WHERE a.id NOT IN (
        SELECT l.activity_id FROM activities_activityplace l WHERE l.tenant_id = %(tenant)s
    )
),
served AS (
    SELECT s.activity_id, s.strategy_id, s.share FROM activities_activitystrategy s WHERE s.tenant_id = %(tenant)s
    UNION ALL
    SELECT a.id, NULL, 1 FROM active a WHERE a.id NOT IN (
        SELECT s.activity_id FROM activities_activitystrategy s WHERE s.tenant_id = %(tenant)s
    )
)
SELECT 'money' AS sort, m.currency, s.strategy_id, l.place_id, sum(m.amount * s.share * l.share)
FROM active a JOIN money m ON m.activity_id = a.id
JOIN served s ON s.activity_id = a.id JOIN placed l ON l.activity_id = a.id
GROUP BY m.currency, s.strategy_id, l.place_id
UNION ALL
SELECT 'coverage', NULL, count(*), count(*) FILTER (WHERE a.id IN (SELECT activity_id FROM money)), NULL FROM active a
"""


@dataclass(frozen=True, slots=True)
class Line:
    """The money of one strategy (None: of none) by place (None: nobody said where), and all of it."""

    strategy: Tag | None
    places: list[Tag | None]
    cells: list[Decimal | None]
    total: Decimal

    @property
    def by_place(self) -> list[tuple[Tag | None, Decimal | None]]:
        return list(zip(self.places, self.cells, strict=True))


@dataclass(frozen=True, slots=True)
class Currency:
    """One currency: `aligned` serves a strategy, `other` none."""

    code: str
    places: list[Tag | None]
    lines: list[Line]
    aligned: Decimal
    other: Decimal

    @property
    def total(self) -> Decimal:
        return self.aligned + self.other

    @property
    def by_place(self) -> list[tuple[Tag | None, Decimal]]:
        """Each place with all of its money."""
        columns = zip(*(line.cells for line in self.lines), strict=True)
        sums = (sum((amount for amount in column if amount is not None), Decimal(0)) for column in columns)
        return list(zip(self.places, sums, strict=True))


@dataclass(frozen=True, slots=True)
class Money:
    """Each currency by itself: they are never added up. `named` of the `running` activities say what pays for them."""

    currencies: list[Currency]
    running: int
    named: int
    day: date = field(default=date.min)


def money_of(initiative: Initiative, axes: Axes, day: date) -> Money:
    """The money of the activities that run on a day, from grants that run then, shared out as activities are; one
    statement."""
    with connection.cursor() as cursor:
        cursor.execute(_MONEY, {"tenant": initiative.tenant_id, "initiative": initiative.pk, "day": day})
        rows = cursor.fetchall()
    running = named = 0
    sums: dict[str, dict[tuple[int | None, int | None], Decimal]] = {}
    for sort, currency, first, second, amount in rows:
        if sort == "coverage":
            running, named = first, second
        else:
            sums.setdefault(currency, {})[first, second] = amount
    return Money([_currency(code, cells, axes) for code, cells in sorted(sums.items())], running, named, day)


def _currency(code: str, cells: dict[tuple[int | None, int | None], Decimal], axes: Axes) -> Currency:
    used = {place for _strategy, place in cells}
    places: list[Tag | None] = [tag for tag in axes.place if tag.id in used]
    if None in used:
        places.append(None)
    lines = []
    for strategy in (*axes.strategy, None):
        pk = strategy.id if strategy else None
        row = [cells.get((pk, place.id if place else None)) for place in places]
        total = sum((amount for amount in row if amount is not None), Decimal(0))
        if any(amount is not None for amount in row):
            lines.append(Line(strategy, places, row, total))
    aligned = sum((line.total for line in lines if line.strategy is not None), Decimal(0))
    other = sum((line.total for line in lines if line.strategy is None), Decimal(0))
    return Currency(code, places, lines, aligned, other)
