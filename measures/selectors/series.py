"""Roll-ups as pages, charts and exports read them: plain rows by a raw cursor, never model instances.

Stored rows where there are any; another fiscal year than the tenant's, and one partner's months, are combined from the
figures while reading. Spans for which nobody filed are not stored: they are filled in with who was expected.
"""

# ruff: noqa: S608  (SQL is put together from our own fragments; every value is a parameter)

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from backbone.models import Initiative
from backbone.tenancy import active_tenant_id
from measures.rules.coverage import State
from measures.rules.figures import divided
from measures.rules.periods import Grain, periods_between
from measures.selectors import derived
from measures.selectors.combined import Rows, both_rows, figures_at, partner_rows, whole_rows
from measures.selectors.community import published_rows
from measures.selectors.graph import Source, graph
from measures.selectors.lenses import Lens
from measures.selectors.owing import asked_steadily, steady_plans, with_owed
from measures.selectors.spans import LAST, LAST_RATE, Counting, Question, Span, countings, span_of

WHOLE_INITIATIVE = 0

_READ = (
    "indicator_id, period, category, value, numerator, denominator, lower, upper, is_exact, parts, filed, expected, "
    "excused, value_period, state"
)


class SeriesRow(NamedTuple):
    """One combined figure with its coverage. `state` is a `rules.coverage.State`; see `models.Rollup` for the rest.

    `as_of` is since when it reads like this; None when it was combined for this reading.
    """

    indicator_id: int
    period: date
    category: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    is_exact: bool
    parts: int
    filed: int
    expected: int
    excused: int
    value_period: date | None
    state: str
    as_of: datetime | None

    @property
    def number(self) -> Decimal | None:
        """The one number to show: the value, or a rate's ratio; None for bounds, for 0/0 and for silence."""
        return divided(self.numerator, self.denominator) if self.value is None else self.value


def series(
    initiative: Initiative,
    indicators: Iterable[Any],
    grain: Grain | str,
    since: date,
    until: date,
    scope: int = WHOLE_INITIATIVE,
    categories: bool = False,
    *,
    year_starts: int | None = None,
    fill: bool = True,
    as_of: datetime | None = None,
    lens: Lens | None = None,
) -> list[SeriesRow]:
    """The roll-ups of these indicators (or ids) whose spans begin from `since` to `until`, both included.

    For the whole initiative, or for one partner (`scope` its id). Ordered by indicator, category, period. `fill`
    adds a row of state none or not_expected for each span that is owed and for which nobody filed; only the total
    category is filled. One statement when every span has a row, three otherwise. Through a `lens` everything is
    combined anew.
    """
    ids = sorted({getattr(indicator, "pk", indicator) for indicator in indicators})
    grain = Grain(grain)
    tenant_id = active_tenant_id()
    known: dict[int, Counting] | None = None
    if lens is not None:
        known = _of(countings(ids), initiative)
        rows = _combined_now(known, grain, since, until, scope, categories, year_starts, tenant_id, as_of, lens)
    elif as_of is not None or year_starts is not None or (scope != WHOLE_INITIATIVE and grain is Grain.MONTH):
        everything = countings(ids)
        known = _of(everything, initiative)
        rows = _combined_now(known, grain, since, until, scope, categories, year_starts, tenant_id, as_of)
        more = _not_combined(everything, grain, since, until, scope, categories, year_starts, fill, as_of)
        rows = _merged(rows, more)
    else:
        rows = _stored(ids, grain, since, until, scope, categories, tenant_id)
    if not fill or not ids:
        return rows
    there = {(row.indicator_id, row.period) for row in rows if row.category == ""}
    step, first = grain.months, since
    if len(there) == len(ids) * len(range(0, (until.year - first.year) * 12 + until.month - first.month + 1, step)):
        return rows
    if known is None:
        everything = countings(ids)
        known = _of(everything, initiative)
        if any(counting.is_computed for counting in everything.values()):
            more = _not_combined(everything, grain, since, until, scope, categories, year_starts, fill)
            rows = _merged(rows, [row for row in more if (row.indicator_id, row.period) not in there])
            there |= {(row.indicator_id, row.period) for row in rows}
    asked = [span._replace(partner_id=scope or None) for span in _spans(known, grain, since, until, year_starts)]
    silent = _silent([s for s in asked if (s.counting.indicator_id, s.period) not in there], tenant_id)
    return _merged(rows, silent)


def changed_since(indicator_ids: Iterable[int], since: date, until: date, at: datetime) -> set[int]:
    """The indicators of which a stored month of the whole initiative has become another after an instant; one statement.

    A row that would stay the same is not written, so this is exact. A quarterly one's rows are its quarters.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT indicator_id FROM measures_rollup
             WHERE tenant_id = %s AND scope = %s AND indicator_id = ANY(%s) AND period BETWEEN %s AND %s AND as_of > %s
            """,
            [active_tenant_id(), WHOLE_INITIATIVE, list(indicator_ids), since, until, at],
        )
        return {row[0] for row in cursor}


def _merged(rows: list[SeriesRow], more: list[SeriesRow]) -> list[SeriesRow]:
    return sorted(rows + more, key=lambda row: (row.indicator_id, row.category, row.period)) if more else rows


def _not_combined(
    everything: dict[int, Counting],
    grain: Grain,
    since: date,
    until: date,
    scope: int,
    categories: bool,
    year_starts: int | None,
    fill: bool,
    as_of: datetime | None = None,
) -> list[SeriesRow]:
    """The rows of what is computed from others, and of what a source published, where they are not read as stored."""
    computed = {pk: counting for pk, counting in everything.items() if counting.is_computed}
    rows = [] if scope else published_rows(everything, as_of=as_of, year_starts=year_starts)
    rows = [row for row in rows if row["grain"] == grain and since <= row["period"] <= until]
    if computed:
        related = graph({counting.initiative_id for counting in computed.values()})
        spans = [
            s
            for s in _spans(computed, grain, since, until, year_starts)
            if s.counting.indicator_id in related.definitions
        ]
        own = [span._replace(partner_id=scope) for span in spans] if scope else []
        is_stored = as_of is None and year_starts is None
        source = Source(is_stored=is_stored, as_of=as_of, year_starts=year_starts)
        with connection.cursor() as cursor, steady_plans(cursor):
            rows += derived.rows(related, own, [] if scope else spans, source, fill=fill)
    return [_series_row(row) for row in rows if categories or row["category"] == ""]


def _series_row(row: dict[str, Any]) -> SeriesRow:
    empty = dict.fromkeys(SeriesRow._fields) | {"is_exact": False, "filed": 0, "expected": 0, "excused": 0}
    return SeriesRow(**empty | {name: value for name, value in row.items() if name in SeriesRow._fields})


def _of(known: dict[int, Counting], initiative: Initiative) -> dict[int, Counting]:
    return {key: c for key, c in known.items() if c.way and c.initiative_id == initiative.pk}


def _stored(
    ids: list[int], grain: Grain, since: date, until: date, scope: int, categories: bool, tenant_id: int
) -> list[SeriesRow]:
    total = "" if categories else "AND category = ''"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {_READ}, as_of FROM measures_rollup
             WHERE tenant_id = %s AND scope = %s AND grain = %s AND indicator_id = ANY(%s) {total}
               AND period BETWEEN %s AND %s
             ORDER BY indicator_id, category, period
            """,
            [tenant_id, scope, grain, ids, since, until],
        )
        return [SeriesRow._make(row) for row in cursor.fetchall()]


def _combined_now(
    known: dict[int, Counting],
    grain: Grain,
    since: date,
    until: date,
    scope: int,
    categories: bool,
    year_starts: int | None,
    tenant_id: int,
    as_of: datetime | None = None,
    lens: Lens | None = None,
) -> list[SeriesRow]:
    whole = list(_spans(known, grain, since, until, year_starts))
    if not whole:
        return []
    own = [span._replace(partner_id=scope or None) for span in whole if scope or span.grain != Grain.MONTH]
    asked, all_asked = Question(own, "own"), Question(whole)
    source = figures_at(as_of, known)
    figures = source.name if lens is None else lens.over(source.name)
    extra = {} if lens is None else lens.parameters
    clauses = [source.cte] if source.cte else []
    rows: Rows | str
    if scope != WHOLE_INITIATIVE:
        rows = partner_rows(asked, figures=figures)
    elif own:
        clause, rows = both_rows(asked, all_asked, figures=figures)
        clauses.append(clause)
    else:
        rows = whole_rows(all_asked, figures=figures)
    clause = f"WITH {', '.join(clauses)}" if clauses else ""
    total = "" if categories else "WHERE category = ''"
    found = asked_steadily(
        f"{clause} SELECT {_READ}, NULL FROM ({rows}) r {total} ORDER BY indicator_id, category, period",
        asked.parameters(tenant_id) | asked.periods() | all_asked.parameters(tenant_id) | dict(source.params) | extra,
    )
    return [SeriesRow._make(row) for row in found]


def _spans(
    known: dict[int, Counting], grain: Grain, since: date, until: date, year_starts: int | None
) -> Iterable[Span]:
    for counting in known.values():
        starts = year_starts or counting.year_starts
        for period in periods_between(since, until, grain, starts):
            if period >= since and (span := span_of(counting, grain, period, year_starts=year_starts)) is not None:
                yield span


def _silent(spans: Sequence[Span], tenant_id: int) -> list[SeriesRow]:
    """Rows of spans for which nobody filed: who owes them, and nothing else."""
    if not spans:
        return []
    question = Question(spans)
    found = asked_steadily(
        f"""
        WITH {with_owed(question)}
        SELECT k.indicator_id, k.period, '', NULL, NULL, NULL, NULL, NULL, false, 0, 0,
               count(*) FILTER (WHERE o.is_due), count(*) FILTER (WHERE o.is_excused), NULL,
               CASE WHEN bool_or(CASE WHEN k.way IN ('{LAST}', '{LAST_RATE}') THEN o.is_due_last ELSE o.is_due END)
                    THEN '{State.NONE}' ELSE '{State.NOT_EXPECTED}' END, NULL
          FROM k JOIN owed o ON o.n = k.crowd GROUP BY k.indicator_id, k.period
        """,
        question.parameters(tenant_id),
    )
    return [SeriesRow._make(row) for row in found]
