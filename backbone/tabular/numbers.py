"""One raw cell to an exact number: by the format that was declared, never by a guess."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, Literal

from backbone.problems import Problem, cut, gettext_noop
from backbone.tabular.columns import INVISIBLE
from backbone.tabular.faults import excel_error

INTEGER_DIGITS = 18  # figures are stored as numeric(24, 6)
DECIMALS = 6
SMALLEST = Decimal("1e-12")
LONGEST = 100  # characters; a longer text is no number anybody wrote


class NotCollected(Enum):
    """Says that a figure was not collected, which is neither zero nor silence."""

    NOT_COLLECTED = "not_collected"


NOT_COLLECTED = NotCollected.NOT_COLLECTED

_BLANKS_SHORT = ("-", "--", "---", "–", "—", ".", "..", "…", "n/a", "n.a.", "n.a", "na", "n/d", "nd", "s/d")
_BLANKS_LONG = ("null", "none", "missing", "no data", "not available", "not applicable", "sin datos", "no disponible")
BLANK_WORDS = frozenset(_BLANKS_SHORT + _BLANKS_LONG)
"""Words that mean that there is no figure (compared without case). None of them is ever zero."""

NOT_COLLECTED_WORDS = frozenset(["not_collected", "not collected", "not-collected", "notcollected"])

_EXCEL_ERROR = re.compile(r"#(#+|N/[AD]|NV|[¡¿]?[\w/]+[!?]|GETTING_DATA)", re.IGNORECASE)


def is_blank(raw: object) -> bool:
    """Whether a cell says nothing: empty, or one of the words for "no figure"."""
    return raw is None or (isinstance(raw, str) and (not raw.strip() or raw.strip().casefold() in BLANK_WORDS))


def is_excel_error(text: str) -> bool:
    """Whether a text is what a spreadsheet shows in place of a value: ####, #N/A, #REF!…"""
    return text.startswith("#") and _EXCEL_ERROR.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How an organization writes numbers: its decimal mark and its grouping mark ("" where none is declared).

    Blanks of any kind (also no-break and narrow) are accepted as grouping in every format.
    """

    decimal: Literal[".", ","] = "."
    grouping: Literal["", ",", ".", " ", "'"] = ""

    def __post_init__(self) -> None:
        if self.decimal == self.grouping or self.decimal not in (".", ","):
            raise ValueError(f"No number can be read with decimal {self.decimal!r} and grouping {self.grouping!r}.")

    @property
    def example(self) -> str:
        return f"1{self.grouping}234{self.decimal}5"


PLAIN = NumberFormat()
"""What our own files hold: a decimal point, no grouping. Any other use of a comma is asked about."""
POINT = NumberFormat(".", ",")
COMMA = NumberFormat(",", ".")
SPACE = NumberFormat(",", " ")

Percent = Literal["ratio", "points"]
Number = Decimal | NotCollected | None

_PLAIN = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,6})?").fullmatch
_WHOLE = re.compile(r"-?[0-9]{1,18}").fullmatch
_BY_MACHINE = re.compile(r"-?[0-9]+\.[0-9]+").fullmatch
_LIKE_GROUPED = re.compile(r"-?[0-9]{1,3}\.[0-9]{3}").fullmatch
_MINUS = {ord(sign): "-" for sign in "−–‒﹣－"} | {ord("＋"): "+"}
_BLANKS = {ord(blank): " " for blank in "\u00a0\u2007\u2009\u202f\u2002\u2003\u3000\t"}
_APOSTROPHES = {ord(sign): "'" for sign in "’‘`´＇٬"}
_PERCENTS = {ord(sign): "%" for sign in "٪％"}
_SIGNS = INVISIBLE | _MINUS | _BLANKS | _APOSTROPHES | _PERCENTS
_INFINITE = re.compile(r"[+-]?(nan|inf|infinity|∞)", re.IGNORECASE)
_CURRENCY_CODE = re.compile(r"^[A-Z]{3}\b|\b[A-Z]{3}$|^(?:US|R|A|C|NZ|MX|S/)?\$|^S/\.?|\bkr\.?$")
_MARKED = re.compile(r"[+-]?[0-9.,' ]*[0-9][0-9.,' ]*")


def number(
    raw: Any, fmt: NumberFormat = PLAIN, *, percent: Percent | None = None, money: bool = False
) -> tuple[Number, Problem | None]:
    """A raw cell as (value, problem): an exact Decimal, None for a blank, or NOT_COLLECTED.

    A problem that is no warning comes with None. At most 18 digits before and 6 after the decimal mark: a longer text
    is refused, a longer calculated value (an XLSX float) is rounded with the warning `number.rounded`.
    `percent` says what "45%" means: 0.45 ("ratio") or 45 ("points"); without it a percent sign is refused. `money`
    allows a currency sign.

    Codes: number.invalid, number.ambiguous, number.percent, number.currency, number.not_finite, number.range,
    number.precision, cell.excel_error.
    """
    kind = type(raw)
    if kind is str:
        if (fmt.decimal == "." and _PLAIN(raw)) or _WHOLE(raw):
            return _positive_zero(Decimal(raw)), None
        return _from_text(raw, fmt, percent, money)
    if raw is None:
        return None, None
    if kind is float:
        return _from_float(raw)
    if kind is int or kind is Decimal:
        return _within(Decimal(raw), str(raw))
    return None, invalid(raw)


def number_typed(
    raw: Any, formats: Iterable[NumberFormat], *, percent: Percent | None = None, money: bool = False
) -> tuple[Number, Problem | None]:
    """What somebody typed who may write as the organization does, or as their own language does: what is read alike, or
    by one of them only. `number.ambiguous` where they read it differently: nobody guesses which was meant."""
    answers = [number(raw, fmt, percent=percent, money=money) for fmt in dict.fromkeys(formats)]
    for answer in answers:
        if answer[1] is not None and answer[1].code == "number.ambiguous":
            return answer
    read = [answer for answer in answers if answer[1] is None or answer[1].is_warning]
    values = [value for value, _problem in read if isinstance(value, Decimal)]
    if len(set(values)) > 1:
        return None, _ambiguous(raw, *sorted(set(values))[:2])
    # Of two refusals the one that knows more: “more than 6 decimals” rather than “not written like that”.
    return min(read or answers, key=lambda answer: answer[1] is not None and answer[1].code == "number.invalid")


def typed_text(value: Decimal, own: NumberFormat, formats: Iterable[NumberFormat]) -> str:
    """A number to stand in a field: without grouping, with the decimal mark of the reader, and so that `number_typed`
    reads it back. One of three decimals gets a fourth where another format would take its mark for grouping."""
    text = f"{value:f}"
    if any(fmt.decimal != own.decimal for fmt in formats) and _LIKE_GROUPED(text):
        text += "0"
    return text.replace(".", own.decimal)


def _positive_zero(value: Decimal) -> Decimal:
    return value if value else abs(value)


def _from_float(raw: float) -> tuple[Number, Problem | None]:
    if raw != raw or raw in (float("inf"), float("-inf")):
        return None, _not_finite(raw)
    # A spreadsheet keeps and shows 15 digits; what a float has beyond (0.1 + 0.2) is noise of its binary form.
    value, problem = _within(Decimal(format(raw, ".15g")), repr(raw))
    if problem is None or problem.code != "number.precision":
        return value, problem
    rounded = round(Decimal(format(raw, ".15g")), DECIMALS)
    text = gettext_noop("“{value}” was rounded to {rounded}: figures keep {limit} decimals.")
    params = {"value": repr(raw), "rounded": format(rounded, "f"), "limit": DECIMALS}
    return _positive_zero(rounded), Problem("number.rounded", text, params, value=repr(raw), is_warning=True)


def _from_text(raw: str, fmt: NumberFormat, percent: Percent | None, money: bool) -> tuple[Number, Problem | None]:
    if not raw or raw.isspace():
        return None, None
    if len(raw) > LONGEST:
        return None, invalid(raw)
    folded = raw.strip().casefold()
    if folded in NOT_COLLECTED_WORDS:
        return NOT_COLLECTED, None
    if folded in BLANK_WORDS:
        return None, None
    text = ascii_digits(raw).replace("٫", fmt.decimal).translate(_SIGNS).strip().removeprefix("'").strip()
    if not text:
        return None, None
    if is_excel_error(text):
        return None, excel_error(text)
    if _INFINITE.fullmatch(text):
        return None, _not_finite(raw)
    has_percent = text.endswith("%") or text.startswith("%")
    if has_percent:
        if percent is None:
            return None, _percent(raw)
        text = text.removeprefix("%").removesuffix("%").strip()
    bare = _without_currency(text)
    if bare != text and _is_number_like(bare):
        if not money:
            return None, _currency(raw)
        text = bare
    value, problem = _read(text, raw, fmt)
    if value is None or problem is not None:
        return None, problem
    if has_percent and percent == "ratio":
        value = value.scaleb(-2)
    return _within(value, raw)


@lru_cache(maxsize=256)
def _digit(sign: str) -> str:
    digit = unicodedata.decimal(sign, None)
    return sign if digit is None else str(digit)


def ascii_digits(text: str) -> str:
    """Digits of every script as 0-9."""
    return text if text.isascii() else "".join(map(_digit, text))


def _without_currency(text: str) -> str:
    """The text without a currency sign or code; the same text if it has none."""
    sign = text[:1] if text.startswith(("+", "-")) else ""
    unsigned = text[len(sign) :].strip()
    bare = "".join(one for one in _CURRENCY_CODE.sub("", unsigned, count=1) if unicodedata.category(one) != "Sc")
    return sign + bare.strip() if bare != unsigned else text


def _is_number_like(text: str) -> bool:
    return _MARKED.fullmatch(text) is not None


@lru_cache(maxsize=32)
def _forms(decimal: str, grouping: str) -> re.Pattern[str]:
    d = re.escape(decimal)
    marks = [" ", "'"] + ([grouping] if grouping and grouping not in " '" else [])
    grouped = "|".join(rf"[0-9]{{1,3}}(?:{re.escape(mark)}[0-9]{{3}})+" for mark in marks)
    return re.compile(rf"([+-]?) ?({grouped}|[0-9]+)?(?:{d}([0-9]*))?(?:[eE]([+-]?[0-9]+))?")


def _parse(text: str, decimal: str, grouping: str) -> Decimal | None:
    match = _forms(decimal, grouping).fullmatch(text)
    if match is None or not (match[2] or match[3]):
        return None
    whole = re.sub(r"[^0-9]", "", match[2] or "0")
    exponent = match[4] or "0"
    if len(exponent.lstrip("+-0")) > 4:
        exponent = exponent[:1].replace("+", "") + "9999" if exponent[0] in "+-" else "9999"
    fraction = f".{match[3]}" if match[3] else ""
    return Decimal(f"{match[1]}{whole}{fraction}" + (f"E{exponent}" if match[4] else ""))


def _read(text: str, raw: str, fmt: NumberFormat) -> tuple[Decimal | None, Problem | None]:
    value = _parse(text, fmt.decimal, fmt.grouping)
    if value is not None:
        return value, None
    if not _is_number_like(text):
        return None, invalid(raw)
    readings = {one for one in (_parse(text, ".", ","), _parse(text, ",", ".")) if one is not None}
    if len(readings) > 1:
        return None, _ambiguous(raw, *sorted(readings))
    if not fmt.grouping and fmt.decimal == ".":
        # Nothing else was declared, and there is one reading only: 1,234.50 or 1,234,567.
        only = _parse(text, ".", ",")
        if only is not None:
            return only, None
    if _BY_MACHINE(text):
        # As our own files and other programs write numbers, whoever reads them; and there is one reading only.
        return Decimal(text), None
    sentence = gettext_noop("“{value}” is not written like {example}, as numbers are here.")
    hint = gettext_noop("Write the number in this form, or change the number format in the settings.")
    params = {"value": cut(raw), "example": fmt.example}
    return None, Problem("number.invalid", sentence, params, hint=hint, value=cut(raw))


def _ambiguous(raw: str, first: Decimal, second: Decimal) -> Problem:
    sentence = gettext_noop("“{value}” could be {first} or {second}.")
    hint = gettext_noop("Write it without a grouping mark and with a decimal point, or declare the number format.")
    params = {"value": cut(raw), "first": format(first.normalize(), "f"), "second": format(second.normalize(), "f")}
    return Problem("number.ambiguous", sentence, params, hint=hint, value=cut(raw))


def _within(value: Decimal, raw: str) -> tuple[Number, Problem | None]:
    """The value if it fits the storage exactly."""
    if not value.is_finite():
        return None, _not_finite(raw)
    if not value:
        return Decimal(0), None
    if value.adjusted() >= INTEGER_DIGITS:
        text = gettext_noop("“{value}” is too large: a figure has at most {limit} digits before the decimal mark.")
        return None, Problem("number.range", text, {"value": cut(raw), "limit": INTEGER_DIGITS}, value=cut(raw))
    if abs(value) < SMALLEST:
        text = gettext_noop("“{value}” is too small to be told from zero.")
        return None, Problem("number.range", text, {"value": cut(raw)}, hint=WRITE_ZERO, value=cut(raw))
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -DECIMALS:
        exact = round(value, DECIMALS)
        if exact != value:
            text = gettext_noop("“{value}” has more than {limit} decimals.")
            hint = gettext_noop("Round it, so that the figure kept is the one you wrote.")
            return None, Problem(
                "number.precision", text, {"value": cut(raw), "limit": DECIMALS}, hint=hint, value=cut(raw)
            )
        return exact, None
    return (Decimal(int(value)) if isinstance(exponent, int) and exponent > 0 else value), None


WRITE_ZERO = gettext_noop("Write 0 if it is none.")


def invalid(raw: Any) -> Problem:
    """`number.invalid`, in words that fit what is there instead."""
    if isinstance(raw, datetime.date | datetime.time | datetime.timedelta):
        text = gettext_noop("“{value}” is a date or a time, not a number.")
        hint = gettext_noop("Set the cell's format to “Number”; the spreadsheet changed what was typed.")
    else:
        text = gettext_noop("“{value}” is not a number.")
        hint = gettext_noop(
            "Write digits only; words and units go into the note. Leave the cell empty if there is none."
        )
    return Problem("number.invalid", text, {"value": cut(raw)}, hint=hint, value=cut(raw))


def _not_finite(raw: Any) -> Problem:
    text = gettext_noop("“{value}” is not a finite number.")
    hint = gettext_noop("It usually comes from a division by zero. Leave the cell empty if there is no figure.")
    return Problem("number.not_finite", text, {"value": cut(raw)}, hint=hint, value=cut(raw))


def _percent(raw: str) -> Problem:
    text = gettext_noop("“{value}” has a percent sign, but this is not measured in percent.")
    return Problem(
        "number.percent", text, {"value": cut(raw)}, hint=gettext_noop("Write the plain number."), value=cut(raw)
    )


def _currency(raw: str) -> Problem:
    text = gettext_noop("“{value}” has a currency sign, but this is not an amount of money.")
    return Problem(
        "number.currency", text, {"value": cut(raw)}, hint=gettext_noop("Write the plain number."), value=cut(raw)
    )
