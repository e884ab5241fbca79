"""What a place offers and needs together with the places within it, from what single activities and needs say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from activities.rules.cells import Inputs, same_unit

Cell = tuple[int, int, int]  # strategy, population, place


@dataclass(frozen=True, slots=True)
class Offer:
    """A running activity: its capacity (None: nobody said) in a unit, and its shares by tag, each sort summing to 1."""

    activity: int
    capacity: Decimal | None
    unit: str
    kind: int | None
    leader: int | None
    strategies: Mapping[int, Decimal]
    populations: Mapping[int, Decimal]
    places: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class Asked:
    """A need in its unit."""

    amount: Decimal
    unit: str


def need_of(cell: Cell, needs: Mapping[Cell, Asked], within: Mapping[int, int | None]) -> Asked | None:
    """A cell's own need, else the sum of the needs of the places directly within its place, when all of them have one in
    the same unit. None: nobody knows."""
    strategy, population, place = cell
    if cell in needs:
        return needs[cell]
    inner = [one for one, parent in within.items() if parent == place]
    found = [need_of((strategy, population, one), needs, within) for one in inner]
    known = [one for one in found if one is not None]
    if not known or len(known) < len(found) or len({same_unit(one.unit) for one in known}) > 1:
        return None
    return Asked(sum((one.amount for one in known), Decimal(0)), known[0].unit)


def inputs_of(
    cell: Cell,
    need: Asked | None,
    offers: Sequence[Offer],
    within: Mapping[int, int | None],
    *,
    is_agreed: bool = False,
) -> Inputs:
    """What a cell is judged by. A place has what lies in the places within it."""
    strategy, population, place = cell
    inside = {one for one in within if _lies_in(one, place, within)}
    supply, count, is_at_least = Decimal(0), 0, False
    leaders: dict[int, set[int]] = {}
    leading: set[int] = set()
    for offer in offers:
        placed = sum((share for one, share in offer.places.items() if one in inside), Decimal(0))
        share = offer.strategies.get(strategy, Decimal(0)) * offer.populations.get(population, Decimal(0)) * placed
        if not share:
            continue
        count += 1
        if offer.capacity is None or (need is not None and same_unit(offer.unit) != same_unit(need.unit)):
            is_at_least = True
        else:
            supply += offer.capacity * share
        if offer.leader is not None:
            leading.add(offer.leader)
            if offer.kind is not None:
                leaders.setdefault(offer.kind, set()).add(offer.leader)
    is_by_several = any(len(some) > 1 for some in leaders.values())
    amount, has_several = (need.amount if need else None), len(leading) > 1
    return Inputs(amount, count, supply, is_at_least, is_by_several, is_agreed, has_several)


def _lies_in(place: int, outer: int, within: Mapping[int, int | None]) -> bool:
    seen: set[int] = set()
    at: int | None = place
    while at is not None and at not in seen:
        if at == outer:
            return True
        seen.add(at)
        at = within.get(at)
    return False
