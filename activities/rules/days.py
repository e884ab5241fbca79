"""Where an activity stands on a day: what its status says, held against its dates."""

from __future__ import annotations

from datetime import date


def runs_on(status: str, starts_on: date | None, ends_on: date | None, day: date) -> bool:
    """Whether it is active and the day is within its dates; no last day means still."""
    return status == "active" and starts_on is not None and starts_on <= day and (ends_on is None or day <= ends_on)


def standing(status: str, starts_on: date | None, ends_on: date | None, day: date) -> str:
    """The status that it has on a day: an active one is planned until its first day, and ended after its last."""
    if status != "active":
        return status
    if starts_on is not None and day < starts_on:
        return "planned"
    return "ended" if ends_on is not None and ends_on < day else "active"


def is_late_to_begin(status: str, starts_on: date | None, day: date) -> bool:
    """Whether it was to have begun by now and nobody said that it did."""
    return status == "planned" and starts_on is not None and starts_on < day
