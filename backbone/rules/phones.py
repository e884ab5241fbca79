"""Telephone numbers as people write them: looked at for what cannot be one, and made into what a telephone dials. Pure.

Nothing is rewritten: “(503) 555-0142 ext. 12” stays as whoever is to be called wrote it.
"""

from __future__ import annotations

import re

LEAST, MOST = 3, 20  # digits: from a short number in a town's network to the longest of an extension

_WRITTEN = re.compile(r"\+?[0-9 ()./\u2010-\u2013-]+(?:,? ?(?:ext\.?|x|#) ?[0-9]{1,8})?", re.IGNORECASE)
_TRUNK = re.compile(r"^(\+[0-9 ]+)\(0\)")  # a zero that is dialled inside the country alone: +44 (0)20
_EXTENSION = re.compile(r",? ?(?:ext\.?|x|#) ?([0-9]+)$", re.IGNORECASE)


def is_phone(text: str) -> bool:
    """Whether somebody could dial it."""
    digits = sum(one.isdecimal() for one in text)
    return LEAST <= digits <= MOST and bool(_WRITTEN.fullmatch(text))


def dialled(text: str) -> str:
    """What follows `tel:`; empty for what nobody could dial."""
    if not is_phone(text):
        return ""
    extension = _EXTENSION.search(text)
    main = text[: extension.start()] if extension else text
    main = _TRUNK.sub(r"\1", main)
    number = ("+" if main.startswith("+") else "") + re.sub(r"[^0-9]", "", main)
    return f"{number};ext={extension[1]}" if extension else number
