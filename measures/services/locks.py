"""More time: a partner asks, somebody grants a day or declines with words; it ends by itself, or when somebody ends it.

Granted before the lock it is an extension, after it a reopening: the same row, for one partner and one period, or one
line of it. Nobody else's lock moves.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from backbone import changes
from backbone.look.numbers import period_name, short_date, short_datetime
from backbone.models import Initiative, Membership, Partner
from backbone.problems import Problem, Refused, gettext_noop
from measures.lines import closes_on
from measures.models import Indicator, LockRequest, Reopening
from measures.rules.periods import text_of
from measures.selectors.filing import owed_lines
from measures.services import refusals

State = LockRequest.State

changes.register_verbs(
    {
        "period.reopened": gettext_noop("{by} reopened {period} for {partner} until {until}: {reason}"),
        "period.extended": gettext_noop("{by} gave {partner} until {until} for {period}: {reason}"),
        "line.reopened": gettext_noop("{by} reopened {name} of {period} for {partner} until {until}: {reason}"),
        "line.extended": gettext_noop("{by} gave {partner} until {until} for {name} of {period}: {reason}"),
        "opening.ended": gettext_noop("{by} ended the time that {partner} was given for {period}"),
        "time.asked": gettext_noop("{by} asked for more time for {period} for {partner}: {words}"),
        "time.declined": gettext_noop("{by} declined to give {partner} more time for {period}: {words}"),
        "time.withdrawn": gettext_noop("{by} withdrew the request of {partner} for more time for {period}"),
    }
)

AT_MOST = 92  # days ahead
WORDS_LENGTH = 500


@transaction.atomic
def reopen(
    *,
    initiative: Initiative,
    partner: Partner,
    period: date,
    until: date,
    reason: str,
    by: Membership,
    indicator: Indicator | None = None,
) -> Reopening:
    """Let one partner file one period, or one line of it, until a day, that day included. Said again while it is in
    force it moves the day.

    Raises Refused: `reopening.no_reason`, `reopening.past`, `reopening.too_long`, `reopening.not_closed` when the day
    is no later than the lock.
    """
    now_day = _checked_day(initiative, until)
    if not reason.strip():
        raise Refused(
            Problem("reopening.no_reason", gettext_noop("Say why it is reopened: the record keeps it."), field="reason")
        )
    Initiative.objects.select_for_update().get(pk=initiative.pk)  # two who grant at once grant it once
    days = _locks(initiative, partner, period, indicator)
    if not days:
        text = gettext_noop("{partner} owes nothing for {period}.")
        raise Refused(Problem("period.out_of_range", text, {"partner": partner.code, "period": period_name(period)}))
    if not any(day < until for day in days):
        text = gettext_noop("{period} is still open: it closes on {day} anyway.")
        params = {"period": period_name(period), "day": short_date(min(days))}
        raise Refused(Problem("reopening.not_closed", text, params, field="until"))
    in_force = Reopening.objects.in_force(now_day)
    found = in_force.filter(initiative=initiative, partner=partner, period=period, indicator=indicator).first()
    found = found or Reopening(initiative=initiative, partner=partner, period=period, indicator=indicator)
    found.until, found.reason, found.by = until, reason.strip()[:WORDS_LENGTH], by
    found.save()
    is_closed = any(day < now_day for day in days)
    verb = f"{'period' if indicator is None else 'line'}.{'reopened' if is_closed else 'extended'}"
    named = {} if indicator is None else {"name": indicator.name, "indicators": [indicator.slug]}
    changes.record(
        verb, on=found, by=by, initiative=initiative, partner=partner,
        period=text_of(period), until=until.isoformat(), reason=found.reason, **named,
    )  # fmt: skip
    return found


@transaction.atomic
def end(*, reopening: Reopening, by: Membership) -> None:
    """End somebody's more time now. Raises Refused: `opening.over`."""
    found = (
        Reopening.objects.select_for_update(of=["self"]).select_related("initiative", "partner").get(pk=reopening.pk)
    )
    if found.ended_at is not None or found.until < found.initiative.tenant.day():
        text = gettext_noop("It is over already.")
        raise Refused(Problem("opening.over", text))
    found.ended_by, found.ended_at = by, timezone.now()
    found.save(update_fields=["ended_by", "ended_at"])
    _record("opening.ended", found, by)


@transaction.atomic
def ask(
    *,
    initiative: Initiative,
    partner: Partner,
    period: date,
    reason: str,
    by: Membership,
    indicator: Indicator | None = None,
    wanted_until: date | None = None,
) -> LockRequest:
    """A partner asks for more time, before the lock or after. Raises Refused: `time.no_reason`, `reopening.past`,
    `reopening.too_long`, `period.out_of_range`, `time.asked_already`.
    """
    if period > initiative.tenant.day():
        raise refusals.not_begun(period)
    if not reason.strip():
        text = gettext_noop("Say why: whoever decides reads your words.")
        raise Refused(Problem("time.no_reason", text, field="reason"))
    if wanted_until is not None:
        _checked_day(initiative, wanted_until, "wanted_until")
    Initiative.objects.select_for_update().get(pk=initiative.pk)
    before = LockRequest.objects.filter(
        initiative=initiative, partner=partner, period=period, indicator=indicator, state=State.OPEN
    ).select_related("by")
    if (other := before.first()) is not None:
        text = gettext_noop("{by} asked for it at {at}; nobody has answered yet.")
        raise Refused(Problem("time.asked_already", text, {"by": other.by.name, "at": short_datetime(other.at)}))
    found = LockRequest.objects.create(
        initiative=initiative, partner=partner, period=period, indicator=indicator, wanted_until=wanted_until,
        reason=reason.strip()[:WORDS_LENGTH], by=by, at=timezone.now(),
    )  # fmt: skip
    _record("time.asked", found, by, words=found.reason)
    return found


@transaction.atomic
def grant(*, request: LockRequest, until: date, by: Membership) -> Reopening:
    """Give what was asked for, until a day. Raises Refused: `time.answered`, and what `reopen` refuses."""
    found = _open(request)
    given = reopen(
        initiative=found.initiative, partner=found.partner, period=found.period, indicator=found.indicator,
        until=until, reason=found.reason, by=by,
    )  # fmt: skip
    found.reopening = given
    _settle(found, State.GRANTED, by)
    return given


@transaction.atomic
def decline(*, request: LockRequest, words: str, by: Membership) -> None:
    """Say no, and why. Raises Refused: `time.no_words`, `time.answered`."""
    if not words.strip():
        text = gettext_noop("Say why not: whoever asked reads your words.")
        raise Refused(Problem("time.no_words", text, field="words"))
    found = _open(request)
    found.words = words.strip()[:WORDS_LENGTH]
    _settle(found, State.DECLINED, by)
    _record("time.declined", found, by, words=found.words)


@transaction.atomic
def withdraw(*, request: LockRequest, by: Membership) -> None:
    """Take a request back. Raises Refused: `time.answered`."""
    found = _open(request)
    _settle(found, State.WITHDRAWN, by)
    _record("time.withdrawn", found, by)


def _checked_day(initiative: Initiative, until: date, field: str = "until") -> date:
    """Today, when a day is neither past nor too far away."""
    now_day = initiative.tenant.day()
    if until < now_day:
        text = gettext_noop("{day} is past. Choose today or a later day.")
        raise Refused(Problem("reopening.past", text, {"day": short_date(until)}, field=field))
    if until - now_day > timedelta(days=AT_MOST):
        text = gettext_noop("{day} is too far away: a period is reopened for {limit} days at most.")
        raise Refused(Problem("reopening.too_long", text, {"day": short_date(until), "limit": AT_MOST}, field=field))
    return now_day


def _locks(initiative: Initiative, partner: Partner, period: date, indicator: Indicator | None) -> list[date]:
    """The days on which what the partner owes for this period locks: of all of it, or of one line."""
    owed = owed_lines(initiative, partner, period)
    return [
        closes_on(one, period, owed.periods[pk].frequency)
        for pk, one in owed.indicators.items()
        if indicator is None or pk == indicator.pk
    ]


def _open(request: LockRequest) -> LockRequest:
    rows = LockRequest.objects.select_for_update(of=["self"])
    found = rows.select_related("initiative__tenant", "partner", "indicator").get(pk=request.pk)
    if found.state != State.OPEN:
        text = gettext_noop("This request is {state} by now. Load the page again to see it.")
        raise Refused(Problem("time.answered", text, {"state": State(found.state).label}))
    return found


def _settle(request: LockRequest, state: str, by: Membership) -> None:
    request.state, request.decided_by, request.decided_at = state, by, timezone.now()
    request.save(update_fields=["state", "words", "decided_by", "decided_at", "reopening"])


def _record(verb: str, row: LockRequest | Reopening, by: Membership, **facts: str) -> None:
    changes.record(
        verb, on=row, by=by, initiative=row.initiative, partner=row.partner, period=text_of(row.period), **facts
    )
