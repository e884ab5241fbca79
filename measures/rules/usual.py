"""Soft warnings: is a figure unlike this partner's own history? They ask for a word and never block. Pure.

Few, so that they are read: a slip of a digit, a leap beyond anything seen, a zero out of the blue, a copied figure;
with six figures before it, what is an outlier by both of its scores (`outliers`); and what is beyond a soft limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from backbone.problems import Problem, gettext_noop
from measures.rules.figures import ZERO, Entry, check_limits, has_answer, plain, problem_at, ratio, shown
from measures.rules.kinds import MILESTONE, NARRATIVE, ORDINAL, STOCK, TO_DATE
from measures.rules.lines import PERCENT, Line
from measures.rules.outliers import COMMON, Score, Thresholds, is_near_mean, level_of, median, score

HISTORY = 6  # the usual is the median of the last six
ENOUGH_HISTORY = 3  # fewer say nothing about what is usual

TEN_TIMES = Decimal(10)
HALF_AS_MANY_AGAIN = Decimal("1.5")
POINTS_APART = Decimal("0.2")  # a proportion that moves by twenty points


def usual(history: Sequence[Entry]) -> Decimal | None:
    """The median of the last six figures, oldest first: values, denominators for a rate, weights for an average. None
    without history.

    Blanks and figures that were not collected are passed over. It is also a partner's weight in coverage.
    """
    volumes = _volumes(history)[-HISTORY:]
    return median(volumes) if volumes else None


def warn_figure(line: Line, entry: Entry, history: Sequence[Entry], thresholds: Thresholds = COMMON) -> list[Problem]:
    """What is unusual about a total: beyond a soft limit of its indicator, or against the partner's earlier figures,
    oldest first, of which three at least are needed.

    A rate is looked at by its denominator and by its ratio, an average by its weight and by itself. Nothing is usual for
    a total that grows all year (`past` looks at it), a yes or no, a level or words. `Problem.field` is the component.
    """
    if not has_answer(line, entry):
        return []
    found = check_limits(line, entry, is_hard=False)
    if line.kind in (TO_DATE, MILESTONE, ORDINAL, NARRATIVE):
        return found
    earlier = [past for past in history if has_answer(line, past)]
    return found + (_warn_against(line, entry, earlier[-HISTORY:]) or _warn_outlier(line, entry, earlier, thresholds))


def _warn_against(line: Line, entry: Entry, earlier: Sequence[Entry]) -> list[Problem]:
    if len(earlier) < ENOUGH_HISTORY:
        return []
    if line.rule.is_ratio:
        found = _warn_volume(line, "denominator", entry, earlier)
        return found or _warn_copied(line, entry, earlier) or _warn_ratio(line, entry, earlier)
    if line.rule.is_weighted:
        found = _warn_volume(line, "weight", entry, earlier)
        return found or _warn_copied(line, entry, earlier) or _warn_volume(line, "value", entry, earlier)
    return _warn_volume(line, "value", entry, earlier) or _warn_copied(line, entry, earlier)


def _warn_outlier(line: Line, entry: Entry, earlier: Sequence[Entry], thresholds: Thresholds) -> list[Problem]:
    """Far out by both scores, and further than chance alone would take it."""
    level = level_of(line, entry)
    if level is None or is_near_mean(line, level, earlier, thresholds):
        return []
    found = score(line, entry, earlier, thresholds)
    if found is None or not found.is_far_out:
        return []
    if abs(level - found.history.median) <= _chance(line, entry, found):
        return []
    low, high = said_range(line, found)
    component = "numerator" if line.rule.is_ratio else "value"
    params: dict[str, Any] = {"count": found.history.count, "low": low, "high": high}
    params |= {"value": f"{round(level * 100, 1)}%" if line.unit == PERCENT else level}
    text = gettext_noop("{value} lies outside the usual {low} to {high} of the last {count} figures. Is it right?")
    return [problem_at(line, component, "unusual.outlier", text, is_warning=True, value_found=shown(level), **params)]


def said_range(line: Line, found: Score) -> tuple[Any, Any]:
    """From where to where is usual, as it is read: 12 and 48, 51.2% and 63%."""
    if line.unit == PERCENT:
        return tuple(f"{plain(round(one * 100, 1))}%" for one in (found.low, min(found.high, Decimal(1))))  # type: ignore[return-value]
    places = 4 if line.rule.is_ratio else 0 if line.must_be_whole else 2
    return plain(round(found.low, places)), plain(round(found.high, places))


def _chance(line: Line, entry: Entry, found: Score) -> Decimal:
    """How far chance alone moves it: twice the square root of a count, or of what a proportion varies by."""
    middle = found.history.median
    if not line.rule.is_ratio:
        return _noise(middle)
    if not line.is_proportion or not entry.denominator or not 0 <= middle <= 1:
        return ZERO
    return 2 * (middle * (1 - middle) / entry.denominator).sqrt()


def _warn_volume(line: Line, component: str, entry: Entry, earlier: Sequence[Entry]) -> list[Problem]:
    number = getattr(entry, component)
    past = [getattr(one, component) for one in earlier]
    middle = median(past)
    if min(past) < 0 or number < 0:
        return []
    params: dict[str, Any] = {"value": number, "usual": middle, "value_found": shown(number)}

    def warning(code: str, text: str) -> list[Problem]:
        return [problem_at(line, component, f"unusual.{code}", text, is_warning=True, **params)]

    if number == 0:
        if 0 in past[-ENOUGH_HISTORY:]:
            return []
        return warning("zero", gettext_noop("0, and usually about {usual}. Is it really zero?"))
    if middle == 0:
        return []
    if number >= middle * TEN_TIMES:
        return warning(
            "ten_times", gettext_noop("{value} is ten times the usual {usual}, or more. Is there a digit too many?")
        )
    if number * TEN_TIMES <= middle:
        return warning("a_tenth", gettext_noop("{value} is a tenth of the usual {usual}, or less. Is a digit missing?"))
    if number >= middle * HALF_AS_MANY_AGAIN and number > max(past) and number - middle > _noise(middle):
        return warning(
            "more", gettext_noop("{value} is more than ever, and half as many again as the usual {usual}, or more.")
        )
    return []


def _warn_copied(line: Line, entry: Entry, earlier: Sequence[Entry]) -> list[Problem]:
    """The same figure again and again; a level or an extreme may well stay, and so may a small number."""
    if line.kind == STOCK or (line.rule.is_measure and not line.rule.is_weighted):
        return []
    now = [getattr(entry, component) for component in line.components]
    if max(now) < 10:
        return []
    last = earlier[-ENOUGH_HISTORY:]
    if any([getattr(past, component) for component in line.components] != now for past in last):
        return []
    component = line.components[-1]
    text = gettext_noop("The same as the last three times. Was it counted anew?")
    return [problem_at(line, component, "unusual.copied", text, is_warning=True, value_found=shown(now[-1]))]


def _warn_ratio(line: Line, entry: Entry, earlier: Sequence[Entry]) -> list[Problem]:
    now = ratio(entry)
    past = [one for one in map(ratio, earlier) if one is not None]
    if now is None or len(past) < ENOUGH_HISTORY:
        return []
    middle = median(past)
    is_new = now > max(past) or now < min(past)
    if line.unit == PERCENT:
        if is_new and abs(now - middle) >= POINTS_APART:
            params: dict[str, Any] = {"value": round(now * 100, 1), "usual": round(middle * 100, 1)}
            text = gettext_noop("{value}% is far from the usual {usual}%.")
            return [problem_at(line, "numerator", "unusual.rate", text, is_warning=True, **params)]
        return []
    is_far = now >= middle * HALF_AS_MANY_AGAIN or now * HALF_AS_MANY_AGAIN <= middle
    if is_new and is_far:
        params = {"value": round(now, 4), "usual": round(middle, 4)}
        text = gettext_noop("A rate of {value} is far from the usual {usual}.")
        return [problem_at(line, "numerator", "unusual.rate", text, is_warning=True, **params)]
    return []


def _volumes(history: Sequence[Entry]) -> list[Decimal]:
    counted = [one for one in history if not one.is_not_collected]
    found = [next((n for n in (one.denominator, one.weight) if n is not None), one.value) for one in counted]
    return [volume for volume in found if volume is not None]


def _noise(middle: Decimal) -> Decimal:
    """How far a count wanders by chance: twice its square root (Poisson), so that 3 after 1 raises no eyebrow."""
    return 2 * max(middle, ZERO).sqrt()
