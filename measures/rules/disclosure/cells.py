"""A table to be published, as its reader can take it apart: numbers, the sums that tie them, what hides together. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

# The caller's name of a cell; two cells whose names are printed alike are not told apart when order is decided.
Key = Hashable

# Means are rounded, so their sums are not exact.
_ROUNDING = Decimal("1e-6")


@dataclass(frozen=True, slots=True)
class Cell:
    """One number.

    `value` is the true one, never negative. Not `is_shown`: it is not printed and only takes part in sums, such as a
    month between two totals to date. `is_known`: this audience has it from an earlier publication, so hiding it now
    protects nothing, and it helps to compute others. `is_secret`: it must be hidden whatever its size.
    `counts_people`: the threshold applies. `is_wanted`: it is what readers come for, and goes with another one only where
    nothing else would do.
    """

    key: Key
    value: Decimal
    is_shown: bool = True
    is_known: bool = False
    is_secret: bool = False
    counts_people: bool = True
    is_wanted: bool = False


@dataclass(frozen=True, slots=True)
class Sum:
    """A total that is the sum of its parts, and everybody knows that it is."""

    total: Key
    parts: tuple[Key, ...]

    def __iter__(self) -> Iterator[Key]:
        yield self.total
        yield from self.parts


@dataclass(frozen=True, slots=True)
class Table:
    """Everything that one audience can see, at once.

    `bonds` are cells that are hidden together or not at all: numerator, rest, denominator and value of one rate. A
    bond ties no values: where two cells are equal, say so by a sum of one part. Raises ValueError for what cannot be
    judged: a key twice or unknown, a negative value, a total that its parts do not add up to.
    """

    cells: tuple[Cell, ...]
    sums: tuple[Sum, ...] = ()
    bonds: tuple[frozenset[Key], ...] = ()

    def __post_init__(self):
        values = {cell.key: cell.value for cell in self.cells}
        if len(values) < len(self.cells):
            raise ValueError("A table has two cells with one key.")
        for key, value in values.items():
            if value < 0:
                raise ValueError(f"The cell {key!r} is {value}: what may be negative cannot be protected by sums.")
        for one in self.sums:
            if len(set(one)) <= len(one.parts) or not one.parts:
                raise ValueError(f"The sum {one.total!r} has no parts, or one of them twice.")
            parts = sum((values[key] for key in one.parts), Decimal(0))
            if abs(values[one.total] - parts) > _ROUNDING * len(one.parts):
                raise ValueError(f"The parts of {one.total!r} add up to {parts}, not to {values[one.total]}.")
        for bond in self.bonds:
            if unknown := [key for key in bond if key not in values]:
                raise ValueError(f"A bond names {unknown[0]!r}, which is no cell.")


class Why(StrEnum):
    """Why a cell is hidden. Readers see one mark for all: which of them it is would say how large the cell is."""

    SMALL = "small"  # 1 to threshold − 1 people
    SECRET = "secret"  # few partners, a dominant one: the caller said so  # noqa: S105
    WITH = "with"  # so that no other hidden one can be computed


@dataclass(frozen=True, slots=True)
class Breach:
    """A cell that must be hidden and of which a reader can tell that it lies between `low` and `high`: too narrow."""

    key: Key
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Decision:
    """What is hidden and why. With `breaches` the table must not be published: nothing more can be hidden, and it is
    not enough."""

    hidden: Mapping[Key, Why]
    breaches: tuple[Breach, ...] = ()
