"""How other systems spell a period, both ways. Pure.

DHIS2: 201912, 2018Q1, 2018, and the financial years 2018April, 2018July, 2018Oct, 2018Nov. ADX: a first day and a
duration, 2015-06-01/P1M. Source: the DHIS2 developer guide, "Date and period format"; IHE QRPH ADX, 2016.
"""

from __future__ import annotations

import re
from datetime import date

from backbone.problems import Problem, cut, gettext_noop
from measures.rules.periods import FIRST_YEAR, LAST_YEAR, Grain

_FISCAL = {"April": 4, "July": 7, "Sep": 9, "Oct": 10, "Nov": 11}
_STARTS = {month: word for word, month in _FISCAL.items()}
_FORMS = (
    (re.compile(r"(\d{4})(\d{2})", re.ASCII), Grain.MONTH),
    (re.compile(r"(\d{4})-(\d{2})", re.ASCII), Grain.MONTH),
    (re.compile(r"(\d{4})Q([1-4])", re.ASCII), Grain.QUARTER),
    (re.compile(rf"(\d{{4}})({'|'.join(_FISCAL)})", re.ASCII), Grain.YEAR),
    (re.compile(r"(\d{4})()", re.ASCII), Grain.YEAR),
)
_OTHERS = (
    (re.compile(r"\d{4}W\d{1,2}|\d{4}(Wed|Thu|Sat|Sun)W\d{1,2}", re.ASCII), gettext_noop("a week")),
    (re.compile(r"\d{4}BiW\d{1,2}", re.ASCII), gettext_noop("two weeks")),
    (re.compile(r"\d{8}|\d{4}-\d{2}-\d{2}", re.ASCII), gettext_noop("a day")),
    (re.compile(r"\d{6}B", re.ASCII), gettext_noop("two months")),
    (re.compile(r"\d{4}(April|Nov)?S[12]", re.ASCII), gettext_noop("half a year")),
)
_INTERVAL = re.compile(r"(\d{4})-(\d{2})-(\d{2})/P(\d{1,3})([DWMQY])", re.ASCII)
_LENGTHS = {(1, "M"): Grain.MONTH, (3, "M"): Grain.QUARTER, (1, "Q"): Grain.QUARTER, (12, "M"): Grain.YEAR}
_LENGTHS[1, "Y"] = Grain.YEAR

Period = tuple[date, Grain]


def read_period(text: str) -> Period | Problem:
    """The first month and the length of a DHIS2 period, or of an interval of ADX."""
    text = text.strip()
    if "/" in text:
        return _read_interval(text)
    for form, grain in _FORMS:
        match = form.fullmatch(text)
        if match is None:
            continue
        year, rest = int(match[1]), match[2]
        if grain is Grain.QUARTER:
            month = 3 * int(rest) - 2
        else:
            month = _FISCAL[rest] if rest in _FISCAL else int(rest or 1)
        return _checked(text, year, month, grain)
    for form, what in _OTHERS:
        if form.fullmatch(text):
            sentence = gettext_noop("{period} is {what}. Figures here are of months, quarters or years.")
            return Problem("period.unsupported", sentence, {"period": cut(text), "what": what}, value=cut(text))
    return _unreadable(text)


def _read_interval(text: str) -> Period | Problem:
    match = _INTERVAL.fullmatch(text)
    if match is None:
        return _unreadable(text)
    year, month, day, count, unit = match.groups()
    grain = _LENGTHS.get((int(count), unit))
    if grain is None or day != "01":
        sentence = gettext_noop("{period} is no month, quarter or year from its first day, which figures here are of.")
        return Problem("period.unsupported", sentence, {"period": cut(text)}, value=cut(text))
    return _checked(text, int(year), int(month), grain)


def _checked(text: str, year: int, month: int, grain: Grain) -> Period | Problem:
    if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12:
        return date(year, month, 1), grain
    return _unreadable(text)


def _unreadable(text: str) -> Problem:
    sentence = gettext_noop("“{period}” is no period: write 201912, 2018Q1, 2018 or 2018April.")
    return Problem("period.unreadable", sentence, {"period": cut(text)}, field="period", value=cut(text))


def dhis2_period(first: date, grain: Grain) -> str | None:
    """A period as DHIS2 spells it; None where it has no word for a quarter or year that begins in that month."""
    if grain is Grain.MONTH:
        return f"{first:%Y%m}"
    if grain is Grain.QUARTER:
        return f"{first.year}Q{(first.month + 2) // 3}" if first.month % 3 == 1 else None
    if first.month == 1:
        return str(first.year)
    return f"{first.year}{_STARTS[first.month]}" if first.month in _STARTS else None
