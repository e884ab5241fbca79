"""Early signals that a partner may be drifting away: worked out every night, put off with a reason, answered by a call.

The only writer of signals and calls. What it records of them names no initiative and no partner, so that it stands in the
audit log of the backbone alone: neither a digest nor a partner's own part of the log has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from backbone import changes, conditions
from backbone.conditions import Sign
from backbone.models import Call, Initiative, Membership, Participation, Partner, Signal
from backbone.problems import Problem, Refused
from backbone.roles import Can
from backbone.rules.holding import INVITED_AT_LEAST, WEIGHTS, holding, months_between, rise, share, silence
from backbone.selectors.holding import counted, people_of
from backbone.services.fields import checked

SNOOZED_DAYS = 30

changes.register_verbs(
    {
        "signal.put_off": gettext_noop("{by} put off the signal about {name} until {until}: {reason}"),
        "signal.taken_up": gettext_noop("{by} took the signal about {name} up again"),
        "call.logged": gettext_noop("{by} wrote down a call with {name}"),
    }
)

_MEASURES = {
    "filings": rise,
    "meetings": lambda counted: rise(counted, INVITED_AT_LEAST),
    "actions": share,
    "voice": silence,
}


@transaction.atomic
def work_out(*, initiative: Initiative, as_of: datetime) -> int:
    """Work out every partner's signal; returns how many are raised. Whoever has left has none."""
    today = initiative.tenant.day(as_of)
    signs: dict[int, dict[str, Sign]] = {}
    for sign in conditions.signs(initiative, as_of):
        signs.setdefault(sign.partner_id, {})[sign.kind] = sign
    people = people_of(initiative, today)
    present = Participation.objects.filter(Q(leaves_on=None) | Q(leaves_on__gte=today), initiative=initiative)
    joined = dict(present.filter(joins_on__lte=today).values_list("partner_id", "joins_on"))
    Signal.objects.filter(initiative=initiative).exclude(partner__in=list(joined)).delete()
    before = {row.partner_id: row for row in Signal.objects.filter(initiative=initiative)}
    raise_from = Decimal(initiative.tenant.signal_from) / 100
    rows, raised = [], 0
    for partner_id, joins_on in joined.items():
        parts = _parts(signs.get(partner_id, {}), people.get(partner_id))
        components = {name: parts[name]["value"] for name in WEIGHTS}
        found = holding(components, months_between(joins_on, today), raise_from)
        old = before.get(partner_id)
        rows.append(
            Signal(
                initiative=initiative,
                partner_id=partner_id,
                as_of=as_of,
                score=None if found.score is None else round(found.score, 3),
                parts={name: _plain(part) for name, part in parts.items()},
                is_raised=found.is_raised,
                raised_on=_raised_on(old, today) if found.is_raised else None,
            )
        )
        raised += found.is_raised
    Signal.objects.bulk_create(
        rows,
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=["tenant", "initiative", "partner"],
        update_fields=["as_of", "score", "parts", "is_raised", "raised_on"],
    )
    return raised


def _raised_on(old: Signal | None, today: date) -> date:
    return old.raised_on if old is not None and old.raised_on is not None else today


def _parts(signs: Mapping[str, Sign], people: Decimal | None) -> dict[str, dict[str, Any]]:
    parts: dict[str, dict[str, Any]] = {"people": {"value": people}}
    for kind, measure in _MEASURES.items():
        sign = signs.get(kind)
        if sign is None:
            parts[kind] = {"value": None}
            continue
        counts = counted(sign)
        parts[kind] = {
            "value": measure(counts),
            "wrong": counts.wrong,
            "of": counts.of,
            "before": counts.before,
            "of_before": counts.of_before,
        }
    return parts


def _plain(part: Mapping[str, Any]) -> dict[str, Any]:
    value = part["value"]
    return {**part, "value": None if value is None else f"{value:.4f}"}


@transaction.atomic
def put_off(*, initiative: Initiative, partner: Partner, reason: str, by: Membership) -> Signal:
    """Keep a signal quiet for 30 days, saying why. Raises `Refused` without words, and without the right."""
    row = _locked(initiative, partner, by)
    if not reason.strip():
        raise Refused(Problem("words.missing", gettext_noop("Say it in a few words."), field="reason"))
    today = initiative.tenant.day()
    row.snoozed_until, row.snoozed_because, row.snoozed_by = today + timedelta(days=SNOOZED_DAYS), reason.strip(), by
    checked(row).save(update_fields=["snoozed_until", "snoozed_because", "snoozed_by"])
    _record("signal.put_off", row, by, until=row.snoozed_until.isoformat(), reason=row.snoozed_because)
    return row


@transaction.atomic
def take_up(*, initiative: Initiative, partner: Partner, by: Membership) -> Signal:
    """Let a signal that was put off be heard again."""
    row = _locked(initiative, partner, by)
    if row.snoozed_until is not None:
        row.snoozed_until, row.snoozed_because, row.snoozed_by = None, "", None
        row.save(update_fields=["snoozed_until", "snoozed_because", "snoozed_by"])
        _record("signal.taken_up", row, by)
    return row


@transaction.atomic
def log_call(*, initiative: Initiative, partner: Partner, on: date, words: str, by: Membership) -> Call:
    """Write down a call with a partner. Raises `Refused` without the right, without words, and for a day to come."""
    _may(by)
    today = initiative.tenant.day()
    if on > today:
        raise Refused(Problem("call.ahead", gettext_noop("That day has not come yet."), field="on"))
    row = Call(initiative=initiative, partner=partner, on=on, words=words.strip(), by=by, at=timezone.now())
    checked(row).save(force_insert=True)
    _record("call.logged", row, by)
    return row


def _may(by: Membership) -> None:
    if not Membership.objects.get(pk=by.pk).can(Can.READ_SIGNALS):
        raise Refused(Problem("signal.forbidden", gettext_noop("Only the backbone’s people do that.")))


def _locked(initiative: Initiative, partner: Partner, by: Membership) -> Signal:
    _may(by)
    rows = Signal.objects.select_for_update(of=("self",), no_key=True).select_related("partner")
    row = rows.filter(initiative=initiative, partner=partner).first()
    if row is None:
        raise Refused(Problem("signal.none", gettext_noop("There is no signal about this partner.")))
    return row


def _record(verb: str, row: Signal | Call, by: Membership, **facts: str) -> None:
    changes.record(verb, on=row, by=by, name=f"{row.partner.code} {row.partner.name}", **facts)
