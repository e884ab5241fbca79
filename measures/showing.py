"""One filed figure for the eye: what a form, a review and a receipt print, with its parts small beside it."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from backbone.look.numbers import SILENCE, number
from measures.kind_words import of_entry
from measures.rules.figures import Entry, has_answer, plain, ratio
from measures.rules.lines import PER_1000, Line
from measures.wording import amount


def shown(line: Line, entry: Entry | None) -> tuple[str, str]:
    """The figure and what stands small beside it: ("30.0%", "15/50"), ("300", ""), ("not collected", "")."""
    if entry is None or entry.is_blank:
        return SILENCE, ""
    if entry.is_not_collected:
        return _("not collected"), ""
    if not line.rule.is_ratio:
        worded = of_entry(line, entry)
        return (amount(line, entry.value), "") if worded is None else (worded.text, worded.small)
    parts = f"{_plain(entry.numerator)}/{_plain(entry.denominator)}"
    if not has_answer(line, entry):
        return SILENCE, parts
    found = ratio(entry)
    return _("undefined") if found is None else shown_value(line, found), parts


def shown_value(line: Line, value: Decimal | None) -> str:
    """A value that stands by itself, such as the usual one, in the line's unit."""
    if value is None:
        return SILENCE
    if not line.rule.is_ratio:
        value = round(value, 1)
    text = amount(line, value)
    return _("%(value)s per 1,000") % {"value": text} if line.unit == PER_1000 else text


def _plain(value: Decimal | None) -> str:
    return number(None if value is None else plain(value))
