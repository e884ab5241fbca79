"""One indicator in one window, all the way down: its trend, its partners, its breakdowns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backbone.look.numbers import SILENCE, short_date, short_period
from backbone.models import Initiative, Partner
from backbone.tenancy import active_tenant_id
from backbone.wording import say
from measures import wording
from measures.goals import Goal, target_words
from measures.models import Indicator
from measures.models.filings import FigureState
from measures.rules.change import like_for_like
from measures.rules.combining import Combined, combine_partners
from measures.rules.figures import plain
from measures.rules.kinds import KINDS, SUM, UNDUPLICATED
from measures.rules.lines import Breakdown, Line, breakdown_of, pairs_of
from measures.rules.periods import Grain, last_month
from measures.rules.small import counts_in, withheld
from measures.rules.splits import heir_of, partial_words
from measures.selectors.broken_down import BrokenDown, broken_down, settled
from measures.selectors.combined import figures_at
from measures.selectors.goals import goals_of_categories
from measures.selectors.lenses import merged_categories
from measures.selectors.obligations import rarer_duties
from measures.selectors.parts import Part
from measures.selectors.reading import Reading
from measures.selectors.series import SeriesRow, series
from measures.selectors.trend import TrendPoint, point_of
from measures.windows import Window

LENGTHS = {Grain.MONTH: 25, Grain.QUARTER: 13, Grain.YEAR: 8}
SMALL_LENGTHS = {Grain.MONTH: 13, Grain.QUARTER: 9, Grain.YEAR: 6}
SILENT = Decimal("-1e30")  # below every figure, for sorting only
ANSWERED = (FigureState.SUBMITTED, FigureState.APPROVED)  # with a number or, not collected, without one


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """One partner's line below a figure. Without a `partner` it is everybody whom the reader may not see, as one."""

    partner: Partner | None
    count: int
    now: Combined
    before: Combined | None
    change: str
    usual: Decimal | None
    state: str
    state_words: str
    is_missing: bool
    is_one_period: bool = False  # the window is one period as this partner files it

    @property
    def is_waiting(self) -> bool:
        """It is in, and counts once somebody approves it."""
        return self.state == "submitted" and not self.now.has_something

    @property
    def is_returned(self) -> bool:
        """It was in, and went back to the partner: missing from the figure, and no silence."""
        return self.is_missing and self.state == "returned"

    @property
    def is_excused(self) -> bool:
        return self.now.coverage.excused > 0 and self.now.coverage.expected == 0


def partner_rows(reading: Reading, shown: set[int] | None) -> list[PartnerRow]:
    """Who makes up the figure: the largest first, then who is missing by what it usually brings, then the excused.

    `shown` are the partners that the reader may see, None for all; all others are one row, so that the rows still
    add up to the figure. Two statements, one more in a longer window than the indicator's own.
    """
    line, indicator = reading.line, reading.indicator
    own, others = reading.whole.parts, None
    if shown is not None:
        own, others = reading.whole.without(line, shown)
    before = {} if reading.before is None else {part.partner_id: part.combined for part in reading.before.parts}
    partners = Partner.objects.in_bulk([part.partner_id for part in own])
    alone = _one_period(reading, partners)
    states = _figure_states(indicator, reading.window, alone) if alone else {}
    rows = []
    for part in own:
        earlier = before.get(part.partner_id)
        state, words = _state(part, states.get(part.partner_id), part.partner_id in alone)
        is_answered = states.get(part.partner_id, ("",))[0] in ANSWERED
        rows.append(
            PartnerRow(
                partner=partners[part.partner_id],
                count=1,
                now=part.combined,
                before=earlier,
                change=_change(reading, part.partner_id, earlier, part.combined),
                usual=reading.weights.get(part.partner_id),
                state=state,
                state_words=words,
                is_missing=part.combined.coverage.missing_count > 0 and not is_answered,
                is_one_period=part.partner_id in alone,
            )
        )
    rows.sort(key=_order)
    if others is not None:
        hidden = [pk for pk in before if shown is None or pk not in shown]
        covered = others.combined.coverage
        words = _("%(filed)s of %(expected)s filed") % {"filed": covered.filed, "expected": covered.expected}
        earlier = reading.before.of(line, hidden) if hidden and reading.before is not None else None
        rows.append(PartnerRow(None, others.months, others.combined, earlier, "", None, "", words, False))
    return rows


@dataclass(frozen=True, slots=True)
class SectorRow:
    """What the partners of one sector make up together; `sector` is empty for those of which none is said, None for
    everybody whom the reader may not see."""

    sector: str | None
    count: int
    now: Combined
    before: Combined | None
    usual: Decimal | None


def sector_rows(reading: Reading, rows: Sequence[PartnerRow]) -> list[SectorRow]:
    """The rows of a figure's partners by sector, by the kind's own rule, so that sectors combine to the figure as their
    partners do to them. No statement."""
    sectors: dict[str, list[int]] = {}
    for row in rows:
        if row.partner is not None:
            sectors.setdefault(row.partner.sector.strip(), []).append(row.partner.pk)
    found = [
        SectorRow(
            sector,
            len(ids),
            reading.whole.of(reading.line, ids),
            None if reading.before is None else reading.before.of(reading.line, ids),
            sum(known, Decimal(0)) if (known := [reading.weights[pk] for pk in ids if pk in reading.weights]) else None,
        )
        for sector, ids in sorted(sectors.items(), key=lambda one: (not one[0], one[0].casefold()))
    ]
    return found + [SectorRow(None, row.count, row.now, row.before, None) for row in rows if row.partner is None]


def _one_period(reading: Reading, partners: Iterable[int]) -> set[int]:
    """The partners of whose filing the window is one period: all in the indicator's own, some in a longer one."""
    grain, indicator = reading.window.grain, reading.indicator
    if grain == indicator.frequency:
        return set(partners)
    rarer = rarer_duties([indicator])
    if rarer is None:
        return set()
    return {pk for pk in partners if rarer.frequency(indicator, pk, reading.window.period) is grain}


def _order(row: PartnerRow) -> tuple[int, Decimal, str]:
    now = row.now
    size = next((n for n in (now.denominator, now.value, now.lower) if n is not None), SILENT)
    code = row.partner.code if row.partner is not None else ""
    if now.has_something:
        return (0, -size, code)
    if row.is_excused:
        return (2, Decimal(0), code)
    return (1, -(row.usual if row.usual is not None else Decimal(-1)), code)


def _change(reading: Reading, pk: int, before: Combined | None, now: Combined) -> str:
    line, everybody = reading.line, reading.change
    if everybody is None or before is None or not before.coverage.is_complete or not now.coverage.is_complete:
        return SILENCE
    one = like_for_like(combine_partners(line, {pk: before}), combine_partners(line, {pk: now}), over=everybody.over)
    return wording.change_amount(line, one)


def _figure_states(indicator: Indicator, window: Window, partners: Iterable[int]) -> dict[int, tuple[str, bool]]:
    """By partner: the state of its total, and whether it says that it was not collected; one statement."""
    source = figures_at(window.as_of, [indicator.pk])
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            {source.opening} SELECT f.partner_id, f.state, f.is_not_collected FROM {source.name} f
             WHERE f.tenant_id = %(tenant)s AND f.indicator_id = %(indicator)s AND f.period = %(period)s
               AND f.category = '' AND f.partner_id = ANY(%(partners)s) AND f.state <> ''
            """,  # noqa: S608  (fragments of our own)
            {
                "tenant": active_tenant_id(),
                "indicator": indicator.pk,
                "period": window.period,
                "partners": list(partners),
                **source.params,
            },
        )
        return {partner: (state, is_not_collected) for partner, state, is_not_collected in cursor}


def _state(part: Part, figure: tuple[str, bool] | None, is_own_grain: bool) -> tuple[str, str]:
    """The word for a partner's part; a draft is nobody's business but the partner's, so it is missing."""
    covered = part.combined.coverage
    if covered.excused:
        return "excused", ""
    if not KINDS[part.combined.kind].is_filed:
        return ("approved", _("All inputs in")) if covered.filed else ("missing", "")
    if figure is not None and figure[0] != "draft":
        state, is_not_collected = figure
        return ("not_collected", "") if is_not_collected and state != "returned" else (state, "")
    if part.combined.as_of_period is not None:
        month = short_period(part.combined.as_of_period)
        return "approved", _("As of %(month)s") % {"month": month}
    if covered.filed:
        return "approved", "" if is_own_grain else _("All periods in")
    if part.months:
        words = ngettext("%(count)s period in", "%(count)s periods in", part.months)
        return "submitted", words % {"count": part.months}
    return "missing", ""


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One category in one window: what stands for it; withheld where it is too small for the reader."""

    key: str
    name: str
    words: str
    cell: Decimal | str | None
    filed: int
    expected: int
    is_hidden: bool
    note: str
    trend: tuple[TrendPoint, ...]
    hidden_periods: frozenset[date]
    target: str = ""


@dataclass(frozen=True, slots=True)
class Split:
    """A figure split by one breakdown. `filed` of `expected` partners gave it; its own number, beside the figure's.

    `partial` says where not all of the window is split; `broken` how much of it is, without its volume where that
    would give a hidden cell away.
    """

    slug: str
    name: str
    is_exclusive: bool
    rows: tuple[CategoryRow, ...]
    filed: int
    expected: int
    since: date | None
    partial: str = ""
    broken: BrokenDown | None = None

    @property
    def has_hidden(self) -> bool:
        return any(row.is_hidden or row.hidden_periods for row in self.rows)

    @property
    def has_targets(self) -> bool:
        return any(row.target for row in self.rows)


def splits(initiative: Initiative, reading: Reading, *, threshold: int | None, is_merged: bool = False) -> list[Split]:
    """The breakdowns of an indicator, each category with its trend, from the stored roll-ups, and its target; six
    statements.

    `threshold` withholds small cells, where they are people; None shows every cell to those who may see them. `is_merged` shows retired
    categories under what they became.
    """
    line, window = reading.line, reading.window
    if not line.breakdowns or (threshold is not None and not line.rule.is_filed):
        return []  # whether a computed cell is small shows in its inputs' cells only
    threshold = threshold if reading.indicator.counts_people else None
    length = SMALL_LENGTHS[window.grain]
    by_id = {reading.indicator.pk: line}
    lens = merged_categories(by_id) if is_merged else None
    broken = broken_down(
        initiative, by_id, window.grain, window.period, window.period, year_starts=window.sql_year, as_of=window.as_of
    ).get((reading.indicator.pk, window.period), [])
    rows = series(
        initiative,
        [reading.indicator],
        window.grain,
        window.back(length - 1),
        window.period,
        categories=True,
        year_starts=window.sql_year,
        fill=False,
        as_of=window.as_of,
        lens=lens,
    )
    periods = [window.back(back) for back in range(length - 1, -1, -1)]
    by_key = {(row.category, row.period): row for row in settled(line, rows)}
    hidden = (
        {} if threshold is None else _withheld(initiative, reading, by_key, periods, threshold, is_merged=is_merged)
    )
    shares = {one.breakdown: one for one in broken}
    aims = goals_of_categories(reading.indicator, window)
    found = [
        _split(
            line,
            breakdown,
            by_key,
            periods,
            hidden,
            reading,
            shares.get("+".join(breakdown)),
            aims,
            lens is not None,
        )
        for breakdown in line.breakdowns
    ]
    return [_with_targets(line, split, aims) for split in found]


def _withheld(
    initiative: Initiative,
    reading: Reading,
    rows: Mapping[tuple[str, date], SeriesRow],
    periods: Sequence[date],
    threshold: int,
    *,
    is_merged: bool,
) -> Mapping[date, Collection[str]]:
    """By span, the cells that are not shown: those that are too small in it with what would give them away, and whatever
    is not shown of one of its periods as it was filed, which one span less the others would say again. One statement
    where the spans are not those periods.
    """
    line, window = reading.line, reading.window
    frequency = Grain(reading.indicator.frequency)
    found = {period: _too_small(line, rows, period, threshold) for period in periods}
    if window.grain is frequency and not is_merged:
        return found
    filed = series(
        initiative, [reading.indicator], frequency, periods[0], last_month(periods[-1], window.grain), categories=True,
        fill=False, as_of=window.as_of,
    )  # fmt: skip
    by_key = {(row.category, row.period): row for row in filed}
    for one in {row.period for row in filed}:
        small = _too_small(line, by_key, one, threshold)
        span = max(period for period in periods if period <= one)
        found[span] |= {heir_of(line, key) for key in small} if is_merged else small
    return found


def _too_small(line: Line, rows: Mapping[tuple[str, date], SeriesRow], period: date, threshold: int) -> frozenset[str]:
    """The cells of one period that are not shown. Of two dimensions crossed it is all or none: each of the two by itself
    says what rows and columns come to."""
    found: set[str] = set()
    for breakdown in line.breakdowns:
        keys = [key for key in line.keys(breakdown) if (key, period) in rows]
        cells = {key: [_counts(line, rows[key, period])] for key in keys}
        hidden = withheld(cells, threshold, adds_up=_adds_up(line, breakdown))
        found |= set(keys) if hidden and len(breakdown) > 1 else hidden
    return frozenset(found)


def _adds_up(line: Line, breakdown: Breakdown) -> bool:
    return line.is_exclusive(breakdown) and line.kind != UNDUPLICATED and line.rule.parts == SUM


def _with_targets(line: Line, split: Split, aims: Mapping[str, Goal]) -> Split:
    words = {key: target_words(line, goal) for key, goal in aims.items() if goal.value is not None}
    return replace(split, rows=tuple(replace(row, target=words.get(row.key, "")) for row in split.rows))


def _split(
    line: Line,
    breakdown: Breakdown,
    rows: Mapping[tuple[str, date], SeriesRow],
    periods: Sequence[date],
    hidden: Mapping[date, Collection[str]],
    reading: Reading,
    broken: BrokenDown | None,
    aimed: Collection[str],
    is_merged: bool,
) -> Split:
    keys = [key for key in line.keys(breakdown) if key in aimed or any((key, period) in rows for period in periods)]
    if is_merged:
        keys = [key for key in keys if heir_of(line, key) == key]
    last = periods[-1]
    found = []
    for key in keys:
        points = []
        for period in periods:
            row = rows.get((key, period))
            is_hidden = key in hidden.get(period, ())
            points.append(TrendPoint(period, None, False) if row is None or is_hidden else point_of(row, line))
        row = rows.get((key, last))
        is_hidden = key in hidden.get(last, ())
        words = SILENCE if row is None else points[-1].words
        cell: Decimal | str | None = None if row is None or is_hidden else (row.lower if row.is_exact else row.number)
        if row is not None and not is_hidden:
            cell = plain(cell) if isinstance(cell, Decimal) else words
        found.append(
            CategoryRow(
                key=key,
                name=wording.category_words(line, key),
                words="" if is_hidden else words,
                cell=cell,
                filed=0 if row is None else row.filed,
                expected=reading.now.coverage.expected if row is None else row.expected,
                is_hidden=is_hidden,
                note=_note(line, key, is_merged=is_merged),
                trend=tuple(points),
                hidden_periods=frozenset(period for period in periods if key in hidden.get(period, ())),
            )
        )
    filed = max((row.filed for row in found), default=0)
    if broken is not None and any(row.is_hidden for row in found):
        broken = replace(broken, known=None, total=None)
    window = reading.window
    partial = partial_words(line, breakdown, window.period, last_month(window.period, window.grain))
    first = min((period for key, period in rows if breakdown_of(key) == breakdown), default=None)
    return Split(
        slug="+".join(breakdown),
        name=line.breakdown_name(breakdown),
        is_exclusive=_adds_up(line, breakdown),
        rows=tuple(found),
        filed=filed,
        expected=reading.now.coverage.expected,
        since=first if first is not None and first > periods[0] and breakdown not in line.spans else None,
        partial="" if partial is None else say(partial),
        broken=broken,
    )


def _note(line: Line, key: str, *, is_merged: bool) -> str:
    """What is to be known of a category: until when it was there, or which retired ones are in it."""
    if is_merged:
        dimensions = [line.dimensions[slug] for slug, _ in pairs_of(key)]
        inside = [
            dimension.categories[old]
            for dimension, (_, category) in zip(dimensions, pairs_of(key), strict=True)
            for old in dimension.becomes
            if dimension.heir(old) == category
        ]
        return _("with %(names)s") % {"names": ", ".join(inside)} if inside else ""
    days = [line.dimensions[slug].retired.get(category) for slug, category in pairs_of(key)]
    gone = min((day for day in days if day is not None), default=None)
    return "" if gone is None else _("retired on %(day)s") % {"day": short_date(gone)}


def _counts(line: Line, row: SeriesRow) -> tuple[Decimal, ...]:
    return counts_in(line.kind, row.value, row.numerator, row.denominator, row.lower, row.upper)
