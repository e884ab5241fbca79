"""Which spans of which indicators a roll-up is asked for, as plain rows that its SQL joins.

A span is one month, quarter or year of one indicator. Inside it lie the indicator's own periods, of its frequency and
of the tenant's fiscal year, those that lie wholly within; a span without any (a month of a quarterly indicator) does
not exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from django.db import connection

from backbone.tenancy import active_tenant_id
from measures.rules import kinds
from measures.rules.periods import Grain, add_months, month_of, start_of

# How the parts of a span become one, as the SQL is told: the kinds of `rules.kinds`, a rate of the same people by what
# it says of time.
ADD = "add"
LAST = "last"
PEOPLE = "people"
RATE = "rate"
LAST_RATE = "last_rate"
MEAN_RATE = "mean_rate"
LATEST = "latest"  # the last figure that is there, wherever in the span
WEIGHTED = "weighted"
MEAN = "mean"
LEAST = "least"
GREATEST = "greatest"
MEDIAN = "median"
REACHED = "reached"
LEVELS = "levels"
MEAN_LEVELS = "mean_levels"
WORDS = "words"

_WAYS = {
    kinds.FLOW: ADD,
    kinds.STOCK: LAST,
    kinds.UNDUPLICATED: PEOPLE,
    kinds.RATE: RATE,
    kinds.TO_DATE: LATEST,
    kinds.WEIGHTED_AVERAGE: WEIGHTED,
    kinds.AVERAGE_STOCK: MEAN,
    kinds.MINIMUM: LEAST,
    kinds.MAXIMUM: GREATEST,
    kinds.MEDIAN: MEDIAN,
    kinds.MILESTONE: REACHED,
    kinds.MONEY: ADD,
    kinds.NARRATIVE: WORDS,
}
_RATE_STOCK_WAYS = {kinds.LAST: LAST_RATE, kinds.PERSON_TIME: RATE, kinds.PERIOD_RATE: MEAN_RATE}


class Counting(NamedTuple):
    """One indicator, as far as combining needs it. `way` is "" for a kind that cannot be combined.

    `is_owed_by_all`: one obligation, everybody's, so that nobody owes it twice over; `has_excuses`: somebody is let
    off one of its periods. Where neither needs to be asked row by row, the SQL is shorter; `owed_since` and
    `owed_until` are the days of that one obligation. `longest` are the months of the rarest filing that somebody owes;
    `is_uneven`: somebody files more rarely than the indicator asks, or may leave out a first period.

    `eras` are (since, kind, over time), in order, one for each stretch between two breaks of its definition; `since` is
    where the one begins that is looked at.
    """

    indicator_id: int
    initiative_id: int
    frequency: str
    kind: str
    over_time: str
    carry_forward: int
    states: tuple[str, ...]
    year_starts: int
    is_owed_by_all: bool
    owed_since: date | None
    owed_until: date | None
    retired_on: date | None
    longest: int
    is_uneven: bool
    has_excuses: bool
    mean_allowed: bool = False
    allows_negative: bool = False
    is_input: bool = False  # something of its initiative is computed from others, of it perhaps
    has_shared: bool = False  # somewhere joint work stands in several partners' figures
    eras: tuple[tuple[date, str, str], ...] = ()
    since: date = date.min
    is_redefined: bool = False  # it has later versions of its definition, comparable ones or not

    @property
    def is_computed(self) -> bool:
        """Whether it is computed from the roll-ups of others (`selectors.derived`), which no SELECT here does."""
        return self.kind in (kinds.FORMULA, kinds.INDEX)

    @property
    def is_published(self) -> bool:
        """Whether its figures come from a source outside (`selectors.community`)."""
        return self.kind == kinds.COMMUNITY

    @property
    def has_volume(self) -> bool:
        """As `Line.has_volume`."""
        rule = kinds.KINDS[self.kind]
        return rule.has_volume and (rule.is_weighted or not (self.allows_negative and rule.takes_negative))

    @property
    def is_owed_alike(self) -> bool:
        """Whether exactly those owe it who take part, from day to day, so that all such indicators are owed alike."""
        return self.is_owed_by_all and not self.has_excuses and not self.is_uneven

    def at(self, month: date) -> Counting:
        """The same, as it is counted in a month."""
        if not self.eras:
            return self
        since, kind, over_time = next(era for era in reversed(self.eras) if era[0] <= month)
        return self._replace(since=since, kind=kind, over_time=over_time)

    @property
    def frequencies(self) -> tuple[Grain, ...]:
        """How often partners file it: as often as it asks, and more rarely where somebody may."""
        return _frequencies(self.frequency, self.longest)

    @property
    def way(self) -> str:
        if self.kind == kinds.RATE_STOCK:
            return _RATE_STOCK_WAYS.get(self.over_time, "")
        if self.kind == kinds.ORDINAL:
            return MEAN_LEVELS if self.mean_allowed else LEVELS
        return _WAYS.get(self.kind, "")

    @property
    def carries(self) -> int:
        return self.carry_forward if self.kind == kinds.STOCK else 0

    @property
    def carries_at_most(self) -> int:
        """For how many months a level is carried in whichever era carries it longest."""
        return max((self.at(era[0]).carries for era in self.eras), default=self.carries)


@lru_cache
def _frequencies(frequency: str, longest: int) -> tuple[Grain, ...]:
    own = Grain(frequency)
    return tuple(grain for grain in Grain if own.months <= grain.months <= max(own.months, longest))


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

    @property
    def is_broken(self) -> bool:
        """Whether something is counted otherwise from inside it on, so that it is never put together."""
        return any(self.first_on < era[0] <= self.ends_on for era in self.counting.eras)


def countings(indicator_ids: Iterable[int] | None = None, initiative_id: int | None = None) -> dict[int, Counting]:
    """What combining needs to know of these indicators, by id; those of an initiative, or all of the tenant's."""
    where = ""
    params: dict[str, Any] = {"tenant": active_tenant_id()}
    if indicator_ids is not None:
        where, params["indicators"] = "AND i.id = ANY(%(indicators)s)", list(indicator_ids)
    if initiative_id is not None:
        where, params["initiative"] = where + " AND i.initiative_id = %(initiative)s", initiative_id
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT i.id, i.initiative_id, i.frequency, i.kind, i.over_time, i.carry_forward,
                   CASE t.counting WHEN 'submitted' THEN ARRAY['approved', 'submitted'] ELSE ARRAY['approved'] END,
                   t.fiscal_year_starts,
                   coalesce(o.is_one AND o.is_common, false), o.since, o.until, i.retired_on, coalesce(o.longest, 1),
                   coalesce(o.is_uneven, false),
                   EXISTS (SELECT 1 FROM measures_excuse e WHERE e.tenant_id = %(tenant)s AND e.indicator_id = i.id),
                   i.mean_allowed, i.allows_negative,
                   EXISTS (SELECT 1 FROM measures_indicator d
                            WHERE d.tenant_id = %(tenant)s AND d.initiative_id = i.initiative_id
                              AND d.kind IN ('formula', 'index')),
                   EXISTS (SELECT 1 FROM measures_sharedcount s
                            WHERE s.tenant_id = %(tenant)s AND s.indicator_id = i.id),
                   (SELECT json_agg(json_build_object('on', v.starts_on, 'kind', v.kind, 'over_time', v.over_time)
                                    ORDER BY v.starts_on)
                      FROM measures_definitionversion v
                     WHERE v.tenant_id = %(tenant)s AND v.indicator_id = i.id AND NOT v.is_comparable),
                   EXISTS (SELECT 1 FROM measures_definitionversion v
                            WHERE v.tenant_id = %(tenant)s AND v.indicator_id = i.id)
              FROM measures_indicator i JOIN backbone_tenant t ON t.id = i.tenant_id
              CROSS JOIN LATERAL (
                   SELECT count(*) = 1 AS is_one, bool_and(o.partner_id IS NULL) AS is_common,
                          min(o.starts_on) AS since, min(o.ends_on) AS until,
                          max(CASE o.frequency WHEN 'year' THEN 12 WHEN 'quarter' THEN 3 ELSE 1 END) AS longest,
                          bool_or(o.frequency <> '' OR o.first_partial = 'optional') AS is_uneven
                     FROM measures_obligation o WHERE o.tenant_id = %(tenant)s AND o.indicator_id = i.id) o
             WHERE i.tenant_id = %(tenant)s {where}
            """,  # noqa: S608  (the clauses are ours)
            params,
        )
        return {row[0]: _counting(row) for row in cursor}


def _counting(row: Sequence[Any]) -> Counting:
    *facts, breaks, is_redefined = row
    facts[6] = tuple(facts[6])
    found = Counting(*facts, is_redefined=is_redefined)
    if not breaks:
        return found
    eras = [(date.min, found.kind, found.over_time)]
    eras += [(date.fromisoformat(one["on"]), one["kind"], one["over_time"]) for one in breaks]
    return found._replace(eras=tuple(eras))


def span_of(
    counting: Counting, grain: Grain, month: date, *, year_starts: int | None = None, partner_id: int | None = None
) -> Span | None:
    """The span of that grain that holds a month; None where none of the indicator's periods lies wholly in it.

    `year_starts` is the reader's fiscal year, the tenant's own when left out.
    """
    bounds = _bounds(
        Grain(grain), month, Grain(counting.frequency), counting.year_starts, year_starts or counting.year_starts
    )
    if bounds is None:
        return None
    return Span(counting.at(month_of(bounds[3])), str(grain), *bounds, partner_id)


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
    """The months whose spans a figure of that period can change: its own, and those a level is carried into, from the
    end of the longest period that somebody files."""
    first = start_of(Grain(counting.frequency), period, counting.year_starts)
    step = Grain(counting.frequency).months
    carries = counting.carries_at_most
    reach = carries + max(counting.longest - step, 0) if carries else 0
    for later in range(0, reach + 1, step):
        yield add_months(first, later)


@dataclass(frozen=True)
class Question:
    """Spans that one SELECT answers for, and what it needs to take care of.

    All of one tenant: what counts, and where its fiscal year starts, are the same for all. `name` tells two questions
    in one statement apart.
    """

    spans: Sequence[Span]
    name: str = "k"

    @cached_property
    def countings(self) -> list[Counting]:
        """Each indicator's, once for each way in which it is counted here."""
        return list(dict.fromkeys(span.counting for span in self.spans))

    @cached_property
    def ways(self) -> frozenset[str]:
        """Which ways there are among the spans: what a way needs is not read where there is none."""
        return frozenset(counting.way for counting in self.countings)

    @cached_property
    def carries(self) -> bool:
        return any(counting.carries for counting in self.countings)

    @cached_property
    def has_eras(self) -> bool:
        """Whether somewhere figures from before a break must be left alone."""
        return any(counting.eras for counting in self.countings)

    @cached_property
    def is_owed_by_all(self) -> bool:
        return all(counting.is_owed_by_all for counting in self.countings)

    @cached_property
    def has_excuses(self) -> bool:
        return any(counting.has_excuses for counting in self.countings)

    @cached_property
    def is_uneven(self) -> bool:
        return any(counting.is_uneven for counting in self.countings)

    @cached_property
    def has_shared(self) -> bool:
        return any(counting.has_shared for counting in self.countings)

    @cached_property
    def crowds(self) -> list[int]:
        """For each span the number of the first that is owed by the same partners for the same days: who owes what is
        asked once for all of them."""
        first: dict[Any, int] = {}
        return [first.setdefault(_crowd(number, span), number) for number, span in enumerate(self.spans, start=1)]

    @cached_property
    def names_partners(self) -> bool:
        """Whether every span is one partner's."""
        return bool(self.spans) and all(span.partner_id is not None for span in self.spans)

    @cached_property
    def is_of_another_year(self) -> bool:
        """Whether a span does not begin where the tenant's own would."""
        return any(
            span.period != start_of(Grain(span.grain), span.period, span.counting.year_starts) for span in self.spans
        )

    def parameters(self, tenant_id: int) -> dict[str, Any]:
        """One array for each column of `owing.SPANS`."""
        k, spans, known = self.name, self.spans, self.countings
        alike = [spans[crowd - 1].counting for crowd in self.crowds]
        asked = list({counting.indicator_id: counting for counting in alike}.values())
        steps = {"month": 1, "quarter": 3, "year": 12}
        periods = self.periods() if self.is_uneven else {}
        return periods | {
            "tenant": tenant_id,
            "states": list(known[0].states) if known else [],
            "tenant_starts": known[0].year_starts if known else 1,
            f"{k}_partners": array({span.partner_id for span in spans}) if self.names_partners else None,
            f"{k}i_indicator": array(counting.indicator_id for counting in asked),
            f"{k}i_initiative": array(counting.initiative_id for counting in asked),
            f"{k}i_step": array(steps[counting.frequency] for counting in asked),
            f"{k}i_retired": array(counting.retired_on for counting in asked),
            f"{k}_indicator": array(span.counting.indicator_id for span in spans),
            f"{k}_grain": array(span.grain for span in spans),
            f"{k}_period": array(span.period for span in spans),
            f"{k}_first": array(span.first_on for span in spans),
            f"{k}_last": array(span.last_on for span in spans),
            f"{k}_ends": array(span.ends_on for span in spans),
            f"{k}_closed": array(span.is_closed for span in spans),
            f"{k}_step": array(steps[span.counting.frequency] for span in spans),
            f"{k}_way": array(span.counting.way for span in spans),
            f"{k}_carry": array(span.counting.carries for span in spans),
            f"{k}_partner": array(span.partner_id for span in spans),
            f"{k}_crowd": array(self.crowds),
            f"{k}_alike": array(counting.indicator_id for counting in alike),
            f"{k}_since": array(span.counting.since for span in spans),
            f"{k}_broken": array(span.is_broken for span in spans),
        }

    def periods(self) -> dict[str, str]:
        """The periods that partners file inside the spans, and before them as far as a level is carried: one array a
        column of `owing.PERIODS`. A period that straddles the start of a span lies neither in nor before it."""
        rows = [
            (number, crowd, span.counting.indicator_id, span.partner_id, frequency.months, *period)
            for number, (span, crowd) in enumerate(zip(self.spans, self.crowds, strict=True), start=1)
            for frequency in span.counting.frequencies
            for period in _periods(
                span.period,
                span.ends_on,
                span.is_closed,
                frequency,
                span.counting.carries,
                span.counting.year_starts,
            )
            if period[0] >= span.counting.since or period[2]
        ]
        columns = zip(*rows, strict=True) if rows else [()] * 9
        names = ("n", "crowd", "indicator", "partner", "step", "period", "next", "within", "last")
        return {f"{self.name}b_{name}": array(column) for name, column in zip(names, columns, strict=True)}


def array(items: Iterable[int | bool | str | date | None]) -> str:
    """A PostgreSQL array as one literal. psycopg2 would spell each item as an expression of its own, and reading
    thousands of those takes PostgreSQL longer than the work. The texts are our own short words."""
    return "{" + ",".join(map(_element, items)) + "}"


@lru_cache(maxsize=4096, typed=True)
def _element(item: int | bool | str | date | None) -> str:
    return "NULL" if item is None else '""' if item == "" else str(item)


def _crowd(number: int, span: Span) -> Any:
    counting = span.counting
    if not counting.is_owed_alike:
        return number
    days = (counting.owed_since, counting.owed_until, counting.retired_on, counting.since if counting.carries else None)
    return (counting.initiative_id, counting.frequency, counting.carries, *days, *span[2:])


@lru_cache(maxsize=4096)
def _periods(
    start: date, ends: date, is_closed: bool, frequency: Grain, carries: int, year_starts: int
) -> tuple[tuple[date, date, bool, bool], ...]:
    found = []
    period = start_of(frequency, add_months(start, -carries), year_starts)
    while (following := add_months(period, frequency.months)) - timedelta(days=1) <= ends:
        if period >= start or following <= start:
            found.append((period, following, period >= start, is_closed and following > ends))
        period = following
    return tuple(found)
