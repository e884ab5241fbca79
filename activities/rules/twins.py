"""Entries that may be one and the same work: the same kind of service, place and date, and a similar name. Pure.

Source: product specification, N10. A suspicion only: nothing is ever taken away because of it.
"""

from __future__ import annotations

import unicodedata
from difflib import SequenceMatcher

DAYS_APART = 1
ALIKE = 0.8  # of two names, as difflib measures it


def plain_name(name: str) -> str:
    """A name as it is compared: without accents, case, punctuation, and the order of its words."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(one))
    words = "".join(one if one.isalnum() else " " for one in bare).split()
    return " ".join(sorted(words))


def are_alike(name: str, other: str) -> bool:
    """Whether two names are similar enough to ask."""
    one, two = plain_name(name), plain_name(other)
    if not one or not two:
        return False
    return one == two or SequenceMatcher(None, one, two).ratio() >= ALIKE
