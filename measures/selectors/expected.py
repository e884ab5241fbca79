"""Who is expected to file, who is excused, who is missing: for one span of some indicators, partner by partner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from backbone.tenancy import active_tenant_id
from measures.rules.periods import Grain
from measures.selectors.combined import partner_rows
from measures.selectors.graph import NOTHING, graph
from measures.selectors.owing import asked_steadily, with_owed
from measures.selectors.parts import so_far
from measures.selectors.spans import Counting, Question, countings, span_of


class Expectation(NamedTuple):
    """One partner that owes one span of an indicator. Excused: from all of it, and nothing filed."""

    indicator_id: int
    period: date
    partner_id: int
    is_excused: bool
    is_filed: bool

    @property
    def is_missing(self) -> bool:
        return not (self.is_filed or self.is_excused)


def expectations(
    indicator_ids: Iterable[int],
    month: date,
    grain: Grain = Grain.MONTH,
    *,
    year_starts: int | None = None,
    latest: date | None = None,
) -> list[Expectation]:
    """Who owes these indicators in the span of that grain that holds this month, and who has filed all of it.

    `latest` is the last month that is over: what is not over is not due, and nobody is missing for it. Ordered by
    indicator and partner. An indicator that is filed more rarely than the grain is not in the answer. What is computed
    is owed by who owes any of its inputs, and filed by who filed all that it owes of them. Four statements, whatever
    the number of indicators; six when something is computed.
    """
    known = countings(indicator_ids)
    computed = {pk: counting for pk, counting in known.items() if counting.is_computed}
    related = graph({counting.initiative_id for counting in computed.values()}) if computed else NOTHING
    leaves = {pk: related.leaves[pk] for pk in computed if pk in related.leaves}
    asked = dict(known)
    for pk in {one for branches in leaves.values() for one in branches}:
        asked.setdefault(pk, related.countings[pk])
    found = _filed_by_partners(asked.values(), month, grain, year_starts, latest)
    by_indicator: dict[int, list[Expectation]] = {}
    for one in found:
        by_indicator.setdefault(one.indicator_id, []).append(one)
    for pk, branches in leaves.items():
        span = span_of(known[pk], grain, month, year_starts=year_starts)
        if span is not None:
            inputs = [one for leaf in branches for one in by_indicator.get(leaf, ())]
            found += _computed(pk, span.period, inputs)
    return sorted(one for one in found if one.indicator_id in known)


def _computed(pk: int, period: date, inputs: Iterable[Expectation]) -> list[Expectation]:
    """Who is expected of a computed indicator, from its inputs."""
    owed: dict[int, list[Expectation]] = {}
    for one in inputs:
        owed.setdefault(one.partner_id, []).append(one)
    found = []
    for partner, theirs in owed.items():
        due = [one for one in theirs if not one.is_excused]
        found.append(Expectation(pk, period, partner, not due, bool(due) and all(one.is_filed for one in due)))
    return found


def _filed_by_partners(
    known: Iterable[Counting], month: date, grain: Grain, year_starts: int | None, latest: date | None
) -> list[Expectation]:
    tenant_id = active_tenant_id()
    spans = [
        span
        for counting in known
        if counting.way and (span := span_of(counting, grain, month, year_starts=year_starts)) is not None
    ]
    if latest is not None:
        spans = [over for span in spans if (over := so_far(span, latest)) is not None]
    if not spans:
        return []
    question = Question(spans)
    found = asked_steadily(
        f"""
        WITH {with_owed(question)},
             filed AS (SELECT r.n, r.scope FROM ({partner_rows(question)}) r WHERE r.category = '' AND r.filed = 1)
        SELECT k.indicator_id, k.period, o.partner_id, o.is_excused AND f.n IS NULL, f.n IS NOT NULL
          FROM k JOIN owed o ON o.n = k.crowd
          LEFT JOIN filed f ON f.n = k.n AND f.scope = o.partner_id
         WHERE o.is_due OR o.is_excused OR f.n IS NOT NULL
         ORDER BY k.indicator_id, o.partner_id
        """,  # noqa: S608  (fragments of our own)
        question.parameters(tenant_id) | question.periods(),
    )
    return [Expectation(*row) for row in found]
