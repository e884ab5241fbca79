"""Results as those see them who are not inside: approved figures of the whole initiative, and nothing below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import connection

from backbone.models import Initiative, Tenant
from backbone.tenancy import active_tenant_id
from measures.lines import closes_on
from measures.models import Indicator
from measures.models.filings import FigureState
from measures.rules.combining import Combined
from measures.rules.kinds import COMMUNITY, NOT_FILED, STOCK
from measures.rules.periods import Grain
from measures.rules.small import counts_in, is_small
from measures.selectors.computed import ComputedWhole
from measures.selectors.forest import indicators_in_use
from measures.selectors.indicator import LENGTHS
from measures.selectors.opening import last_lively_month
from measures.selectors.reading import Reading, read
from measures.selectors.small_inputs import small_inputs
from measures.windows import Window, latest_month

APPROVED_ONLY = (str(FigureState.APPROVED),)


@dataclass(frozen=True, slots=True)
class Result:
    """One indicator of the results page, `hidden_periods` of its trend not told. Withheld: too small a group to be shown
    to everybody."""

    reading: Reading
    year: Reading | None
    is_hidden: bool
    is_year_hidden: bool
    hidden_periods: frozenset[date] = frozenset()

    @property
    def year_words(self) -> str:
        return "" if self.year is None or self.is_year_hidden else self.year.said


def results_window(initiative: Initiative, params: Mapping[str, str], tenant: Tenant) -> Window:
    """What the address says, else the last month that is closed: an open one is still being filed."""
    today = tenant.day()
    latest = latest_month(today)
    month = last_lively_month(initiative, latest)
    if "period" not in params and month == latest:
        monthly = Indicator.objects.filter(initiative=initiative, retired_on=None, frequency=Grain.MONTH)
        monthly = monthly.exclude(kind__in=NOT_FILED)
        if any(closes_on(one, month) >= today for one in monthly):
            month = Window(Grain.MONTH, month, latest).previous.period
    return Window.chosen(params, latest=latest, default=month, tenant_starts=tenant.fiscal_year_starts)


def results(initiative: Initiative, tenant: Tenant, window: Window) -> list[Result]:
    """Every indicator in use, approved figures only, without names; with its year so far."""
    indicators = indicators_in_use(initiative, window.period)
    length = LENGTHS[window.grain]
    here = read(initiative, indicators, window, states=APPROVED_ONLY, trend=length)
    years: Sequence[Reading | None] = [None] * len(here)
    if window.grain is not Grain.YEAR:
        year = _year_to(window)
        years = read(initiative, indicators, year, states=APPROVED_ONLY, trend=0)
    threshold = tenant.small_cell_threshold
    small = _small_inputs(initiative, here, threshold, length)
    withheld = [_small_periods(reading, threshold, small) for reading in here]
    return [
        Result(
            reading=_without(reading, periods),
            year=year if year is not None and year.now.has_something and year.line.kind != STOCK else None,
            is_hidden=_is_small(reading, threshold),
            is_year_hidden=year is not None and _is_small(year, threshold),
            hidden_periods=periods,
        )
        for reading, year, periods in zip(here, years, withheld, strict=True)
    ]


def _year_to(window: Window) -> Window:
    """The year up to the end of a window: nothing later counts, as if it were not over yet."""
    year = window.at(Grain.YEAR)
    return replace(year, latest=window.last)


def _is_small(reading: Reading, threshold: int) -> bool:
    """Whether its group is too small: of what is computed, that of any input; of what is published, never."""
    if isinstance(reading.whole, ComputedWhole):
        return any(_is_small_figure(one.combined, threshold) for one in reading.whole.inputs.values())
    return _counts_people(reading) and _is_small_figure(reading.now, threshold)


def _counts_people(reading: Reading) -> bool:
    return reading.line.rule.is_filed and reading.indicator.counts_people


def _is_small_figure(now: Combined, threshold: int) -> bool:
    if now.kind == COMMUNITY:
        return False
    return is_small(counts_in(now.kind, now.value, now.numerator, now.denominator, now.lower, now.upper), threshold)


def _small_inputs(
    initiative: Initiative, readings: Sequence[Reading], threshold: int, length: int
) -> set[tuple[int, date]]:
    """(computed indicator, period) of a trend in which an input is too small; one statement for each window."""
    found: set[tuple[int, date]] = set()
    computed = [reading for reading in readings if isinstance(reading.whole, ComputedWhole)]
    for window in {reading.window for reading in computed}:
        here = {reading.indicator.pk: set(reading.whole.inputs) for reading in computed if reading.window == window}
        since = window.back(length - 1)
        found |= small_inputs(
            initiative, here, window.grain, since, window.period, threshold, year_starts=window.sql_year
        )
    return found


def _small_periods(reading: Reading, threshold: int, small: set[tuple[int, date]]) -> frozenset[date]:
    """The periods of its trend that are too small to be told."""
    if reading.line.rule.is_filed:
        points = reading.trend if _counts_people(reading) else ()
        return frozenset(point.period for point in points if is_small(point.counts, threshold))
    return frozenset(point.period for point in reading.trend if (reading.indicator.pk, point.period) in small)


def _without(reading: Reading, periods: frozenset[date]) -> Reading:
    if not periods:
        return reading
    return replace(
        reading, trend=tuple(point.withheld() if point.period in periods else point for point in reading.trend)
    )


def as_of(initiative: Initiative) -> datetime | None:
    """When the newest approved figure was last changed: as of when the page stands."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT max(r.as_of) FROM measures_indicator i
              JOIN measures_rollup r ON r.tenant_id = %(tenant)s AND r.indicator_id = i.id AND r.scope = 0
             WHERE i.tenant_id = %(tenant)s AND i.initiative_id = %(initiative)s
            """,
            {"tenant": active_tenant_id(), "initiative": initiative.pk},
        )
        return cursor.fetchone()[0]
