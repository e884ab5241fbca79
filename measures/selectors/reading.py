"""What a page says of an indicator: its figure with coverage, the change among the same partners, its target, its trend.

`read` answers for many indicators at once with the same number of statements as for one. The figure itself is combined
while reading, partner by partner (`selectors.parts`); earlier spans of a trend come from the stored roll-ups.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from backbone.look.coverage import Coverage as Chip
from backbone.models import Initiative, Partner
from measures import goals, wording
from measures.goals import Goal, OwnTarget, Reporting
from measures.lines import dimensions_of, line_of
from measures.models import Indicator
from measures.rules.change import Change, last_successors, like_for_like
from measures.rules.combining import Combined
from measures.rules.coverage import Coverage, State
from measures.rules.kinds import KINDS, MEDIAN, NARRATIVE, ORDINAL, TO_DATE, UNDUPLICATED
from measures.rules.lines import Dimension, Line
from measures.rules.periods import Grain, start_of
from measures.rules.progress import Status
from measures.rules.versions import Version
from measures.selectors.community import Vintage
from measures.selectors.computed import ComputedWhole
from measures.selectors.goals import periods_of, targets_in
from measures.selectors.opening import Codes, own_window
from measures.selectors.outside import Outside
from measures.selectors.parts import Answers, Weights, Whole, answers, spans_of, usual_volumes, wholes
from measures.selectors.spans import Counting, Span, countings
from measures.selectors.taking_part import Roster
from measures.selectors.trend import TREND, TrendPoint, trends
from measures.selectors.versions import History, histories
from measures.windows import Window

SHORTEST = 3  # fewer points are no line

_NOBODY = Coverage(0, 0)


@dataclass(frozen=True, slots=True)
class Reading:
    """One indicator in one window, as a page shows it. `missing` are codes; None for who may not know them."""

    indicator: Indicator
    line: Line
    window: Window
    whole: Whole
    before: Whole | None
    change: Change | None
    goal: Goal | None
    status: Status
    weights: Mapping[int, Decimal] = field(repr=False)
    history: History = field(repr=False)
    submitted: frozenset[int]  # partners whose figure is in and waits for approval; they are not missing
    missing: tuple[str, ...] | None
    trend: tuple[TrendPoint, ...] = ()
    own_targets: Mapping[int, OwnTarget] = field(default_factory=dict, repr=False)
    published: Vintage | None = None
    answered: frozenset[int] = frozenset()  # who is in `submitted`, and who did not collect it

    @property
    def source_words(self) -> str:
        """Where a published figure comes from, and when it came; empty for what partners file."""
        if not self.line.rule.is_published:
            return ""
        return wording.source_words(self.indicator.source, self.published.published_on if self.published else None)

    @property
    def now(self) -> Combined:
        return self.whole.combined

    @property
    def shown(self) -> wording.Shown:
        return wording.shown(self.line, self.now, is_running=self.window.is_running)

    @property
    def said(self) -> str:
        return str(self.shown)

    @property
    def months_words(self) -> str:
        """Which months are in it, where the indicator's own quarters do not fit the reader's year."""
        everything = periods_of(self.indicator, self.window)[1]
        return self.window.whole_only(everything, Grain(self.indicator.frequency))

    @property
    def chip(self) -> Chip:
        covered = self.now.coverage
        counts = covered.filed, covered.expected, covered.excused, self.waiting, covered.usual_share
        return Chip(*counts, in_part=self.now.has_something)

    @property
    def waiting(self) -> int:
        return len(self.submitted)

    @property
    def missing_count(self) -> int:
        return self.now.coverage.missing_count - self.waiting

    @property
    def missing_words(self) -> str:
        return wording.missing_words(self.missing, self.missing_count)

    @property
    def is_judged_here(self) -> bool:
        """Whether the target can be held against the span that is shown."""
        return self.goal is not None and self.goal.is_judged

    @property
    def progress(self) -> Decimal | None:
        return goals.progress_to(self.goal, self.now, is_running=self.window.is_running)

    @property
    def status_words(self) -> tuple[str, str]:
        is_running = self.window.is_running
        is_settled = self.now.is_complete and not is_running
        return goals.status_words(self.status, self.goal, self.progress, is_settled=is_settled, is_running=is_running)

    @property
    def reporting(self) -> Reporting | None:
        """While somebody is missing: those who filed, against their own targets."""
        if not self.own_targets or self.now.is_complete:
            return None
        parts = {part.partner_id: part.combined for part in self.whole.parts}
        return goals.reporting(self.line, parts, self.own_targets)

    @property
    def reporting_words(self) -> str:
        found = self.reporting
        is_plan = self.window.grain != self.indicator.frequency and self.window.is_running
        return "" if found is None else goals.reporting_words(self.line, found, is_plan=is_plan)

    @property
    def broken_by(self) -> Version | None:
        """The new definition that begins inside the window, so that there is no one figure for it."""
        return self.history.break_between(self.window.period, self.window.last)

    @property
    def meaning(self) -> str:
        if self.now.state is State.NOT_COMBINABLE and self.broken_by is not None:
            return wording.not_combined_words(self.broken_by)
        missing = ""
        if isinstance(self.whole, ComputedWhole) and self.now.state is not State.NOT_COMBINABLE:
            missing = wording.missing_inputs(self.whole.missing, self.now.has_something)
        return " ".join(part for part in (self._meaning, missing) if part)

    @property
    def _meaning(self) -> str:
        return wording.meaning(
            self.line,
            self.now,
            self.change,
            self.window.previous.name,
            self.status,
            has_target=self.is_judged_here and (not self.window.is_running or self.is_set_against_a_plan),
            who=self.missing_words,
            waiting=self.waiting,
        )

    @property
    def is_set_against_a_plan(self) -> bool:
        """Whether a span that still runs is judged by what is planned for the part of it that is over."""
        return self.goal is not None and self.goal.is_sum and self.goal.planned is not None

    @property
    def not_comparable(self) -> str:
        """Why the change since the span before is not said; empty where it is."""
        return "" if self.change is None else wording.not_comparable_words(self.change)

    @property
    def all_partners_words(self) -> str:
        """The line of everybody beside that of the same partners: `1,012 (9 of 9), then 700 so far (7 of 9)`."""
        if self.before is None or not self.before.combined.has_something or not self.now.has_something:
            return ""
        was, now = self.before.combined, self.now
        words = {
            "before": wording.said(self.line, was),
            "before_filed": was.coverage.filed,
            "before_expected": was.coverage.expected,
            "now": self.said,
            "filed": now.coverage.filed,
            "expected": now.coverage.expected,
        }
        return (
            _("%(before)s (%(before_filed)s of %(before_expected)s), then %(now)s (%(filed)s of %(expected)s)") % words
        )

    @property
    def explained(self) -> str:
        """Why the figure is what it is, where its kind needs a word: ranges, extremes, an estimate of people."""
        return wording.explained(self.line, self.now)

    @property
    def makes_up(self) -> bool:
        """Whether partners make up the figure between them, as they do a sum or a rate."""
        return self.now.value is not None and (self.line.rule.only_grows or self.line.rule.is_ratio)

    @property
    def is_compared(self) -> bool:
        """Whether figures of its kind have a change at all: bounds, ranges, levels without a mean and words have none."""
        return self.line.kind not in (UNDUPLICATED, MEDIAN, NARRATIVE, ORDINAL) or self.now.value is not None

    @property
    def trend_rows(self) -> list[TrendPoint]:
        """The trend in words, newest first, where there is no line to draw: ranges, levels, who told."""
        if any(point.is_there for point in self.trend):
            return []
        return [point for point in reversed(self.trend) if point.words and point.filed]

    @property
    def spark(self) -> list[tuple[Decimal | None, bool]]:
        """The trend as a small line; none for people and medians, of which only bounds are known."""
        if self.line.kind in (UNDUPLICATED, MEDIAN, NARRATIVE):
            return []
        first = next((i for i, point in enumerate(self.trend) if point.value is not None), len(self.trend))
        found = [(point.value, point.is_partial) for point in self.trend[first:] if not point.is_running]
        return found if len(found) >= SHORTEST else []

    @property
    def spark_target(self) -> Decimal | None:
        return self.goal.value if self.goal is not None and self.is_judged_here and not self.goal.is_sum else None

    @property
    def unit(self) -> str:
        return wording.unit_words(self.line)

    @property
    def missing_usual(self) -> str:
        """What who is missing usually brings; empty while one of the partners has no history."""
        covered = self.now.coverage
        if covered.usual_expected is None or covered.usual_filed is None:
            return ""
        submitted = sum((self.weights[pk] for pk in self.submitted), Decimal(0))
        return wording.volume(covered.usual_expected - covered.usual_filed - submitted)

    @property
    def everybody_usual(self) -> str:
        return "" if self.now.coverage.usual_expected is None else wording.volume(self.now.coverage.usual_expected)

    @property
    def goal_words(self) -> str:
        """From where to where by when, and which way is better."""
        return "" if self.goal is None else goals.goal_words(self.line, self.indicator, self.goal)


@dataclass(frozen=True, slots=True)
class Grounds:
    """What reading asks of some indicators whatever the window: how they are counted, their definitions, breakdowns."""

    known: Mapping[int, Counting]
    outside: Outside
    inputs: Sequence[Indicator]
    past: Mapping[int, History]
    dimensions: dict[str, Dimension]
    roster: Roster | None = None

    @classmethod
    def of(
        cls,
        initiative: Initiative,
        indicators: Sequence[Indicator],
        as_of: datetime | None = None,
        roster: Roster | None = None,
    ) -> Grounds:
        """One statement; one more where a definition has changed, one where something is broken down, two where something
        is computed or published. The `roster` where it was asked for already."""
        known = countings([indicator.pk for indicator in indicators])
        outside = Outside.of(initiative, known, as_of)
        inputs = outside.inputs(indicators)
        is_split = any(indicator.breakdowns for indicator in (*indicators, *inputs))
        dimensions = dimensions_of(initiative) if is_split else {}
        return cls(known, outside, inputs, _histories(indicators, known), dimensions, roster)

    def successors(self) -> Mapping[int, int]:
        """Into which partner each one was merged; one statement where the roster is not known."""
        if self.roster is not None:
            return self.roster.successors
        return dict(Partner.objects.exclude(successor=None).values_list("pk", "successor"))

    def lines(self, indicators: Iterable[Indicator]) -> dict[int, Line]:
        return {indicator.pk: line_of(indicator, self.dimensions) for indicator in indicators}

    def as_at(self, windows: Mapping[int, Window]) -> list[Indicator]:
        """The indicators as they are defined at the end of these windows, by id."""
        return [self.past[pk].as_at(own.last) for pk, own in windows.items()]

    def spans(
        self, windows: Mapping[int, Window], *, states: tuple[str, ...] | None = None, back: bool = False
    ) -> dict[int, Span]:
        """Each indicator's span of its window, or of the one before it."""
        found: dict[int, Span] = {}
        for own in set(windows.values()):
            here = {pk: self.known[pk] for pk, one in windows.items() if one == own}
            found |= spans_of(here, own.previous if back else own, states=states)
        return found


def _histories(indicators: Iterable[Indicator], known: Mapping[int, Counting]) -> Mapping[int, History]:
    """Each indicator's versions; of those that never had another there is nothing to ask."""
    changed = [one for one in indicators if known[one.pk].is_redefined]
    return {one.pk: History(one) for one in indicators} | dict(histories(changed) if changed else {})


@dataclass(frozen=True, slots=True)
class Owed:
    """One indicator that partners file, in one window: what came of each of them, and what each usually brings."""

    indicator: Indicator
    line: Line
    window: Window
    whole: Whole
    weights: Mapping[int, Decimal] = field(repr=False)
    answered: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is owed in one window: the indicators that are filed, as they are defined at its end, and their spans."""

    windows: Mapping[int, Window]
    indicators: Sequence[Indicator]
    lines: Mapping[int, Line]
    spans: Mapping[int, Span]

    @classmethod
    def of(cls, indicators: Sequence[Indicator], window: Window, grounds: Grounds) -> _Wanted:
        windows = {indicator.pk: own_window(indicator, window) for indicator in indicators}
        filed = [indicator for indicator in grounds.as_at(windows) if KINDS[indicator.kind].is_filed]
        lines = grounds.lines(filed)
        return cls(windows, filed, lines, {pk: span for pk, span in grounds.spans(windows).items() if pk in lines})

    @property
    def asked(self) -> dict[Span, Line]:
        return {span: self.lines[pk] for pk, span in self.spans.items()}

    def owed(self, combined: _Combined) -> list[Owed]:
        found = []
        for indicator in self.indicators:
            pk = indicator.pk
            whole, usual, told = combined.of(self.spans.get(pk))
            window = self.windows[pk]
            found.append(Owed(indicator, self.lines[pk], window, whole or _nothing(indicator), usual, told.given))
        return found


@dataclass(frozen=True, slots=True)
class _Combined:
    """What some spans come to, with what partners usually bring and what they said beside figures that count."""

    wholes: Mapping[Span, Whole]
    usual: Mapping[Span, Mapping[int, Decimal]]
    answers: Mapping[Span, Answers]

    @classmethod
    def read(
        cls,
        asked: Mapping[Span, Line],
        beside: Mapping[Span, tuple[Line, Span | None]],
        as_of: datetime | None,
        *,
        with_answers: bool = True,
    ) -> _Combined:
        """Five statements. `beside` are spans of which only the whole is asked, by what is usual in another one."""
        usual = usual_volumes(asked, as_of)
        weights: dict[Span, Weights] = {
            span: usual.get(like, {}) for span, (_line, like) in beside.items() if like is not None
        }
        lines = {span: line for span, (line, _like) in beside.items()} | dict(asked)
        return cls(wholes(lines, weights | usual, as_of), usual, answers(asked, as_of) if with_answers else {})

    def of(self, span: Span | None) -> tuple[Whole | None, Mapping[int, Decimal], Answers]:
        if span is None:
            return None, {}, Answers()
        return self.wholes.get(span), self.usual.get(span, {}), self.answers.get(span, Answers())


def owed(
    initiative: Initiative, indicators: Sequence[Indicator], window: Window, grounds: Grounds | None = None
) -> list[Owed]:
    """Who filed what of this window, and nothing of targets and trends; five statements, and those of the grounds."""
    wanted = _Wanted.of(indicators, window, grounds or Grounds.of(initiative, indicators, window.as_of))
    return wanted.owed(_Combined.read(wanted.asked, {}, window.as_of))


def _nothing(indicator: Indicator) -> Whole:
    return Whole(Combined(indicator.kind, State.NOT_EXPECTED, _NOBODY), ())


def read(
    initiative: Initiative,
    indicators: Sequence[Indicator],
    window: Window,
    *,
    codes: Codes | None = None,
    trend: int = TREND,
    states: tuple[str, ...] | None = None,
    grounds: Grounds | None = None,
) -> list[Reading]:
    """Each indicator in this window, in the same order; ten statements, whatever their number.

    An indicator that is filed more rarely than the window's grain is read in its own: the last quarter or year.
    `codes` names missing partners; without it they are counted only. `states` narrows what counts. A window as of an
    instant reads the figures as they stood then; who owes them, targets and definitions are today's. `grounds` of the
    same indicators and instant, where they were asked for already.
    """
    grounds = grounds or Grounds.of(initiative, indicators, window.as_of)
    return _read(initiative, indicators, window, grounds, codes=codes, trend=trend, states=states)[0]


def read_and_owed(
    initiative: Initiative,
    indicators: Sequence[Indicator],
    window: Window,
    month: Window,
    *,
    codes: Codes | None = None,
    grounds: Grounds,
) -> tuple[list[Reading], list[Owed]]:
    """What `read` says of a window and `owed` of a month, in no more statements than the first alone."""
    return _read(initiative, indicators, window, grounds, month, codes=codes)


def _read(
    initiative: Initiative,
    indicators: Sequence[Indicator],
    window: Window,
    grounds: Grounds,
    month: Window | None = None,
    *,
    codes: Codes | None = None,
    trend: int = TREND,
    states: tuple[str, ...] | None = None,
) -> tuple[list[Reading], list[Owed]]:
    known, outside, past = grounds.known, grounds.outside, grounds.past
    wanted = None if month is None else _Wanted.of(indicators, month, grounds)
    windows = {indicator.pk: own_window(indicator, window) for indicator in indicators}
    indicators = grounds.as_at(windows)
    lines = grounds.lines([*indicators, *grounds.inputs])
    spans = grounds.spans(windows, states=states)
    befores = grounds.spans(windows, states=states, back=True)
    asked = {span: lines[pk] for pk, span in spans.items()} | ({} if wanted is None else wanted.asked)
    beside: dict[Span, tuple[Line, Span | None]] = {
        span: (lines[span.counting.indicator_id], None) for span in outside.spans(windows, states)
    }
    beside |= {span: (lines[pk], spans.get(pk)) for pk, span in befores.items()}
    found = _Combined.read(asked, beside, window.as_of, with_answers=states is None)
    combined = found.wholes
    now = {pk: combined[span] for pk, span in spans.items()}
    before = {pk: combined[span] for pk, span in befores.items()}
    for pk, own in windows.items():
        if outside.has(pk):
            now[pk] = outside.whole(pk, own, combined, lines, states)
            if known[pk].is_computed:
                before[pk] = outside.whole(pk, own.previous, combined, lines, states)
    merged = last_successors(grounds.successors())
    targets = targets_in(indicators, windows, {pk: whole.combined for pk, whole in now.items()})
    drawn = trends(initiative, lines, past, windows, now, before, trend)

    readings = []
    for indicator in indicators:
        pk, own = indicator.pk, windows[indicator.pk]
        _own, usual, told = found.of(spans.get(pk))
        whole = now.get(pk) or _nothing(indicator)
        earlier = before.get(pk)
        change = None
        if earlier is not None and not own.is_running and _is_comparable(indicator, own):
            together = outside.together(pk, lines[pk], earlier, whole)
            over = past[pk].break_between(own.previous.period, own.last)
            change = like_for_like(earlier.combined, whole.combined, usual or None, together, merged=merged, over=over)
        aims = targets.get(pk)
        goal = None if aims is None else aims.goal
        absent = set(whole.combined.coverage.missing or ())
        submitted = told.waiting & absent
        absent -= submitted
        readings.append(
            Reading(
                indicator=indicator,
                line=lines[pk],
                window=own,
                whole=whole,
                before=earlier,
                change=change,
                goal=goal,
                status=goals.judge(indicator.direction, whole.combined, goal, own.last, is_running=own.is_running),
                weights=usual,
                history=past[pk],
                submitted=submitted,
                answered=told.given,
                missing=None if codes is None else tuple(sorted(codes.get(one, str(one)) for one in absent)),
                trend=drawn.get(pk, ()),
                own_targets={} if aims is None else aims.own,
                published=outside.vintage(pk, own),
            )
        )
    return readings, [] if wanted is None else wanted.owed(found)


def _is_comparable(indicator: Indicator, window: Window) -> bool:
    """Whether a span may be held against the one before: a total filed to date begins anew with each fiscal year."""
    if indicator.kind != TO_DATE or window.grain is Grain.YEAR:
        return True
    year = start_of(Grain.YEAR, window.period, window.tenant_starts)
    return year <= window.previous.period
