"""What partners are asked for and nobody uses: reporting is a cost, and is measured. Pure. Source: product, N16."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import NamedTuple

EVERYTHING = "*"  # in place of a category: all of an indicator's cells


class Cell(NamedTuple):
    """One thing that is asked for: an indicator's total ("") or one category of a breakdown."""

    indicator: str
    category: str = ""


def unused(asked: Sequence[Cell], used: Collection[Cell]) -> list[Cell]:
    """Those that were asked for and appear nowhere, in order."""
    there = set(used)
    return [cell for cell in asked if cell not in there and Cell(cell.indicator, EVERYTHING) not in there]


def share(asked: Sequence[Cell], used: Collection[Cell]) -> Decimal | None:
    """The share that nobody used, 0 to 1; None while nothing is asked for."""
    return Decimal(len(unused(asked, used))) / len(asked) if asked else None
