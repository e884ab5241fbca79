"""Who owes what in a span: the obligations' side of every roll-up, as SQL.

A partner owes a period of an indicator when its participation and an obligation (its own or everybody's) both overlap
the period, first and last days included. An excuse takes it out, unless it filed all the same. The fragments are CTEs
over the parameters of `spans.Question`, and name the tenant on every table.
"""

# ruff: noqa: S608  (SQL is put together from our own fragments; every value is a parameter)

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from measures.selectors.spans import Question

# One row for each span that is asked for. `crowd` is the number of the first span that is owed alike, `alike_id` its
# indicator: `duties` and `owed` hold rows of those alone.
SPANS = """
    SELECT * FROM unnest(
        %({k}_indicator)s::bigint[], %({k}_grain)s::text[], %({k}_period)s::date[], %({k}_first)s::date[],
        %({k}_last)s::date[], %({k}_ends)s::date[], %({k}_closed)s::bool[], %({k}_step)s::int[], %({k}_way)s::text[],
        %({k}_carry)s::int[], %({k}_partner)s::bigint[], %({k}_crowd)s::bigint[], %({k}_alike)s::bigint[])
    WITH ORDINALITY AS k (indicator_id, grain, period, first_on, last_on, ends_on, is_closed, step, way, carry,
                          partner_id, crowd, alike_id, n)
"""

# One row for each of the indicators' periods inside those spans; `n` is the span's number.
PERIODS = """
    SELECT * FROM unnest(
        %({k}b_n)s::bigint[], %({k}b_crowd)s::bigint[], %({k}b_indicator)s::bigint[], %({k}b_partner)s::bigint[],
        %({k}b_period)s::date[], %({k}b_next)s::date[], %({k}b_within)s::bool[], %({k}b_last)s::bool[])
    AS b (n, crowd, indicator_id, partner_id, period, next_on, is_in_span, is_last)
"""

# From when to when a partner owes an indicator, one row for each obligation that applies to it. Where participation
# and obligation share a period but no day, `since` is after `until`, and that period alone is owed.
_SINCE = "greatest(pa.joins_on, o.starts_on)"
_UNTIL = "least(pa.leaves_on, o.ends_on, 'infinity')"
_PERIOD_OF = "((date_part('year', {day}) * 12 + date_part('month', {day}))::int - %(tenant_starts)s) / i.step"
_DUTY = f"""
    SELECT i.indicator_id, pa.partner_id, {_SINCE} AS since, {_UNTIL} AS until
      FROM unnest(%({{k}}i_indicator)s::bigint[], %({{k}}i_initiative)s::bigint[], %({{k}}i_step)s::int[])
           AS i (indicator_id, initiative_id, step)
      JOIN measures_obligation o ON o.tenant_id = %(tenant)s AND o.indicator_id = i.indicator_id AND {{whose}}
      JOIN backbone_participation pa
        ON pa.tenant_id = %(tenant)s AND pa.initiative_id = i.initiative_id AND {{who}}
     WHERE {{partners}}
       AND CASE WHEN {_SINCE} > {_UNTIL}
                THEN {_PERIOD_OF.format(day=_SINCE)} = {_PERIOD_OF.format(day="least(pa.leaves_on, o.ends_on)")}
                ELSE true END
"""


def with_duties(question: Question) -> str:
    """The CTEs `k`, the spans, and `duties`."""
    k = question.name
    partners = f"pa.partner_id = ANY(%({k}_partners)s::bigint[])" if question.names_partners else "true"
    duties = _DUTY.format(k=k, partners=partners, whose="o.partner_id IS NULL", who="true")
    if not question.is_owed_by_all:
        own = _DUTY.format(k=k, partners=partners, whose="o.partner_id IS NOT NULL", who="pa.partner_id = o.partner_id")
        duties = f"{duties} UNION ALL {own}"
    return f"k AS MATERIALIZED ({SPANS.format(k=k)}), duties AS MATERIALIZED ({duties})"


def with_owed(question: Question) -> str:
    """The CTEs `k`, `duties` and `owed`: who owes something in each span, to be joined by `owed.n = k.crowd`.

    `is_due`: something of it is not excused; `is_due_last`: the last period is owed and not excused, which decides
    whether a level is expected at the end of the span.
    """
    if question.is_owed_by_all and not question.has_excuses:
        owed = """
            SELECT k.n, d.partner_id, true AS is_due, k.is_closed AND d.until >= k.last_on AS is_due_last
              FROM k JOIN duties d
                ON d.indicator_id = k.indicator_id AND d.since <= k.ends_on AND d.until >= k.first_on
               AND (k.partner_id IS NULL OR d.partner_id = k.partner_id)
             WHERE k.n = k.crowd
        """
    else:
        owed = _OWED_WITH_EXCUSES
    return f"{with_duties(question)}, owed AS MATERIALIZED ({owed})"


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


def plan_steadily(cursor: Any, **more: str) -> None:
    """Join and group by hashing whatever the planner believes, until the transaction ends; with `more` settings.

    It cannot know how many rows our CTEs have and believes in one, so that it would compare thousands of rows with
    thousands one by one. Where an index must be walked for each span, the SQL says LATERAL, which no setting undoes.
    """
    _set_locally(cursor, dict.fromkeys(_GUESSING, "off") | more)


@contextmanager
def steady_plans(cursor: Any) -> Iterator[None]:
    """`plan_steadily` until the end of this block, for a transaction that goes on to other things."""
    plan_steadily(cursor)
    yield
    _set_locally(cursor, dict.fromkeys(_GUESSING, "on"))


_GUESSING = ("enable_nestloop", "enable_mergejoin", "enable_sort")


def _set_locally(cursor: Any, settings: dict[str, str]) -> None:
    asked = ", ".join(["set_config(%s, %s, true)"] * len(settings))
    cursor.execute(f"SELECT {asked}", [word for pair in settings.items() for word in pair])
