"""What is said of one cell of the matrix of strategy, population and place: gap, covered, twice, or nobody knows.

Source: product specification, N4. What nobody said is never taken for a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

MONTHS_AT_MOST = 12  # that an overlap may be wanted without looking again


class State(StrEnum):
    GAP = "gap"
    PARTLY = "partly"
    COVERED = "covered"
    TWICE = "twice"  # a possible duplication
    AGREED = "agreed"  # one that partners want
    UNKNOWN = "unknown"
    NO_NEED = "no_need"


class Because(StrEnum):
    """Why a cell is unknown."""

    NEED = "need"  # nobody said what is needed
    UNTAGGED = "untagged"  # too many activities do not say whom they serve
    CAPACITY = "capacity"  # an activity there does not say how much it offers, or says it in another unit


@dataclass(frozen=True, slots=True)
class Thresholds:
    """A tenant's own, in whole percent."""

    gap_below: int = 25
    overlap_above: int = 125
    untagged_most: int = 10


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a cell is judged by. `supply` is in the need's unit; `is_at_least` when something there does not say how much
    it offers in that unit. `is_by_several`: two leading partners run the same kind of service there; `has_several`: two
    lead something there, of whatever kind."""

    need: Decimal | None
    activities: int = 0
    supply: Decimal = Decimal(0)
    is_at_least: bool = False
    is_by_several: bool = False
    is_agreed: bool = False
    has_several: bool = False


def too_many_untagged(untagged: int, running: int, most: int) -> bool:
    """Whether more than `most` percent of the running activities lack a strategy, a population or a place."""
    return untagged * 100 > most * running


def state_of(cell: Inputs, thresholds: Thresholds, *, is_untagged: bool) -> tuple[State, Because | None]:
    """The state of a cell, and why when it is unknown. `is_untagged` as `too_many_untagged` says of all activities."""
    if cell.need is None:
        return State.UNKNOWN, Because.NEED
    if cell.need == 0:
        return State.NO_NEED, None
    if is_untagged:
        return State.UNKNOWN, Because.UNTAGGED
    offered, need = cell.supply * 100, cell.need
    if cell.activities == 0 or offered < need * thresholds.gap_below:
        return (State.UNKNOWN, Because.CAPACITY) if cell.is_at_least else (State.GAP, None)
    if cell.is_by_several and offered > need * thresholds.overlap_above:
        return (State.AGREED if cell.is_agreed else State.TWICE), None
    return (State.COVERED if offered >= need * 100 else State.PARTLY), None


def runs(status: str, starts_on: date | None, ends_on: date | None, day: date) -> bool:
    """Whether an activity counts on a day: it is active, or has ended since, and the day is within its dates."""
    if starts_on is None or day < starts_on or (ends_on is not None and ends_on < day):
        return False
    return status == "active" or (status == "ended" and ends_on is not None)


def same_unit(unit: str) -> str:
    """Units are compared without capitals and the blanks around them."""
    return unit.strip().lower()


def is_wanted(since: date, expires_on: date, ended_on: date | None, day: date) -> bool:
    """Whether an agreed overlap holds on a day: neither lapsed nor ended by then."""
    return since <= day < expires_on and (ended_on is None or day < ended_on)


def latest_expiry(since: date) -> date:
    """The last day until which an overlap may be wanted without looking again: twelve months on."""
    try:
        return since.replace(year=since.year + 1)
    except ValueError:  # 29 February
        return since.replace(year=since.year + 1, day=28)
