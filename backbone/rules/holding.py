"""Does a partner still hold together with the others? An early signal, explained. Pure. Source: product, N8b.

Five components of 0 to 1, each None where it cannot be measured: the rise in reports that were not on time (F, the last 3
against the 9 before), the rise in meetings missed (M, the last 90 days against the 270 before, from 2 invitations on), the
share of open actions over 14 days late (A), who is there to take part (C), and silence (V: nothing for 90 days from
somebody who was heard three times before). The score is their mean by weight over what can be measured. What was always so is
no rise: a partner that is merely always late stands on the chase list, and raises no signal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

WEIGHTS = {
    "filings": Decimal("0.30"),
    "meetings": Decimal("0.25"),
    "actions": Decimal("0.20"),
    "people": Decimal("0.15"),
    "voice": Decimal("0.10"),
}
RAISE_FROM = Decimal("0.35")
A_REASON = Decimal("0.5")
REASONS = 2  # so many components are needed besides the score
LAST_REPORTS, REPORTS_BEFORE = 3, 9
LAST_DAYS, DAYS_BEFORE = 90, 270
INVITED_AT_LEAST = 2
HEARD_BEFORE = 3
LATE_BY = 14  # days after which an open action counts as late
MONTHS_AT_LEAST = 3


@dataclass(frozen=True, slots=True)
class Counted:
    """How often something went wrong of how often it could have, and the same before."""

    wrong: int
    of: int
    before: int = 0
    of_before: int = 0


@dataclass(frozen=True, slots=True)
class Holding:
    """`score` is 0 to 1, None when nothing can be said; `reasons` are the components that make it, the weightiest first."""

    score: Decimal | None
    components: Mapping[str, Decimal | None]
    reasons: tuple[str, ...]
    is_raised: bool


def _clipped(value: Decimal) -> Decimal:
    return min(max(value, Decimal(0)), Decimal(1))


def rise(counted: Counted, at_least: int = 1) -> Decimal | None:
    """By how much a share went up, nothing where it went down; None where either stretch has too few to tell."""
    if counted.of < at_least or not counted.of_before:
        return None
    return _clipped(Decimal(counted.wrong) / counted.of - Decimal(counted.before) / counted.of_before)


def share(counted: Counted) -> Decimal | None:
    """The share that went wrong now; None of none."""
    return _clipped(Decimal(counted.wrong) / counted.of) if counted.of else None


def vacancy(filers: int, leads: int, people: int) -> Decimal:
    """1 while nobody files or leads for a partner, a half while one person does everything."""
    if not filers and not leads:
        return Decimal(1)
    return Decimal("0.5") if people == 1 else Decimal(0)


def silence(counted: Counted) -> Decimal | None:
    """1 when nothing came lately from somebody who was heard often enough before; None where nobody could tell."""
    if counted.of:
        return Decimal(0)
    return Decimal(1) if counted.of_before >= HEARD_BEFORE else None


def months_between(joined: date, today: date) -> int:
    """Whole months from one day to another."""
    return (today.year - joined.year) * 12 + today.month - joined.month - (today.day < joined.day)


def holding(components: Mapping[str, Decimal | None], months: int, raise_from: Decimal = RAISE_FROM) -> Holding:
    """The score of these components by `WEIGHTS`, and whether it is raised: from `raise_from` on, with two reasons.

    Nothing is said of a partner that has taken part for less than three months.
    """
    known = {name: value for name, value in components.items() if value is not None}
    if months < MONTHS_AT_LEAST or not known:
        return Holding(None, components, (), is_raised=False)
    whole = sum((WEIGHTS[name] for name in known), Decimal(0))
    score = sum((WEIGHTS[name] * value for name, value in known.items()), Decimal(0)) / whole
    reasons = tuple(name for name in WEIGHTS if known.get(name, Decimal(0)) >= A_REASON)
    return Holding(score, components, reasons, score >= raise_from and len(reasons) >= REASONS)
