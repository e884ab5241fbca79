"""Change between two periods, computed on the partners that are in both. Pure.

A partner that joins must not look like growth, nor one that is late like decline. Source: product specification, N2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from measures.rules.combining import Combined
from measures.rules.coverage import PartnerKey
from measures.rules.figures import divided, total_of
from measures.rules.kinds import KINDS, MAXIMUM, MEDIAN, MINIMUM, NARRATIVE, ORDINAL, UNDUPLICATED

HALF = Decimal("0.5")

Together: TypeAlias = "Callable[[tuple[PartnerKey, ...]], Decimal | None]"


@dataclass(frozen=True, slots=True)
class Change:
    """Like-for-like change. `previous` and `current` are the panel's own values, in the unit of the indicator.

    `panel` are the partners complete in both periods, `panel_share` their share of everybody expected in either (by
    usual volume when it is known, else by count). `difference` and `share` (difference over previous: 0.25 is +25 %)
    are None unless `is_comparable`; `share` is None too when there was nothing before. `by_volume`: the panel's share is
    that of the usual volume.
    """

    panel: tuple[PartnerKey, ...]
    panel_share: Decimal | None
    is_comparable: bool
    previous: Decimal | None = None
    current: Decimal | None = None
    difference: Decimal | None = None
    share: Decimal | None = None
    by_volume: bool = False


def like_for_like(
    previous: Combined,
    current: Combined,
    weights: Mapping[PartnerKey, Decimal | None] | None = None,
    together: tuple[Together, Together] | None = None,
) -> Change:
    """The change of two combined values whose `parts` are partners, as `combine` gives them.

    Not comparable: nobody is in both, they are less than half of the weight, or the kind has no single value
    (unduplicated people are never summed, so their bounds have no difference; medians and words are never combined,
    levels on a scale only where their mean is allowed). `together` gives the value of a panel, before and now, where it
    does not follow from the parts alone: what is computed, is so from the panel's inputs.
    """
    before, now = dict(previous.parts), dict(current.parts)
    panel = tuple(sorted(key for key in before if key in now and _is_in(before[key]) and _is_in(now[key])))
    expected = {key for parts in (before, now) for key, part in parts.items() if part.coverage.expected > 0}
    panel_share, by_volume = _share(panel, expected, weights)
    if not panel or panel_share is None or panel_share < HALF or not _has_value(previous, current):
        return Change(panel, panel_share, is_comparable=False, by_volume=by_volume)
    if together is not None:
        was, is_now = (value_of(panel) for value_of in together)
    else:
        was, is_now = (_together(parts, panel, current.kind) for parts in (before, now))
    if was is None or is_now is None:
        return Change(panel, panel_share, is_comparable=False, previous=was, current=is_now, by_volume=by_volume)
    difference = is_now - was
    # A fall from a negative level would turn its sign around, so the share is of the level's size.
    share = None if was == 0 else difference / abs(was)
    return Change(panel, panel_share, True, was, is_now, difference, share, by_volume)


def _has_value(previous: Combined, current: Combined) -> bool:
    if current.kind in (UNDUPLICATED, MEDIAN, NARRATIVE):
        return False
    return current.kind != ORDINAL or (previous.value is not None and current.value is not None)


def _is_in(part: Combined) -> bool:
    return part.coverage.is_complete and part.has_something


def _together(parts: Mapping[PartnerKey, Combined], panel: tuple[PartnerKey, ...], kind: str) -> Decimal | None:
    """The panel's value by the rule of the kind: sums first, then the division; extremes of extremes."""
    if KINDS[kind].divides:
        numerator = total_of(parts[key].numerator for key in panel)
        return divided(numerator, total_of(parts[key].denominator for key in panel))
    values = [number for key in panel if (number := parts[key].value) is not None]
    if not values:
        return None
    if kind in (MINIMUM, MAXIMUM):
        return min(values) if kind == MINIMUM else max(values)
    return total_of(values) / len(values) if kind == ORDINAL else total_of(values)


def _share(
    panel: tuple[PartnerKey, ...],
    expected: set[PartnerKey],
    weights: Mapping[PartnerKey, Decimal | None] | None,
) -> tuple[Decimal | None, bool]:
    """The panel's share of everybody expected, and whether it is that of the usual volume."""
    if not expected:
        return None, False
    known = {} if weights is None else {key: weights.get(key) for key in expected}
    everybody = total_of(known.values())
    if None not in known.values() and everybody > 0:
        return total_of(known[key] for key in panel) / everybody, True
    return Decimal(len(panel)) / Decimal(len(expected)), False
