"""Figures combined over months and partners, in sets: what `rules.combining` defines, said in SQL.

Two SELECTs make every roll-up. `partner_rows` combines each partner's figures over the periods of a span;
`whole_rows` combines the partners: of a month from their figures, of a quarter or year from their rows. Both answer
with the columns of `COLUMNS`, for the spans of a `Question`, one row for each span and category in which somebody's
figure counts. The same SELECT is stored by the worker, compared by the nightly check, and read at
once for another fiscal year or another instant.
"""

# ruff: noqa: S608  (SQL is put together from our own fragments; every value is a parameter)

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from measures.rules.coverage import State
from measures.rules.periods import Grain
from measures.selectors import ways
from measures.selectors.owing import with_owed, with_owed_periods
from measures.selectors.shared import counted_too_often
from measures.selectors.spans import (
    ADD,
    LEVELS,
    MEAN,
    MEAN_LEVELS,
    MEDIAN,
    PEOPLE,
    RATE,
    REACHED,
    WORDS,
    Question,
)

KEY = ("scope", "grain", "indicator_id", "category", "period")
NUMBERS = (
    "value",
    "numerator",
    "denominator",
    "lower",
    "upper",
    "is_exact",
    "parts",
    "filed",
    "expected",
    "excused",
    "value_period",
    "state",
)
COLUMNS = (*KEY, *NUMBERS)

FIGURES = "measures_figure"
ROLLUPS = "measures_rollup"

# The figures as they stood at an instant, from the history that the triggers keep.
FIGURES_AS_OF = """
    (SELECT DISTINCT ON (e.indicator_id, e.period, e.partner_id, e.category)
            e.tenant_id, e.indicator_id, e.period, e.partner_id, e.category, e.value,
            e.numerator, e.denominator, e.weight, e.is_not_collected, e.note, e.new_only,
            CASE WHEN e.pgh_label = 'delete' THEN '' ELSE e.state END AS state
       FROM measures_figureevent e
      WHERE e.tenant_id = %(tenant)s AND e.indicator_id = ANY(%(then_indicators)s::bigint[])
        AND e.pgh_created_at <= %(as_of)s::timestamptz
      ORDER BY e.indicator_id, e.period, e.partner_id, e.category, e.pgh_created_at DESC, e.pgh_id DESC)
"""


class Figures(NamedTuple):
    """Where a statement takes its figures from: their name, the CTE behind it ("" for the table), its parameters."""

    name: str = FIGURES
    cte: str = ""
    params: Mapping[str, Any] = MappingProxyType({})

    @property
    def opening(self) -> str:
        """What such a statement begins with."""
        return f"WITH {self.cte}" if self.cte else ""


def figures_at(as_of: datetime | None, indicator_ids: Iterable[int]) -> Figures:
    """The figures as they stand, or as they stood at an instant. The statement has the parameter `tenant` anyway."""
    if as_of is None:
        return Figures()
    cte = f"figures_then AS MATERIALIZED (SELECT * FROM {FIGURES_AS_OF} f)"
    return Figures("figures_then", cte, {"then_indicators": list(indicator_ids), "as_of": as_of})


# Kept as numeric with 20 places while dividing, so that the rounding to 12 is the rules' own.
_MEAN = "round((c.denominator + 0.00000000000000000000) / c.cells, 12)"

_FISCAL_YEAR = "((date_part('year', {day}) * 12 + date_part('month', {day}))::int - 1 - (%(tenant_starts)s - 1)) / 12"


_SAME_SPAN = "r.grain = k.grain AND r.indicator_id = k.indicator_id AND r.period = k.period"
# The parts of the whole, read span by span through an index, and joined with who owes them only then: OFFSET 0 says so,
# and unlike MATERIALIZED writes nothing down.
_READ_ROLLUPS = f"""
    SELECT k.n, k.crowd, r.scope AS partner_id, r.category, r.value, r.numerator, r.denominator, r.lower, r.upper, r.parts,
           r.filed, r.value_period, NULL::date AS source
      FROM k CROSS JOIN LATERAL (
           SELECT * FROM measures_rollup r
            WHERE r.tenant_id = %(tenant)s AND {_SAME_SPAN} AND r.scope <> 0 AND r.state <> '' OFFSET 0) r
     WHERE k.grain <> '{Grain.MONTH}'
"""
_READ_COMPUTED = f"""
    SELECT k.n, k.crowd, r.scope AS partner_id, r.category, r.value, r.numerator, r.denominator, r.lower, r.upper, r.parts,
           r.filed, r.value_period, NULL::date AS source
      FROM k JOIN {{rollups}} r ON {_SAME_SPAN}
     WHERE k.grain <> '{Grain.MONTH}'
"""


def _read_figures(question: Question, figures: str, within: str, which: str) -> str:
    source = "NULL::date" if which == "k.carry = 0" else "f.period"
    return f"""
        SELECT k.n, k.crowd, f.partner_id, f.category, f.value, f.numerator, f.denominator, f.value AS lower, f.value AS upper,
               1 AS parts, 1 AS filed, NULL::date AS value_period, {source} AS source
          FROM k CROSS JOIN LATERAL (
               SELECT f.partner_id, f.period, f.category, f.value, {ways.numerator(question)} AS numerator,
                      {ways.denominator(question)} AS denominator FROM {figures} f
                WHERE f.tenant_id = %(tenant)s AND f.indicator_id = k.indicator_id AND {within}
                  AND {ways.counts(question)} OFFSET 0) f
         WHERE k.grain = '{Grain.MONTH}' AND {which}
    """


_STATE = f"""
    CASE WHEN k.way = '{WORDS}' OR (k.way = '{MEDIAN}' AND k.value IS NULL) THEN '{State.NOT_COMBINABLE}'
         WHEN k.value IS NULL AND k.denominator IS NULL AND k.lower IS NULL AND k.way <> '{MEAN}'
         THEN CASE WHEN k.is_due_last THEN '{State.NONE}' ELSE '{State.NOT_EXPECTED}' END
         WHEN {ways.DIVIDES} AND k.denominator = 0 THEN '{State.UNDEFINED}'
         WHEN k.filed = k.expected THEN '{State.COMPLETE}' ELSE '{State.PARTIAL}' END
"""
_IS_EXACT = f"k.way = '{PEOPLE}' AND k.expected = 1 AND k.filed = 1 AND k.lower = k.upper"

# Name the state, and decide whether people may be called a number at all.
_FINISHED = f"""
    SELECT k.n, k.scope, k.grain, k.indicator_id, k.category, k.period,
           CASE WHEN {_IS_EXACT} THEN k.lower ELSE k.value END AS value,
           k.numerator, k.denominator, k.lower, k.upper, coalesce({_IS_EXACT}, false) AS is_exact,
           k.parts::int AS parts, k.filed::int AS filed, k.expected::int AS expected, k.excused::int AS excused,
           k.value_period, {_STATE} AS state
      FROM bounded k
"""


# The month at which a figure stands, from which a level is carried, if its partner owed it then.
_SOURCE = """
    SELECT r.source AS stands_on
     WHERE EXISTS (SELECT 1 FROM duties d
                    WHERE d.indicator_id = k.alike_id AND d.partner_id = r.partner_id
                      AND d.since < r.source + make_interval(months => 1) AND d.until >= r.source)
"""
_UNEVEN_SOURCE = """
    SELECT f.stands_on
      FROM (SELECT (r.source + make_interval(months => d.step - 1))::date AS stands_on
              FROM duties d
             WHERE d.indicator_id = k.alike_id AND d.partner_id = r.partner_id AND d.since <= r.source
               AND d.until >= r.source
               AND (date_part('month', r.source)::int - %(tenant_starts)s + 12) %% d.step = 0) f
     WHERE f.stands_on BETWEEN k.period - make_interval(months => k.carry) AND k.period
"""


class Rows(NamedTuple):
    """A SELECT in two pieces, so that what stands in its CTEs, `k` above all, can be used beside it."""

    ctes: str
    select: str

    def __str__(self) -> str:
        return f"WITH {self.ctes} {self.select}"


def _told(question: Question, rows: str) -> str:
    """Those rows; of a span in which something is counted otherwise from the middle on, who filed and no number."""
    if not any(span.is_broken for span in question.spans):
        return rows
    without = {"value", "numerator", "denominator", "lower", "upper", "value_period"}
    told = [f"CASE WHEN NOT k.is_broken THEN r.{name} END AS {name}" if name in without else f"r.{name}"
            for name in COLUMNS if name not in ("is_exact", "state")]  # fmt: skip
    return f"""
        SELECT r.n, {", ".join(told)}, r.is_exact AND NOT k.is_broken AS is_exact,
               CASE WHEN k.is_broken AND r.parts > 0 THEN '{State.NOT_COMBINABLE}' ELSE r.state END AS state
          FROM ({rows}) r JOIN k ON k.n = r.n
    """


def partner_rows(question: Question, *, figures: str = FIGURES, categories: bool = True) -> Rows:
    """The SELECT of partners' own rows: for each span, partner and category with a figure that counts, or for each
    total alone.

    Parameters: `question.parameters()` and `question.periods()`.
    """
    totals = "" if categories else "AND f.category = ''"
    let_off = "(o.is_excused OR o.is_optional)"
    whose = f"{'' if question.names_partners else 'b.partner_id IS NULL OR '}f.partner_id = b.partner_id"
    cells = f"""
        SELECT f.n, o.partner_id, o.period, {let_off} AS is_let_off, o.is_last, f.category, f.value, f.numerator,
               f.denominator, f.new_only{ways.note(question)}, o.next_on AS source
          FROM read f JOIN owed_periods o ON o.n = f.crowd AND o.period = f.period AND o.partner_id = f.partner_id
                                         AND o.step = f.step
         WHERE o.is_in_span {"AND f.carry = 0" if question.carries else ""}
    """
    if question.carries:
        # The latest level within reach, which counts from the end of its period; an excused month, or one that may be
        # left out, is only due when it was filed itself.
        cells += f"""
        UNION ALL
        (SELECT DISTINCT ON (f.n, o.partner_id, o.period, f.category)
                f.n, o.partner_id, o.period, {let_off} AS is_let_off, o.is_last, f.category, f.value, f.numerator,
                f.denominator, f.new_only{ways.note(question)}, s.next_on AS source
           FROM read f
           JOIN owed_periods s ON s.n = f.crowd AND s.partner_id = f.partner_id AND s.period = f.period
                              AND s.step = f.step
           JOIN owed_periods o ON o.n = f.crowd AND o.partner_id = f.partner_id AND o.next_on >= s.next_on
                              AND o.next_on <= s.next_on + make_interval(months => f.carry)
          WHERE f.carry > 0 AND o.is_in_span AND (NOT {let_off} OR s.period = o.period)
          ORDER BY f.n, o.partner_id, o.period, f.category, s.next_on DESC)
        """
    is_one_year, years_owed, years_filed = "true", "", ""
    if question.is_of_another_year:  # a span of the reader's year may lie in two of the tenant's
        owed_year, filed_year = _FISCAL_YEAR.format(day="o.period"), _FISCAL_YEAR.format(day="c.period")
        years_owed = f""",
                   min({owed_year}) FILTER (WHERE NOT {let_off}) AS first_year,
                   max({owed_year}) FILTER (WHERE NOT {let_off}) AS last_year"""
        years_filed = f", min({filed_year}) AS first_year, max({filed_year}) AS last_year"
        is_one_year = "least(c.first_year, a.first_year) = greatest(c.last_year, a.last_year)"
    due = "a.owed - a.let_off + c.back"
    is_filed = f"c.cells = {due}"
    numerator, denominator = ways.ratio_of_periods(question, _MEAN)
    lower, upper = ways.bounds_of_periods(question, is_filed, is_one_year)
    carried = ""
    value_period = "NULL::date"
    if question.carries:
        carried = ", max(c.source) FILTER (WHERE c.is_last) AS last_source"
        value_period = (
            "CASE WHEN c.last_source <= k.ends_on THEN (c.last_source - make_interval(months => 1))::date END"
        )
    ctes = f"""
        {with_owed_periods(question)},
        read AS (
            SELECT b.n, b.crowd, b.step, b.period, k.carry, f.*
              FROM b JOIN k ON k.n = b.n
             CROSS JOIN LATERAL (
                   SELECT f.partner_id, f.category, f.value, {ways.numerator(question)} AS numerator,
                          {ways.denominator(question)} AS denominator, f.new_only{ways.note(question)} FROM {figures} f
                    WHERE f.tenant_id = %(tenant)s AND f.indicator_id = b.indicator_id AND f.period = b.period
                      AND ({whose}) AND {ways.counts(question)} {totals} OFFSET 0) f
            OFFSET 0
        ),
        asked AS (
            SELECT o.n, o.partner_id, count(*) AS owed, count(*) FILTER (WHERE {let_off}) AS let_off,
                   bool_or(o.is_last AND NOT {let_off}) AS is_due_last{years_owed}
              FROM owed_periods o WHERE o.is_in_span GROUP BY o.n, o.partner_id
        ),
        counted AS (
            SELECT c.n, c.partner_id, c.category, count(*) AS cells, count(*) FILTER (WHERE c.is_let_off) AS back,
                   sum(c.value) AS value, sum(c.numerator) AS numerator, sum(c.denominator) AS denominator
                   {ways.kept_of_periods(question)}{carried}{years_filed}
              FROM ({cells}) c GROUP BY c.n, c.partner_id, c.category
        ),
        bounded AS (
            SELECT k.n, c.partner_id AS scope, k.grain, k.indicator_id, c.category, k.period, k.way, a.is_due_last,
                   {ways.value_of_periods(question, is_filed, due)} AS value,
                   {numerator} AS numerator, {denominator} AS denominator,
                   {lower} AS lower, {upper} AS upper, {ways.parts_of_periods(question)} AS parts,
                   ({is_filed})::int AS filed, 1 AS expected, 0 AS excused, {value_period} AS value_period
              FROM counted c JOIN k ON k.n = c.n
              JOIN asked a ON a.n = k.crowd AND a.partner_id = c.partner_id
        )
    """
    return Rows(ctes, _told(question, _FINISHED))


def whole_rows(question: Question, *, figures: str = FIGURES, rollups: str = ROLLUPS) -> Rows:
    """The SELECT of the whole initiative's rows: months from figures, longer spans from the partners' rows.

    `rollups` is where those lie: the table, or a CTE with its columns. Parameters: `question.parameters()`.
    """
    grains = {span.grain for span in question.spans}
    reads, parts = [], []
    if Grain.MONTH in grains or not grains:
        reads.append(_read_figures(question, figures, "f.period = k.period", "k.carry = 0"))
        if question.carries:
            reach = "k.carry" if not question.is_uneven else "k.carry + 11"  # a longer period stands at its end
            within = f"f.period <= k.period AND f.period >= k.period - make_interval(months => {reach})"
            within += " AND f.period >= k.since" if question.has_eras else ""
            reads.append(_read_figures(question, figures, within, "k.carry > 0"))
    if grains - {Grain.MONTH}:
        reads.append(_READ_ROLLUPS if rollups == ROLLUPS else _READ_COMPUTED.format(rollups=rollups))
    parts.append(
        f"""
        SELECT r.n, o.is_due, o.is_excused, r.category, r.value, r.numerator, r.denominator, r.lower, r.upper, r.parts,
               r.filed, r.value_period
          FROM read r JOIN owed o ON o.n = r.crowd AND o.partner_id = r.partner_id
         {"WHERE r.source IS NULL" if question.carries else ""}
        """
    )
    if question.carries:
        sources = _UNEVEN_SOURCE if question.is_uneven else _SOURCE
        parts.append(
            f"""
            (SELECT DISTINCT ON (r.n, o.partner_id, r.category)
                    r.n, o.is_due, o.is_excused, r.category, r.value, r.numerator, r.denominator, r.lower, r.upper,
                    r.parts, r.filed, CASE WHEN s.stands_on < k.period THEN s.stands_on END AS value_period
               FROM read r JOIN owed o ON o.n = r.crowd AND o.partner_id = r.partner_id
               JOIN k ON k.n = r.n
              CROSS JOIN LATERAL ({sources}) s
              WHERE r.source IS NOT NULL AND (o.is_due OR s.stands_on = k.period)
              ORDER BY r.n, o.partner_id, r.category, s.stands_on DESC)
            """
        )
    if question.has_shared:
        parts.append(
            f"""
            SELECT k.n, true, false, s.category, -s.value, -s.numerator, -s.denominator, NULL, NULL, 0, 0, NULL::date
              FROM k CROSS JOIN LATERAL ({counted_too_often(question, figures)}) s
             WHERE k.way IN ('{ADD}', '{RATE}')
            """
        )
    expected = "(a.due + c.back)"
    lower, upper = ways.bounds_of_partners(question, f"c.filed = {expected}")
    parted, counted = "", f"({' UNION ALL '.join(parts)})"
    if question.ways & {LEVELS, MEAN_LEVELS}:
        parted, counted = f"parted AS MATERIALIZED {counted},", "parted"
    ctes = f"""
        {with_owed(question)},
        read AS (SELECT * FROM ({" UNION ALL ".join(reads)}) r OFFSET 0),
        {parted}
        asked AS (
            SELECT o.n, count(*) FILTER (WHERE o.is_due) AS due, count(*) FILTER (WHERE o.is_excused) AS excused,
                   bool_or(o.is_due_last) AS is_due_last
              FROM owed o GROUP BY o.n
        ),
        counted AS (
            SELECT c.n, c.category, sum(c.value) AS value, sum(c.numerator) AS numerator,
                   sum(c.denominator) AS denominator, sum(c.parts) AS parts, sum(c.filed) AS filed,
                   count(*) FILTER (WHERE NOT c.is_due) AS back,
                   count(*) FILTER (WHERE c.is_excused) AS no_longer_excused,
                   min(c.value_period) AS value_period{ways.kept_of_partners(question)}
              FROM {counted} c GROUP BY c.n, c.category
        ),
        bounded AS (
            SELECT k.n, 0::bigint AS scope, k.grain, k.indicator_id, c.category, k.period, k.way, a.is_due_last,
                   {ways.value_of_partners(question, expected)} AS value,
                   CASE WHEN {ways.DIVIDES} THEN c.numerator END AS numerator,
                   CASE WHEN k.way = '{REACHED}' THEN {expected} WHEN {ways.DIVIDES} THEN c.denominator END AS denominator,
                   {lower} AS lower, {upper} AS upper, c.parts, c.filed, a.due + c.back AS expected,
                   a.excused - c.no_longer_excused AS excused, c.value_period
              FROM counted c JOIN k ON k.n = c.n JOIN asked a ON a.n = k.crowd
        )
    """
    return Rows(ctes, _told(question, _FINISHED + ways.level_rows(question, _STATE)))


def both_rows(own: Question, whole: Question, *, figures: str = FIGURES) -> tuple[str, str]:
    """Everything computed at once and nothing stored: the CTE `own` and the SELECT of the whole initiative's rows.

    `own` holds the partners' rows over which the whole is combined; `whole` may only ask for quarters and years that
    it has. The two questions have different names.
    """
    columns = ", ".join(COLUMNS)
    return (
        f"own AS MATERIALIZED (SELECT {columns} FROM ({partner_rows(own, figures=figures)}) p)",
        f"SELECT {columns} FROM ({whole_rows(whole, figures=figures, rollups='own')}) w",
    )
