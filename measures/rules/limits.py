"""Limits that staff set for an indicator: nothing beyond is accepted, or it asks for a word. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Limits:
    """The smallest and the largest total of one partner and period; of a rate its plain ratio. None: no limit there.

    `is_hard`: nothing beyond is accepted. Soft limits are warnings.
    """

    low: Decimal | None = None
    high: Decimal | None = None
    is_hard: bool = False

    def is_beyond(self, level: Decimal) -> bool:
        return (self.low is not None and level < self.low) or (self.high is not None and level > self.high)
