"""Partners' own figures by category: what each filed in each cell of a span, and who stands behind the cells before it."""

# ruff: noqa: S608  (SQL is put together from our own fragments; every value is a parameter)

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from backbone.tenancy import active_tenant_id
from measures.rules.combining import Combined
from measures.rules.coverage import Coverage, State
from measures.rules.figures import divided
from measures.rules.lines import Line
from measures.selectors.combined import figures_at, partner_rows
from measures.selectors.owing import asked_steadily
from measures.selectors.spans import Question, Span


class Voice(NamedTuple):
    """One partner's figure behind a cell of one period: how much of the cell it makes up, and the value itself where it
    has one."""

    indicator_id: int
    period: date
    category: str
    partner_id: int
    volume: Decimal
    value: Decimal | None


def parts_by_category(
    spans: Sequence[Span], lines: dict[int, Line], as_of: datetime | None = None
) -> dict[tuple[int, int, str], Combined]:
    """By indicator, partner and category (not the total): what stands in each span; one statement."""
    if not spans:
        return {}
    question = Question(spans)
    source = figures_at(as_of, {span.counting.indicator_id for span in spans})
    rows = partner_rows(question, figures=source.name, categories=True)
    found = {}
    standing = asked_steadily(
        f"""
        {source.opening} SELECT n, scope, category, value, numerator, denominator, lower, upper, filed, state
          FROM ({rows}) r WHERE category <> ''
        """,
        question.parameters(active_tenant_id()) | question.periods() | dict(source.params),
    )
    for n, partner, category, value, numerator, denominator, lower, upper, filed, state in standing:
        indicator = spans[n - 1].counting.indicator_id
        line = lines[indicator]
        found[indicator, partner, category] = Combined(
            kind=line.kind,
            state=State(state),
            coverage=Coverage(filed, 1),
            value=divided(numerator, denominator) if line.rule.divides else value,
            numerator=numerator,
            denominator=denominator,
            lower=lower,
            upper=upper,
        )
    return found


def voices(
    indicator_ids: Collection[int], since: date, until: date, states: Collection[str], as_of: datetime | None = None
) -> list[Voice]:
    """Every partner's figure that counts, from `since` to `until`; one statement."""
    if not indicator_ids:
        return []
    source = figures_at(as_of, indicator_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            {source.opening}
            SELECT f.indicator_id, f.period, f.category, f.partner_id,
                   coalesce(f.denominator, f.weight, f.value) AS volume, f.value
              FROM {source.name} f
             WHERE f.tenant_id = %(tenant)s AND f.indicator_id = ANY(%(ids)s) AND f.period BETWEEN %(since)s AND %(until)s
               AND f.state = ANY(%(states)s) AND NOT f.is_not_collected
               AND coalesce(f.denominator, f.weight, f.value) IS NOT NULL
            """,
            dict(source.params)
            | {
                "tenant": active_tenant_id(),
                "ids": list(indicator_ids),
                "since": since,
                "until": until,
                "states": list(states),
            },
        )
        return [Voice._make(row) for row in cursor]
