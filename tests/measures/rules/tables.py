"""Tables to be published, made by chance and by hand, and two readers who take them apart without our own attack."""

from __future__ import annotations

import itertools
import random
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

import numpy
from scipy.optimize import linprog
from scipy.sparse import coo_array

from measures.rules.disclosure import Cell, Key, Sum, Table

EVERY = 0  # the category of a margin


def one_way(total: int, **parts: int) -> Table:
    cells = tuple(Cell(name, Decimal(value)) for name, value in {**parts, "total": total}.items())
    return Table(cells, (Sum("total", tuple(parts)),))


def cube(values: Mapping[tuple[int, ...], int], **changes) -> Table:
    """Counts by one category or more, each from 1, with all margins. `changes` are for every cell."""
    found = {key: Decimal(value) for key, value in values.items()}
    sums = []
    for axis in range(len(next(iter(values)))):
        lines: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
        for key in found:
            lines.setdefault((*key[:axis], EVERY, *key[axis + 1 :]), []).append(key)
        for total, parts in lines.items():
            found[total] = sum((found[part] for part in parts), Decimal(0))
            sums.append(Sum(total, tuple(parts)))
    return Table(tuple(Cell(key, value, **changes) for key, value in found.items()), tuple(sums))


def square(*rows: Iterable[int]) -> Table:
    return cube({(r, c): value for r, row in enumerate(rows, 1) for c, value in enumerate(row, 1)})


def to_date(months: Iterable[Mapping[str, int]], *, are_months_shown: bool = True) -> Table:
    """Months by category, with a total of each, and the same from the first month on."""
    months = list(months)
    cells: dict[Key, Cell] = {}
    sums = []
    for number, month in enumerate(months, 1):
        for name, value in {**month, "": sum(month.values())}.items():
            cells[name, number, number] = Cell((name, number, number), Decimal(value), is_shown=are_months_shown)
            earlier = cells[name, 1, number - 1].value if number > 1 else 0
            cells[name, 1, number] = Cell((name, 1, number), Decimal(value) + earlier)
            if number > 1:
                sums.append(Sum((name, 1, number), ((name, 1, number - 1), (name, number, number))))
        sums += [Sum(("", first, number), tuple((name, first, number) for name in month)) for first in {1, number}]
    return Table(tuple(cells.values()), tuple(sums))


def rate(numerator: int, denominator: int, *, is_denominator_known: bool = False) -> Table:
    """A rate as the caller gives it: the rest is not printed, and all hides together."""
    numbers = {"numerator": numerator, "rest": denominator - numerator, "denominator": denominator}
    cells = tuple(
        Cell(name, Decimal(value), is_shown=name != "rest", is_known=is_denominator_known and name == "denominator")
        for name, value in numbers.items()
    )
    return Table(cells, (Sum("denominator", ("numerator", "rest")),), (frozenset(numbers),))


def by_chance(seed: int) -> tuple[Table, int]:
    """A small table of any sort and a threshold: the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311
    sort = seed % 9
    threshold = chance.choice([5, 11, 11, 11, 20])
    zeros, smalls = (0.5, 0.2) if sort == 6 else (0.1, chance.choice([0.1, 0.25]))

    def count() -> int:
        draw = chance.random()
        return (
            0 if draw < zeros else chance.randrange(1, threshold) if draw < zeros + smalls else chance.randrange(5, 90)
        )

    def of(*sizes: int) -> dict[tuple[int, ...], int]:
        return {key: count() for key in itertools.product(*(range(1, size + 1) for size in sizes))}

    if sort == 0:
        table = cube(of(chance.randint(2, 7)))
    elif sort in (1, 6):
        table = cube(of(chance.randint(2, 5), chance.randint(2, 6)))
    elif sort == 2:
        table = cube(of(2, chance.randint(2, 3), chance.randint(2, 4)))
    elif sort == 3:
        table = _hierarchy(of(3, chance.randint(2, 4)))
    elif sort == 4:
        months = [{name: count() for name in "abc"[: chance.randint(2, 3)]}]
        months += [{name: count() for name in months[0]} for _ in range(chance.randint(1, 3))]
        table = to_date(months, are_months_shown=chance.random() < 0.6)
    elif sort == 5:
        table = _with_known(cube(of(chance.randint(2, 4), chance.randint(2, 5))), chance)
    elif sort == 7:
        table = _rates([(count(), count()) for _ in range(chance.randint(2, 5))])
    else:
        threshold = 5
        table = cube({key: chance.choice([0, 1, 2, 3, 4, 6, 7]) for key in of(2, chance.randint(2, 3))})
    if chance.random() < 0.2:
        chosen = chance.randrange(len(table.cells))
        secret = [_changed(cell, is_secret=number == chosen) for number, cell in enumerate(table.cells)]
        table = Table(tuple(secret), table.sums, table.bonds)
    return table, threshold


def _hierarchy(values: Mapping[tuple[int, ...], int]) -> Table:
    """Towns in counties, counties in a region, and a second region with a single county."""
    numbers: dict[Key, Decimal] = {key: Decimal(value) for key, value in values.items()}
    counties = sorted({county for county, _ in values})
    sums = []
    for county in counties:
        sums.append(Sum((county,), tuple(key for key in values if key[0] == county)))
        numbers[county,] = sum((numbers[key] for key in sums[-1].parts), Decimal(0))
    for region, members in {"north": counties[:-1], "south": counties[-1:]}.items():
        sums.append(Sum(region, tuple((county,) for county in members)))
        numbers[region] = sum((numbers[county,] for county in members), Decimal(0))
    sums.append(Sum("all", ("north", "south")))
    numbers["all"] = numbers["north"] + numbers["south"]
    return Table(tuple(Cell(key, value) for key, value in numbers.items()), tuple(sums))


def _rates(pairs: list[tuple[int, int]]) -> Table:
    """A rate by category and together, with numerators and denominators that add up."""
    cells, sums, bonds = [], [], []
    pairs.append((sum(one for one, _ in pairs), sum(rest for _, rest in pairs)))
    for number, (numerator, rest) in enumerate(pairs):
        said = {"n": numerator, "rest": rest, "d": numerator + rest}
        cells += [Cell((number, what), Decimal(value), is_shown=what != "rest") for what, value in said.items()]
        sums.append(Sum((number, "d"), ((number, "n"), (number, "rest"))))
        bonds.append(frozenset((number, what) for what in said))
    last = len(pairs) - 1
    sums += [Sum((last, what), tuple((number, what) for number in range(last))) for what in ("n", "d", "rest")]
    return Table(tuple(cells), tuple(sums), tuple(bonds))


def _with_known(table: Table, chance: random.Random) -> Table:
    cells = [_changed(cell, is_known=cell.value > 20 and chance.random() < 0.2) for cell in table.cells]
    return Table(tuple(cells), table.sums, table.bonds)


def _changed(cell: Cell, **changes) -> Cell:
    said = {
        name: getattr(cell, name) for name in ("key", "value", "is_shown", "is_known", "is_secret", "counts_people")
    }
    return Cell(**{**said, **changes})


# --- what a reader sees, and what two kinds of readers find ---


def seen(table: Table, hidden: Collection[Key]) -> dict[Key, int]:
    return {
        cell.key: int(cell.value) for cell in table.cells if cell.is_known or cell.is_shown and cell.key not in hidden
    }


def to_protect(table: Table, threshold: int) -> list[Key]:
    return [
        cell.key
        for cell in table.cells
        if not cell.is_known and (cell.is_secret or cell.counts_people and 1 <= cell.value <= threshold - 1)
    ]


def by_programs(tables: Iterable[tuple[Table, Collection[Key], Collection[Key]]], most: int = 10_000) -> list[dict]:
    """For each (table, hidden, wanted): the least and the most each wanted cell can be, as floats by key.

    One copy of each table for each wanted cell, all solved together: the copies know nothing of each other.
    """
    column, wanted_at, lows, highs = 0, [], [], []
    rows: list[int] = []
    columns: list[int] = []
    signs: list[int] = []
    line = 0
    for number, (table, hidden, wanted) in enumerate(tables):
        known = seen(table, hidden)
        for key in wanted:
            at = {cell.key: column + place for place, cell in enumerate(table.cells)}
            column += len(table.cells)
            wanted_at.append((number, key, at[key]))
            lows += [known.get(cell.key, 0) for cell in table.cells]
            highs += [known.get(cell.key, most) for cell in table.cells]
            for one in table.sums:
                for term, sign in ((one.total, -1), *((part, 1) for part in one.parts)):
                    rows.append(line)
                    columns.append(at[term])
                    signs.append(sign)
                line += 1
    found: list[dict] = [{} for _ in range(1 + max((number for number, _, _ in wanted_at), default=-1))]
    if not wanted_at:
        return found
    matrix = coo_array((signs, (rows, columns)), shape=(line, column)) if line else None
    aim = numpy.zeros(column)
    aim[[place for _, _, place in wanted_at]] = 1
    for sign in (1, -1):
        answer = linprog(
            sign * aim,
            A_eq=matrix,
            b_eq=None if matrix is None else numpy.zeros(line),
            bounds=numpy.column_stack([lows, highs]),
            method="highs",
        )
        assert answer.status == 0, answer.message
        for number, key, place in wanted_at:
            found[number].setdefault(key, []).append(answer.x[place])
    return found


def by_trying(table: Table, hidden: Collection[Key], most: int) -> dict[Key, set[int]]:
    """Every whole number that each cell can be, found by going through all tables; the single ones up to `most`."""
    known = seen(table, hidden)
    totals = [one.total for one in table.sums]
    single = [cell.key for cell in table.cells if cell.key not in totals]
    found: dict[Key, set[int]] = {cell.key: set() for cell in table.cells}

    def go(place: int, values: dict[Key, int]) -> None:
        if place < len(single):
            key = single[place]
            for value in [known[key]] if key in known else range(most + 1):
                values[key] = value
                if all(
                    one.total not in known
                    or sum(values.get(part, known.get(part, 0)) for part in one.parts) <= known[one.total]
                    for one in table.sums
                    if key in one.parts
                ):
                    go(place + 1, values)
            del values[key]
            return
        full = dict(values)
        for one in table.sums:  # given in an order in which parts come before totals
            value = sum(full[part] for part in one.parts)
            if full.setdefault(one.total, value) != value or known.get(one.total, value) != value:
                return
        for key, value in full.items():
            found[key].add(value)

    go(0, {})
    return found
