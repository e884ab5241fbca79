"""May this partner file this indicator for this period, and if not, why? Pure: the caller looks up what is so.

One rule, for every door and for the SQL of `selectors.owing`: **a period is owed when one of its days lies in an
assignment, in the partner's stay, and before the indicator's retirement, all three at once.** Both days of a span
belong to it. Source: product specification, 3.2 and 3.6.

A partner may owe an indicator more rarely than others do. What is filed for a quarter is never split into months; so
a month that lies in a quarter which the partner owes as one is not owed: of several frequencies the rarest holds.
A period is named by its first month, whatever its length.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from backbone.problems import Month, Problem, gettext_noop
from measures.rules.kinds import KINDS
from measures.rules.periods import Grain, check_period, last_day, last_month, periods_between, start_of, text_of

Span = tuple[date, date]

CLOSED = gettext_noop("{period} is closed for {partner} since {day}. Ask the backbone team to reopen it.")
NOT_BEGUN = gettext_noop("{period} has not begun yet.")


@dataclass(frozen=True, slots=True)
class Assignment:
    """One obligation, as it bears on a partner. `frequency` None: as often as the indicator asks.

    `first_is_optional`: a period that began before the assignment, or before the partner took part, need not be filed;
    absent it is not missing, filed it counts.
    """

    since: date = date.min
    until: date = date.max
    frequency: Grain | None = None
    first_is_optional: bool = False


@dataclass(frozen=True, slots=True)
class OwedPeriod:
    """A period as one partner owes it, by its first month."""

    start: date
    frequency: Grain
    is_optional: bool = False

    @property
    def stands_at(self) -> date:
        """The month at which it stands when it is combined: its last, so that a level filed for a quarter is the level
        at the quarter's end."""
        return last_month(self.start, self.frequency)

    @property
    def ends_on(self) -> date:
        return last_day(self.start, self.frequency)


@dataclass(frozen=True, slots=True)
class Duty:
    """What is known of one indicator and one partner: how often it asks, until when, and the partner's `stay`."""

    indicator: str
    partner: str
    frequency: Grain
    year_starts: int
    retired_on: date | None
    stay: Span
    assignments: tuple[Assignment, ...]


def period_at(duty: Duty, month: date) -> OwedPeriod | None:
    """The period that holds this month, as the partner owes it; None when it owes none."""
    for frequency in reversed(Grain):
        if frequency.months < duty.frequency.months:
            continue
        start = start_of(frequency, month, duty.year_starts)
        touching = [one for one in duty.assignments if _touches(duty, one, start, frequency)]
        if touching:
            return OwedPeriod(start, frequency, all(_is_optional(duty, one, start) for one in touching))
    return None


def is_owed(duty: Duty, period: date) -> bool:
    """Whether a period that the partner owes begins with this month."""
    found = period_at(duty, period)
    return found is not None and found.start == period


def periods_within(duty: Duty, months: Collection[date]) -> list[OwedPeriod]:
    """The periods that a partner owes which lie wholly within these months, which follow each other; in order."""
    first, last = min(months), max(months)
    found = {period_at(duty, month) for month in periods_between(first, last)} - {None}
    within = [one for one in found if one is not None and one.start >= first and one.stands_at <= last]
    return sorted(within, key=lambda one: one.start)


def why_not_filed(slug: str, name: str, kind: str) -> Problem | None:
    """`indicator.computed` or `indicator.community` for what no partner files; None for what they do."""
    rule = KINDS.get(kind)
    if rule is None or rule.is_filed:
        return None
    params = {"indicator": slug, "name": name}
    if rule.is_computed:
        text = gettext_noop("{name} is computed from other indicators: nobody files it. File what it is computed from.")
        return Problem("indicator.computed", text, params, field="indicator", value=slug)
    text = gettext_noop("{name} is published by a source outside: no partner files it. Leave the partner empty.")
    return Problem("indicator.community", text, params, field="indicator", value=slug)


def why_not(duty: Duty, period: date, today: date, closed_since: date | None = None) -> Problem | None:
    """What keeps it from being filed, or None. `closed_since`: the last day on which it could be, once that is over.

    Codes: `period.not_a_start`, `period.out_of_range`, `indicator.inactive`, `partner.inactive`, `period.locked`.
    """
    wrong_start = check_period(period, duty.frequency, duty.year_starts)
    if wrong_start is not None:
        return wrong_start
    if period > today:
        return _problem("period.out_of_range", NOT_BEGUN, duty, period)
    found = period_at(duty, period)
    if found is not None and found.start != period:
        return not_a_start(duty, period, found)
    if found is None:
        return _why_not_owed(duty, period)
    if closed_since is not None:
        return _problem("period.locked", CLOSED, duty, period, day=closed_since)
    return None


def _why_not_owed(duty: Duty, period: date) -> Problem:
    if duty.retired_on is not None and duty.retired_on <= period:
        text = gettext_noop("{indicator} was retired on {day}; nothing is filed for {period}.")
        return _problem("indicator.inactive", text, duty, period, day=duty.retired_on)
    joined, left = duty.stay
    if left < period:
        text = gettext_noop("{partner} left on {day}; nothing is filed for {period}.")
        return _problem("partner.inactive", text, duty, period, day=left)
    if joined > last_day(period, duty.frequency):
        text = gettext_noop("{partner} takes part from {day}; nothing is filed for {period}.")
        return _problem("period.out_of_range", text, duty, period, day=joined)
    text = gettext_noop("{partner} does not owe {indicator} for {period}. Ask the backbone team if it should.")
    return _problem("period.out_of_range", text, duty, period)


def not_a_start(duty: Duty, period: date, found: OwedPeriod) -> Problem:
    """`period.not_a_start`, for a partner that files more rarely: it is told by name under which month."""
    text = gettext_noop(
        "{period} is not the first month of a {frequency}: {partner} files {indicator} once a {frequency}, this one under "
        "{start}."
    )
    words = {"frequency": found.frequency.word, "start": Month(found.start)}
    return _problem("period.not_a_start", text, duty, period, **words)


def check_frequency(name: str, asked: Grain, own: Grain) -> Problem | None:
    """A partner may owe an indicator as often as it asks, or more rarely; never more often."""
    if own.months >= asked.months:
        return None
    text = gettext_noop(
        "{name} is asked for once a {asked}, so nobody can owe it once a {frequency}. Leave the frequency out, or choose a "
        "longer one."
    )
    return Problem(
        "obligation.finer", text, {"name": name, "asked": asked.word, "frequency": own.word}, field="frequency",
        value=str(own),
    )  # fmt: skip


def changed_lengths(before: Duty, after: Duty, filed: Iterable[date]) -> list[tuple[date, Grain, Grain]]:
    """Of the periods that a partner has figures for, those that would become longer or shorter: (month, was, would be).

    A figure holds for the whole period under whose first month it stands; a month's number must not become a
    quarter's by a stroke of the pen. A month that would no longer begin a period counts as one that becomes longer.
    """
    found = []
    for month in filed:
        was, is_now = period_at(before, month), period_at(after, month)
        if was is not None and was.start == month and is_now is not None and is_now.frequency is not was.frequency:
            found.append((month, was.frequency, is_now.frequency))
    return found


def _touches(duty: Duty, one: Assignment, start: date, frequency: Grain) -> bool:
    own = duty.frequency if one.frequency is None else max(one.frequency, duty.frequency, key=lambda it: it.months)
    if own is not frequency:
        return False
    since, until = max(one.since, duty.stay[0]), min(one.until, duty.stay[1])
    if duty.retired_on is not None:
        until = min(until, duty.retired_on - timedelta(days=1))
    return since <= until and since <= last_day(start, frequency) and start <= until


def _is_optional(duty: Duty, one: Assignment, start: date) -> bool:
    return one.first_is_optional and start < max(one.since, duty.stay[0])


def _problem(code: str, text: str, duty: Duty, period: date, **params: object) -> Problem:
    named = {"indicator": duty.indicator, "partner": duty.partner, "period": Month(period)}
    return Problem(code, text, named | params, field=code.partition(".")[0], value=text_of(period))
