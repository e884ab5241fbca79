"""What is unusual about figures before they are handed in: against a partner's own past, and against its other lines.

Every door asks here: the form, the API, the service that submits; an import asks the same rules on its rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from django.db import connection

from backbone.models import Initiative, Tenant
from backbone.problems import Problem
from backbone.tenancy import active_tenant_id
from measures.lines import thresholds_of
from measures.models import ValidationRule
from measures.rules.crossing import CrossRule, check_rules
from measures.rules.figures import Entry, Place
from measures.rules.lines import TOTAL, Line
from measures.rules.outliers import LOOKED_BACK
from measures.rules.past import warn_past
from measures.rules.usual import warn_figure
from measures.selectors.versions import COUNTED_SINCE

Cells = Mapping[str, Entry]
Past = list[tuple[date, Entry]]  # oldest first


def rules_in_use(initiative: Initiative) -> tuple[CrossRule, ...]:
    """The initiative's rules over several lines, in their order; one query."""
    rows = ValidationRule.objects.filter(initiative=initiative, is_active=True)
    return tuple(rule_of(row) for row in rows)


def rule_of(row: ValidationRule) -> CrossRule:
    return CrossRule(row.slug, row.left, row.operator, row.right, row.severity, row.missing, row.message)


def earlier(partner_id: int, period: date, indicator_ids: Collection[int]) -> dict[int, Past]:
    """By indicator the last totals that the partner handed in before this period, oldest first; one statement. What was
    counted by another definition, that this period's is not comparable with, is not among them.
    """
    found: dict[int, Past] = defaultdict(list)
    if not indicator_ids:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT i.id, f.period, f.value, f.numerator, f.denominator, f.weight, f.is_not_collected
              FROM unnest(%(ids)s::bigint[]) AS i (id)
             CROSS JOIN LATERAL {COUNTED_SINCE.format(indicator="i.id", period="%(period)s")} AS counted (since)
             CROSS JOIN LATERAL (
                   SELECT * FROM measures_figure f
                    WHERE f.tenant_id = %(tenant)s AND f.indicator_id = i.id AND f.partner_id = %(partner)s
                      AND f.period < %(period)s AND f.category = '' AND f.state IN ('submitted', 'approved')
                      AND (counted.since IS NULL OR f.period >= counted.since)
                    ORDER BY f.period DESC LIMIT %(count)s) f
             ORDER BY i.id, f.period
            """,  # noqa: S608  a fragment of our own
            {
                "ids": list(indicator_ids),
                "tenant": active_tenant_id(),
                "partner": partner_id,
                "period": period,
                "count": LOOKED_BACK,
            },
        )
        for indicator_id, when, *numbers, is_not_collected in cursor:
            found[indicator_id].append((when, Entry(*numbers, is_not_collected=is_not_collected)))
    return found


def unusual(
    tenant: Tenant, period: date, lines: Mapping[int, Line], cells: Mapping[int, Cells], past: Mapping[int, Past]
) -> dict[int, list[Problem]]:
    """The soft warnings of each line by indicator id, each at its place; lines without one are left out."""
    thresholds = thresholds_of(tenant)
    found = {}
    for pk, line in lines.items():
        total = cells.get(pk, {}).get(TOTAL, Entry())
        before = past.get(pk, [])
        said = warn_figure(line, total, [entry for _when, entry in before], thresholds)
        said += warn_past(line, period, total, before, tenant.fiscal_year_starts)
        if said:
            found[pk] = [problem.at(field=str(Place(line.slug, TOTAL, problem.field))) for problem in said]
    return found


def crossed(
    rules: Collection[CrossRule],
    lines: Mapping[int, Line],
    cells: Mapping[int, Cells],
    asked: Collection[int],
    *,
    is_submission: bool = True,
) -> dict[int, list[Problem]]:
    """What the rules over several lines find, by the indicator id of the line that it is said at; hard ones are errors.

    `lines` and `cells` are all that the partner owes in the period, `asked` those that are being handed in.
    """
    if not rules:
        return {}
    ids = {line.slug: pk for pk, line in lines.items()}
    by_slug = {line.slug: cells.get(pk, {}) for pk, line in lines.items()}
    found: dict[int, list[Problem]] = defaultdict(list)
    for problem in check_rules(
        rules,
        {line.slug: line for line in lines.values()},
        by_slug,
        {lines[pk].slug for pk in asked},
        is_submission=is_submission,
    ):
        found[ids[problem.params["indicator"]]].append(problem)
    return dict(found)
