"""Whether something comes back to who files, and how long it takes from a figure to a decision (N8). Pure.

An approved report is closed when, within thirty days, its partner received something that uses one of its figures: a
meeting's pre-read or record, a reply, a decision. What names no figure, a newsletter, closes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median

WITHIN = timedelta(days=30)

SUBMITTED, APPROVED, DISCUSSED, DECIDED = "submitted", "approved", "discussed", "decided"
HOPS = (SUBMITTED, APPROVED, DISCUSSED, DECIDED)  # each from the one before; the first from the end of the period


@dataclass(frozen=True, slots=True)
class Filed:
    """One partner's approved report: its figures by indicator, and when what happened to it."""

    partner: int
    period: date  # the first of its month
    indicators: frozenset[int]
    ended_at: datetime
    submitted_at: datetime | None
    approved_at: datetime


@dataclass(frozen=True, slots=True)
class Use:
    """Something in which a figure was used. `months` are those that the figure covers; `partners` received it.

    `is_talk` says that it was discussed with it, `is_decision` that it was decided or acted on. `on` is a decision's own
    day, by which it is told; the clock counts by when it was written down.
    """

    indicator: int
    months: frozenset[date]
    at: datetime
    partners: frozenset[int]
    label: str = ""
    url: str = ""
    is_talk: bool = False
    is_decision: bool = False
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Closure:
    """How many approved reports came back to their partner, of how many."""

    closed: int
    approved: int

    @property
    def rate(self) -> Decimal | None:
        return Decimal(self.closed) / self.approved if self.approved else None


@dataclass(frozen=True, slots=True)
class Hop:
    """One hop of the clock: its median in days, over how many reports; None where none went so far."""

    slug: str
    days: Decimal | None
    count: int


def uses_of(filed: Filed, uses: Iterable[Use]) -> list[Use]:
    """What used a figure of this report, the earliest first, whoever received it."""
    found = [one for one in uses if one.indicator in filed.indicators and filed.period in one.months]
    return sorted(found, key=lambda one: one.at)


def is_closed(filed: Filed, uses: Iterable[Use]) -> bool:
    """Whether its partner received something that uses it within thirty days of the approval."""
    return any(
        filed.partner in one.partners and filed.approved_at <= one.at <= filed.approved_at + WITHIN
        for one in uses_of(filed, uses)
    )


def closure(filings: Collection[Filed], uses: Sequence[Use]) -> Closure:
    return Closure(sum(is_closed(one, uses) for one in filings), len(filings))


def hops_of(filed: Filed, uses: Iterable[Use]) -> dict[str, timedelta]:
    """How long each hop took of one report, as far as it went. A decision without talk before it counts as both."""
    own = [one for one in uses_of(filed, uses) if one.at >= filed.approved_at]
    talks = [one.at for one in own if one.is_talk or one.is_decision]
    decided = [one.at for one in own if one.is_decision]
    instants = [
        filed.ended_at, filed.submitted_at, filed.approved_at, min(talks, default=None), min(decided, default=None),
    ]  # fmt: skip
    found = {}
    for slug, before, after in zip(HOPS, instants, instants[1:], strict=False):
        if before is not None and after is not None:
            found[slug] = max(after - before, timedelta(0))
    return found


def clock(filings: Iterable[Filed], uses: Sequence[Use]) -> list[Hop]:
    """The median of each hop, in days to a tenth."""
    taken: dict[str, list[float]] = {slug: [] for slug in HOPS}
    for one in filings:
        for slug, length in hops_of(one, uses).items():
            taken[slug].append(length.total_seconds())
    return [Hop(slug, _days(median(lengths)) if lengths else None, len(lengths)) for slug, lengths in taken.items()]


def slowest(hops: Iterable[Hop]) -> Hop | None:
    """The hop that takes longest; None while none is known."""
    known = [one for one in hops if one.days is not None]
    return max(known, key=lambda one: one.days or Decimal(0), default=None)


def total(hops: Iterable[Hop]) -> Decimal | None:
    """How long the whole way takes, when every hop of it is known."""
    days = [one.days for one in hops]
    known = [one for one in days if one is not None]
    return sum(known, Decimal(0)) if len(known) == len(HOPS) else None


def _days(seconds: float) -> Decimal:
    return (Decimal(seconds) / 86400).quantize(Decimal("0.1"))
