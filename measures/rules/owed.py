"""May this partner file this indicator for this period, and if not, why? Pure: the caller looks up what is so.

Both days of every span belong to it. A period is named by its first month, whatever the indicator's frequency.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from backbone.problems import Month, Problem, gettext_noop
from measures.rules.periods import Grain, check_period, last_day, text_of

Span = tuple[date, date]

CLOSED = gettext_noop("{period} is closed for {partner} since {day}. Ask the backbone team to reopen it.")
NOT_BEGUN = gettext_noop("{period} has not begun yet.")


@dataclass(frozen=True, slots=True)
class Duty:
    """What is known of one indicator and one partner. `spans`: when it is owed, within the partner's `stay`."""

    indicator: str
    partner: str
    frequency: Grain
    year_starts: int
    retired_on: date | None
    stay: Span
    spans: tuple[Span, ...]


def is_owed(duty: Duty, period: date) -> bool:
    """Whether some day of the period lies in a span; from the day of its retirement on nothing is owed."""
    if duty.retired_on is not None and duty.retired_on <= period:
        return False
    ends = last_day(period, duty.frequency)
    return any(since <= ends and period <= until and since <= until for since, until in duty.spans)


def why_not(duty: Duty, period: date, today: date, closed_since: date | None = None) -> Problem | None:
    """What keeps it from being filed, or None. `closed_since`: the last day on which it could be, once that is over.

    Codes: `period.not_a_start`, `period.out_of_range`, `indicator.inactive`, `partner.inactive`, `period.locked`.
    """
    wrong_start = check_period(period, duty.frequency, duty.year_starts)
    if wrong_start is not None:
        return wrong_start
    if period > today:
        return _problem("period.out_of_range", NOT_BEGUN, duty, period)
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
    if not is_owed(duty, period):
        text = gettext_noop("{partner} does not owe {indicator} for {period}. Ask the backbone team if it should.")
        return _problem("period.out_of_range", text, duty, period)
    if closed_since is not None:
        return _problem("period.locked", CLOSED, duty, period, day=closed_since)
    return None


def spans_within(stay: Span, duties: Iterable[Span]) -> tuple[Span, ...]:
    """The spans of these duties as far as they lie within a stay; empty ones are harmless."""
    return tuple((max(since, stay[0]), min(until, stay[1])) for since, until in duties)


def _problem(code: str, text: str, duty: Duty, period: date, **params: object) -> Problem:
    named = {"indicator": duty.indicator, "partner": duty.partner, "period": Month(period)}
    return Problem(code, text, named | params, field=code.partition(".")[0], value=text_of(period))
