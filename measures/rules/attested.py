"""Apples to apples: how much of a figure is from partners that count as it is defined. Pure.

The share of the volume: of a sum the value itself, of what is divided its denominator. A partner that says nothing is
taken to count as defined; how many have said so is told beside it. Source: product specification, N17.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import NamedTuple

from measures.rules.combining import Combined
from measures.rules.kinds import KINDS


class Word(NamedTuple):
    """What a partner says of how it counts: as defined, or otherwise, and how."""

    as_defined: bool
    note: str = ""


def same_definition(whole: Combined, deviating: Collection[object]) -> Decimal | None:
    """The share of a combined value that is counted as defined, from 0 to 1, by the parts that deviate.

    None where there is no volume to share: a kind whose parts make no sum, nothing filed, a sum of zero, or a part
    below zero.
    """
    volumes = {key: _volume(part) for key, part in whole.parts}
    known = {key: volume for key, volume in volumes.items() if volume is not None}
    total = sum(known.values(), Decimal(0))
    if not total or any(volume < 0 for volume in known.values()):
        return None
    return sum((volume for key, volume in known.items() if key not in deviating), Decimal(0)) / total


def _volume(part: Combined) -> Decimal | None:
    rule = KINDS[part.kind]
    if rule.only_grows:
        return part.value
    return part.denominator if rule.divides and rule.has_volume else None
