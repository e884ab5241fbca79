"""Which cells must be hidden for what they are themselves, before anybody subtracts: the rules of the field. Pure.

Source: product specification, F3, 3.8 and N15; reliability, B17.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import count
from typing import TypeVar

from measures.rules.disclosure.cells import Cell
from measures.rules.small import is_few

FEWEST_PARTNERS = 3
LARGEST_SHARE = Decimal("0.8")
SECRET_WIDTH = Decimal("0.2")

Id = TypeVar("Id", int, str)


def few_partners(count: int) -> bool:
    """Whether a sum is made by one or two partners: either could subtract its own part and read the other's.

    Source: reliability, B17; the minimum frequency rule of the Handbook on Statistical Disclosure Control (Hundepool
    and others), 4.2.
    """
    return 0 < count < FEWEST_PARTNERS


def dominated(contributions: Iterable[Decimal]) -> bool:
    """Whether one partner makes more than 80 % of a sum, which then all but tells its figure.

    Source: reliability, B17; the (1, 80) dominance rule of the Handbook on Statistical Disclosure Control, 4.2.
    """
    parts = list(contributions)
    return max(parts, default=Decimal(0)) > LARGEST_SHARE * sum(parts, Decimal(0))


def is_primary(cell: Cell, threshold: int) -> bool:
    """Whether a cell must be hidden for its own sake."""
    return cell.is_secret or cell.counts_people and is_few(cell.value, threshold)


def width(cell: Cell, threshold: int) -> Decimal:
    """How far apart the least and the most must lie that a reader can compute for a hidden cell.

    For people threshold − 1: whatever of 1 … threshold − 1 it is, all of them remain possible, give or take one. A
    secret that counts nobody (money, hours) has no such scale: there at least 20 % of the value too, so that no
    estimate is sure to be within 10 % either way, a usual p of the p % rule. Source: product specification, N15;
    Statistical Policy Working Paper 22 (Federal Committee on Statistical Methodology), IV.B.
    """
    people = Decimal(threshold - 1)
    return people if cell.counts_people else max(people, cell.value * SECRET_WIDTH)


def coarse(value: Decimal, threshold: int) -> Decimal:
    """A number rounded down so far that whoever reads it knows the true one no closer than a secret may be known.

    The steps are 10, 20, 50, 100, 200, … : at least the threshold, and more than a fifth of the number, so that each
    rounded number stands for a whole step. Source: as for `width`.
    """
    for power in count(1):
        for digit in (1, 2, 5):
            step = Decimal(digit * 10**power)
            if step >= threshold and value < 5 * step:
                return value // step * step
    raise AssertionError


def groups(partners: Iterable[tuple[Id, Decimal, bool]]) -> tuple[tuple[Id, ...], tuple[Id, ...]]:
    """Which partners are shown each by itself, and which together as “others”: pairs of id tuples, sorted.

    Each partner comes as id, value and whether it has consented. Others are nobody or at least three: where one or
    two have not consented, those with the smallest values among the rest join them, of equal ones the first id. With
    fewer than three partners in all, one reluctant partner is enough for nobody to be shown.
    """
    listed = list(partners)
    together = [name for name, _, has_consented in listed if not has_consented]
    willing = sorted((value, name) for name, value, has_consented in listed if has_consented)
    if together:
        lacking = max(0, FEWEST_PARTNERS - len(together))
        together += [name for _, name in willing[:lacking]]
        willing = willing[lacking:]
    return tuple(sorted(name for _, name in willing)), tuple(sorted(together))
