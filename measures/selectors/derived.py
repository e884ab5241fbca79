"""Formulas and indexes over roll-ups: their inputs' rows are read, and `rules.derived` computes from them.

One function, `rows`, makes every row: what the worker stores, what the nightly check compares, what is read at once
for another fiscal year, another instant or one partner's months. Statements do not grow with the number of rows.

Coverage: a partner is expected when it owes any of the inputs in the span, and filed when it filed all of those that
it owes; excused when it is let off all of them. A community indicator among the inputs is owed by nobody.
"""

# ruff: noqa: S608  (SQL is put together from our own fragments; every value is a parameter)

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from backbone.tenancy import active_tenant_id
from measures.rules.coverage import State
from measures.rules.derived import Computed, Input, compute_from
from measures.rules.lines import TOTAL
from measures.rules.periods import Grain
from measures.selectors import community
from measures.selectors.combined import both_rows, figures_at, partner_rows
from measures.selectors.graph import STORED, Graph, Source
from measures.selectors.owing import with_owed
from measures.selectors.spans import LAST, LAST_RATE, Question, Span, array, span_of


class _Place(NamedTuple):
    """One span of somebody: 0 is the whole initiative."""

    scope: int
    grain: str
    period: date


@dataclass(slots=True)
class _Covered:
    """Who is expected in one span, and of which inputs a figure is; `filed` by category."""

    expected: int = 0
    excused: int = 0
    of: frozenset[int] = frozenset()
    filed: dict[str, int] = field(default_factory=dict)


def rows(
    known: Graph, own: Sequence[Span], whole: Sequence[Span], source: Source = STORED, *, fill: bool = False
) -> list[dict[str, Any]]:
    """The rows of computed indicators for these spans, by column; five statements at most.

    One for each span and scope in which an input has a row, and for each category that all inputs have. `fill` adds
    those in which somebody owes an input and none has a row.
    """
    if not own and not whole:
        return []
    leaf_own, leaf_whole = (_leaf_spans(known, spans, source) for spans in (own, whole))
    inputs = _inputs(known, leaf_own, leaf_whole, source)
    covered = _coverage(known, own, whole, source)
    found: list[dict[str, Any]] = []
    for spans, is_own in ((own, True), (whole, False)):
        by_span: dict[tuple[str, date, int | None], list[int]] = {}
        for span in spans:
            by_span.setdefault((span.grain, span.period, span.partner_id), []).append(span.counting.indicator_id)
        for (grain, period, partner), ids in by_span.items():
            for scope in _scopes(is_own, partner, grain, period, inputs, covered) if is_own else (0,):
                place = _Place(scope, grain, period)
                found += _rows_at(known, place, ids, inputs.get(place, {}), covered, fill)
    return found


def _scopes(is_own: bool, partner: int | None, grain: str, period: date, inputs: Any, covered: Any) -> Iterable[int]:
    if partner is not None:
        return (partner,)
    there = {place.scope for place in inputs if place.grain == grain and place.period == period}
    there |= {place.scope for _pk, place in covered if place.grain == grain and place.period == period}
    return sorted(there - {0})


Cells = Mapping[tuple[int, str], Input]  # by indicator and category


def _rows_at(
    known: Graph,
    place: _Place,
    ids: Sequence[int],
    cells: Cells,
    covered: Mapping[tuple[int, _Place], _Covered],
    fill: bool,
) -> Iterator[dict[str, Any]]:
    """The rows of these indicators at one place. What they are computed from is computed on the way."""
    nobody = _Covered()
    categories = dict.fromkeys([TOTAL, *(category for _pk, category in cells)])
    wanted = set(ids)
    for category in categories:
        values: dict[int, Input] = {}
        for pk in known.with_inputs(ids):
            leaves = known.leaves[pk]
            there = [one for one in leaves if (one, category) in cells]
            about = covered.get((pk, place), nobody)
            if len(there) < len(leaves) if category != TOTAL else not there and not (fill and about != nobody):
                continue
            found = _computed_at(known, pk, category, values, cells, about, place)
            filed = about.filed.get(category, 0)
            is_filed = filed == about.expected
            values[pk] = Input(found.state, found.value, is_filed=is_filed, as_of_period=found.as_of_period)
            if pk in wanted:
                yield {
                    "scope": place.scope,
                    "grain": place.grain,
                    "indicator_id": pk,
                    "category": category,
                    "period": place.period,
                    "value": found.value,
                    "parts": found.parts,
                    "filed": filed,
                    "expected": about.expected,
                    "excused": about.excused,
                    "value_period": found.as_of_period,
                    "state": str(found.state),
                }


def _computed_at(
    known: Graph,
    pk: int,
    category: str,
    values: Mapping[int, Input],
    cells: Cells,
    about: _Covered,
    place: _Place,
) -> Computed:
    inputs: dict[str, Input] = {}
    for slug, one in known.inputs[pk].items():
        if one in values:
            inputs[slug] = values[one]
        elif (one, category) in cells:
            inputs[slug] = cells[one, category]
        else:
            inputs[slug] = Input(_absent(known, one, about, place))
    return compute_from(known.definitions[pk], inputs)


def _absent(known: Graph, pk: int, about: _Covered, place: _Place) -> State:
    """The state of an input that has no row here."""
    if known.countings[pk].is_published:
        return State.NONE if place.scope == 0 else State.NOT_COMBINABLE
    ends = known.leaves.get(pk, (pk,))
    return State.NONE if any(one in about.of for one in ends) else State.NOT_EXPECTED


# --- reading ---


def _leaf_spans(known: Graph, spans: Iterable[Span], source: Source) -> list[Span]:
    """The spans of what these are computed from in the end; published figures are not among them."""
    found: dict[Span, None] = {}
    for span in spans:
        for leaf in known.leaves.get(span.counting.indicator_id, ()):
            one = leaf_span(known, leaf, span, source)
            if one is not None:
                found[one] = None
    return list(found)


def leaf_span(known: Graph, leaf: int, span: Span, source: Source) -> Span | None:
    """The span of an input that goes into a span; None where it has none, or nothing to do with partners."""
    counting = known.countings[leaf]
    if not counting.way:
        return None
    one = span_of(counting, Grain(span.grain), span.period, year_starts=source.year_starts)
    return None if one is None else one._replace(partner_id=span.partner_id)


def _inputs(
    known: Graph, own: list[Span], whole: list[Span], source: Source
) -> dict[_Place, dict[tuple[int, str], Input]]:
    """The combined figures of the filed and published inputs: by place, then by indicator and category."""
    if source.is_stored:
        months = [span for span in own if span.grain == Grain.MONTH]  # which are stored for nobody alone
        longer = [span for span in own if span.grain != Grain.MONTH]
        read = [*_stored(longer, whole), *_combined(months, [], source)]
    else:
        read = _combined(own, whole, source)
    found: dict[_Place, dict[tuple[int, str], Input]] = {}
    for pk, scope, grain, period, category, *numbers, filed, expected, value_period, state in read:
        one = Input(State(state), *numbers, is_filed=filed == expected, as_of_period=value_period)
        found.setdefault(_Place(scope, grain, period), {})[pk, category] = one
    leaves = {leaf for branches in known.leaves.values() for leaf in branches}
    published = {pk: known.countings[pk] for pk in leaves}
    for row in community.published_rows(published, as_of=source.as_of, year_starts=source.year_starts):
        one = Input(State(row["state"]), row["value"], is_filed=True)
        found.setdefault(_Place(0, row["grain"], row["period"]), {})[row["indicator_id"], row["category"]] = one
    return found


_READ = (
    "indicator_id, scope, grain, period, category, value, numerator, denominator, filed, expected, value_period, state"
)


def _stored(own: list[Span], whole: list[Span]) -> list[tuple[Any, ...]]:
    if not own and not whole:
        return []
    spans = [*((span, True) for span in own), *((span, False) for span in whole)]
    columns = ", ".join(f"r.{name}" for name in _READ.split(", "))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT DISTINCT {columns}
              FROM unnest(%s::bigint[], %s::text[], %s::date[], %s::bool[], %s::bigint[])
                   AS k (indicator_id, grain, period, is_own, partner_id)
             CROSS JOIN LATERAL (
                   SELECT * FROM measures_rollup r
                    WHERE r.tenant_id = %s AND r.indicator_id = k.indicator_id AND r.grain = k.grain
                      AND r.period = k.period AND (r.scope <> 0) = k.is_own
                      AND (k.partner_id IS NULL OR r.scope = k.partner_id) OFFSET 0) r
            """,
            [
                array(span.counting.indicator_id for span, _ in spans),
                array(span.grain for span, _ in spans),
                array(span.period for span, _ in spans),
                array(is_own for _, is_own in spans),
                array(span.partner_id for span, _ in spans),
                active_tenant_id(),
            ],
        )
        return cursor.fetchall()


def _combined(own: list[Span], whole: list[Span], source: Source) -> list[tuple[Any, ...]]:
    """The inputs combined from the figures, nothing stored read."""
    if not own and not whole:
        return []
    figures, then, more = _figures(source, [*own, *whole])
    longer = [span for span in whole if span.grain != Grain.MONTH]
    mine = Question(list(dict.fromkeys([*own, *longer])), "own")
    everybody = Question(whole)
    params = mine.parameters(active_tenant_id()) | mine.periods() | more
    if whole:
        clause, select = both_rows(mine, everybody, figures=figures)
        params |= everybody.parameters(active_tenant_id())
        sql = f"WITH {then} {clause} SELECT {_READ} FROM own UNION ALL SELECT {_READ} FROM ({select}) w"
    else:
        sql = f"{f'WITH {then[:-2]}' if then else ''} SELECT {_READ} FROM ({partner_rows(mine, figures=figures)}) p"
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _figures(source: Source, spans: Iterable[Span]) -> tuple[str, str, dict[str, Any]]:
    """Where figures are read: the table, or a CTE of how they stood, and its parameters."""
    found = figures_at(source.as_of, sorted({span.counting.indicator_id for span in spans}))
    return found.name, f"{found.cte}, " if found.cte else "", dict(found.params)


def _coverage(
    known: Graph, own: Sequence[Span], whole: Sequence[Span], source: Source
) -> dict[tuple[int, _Place], _Covered]:
    """Who is expected in each of these spans, and who has filed; as the module says it. One statement."""
    spans: dict[Span, int] = {}
    uses: list[tuple[int, int, bool]] = []
    asked = [*((span, True) for span in own), *((span, False) for span in whole)]
    for number, (span, is_own) in enumerate(asked):
        for leaf in known.leaves.get(span.counting.indicator_id, ()):
            one = leaf_span(known, leaf, span, source)
            if one is not None:
                uses.append((number, spans.setdefault(one, len(spans) + 1), is_own))
    if not spans:
        return {}
    question = Question(list(spans), "leaf")
    figures, then, more = _figures(source, spans)
    found: dict[tuple[int, _Place], _Covered] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {then} {with_owed(question)}, {_COVERED.format(partners=partner_rows(question, figures=figures))}",
            question.parameters(active_tenant_id())
            | question.periods()
            | more
            | {
                "use_span": array(number for number, _, _ in uses),
                "use_leaf": array(n for _, n, _ in uses),
                "use_own": array(is_own for _, _, is_own in uses),
            },
        )
        for number, scope, category, filed, expected, excused, of in cursor:
            span = asked[number][0]
            key = (span.counting.indicator_id, _Place(scope, span.grain, span.period))
            covered = found.setdefault(key, _Covered())
            if category is None:
                covered.expected, covered.excused, covered.of = expected, excused, frozenset(of or ())
            else:
                covered.filed[category] = filed
    return found


_COVERED = f"""
    filed AS MATERIALIZED (
        SELECT r.n, r.scope AS partner_id, r.category FROM ({{partners}}) r WHERE r.filed = 1
    ),
    uses AS (
        SELECT * FROM unnest(%(use_span)s::int[], %(use_leaf)s::bigint[], %(use_own)s::bool[]) AS u (span, n, is_own)
    ),
    owes AS MATERIALIZED (
        SELECT u.span, CASE WHEN u.is_own THEN o.partner_id ELSE 0 END AS scope, o.partner_id, k.indicator_id,
               o.is_due OR f.n IS NOT NULL AS counts, o.is_excused,
               CASE WHEN k.way IN ('{LAST}', '{LAST_RATE}') THEN o.is_due_last ELSE o.is_due END AS is_expected
          FROM uses u JOIN k ON k.n = u.n JOIN owed o ON o.n = k.crowd
          LEFT JOIN filed f ON f.n = k.n AND f.partner_id = o.partner_id AND f.category = ''
    ),
    whose AS (
        SELECT o.span, o.scope, o.partner_id, count(*) FILTER (WHERE o.counts) AS due,
               bool_or(o.is_excused) AS is_excused
          FROM owes o GROUP BY o.span, o.scope, o.partner_id
    ),
    there AS (
        SELECT u.span, f.partner_id, f.category, count(*) AS filed
          FROM uses u JOIN filed f ON f.n = u.n GROUP BY u.span, f.partner_id, f.category
    )
    SELECT w.span, w.scope, NULL AS category, 0 AS filed, count(*) FILTER (WHERE w.due > 0) AS expected,
           count(*) FILTER (WHERE w.due = 0 AND w.is_excused) AS excused, e.expected_of
      FROM whose w
      LEFT JOIN (SELECT o.span, o.scope, array_agg(DISTINCT o.indicator_id) AS expected_of
                   FROM owes o WHERE o.is_expected GROUP BY o.span, o.scope) e ON e.span = w.span AND e.scope = w.scope
     GROUP BY w.span, w.scope, e.expected_of
    UNION ALL
    SELECT w.span, w.scope, t.category, count(*), 0, 0, NULL
      FROM whose w JOIN there t ON t.span = w.span AND t.partner_id = w.partner_id
     WHERE w.due > 0 AND t.filed >= w.due
     GROUP BY w.span, w.scope, t.category
"""
