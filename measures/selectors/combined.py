"""Figures combined over months and partners, in sets: what `rules.combining` defines, said in SQL.

Two SELECTs make every roll-up. `partner_rows` combines each partner's figures over the periods of a span;
`whole_rows` combines the partners: of a month from their figures, of a quarter or year from their rows. Both answer
with the columns of `COLUMNS`, for the spans in the parameters (`spans.arrays`), one row for each span and category in
which somebody's figure counts. The same SELECT is stored by the worker, compared by the nightly check, and read at
once for another fiscal year or another instant.
"""

# ruff: noqa: S608  (SQL is put together from our own fragments; every value is a parameter)

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from measures.rules.coverage import State
from measures.rules.periods import Grain, start_of
from measures.selectors.owing import with_duties, with_owed
from measures.selectors.spans import ADD, LAST, LAST_RATE, MEAN_RATE, PEOPLE, RATE, Span

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
    (SELECT DISTINCT ON (e.pgh_obj_id) e.tenant_id, e.indicator_id, e.period, e.partner_id, e.category, e.value,
            e.numerator, e.denominator, e.new_only, CASE WHEN e.pgh_label = 'delete' THEN '' ELSE e.state END AS state
       FROM measures_figureevent e
      WHERE e.tenant_id = %(tenant)s AND e.indicator_id = ANY(%(i_indicator)s::bigint[])
        AND e.pgh_created_at <= %(as_of)s::timestamptz
      ORDER BY e.pgh_obj_id, e.pgh_created_at DESC, e.pgh_id DESC)
"""

_IS_RATIO = f"k.way IN ('{RATE}', '{LAST_RATE}', '{MEAN_RATE}')"
_IS_AT_LAST = f"k.way IN ('{LAST}', '{LAST_RATE}')"

# What a figure must be to count. A blank half of a rate is silence, zero is not.
_COUNTS = f"""
    f.state = ANY(%(states)s::text[])
    AND CASE WHEN {_IS_RATIO} THEN f.numerator IS NOT NULL AND f.denominator IS NOT NULL ELSE f.value IS NOT NULL END
"""

# Kept as numeric with 20 places while dividing, so that the rounding to 12 is the rules' own.
_MEAN = "round((c.denominator + 0.00000000000000000000) / c.cells, 12)"

_FISCAL_YEAR = "((date_part('year', {day}) * 12 + date_part('month', {day}))::int - 1 - (%(tenant_starts)s - 1)) / 12"


def _finished(source: str) -> str:
    """Name the state, and decide whether people may be called a number at all."""
    return f"""
        SELECT r.n, r.scope, k.grain, k.indicator_id, r.category, k.period,
               CASE WHEN r.is_exact THEN r.lower ELSE r.value END AS value,
               r.numerator, r.denominator, r.lower, r.upper, r.is_exact, r.parts::int AS parts, r.filed::int AS filed,
               r.expected::int AS expected, r.excused::int AS excused, r.value_period,
               CASE WHEN r.value IS NULL AND r.denominator IS NULL AND r.lower IS NULL
                    THEN CASE WHEN r.is_due_last THEN '{State.NONE}' ELSE '{State.NOT_EXPECTED}' END
                    WHEN {_IS_RATIO} AND r.denominator = 0 THEN '{State.UNDEFINED}'
                    WHEN r.filed = r.expected THEN '{State.COMPLETE}' ELSE '{State.PARTIAL}' END AS state
          FROM ({source}) r JOIN k ON k.n = r.n
    """


def partner_rows(spans: Sequence[Span], *, figures: str = FIGURES, name: str = "k", categories: bool = True) -> str:
    """The SELECT of partners' own rows: for each span, partner and category with a figure that counts, or for each
    total alone.
    """
    totals = "" if categories else "AND f.category = ''"
    carries = any(span.counting.carries for span in spans)
    is_other_year = any(span.period != _own_start(span) for span in spans)
    cells = f"""
        SELECT o.n, o.partner_id, o.period, o.is_excused, o.is_last, f.category, f.value, f.numerator, f.denominator,
               f.new_only, f.period AS source
          FROM owed_periods o JOIN k ON k.n = o.n
          JOIN {figures} f ON f.tenant_id = %(tenant)s AND f.indicator_id = k.indicator_id AND f.period = o.period
                          AND f.partner_id = o.partner_id AND {_COUNTS} {totals}
         WHERE o.is_in_span {"AND k.carry = 0" if carries else ""}
    """
    if carries:
        # The latest level within reach; an excused month is only due when it was filed itself.
        cells += f"""
        UNION ALL
        (SELECT DISTINCT ON (o.n, o.partner_id, o.period, f.category)
                o.n, o.partner_id, o.period, o.is_excused, o.is_last, f.category, f.value, f.numerator, f.denominator,
                f.new_only, f.period AS source
           FROM owed_periods o JOIN k ON k.n = o.n
           JOIN owed_periods s ON s.n = o.n AND s.partner_id = o.partner_id AND s.period <= o.period
                              AND s.period >= o.period - make_interval(months => k.carry)
           JOIN {figures} f ON f.tenant_id = %(tenant)s AND f.indicator_id = k.indicator_id AND f.period = s.period
                           AND f.partner_id = o.partner_id AND {_COUNTS} {totals}
          WHERE o.is_in_span AND k.carry > 0 AND (NOT o.is_excused OR s.period = o.period)
          ORDER BY o.n, o.partner_id, o.period, f.category, s.period DESC)
        """
    is_one_year, years_owed, years_filed = "true", "", ""
    if is_other_year:  # a span of the reader's year may lie in two of the tenant's
        owed_year, filed_year = _FISCAL_YEAR.format(day="o.period"), _FISCAL_YEAR.format(day="c.period")
        years_owed = f""",
                   min({owed_year}) FILTER (WHERE NOT o.is_excused) AS first_year,
                   max({owed_year}) FILTER (WHERE NOT o.is_excused) AS last_year"""
        years_filed = f", min({filed_year}) AS first_year, max({filed_year}) AS last_year"
        is_one_year = "least(c.first_year, a.first_year) = greatest(c.last_year, a.last_year)"
    # A level is carried from periods before the span; one that straddles its start lies neither in nor before it.
    lookback = "-(k.carry / k.step)" if carries else "0"
    before = "\n                     WHERE b.period >= k.first_on OR b.next_on <= k.period" if carries else ""
    return f"""
        WITH {with_duties(name)},
        owed_periods AS MATERIALIZED (
            SELECT o.n, o.partner_id, o.period, o.is_in_span, o.is_last, e.partner_id IS NOT NULL AS is_excused
              FROM (SELECT DISTINCT k.n, k.indicator_id, d.partner_id, b.period, b.period >= k.first_on AS is_in_span,
                           k.is_closed AND b.period = k.last_on AS is_last
                      FROM k
                      CROSS JOIN LATERAL generate_series({lookback}, (
                          (date_part('year', k.last_on) - date_part('year', k.first_on)) * 12
                          + date_part('month', k.last_on) - date_part('month', k.first_on))::int / k.step) g
                      CROSS JOIN LATERAL (
                          SELECT (k.first_on + make_interval(months => g * k.step))::date AS period,
                                 (k.first_on + make_interval(months => (g + 1) * k.step))::date AS next_on) b
                      JOIN duties d ON d.indicator_id = k.indicator_id AND d.since < b.next_on
                                   AND d.until >= b.period
                                   AND (k.partner_id IS NULL OR d.partner_id = k.partner_id){before}) o
              LEFT JOIN measures_excuse e ON e.tenant_id = %(tenant)s AND e.indicator_id = o.indicator_id
                                         AND e.period = o.period AND e.partner_id = o.partner_id
        ),
        asked AS MATERIALIZED (
            SELECT o.n, o.partner_id, count(*) AS owed, count(*) FILTER (WHERE o.is_excused) AS excused,
                   bool_or(o.is_last AND NOT o.is_excused) AS is_due_last{years_owed}
              FROM owed_periods o WHERE o.is_in_span GROUP BY o.n, o.partner_id
        ),
        counted AS MATERIALIZED (
            SELECT c.n, c.partner_id, c.category, count(*) AS cells, count(*) FILTER (WHERE c.is_excused) AS back,
                   sum(c.value) AS value, max(c.value) AS largest, sum(c.numerator) AS numerator,
                   sum(c.denominator) AS denominator,
                   bool_and(c.new_only) AS all_new, bool_or(c.new_only) AS some_new,
                   count(*) FILTER (WHERE c.is_last) AS at_last,
                   max(c.value) FILTER (WHERE c.is_last) AS last_value,
                   max(c.numerator) FILTER (WHERE c.is_last) AS last_numerator,
                   max(c.denominator) FILTER (WHERE c.is_last) AS last_denominator,
                   max(c.source) FILTER (WHERE c.is_last) AS last_source{years_filed}
              FROM ({cells}) c GROUP BY c.n, c.partner_id, c.category
        ),
        bounded AS (
            SELECT c.n, c.partner_id AS scope, c.category, a.is_due_last,
                   CASE k.way WHEN '{ADD}' THEN c.value WHEN '{LAST}' THEN c.last_value END AS value,
                   CASE k.way WHEN '{RATE}' THEN c.numerator WHEN '{MEAN_RATE}' THEN c.numerator
                              WHEN '{LAST_RATE}' THEN c.last_numerator END AS numerator,
                   CASE k.way WHEN '{RATE}' THEN c.denominator WHEN '{MEAN_RATE}' THEN {_MEAN}
                              WHEN '{LAST_RATE}' THEN c.last_denominator END AS denominator,
                   CASE WHEN k.way <> '{PEOPLE}' THEN NULL
                        WHEN c.all_new AND {is_one_year} THEN c.value ELSE c.largest END AS lower,
                   CASE WHEN k.way = '{PEOPLE}' AND c.cells = a.owed - a.excused + c.back
                             AND c.all_new = c.some_new THEN c.value END AS upper,
                   CASE WHEN {_IS_AT_LAST} THEN c.at_last ELSE c.cells END AS parts,
                   (c.cells = a.owed - a.excused + c.back)::int AS filed,
                   CASE WHEN c.last_source < k.last_on
                        THEN (c.last_source + make_interval(months => k.step - 1))::date END AS value_period
              FROM counted c JOIN asked a ON a.n = c.n AND a.partner_id = c.partner_id
              JOIN k ON k.n = c.n
        )
        {
        _finished('''SELECT b.*, 1 AS expected, 0 AS excused,
                             coalesce(b.filed = 1 AND b.lower = b.upper, false) AS is_exact FROM bounded b''')
    }
    """


def whole_rows(spans: Sequence[Span], *, figures: str = FIGURES, rollups: str = ROLLUPS, name: str = "k") -> str:
    """The SELECT of the whole initiative's rows: months from figures, longer spans from the partners' rows.

    `rollups` is where those lie: the table, or a sub-select with its columns (`partner_rows`).
    """
    carries = any(span.counting.carries for span in spans)
    parts = []
    if not spans or any(span.grain == Grain.MONTH for span in spans):
        parts.append(
            f"""
            SELECT o.n, o.is_due, f.category, f.value, f.numerator, f.denominator, f.value AS lower, f.value AS upper,
                   1 AS parts, 1 AS filed, NULL::date AS value_period
              FROM owed o JOIN k ON k.n = o.n AND k.grain = '{Grain.MONTH}'
              JOIN {figures} f ON f.tenant_id = %(tenant)s AND f.indicator_id = k.indicator_id
                              AND f.period = k.period AND f.partner_id = o.partner_id AND {_COUNTS}
             {"WHERE k.carry = 0" if carries else ""}
            """
        )
        if carries:
            parts.append(
                f"""
                (SELECT DISTINCT ON (o.n, o.partner_id, f.category)
                        o.n, o.is_due, f.category, f.value, f.numerator, f.denominator, f.value AS lower,
                        f.value AS upper, 1 AS parts, 1 AS filed,
                        CASE WHEN f.period < k.period THEN f.period END AS value_period
                   FROM owed o JOIN k ON k.n = o.n AND k.grain = '{Grain.MONTH}' AND k.carry > 0
                   JOIN {figures} f ON f.tenant_id = %(tenant)s AND f.indicator_id = k.indicator_id
                                   AND f.period <= k.period AND f.period >= k.period - make_interval(months => k.carry)
                                   AND f.partner_id = o.partner_id AND {_COUNTS}
                  WHERE (o.is_due OR f.period = k.period)
                    AND EXISTS (SELECT 1 FROM duties d
                                 WHERE d.indicator_id = k.indicator_id AND d.partner_id = o.partner_id
                                   AND d.since < f.period + make_interval(months => 1) AND d.until >= f.period)
                  ORDER BY o.n, o.partner_id, f.category, f.period DESC)
                """
            )
    if any(span.grain != Grain.MONTH for span in spans):
        parts.append(
            f"""
            SELECT o.n, o.is_due, r.category, r.value, r.numerator, r.denominator, r.lower, r.upper, r.parts, r.filed,
                   r.value_period
              FROM owed o JOIN k ON k.n = o.n AND k.grain <> '{Grain.MONTH}'
              JOIN {rollups} r ON r.scope = o.partner_id AND r.grain = k.grain AND r.indicator_id = k.indicator_id
                              AND r.period = k.period
                              {"AND r.tenant_id = %(tenant)s AND r.state <> ''" if rollups == ROLLUPS else ""}
            """
        )
    return f"""
        WITH {with_owed(name)},
        asked AS (
            SELECT o.n, count(*) FILTER (WHERE o.is_due) AS due, count(*) FILTER (WHERE NOT o.is_due) AS let_off,
                   bool_or(o.is_due_last) AS is_due_last
              FROM owed o GROUP BY o.n
        ),
        counted AS (
            SELECT c.n, c.category, sum(c.value) AS value, sum(c.numerator) AS numerator,
                   sum(c.denominator) AS denominator, max(c.lower) AS lower,
                   CASE WHEN count(c.upper) = count(*) THEN sum(c.upper) END AS upper, sum(c.parts) AS parts,
                   sum(c.filed) AS filed, count(*) FILTER (WHERE NOT c.is_due) AS back,
                   min(c.value_period) AS value_period
              FROM ({" UNION ALL ".join(parts)}) c GROUP BY c.n, c.category
        ),
        bounded AS (
            SELECT c.n, 0::bigint AS scope, c.category, a.is_due_last, c.parts, c.filed, a.due + c.back AS expected,
                   a.let_off - c.back AS excused, c.value_period,
                   CASE WHEN k.way IN ('{ADD}', '{LAST}') THEN c.value END AS value,
                   CASE WHEN {_IS_RATIO} THEN c.numerator END AS numerator,
                   CASE WHEN {_IS_RATIO} THEN c.denominator END AS denominator,
                   CASE WHEN k.way = '{PEOPLE}' THEN c.lower END AS lower,
                   CASE WHEN k.way = '{PEOPLE}' AND c.filed = a.due + c.back THEN c.upper END AS upper
              FROM counted c JOIN asked a ON a.n = c.n JOIN k ON k.n = c.n
        )
        {
        _finished('''SELECT b.*, coalesce(b.expected = 1 AND b.filed = 1 AND b.lower = b.upper, false) AS is_exact
                        FROM bounded b''')
    }
    """


def both_rows(
    own: Sequence[Span], whole: Sequence[Span], *, figures: str = FIGURES, name: str = "k"
) -> tuple[str, str]:
    """Everything computed at once and nothing stored: the CTE `own` and the SELECT of the whole initiative's rows.

    `own` holds the partners' rows over which the whole is combined. Parameters: `arrays(own, …, "own")` and
    `arrays(whole, …, name)`. `whole` may only ask for quarters and years that `own` has.
    """
    columns = ", ".join(COLUMNS)
    rows = partner_rows(own, figures=figures, name="own")
    return (
        f"own AS MATERIALIZED (SELECT {columns} FROM ({rows}) p)",
        f"SELECT {columns} FROM ({whole_rows(whole, figures=figures, rollups='own', name=name)}) w",
    )


def _own_start(span: Span) -> date:
    return start_of(Grain(span.grain), span.period, span.counting.year_starts)
