"""When the evidence of a decision has changed. Pure: no Django, no clock.

Source: product specification, N11: a later value beyond the tolerance, or a target that is met or missed anew.
"""

from __future__ import annotations

from decimal import Decimal

# A verdict that was not given cannot flip: a figure that is only complete by now has not changed its mind.
UNJUDGED = frozenset({"not_judged", "too_early", ""})


def has_moved(before: Decimal | None, after: Decimal | None, tolerance: int) -> bool:
    """Whether a value moved by more than so many percent of what it was.

    From nothing to something, or back, is a move; from zero every other number is.
    """
    if before is None or after is None:
        return before is not after
    if before == 0:
        return after != 0
    return abs(after - before) * 100 > abs(before) * tolerance


def has_flipped(before: str, after: str) -> bool:
    """Whether a target that was judged then is judged otherwise now."""
    return before != after and not {before, after} & UNJUDGED
