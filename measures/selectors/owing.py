"""Who owes what in a span: the obligations' side of every roll-up, as SQL.

A partner owes a period of an indicator when its participation and an obligation (its own or everybody's) both overlap
the period, first and last days included. An excuse takes it out, unless it filed all the same. The fragments are
CTEs in this order, `WITH k AS …, duties AS …, owed AS …`; they expect the parameters of `spans.arrays`, and name the
tenant on every table.
"""

# ruff: noqa: S608  (SQL is put together from our own fragments; every value is a parameter)

# One row for each span that is asked for; `{k}` is the name under which `spans.arrays` gave them.
SPANS = """
    SELECT * FROM unnest(%({k}_indicator)s::bigint[], %({k}_grain)s::text[], %({k}_period)s::date[],
           %({k}_first)s::date[], %({k}_last)s::date[], %({k}_ends)s::date[], %({k}_closed)s::bool[], %({k}_step)s::int[], %({k}_way)s::text[],
           %({k}_carry)s::int[], %({k}_partner)s::bigint[])
    WITH ORDINALITY AS k (indicator_id, grain, period, first_on, last_on, ends_on, is_closed, step, way, carry,
                             partner_id, n)
"""

# From when to when a partner owes an indicator, one row for each obligation that applies to it. Where the two only
# share a period and no day, `since` is after `until`, and that period alone is owed.
_MONTHS = "(date_part('year', {day}) * 12 + date_part('month', {day}))::int"
_PERIOD_OF = f"({_MONTHS} - %(tenant_starts)s) / i.step"
_DUTY = f"""
    SELECT i.indicator_id, pa.partner_id, i.step,
           greatest(pa.joins_on, o.starts_on) AS since, least(pa.leaves_on, o.ends_on, 'infinity') AS until
      FROM unnest(%(i_indicator)s::bigint[], %(i_initiative)s::bigint[], %(i_step)s::int[])
           AS i (indicator_id, initiative_id, step)
      JOIN measures_obligation o ON o.tenant_id = %(tenant)s AND o.indicator_id = i.indicator_id AND {{whose}}
      JOIN backbone_participation pa
        ON pa.tenant_id = %(tenant)s AND pa.initiative_id = i.initiative_id AND {{who}}
     WHERE (%(partners)s::bigint[] IS NULL OR pa.partner_id = ANY(%(partners)s::bigint[]))
       AND CASE WHEN greatest(pa.joins_on, o.starts_on) > least(pa.leaves_on, o.ends_on, 'infinity')
                THEN {_PERIOD_OF.format(day="greatest(pa.joins_on, o.starts_on)")}
                     = {_PERIOD_OF.format(day="least(pa.leaves_on, o.ends_on)")}
                ELSE true END
"""
DUTIES = " UNION ALL ".join(
    [
        _DUTY.format(whose="o.partner_id IS NULL", who="true"),
        _DUTY.format(whose="o.partner_id IS NOT NULL", who="pa.partner_id = o.partner_id"),
    ]
)

# Who owes something in each span. `is_due`: something of it is not excused; `is_due_last`: the last period is owed and
# not excused, which is what decides whether a level is expected at the end of the span.
OWED = """
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
                   bool_or(k.is_closed AND d.until >= k.last_on AND d.since <= k.ends_on) AS is_due_last
              FROM k JOIN duties d
                ON d.indicator_id = k.indicator_id AND d.since <= k.ends_on AND d.until >= k.first_on
               AND (k.partner_id IS NULL OR d.partner_id = k.partner_id)
             GROUP BY k.n, d.partner_id, k.indicator_id, k.first_on, k.last_on, k.step) o
      LEFT JOIN (SELECT k.n, e.partner_id, array_agg(e.period) AS periods,
                        bool_or(e.period = k.last_on) AS has_last
                   FROM k JOIN measures_excuse e
                     ON e.tenant_id = %(tenant)s AND e.indicator_id = k.indicator_id
                    AND e.period BETWEEN k.first_on AND k.last_on
                  GROUP BY k.n, e.partner_id) x ON x.n = o.n AND x.partner_id = o.partner_id
"""


def with_duties(name: str = "k") -> str:
    return f"k AS MATERIALIZED ({SPANS.format(k=name)}), duties AS MATERIALIZED ({DUTIES})"


def with_owed(name: str = "k") -> str:
    return f"{with_duties(name)}, owed AS MATERIALIZED ({OWED})"
