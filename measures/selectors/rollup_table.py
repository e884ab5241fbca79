"""Roll-ups as one tidy table, written by PostgreSQL itself: streamed, whatever the number of rows.

Stored rows where they are what was asked for; another fiscal year, another instant and partners' months are combined
while reading. Spans that are owed and for which nobody filed stand in it too, up to the last month for which anybody
in the initiative has a figure: a missing row would look like nothing was expected.
"""

# ruff: noqa: S608  (SQL is put together from our own fragments; every value is a parameter)

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import connection

from backbone.models import Initiative
from backbone.tenancy import active_tenant_id
from measures.lines import lines
from measures.rules.coverage import State
from measures.rules.periods import Grain, add_months, month_of, periods_between
from measures.selectors import derived
from measures.selectors.combined import COLUMNS as COMBINED
from measures.selectors.combined import Rows, both_rows, figures_at, partner_rows, whole_rows
from measures.selectors.community import published_rows
from measures.selectors.graph import Source, graph
from measures.selectors.lenses import Lens, merged_categories
from measures.selectors.owing import steady_plans, with_owed
from measures.selectors.records import RECORDS, as_json
from measures.selectors.spans import LAST, LAST_RATE, Counting, Question, Span, countings, span_of

COLUMNS = (
    "indicator", "grain", "period", "partner", "category", "value", "numerator", "denominator", "lower", "upper",
    "filed", "expected", "state", "as_of",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which roll-ups: every grain and indicator when left out. `year_starts` is the reader's fiscal year, the
    tenant's when left out; `as_of` recomputes from the figures as they stood at that instant (obligations and excuses
    are those of today: they have no history). `merged` reads retired categories under what they became."""

    grains: Collection[Grain] = tuple(Grain)
    indicator_ids: Collection[int] | None = None
    by_partner: bool = False
    categories: bool = False
    year_starts: int | None = None
    as_of: datetime | None = None
    merged: bool = False


def copy_rollups(initiative: Initiative, out: Any, wanted: Wanted = Wanted()) -> int:
    """Write the table to a file (text or bytes) as CSV with a header; returns the number of rows.

    In the scope of the tenant. Ordered by grain, indicator, period, partner, category.
    """
    known = countings(wanted.indicator_ids, initiative.pk)
    tenant_id = active_tenant_id()
    lens = None
    if wanted.merged:
        every = {pk: line for pk, line in lines(initiative).items() if pk in known}
        lens = merged_categories(every)
        wanted = replace(wanted, merged=lens is not None)
    rows = 0
    with connection.cursor() as cursor, steady_plans(cursor):
        since, until = _filed_between(cursor, tenant_id, initiative, wanted.as_of)
        for number, grain in enumerate(sorted(wanted.grains, key=lambda grain: grain.months)):
            combined = {pk: one for pk, one in known.items() if not (one.is_computed or one.is_published)}
            spans = list(_spans(combined, grain, since, until, wanted.year_starts))
            sql, params = _table(spans, known, grain, wanted, tenant_id, lens)
            beside = _not_combined(known, grain, since, until, wanted)
            params |= {"until": until, "as_of": wanted.as_of, "rows": as_json(beside)}
            header = "HEADER" if number == 0 else "HEADER false"
            cursor.copy_expert(f"COPY ({_text(cursor, sql, params)}) TO STDOUT WITH (FORMAT csv, {header})", out)
            rows += cursor.rowcount
    return rows


def _text(cursor: Any, sql: str, params: dict[str, Any]) -> str:
    return cursor.mogrify(sql, params).decode()


def _table(
    spans: list[Span],
    known: dict[int, Counting],
    grain: Grain,
    wanted: Wanted,
    tenant_id: int,
    lens: Lens | None,
) -> tuple[str, dict[str, Any]]:
    asked = Question(spans)
    own_starts = next((counting.year_starts for counting in known.values()), None)
    is_own_year = wanted.year_starts in (None, own_starts)
    found, params = _found(spans, grain, wanted, tenant_id, lens, is_own_year=is_own_year)
    total = "" if wanted.categories else "AND r.category = ''"
    partner = "o.partner_id" if wanted.by_partner else "0"
    return (
        f"""
        WITH {with_owed(asked)}, {found},
        silent AS (
            SELECT {partner}::bigint AS scope, k.grain, k.indicator_id, k.period,
                   count(*) FILTER (WHERE o.is_due) AS expected,
                   CASE WHEN k.way = '' THEN '{State.NOT_COMBINABLE}'
                        WHEN bool_or(CASE WHEN k.way IN ('{LAST}', '{LAST_RATE}') THEN o.is_due_last ELSE o.is_due END)
                        THEN '{State.NONE}' ELSE '{State.NOT_EXPECTED}' END AS state
              FROM k JOIN owed o ON o.n = k.crowd AND k.period <= %(until)s
             WHERE NOT EXISTS (SELECT 1 FROM found r
                                WHERE r.scope = {partner} AND r.indicator_id = k.indicator_id
                                  AND r.period = k.period AND r.category = '')
             GROUP BY 1, 2, 3, 4, k.way
        ),
        beside AS (
            SELECT d.* FROM {RECORDS}
             WHERE NOT EXISTS (SELECT 1 FROM found r
                                WHERE r.scope = d.scope AND r.indicator_id = d.indicator_id AND r.period = d.period
                                  AND r.category = d.category)
        )
        SELECT i.slug AS indicator, r.grain, to_char(r.period, 'YYYY-MM') AS period, p.code AS partner,
               nullif(r.category, '') AS category,
               trim_scale(coalesce(r.value, r.numerator / nullif(r.denominator, 0))) AS value,
               trim_scale(r.numerator) AS numerator, trim_scale(r.denominator) AS denominator,
               trim_scale(r.lower) AS lower, trim_scale(r.upper) AS upper, r.filed, r.expected, r.state,
               to_char(coalesce(%(as_of)s::timestamptz, r.as_of, now()) AT TIME ZONE 'UTC',
                       'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS as_of
          FROM (SELECT r.scope, r.grain, r.indicator_id, r.period, r.category, r.value, r.numerator, r.denominator,
                       r.lower, r.upper, r.filed, r.expected, r.state, r.as_of
                  FROM found r WHERE true {total}
                UNION ALL
                SELECT s.scope, s.grain, s.indicator_id, s.period, '', NULL, NULL, NULL, NULL, NULL, 0, s.expected,
                       s.state, NULL
                  FROM silent s
                UNION ALL
                SELECT r.scope, r.grain, r.indicator_id, r.period, r.category, r.value, NULL, NULL, NULL, NULL,
                       coalesce(r.filed, 0), coalesce(r.expected, 0), r.state, NULL
                  FROM beside r WHERE true {total}) r
          JOIN measures_indicator i ON i.tenant_id = %(tenant)s AND i.id = r.indicator_id
          LEFT JOIN backbone_partner p ON p.tenant_id = %(tenant)s AND p.id = r.scope
         ORDER BY i.position, i.slug, r.period, p.code, r.category
        """,
        asked.parameters(tenant_id) | params | {"indicators": list(known), "grain": str(grain)},
    )


def _found(
    spans: list[Span], grain: Grain, wanted: Wanted, tenant_id: int, lens: Lens | None, *, is_own_year: bool
) -> tuple[str, dict[str, Any]]:
    """The CTEs that end in `found`, the rows in which a figure counts, and their parameters."""
    is_own_month = wanted.by_partner and grain is Grain.MONTH
    if lens is None and wanted.as_of is None and not is_own_month and (is_own_year or grain is Grain.MONTH):
        scope = "scope <> 0" if wanted.by_partner else "scope = 0"
        return (
            f"""found AS (SELECT * FROM measures_rollup
                           WHERE tenant_id = %(tenant)s AND indicator_id = ANY(%(indicators)s::bigint[])
                             AND grain = %(grain)s AND {scope})""",
            {},
        )
    spans = [span for span in spans if span.counting.way]
    source = figures_at(wanted.as_of, {span.counting.indicator_id for span in spans})
    figures = source.name if lens is None else lens.over(source.name)
    extra = {} if lens is None else lens.parameters
    then = f"{source.cte}, " if source.cte else ""
    columns = ", ".join(COMBINED)
    asked, own = Question(spans, "asked"), Question(spans, "own")
    rows: Rows | str
    if wanted.by_partner:
        rows = partner_rows(own, figures=figures)
    elif grain is Grain.MONTH:
        rows = whole_rows(asked, figures=figures)
    else:
        clause, rows = both_rows(own, asked, figures=figures)
        then += f"{clause}, "
    return (
        f"{then} found AS MATERIALIZED (SELECT {columns}, NULL::timestamptz AS as_of FROM ({rows}) r)",
        asked.parameters(tenant_id) | own.parameters(tenant_id) | own.periods() | dict(source.params) | extra,
    )


def _not_combined(
    known: dict[int, Counting], grain: Grain, since: date, until: date, wanted: Wanted
) -> list[dict[str, Any]]:
    """The rows of what is computed from others and of what sources published. Where stored rows are read, those that
    stand there too are passed over, and what is left are the spans that are owed and in which nobody filed."""
    own_starts = next((counting.year_starts for counting in known.values()), None)
    is_stored = not wanted.merged and wanted.as_of is None and wanted.year_starts in (None, own_starts)
    rows: list[dict[str, Any]] = []
    if not is_stored and not wanted.by_partner:
        rows = published_rows(known, as_of=wanted.as_of, year_starts=wanted.year_starts)
        rows = [row for row in rows if row["grain"] == grain]
    computed = {pk: counting for pk, counting in known.items() if counting.is_computed}
    if not computed:
        return rows
    related = graph({counting.initiative_id for counting in computed.values()})
    spans = [
        span
        for span in _spans(computed, grain, since, until, wanted.year_starts)
        if span.counting.indicator_id in related.definitions and span.period <= until
    ]
    own, whole = (spans, []) if wanted.by_partner else ([], spans)
    source = Source(is_stored=is_stored, as_of=wanted.as_of, year_starts=wanted.year_starts)
    return rows + derived.rows(related, own, whole, source, fill=True)


def _spans(known: dict[int, Counting], grain: Grain, since: date, until: date, year_starts: int | None):
    for counting in known.values():
        carried_until = add_months(until, counting.carries)
        for period in periods_between(since, carried_until, grain, year_starts or counting.year_starts):
            span = span_of(counting, grain, period, year_starts=year_starts)
            if span is not None:
                yield span


def _filed_between(cursor: Any, tenant_id: int, initiative: Initiative, as_of: datetime | None) -> tuple[date, date]:
    """The first month of the initiative, or of its figures if earlier; and the last month for which anybody has one,
    this month while nobody has."""
    table, then = ("measures_figure", "")
    if as_of is not None:
        table, then = "measures_figureevent", "AND f.pgh_created_at <= %(as_of)s"
    cursor.execute(
        f"""
        SELECT min(f.period), max((f.period + make_interval(months =>
                   CASE i.frequency WHEN 'year' THEN 11 WHEN 'quarter' THEN 2 ELSE 0 END))::date)
          FROM {table} f JOIN measures_indicator i ON i.tenant_id = %(tenant)s AND i.id = f.indicator_id
         WHERE f.tenant_id = %(tenant)s AND i.initiative_id = %(initiative)s {then}
        """,
        {"tenant": tenant_id, "initiative": initiative.pk, "as_of": as_of},
    )
    first, last = cursor.fetchone()
    starts = month_of(initiative.starts_on)
    return min(starts, first or starts), last or month_of(initiative.tenant.day())
