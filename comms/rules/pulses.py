"""How much may be asked, and what may be told of the answers. Pure: no Django, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

MOST_A_QUARTER = 2
FEWEST = 5  # with fewer answers nothing is told of them
SCALE = (1, 2, 3, 4, 5)


def quarter_of(day: date) -> date:
    """The first day of the quarter in which a day lies."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


# Where a day ends last, the clock is half a day behind UTC.
LAST_CLOCK = timedelta(hours=12)


def day_everywhere(now: datetime) -> date:
    """The day that has begun all over the world. What closed before it is over whatever time zone anybody sets: else who
    sets one that is ahead would read the answers, set it back, and read them again after one more."""
    return (now.astimezone(UTC) - LAST_CLOCK).date()


def is_told(answers: int) -> bool:
    return answers >= FEWEST


def share(sort: str, counts: Mapping[int, int], right: int | None = None) -> Decimal | None:
    """What the answers come to, from 0 to 1: how far people agree, or how many know the goal. None with too few."""
    whole = sum(counts.values())
    if not is_told(whole):
        return None
    if sort == "recall":
        return Decimal(counts.get(right if right is not None else -1, 0)) / whole
    mean = Decimal(sum(value * count for value, count in counts.items())) / whole
    return (mean - SCALE[0]) / (SCALE[-1] - SCALE[0])
