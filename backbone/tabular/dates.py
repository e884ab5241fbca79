"""One raw cell to a day or to a month: only forms that can be read in one way."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from backbone.problems import Problem, cut, gettext_noop
from backbone.tabular.columns import INVISIBLE
from backbone.tabular.faults import excel_error
from backbone.tabular.numbers import ascii_digits, is_blank, is_excel_error
from backbone.tabular.sheet import day as day_of_serial

FIRST_YEAR, LAST_YEAR = 1900, 2199
ACCEPTED_PERIODS = "2017-03, 2017-03-01, 2017M03, 03/2017, Mar 2017, March 2017"
ACCEPTED_DAYS = "2017-03-31, 31 Mar 2017"

_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "jan january ene enero",
            "feb february febrero",
            "mar march marzo",
            "apr april abr abril",
            "may mayo",
            "jun june junio",
            "jul july julio",
            "aug august ago agosto",
            "sep sept september set septiembre setiembre",
            "oct october octubre",
            "nov november noviembre",
            "dec december dic diciembre",
        ),
        start=1,
    )
    for name in names.split()
}


@dataclass(frozen=True, slots=True)
class DateFormat:
    """What an organization declares: whether 01/02/2026 begins with the day or the month (None: refuse to guess).

    `zone` (a tzinfo) decides the day of a time stamp that has an offset; `epoch_1904` comes from the table.
    """

    order: Literal["day", "month"] | None = None
    zone: datetime.tzinfo | None = None
    epoch_1904: bool = False


ISO = DateFormat()

_TIME = (
    r"(?:[T ]+(?P<time>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)"
    r" ?(?P<half>[AaPp]\.?[Mm]\.?)?(?P<offset>Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_YEAR_FIRST = re.compile(rf"(?P<y>[0-9]{{4}})[-/.](?P<m>[0-9]{{1,2}})(?:[-/.](?P<d>[0-9]{{1,2}}){_TIME})?")
_YEAR_LAST = re.compile(rf"(?P<a>[0-9]{{1,2}})[-/.](?P<b>[0-9]{{1,2}})[-/.](?P<y>[0-9]{{4}}|[0-9]{{2}}){_TIME}")
_YEAR_M = re.compile(r"(?P<y>[0-9]{4})[Mm](?P<m>[0-9]{1,2})")
_TOGETHER = re.compile(r"(?P<y>(?:19|20)[0-9]{2})(?P<m>0[1-9]|1[0-2])(?P<d>[0-9]{2})?")
_MONTH_YEAR = re.compile(r"(?P<m>[0-9]{1,2})[-/.](?P<y>[0-9]{4}|[0-9]{2})")
_WORDS = re.compile(r"[^\W\d_]+|[0-9]+")
_FILLERS = {"de", "del", "of", "the", "st", "nd", "rd", "th", "º"}


def period(raw: Any, fmt: DateFormat = ISO) -> tuple[datetime.date | None, Problem | None]:
    """A raw cell as (first day of the month, problem); (None, None) for a blank.

    Any day stands for its month. A bare spreadsheet day number is read with the warning `date.serial`.
    Codes: period.invalid (lists the accepted forms), date.invalid, date.year, date.ambiguous, cell.excel_error.
    """
    value, problem = _settle(raw, fmt, True)
    return (value.replace(day=1) if value is not None else None), problem


def day(raw: Any, fmt: DateFormat = ISO) -> tuple[datetime.date | None, Problem | None]:
    """A raw cell as (date, problem); (None, None) for a blank. A month alone is no day: `date.invalid`."""
    return _settle(raw, fmt, False)


def _settle(raw: Any, fmt: DateFormat, month_is_enough: bool) -> tuple[datetime.date | None, Problem | None]:
    if type(raw) is str:
        return _from_text(raw, fmt, month_is_enough)
    if raw is None:
        return None, None
    if isinstance(raw, datetime.datetime):
        if raw.tzinfo is not None and fmt.zone is not None:
            raw = raw.astimezone(fmt.zone)
        return _in_range(raw.date(), raw)
    if isinstance(raw, datetime.date):
        return _in_range(raw, raw)
    if type(raw) in (int, float):
        whole = f"{raw:.0f}" if raw == raw and abs(raw) < 1e9 else str(raw)
        if _TOGETHER.fullmatch(whole) and float(whole) == raw:
            return _from_text(whole, fmt, month_is_enough)
        return _from_serial(raw, fmt, month_is_enough)
    return None, _invalid(raw, month_is_enough)


def _in_range(date: datetime.date, raw: Any) -> tuple[datetime.date | None, Problem | None]:
    if FIRST_YEAR <= date.year <= LAST_YEAR:
        return date, None
    return None, _year(raw)


def _from_serial(raw: float, fmt: DateFormat, month_is_enough: bool) -> tuple[datetime.date | None, Problem | None]:
    if not 10_000 <= raw < 100_000:  # 1927 to 2173: what a day number can reasonably be
        return None, _invalid(raw, month_is_enough)
    date = day_of_serial(int(raw), fmt.epoch_1904)
    if date is None:
        return None, _invalid(raw, month_is_enough)
    text = gettext_noop("“{value}” was read as {date}: it is the number by which spreadsheets keep that day.")
    number = int(raw) if raw == int(raw) else raw
    params = {"value": number, "date": date.isoformat()}
    hint = gettext_noop("Set the cell's format to “Date” to see it so.")
    return date, Problem("date.serial", text, params, hint=hint, value=cut(number), is_warning=True)


@lru_cache(maxsize=8192)
def _from_text(raw: str, fmt: DateFormat, month_is_enough: bool) -> tuple[datetime.date | None, Problem | None]:
    if is_blank(raw):
        return None, None
    text = " ".join(ascii_digits(raw).translate(INVISIBLE).split()).removeprefix("'")
    if is_excel_error(text):
        return None, excel_error(text)
    if len(text) > 60:
        return None, _invalid(raw, month_is_enough)
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", text):
        return _from_serial(float(text), fmt, month_is_enough)
    parts = _parts(text, raw, fmt, month_is_enough)
    if isinstance(parts, Problem):
        return None, parts
    year, month, day_, match = parts
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None, _year(raw)
    if day_ is None and not month_is_enough:
        return None, _invalid(raw, month_is_enough)
    try:
        date = datetime.date(year, month, 1 if day_ is None else day_)
        if match is not None and match["offset"] and fmt.zone is not None:
            date = _moment(date, match).astimezone(fmt.zone).date()
    except (ValueError, OverflowError):
        text = gettext_noop("“{value}” is not in the calendar.")
        return None, Problem("date.invalid", text, {"value": cut(raw)}, hint=CHECK_DAY, value=cut(raw))
    return date, None


CHECK_DAY = gettext_noop("Check day and month.")

_Parts = tuple[int, int, int | None, re.Match[str] | None]


def _parts(text: str, raw: str, fmt: DateFormat, month_is_enough: bool) -> _Parts | Problem:
    """(year, month, day or None, the match with a time of day) of a text, or what is wrong with it."""
    if match := _YEAR_FIRST.fullmatch(text):
        return int(match["y"]), int(match["m"]), int(match["d"]) if match["d"] else None, match
    if match := _YEAR_M.fullmatch(text):
        return int(match["y"]), int(match["m"]), None, None
    if match := _TOGETHER.fullmatch(text):
        return int(match["y"]), int(match["m"]), int(match["d"]) if match["d"] else None, None
    if match := _YEAR_LAST.fullmatch(text):
        if len(match["y"]) == 2:
            return _year(raw)
        first, second = int(match["a"]), int(match["b"])
        order = fmt.order or ("day" if first > 12 else "month" if second > 12 or first == second else None)
        if order is None:
            return _ambiguous(raw, int(match["y"]), first, second)
        day_, month = (first, second) if order == "day" else (second, first)
        return int(match["y"]), month, day_, match
    if match := _MONTH_YEAR.fullmatch(text):
        if len(match["y"]) == 2:
            return _year(raw)
        return int(match["y"]), int(match["m"]), None, None
    return _from_words(text, raw, month_is_enough)


def _from_words(text: str, raw: str, month_is_enough: bool) -> _Parts | Problem:
    words = [word for word in _WORDS.findall(text.casefold()) if word not in _FILLERS]
    months = [_MONTHS[word] for word in words if word in _MONTHS]
    figures = [word for word in words if word.isdigit()]
    if len(months) != 1 or len(words) != 1 + len(figures) or not 1 <= len(figures) <= 2 or re.search(r"[:+%$]", text):
        return _invalid(raw, month_is_enough)
    years = [figure for figure in figures if len(figure) == 4]
    days = [figure for figure in figures if len(figure) <= 2]
    if not years and len(days) == len(figures):
        return _year(raw)
    if len(years) != 1 or len(days) != len(figures) - 1:
        return _invalid(raw, month_is_enough)
    return int(years[0]), months[0], int(days[0]) if days else None, None


def _moment(date: datetime.date, match: re.Match[str]) -> datetime.datetime:
    offset = match["offset"].replace(":", "").replace("Z", "+0000")
    sign = -1 if offset[0] == "-" else 1
    zone = datetime.timezone(sign * datetime.timedelta(hours=int(offset[1:3]), minutes=int(offset[3:5] or 0)))
    hour, minute, *rest = match["time"].split(":")
    hours = int(hour)
    if match["half"]:
        hours = hours % 12 + (12 if match["half"][0] in "pP" else 0)
    return datetime.datetime.combine(date, datetime.time(hours, int(minute), int(float(rest[0])) if rest else 0), zone)


def _year(raw: Any) -> Problem:
    text = gettext_noop("The year in “{value}” is not clear.")
    hint = gettext_noop("Write it with four digits, between 1900 and 2199.")
    return Problem("date.year", text, {"value": cut(raw)}, hint=hint, value=cut(raw))


def _ambiguous(raw: str, year: int, first: int, second: int) -> Problem:
    text = gettext_noop("“{value}” could be {first} or {second}.")
    hint = gettext_noop("Write the year first (2026-02-01), or declare which comes first, day or month.")
    params = {"value": cut(raw), "first": f"{year}-{second:02}-{first:02}", "second": f"{year}-{first:02}-{second:02}"}
    return Problem("date.ambiguous", text, params, hint=hint, value=cut(raw))


def _invalid(raw: Any, month_is_enough: bool) -> Problem:
    if month_is_enough:
        text = gettext_noop("“{value}” is not a month. Accepted forms: {forms}.")
        return Problem("period.invalid", text, {"value": cut(raw), "forms": ACCEPTED_PERIODS}, value=cut(raw))
    text = gettext_noop("“{value}” is not a date. Accepted forms: {forms}.")
    return Problem("date.invalid", text, {"value": cut(raw), "forms": ACCEPTED_DAYS}, value=cut(raw))
