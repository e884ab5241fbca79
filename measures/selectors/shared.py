"""Joint work that stands in several partners' figures: how much is counted too often, in SQL and for the rules.

A credit counts while its partner's figure counts and is owed. When a figure was corrected to less than the joint work,
no more is taken off than it holds.
"""

# ruff: noqa: S608  (SQL is put together from our own fragments; every value is a parameter)

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from backbone.models import Partner
from backbone.tenancy import active_tenant_id
from measures.models import Figure, Indicator, SharedAmount, SharedCount, SharedCredit
from measures.rules.figures import Entry
from measures.rules.lines import TOTAL
from measures.rules.shared import Shared, taken_off
from measures.selectors import ways
from measures.selectors.owing import asked_steadily, with_owed
from measures.selectors.spans import ADD, RATE, Question
from measures.windows import Window

_NAMES = ("value", "numerator", "denominator")


def _standing(question: Question, figures: str) -> str:
    """One row for each piece of joint work in a span `k` and each of its categories: in how many figures it stands, in
    whose, and how much it is. `owed` is among the CTEs."""
    amounts = ", ".join(f"least(a.{name}, min(f.{name})) AS {name}" for name in _NAMES)
    return f"""
        SELECT c.id, a.category, count(*) AS times, array_agg(f.partner_id) AS partners, {amounts}
          FROM measures_sharedcount c
          JOIN measures_sharedamount a ON a.tenant_id = %(tenant)s AND a.shared_id = c.id
          JOIN measures_sharedcredit r ON r.tenant_id = %(tenant)s AND r.shared_id = c.id
          JOIN owed o ON o.n = k.crowd AND o.partner_id = r.partner_id
          JOIN {figures} f ON f.tenant_id = %(tenant)s AND f.indicator_id = c.indicator_id AND f.period = c.period
                          AND f.partner_id = r.partner_id AND f.category = a.category
         WHERE c.tenant_id = %(tenant)s AND c.indicator_id = k.indicator_id
           AND c.period BETWEEN k.first_on AND k.ends_on AND {ways.counts(question)}
         GROUP BY c.id, a.category, a.value, a.numerator, a.denominator HAVING count(*) > 1
    """


def counted_too_often(question: Question, figures: str) -> str:
    """A SELECT of what one span `k` holds too often, by category, for a LATERAL join; no row where nothing."""
    sums = ", ".join(f"sum((s.times - 1) * s.{name}) AS {name}" for name in _NAMES)
    return f"SELECT s.category, {sums} FROM ({_standing(question, figures)}) s GROUP BY s.category"


def shared_in(question: Question, source: Any) -> dict[int, list[Shared]]:
    """By the number of the span: the joint work in its total, for `rules.combining`. One statement, or none."""
    if not question.has_shared:
        return {}
    found: dict[int, list[Shared]] = {}
    opening = f"{source.opening}, " if source.cte else "WITH "
    rows = asked_steadily(
        f"""
        {opening} {with_owed(question)}
        SELECT k.n, s.partners, s.value, s.numerator, s.denominator
          FROM k CROSS JOIN LATERAL ({_standing(question, source.name)}) s
         WHERE k.way IN ('{ADD}', '{RATE}') AND s.category = '{TOTAL}' ORDER BY k.n, s.id
        """,
        question.parameters(active_tenant_id()) | question.periods() | dict(source.params),
    )
    for n, partners, value, numerator, denominator in rows:
        amount = Entry(value=value, numerator=numerator, denominator=denominator)
        found.setdefault(n, []).append(Shared(frozenset(partners), amount))
    return found


def counted_twice(
    indicators: Iterable[Indicator], periods: Collection[date], figures: QuerySet[Figure]
) -> dict[tuple[int, date], Decimal]:
    """How much of the sum of these figures, totals of counts, is joint work that stands in it again; by indicator and
    period. One query where there is none, and three at the most."""
    whose: dict[int, set[int]] = {}
    work = SharedAmount.objects.filter(
        category=TOTAL, value__gt=0, shared__indicator__in=list(indicators), shared__period__in=list(periods)
    )
    amounts = list(work.values_list("shared_id", "shared__indicator_id", "shared__period", "value"))
    if not amounts:
        return {}
    for row, partner in SharedCredit.objects.filter(shared__in=[one[0] for one in amounts]).values_list(
        "shared_id", "partner_id"
    ):
        whose.setdefault(row, set()).add(partner)
    among = figures.filter(partner__in=set().union(*whose.values()))
    filed = {
        (indicator, period, partner): value
        for indicator, period, partner, value in among.values_list("indicator_id", "period", "partner_id", "value")
    }
    found: dict[tuple[int, date], Decimal] = {}
    for row, indicator, period, value in amounts:
        standing = {pk: filed[key] for pk in whose.get(row, ()) if (key := (indicator, period, pk)) in filed}
        one = Shared(frozenset(standing), Entry(value=min([value, *standing.values()])))
        off = taken_off([one], standing).value or Decimal(0)
        found[indicator, period] = found.get((indicator, period), Decimal(0)) + off
    return found


@dataclass(frozen=True, slots=True)
class SharedView:
    """One piece of joint work in a period, who has a credit for it, and how much it is (the total)."""

    row: SharedCount
    partners: tuple[Partner, ...]
    amount: Entry


def shared_counts(
    indicator: Indicator, window: Window | None = None, partners: Collection[int] | None = None
) -> list[SharedView]:
    """The joint work of an indicator, the newest first: in a window, of these partners. Three statements at most."""
    rows = SharedCount.objects.filter(indicator=indicator).prefetch_related("amounts", "credits__partner")
    if window is not None:
        rows = rows.filter(period__gte=window.period, period__lte=window.last)
    if partners is not None:
        rows = rows.filter(credits__partner__in=partners).distinct()
    return [_view(row) for row in rows]


def _view(row: SharedCount) -> SharedView:
    total = next((one for one in row.amounts.all() if one.category == TOTAL), None)
    amount = Entry() if total is None else Entry(**{name: getattr(total, name) for name in _NAMES})
    return SharedView(row, tuple(credit.partner for credit in row.credits.all()), amount)
