"""How leadership is spread over organizations. Pure. Source: product specification, N12."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from decimal import Decimal

DAYS = 90

LEAST = 5  # acts: of fewer a share would point at somebody


def share(count: int, whole: int) -> Decimal | None:
    """How many of so many; None where there are too few to say."""
    return Decimal(count) / whole if whole >= LEAST else None


def spread(acts: Mapping[Hashable, int]) -> Decimal | None:
    """1 − Σ share² over organizations, by how often each led: 0 when one does everything; None when nobody did anything."""
    whole = sum(acts.values())
    if not whole:
        return None
    return 1 - sum(((Decimal(count) / whole) ** 2 for count in acts.values()), Decimal(0))
