"""Which spans of which indicators a roll-up is asked for, as plain rows that its SQL joins.

A span is one month, quarter or year of one indicator. Inside it lie the indicator's own periods, of its frequency and
of the tenant's fiscal year, those that lie wholly within; a span without any (a month of a quarterly indicator) does
not exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection

from backbone.tenancy import active_tenant_id
from measures.rules import kinds
from measures.rules.periods import Grain, add_months, start_of

# How the parts of a span become one, as the SQL is told: the kinds of `rules.kinds`, a rate of the same people by what
# it says of time.
ADD = "add"
LAST = "last"
PEOPLE = "people"
RATE = "rate"
LAST_RATE = "last_rate"
MEAN_RATE = "mean_rate"

_WAYS = {kinds.FLOW: ADD, kinds.STOCK: LAST, kinds.UNDUPLICATED: PEOPLE, kinds.RATE: RATE}
_RATE_STOCK_WAYS = {kinds.LAST: LAST_RATE, kinds.PERSON_TIME: RATE, kinds.PERIOD_RATE: MEAN_RATE}


class Counting(NamedTuple):
    """One indicator, as far as combining needs it. `way` is "" for a kind that cannot be combined."""

    indicator_id: int
    initiative_id: int
    frequency: str
    kind: str
    over_time: str
    carry_forward: int
    states: tuple[str, ...]
    year_starts: int

    @property
    def way(self) -> str:
        if self.kind == kinds.RATE_STOCK:
            return _RATE_STOCK_WAYS.get(self.over_time, "")
        return _WAYS.get(self.kind, "")

    @property
    def carries(self) -> int:
        return self.carry_forward if self.kind == kinds.STOCK else 0


class Span(NamedTuple):
    """One span to combine: its grain and first month; the first and last of the indicator's periods in it and the last
    day of those; whether that day is the span's own last, as a level at its end needs; for everybody, or for one
    partner's own rows only."""

    counting: Counting
    grain: str
    period: date
    first_on: date
    last_on: date
    ends_on: date
    is_closed: bool
    partner_id: int | None = None


def countings(indicator_ids: Iterable[int] | None = None, initiative_id: int | None = None) -> dict[int, Counting]:
    """What combining needs to know of these indicators, by id; those of an initiative, or all of the tenant's."""
    where, params = "", {"tenant": active_tenant_id()}
    if indicator_ids is not None:
        where, params["indicators"] = "AND i.id = ANY(%(indicators)s)", list(indicator_ids)
    if initiative_id is not None:
        where, params["initiative"] = where + " AND i.initiative_id = %(initiative)s", initiative_id
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT i.id, i.initiative_id, i.frequency, i.kind, i.over_time, i.carry_forward,
                   CASE t.counting WHEN 'submitted' THEN ARRAY['approved', 'submitted'] ELSE ARRAY['approved'] END,
                   t.fiscal_year_starts
              FROM measures_indicator i JOIN backbone_tenant t ON t.id = i.tenant_id
             WHERE i.tenant_id = %(tenant)s {where}
            """,  # noqa: S608  (the clauses are ours)
            params,
        )
        return {row[0]: Counting(*row[:6], tuple(row[6]), row[7]) for row in cursor}


def span_of(
    counting: Counting, grain: Grain, month: date, *, year_starts: int | None = None, partner_id: int | None = None
) -> Span | None:
    """The span of that grain that holds a month; None where none of the indicator's periods lies wholly in it.

    `year_starts` is the reader's fiscal year, the tenant's own when left out.
    """
    bounds = _bounds(
        Grain(grain), month, Grain(counting.frequency), counting.year_starts, year_starts or counting.year_starts
    )
    return None if bounds is None else Span(counting, str(grain), *bounds, partner_id)


@lru_cache(maxsize=4096)
def _bounds(
    grain: Grain, month: date, frequency: Grain, tenant_starts: int, reader_starts: int
) -> tuple[date, date, date, date, bool] | None:
    period = start_of(grain, month, reader_starts)
    after = add_months(period, grain.months)
    first = start_of(frequency, period, tenant_starts)
    if first < period:
        first = add_months(first, frequency.months)
    last = None
    following = first
    while add_months(following, frequency.months) <= after:
        last = following
        following = add_months(following, frequency.months)
    return None if last is None else (period, first, last, following - timedelta(days=1), following == after)


def touched(counting: Counting, period: date) -> Iterator[date]:
    """The months whose spans a figure of that period can change: its own, and those a level is carried into."""
    first = start_of(Grain(counting.frequency), period, counting.year_starts)
    step = Grain(counting.frequency).months
    for later in range(0, counting.carries + 1, step):
        yield add_months(first, later)


def arrays(spans: Iterable[Span], tenant_id: int, name: str = "k") -> dict[str, Any]:
    """The spans as parameters of the SQL in `selectors.owing` and `selectors.combined`, one array a column.

    All of one tenant: what counts, and where its fiscal year starts, are the same for all. `name` tells two lists of
    spans in one statement apart.
    """
    spans = list(spans)
    by_indicator = {span.counting.indicator_id: span.counting for span in spans}
    known = list(by_indicator.values())
    partners = {span.partner_id for span in spans}
    return {
        "tenant": tenant_id,
        "states": list(known[0].states) if known else [],
        "tenant_starts": known[0].year_starts if known else 1,
        "i_indicator": [counting.indicator_id for counting in known],
        "i_initiative": [counting.initiative_id for counting in known],
        "i_step": [Grain(counting.frequency).months for counting in known],
        "partners": None if None in partners else sorted(p for p in partners if p is not None),
        f"{name}_indicator": [span.counting.indicator_id for span in spans],
        f"{name}_grain": [span.grain for span in spans],
        f"{name}_period": [span.period for span in spans],
        f"{name}_first": [span.first_on for span in spans],
        f"{name}_last": [span.last_on for span in spans],
        f"{name}_ends": [span.ends_on for span in spans],
        f"{name}_closed": [span.is_closed for span in spans],
        f"{name}_step": [Grain(span.counting.frequency).months for span in spans],
        f"{name}_way": [span.counting.way for span in spans],
        f"{name}_carry": [span.counting.carries for span in spans],
        f"{name}_partner": [span.partner_id for span in spans],
    }
