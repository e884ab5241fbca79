"""Where an indicator leads if it goes on like before, for its chart and in words; the method is `rules.forecast`."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backbone.look.numbers import number, period_name
from measures.rules.forecast import Ahead, Forecast, TooFew, forecast
from measures.rules.lines import PERCENT, Line
from measures.rules.periods import Grain
from measures.selectors.reading import Reading
from measures.wording import amount


def foresee(reading: Reading) -> Forecast | TooFew | None:
    """Where the trend of a reading leads, from its complete points alone."""
    window, goal = reading.window, reading.goal
    last = window.previous.period if window.is_running else window.period
    complete = [(point.period, point.value) for point in reading.trend if _is_complete(point)]
    until = goal.by if goal is not None and goal.is_judged and not goal.is_sum else None
    return forecast(
        reading.line.kind,
        window.grain,
        [(period, value) for period, value in complete if value is not None],
        last,
        until=until,
        is_share=reading.line.unit == PERCENT,
    )


def _is_complete(point) -> bool:
    return point.value is not None and not point.is_partial and point.filed == point.expected


def condition_words(found: Forecast, grain: Grain) -> str:
    """On what condition: “if it goes on like the last 12 months”. The words stand wherever the forecast does."""
    words = {"count": number(found.rests_on)}
    if found.is_seasonal:
        return _("if it goes on like the last %(count)s months, season by season") % words
    return {
        Grain.MONTH: _("if it goes on like the last %(count)s months"),
        Grain.QUARTER: _("if it goes on like the last %(count)s quarters"),
        Grain.YEAR: _("if it goes on like the last %(count)s years"),
    }[grain] % words


def forecast_words(reading: Reading, found: Forecast | TooFew | None) -> str:
    """`If it goes on like the last 12 months: 1,041 in June 2027, most likely 1,004 to 1,078; the target is 1,100.`"""
    line, grain = reading.line, reading.window.grain
    if isinstance(found, TooFew):
        words = {"needed": number(found.needed), "there": number(found.there)}
        return {
            Grain.MONTH: _("No forecast: it takes %(needed)s complete months, and there are %(there)s."),
            Grain.QUARTER: _("No forecast: it takes %(needed)s complete quarters, and there are %(there)s."),
            Grain.YEAR: _("No forecast: it takes %(needed)s complete years, and there are %(there)s."),
        }[grain] % words
    if found is None:
        return ""
    end = found.points[-1]
    condition = condition_words(found, grain)
    words = {
        "condition": condition[0].upper() + condition[1:],
        "value": ahead_amount(line, end.value),
        "low": ahead_amount(line, end.low),
        "high": ahead_amount(line, end.high),
        "period": period_name(end.period, grain),
    }
    sentence = _("%(condition)s: %(value)s in %(period)s, most likely %(low)s to %(high)s.") % words
    goal = reading.goal
    if goal is not None and goal.is_judged and goal.value is not None and goal.by == end.period:
        return f"{sentence} " + _("The target is %(target)s.") % {"target": amount(line, goal.value)}
    return sentence


def method_words(found: Forecast) -> str:
    """How it is worked out, for the small print: plain enough to be checked by hand."""
    first = ngettext(
        "The dotted line is the middle of all slopes between two of the last %(count)s complete period.",
        "The dotted line is the middle of all slopes between two of the last %(count)s complete periods.",
        found.rests_on,
    ) % {"count": number(found.rests_on)}
    seasons = _("Each month lies above or below it by what it usually does.") if found.is_seasonal else ""
    last = _("The band holds four fifths of how far they lay from it, and widens ahead. It knows nothing of plans.")
    return " ".join(part for part in (first, seasons, last) if part)


def ahead_amount(line: Line, value: Decimal) -> str:
    """A number that has not happened: no more exact than it can be."""
    if line.rule.is_ratio:
        return amount(line, value)
    return number(round(value, 0 if line.is_whole or abs(value) >= 100 else 1))


def end_words(line: Line, found: Forecast) -> str:
    """Beside the end of the dotted line."""
    return _("%(value)s if it goes on") % {"value": ahead_amount(line, found.points[-1].value)}


def ahead_words(line: Line, one: Ahead) -> str:
    """For the table: `1,041 (1,004 to 1,078)`."""
    words = {name: ahead_amount(line, getattr(one, name)) for name in ("value", "low", "high")}
    return _("%(value)s (%(low)s to %(high)s)") % words
