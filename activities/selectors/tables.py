"""The matrix laid out as a table: groups of rows, rows, columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from activities.rules.cells import State
from activities.selectors.axes import Tag
from activities.selectors.matrix import Cell, Key, Matrix

ORDER = ("strategy", "population", "place")


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell at its place; None where it is in no state that was asked for. `path` is the end of its address."""

    cell: Cell | None
    path: str


@dataclass(frozen=True, slots=True)
class Row:
    tag: Tag
    cells: list[Shown]


@dataclass(frozen=True, slots=True)
class Group:
    tag: Tag
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[Tag, ...]
    groups: list[Group]


def laid_out(found: Matrix, rows: str, columns: str, only: Collection[State] = ()) -> Table:
    """The matrix with these axes as rows and columns, its third as groups. With `only`, rows without a cell in such a
    state are left out."""
    axes, group = found.question.axes, found.question.group
    by_id = axes.by_id(group)
    groups = []
    for pk in found.groups:
        made = []
        for row in axes.of(rows):
            cells = [_shown(found, {group: by_id[pk], rows: row, columns: column}, only) for column in axes.of(columns)]
            if not only or any(one.cell for one in cells):
                made.append(Row(row, cells))
        groups.append(Group(by_id[pk], made))
    return Table(axes.of(columns), groups)


def every(found: Matrix) -> Iterator[tuple[tuple[Tag, Tag, Tag], Cell]]:
    """The cells of which somebody said something, in the order of the axes, for files."""
    named = [found.question.axes.by_id(name) for name in ORDER]
    place = [{pk: at for at, pk in enumerate(tags)} for tags in named]

    def order(key: Key) -> tuple[int, ...]:
        return tuple(at[pk] for at, pk in zip(place, key, strict=True))

    for key in sorted(found.cells, key=order):
        cell = found.cells[key]
        if not found.question.only or cell.state in found.question.only:
            yield (named[0][key[0]], named[1][key[1]], named[2][key[2]]), cell


def _shown(found: Matrix, tags: dict[str, Tag], only: Collection[State]) -> Shown:
    strategy, population, place = tags["strategy"], tags["population"], tags["place"]
    cell = found.at((strategy.id, population.id, place.id))
    path = f"{strategy.key}/{population.key}/{place.key}/"
    return Shown(cell if not only or cell.state in only else None, path)
