"""Figures seen through a lens before they are combined: the SQL of what `rules.splits` says of one partner's cells.

A lens takes the place of the table of figures in `selectors.combined`, so that owing, excuses, carrying and coverage
stay what they are. Only figures that count pass through it; its parameters go with the statement's.
"""

# ruff: noqa: S608  (SQL is put together from our own fragments; every value is a parameter)

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from measures.rules.lines import TOTAL, UNKNOWN, Line, pairs_of
from measures.rules.splits import adds_up, heirs, is_known


class Lens(NamedTuple):
    """How figures are looked at: a SELECT over them, with a place for where they come from, and its parameters."""

    select: str
    parameters: dict[str, Any]

    def over(self, figures: str) -> str:
        """The SELECT over a table of figures, or over the name of a CTE of them."""
        return self.select.replace("{figures}", figures)


_THAT_COUNT = """
    f.tenant_id = %(tenant)s AND f.state = ANY(%(states)s::text[]) AND NOT f.is_not_collected
    AND (f.value IS NOT NULL OR (f.numerator IS NOT NULL AND f.denominator IS NOT NULL))
"""

_MERGED = """
    (SELECT f.tenant_id, f.indicator_id, f.period, f.partner_id, coalesce(m.heir, f.category) AS category,
            sum(f.value) AS value, sum(f.numerator) AS numerator, sum(f.denominator) AS denominator,
            sum(f.weight) AS weight, max(f.note) AS note, bool_and(f.is_not_collected) AS is_not_collected,
            bool_and(f.new_only) FILTER (WHERE NOT f.is_not_collected) AS new_only, min(f.state) AS state
       FROM {figures} f
       LEFT JOIN unnest(%(lens_indicator)s::bigint[], %(lens_category)s::text[], %(lens_heir)s::text[])
              AS m (indicator_id, category, heir) ON m.indicator_id = f.indicator_id AND m.category = f.category
      WHERE f.tenant_id = %(tenant)s AND f.state = ANY(%(states)s::text[])
      GROUP BY 1, 2, 3, 4, 5)
"""

_IS_KNOWN = "bool_or(m.role = 'known') AND bool_or(m.role = 'total')"


def _known(column: str) -> str:
    return f"""
        CASE WHEN m.is_exclusive THEN sum(f.{column}) FILTER (WHERE m.role = 'known')
             WHEN {_IS_KNOWN} THEN sum(f.{column}) FILTER (WHERE m.role = 'total')
                                   - coalesce(sum(f.{column}) FILTER (WHERE m.role = 'unknown'), 0) END AS {column}
    """


_KNOWN_PARTS = f"""
    (SELECT f.tenant_id, f.indicator_id, f.period, f.partner_id, m.breakdown AS category,
            {_known("value")}, {_known("numerator")}, {_known("denominator")},
            coalesce(bool_and(f.new_only) FILTER (WHERE m.role = CASE WHEN m.is_exclusive THEN 'known' ELSE 'total' END),
                     false) AS new_only,
            NULL::numeric AS weight, ''::text AS note, false AS is_not_collected, min(f.state) AS state
       FROM {{figures}} f
       JOIN unnest(%(lens_indicator)s::bigint[], %(lens_category)s::text[], %(lens_breakdown)s::text[],
                   %(lens_exclusive)s::boolean[], %(lens_role)s::text[])
         AS m (indicator_id, category, breakdown, is_exclusive, role)
         ON m.indicator_id = f.indicator_id AND m.category = f.category
      WHERE {_THAT_COUNT}
      GROUP BY 1, 2, 3, 4, 5, m.is_exclusive)
"""


def merged_categories(lines: Mapping[int, Line]) -> Lens | None:
    """Figures with those of retired categories under what they became (`splits.merged`); None where nothing did.

    `lines` by indicator id, as they are over all time.
    """
    rows = [(pk, key, heir) for pk, line in lines.items() for key, heir in heirs(line).items()]
    if not rows:
        return None
    indicator, category, heir = (list(column) for column in zip(*rows, strict=True))
    return Lens(_MERGED, {"lens_indicator": indicator, "lens_category": category, "lens_heir": heir})


def known_parts(lines: Mapping[int, Line]) -> Lens | None:
    """For each breakdown one figure, its slugs for a category: what of the total it breaks down (`splits.known_part`)."""
    rows = [
        (pk, key, "+".join(breakdown), line.is_exclusive(breakdown), role)
        for pk, line in lines.items()
        if adds_up(line)
        for breakdown in line.breakdowns
        for key, role in [(TOTAL, "total"), *((key, _role(key)) for key in line.keys(breakdown))]
    ]
    if not rows:
        return None
    names = ("lens_indicator", "lens_category", "lens_breakdown", "lens_exclusive", "lens_role")
    return Lens(_KNOWN_PARTS, dict(zip(names, (list(column) for column in zip(*rows, strict=True)), strict=True)))


def _role(key: str) -> str:
    """Known, unknown in every dimension, or neither: a cell of a cross-tabulation of which one half is unknown."""
    if is_known(key):
        return "known"
    return "unknown" if all(category == UNKNOWN for _, category in pairs_of(key)) else "half"
