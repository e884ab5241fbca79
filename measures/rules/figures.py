"""One number that a partner files: is it well formed? Pure: no Django, no clock.

A blank is silence and may be kept in a draft; whether a submission may contain it is a question for `cells`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NamedTuple

from backbone import tabular
from backbone.problems import Problem, cut, gettext_noop
from backbone.tabular.numbers import Number
from measures.rules.currencies import CODES, other_currency
from measures.rules.kinds import MILESTONE, ORDINAL
from measures.rules.lines import PERCENT, TOTAL, Line

ZERO, ONE = Decimal(0), Decimal(1)

# What a stored figure can hold: fourteen digits before the point, six after it.
LARGEST = Decimal(10) ** 14
DECIMAL_PLACES = 6
DIGITS_SHOWN = 21

NUMBERS = ("value", "numerator", "denominator", "weight")

_YES_NO = {"yes": ONE, "no": ZERO}


@dataclass(frozen=True, slots=True)
class Entry:
    """What a partner says for one cell: a number (0 included), that it was not collected and why, or nothing yet.

    `new_only` is for unduplicated people: only those new since the start of the fiscal year are counted. `reason` is
    the note that goes with it; with `is_told` it is the answer itself, as of a narrative.
    """

    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    weight: Decimal | None = None
    is_not_collected: bool = False
    reason: str = ""
    new_only: bool = False
    is_told: bool = False

    @property
    def has_numbers(self) -> bool:
        return (
            self.value is not None
            or self.numerator is not None
            or self.denominator is not None
            or self.weight is not None
        )

    @property
    def is_blank(self) -> bool:
        """True when nobody has answered: no number (0 is one), no words that are asked for, and not marked as not
        collected."""
        return not self.has_numbers and not self.is_not_collected and not (self.is_told and self.reason.strip())


class Place(NamedTuple):
    """Where in a submission a problem lies. Its text is `Problem.field` there: "k1/age:0-4/value"."""

    indicator: str
    category: str
    component: str

    def __str__(self) -> str:
        return "/".join(self)

    @classmethod
    def of(cls, text: str) -> Place:
        return cls(*text.split("/"))


def read_number(
    line: Line | None, component: str, raw: Any, *formats: tabular.NumberFormat
) -> tuple[Number, Problem | None]:
    """What somebody wrote for a line, as `tabular.number` settles it, plainly or in one of these formats: a value of 45%
    is 45 where percent are measured, $1,000 is 1000 where money is. Without a line, which is then refused itself, neither sign is held against it.

    The short name of a level is its rank, yes and no are 1 and 0 of a milestone. Another currency's sign is refused:
    `figure.other_currency`.
    """
    if line is not None and component == "value" and isinstance(raw, str):
        if line.kind == ORDINAL and (rank := line.rank_of(raw.strip())) is not None:
            return Decimal(rank), None
        if line.kind == MILESTONE and (answer := _YES_NO.get(raw.strip().casefold())) is not None:
            return answer, None
        if line.unit in CODES and not raw.isdigit() and (other := other_currency(raw, line.unit)):
            text = gettext_noop("“{value}” is in another currency ({other}) than {name}, which is in {unit}.")
            hint = gettext_noop(
                "Currencies are never added to each other: file it where its own currency is asked for."
            )
            params = {"value": cut(raw), "other": other, "name": line.name, "unit": line.unit}
            return None, Problem("figure.other_currency", text, params, hint=hint, value=cut(raw))
    is_percent = component == "value" and (line is None or line.unit == PERCENT)
    percent: tabular.Percent | None = "points" if is_percent else None
    is_money = line is None or line.is_money
    if len(formats) < 2:  # each cell of a file comes by here
        return tabular.number(raw, *formats, percent=percent, money=is_money)
    return tabular.number_typed(raw, formats, percent=percent, money=is_money)


def has_answer(line: Line, entry: Entry | None) -> bool:
    """True when the entry carries a full figure of the line's kind: both halves of a rate, a value with its weight, the
    words of a narrative; zero included."""
    if entry is None or entry.is_not_collected:
        return False
    rule = line.rule
    if rule.is_words:
        return bool(entry.reason.strip())
    for component in rule.asks:  # noqa: SIM110  asked of every figure of every history: a generator costs twice as much
        if getattr(entry, component) is None:
            return False
    return True


def nil(line: Line) -> Entry:
    """Nothing to report: 0, 0 of 0 for a rate, a weight of 0 for an average. A figure, not silence.

    ValueError for a kind where it is no answer (`Kind.takes_nil`), such as a median.
    """
    if not line.rule.takes_nil:
        raise ValueError(f"Nothing to report is no answer to {line.slug}, which is of the kind {line.kind}.")
    numbers: dict[str, Any] = dict.fromkeys(line.components, ZERO)
    return Entry(**numbers)


def told_if_bare(entry: Entry) -> Entry:
    """A figure as it was stored: one without a number that was not left out says what it says in its note."""
    return entry if entry.has_numbers or entry.is_not_collected else replace(entry, is_told=True)


def said(line: Line, words: str) -> Entry:
    """A text as the answer of a narrative; blank when there is none."""
    return Entry(reason=words, is_told=line.rule.is_words)


def ratio(entry: Entry) -> Decimal | None:
    """Numerator over denominator as a plain ratio, whatever the unit; None when undefined (0/0) or not given."""
    return divided(entry.numerator, entry.denominator)


def divided(numerator: Decimal | None, denominator: Decimal | None) -> Decimal | None:
    if numerator is None or denominator is None or denominator == 0:
        return None
    return numerator / denominator


def total_of(numbers: Iterable[Decimal | None]) -> Decimal:
    """The sum; silence adds nothing, and nothing at all is 0. The caller knows whether anybody spoke."""
    return sum((number for number in numbers if number is not None), ZERO)


def plain(number: Decimal) -> Decimal:
    """The same number without needless digits, so that it reads as a person would write it: 3E+3 is 3000.

    Numbers too large or too small to be stored are left alone: written out, 1E+999999 would fill a disk.
    """
    if not number.is_finite() or not -DIGITS_SHOWN < number.adjusted() < DIGITS_SHOWN:
        return number
    whole = number.to_integral_value()
    return whole.quantize(Decimal(1)) if number == whole else number.normalize()


def shown(number: Decimal | None) -> str:
    return "" if number is None else str(plain(number))


def problem_at(
    line: Line,
    place: str,
    code: str,
    text: str,
    category: str = TOTAL,
    /,
    *,
    is_warning: bool = False,
    value_found: str | None = None,
    **params: Any,
) -> Problem:
    """A problem of one cell, at the component `place`, with what a door needs to name it.

    Every one carries `indicator`, `name`, `category` and `category_name` in its params. Decimals are made plain.
    """
    named = {
        "indicator": line.slug,
        "name": line.name,
        "category": category,
        "category_name": line.category_name(category),
    }
    params = {key: plain(item) if isinstance(item, Decimal) else item for key, item in params.items()}
    return Problem(code, text, named | params, field=place, value=cut(value_found or ""), is_warning=is_warning)


def check_figure(line: Line, entry: Entry, category: str = TOTAL) -> list[Problem]:
    """Everything wrong with one cell by itself; a blank is allowed here.

    `Problem.field` is the component (`value`, `numerator`, `denominator`, `weight`, `reason`, `new_only`).
    """
    found: list[Problem] = []

    def add(component: str, code: str, text: str, **params: Any) -> None:
        given = getattr(entry, component, None)
        if isinstance(given, Decimal):
            given = shown(given)
        found.append(problem_at(line, component, code, text, category, value_found=given, **params))

    rule = line.rule
    if entry.new_only and not rule.takes_overlap:
        text = gettext_noop("Only unduplicated people can be counted as new since the start of the fiscal year.")
        add("new_only", "figure.new_only_not_here", text)

    if entry.is_not_collected:
        if not entry.reason.strip():
            add("reason", "figure.reason_missing", gettext_noop("Say why it was not collected."))
        if entry.has_numbers:
            text = gettext_noop(
                "It is marked as not collected, and has a number. Take one of them away. Zero is a number."
            )
            add(
                next(name for name in NUMBERS if getattr(entry, name) is not None),
                "figure.not_collected_with_numbers",
                text,
            )
        return found

    found += _wrong_components(line, entry, category)
    if found:
        return found
    for component in rule.asks:
        number = getattr(entry, component)
        if number is not None and (wrong := _wrong_number(line, component, number)) is not None:
            code, text, params = wrong
            add(component, code, text, **params)
    if found or entry.is_blank:
        return found
    if rule.is_ratio:
        found += _wrong_rate(line, entry, category)
    elif rule.is_weighted:
        found += _wrong_average(line, entry, category)
    elif line.kind == MILESTONE and entry.value not in (ZERO, ONE):
        add("value", "milestone.yes_or_no", gettext_noop("Say 1 for yes or 0 for no, not {value}."), value=entry.value)
    elif line.kind == ORDINAL and line.level_at(entry.value) is None:
        text = gettext_noop("{value} is no level of {name}. Its levels are: {levels}.")
        levels = ", ".join(f"{rank} {level.slug}" for rank, level in enumerate(line.levels, start=1))
        add("value", "ordinal.level", text, value=entry.value, levels=cut(levels, 200))
    if not found and category == TOTAL:
        found += check_limits(line, entry, is_hard=True)
    return found


def _wrong_number(line: Line, component: str, number: Decimal) -> tuple[str, str, dict[str, Any]] | None:
    """What is wrong with one number by itself: code, sentence and its places."""
    if not number.is_finite():
        return "number.not_finite", gettext_noop("This is not a number."), {}
    if abs(number) >= LARGEST:
        text = gettext_noop("{value} is too large: at most 14 digits before the point.")
        return "number.range", text, {"value": number}
    is_whole = number == number.to_integral_value()
    if not is_whole and number != round(number, line.decimal_places):
        text = gettext_noop("{value} has too many decimal places: at most {places}.")
        return "number.precision", text, {"value": number, "places": line.decimal_places}
    if number < 0 and not line.takes_negative(component):
        return "number.negative", gettext_noop("{value} is below zero."), {"value": number}
    if not is_whole and line.must_be_whole:
        return "number.not_integer", gettext_noop("{value} is not a whole number."), {"value": number}
    return None


def check_limits(line: Line, entry: Entry, *, is_hard: bool) -> list[Problem]:
    """Whether a total lies beyond the limits that staff set: an error when they are hard, a warning when soft."""
    limits = line.limits
    if limits is None or limits.is_hard != is_hard or not has_answer(line, entry):
        return []
    level = ratio(entry) if line.rule.is_ratio else entry.value
    if level is None or not limits.is_beyond(level):
        return []
    is_low = limits.low is not None and level < limits.low
    text = {
        (True, True): gettext_noop("{value} is less than {limit}, the least that is accepted here."),
        (False, True): gettext_noop("{value} is more than {limit}, the most that is accepted here."),
        (True, False): gettext_noop("{value} is less than {limit}, the least that is expected here. Is it right?"),
        (False, False): gettext_noop("{value} is more than {limit}, the most that is expected here. Is it right?"),
    }[is_low, is_hard]
    limit = limits.low if is_low else limits.high
    said: list[Any] = [number if number is None else plain(number) for number in (level, limit)]
    if line.unit == PERCENT:
        said = [f"{plain(round(number * 100, 1))}%" for number in said]
    component = "numerator" if line.rule.is_ratio else "value"
    params = {"value": said[0], "limit": said[1], "value_found": shown(level)}
    code = f"limit.{'below' if is_low else 'above'}"
    return [problem_at(line, component, code, text, is_warning=not is_hard, **params)]


def _wrong_components(line: Line, entry: Entry, category: str) -> list[Problem]:
    """Numbers of another kind's shape: a bare percentage for a rate, a numerator for a count."""
    others = [name for name in NUMBERS if getattr(entry, name) is not None and name not in line.components]
    if not others:
        return []
    first = others[0]
    number = getattr(entry, first)
    params: dict[str, Any] = {"value": number, "value_found": shown(number)}
    if line.rule.is_ratio and first == "value":
        if entry.numerator is not None or entry.denominator is not None:
            text = gettext_noop(
                "Give numerator and denominator only: the rate is computed from them. Take {value} away."
            )
            return [problem_at(line, first, "figure.mixed", text, category, **params)]
        if line.unit == PERCENT:
            text = gettext_noop("Give numerator and denominator, not {value}%.")
        else:
            text = gettext_noop("Give numerator and denominator, not {value}.")
        return [problem_at(line, first, "figure.bare_rate", text, category, **params)]
    if line.rule.is_ratio:
        text = gettext_noop("{name} is a numerator and a denominator, and nothing else. Take {value} away.")
    elif line.rule.is_weighted:
        text = gettext_noop("{name} is a value and its weight, and nothing else. Take {value} away.")
    elif line.rule.is_words:
        text = gettext_noop("{name} is told in words, which go into the note. Take {value} away.")
    else:
        text = gettext_noop("{name} is one number, and nothing else. Take {value} away.")
    return [problem_at(line, first, "figure.mixed", text, category, **params)]


def _wrong_rate(line: Line, entry: Entry, category: str) -> list[Problem]:
    numerator, denominator = entry.numerator, entry.denominator
    if numerator is None or denominator is None:
        if numerator is None:
            text = gettext_noop("The numerator is missing: a rate needs both, and a blank is not a zero.")
            return [problem_at(line, "numerator", "figure.half_a_rate", text, category)]
        text = gettext_noop("The denominator is missing: a rate needs both, and a blank is not a zero.")
        return [problem_at(line, "denominator", "figure.half_a_rate", text, category)]
    params: dict[str, Any] = {"numerator": numerator, "denominator": denominator, "value_found": shown(denominator)}
    if denominator == 0 and numerator > 0:
        text = gettext_noop(
            "The denominator is 0, but the numerator is {numerator}. If there was nothing to count, both are 0."
        )
        return [problem_at(line, "denominator", "figure.denominator_zero", text, category, **params)]
    if line.is_proportion and numerator > denominator:
        text = gettext_noop("{denominator} is less than the numerator, {numerator}. Swap them or correct one.")
        if line.numerator_name and line.denominator_name:  # as the fields are called where they are filled in
            params |= {"top": line.numerator_name, "bottom": line.denominator_name}
            text = gettext_noop(
                "“{bottom}” is {denominator}, less than “{top}”, {numerator}. Swap them or correct one."
            )
        return [problem_at(line, "denominator", "figure.numerator_above_denominator", text, category, **params)]
    return []


def _wrong_average(line: Line, entry: Entry, category: str) -> list[Problem]:
    if entry.value is None:
        text = gettext_noop("The average is missing: it goes with its weight, and a blank is not a zero.")
        return [problem_at(line, "value", "figure.half_an_average", text, category)]
    if entry.weight is None:
        text = gettext_noop(
            "The weight is missing: say how many the average is of, or it cannot be put together with others."
        )
        return [problem_at(line, "weight", "figure.half_an_average", text, category)]
    return []
