"""Everything that is true of an indicator in a span, before anything is hidden: the figure, its trend, its years, its
partners, its breakdowns, and who stands behind each cell."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from backbone.models import Initiative, Partner, Tenant
from measures.models import Indicator
from measures.rules.combining import Combined
from measures.rules.coverage import Coverage, State
from measures.rules.kinds import COMMUNITY, STOCK
from measures.rules.lines import TOTAL, Line
from measures.rules.periods import Grain, add_months, last_month
from measures.selectors.broken_down import settled
from measures.selectors.parts import spans_of
from measures.selectors.reading import Reading, read
from measures.selectors.series import SeriesRow, series
from measures.selectors.spans import countings
from measures.selectors.split_parts import parts_by_category, voices
from measures.windows import Window

SPANS = {Grain.MONTH: 25, Grain.QUARTER: 13, Grain.YEAR: 8}


@dataclass(frozen=True, slots=True)
class Voice:
    """What one partner has in a cell: how much of it, and the least and the greatest of its values."""

    volume: Decimal
    least: Decimal
    most: Decimal

    def with_more(self, other: Voice) -> Voice:
        return Voice(self.volume + other.volume, min(self.least, other.least), max(self.most, other.most))


# By category and period of filing, each partner's.
Voices = Mapping[tuple[str, date], Mapping[int, Voice]]


@dataclass(frozen=True, slots=True)
class Picture:
    """One indicator in one window.

    `trend` and `categories` are the whole initiative's spans; `parts` and `own_categories` the partners' own in the
    window. `years` are readings of a year up to the window, and of the one before, by the month in which it starts.
    `voices` stand behind them, of figures in these `states`, `since` the first month of the trend. `codes` are the
    partners' by id.
    """

    reading: Reading
    trend: Mapping[date, Combined]
    years: Mapping[int, tuple[Reading, ...]]
    parts: Mapping[int, Combined]
    categories: Mapping[str, Mapping[date, Combined]]
    own_categories: Mapping[tuple[int, str], Combined]
    voices: Voices
    codes: Mapping[int, str]
    states: Collection[str] = ()

    @property
    def since(self) -> date:
        """The first month that anything is read of."""
        return self.window.back(SPANS[self.window.grain] - 1)

    @property
    def line(self) -> Line:
        return self.reading.line

    @property
    def window(self) -> Window:
        return self.reading.window

    @property
    def slug(self) -> str:
        return self.reading.indicator.slug

    def behind(self, category: str, first: date, last: date) -> dict[int, Voice]:
        """Who stands behind a cell of these months, by id."""
        found: dict[int, Voice] = {}
        month = first
        while month <= last:
            for pk, voice in self.voices.get((category, month), {}).items():
                found[pk] = found[pk].with_more(voice) if pk in found else voice
            month = add_months(month, 1)
        return found


def pictures(initiative: Initiative, indicators: Sequence[Indicator], window: Window, tenant: Tenant) -> list[Picture]:
    """Each indicator's picture, in their order; a number of statements that does not grow with them."""
    readings = read(initiative, indicators, window, trend=0)
    years = _years(initiative, indicators, window, tenant)
    lines = {reading.indicator.pk: reading.line for reading in readings}
    known = countings(list(lines))
    own: dict[tuple[int, int, str], Combined] = {}
    rows: dict[int, list[SeriesRow]] = {}
    behind: dict[int, dict[tuple[str, date], dict[int, Voice]]] = {}
    for at in dict.fromkeys(reading.window for reading in readings):
        here = [reading.indicator.pk for reading in readings if reading.window == at]
        spans = list(spans_of({pk: known[pk] for pk in here}, at).values())
        own |= parts_by_category(spans, lines, window.as_of)
        since = at.back(SPANS[at.grain] - 1)
        for row in series(
            initiative, here, at.grain, since, at.period, categories=True, year_starts=at.sql_year, as_of=window.as_of
        ):
            rows.setdefault(row.indicator_id, []).append(row)
        states = next(iter(known.values())).states if known else ()
        for pk, heard in heard_of(here, since, last_month(at.period, at.grain), states, window.as_of).items():
            behind[pk] = heard
    everybody = {part.partner_id for reading in readings for part in reading.whole.parts}
    codes = dict(Partner.objects.filter(pk__in=everybody).values_list("pk", "code"))
    states = next(iter(known.values())).states if known else ()
    return [
        _picture(
            reading, rows.get(reading.indicator.pk, ()), years, own, behind.get(reading.indicator.pk, {}), codes, states
        )
        for reading in readings
    ]


def heard_of(
    indicator_ids: Collection[int], since: date, until: date, states: Collection[str], as_of: datetime | None
) -> dict[int, dict[tuple[str, date], dict[int, Voice]]]:
    """By indicator, who stands behind each cell; one statement."""
    found: dict[int, dict[tuple[str, date], dict[int, Voice]]] = {}
    for one in voices(indicator_ids, since, until, states, as_of):
        value = one.volume if one.value is None else one.value
        cell = found.setdefault(one.indicator_id, {}).setdefault((one.category, one.period), {})
        cell[one.partner_id] = Voice(abs(one.volume), value, value)
    return found


def _picture(
    reading: Reading,
    rows: Sequence[SeriesRow],
    years: Mapping[int, Mapping[int, tuple[Reading, ...]]],
    own: Mapping[tuple[int, int, str], Combined],
    behind: Voices,
    codes: Mapping[int, str],
    states: Collection[str],
) -> Picture:
    pk, line = reading.indicator.pk, reading.line
    trend: dict[date, Combined] = {}
    categories: dict[str, dict[date, Combined]] = {}
    for row in settled(line, rows):
        kind = reading.history.kind_at(row.period)
        combined = combined_of(row, line if kind == line.kind else replace(line, kind=kind))
        if row.category == TOTAL:
            trend[row.period] = combined
        elif not row.category.startswith("level:"):
            categories.setdefault(row.category, {})[row.period] = combined
    if reading.now.has_something or reading.window.period in trend:
        trend[reading.window.period] = reading.now
    first = min((period for period, one in trend.items() if one.has_something), default=reading.window.period)
    return Picture(
        reading=reading,
        trend={period: one for period, one in trend.items() if period >= first},
        years={starts: found[pk] for starts, found in years.items() if pk in found},
        parts=_parts_that_add_up(reading),
        categories=categories,
        own_categories={(partner, key): one for (indicator, partner, key), one in own.items() if indicator == pk},
        voices=behind,
        codes=codes,
        states=states,
    )


def _parts_that_add_up(reading: Reading) -> dict[int, Combined]:
    """The partners' parts, by partner; none where joint work counts once, since they come to more than the figure then,
    and by how much would tell what two of them filed."""
    if reading.now.shared:
        return {}
    return {part.partner_id: part.combined for part in reading.whole.parts}


def combined_of(row: SeriesRow, line: Line) -> Combined:
    """A row of a series as the rules' own value."""
    return Combined(
        line.kind,
        State(row.state),
        Coverage(row.filed, row.expected, row.excused, missing=None),
        value=row.lower if row.is_exact else row.number,
        numerator=row.numerator,
        denominator=row.denominator,
        lower=row.lower,
        upper=row.upper,
        as_of_period=row.value_period,
    )


def _years(
    initiative: Initiative, indicators: Sequence[Indicator], window: Window, tenant: Tenant
) -> dict[int, dict[int, tuple[Reading, ...]]]:
    """By the month in which a year starts: each indicator's year up to the window's end, and the year before.

    Beside a month or a quarter only; a level is the same at the end of its year, and a source's figure is what it is.
    """
    if window.grain is Grain.YEAR:
        return {}
    found: dict[int, dict[int, tuple[Reading, ...]]] = {}
    asked = [one for one in indicators if one.kind not in (STOCK, COMMUNITY)]
    for starts in dict.fromkeys((tenant.fiscal_year_starts, 1)):
        year = replace(window.in_year_from(starts).at(Grain.YEAR), latest=window.last)
        now = read(initiative, asked, year, trend=0)
        before = read(initiative, asked, year.previous, trend=0)
        found[starts] = {
            one.indicator.pk: (one, earlier)
            for one, earlier in zip(now, before, strict=True)
            if one.now.has_something and one.window.grain is Grain.YEAR
        }
    return found


def partner_names(pictures: Sequence[Picture]) -> dict[int, Partner]:
    """The partners in these pictures, by id; one statement."""
    return Partner.objects.in_bulk({pk for picture in pictures for pk in picture.parts})
