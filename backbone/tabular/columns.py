"""Which columns a table may have, and where they stand in a file's header row."""

from __future__ import annotations

import difflib
import heapq
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Any

from backbone.problems import Problem, Refused, cut, gettext_noop

PROBLEM_COLUMN = "problem"  # written into a file of bad rows; passed over when that file comes back
HEADER_SEARCH_ROWS = 20

INVISIBLE = dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u200e\u200f\u061c\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)


def fold(heading: object) -> str:
    """A heading as it is compared: composed (NFC), without case, invisible signs, and with one kind of space."""
    text = unicodedata.normalize("NFC", str(heading)).translate(INVISIBLE)
    return re.sub(r"[\s_\-]+", " ", text).strip().casefold()


def nearest(word: object, known: Iterable[str], n: int = 3) -> list[str]:
    """Up to `n` of the `known` names that look most like `word`, best first; none when nothing is near.

    Pass only names that the reader may see: a suggestion must not tell of a neighbour's partner.
    """
    spelled: dict[str, str] = {}
    for name in known:
        spelled.setdefault(fold(name), name)
    wanted = fold(word)[:200]
    pairs = _pairs(wanted)
    # Comparing letter by letter is slow: only the names that share most pairs of letters are compared.
    alike = heapq.nlargest(SERIOUS, spelled, key=lambda name: len(pairs & _pairs(name)) / (len(pairs) + len(name)))
    found = difflib.get_close_matches(wanted, alike, n=n, cutoff=0.6)
    if len(found) < n and len(wanted) >= 3:  # "riverside" should find "Riverside Community Food Bank"
        found += [name for name in alike if name not in found and _contains(name, wanted)]
    return [spelled[name] for name in found[:n]]


SERIOUS = 20


@lru_cache(maxsize=20_000)
def _pairs(name: str) -> frozenset[str]:
    return frozenset(map("".join, itertools.pairwise(f" {name} ")))


def _contains(name: str, wanted: str) -> bool:
    return len(name) >= 3 and (wanted in name or name in wanted)


@dataclass(frozen=True)
class Columns:
    """The columns of one kind of table, in the order in which files are written.

    `aliases` maps other headings (an older name, another language) to a name of ours. A heading that is neither is
    refused, unless `ignores_unknown`.
    """

    names: tuple[str, ...]
    required: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    ignores_unknown: bool = False

    def __post_init__(self) -> None:
        strangers = (set(self.required) | set(self.aliases.values())) - set(self.names)
        if strangers:
            raise ValueError(f"Not among the names of these columns: {', '.join(sorted(strangers))}.")
        known = {fold(alias): name for alias, name in self.aliases.items()}
        known.update((fold(name), name) for name in self.names)
        object.__setattr__(self, "_known", known)

    def find(self, heading: object) -> str | None:
        """Our name for a heading, or None."""
        return self._known.get(fold(heading))  # type: ignore[attr-defined]

    def count_known(self, cells: Sequence[object]) -> int:
        """How many different columns of ours a row of headings names."""
        return len({name for name in map(self.find, cells) if name is not None})

    def has_required(self, cells: Sequence[object]) -> bool:
        """Whether a row of headings names every required column (or, where none is required, any of ours)."""
        found = {self.find(cell) for cell in cells}
        return set(self.required) <= found and found != {None} and bool(found)


@dataclass(frozen=True, slots=True)
class Header:
    """Where each column stands in one file.

    `width` counts the cells up to the last heading; `unnamed` are positions before it that have no heading, so that
    nothing may stand under them. `pick` takes a row's cells, with one blank appended, into the declared order.
    """

    row: int
    width: int
    positions: Mapping[str, int]
    unnamed: tuple[int, ...]
    ignored: tuple[str, ...]
    pick: Callable[[Sequence[Any]], tuple[Any, ...]]

    def name_at(self, position: int) -> str:
        """The column at a position (from 0), or "" for one that is not ours."""
        return next((name for name, place in self.positions.items() if place == position), "")


def find_header(rows: Sequence[tuple[int, Sequence[object]]], columns: Columns) -> Header:
    """The header among a file's first rows (number, cells): the first that is not blank.

    Raises Refused: `file.no_rows`, `header.not_found` (saying which row seems to hold the names), `header.missing`,
    `header.unknown`, `header.duplicate`, all that apply at once.
    """
    written = [(number, cells) for number, cells in rows if any(str(cell).strip() for cell in cells)]
    if not written:
        raise Refused(Problem("file.no_rows", gettext_noop("The file holds only blank lines."), hint=TEMPLATE_HINT))
    number, cells = written[0]
    known = columns.count_known(cells)
    if not columns.has_required(cells):
        better = [row for row in written[1:] if columns.has_required(row[1]) and columns.count_known(row[1]) > known]
        if better or not known:
            raise Refused(_not_found(number, cells, better[0][0] if better else None, columns))
    return _read_header(number, cells, columns)


TEMPLATE_HINT = gettext_noop("Start from the template, or copy its first row into your file.")


def _not_found(number: int, cells: Sequence[object], found: int | None, columns: Columns) -> Problem:
    first = next(str(cell).strip() for cell in cells if str(cell).strip())
    params: dict[str, object] = {"found": cut(first), "columns": ", ".join(columns.required or columns.names)}
    if found is not None:
        text = gettext_noop("Row {row} begins with “{found}”; the column names seem to be in row {header_row}.")
        hint = gettext_noop("Delete the rows above the column names, so that they stand in row 1.")
        return Problem("header.not_found", text, params | {"row": number, "header_row": found}, hint=hint, row=found)
    text = gettext_noop("The first row has to name the columns ({columns}), but it begins with “{found}”.")
    return Problem("header.not_found", text, params, hint=TEMPLATE_HINT, row=number, value=params["found"])  # type: ignore[arg-type]


def _read_header(number: int, cells: Sequence[object], columns: Columns) -> Header:
    headings = [str(cell).strip() for cell in cells]
    width = max(place for place, heading in enumerate(headings, start=1) if heading)
    positions: dict[str, int] = {}
    unnamed: list[int] = []
    ignored: list[str] = []
    problems: list[Problem] = []
    for place, heading in enumerate(headings[:width]):
        name = columns.find(heading)
        if not heading:
            unnamed.append(place)
        elif name in positions:
            problems.append(_duplicate(number, heading, name))
        elif name is not None:
            positions[name] = place
        elif columns.ignores_unknown or fold(heading) == PROBLEM_COLUMN:
            ignored.append(heading)
        else:
            problems.append(_unknown(number, heading, columns))
    for name in columns.required:
        if name not in positions:
            text = gettext_noop("The column “{column}” is missing.")
            problems.append(
                Problem("header.missing", text, {"column": name}, hint=TEMPLATE_HINT, row=number, column=name)
            )
    if problems:
        raise Refused(*problems)
    # An absent column takes the blank at the end of the row.
    places = [positions.get(name, -1) for name in columns.names]
    take: Callable[[Sequence[Any]], tuple[Any, ...]]
    take = itemgetter(*places) if len(places) > 1 else lambda row: (row[places[0]],)
    own = tuple(heading for heading in ignored if fold(heading) != PROBLEM_COLUMN)
    return Header(number, width, positions, tuple(unnamed), own, take)


def _duplicate(number: int, heading: str, name: str) -> Problem:
    text = gettext_noop("The column “{column}” is there twice.")
    hint = gettext_noop("Delete one of the two, or give it its own name.")
    return Problem(
        "header.duplicate", text, {"column": cut(heading)}, hint=hint, row=number, column=name, value=cut(heading)
    )


def _unknown(number: int, heading: str, columns: Columns) -> Problem:
    near = nearest(heading, columns.names, 1)
    hint = gettext_noop("Rename the column, or delete it from the file.")
    params = {"column": cut(heading)}
    text = gettext_noop("There is no column “{column}” in this table.")
    if near:
        params["nearest"] = near[0]
        text = gettext_noop("There is no column “{column}” in this table. Did you mean “{nearest}”?")
    return Problem("header.unknown", text, params, hint=hint, row=number, column=cut(heading), value=cut(heading))
