"""How many different people, about: where the definition records how much partners overlap. Pure.

Without that record there are bounds and nothing else; with it they stay, and the estimate is called one. Source:
product specification, N9.
"""

from __future__ import annotations

from decimal import Decimal

from measures.rules.combining import Combined
from measures.rules.kinds import UNDUPLICATED
from measures.rules.lines import Line, Overlap


def estimate(line: Line, combined: Combined) -> Decimal | None:
    """About how many different people there are, where the definition records how much partners overlap; else None.

    All counts together less the share that is the same people again, and never outside the bounds, which stay. Only
    when everybody has filed, and each partner's own number is exact: the overlap that is recorded is one between
    partners, not one between months.
    """
    if line.overlap is None or combined.kind != UNDUPLICATED or not combined.is_complete or combined.value is not None:
        return None
    if combined.lower is None or combined.upper is None or any(one.lower != one.upper for _, one in combined.parts):
        return None
    return estimated(line.overlap, combined.lower, combined.upper)


def estimated(overlap: Overlap, lower: Decimal, upper: Decimal) -> Decimal:
    """The estimate between these bounds of one period, all counts together being the upper one."""
    return max(lower, upper * (1 - overlap.rate))
