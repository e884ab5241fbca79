"""When a source published a number, as it stands in the note of a file's row: `2026-11-03; revised`. Pure."""

from __future__ import annotations

import re
from datetime import date

from backbone.problems import Problem, cut, gettext_noop

_VINTAGE = re.compile(
    r"\s*(?:(?:published|vintage)(?:\s+on)?:?\s+)?(\d{4}-\d{2}-\d{2})(?!\d)[\s:;,.–-]*", re.ASCII | re.I
)


def split_note(note: str) -> tuple[date | None, str]:
    """The day with which a note begins, and the rest of it; None and the whole note when it begins with no day."""
    match = _VINTAGE.match(note)
    if match is None:
        return None, note.strip()
    try:
        return date.fromisoformat(match.group(1)), note[match.end() :].strip()
    except ValueError:
        return None, note.strip()


def note_of(published_on: date, words: str) -> str:
    """The note that `split_note` takes apart again."""
    return f"{published_on.isoformat()}; {words}" if words else published_on.isoformat()


def check_vintage(published_on: date, period: date, today: date) -> list[Problem]:
    """What is wrong with the day on which a number of that period was published."""
    if published_on > today:
        text = gettext_noop("{day} has not come yet: say the day on which it was published.")
    elif published_on < period:
        text = gettext_noop("It cannot have been published on {day}, before its period began.")
    else:
        return []
    return [Problem("vintage.day", text, {"day": published_on}, field="published_on", value=cut(published_on))]
