"""Numbers and dates as a reader sees them, in the reader's language. Decimal in, text out.

The minus is U+2212, there is never an exponent, decimals stand as given unless a count of them is asked for,
and None is a dash: silence, not zero.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Context, Decimal

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from backbone.tabular import COMMA, POINT, NumberFormat

SILENCE = "–"
MINUS = "−"
Number = Decimal | int
_WIDE = Context(prec=200)


def number(value: Number | None, decimals: int | None = None) -> str:
    """`1,012`, `−3.5`, `12,480.00`; grouped and with the decimal mark of the language. None is a dash.

    `decimals` rounds half up to that many places; left out, the places are those of the value. TypeError for
    anything that is neither Decimal nor int: a float has already lost what was filed.
    """
    if value is None or value == "":
        return SILENCE
    if isinstance(value, bool) or not isinstance(value, (Decimal, int)):
        raise TypeError(f"A figure is a Decimal or an int, not {type(value).__name__} ({value!r}).")
    exact = Decimal(value)
    if decimals is not None:
        exact = _rounded(exact, decimals)
    # copy_abs keeps every digit; abs() would round to the 28 of the context.
    text = formats.number_format(exact.copy_abs(), use_l10n=True, force_grouping=True)
    return f"{MINUS}{text}" if exact < 0 else text


def own_format() -> NumberFormat:
    """How the reader's language writes numbers: what fields show, and what may be typed into them."""
    return COMMA if formats.get_format("DECIMAL_SEPARATOR") == "," else POINT


def signed(value: Number | None, decimals: int | None = None) -> str:
    """A change: `+30`, `−12`, `0`."""
    text = number(value, decimals)
    return f"+{text}" if value is not None and value > 0 and not _is_all_zeros(text) else text


def percent(ratio: Number | None, decimals: int = 1) -> str:
    """A plain ratio as percent: 0.411 is `41.1%`. None is a dash."""
    if ratio is None or ratio == "":
        return SILENCE
    # Translators: a number with its percent sign; some languages put a space between them.
    shown = number(_WIDE.multiply(Decimal(ratio), Decimal(100)), decimals)
    return pgettext("percentage", "%(number)s%%") % {"number": shown}


def signed_percent(ratio: Number | None, decimals: int = 1) -> str:
    """A relative change: `+2.6%`, `−1.8%`, `0.0%`."""
    text = percent(ratio, decimals)
    return f"+{text}" if ratio is not None and ratio > 0 and not _is_all_zeros(text) else text


def compact(value: Number | None, decimals: int = 2) -> str:
    """At most `decimals` places and no idle zeros: 8.50 is `8.5`, 12.000 is `12`."""
    if value is None or value == "":
        return SILENCE
    digits = format(_rounded(Decimal(value), decimals), "f")
    return number(Decimal(digits.rstrip("0").rstrip(".") if "." in digits else digits))


def short_date(value: dt.date | None, today: dt.date | None = None) -> str:
    """`9 Nov`; with the year when it is not this year. A datetime is shown in the current time zone."""
    if value is None:
        return SILENCE
    day = _local(value)
    # Translators: a short date in Django's date format, without and with the year.
    pattern = pgettext("date format", "j M") if day.year == _this_day(today).year else pgettext("date format", "j M Y")
    return formats.date_format(day, pattern)


def short_datetime(value: dt.datetime | None, today: dt.date | None = None) -> str:
    """`9 Nov, 10:51`, in the current time zone."""
    if value is None:
        return SILENCE
    return f"{short_date(value, today)}, {formats.date_format(_local(value), 'H:i')}"


def long_date(value: dt.date | None) -> str:
    """`Wednesday 11 November 2026`."""
    if value is None:
        return SILENCE
    return formats.date_format(_local(value), pgettext("date format", "l j F Y"))


def near_date(value: dt.date | None, today: dt.date | None = None) -> str:
    """`tomorrow, 10 Nov`: the date, and beside it how near it is when that is a day at most."""
    if value is None:
        return SILENCE
    day, now = _local(value), _this_day(today)
    beside = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}.get((_date(day) - now).days)
    return f"{beside}, {short_date(day, now)}" if beside else short_date(day, now)


def period_name(starts_on: dt.date | None, grain: str = "month") -> str:
    """The name of a period by its first day: `October 2026`, `Jul–Sep 2026`, `2026–27` (`2026` from January).

    `grain` is day, week, month, quarter, half_year or year; ValueError for another.
    """
    if starts_on is None:
        return SILENCE
    grain = {"half-year": "half_year", "half": "half_year"}.get(str(grain), str(grain))
    if grain == "month":
        return formats.date_format(starts_on, pgettext("date format", "F Y"))
    if grain == "quarter":
        return _span(starts_on, 3)
    if grain == "half_year":
        return _span(starts_on, 6)
    if grain == "year":
        return str(starts_on.year) if starts_on.month == 1 else f"{starts_on.year}–{(starts_on.year + 1) % 100:02d}"
    if grain == "week":
        return _("week of %(day)s") % {"day": formats.date_format(starts_on, pgettext("date format", "j M Y"))}
    if grain == "day":
        return formats.date_format(starts_on, pgettext("date format", "j M Y"))
    raise ValueError(f"There is no grain “{grain}”. There are: day, week, month, quarter, half_year, year.")


def short_period(starts_on: dt.date | None, grain: str = "month") -> str:
    """As `period_name`, with the month cut to three letters for heads of columns: `Oct 2026`."""
    if starts_on is not None and grain == "month":
        return formats.date_format(starts_on, pgettext("date format", "M Y"))
    return period_name(starts_on, grain)


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP, context=_WIDE)


def _span(starts_on: dt.date, months: int) -> str:
    last = starts_on.month + months - 1
    ends_on = dt.date(starts_on.year + (last - 1) // 12, (last - 1) % 12 + 1, 1)
    first, month_year = formats.date_format(starts_on, pgettext("date format", "M")), pgettext("date format", "M Y")
    if ends_on.year != starts_on.year:
        first = formats.date_format(starts_on, month_year)
    return f"{first}–{formats.date_format(ends_on, month_year)}"


def _local(value: dt.date) -> dt.date:
    return timezone.localtime(value) if isinstance(value, dt.datetime) and timezone.is_aware(value) else value


def _date(value: dt.date) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def _this_day(today: dt.date | None) -> dt.date:
    return timezone.localdate() if today is None else today


def _is_all_zeros(text: str) -> bool:
    return not any(sign in "123456789" for sign in text)
