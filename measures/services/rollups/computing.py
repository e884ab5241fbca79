"""Store what is computed from roll-ups, formulas and indexes, and what sources outside published.

After the rows of what partners file, in the same transaction: an input's change is then never seen without what
follows from it. A row that would stay the same is not written.
"""

# ruff: noqa: S608  (SQL is put together from our own fragments; every value is a parameter)

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from measures.selectors import community, derived
from measures.selectors.combined import KEY, NUMBERS
from measures.selectors.graph import Graph, changed_spans, graph
from measures.selectors.records import RECORDS, ROW_TYPES, as_json
from measures.selectors.spans import Counting, Span, array

Changed = Iterable[tuple[int, date, int | None]]


def recompute(cursor: Any, tenant_id: int, known: Mapping[int, Counting], changed: Changed) -> None:
    """What these changes bear on; nothing is asked where an initiative computes nothing."""
    store_published(cursor, tenant_id, known)
    if not any(counting.is_input for counting in known.values()):
        return
    related = graph({counting.initiative_id for counting in known.values() if counting.is_input})
    own, whole = changed_spans(related, changed)
    store_computed(cursor, tenant_id, related, own, whole)


def store_published(cursor: Any, tenant_id: int, known: Mapping[int, Counting]) -> None:
    """Every row of those of these indicators that are community indicators: they are few."""
    ids = [pk for pk, counting in known.items() if counting.is_published]
    if ids:
        rows = community.published_rows(known)
        _write(cursor, tenant_id, rows)
        _remove_others(cursor, tenant_id, rows, "r.indicator_id = ANY(%(ids)s::bigint[])", {"ids": ids})


def store_computed(cursor: Any, tenant_id: int, related: Graph, own: Sequence[Span], whole: Sequence[Span]) -> None:
    """The rows of computed indicators in these spans."""
    if not own and not whole:
        return
    rows = derived.rows(related, own, whole)
    _write(cursor, tenant_id, rows)
    where = """
        EXISTS (SELECT 1 FROM unnest(%(indicators)s::bigint[], %(grains)s::text[], %(periods)s::date[],
                                     %(partners)s::bigint[], %(whole)s::bool[])
                              AS k (indicator_id, grain, period, partner_id, is_whole)
                 WHERE k.indicator_id = r.indicator_id AND k.grain = r.grain AND k.period = r.period
                   AND (r.scope = 0) = k.is_whole AND (k.partner_id IS NULL OR k.partner_id = r.scope))
        AND r.indicator_id = ANY(%(indicators)s::bigint[])
    """
    spans = [*((span, False) for span in own), *((span, True) for span in whole)]
    _remove_others(
        cursor,
        tenant_id,
        rows,
        where,
        {
            "indicators": array(span.counting.indicator_id for span, _ in spans),
            "grains": array(span.grain for span, _ in spans),
            "periods": array(span.period for span, _ in spans),
            "partners": array(span.partner_id for span, _ in spans),
            "whole": array(is_whole for _, is_whole in spans),
        },
    )


def differing(cursor: Any, tenant_id: int, ids: list[int], rows: Sequence[Mapping[str, Any]], at_most: int) -> list:
    """The keys of stored rows of these indicators that are not these rows, missing or too many among them."""
    key = ", ".join(KEY)
    cursor.execute(
        f"""
        SELECT {key} FROM ({_SELECT}) e
          FULL JOIN (SELECT * FROM measures_rollup
                      WHERE tenant_id = %(tenant)s AND indicator_id = ANY(%(indicators)s::bigint[])) s
         USING ({key})
         WHERE ({", ".join("e." + name for name in NUMBERS)})
               IS DISTINCT FROM ({", ".join("s." + name for name in NUMBERS)})
         ORDER BY indicator_id, grain, period, scope, category LIMIT %(at_most)s
        """,
        {"tenant": tenant_id, "indicators": ids, "rows": as_json(rows), "at_most": at_most},
    )
    return cursor.fetchall()


_EMPTY = {"is_exact": "false", "filed": "coalesce(d.filed, 0)", "expected": "coalesce(d.expected, 0)",
          "excused": "coalesce(d.excused, 0)"}  # fmt: skip
_COLUMNS = (*KEY, *NUMBERS)
_SELECT = f"""SELECT {
    ", ".join(f"{_EMPTY.get(name, f'd.{name}' if name in ROW_TYPES else 'NULL')} AS {name}" for name in _COLUMNS)
} FROM {RECORDS}"""


def _write(cursor: Any, tenant_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    cursor.execute(
        f"""
        INSERT INTO measures_rollup (tenant_id, {", ".join(_COLUMNS)}, as_of)
        SELECT %(tenant)s, {", ".join(f"computed.{name}" for name in _COLUMNS)}, now() FROM ({_SELECT}) computed
        ON CONFLICT (tenant_id, scope, grain, indicator_id, category, period) DO UPDATE
           SET ({", ".join(NUMBERS)}, as_of) = ({", ".join("excluded." + name for name in NUMBERS)}, excluded.as_of)
         WHERE ({", ".join("measures_rollup." + name for name in NUMBERS)})
               IS DISTINCT FROM ({", ".join("excluded." + name for name in NUMBERS)})
        """,
        {"tenant": tenant_id, "rows": as_json(rows)},
    )


def _remove_others(
    cursor: Any, tenant_id: int, rows: Sequence[Mapping[str, Any]], where: str, params: Mapping[str, Any]
) -> None:
    cursor.execute(
        f"""
        DELETE FROM measures_rollup r
         WHERE r.tenant_id = %(tenant)s AND {where}
           AND NOT EXISTS (SELECT 1 FROM {RECORDS}
                            WHERE d.scope = r.scope AND d.grain = r.grain AND d.indicator_id = r.indicator_id
                              AND d.category = r.category AND d.period = r.period)
        """,
        {"tenant": tenant_id, "rows": as_json(rows), **params},
    )
