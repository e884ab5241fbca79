"""Who owes what in a span: the obligations' side of every roll-up, as SQL.

A period is owed when one of its days lies in an obligation (the partner's own or everybody's), in the partner's stay,
and before the indicator's retirement: the rule is `rules.owed`. An excuse takes it out, unless it filed all the same;
so does a first period that may be left out, which then was never asked for. The fragments are CTEs over the parameters
of `spans.Question`, and name the tenant on every table.
"""

# ruff: noqa: S608  (SQL is put together from our own fragments; every value is a parameter)

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection

from measures.selectors.spans import Question

# One row for each span that is asked for. `crowd` is the number of the first span that is owed alike, `alike_id` its
# indicator: `duties` and `owed` hold rows of those alone.
SPANS = """
    SELECT * FROM unnest(
        %({k}_indicator)s::bigint[], %({k}_grain)s::text[], %({k}_period)s::date[], %({k}_first)s::date[],
        %({k}_last)s::date[], %({k}_ends)s::date[], %({k}_closed)s::bool[], %({k}_step)s::int[], %({k}_way)s::text[],
        %({k}_carry)s::int[], %({k}_partner)s::bigint[], %({k}_crowd)s::bigint[], %({k}_alike)s::bigint[],
        %({k}_since)s::date[], %({k}_broken)s::bool[])
    WITH ORDINALITY AS k (indicator_id, grain, period, first_on, last_on, ends_on, is_closed, step, way, carry,
                          partner_id, crowd, alike_id, since, is_broken, n)
"""

# One row for each period of those that partners file inside those spans; `n` is the span's number.
PERIODS = """
    SELECT * FROM unnest(
        %({k}b_n)s::bigint[], %({k}b_crowd)s::bigint[], %({k}b_indicator)s::bigint[], %({k}b_partner)s::bigint[],
        %({k}b_step)s::int[], %({k}b_period)s::date[], %({k}b_next)s::date[], %({k}b_within)s::bool[],
        %({k}b_last)s::bool[])
    AS b (n, crowd, indicator_id, partner_id, step, period, next_on, is_in_span, is_last)
"""

# From when to when a partner owes an indicator, one row for each obligation that applies to it.
_SINCE = "greatest(pa.joins_on, o.starts_on)"
_UNTIL = "least(pa.leaves_on, o.ends_on, i.retired_on - 1, 'infinity')"
_DUTY = f"""
    SELECT i.indicator_id, pa.partner_id, {_SINCE} AS since, {_UNTIL} AS until {{more}}
      FROM unnest(%({{k}}i_indicator)s::bigint[], %({{k}}i_initiative)s::bigint[], %({{k}}i_step)s::int[],
                  %({{k}}i_retired)s::date[])
           AS i (indicator_id, initiative_id, step, retired_on)
      JOIN measures_obligation o ON o.tenant_id = %(tenant)s AND o.indicator_id = i.indicator_id AND {{whose}}
      JOIN backbone_participation pa
        ON pa.tenant_id = %(tenant)s AND pa.initiative_id = i.initiative_id AND {{who}}
     WHERE {{partners}} AND {_SINCE} <= {_UNTIL}
"""

# Where partners file at different rhythms, or may leave out a first period: the same as days that belong to whole
# periods of one length (`step`), none twice. A rarer filing takes its days from what would be filed more often.
_HOW_OFTEN = """,
           greatest(i.step, CASE o.frequency WHEN 'year' THEN 12 WHEN 'quarter' THEN 3 ELSE 1 END) AS step,
           o.first_partial = 'optional' AS may_begin_late
"""
_START = """(date_trunc('month', {day}::timestamp) - make_interval(
             months => (date_part('month', {day})::int - %(tenant_starts)s + 12) %% {step}))::date"""
_WHOLE_PERIODS = f"""
    whole_periods AS MATERIALIZED (
        SELECT a.indicator_id, a.partner_id, a.step,
               range_agg(daterange(w.first_on, w.next_on)) AS days,
               range_agg(daterange(CASE WHEN a.may_begin_late AND a.since > w.first_on THEN w.second_on
                                        ELSE w.first_on END, w.next_on)) AS expected
          FROM assigned a
         CROSS JOIN LATERAL (SELECT {_START.format(day="a.since", step="a.step")} AS first_on) f
         CROSS JOIN LATERAL (
               SELECT f.first_on, (f.first_on + make_interval(months => a.step))::date AS second_on,
                      CASE WHEN isfinite(a.until) THEN
                           ({_START.format(day="a.until", step="a.step")} + make_interval(months => a.step))::date
                      END AS next_on) w
         GROUP BY a.indicator_id, a.partner_id, a.step
    )
"""
_UNEVEN_DUTIES = """
    SELECT w.indicator_id, w.partner_id, w.step, lower(d.days) AS since, coalesce(upper(d.days) - 1, 'infinity') AS until,
           d.is_optional
      FROM whole_periods w
     CROSS JOIN LATERAL (SELECT coalesce(range_agg(r.days), '{}') AS days FROM whole_periods r
                          WHERE r.indicator_id = w.indicator_id AND r.partner_id = w.partner_id AND r.step > w.step) r
     CROSS JOIN LATERAL (SELECT unnest(w.expected - r.days) AS days, false AS is_optional
                         UNION ALL SELECT unnest(w.days - w.expected - r.days), true) d
"""


def with_duties(question: Question) -> str:
    """The CTEs `k`, the spans, and `duties`; of an uneven question, these with `step` and `is_optional`."""
    k = question.name
    partners = f"pa.partner_id = ANY(%({k}_partners)s::bigint[])" if question.names_partners else "true"
    more = _HOW_OFTEN if question.is_uneven else ""
    duties = _DUTY.format(k=k, partners=partners, whose="o.partner_id IS NULL", who="true", more=more)
    if not question.is_owed_by_all:
        whose, who = "o.partner_id IS NOT NULL", "pa.partner_id = o.partner_id"
        duties = f"{duties} UNION ALL {_DUTY.format(k=k, partners=partners, whose=whose, who=who, more=more)}"
    spans = f"k AS MATERIALIZED ({SPANS.format(k=k)})"
    if question.is_uneven:
        return f"{spans}, assigned AS ({duties}), {_WHOLE_PERIODS}, duties AS MATERIALIZED ({_UNEVEN_DUTIES})"
    return f"{spans}, duties AS MATERIALIZED ({duties})"


def with_owed_periods(question: Question) -> str:
    """The CTEs `k`, `duties`, `b`, the periods, and `owed_periods`: who owes each of them.

    `is_excused` and `is_optional` (never both) need not be filed. Needs `question.periods()` as parameters.
    """
    # A period is owed once, however many obligations ask for it; of an uneven question no days come twice.
    unlike = "" if question.is_owed_by_all or question.is_uneven else "DISTINCT"
    rhythm, optional = ("d.step = b.step AND", "d.is_optional") if question.is_uneven else ("", "false")
    excused, excuses = "false", ""
    if question.has_excuses:
        excused = f"e.partner_id IS NOT NULL AND NOT {optional}"
        excuses = """LEFT JOIN measures_excuse e ON e.tenant_id = %(tenant)s AND e.indicator_id = b.indicator_id
                                                 AND e.period = b.period AND e.partner_id = d.partner_id"""
    return f"""
        {with_duties(question)},
        b AS MATERIALIZED ({PERIODS.format(k=question.name)}),
        owed_periods AS MATERIALIZED (
            SELECT {unlike} b.n, d.partner_id, b.step, b.period, b.next_on, b.is_in_span, b.is_last,
                   {excused} AS is_excused, {optional} AS is_optional
              FROM b JOIN duties d ON {rhythm} d.indicator_id = b.indicator_id AND d.since < b.next_on
                           AND d.until >= b.period AND (b.partner_id IS NULL OR d.partner_id = b.partner_id)
              {excuses}
             WHERE b.n = b.crowd
        )
    """


def with_owed(question: Question) -> str:
    """The CTEs `k`, `duties` and `owed`: who owes something in each span, to be joined by `owed.n = k.crowd`.

    `is_due`: something of it must be filed; `is_excused`: nothing must, and something is excused; `is_due_last`: the
    last period must be, which decides whether a level is expected at the end of the span. A partner that is neither due
    nor excused may leave out all that it owes.
    """
    if question.is_uneven:
        return f"{with_owed_periods(question)}, owed AS MATERIALIZED ({_OWED_UNEVENLY})"
    if question.is_owed_by_all and not question.has_excuses:
        owed = """
            SELECT k.n, d.partner_id, true AS is_due, false AS is_excused,
                   k.is_closed AND d.until >= k.last_on AS is_due_last
              FROM k JOIN duties d
                ON d.indicator_id = k.indicator_id AND d.since <= k.ends_on AND d.until >= k.first_on
               AND (k.partner_id IS NULL OR d.partner_id = k.partner_id)
             WHERE k.n = k.crowd
        """
    else:
        owed = f"SELECT o.*, NOT o.is_due AS is_excused FROM ({_OWED_WITH_EXCUSES}) o"
    return f"{with_duties(question)}, owed AS MATERIALIZED ({owed})"


_OWED_UNEVENLY = """
    SELECT o.n, o.partner_id, bool_or(NOT (o.is_excused OR o.is_optional)) AS is_due,
           NOT bool_or(NOT (o.is_excused OR o.is_optional)) AND bool_or(o.is_excused) AS is_excused,
           bool_or(o.is_last AND NOT (o.is_excused OR o.is_optional)) AS is_due_last
      FROM owed_periods o WHERE o.is_in_span GROUP BY o.n, o.partner_id
"""

_OWED_WITH_EXCUSES = """
    SELECT o.n, o.partner_id, o.is_due_last AND NOT coalesce(x.has_last, false) AS is_due_last,
           CASE WHEN x.n IS NULL THEN true ELSE EXISTS (
               SELECT 1
                 FROM generate_series(0, (
                          (date_part('year', o.last_on) - date_part('year', o.first_on)) * 12
                          + date_part('month', o.last_on) - date_part('month', o.first_on))::int, o.step) g,
                      LATERAL (SELECT (o.first_on + make_interval(months => g))::date AS starts_on,
                                      (o.first_on + make_interval(months => g + o.step))::date AS next_on) b
                WHERE b.starts_on <> ALL(x.periods)
                  AND EXISTS (SELECT 1 FROM duties d
                               WHERE d.indicator_id = o.indicator_id AND d.partner_id = o.partner_id
                                 AND d.since < b.next_on AND d.until >= b.starts_on))
           END AS is_due
      FROM (SELECT k.n, d.partner_id, k.indicator_id, k.first_on, k.last_on, k.step,
                   bool_or(k.is_closed AND d.until >= k.last_on) AS is_due_last
              FROM k JOIN duties d
                ON d.indicator_id = k.indicator_id AND d.since <= k.ends_on AND d.until >= k.first_on
               AND (k.partner_id IS NULL OR d.partner_id = k.partner_id)
             WHERE k.n = k.crowd
             GROUP BY k.n, d.partner_id, k.indicator_id, k.first_on, k.last_on, k.step) o
      LEFT JOIN (SELECT k.n, e.partner_id, array_agg(e.period) AS periods,
                        bool_or(e.period = k.last_on) AS has_last
                   FROM k JOIN measures_excuse e
                     ON e.tenant_id = %(tenant)s AND e.indicator_id = k.indicator_id
                    AND e.period BETWEEN k.first_on AND k.last_on
                  GROUP BY k.n, e.partner_id) x ON x.n = o.n AND x.partner_id = o.partner_id
"""


def plan_steadily(cursor: Any) -> None:
    """Join and group by hashing whatever the planner believes, until the transaction ends.

    It cannot know how many rows our CTEs have and believes in one, so that it would compare thousands of rows with
    thousands one by one. Where an index must be walked for each span, the SQL says LATERAL, which no setting undoes.
    """
    cursor.execute(_OFF)


@contextmanager
def steady_plans(cursor: Any) -> Iterator[None]:
    """`plan_steadily` until the end of this block, for a transaction that goes on to other things."""
    plan_steadily(cursor)
    yield
    cursor.execute(_ON)


def asked_steadily(sql: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of one SELECT that is planned as `plan_steadily` says, and nothing after it. Two journeys to the database."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_OFF}; {sql}", params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        cursor.execute(_ON)
        return rows


_OFF = (
    "SELECT set_config('enable_nestloop', 'off', true), set_config('enable_mergejoin', 'off', true), "
    "set_config('enable_sort', 'off', true)"
)
_ON = _OFF.replace("'off'", "'on'")
