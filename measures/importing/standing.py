"""The cells that stand in the database, by the line they belong to: what an import is held against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from django.db import connection

from backbone.tenancy import active_tenant_id
from measures.services.figure_rows import COLUMNS, Stored

LineKey = tuple[int, date, int]  # indicator, period, partner


def cells_of(lines: Collection[LineKey]) -> dict[LineKey, dict[str, Stored]]:
    """Every cell of these lines by its category; one statement."""
    found: dict[LineKey, dict[str, Stored]] = defaultdict(dict)
    if not lines:
        return found
    columns = ", ".join(f"f.{name}" for name in COLUMNS)
    indicators, periods, partners = (list(column) for column in zip(*lines, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT f.indicator_id, f.period, f.partner_id, f.category, {columns} "  # noqa: S608  names of ours
            "FROM unnest(%s::bigint[], %s::date[], %s::bigint[]) AS k (indicator_id, period, partner_id) "
            "JOIN measures_figure f ON f.tenant_id = %s AND f.indicator_id = k.indicator_id "
            "AND f.period = k.period AND f.partner_id = k.partner_id",
            [indicators, periods, partners, active_tenant_id()],
        )
        for indicator_id, period, partner_id, category, *rest in cursor.fetchall():
            found[indicator_id, period, partner_id][category] = Stored(*rest)
    return found


def totals_of(pairs: Collection[tuple[int, int]]) -> list[tuple[int, date, int, Stored]]:
    """The totals of these (indicator, partner) pairs, oldest first, as (indicator, period, partner, cell)."""
    if not pairs:
        return []
    columns = ", ".join(f"f.{name}" for name in COLUMNS)
    indicators, partners = (list(column) for column in zip(*pairs, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT f.indicator_id, f.period, f.partner_id, {columns} "  # noqa: S608  names of ours
            "FROM unnest(%s::bigint[], %s::bigint[]) AS k (indicator_id, partner_id) "
            "JOIN measures_figure f ON f.tenant_id = %s AND f.indicator_id = k.indicator_id "
            "AND f.partner_id = k.partner_id AND f.category = '' AND f.state IN ('submitted', 'approved') "
            "ORDER BY f.period",
            [indicators, partners, active_tenant_id()],
        )
        return [(i, period, p, Stored(*rest)) for i, period, p, *rest in cursor.fetchall()]
