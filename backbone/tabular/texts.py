"""One raw cell to a code, a name or a text: composed, without invisible signs, within a length."""

from __future__ import annotations

import datetime
import re
import unicodedata
from functools import lru_cache
from typing import Any

from backbone.problems import Problem, cut, gettext_noop
from backbone.tabular.columns import INVISIBLE
from backbone.tabular.faults import excel_error
from backbone.tabular.numbers import is_excel_error

CODE_LENGTH = 200
NAME_LENGTH = 200
TEXT_LENGTH = 10_000
EXCEL_DIGITS = 15

_SCIENTIFIC = re.compile(r"[+-]?[0-9]([.,][0-9]+)?[eE]\+[0-9]+")
# Joiners belong to words of many scripts and to emoji; after an ASCII sign they can only deceive.
_JOINERS = {0x200C, 0x200D}
_DECEIVING = {sign: None for sign in INVISIBLE if sign not in _JOINERS}
_STRAY_JOINER = re.compile(r"(?:(?<=[\x00-\x7f])|^)[\u200c\u200d]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def code(raw: Any, limit: int = CODE_LENGTH) -> tuple[str, Problem | None]:
    """A raw cell as (code, problem); "" for a blank. Leading zeros stay; a workbook's 12.0 is "12".

    Codes: code.scientific and code.date (a spreadsheet changed the code), text.control, text.invalid, text.too_long,
    cell.excel_error.
    """
    if type(raw) is str:
        return _code(raw, limit)
    if raw is None:
        return "", None
    if type(raw) in (int, float):
        if raw != raw or abs(raw) >= 10**EXCEL_DIGITS:
            return "", _scientific(raw)
        return (str(int(raw)) if raw == int(raw) else format(raw, ".15g")), None
    if isinstance(raw, datetime.date | datetime.time | datetime.timedelta):
        text = gettext_noop("The spreadsheet changed this code into a date or time ({value}).")
        hint = gettext_noop("Set the column's format to “Text”, and type the code again.")
        return "", Problem("code.date", text, {"value": cut(raw)}, hint=hint, value=cut(raw))
    return _code(_as_text(raw), limit)


@lru_cache(maxsize=8192)
def _code(raw: str, limit: int) -> tuple[str, Problem | None]:
    if raw.isascii() and raw.isalnum() and len(raw) <= limit:
        return raw, None
    value, problem = _clean(raw.translate(INVISIBLE), limit)
    if problem is None and ("\n" in value or "\t" in value):
        return "", _control(raw, "\n" if "\n" in value else "\t")
    if problem is None and _SCIENTIFIC.fullmatch(value):
        return "", _scientific(value)
    return value, problem


def name(raw: Any, limit: int = NAME_LENGTH) -> tuple[str, Problem | None]:
    """A raw cell as (one line of text, problem): any run of blanks becomes one space. As `text` otherwise."""
    value, problem = text(raw, limit)
    return " ".join(value.split()), problem


def text(raw: Any, limit: int = TEXT_LENGTH) -> tuple[str, Problem | None]:
    """A raw cell as (text, problem); "" for a blank. Trimmed, composed (NFC), line ends as \\n.

    Marks of writing direction and zero-width signs are taken out, so that no text looks like another.
    Codes: text.too_long, text.control, text.invalid, cell.excel_error.
    """
    if raw is None:
        return "", None
    if type(raw) is not str:
        raw = _as_text(raw)
    return _clean(raw, limit)


def _as_text(raw: Any) -> str:
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float):
        return str(int(raw)) if abs(raw) < 10**EXCEL_DIGITS and raw == int(raw) else format(raw, ".15g")
    return str(raw)


def _clean(raw: str, limit: int) -> tuple[str, Problem | None]:
    value = raw.strip()
    if not value.isascii():
        if _SURROGATE.search(value):
            sentence = gettext_noop("The text contains half a character.")
            hint = gettext_noop("Type the text again; it was damaged when it was copied or exported.")
            shown = cut(value.encode("utf-8", "replace").decode())
            return "", Problem("text.invalid", sentence, hint=hint, value=shown)
        value = unicodedata.normalize("NFC", _STRAY_JOINER.sub("", value.translate(_DECEIVING))).strip()
    if "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    if found := _CONTROL.search(value):
        return "", _control(value, found[0])
    if len(value) > limit:
        sentence = gettext_noop("The text has {length} characters; at most {limit} are allowed.")
        return "", Problem("text.too_long", sentence, {"length": len(value), "limit": limit}, value=cut(value))
    if is_excel_error(value):
        return "", excel_error(value)
    return value, None


def _control(value: str, sign: str) -> Problem:
    sentence = gettext_noop("The text contains a control character (U+{sign}).")
    hint = gettext_noop("Type the text again, on one line where it is a code.")
    return Problem(
        "text.control", sentence, {"sign": f"{ord(sign):04X}"}, hint=hint, value=cut(_CONTROL.sub("�", value))
    )


def _scientific(raw: Any) -> Problem:
    sentence = gettext_noop("Excel changed this code into the number {value}.")
    hint = gettext_noop(
        "Set the column's format to “Text” before typing or opening the file, and enter the code again."
    )
    return Problem("code.scientific", sentence, {"value": cut(raw)}, hint=hint, value=cut(raw))
