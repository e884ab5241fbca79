"""One part of a table that no sum and no bond ties to the rest, with what is hidden on it so far. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import ROUND_CEILING, Decimal

from measures.rules.disclosure.cells import Cell, Key, Table, Why
from measures.rules.disclosure.primary import is_primary, width

# The total and its parts, as places on the board.
Line = tuple[int, tuple[int, ...]]


class Board:
    """Cells are places 0, 1, … in an order that depends on their keys alone, so that every choice does too.

    `why` holds the hidden places. `sensitive` are those to be protected: what must be hidden and is not known yet.
    """

    def __init__(self, cells: list[Cell], lines: list[Line], bonds: dict[int, tuple[int, ...]], threshold: int):
        self.cells, self.lines, self.threshold = cells, lines, threshold
        self.values = [cell.value for cell in cells]
        self.lines_of: list[list[int]] = [[] for _ in cells]
        for number, (total, parts) in enumerate(lines):
            for place in (total, *parts):
                self.lines_of[place].append(number)
        self.totals = {total for total, _ in lines}
        self.bonds = bonds
        self.why: dict[int, Why] = {}
        primaries = [place for place, cell in enumerate(cells) if is_primary(cell, threshold)]
        self.primaries = frozenset(primaries)
        self.sensitive = frozenset(place for place in primaries if not cells[place].is_known)
        self.widths = {place: _needed(cells[place], threshold) for place in self.sensitive}

    def hide_primaries(self) -> None:
        for place in sorted(self.primaries):
            self.why[place] = Why.SECRET if self.cells[place].is_secret else Why.SMALL
        for place in sorted(self.primaries):
            self.hide(place)

    def hide(self, place: int) -> None:
        """Hide a place and whatever must go with it."""
        for one in self.tied(place):
            self.why.setdefault(one, Why.WITH)

    def show(self, place: int) -> None:
        for one in self.tied(place):
            del self.why[one]

    def tied(self, place: int) -> tuple[int, ...]:
        return self.bonds.get(place, (place,))

    def is_unknown(self, place: int) -> bool:
        """Whether a reader neither sees it nor knows it from before."""
        cell = self.cells[place]
        return not cell.is_known and (place in self.why or not cell.is_shown)

    def can_be_hidden(self, place: int) -> bool:
        """Whether hiding it would make it unknown, which it is not yet."""
        return not self.cells[place].is_known and not self.is_unknown(place)

    def unknown_in(self, line: int) -> list[int]:
        total, parts = self.lines[line]
        return [place for place in (total, *parts) if self.is_unknown(place)]

    def rest_of(self, line: int) -> Decimal | None:
        """What the unknown parts of a line add up to, where a reader can tell: the total is known. Else None."""
        total, parts = self.lines[line]
        if self.is_unknown(total):
            return None
        return sum((self.values[place] for place in parts if self.is_unknown(place)), Decimal(0))

    def is_settled(self, line: int) -> bool:
        """Whether what is sensitive in a line has company: one more unknown, and together at least the threshold."""
        unknown = self.unknown_in(line)
        if self.sensitive.isdisjoint(unknown):
            return True
        rest = self.rest_of(line)
        return len(unknown) > 1 and (rest is None or rest >= self.threshold)


def _needed(cell: Cell, threshold: int) -> Decimal:
    needed = width(cell, threshold)
    is_whole = cell.value == cell.value.to_integral_value()
    return needed.to_integral_value(ROUND_CEILING) if is_whole else needed


def boards(table: Table, threshold: int) -> Iterator[Board]:
    """The parts of a table, each of which can be judged alone; cells that nothing ties to a primary one are left out."""
    cells = sorted(table.cells, key=lambda cell: repr(cell.key))
    place_of: dict[Key, int] = {cell.key: place for place, cell in enumerate(cells)}
    lines = sorted((place_of[one.total], tuple(sorted(place_of[key] for key in one.parts))) for one in set(table.sums))
    bonds = [sorted(place_of[key] for key in bond) for bond in table.bonds if len(bond) > 1]
    tied = _gathered(len(cells), bonds)
    parts = _gathered(len(cells), [*((total, *rest) for total, rest in lines), *bonds])
    members: dict[int, list[int]] = {}
    for place, part in enumerate(parts):
        members.setdefault(part, []).append(place)
    lines_in: dict[int, list[Line]] = {}
    for line in dict.fromkeys(lines):
        lines_in.setdefault(parts[line[0]], []).append(line)
    for part, places in members.items():
        if not any(is_primary(cells[place], threshold) for place in places):
            continue
        local = {place: number for number, place in enumerate(places)}
        groups: dict[int, list[int]] = {}
        for place in places:
            groups.setdefault(tied[place], []).append(local[place])
        yield Board(
            [cells[place] for place in places],
            [(local[total], tuple(local[one] for one in rest)) for total, rest in lines_in.get(part, ())],
            {place: tuple(group) for group in groups.values() if len(group) > 1 for place in group},
            threshold,
        )


def _gathered(count: int, groups: Iterable[Iterable[int]]) -> list[int]:
    """For each place the first of all those it is tied to, directly or through others."""
    first = list(range(count))

    def find(place: int) -> int:
        while first[place] != place:
            first[place] = first[first[place]]
            place = first[place]
        return place

    for group in groups:
        roots = {find(place) for place in group}
        lowest = min(roots)
        for root in roots:
            first[root] = lowest
    return [find(place) for place in range(count)]
