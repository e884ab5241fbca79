"""An indicator's readings as charts: which points, which levels, and the sentence that says what they show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from backbone import charts
from backbone.look.numbers import number, period_name
from measures import wording
from measures.foresight import ahead_words, condition_words, end_words
from measures.goals import plan_words
from measures.rules.forecast import Ahead, Forecast
from measures.rules.kinds import MEDIAN, MILESTONE, UNDUPLICATED
from measures.rules.lines import PER_1000, PERCENT, Line
from measures.rules.periods import Grain, months_apart, start_of
from measures.rules.plans import level_on
from measures.selectors.indicator import Split
from measures.selectors.reading import Reading
from measures.selectors.trend import TrendPoint
from measures.windows import Window

PER_YEAR = {Grain.MONTH: 12, Grain.QUARTER: 4, Grain.YEAR: 1}
NAMED_GAPS = 4  # periods that were not complete, named below a chart; more are counted


def trend_chart(
    reading: Reading, ahead: Forecast | None = None, *, hidden: frozenset[date] = frozenset()
) -> charts.Spec | None:
    """The trend of one indicator with its plan and target, and where it leads; None while no period has a figure.
    `hidden` are the periods of which the value is withheld."""
    line, window = reading.line, reading.window
    if not any(point.is_there for point in reading.trend):
        return None
    target, baseline, plan = levels(reading)
    points = _from_the_first(points_of(line, reading.trend, hidden))
    notes = break_notes(reading)
    new = {note.period for note in notes}
    points = [replace(point, cover=_anew(point)) if point.period in new else point for point in points]
    months = [point.period for point in points] + [one.period for one in (ahead.points if ahead else ())]
    way = reading.goal.way if reading.goal is not None and plan else ()
    planned = [(month, level_on(way, month)) for month in dict.fromkeys(months) if way and month >= plan[0][0]]
    return charts.trend(
        points,
        title=finding(reading),
        subtitle=scope(reading),
        unit=reading.indicator.name,
        target=target,
        baseline=baseline,
        plan=plan,
        planned=[(month, plan_words(line, level)) for month, level in planned if level is not None],
        ahead=[] if ahead is None else [_ahead(line, one) for one in ahead.points],
        ahead_label="" if ahead is None else condition_words(ahead, window.grain),
        ahead_end="" if ahead is None else end_words(line, ahead),
        is_ratio=_is_percentage(line),
        notes=notes,
        decimals=1 if line.rule.divides else None,
        grain=str(window.grain),
    )


def break_notes(reading: Reading) -> list[charts.Note]:
    """Where the trend is counted otherwise from then on, as rules with words."""
    grain, starts = reading.window.grain, reading.window.year_starts
    if not reading.trend:
        return []
    within = reading.history.breaks_within(reading.trend[0].period, reading.window.last)
    periods = dict.fromkeys(start_of(grain, one.starts_on, starts) for one in within)
    return [charts.Note(period, _("counted differently"), is_break=True) for period in periods]


def _anew(point: charts.Point) -> str:
    return "; ".join(part for part in (point.cover, _("counted differently from here on")) if part)


def _ahead(line: Line, one: Ahead) -> charts.Ahead:
    value, low, high = (_scaled(line, number) for number in (one.value, one.low, one.high))
    return charts.Ahead(one.period, value, low, high, ahead_words(line, one))


def levels(reading: Reading) -> tuple[charts.Target | None, charts.Baseline | None, list[tuple[date, Decimal]]]:
    """The target, the baseline and the way between them, where the figures that are drawn can be held against them."""
    line, goal = reading.line, reading.goal
    if goal is None or not reading.is_judged_here or goal.value is None:
        return None, None, []
    if goal.is_sum:
        words = {"value": plan_words(line, goal.value), "span": period_name(reading.window.period, goal.grain)}
        label = _("Target %(value)s for %(span)s") % words
        return charts.Target(_scaled(line, goal.value), reading.window.period, label), None, []
    words = {"value": wording.amount(line, goal.value), "period": period_name(goal.by)}
    target = charts.Target(_scaled(line, goal.value), goal.by, _("Target %(value)s by %(period)s") % words)
    if goal.baseline is None:
        return target, None, []
    label = _("Baseline %(value)s") % {"value": wording.amount(line, goal.baseline)}
    first = next((point.period for point in reading.trend if point.is_there), reading.trend[0].period)
    since = first if goal.since is None else max(goal.since, first)
    way = [(since, level_on(goal.way, since)), *((month, value) for month, value in goal.way if month > since)]
    if months_apart(way[-1][0], goal.by) >= Grain(reading.indicator.frequency).months:
        way.append((goal.by, way[-1][1]))  # it should have moved before it has to be there
    plan = [(month, _scaled(line, value)) for month, value in way if value is not None]
    return target, charts.Baseline(_scaled(line, goal.baseline), since, label), plan


def split_chart(reading: Reading, split: Split) -> charts.Spec | None:
    """One small chart for each category, on one scale; None when there is nothing to draw."""
    line, window = reading.line, reading.window
    series = [(row.name, points_of(line, row.trend, hidden=row.hidden_periods)) for row in split.rows]
    if not any(point.top is not None for _name, points in series for point in points):
        return None
    title = _largest(split) or _("%(name)s by %(split)s") % {"name": reading.indicator.name, "split": split.name}
    words = {"name": reading.indicator.name, "split": split.name.lower(), "unit": _per(window)}
    return charts.small_multiples(
        series,
        title=title,
        subtitle=_("%(name)s by %(split)s, %(unit)s, one scale") % words,
        unit=reading.indicator.name,
        is_ratio=_is_percentage(line),
        decimals=1 if line.rule.divides else None,
        grain=str(window.grain),
    )


def points_of(line: Line, trend: Sequence[TrendPoint], hidden: frozenset = frozenset()) -> list[charts.Point]:
    """A trend as the points of a chart; a period in `hidden` is the mark of a withheld value."""
    return [
        charts.Point(
            period=point.period,
            value=None if point.value is None else _scaled(line, point.value),
            is_partial=point.is_partial,
            words=point.words,
            cover=_cover(point),
            is_hidden=point.period in hidden,
            label=point.label,
            is_alone=point.is_running,
            low=None if point.low is None else _scaled(line, point.low),
            high=None if point.high is None else _scaled(line, point.high),
        )
        for point in trend
    ]


def finding(reading: Reading) -> str:
    """What a chart shows, in a sentence: against a year before, and whether everybody is in."""
    name, window = reading.indicator.name, reading.window
    past, now = _a_year_apart(reading)
    if past is None or now is None:
        sentence = name
    elif now > past:
        sentence = _("%(name)s: higher than a year before") % {"name": name}
    elif now < past:
        sentence = _("%(name)s: lower than a year before") % {"name": name}
    else:
        sentence = _("%(name)s: the same as a year before") % {"name": name}
    if window.is_running:
        return _("%(finding)s; %(period)s is not over") % {
            "finding": sentence,
            "period": period_name(window.period, window.grain),
        }
    if reading.now.has_something and not reading.now.is_complete and reading.line.kind != UNDUPLICATED:
        return _("%(finding)s; %(period)s is not all in") % {"finding": sentence, "period": window.name}
    return sentence


def _a_year_apart(reading: Reading) -> tuple[Decimal | None, Decimal | None]:
    """The last complete period's value and the one a year before it, where both are complete."""
    back = PER_YEAR[reading.window.grain]
    solid = [None if point.is_partial else point.value for point in reading.trend]
    last = next((i for i in range(len(solid) - 1, -1, -1) if solid[i] is not None), None)
    if last is None or last < back:
        return None, None
    return solid[last - back], solid[last]


def scope(reading: Reading) -> str:
    """The unit and whose figures: “Completions a month, all partners”."""
    words = {"name": reading.indicator.name, "per": _per(reading.window), "unit": reading.unit}
    if reading.line.kind == UNDUPLICATED:
        return _("%(name)s, %(per)s: a bar leads from at least so many to at most so many") % words
    if reading.line.kind == MEDIAN:
        return _("%(name)s, %(per)s: a bar leads from the smallest to the largest of the partners’") % words
    if reading.unit:
        return _("%(name)s, %(unit)s, %(per)s, all partners") % words
    return _("%(name)s, %(per)s, all partners") % words


def exceptions(reading: Reading) -> str:
    """The periods of a trend in which somebody was missing or let off, for the line below a chart."""
    gaps = [point for point in reading.trend[:-1] if point.is_there and point.filed < point.expected]
    if not gaps:
        return ""
    named = [
        _("%(period)s: %(filed)s of %(expected)s partners.")
        % {
            "period": period_name(point.period, reading.window.grain),
            "filed": number(point.filed),
            "expected": number(point.expected),
        }
        for point in gaps[-NAMED_GAPS:]
    ]
    if len(gaps) > NAMED_GAPS:
        named.insert(0, _("%(count)s periods were not complete, last:") % {"count": number(len(gaps))})
    return " ".join(named)


def _per(window: Window) -> str:
    return {Grain.MONTH: _("each month"), Grain.QUARTER: _("each quarter"), Grain.YEAR: _("each year")}[window.grain]


def _largest(split: Split) -> str:
    """“Most are 16 to 19”, where one category holds more than half of what adds up."""
    values = [row.cell if isinstance(row.cell, Decimal) else None for row in split.rows]
    known = [value for value in values if value is not None]
    if not split.is_exclusive or split.has_hidden or not known or min(known) < 0 or _is_share(split):
        return ""
    everything = sum(known)
    for row, value in zip(split.rows, values, strict=True):
        if value is not None and everything and value * 2 > everything:
            return _("Most: %(category)s") % {"category": row.name}
    return ""


def _is_share(split: Split) -> bool:
    """Rates do not add up, so none of them is most of anything."""
    return any(isinstance(row.cell, Decimal) and "%" in row.words for row in split.rows)


def _cover(point: TrendPoint) -> str:
    if not point.expected:
        return ""
    words = {"filed": number(point.filed), "expected": number(point.expected), "excused": number(point.excused)}
    if point.excused:
        return _("%(filed)s of %(expected)s, %(excused)s excused") % words
    return _("%(filed)s of %(expected)s") % words


def _is_percentage(line: Line) -> bool:
    """Whether its axis is one of percentages: a rate's or an average's unit, or the share of partners that reached it."""
    return line.kind == MILESTONE or ((line.rule.is_ratio or line.rule.is_weighted) and line.unit == PERCENT)


def _scaled(line: Line, value: Decimal) -> Decimal:
    if line.rule.is_weighted and line.unit == PERCENT:
        return value / 100  # an average is filed as 45 for 45%, a percentage's axis wants the plain ratio
    return value * 1000 if line.rule.is_ratio and line.unit == PER_1000 else value


def _from_the_first(points: list[charts.Point]) -> list[charts.Point]:
    """Without the empty periods before anybody filed anything."""
    first = next((i for i, point in enumerate(points) if point.top is not None or point.is_hidden), 0)
    return points[first:]
