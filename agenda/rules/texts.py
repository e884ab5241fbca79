"""Two texts side by side: what is different, in words a person reads, and both changes in one where they do not meet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from merge3 import Merge3

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_SENTENCES = re.compile(r"\s+|\S[^\n]*?(?:[.!?…]+(?=\s|$)|(?=\n)|$)")  # and the room between them


class Piece(NamedTuple):
    """A stretch of text: `sign` is "=" where both have it, "-" where only the first does, "+" where only the second."""

    sign: str
    text: str


def difference(before: str, after: str) -> list[Piece]:
    """What turns one text into the other, word by word; what was taken away stands before what came in its place.

    Lone spaces between two changed stretches are drawn into them, so that a rewritten sentence reads as one.
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    pieces: list[Piece] = []
    for _tag, a, b, c, d in _joined(SequenceMatcher(None, old, new, autojunk=False).get_opcodes(), old):
        if _tag == "equal":
            pieces.append(Piece("=", "".join(old[a:b])))
            continue
        pieces += [Piece(sign, text) for sign, text in (("-", "".join(old[a:b])), ("+", "".join(new[c:d]))) if text]
    return pieces


def merged(base: str, ours: str, theirs: str) -> str | None:
    """Both changes of one text in one, sentence by sentence; None where both changed the same sentence.

    Nothing of either is lost or chosen between: a sentence that both touched is for people to settle.
    """
    began, one, other = (_SENTENCES.findall(text.strip()) for text in (base, ours, theirs))
    found: list[str] = []
    for kind, *groups in Merge3(began, one, other).merge_groups():
        if kind == "conflict":
            return None
        found += groups[-1]
    return "".join(found).strip()


def _joined(codes: list, old: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    held: tuple[str, int, int, int, int] | None = None
    for place, (tag, a, b, c, d) in enumerate(codes):
        is_gap = tag == "equal" and b - a == 1 and old[a].isspace() and 0 < place < len(codes) - 1
        if tag == "equal" and not is_gap:
            if held:
                yield held
                held = None
            yield tag, a, b, c, d
        else:
            held = ("replace", held[1], b, held[3], d) if held else ("replace", a, b, c, d)
    if held:
        yield held
