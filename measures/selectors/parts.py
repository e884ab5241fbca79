"""Each partner's part of a figure, read at once from what was filed: the children that make up every combined value.

The parts of a span are combined by the pure rules, so what a page shows above a list of partners is by construction
what the list adds up to, whether or not a worker has come round to the stored roll-ups.
"""

# ruff: noqa: S608  (SQL is put together from our own fragments; every value is a parameter)

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from backbone.tenancy import active_tenant_id
from measures.models import Indicator
from measures.models.filings import FigureState
from measures.rules.combining import Combined, combine_partners
from measures.rules.coverage import Coverage, State
from measures.rules.figures import Entry, divided
from measures.rules.kinds import ORDINAL, TO_DATE, UNDUPLICATED
from measures.rules.lines import Line
from measures.rules.periods import Grain, add_months, last_day, last_month, start_of
from measures.rules.shared import Shared
from measures.rules.usual import HISTORY, usual
from measures.rules.versions import broken
from measures.selectors.combined import Figures, figures_at, partner_rows
from measures.selectors.obligations import Duties
from measures.selectors.owing import asked_steadily, with_owed
from measures.selectors.shared import shared_in
from measures.selectors.spans import LAST, LAST_RATE, MEAN, Counting, Question, Span, span_of
from measures.windows import Window

# How far back a partner's usual figure may lie, in periods of the indicator.
LOOKED_BACK = 12

Weights = Mapping[int, Decimal | None]


class Part(NamedTuple):
    """One partner's part of one span: what it filed that counts, and how many of its months those are."""

    partner_id: int
    combined: Combined
    months: int


@dataclass(frozen=True, slots=True)
class Whole:
    """A combined value with its parts; `parts` of the rules' own value are the same partners by id."""

    combined: Combined
    parts: tuple[Part, ...]

    def without(self, line: Line, shown: set[int]) -> tuple[tuple[Part, ...], Part | None]:
        """The parts of these partners, and all others as one, so that what is shown still adds up to the whole."""
        own = tuple(part for part in self.parts if part.partner_id in shown)
        others = [part.partner_id for part in self.parts if part.partner_id not in shown]
        if not others:
            return own, None
        return own, Part(0, self.of(line, others), len(others))

    def of(self, line: Line, partners: Collection[int]) -> Combined:
        """What these partners come to together."""
        wanted = set(partners)
        own = {part.partner_id: part.combined for part in self.parts if part.partner_id in wanted}
        return combine_partners(line, own, self.combined.shared)


def spans_of(
    countings: Mapping[int, Counting], window: Window, *, states: tuple[str, ...] | None = None
) -> dict[int, Span]:
    """Each indicator's span of a window, its running months left out; nothing for one that is filed more rarely.

    `states` are what counts where a reader sees less than the tenant counts (approved figures only).
    """
    found = {}
    for pk, counting in countings.items():
        counted = counting if states is None else counting._replace(states=states)
        span = span_of(counted, window.grain, window.period, year_starts=window.year_starts) if counting.way else None
        span = None if span is None else so_far(span, window.latest)
        if span is not None:
            found[pk] = span
    return found


def so_far(span: Span, latest: date) -> Span | None:
    """The span up to the last of its periods that is over by a month; None when none is."""
    frequency = Grain(span.counting.frequency)
    over = start_of(frequency, latest, span.counting.year_starts)
    if last_month(over, frequency) > latest:
        over = add_months(over, -frequency.months)
    if over >= span.last_on:
        return span
    if over < span.first_on:
        return None
    return span._replace(counting=span.counting.at(over), last_on=over, ends_on=last_day(over, frequency))


def wholes(
    lines: Mapping[Span, Line], usual: Mapping[Span, Weights] | None = None, as_of: datetime | None = None
) -> dict[Span, Whole]:
    """Each span combined, with its parts: what was filed and what is owed in one statement and the end of its steady
    plan; some more where work is shared.

    `lines` are the indicators as they are defined there, `usual` what each partner usually brings, as `usual_volumes`
    gives it. `as_of` reads the figures as they stood at that instant; who owes them is as it is today.
    """
    if not lines:
        return {}
    spans = list(lines)
    found: list[dict[int, Part]] = [{} for _span in spans]
    question = Question(spans)
    source = _figures_of(spans, as_of)
    params = question.parameters(active_tenant_id()) | question.periods() | dict(source.params)
    rows = asked_steadily(
        f"""
        {source.opening} SELECT o.n, o.partner_id, o.is_due, o.is_excused, o.is_due_last, r.scope IS NOT NULL,
               r.value, r.numerator, r.denominator, r.lower, r.upper, r.value_period, r.filed, r.parts, r.state
          FROM (WITH {with_owed(question)}
                SELECT k.n, o.partner_id, o.is_due, o.is_excused, o.is_due_last FROM k JOIN owed o ON o.n = k.crowd) o
          LEFT JOIN ({partner_rows(question, figures=source.name, categories=False)}) r
            ON r.n = o.n AND r.scope = o.partner_id
        """,
        params,
    )
    for n, partner, is_due, is_excused, is_due_last, is_there, *row in rows:
        if not (is_there or is_due or is_excused):
            continue  # it may leave out all that it owes here, and did
        span = spans[n - 1]
        duty = (partner, is_due, is_due_last or span.counting.way not in (LAST, LAST_RATE))
        volume = (usual or {}).get(span, {}).get(partner)
        found[n - 1][partner] = _part(duty, row if is_there else None, lines[span], volume, span)
    shared = shared_in(question, source)
    return {
        span: _whole(span, parts, lines[span], shared.get(n, ()))
        for n, (span, parts) in enumerate(zip(spans, found, strict=True), start=1)
    }


def _whole(span: Span, parts: Mapping[int, Part], line: Line, shared: Collection[Shared]) -> Whole:
    combined = combine_partners(line, {pk: part.combined for pk, part in parts.items()}, shared)
    if span.is_broken:
        combined = broken(combined)
        parts = {pk: part._replace(combined=broken(part.combined)) for pk, part in parts.items()}
    return Whole(combined, tuple(parts[pk] for pk in sorted(parts)))


def _part(
    duty: tuple[int, bool, bool], row: Sequence[Any] | None, line: Line, usual: Decimal | None, span: Span
) -> Part:
    """One partner's part: `duty` is the partner, whether it is due at all, and whether something of it must stand."""
    partner, is_due, is_due_last = duty
    if row is None and not is_due:
        return Part(partner, Combined(line.kind, State.NOT_EXPECTED, Coverage(0, 0, excused=1)), 0)
    is_filed = row is not None and row[6] == 1
    covered = Coverage(
        filed=int(is_filed),
        expected=1,
        missing=() if is_filed else (partner,),
        usual_filed=None if usual is None else usual if is_filed else Decimal(0),
        usual_expected=usual,
    )
    if row is None:
        return Part(partner, Combined(line.kind, State.NONE if is_due_last else State.NOT_EXPECTED, covered), 0)
    value, numerator, denominator, lower, upper, value_period, _filed, months, state = row
    settled = State(state)
    if line.rule.divides:
        value, is_bound = divided(numerator, denominator), False
    elif line.kind == UNDUPLICATED:
        is_bound = lower is not None and upper is None
    else:
        is_bound = settled is State.PARTIAL and value is not None and line.can_only_grow and value_period is None
        is_bound = is_bound and (line.kind != TO_DATE or _is_one_year(span))
    combined = Combined(
        kind=line.kind,
        state=settled,
        coverage=covered,
        value=value,
        numerator=numerator,
        denominator=denominator,
        lower=lower,
        upper=upper,
        as_of_period=value_period,
        is_lower_bound=is_bound,
        spread={int(value): 1} if line.kind == ORDINAL and value is not None else {},
    )
    return Part(partner, combined, months)


def _is_one_year(span: Span) -> bool:
    """Whether a span lies in one fiscal year, at whose end a total filed to date begins anew."""
    starts = span.counting.year_starts
    first = start_of(Grain.YEAR, span.period, starts)
    return first == start_of(Grain.YEAR, add_months(span.period, Grain(span.grain).months - 1), starts)


def usual_volumes(spans: Iterable[Span], as_of: datetime | None = None) -> dict[Span, dict[int, Decimal]]:
    """By span and partner: the median of the last six figures that count before the span, as `rules.usual` defines it
    (a rate's denominators, an average's weights); a partner without any is left out, and so is the span of an
    indicator without volumes. One statement, a few more where partners file at different rhythms.
    """
    spans = [span for span in dict.fromkeys(spans) if span.counting.has_volume]
    uneven = [span for span in spans if span.counting.longest > Grain(span.counting.frequency).months]
    return _medians([span for span in spans if span not in uneven], as_of) | _even_medians(uneven, as_of)


def _history(spans: Sequence[Span], source: Figures) -> dict[str, Any]:
    """The parameters of `_LAST_FIGURES`: for each span, of which indicator, and how far back to look from it."""
    since = [
        max(add_months(span.first_on, -LOOKED_BACK * Grain(span.counting.frequency).months), span.counting.since)
        for span in spans
    ]
    return {
        "tenant": active_tenant_id(),
        "indicators": [span.counting.indicator_id for span in spans],
        "since": since,
        "before": [span.first_on for span in spans],
        "states": list(spans[0].counting.states),
        "history": HISTORY,
    } | dict(source.params)


_LAST_FIGURES = """
    SELECT h.n, h.partner_id, h.period, h.volume
      FROM (SELECT i.n, f.partner_id, f.period, coalesce(f.denominator, f.weight, f.value) AS volume,
                   row_number() OVER (PARTITION BY i.n, f.partner_id ORDER BY f.period DESC) AS back
              FROM unnest(%(indicators)s::bigint[], %(since)s::date[], %(before)s::date[]) WITH ORDINALITY
                   AS i (indicator_id, since, before, n)
              JOIN {figures} f
                ON f.tenant_id = %(tenant)s AND f.indicator_id = i.indicator_id
               AND f.period >= i.since AND f.period < i.before AND f.category = ''
               AND f.state = ANY(%(states)s) AND coalesce(f.denominator, f.value) IS NOT NULL) h
     WHERE h.back <= %(history)s
"""


def _medians(spans: Sequence[Span], as_of: datetime | None) -> dict[Span, dict[int, Decimal]]:
    found: dict[Span, dict[int, Decimal]] = {}
    if not spans:
        return found
    source = _figures_of(spans, as_of)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            {source.opening}
            SELECT u.n, u.partner_id, (u.volumes[(u.many + 1) / 2] + u.volumes[u.many / 2 + 1]) / 2
              FROM (SELECT h.n, h.partner_id, array_agg(h.volume ORDER BY h.volume) AS volumes, count(*)::int AS many
                      FROM ({_LAST_FIGURES.format(figures=source.name)}) h GROUP BY h.n, h.partner_id) u
            """,
            _history(spans, source),
        )
        for n, partner, volume in cursor:
            found.setdefault(spans[n - 1], {})[partner] = volume
    return found


def _even_medians(spans: Sequence[Span], as_of: datetime | None) -> dict[Span, dict[int, Decimal]]:
    """The same for indicators that some file more rarely: a quarter's volume is a third of it each month, so that
    shares of one volume are compared. A level at the end of a quarter is a level at the end of a month.
    """
    if not spans:
        return {}
    asked = {span.counting.indicator_id for span in spans}
    indicators = {one.pk: one for one in Indicator.objects.filter(pk__in=asked).select_related("tenant")}
    duties = Duties(indicators.values())
    volumes: dict[tuple[Span, int], list[tuple[date, Decimal]]] = {}
    with connection.cursor() as cursor:
        source = _figures_of(spans, as_of)
        cursor.execute(f"{source.opening} {_LAST_FIGURES.format(figures=source.name)}", _history(spans, source))
        for n, partner, period, volume in cursor:
            span, months = spans[n - 1], 1
            if span.counting.way not in (LAST, LAST_RATE, MEAN):
                indicator = indicators[span.counting.indicator_id]
                frequency = duties.frequency(indicator, partner, period)
                months = frequency.months // Grain(indicator.frequency).months
            volumes.setdefault((span, partner), []).append((period, volume / months))
    found: dict[Span, dict[int, Decimal]] = {}
    for (span, partner), known in volumes.items():
        middle = usual([Entry(value=volume) for _period, volume in sorted(known)])
        if middle is not None:
            found.setdefault(span, {})[partner] = middle
    return found


def _figures_of(spans: Iterable[Span], as_of: datetime | None) -> Figures:
    return figures_at(as_of, {span.counting.indicator_id for span in spans})


class Answers(NamedTuple):
    """Who said something of a span that does not count (yet), and is therefore not missing: those whose figure waits for
    somebody's approval, where only approved ones count; and with them those who did not collect it."""

    waiting: frozenset[int] = frozenset()
    given: frozenset[int] = frozenset()


def answers(spans: Iterable[Span], as_of: datetime | None = None) -> dict[Span, Answers]:
    """What partners said of each span beside the figures that count; one statement, over those few that did."""
    spans = list(dict.fromkeys(spans))
    if not spans:
        return {}
    found: list[dict[int, bool]] = [{} for _span in spans]
    source = _figures_of(spans, as_of)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            {source.opening} SELECT i.n, f.partner_id, bool_or(f.state = 'submitted' AND NOT f.is_not_collected)
              FROM unnest(%(indicators)s::bigint[], %(first)s::date[], %(last)s::date[]) WITH ORDINALITY
                   AS i (indicator_id, first_on, last_on, n)
              JOIN {source.name} f
                ON f.tenant_id = %(tenant)s AND f.category = ''
               AND (f.state = 'submitted' OR (f.state = 'approved' AND f.is_not_collected))
               AND f.indicator_id = i.indicator_id AND f.period BETWEEN i.first_on AND i.last_on
             GROUP BY i.n, f.partner_id
            """,
            {
                "tenant": active_tenant_id(),
                "indicators": [span.counting.indicator_id for span in spans],
                "first": [span.first_on for span in spans],
                "last": [span.last_on for span in spans],
                **source.params,
            },
        )
        for n, partner, is_waiting in cursor:
            found[n - 1][partner] = is_waiting and FigureState.SUBMITTED not in spans[n - 1].counting.states
    return {
        span: Answers(frozenset(pk for pk, waits in given.items() if waits), frozenset(given))
        for span, given in zip(spans, found, strict=True)
    }
