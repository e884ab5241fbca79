"""What PostgreSQL costs by itself: the same work by hand, with psycopg2 and nothing else.

The same role, row-level security and tables as ours; hand-written for tenants in which everybody owes everything and
every kind is a sum, a rate or a level, so that no obligation, excuse or carrying is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg2
from django.db import transaction as django_transaction


def connect() -> Any:
    """A connection of the application's role, in manual transactions."""
    return psycopg2.connect(os.environ["APP_DATABASE_URL"], options="-c jit=off")


@contextmanager
def transaction(connection: Any, tenant_id: int) -> Iterator[Any]:
    with connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.tenant_id = %s", [tenant_id])
        yield cursor


UPSERT = """
    INSERT INTO measures_figure (tenant_id, filing_id, indicator_id, period, partner_id, category, value, numerator,
                                 denominator, is_not_collected, new_only, note, state, changed_because, changed_at)
    VALUES {places}
    ON CONFLICT (tenant_id, indicator_id, period, partner_id, category) DO UPDATE
       SET value = excluded.value, numerator = excluded.numerator, denominator = excluded.denominator,
           state = excluded.state, changed_at = excluded.changed_at
"""
_PLACE = "(%s, %s, %s, %s, %s, '', %s, %s, %s, false, false, '', 'approved', '', now())"


def upsert(connection: Any, tenant_id: int, filing_id: int, partner_id: int, period: date, rows: list[tuple]) -> None:
    """File one partner's month: rows of (indicator id, value, numerator, denominator), committed."""
    values = [
        item for indicator, *numbers in rows for item in (tenant_id, filing_id, indicator, period, partner_id, *numbers)
    ]
    with transaction(connection, tenant_id) as cursor:
        cursor.execute(UPSERT.format(places=", ".join([_PLACE] * len(rows))), values)


STAGE = """
    CREATE TEMPORARY TABLE stage (indicator_id bigint, period date, partner_id bigint, value numeric, numerator numeric,
                                  denominator numeric) ON COMMIT DROP
"""
OPEN = """
    INSERT INTO measures_filing (tenant_id, initiative_id, partner_id, period, version, opened_at)
    SELECT DISTINCT %(tenant)s, %(initiative)s, s.partner_id, s.period, 1, now() FROM stage s
"""
FROM_STAGE = """
    INSERT INTO measures_figure (tenant_id, filing_id, indicator_id, period, partner_id, category, value, numerator,
                                 denominator, is_not_collected, new_only, note, state, changed_because, changed_at)
    SELECT %(tenant)s, f.id, s.indicator_id, s.period, s.partner_id, '', s.value, s.numerator, s.denominator, false,
           false, '', 'approved', '', now()
      FROM stage s JOIN measures_filing f ON f.tenant_id = %(tenant)s AND f.initiative_id = %(initiative)s
       AND f.partner_id = s.partner_id AND f.period = s.period
"""


def copy_in(connection: Any, tenant_id: int, initiative_id: int, file: Any) -> None:
    """New figures from a file of tab-separated ids, months and numbers, committed; nothing is looked up or checked."""
    with transaction(connection, tenant_id) as cursor:
        cursor.execute(STAGE)
        cursor.copy_expert("COPY stage FROM STDIN", file)
        names = {"tenant": tenant_id, "initiative": initiative_id}
        cursor.execute(OPEN, names)
        cursor.execute(FROM_STAGE, names)


TREE = [
    # partners' quarters and years
    """
    INSERT INTO {table} (tenant_id, scope, grain, indicator_id, category, period, value, numerator, denominator, parts,
                         filed, expected, excused, is_exact, state, as_of)
    SELECT %(tenant)s, f.partner_id, g.grain, f.indicator_id, f.category, date_trunc(g.grain, f.period)::date,
           CASE i.kind WHEN 'flow' THEN sum(f.value)
                       WHEN 'stock' THEN max(f.value) FILTER (WHERE date_part('month', f.period)::int %% g.months = 0) END,
           sum(f.numerator), sum(f.denominator),
           CASE i.kind WHEN 'stock' THEN count(*) FILTER (WHERE date_part('month', f.period)::int %% g.months = 0)
                       ELSE count(*) END,
           (count(*) = g.months)::int, 1, 0, false, CASE WHEN count(*) = g.months THEN 'complete' ELSE 'partial' END,
           now()
      FROM measures_figure f
      JOIN measures_indicator i ON i.tenant_id = %(tenant)s AND i.id = f.indicator_id
      CROSS JOIN (VALUES ('quarter', 3), ('year', 12)) AS g (grain, months)
     WHERE f.tenant_id = %(tenant)s AND f.state = 'approved'
     GROUP BY f.partner_id, g.grain, g.months, f.indicator_id, f.category, date_trunc(g.grain, f.period), i.kind
    """,
    # months of the whole, from figures
    """
    INSERT INTO {table} (tenant_id, scope, grain, indicator_id, category, period, value, numerator, denominator, parts,
                         filed, expected, excused, is_exact, state, as_of)
    SELECT %(tenant)s, 0, 'month', f.indicator_id, f.category, f.period, sum(f.value), sum(f.numerator),
           sum(f.denominator), count(*), count(*), %(partners)s, 0, false,
           CASE WHEN count(*) = %(partners)s THEN 'complete' ELSE 'partial' END, now()
      FROM measures_figure f WHERE f.tenant_id = %(tenant)s AND f.state = 'approved'
     GROUP BY f.indicator_id, f.category, f.period
    """,
    # quarters and years of the whole, from the partners' rows
    """
    INSERT INTO {table} (tenant_id, scope, grain, indicator_id, category, period, value, numerator, denominator, parts,
                         filed, expected, excused, is_exact, state, as_of)
    SELECT %(tenant)s, 0, r.grain, r.indicator_id, r.category, r.period, sum(r.value), sum(r.numerator),
           sum(r.denominator), sum(r.parts), sum(r.filed), %(partners)s, 0, false,
           CASE WHEN sum(r.filed) = %(partners)s THEN 'complete' ELSE 'partial' END, now()
      FROM {table} r WHERE r.tenant_id = %(tenant)s AND r.scope <> 0
     GROUP BY r.grain, r.indicator_id, r.category, r.period
    """,
]

FLOOR_TABLE = "bench_rollup"
EMPTY = f"DELETE FROM {FLOOR_TABLE} WHERE tenant_id = %s"  # noqa: S608


def make_table(owner: Any, role: str) -> None:
    """A table like the roll-ups', with the same keys and the same walls, for the floor to write to."""
    with django_transaction.atomic(using="owner"), owner.cursor() as cursor:
        cursor.execute(
            "SET LOCAL app.tenant_id = '0'"
        )  # adding a reference looks for rows that break it: there are none
        cursor.execute(f"DROP TABLE IF EXISTS {FLOOR_TABLE}")
        cursor.execute(
            f"CREATE TABLE {FLOOR_TABLE} (LIKE measures_rollup INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES)"
        )
        cursor.execute(f"ALTER TABLE {FLOOR_TABLE} ADD FOREIGN KEY (tenant_id) REFERENCES backbone_tenant (id)")
        cursor.execute(
            f"ALTER TABLE {FLOOR_TABLE} ADD FOREIGN KEY (tenant_id, indicator_id) "
            "REFERENCES measures_indicator (tenant_id, id)"
        )
        cursor.execute(f"ALTER TABLE {FLOOR_TABLE} ENABLE ROW LEVEL SECURITY")
        cursor.execute(
            f"CREATE POLICY rows ON {FLOOR_TABLE} USING (tenant_id = current_setting('app.tenant_id')::bigint)"
        )
        cursor.execute(f'GRANT SELECT, INSERT, DELETE, TRUNCATE ON {FLOOR_TABLE} TO "{role}"')


def rebuild(connection: Any, tenant_id: int, partners: int) -> None:
    """Every roll-up of a tenant, by hand, into the floor's table."""
    with transaction(connection, tenant_id) as cursor:
        for statement in TREE:
            cursor.execute(statement.format(table=FLOOR_TABLE), {"tenant": tenant_id, "partners": partners})


READ = """
    SELECT indicator_id, period, category, value, numerator, denominator, lower, upper, is_exact, parts, filed, expected,
           excused, value_period, state, as_of
      FROM measures_rollup
     WHERE tenant_id = %s AND scope = 0 AND grain = 'month' AND indicator_id = ANY(%s) AND category = ''
       AND period BETWEEN %s AND %s
     ORDER BY indicator_id, category, period
"""


def read(cursor: Any, tenant_id: int, indicators: list[int], since: date, until: date) -> list[tuple]:
    cursor.execute(READ, [tenant_id, indicators, since, until])
    return cursor.fetchall()


ON_THE_FLY = """
    SELECT indicator_id, period, sum(value), sum(numerator), sum(denominator), count(*)
      FROM measures_figure
     WHERE tenant_id = %s AND indicator_id = ANY(%s) AND category = '' AND state = 'approved' AND period BETWEEN %s AND %s
     GROUP BY indicator_id, period ORDER BY indicator_id, period
"""


def aggregate(cursor: Any, tenant_id: int, indicators: list[int], since: date, until: date) -> list[tuple]:
    """What a reporting tool would ask instead of reading roll-ups."""
    cursor.execute(ON_THE_FLY, [tenant_id, indicators, since, until])
    return cursor.fetchall()
