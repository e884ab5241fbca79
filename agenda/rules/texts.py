"""Two texts side by side: what is different, in words a person reads, and both changes in one where they do not meet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from merge3 import Merge3

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_WRITTEN = re.compile(r"\s+|\S+")  # what stands between spaces, and the spaces
_ENDS = (".", "!", "?", "…")
# Pairs of equal words that are looked at: texts of few words again and again would take minutes otherwise.
MOST_PAIRS = 100_000


Code = tuple[str, int, int, int, int]


class Piece(NamedTuple):
    """A stretch of text: `sign` is "=" where both have it, "-" where only the first does, "+" where only the second."""

    sign: str
    text: str


def sentences(text: str) -> list[str]:
    """A text's sentences and the room between them, which put together are the text. A line ends one as well.

    By hand and word by word: nothing is tried twice, so that a page of full stops takes no longer than any other, which
    an expression would need possessive groups for; Python 3.11.2, which Debian 12 has, reads those wrongly.
    """
    found: list[str] = []
    begun: list[str] = []
    for part in _WRITTEN.findall(text):
        is_between = part.isspace() and (not begun or "\n" in part)
        if not is_between:
            begun.append(part)
        if begun and (is_between or part.endswith(_ENDS)):
            found.append("".join(begun))
            begun = []
        if is_between:
            found.append(part)
    return [*found, "".join(begun)] if begun else found


def difference(before: str, after: str) -> list[Piece]:
    """What turns one text into the other, word by word; what was taken away stands before what came in its place.

    Lone spaces between two changed stretches are drawn into them, so that a rewritten sentence reads as one. Where words
    are too many and too much alike, whole sentences are compared, and where these are, what lies between the beginning
    and the end that both have.
    """
    old, new, codes = _compared(before, after)
    pieces: list[Piece] = []
    for _tag, a, b, c, d in _joined(codes, old):
        if _tag == "equal":
            pieces.append(Piece("=", "".join(old[a:b])))
            continue
        pieces += [Piece(sign, text) for sign, text in (("-", "".join(old[a:b])), ("+", "".join(new[c:d]))) if text]
    return pieces


def merged(base: str, ours: str, theirs: str) -> str | None:
    """Both changes of one text in one, sentence by sentence; None where both changed the same sentence.

    Nothing of either is lost or chosen between: a sentence that both touched is for people to settle, and so are texts
    whose sentences are too much alike to tell which is which.
    """
    began, one, other = (sentences(text.strip()) for text in (base, ours, theirs))
    if max(_pairs(began, one), _pairs(began, other)) > MOST_PAIRS:
        return None
    found: list[str] = []
    for kind, *groups in Merge3(began, one, other).merge_groups():
        if kind == "conflict":
            return None
        found += groups[-1]
    return "".join(found).strip()


def _compared(before: str, after: str) -> tuple[list[str], list[str], list[Code]]:
    """Both texts in parts, and what turns the one into the other."""
    for parts in (_WORDS.findall, sentences):
        old, new = parts(before), parts(after)
        first, last = _same_ends(old, new)
        inside = old[first : len(old) - last], new[first : len(new) - last]
        if _pairs(*inside) <= MOST_PAIRS:
            codes = SequenceMatcher(None, *inside).get_opcodes()
            break
    else:
        codes = [("replace", 0, len(inside[0]), 0, len(inside[1]))]
    found = [("equal", 0, first, 0, first)] if first else []
    found += [(tag, a + first, b + first, c + first, d + first) for tag, a, b, c, d in codes]
    if last:
        found.append(("equal", len(old) - last, len(old), len(new) - last, len(new)))
    return old, new, found


def _same_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many parts both have alike at the beginning, and how many of the rest at the end."""
    most = min(len(old), len(new))
    first = next((n for n in range(most) if old[n] != new[n]), most)
    last = next((n for n in range(most - first) if old[-1 - n] != new[-1 - n]), most - first)
    return first, last


def _pairs(old: Sequence[str], new: Sequence[str]) -> int:
    """How many pairs of equal parts a comparison looks at; of a long text it passes over parts that make up more than a
    hundredth of it, such as spaces."""
    popular = len(new) // 100 + 1 if len(new) >= 200 else len(new)
    counts = Counter(old)
    return sum(counts[part] * count for part, count in Counter(new).items() if count <= popular)


def _joined(codes: list[Code], old: list[str]) -> Iterator[Code]:
    held: Code | None = None
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
