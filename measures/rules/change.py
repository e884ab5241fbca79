"""Change between two periods, computed on the partners that are in both. Pure.

A partner that joins must not look like growth, nor one that is late like decline. Source: product specification, N2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from measures.rules.combining import Combined
from measures.rules.coverage import PartnerKey
from measures.rules.figures import ZERO, Entry, divided, total_of
from measures.rules.kinds import KINDS, MAXIMUM, MEDIAN, MINIMUM, NARRATIVE, ORDINAL, UNDUPLICATED
from measures.rules.shared import taken_off
from measures.rules.versions import Version

HALF = Decimal("0.5")

Together: TypeAlias = "Callable[[tuple[PartnerKey, ...]], Decimal | None]"


@dataclass(frozen=True, slots=True)
class Change:
    """Like-for-like change. `previous` and `current` are the panel's own values, in the unit of the indicator.

    `panel` are the partners complete in both periods, `panel_share` their share of everybody expected in either (by
    usual volume when it is known, else by count). `difference` and `share` (difference over previous: 0.25 is +25 %)
    are None unless `is_comparable`; `share` is None too when there was nothing before. `by_volume`: the panel's share is
    that of the usual volume.

    `over`: the break of the definition that lies between the two. Without a bridge nothing is compared across it; with
    one, `previous` is what stood multiplied with the bridge.
    """

    panel: tuple[PartnerKey, ...]
    panel_share: Decimal | None
    is_comparable: bool
    previous: Decimal | None = None
    current: Decimal | None = None
    difference: Decimal | None = None
    share: Decimal | None = None
    by_volume: bool = False
    over: Version | None = None


def like_for_like(
    previous: Combined,
    current: Combined,
    weights: Mapping[PartnerKey, Decimal | None] | None = None,
    together: tuple[Together, Together] | None = None,
    *,
    merged: Mapping[PartnerKey, PartnerKey] | None = None,
    over: Version | None = None,
) -> Change:
    """The change of two combined values whose `parts` are partners, as `combine` gives them.

    Not comparable: nobody is in both, they are less than half of the weight, or the kind has no single value
    (unduplicated people are never summed, so their bounds have no difference; medians and words are never combined,
    levels on a scale only where their mean is allowed). `together` gives the value of a panel, before and now, where it
    does not follow from the parts alone: what is computed, is so from the panel's inputs.

    `merged` says into which partner one was merged, as `last_successors` gives it: the two are one, so that neither's
    leaving nor the other's growth is a change. `over` is a break of the definition between the two periods: without a
    bridge nothing is compared across it.
    """
    if over is not None and over.bridge is None:
        return Change((), None, is_comparable=False, over=over)
    before, now = (_together_with(dict(one.parts), merged or {}) for one in (previous, current))
    panel = tuple(sorted(key for key in before if key in now and _are_in(before[key]) and _are_in(now[key])))
    expected = {key for groups in (before, now) for key, parts in groups.items() if _are_expected(parts)}
    panel_share, by_volume = _share(panel, expected, _weights_of((previous, current), weights, merged or {}))
    if not panel or panel_share is None or panel_share < HALF or not _has_value(previous, current):
        return Change(panel, panel_share, is_comparable=False, by_volume=by_volume, over=over)
    if together is not None:
        members = _members((previous, current), panel, merged or {})
        was, is_now = (value_of(members) for value_of in together)
    else:
        members = _members((previous, current), panel, merged or {})
        was, is_now = (
            _value_of(groups, panel, current.kind, taken_off(one.shared, members))
            for groups, one in ((before, previous), (now, current))
        )
    if was is None or is_now is None:
        return Change(
            panel, panel_share, is_comparable=False, previous=was, current=is_now, by_volume=by_volume, over=over
        )
    if over is not None and over.bridge is not None:
        was *= over.bridge
    difference = is_now - was
    # A fall from a negative level would turn its sign around, so the share is of the level's size.
    share = None if was == 0 else difference / abs(was)
    return Change(panel, panel_share, True, was, is_now, difference, share, by_volume, over)


def panel_values(
    spans: Sequence[Combined], merged: Mapping[PartnerKey, PartnerKey] | None = None
) -> tuple[tuple[PartnerKey, ...], list[Decimal | None]]:
    """The partners that are complete in every one of these spans, and what they have together in each: like-for-like over
    more than two periods. None where the kind has no single value."""
    groups = [_together_with(dict(one.parts), merged or {}) for one in spans]
    first = groups[0] if groups else {}
    panel = tuple(sorted(key for key in first if all(key in some and _are_in(some[key]) for some in groups)))
    if not panel or any(one.kind in (UNDUPLICATED, MEDIAN, NARRATIVE) for one in spans):
        return panel, [None] * len(spans)
    members = _members(spans, panel, merged or {})
    return panel, [
        _value_of(some, panel, one.kind, taken_off(one.shared, members))
        for some, one in zip(groups, spans, strict=True)
    ]


def _has_value(previous: Combined, current: Combined) -> bool:
    if current.kind in (UNDUPLICATED, MEDIAN, NARRATIVE):
        return False
    return current.kind != ORDINAL or (previous.value is not None and current.value is not None)


def last_successors(successors: Mapping[PartnerKey, PartnerKey]) -> dict[PartnerKey, PartnerKey]:
    """Each partner that was merged into another, with the one at the end of the chain."""
    found = {}
    for key in successors:
        last, seen = key, {key}
        while last in successors and successors[last] not in seen:
            last = successors[last]
            seen.add(last)
        found[key] = last
    return found


Groups: TypeAlias = dict[PartnerKey, list[Combined]]


def _together_with(parts: Mapping[PartnerKey, Combined], merged: Mapping[PartnerKey, PartnerKey]) -> Groups:
    groups: Groups = {}
    for key, part in parts.items():
        groups.setdefault(merged.get(key, key), []).append(part)
    return groups


def _are_in(parts: Sequence[Combined]) -> bool:
    due = [part for part in parts if part.coverage.expected > 0]
    return bool(due) and all(part.coverage.is_complete for part in due) and any(part.has_something for part in due)


def _are_expected(parts: Sequence[Combined]) -> bool:
    return any(part.coverage.expected > 0 for part in parts)


def _value_of(groups: Groups, panel: tuple[PartnerKey, ...], kind: str, off: Entry) -> Decimal | None:
    """The panel's value by the rule of the kind: sums first, then the division; extremes of extremes. `off` is joint work
    that is in the sums more than once."""
    parts = [part for key in panel for part in groups[key] if part.has_something]
    if KINDS[kind].divides:
        numerator, denominator = (
            total_of(getattr(part, name) for part in parts) for name in ("numerator", "denominator")
        )
        return divided(numerator - (off.numerator or ZERO), denominator - (off.denominator or ZERO))
    values = [number for part in parts if (number := part.value) is not None]
    if not values:
        return None
    if kind in (MINIMUM, MAXIMUM):
        return min(values) if kind == MINIMUM else max(values)
    return total_of(values) / len(values) if kind == ORDINAL else total_of(values) - (off.value or ZERO)


def _members(
    both: Sequence[Combined], panel: tuple[PartnerKey, ...], merged: Mapping[PartnerKey, PartnerKey]
) -> tuple[PartnerKey, ...]:
    """The panel's partners one by one, those that were merged among them."""
    keys = {key for one in both for key, _ in one.parts}
    return tuple(sorted(key for key in keys if merged.get(key, key) in panel))


def _weights_of(
    both: Sequence[Combined],
    weights: Mapping[PartnerKey, Decimal | None] | None,
    merged: Mapping[PartnerKey, PartnerKey],
) -> Mapping[PartnerKey, Decimal | None] | None:
    """Usual volumes of partners, those that were merged together as one; unknown where one of them has none."""
    if weights is None or not merged:
        return weights
    found: dict[PartnerKey, Decimal | None] = {}
    for key in {key for one in both for key, part in one.parts if part.coverage.expected > 0}:
        known, root = weights.get(key), merged.get(key, key)
        before = found.get(root, ZERO)
        found[root] = None if known is None or before is None else before + known
    return found


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
