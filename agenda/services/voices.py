"""The only writer of who leads what and whose voice is expected: stewards, seats, partners of a strategy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext_noop

from agenda.models import Seat, Steward, Strategy, StrategyPartner
from agenda.services import lock
from backbone import changes, conditions
from backbone.models import Initiative, Membership, Partner
from backbone.problems import Problem, Refused
from backbone.services.fields import checked, set_fields

changes.register_verbs(
    {
        "steward.named": gettext_noop("{by} named {name} to lead: {condition}"),
        "steward.ended": gettext_noop("{name} stopped leading: {condition}"),
        "seat.added": gettext_noop("{by} set up a seat for: {voice}"),
        "seat.changed": gettext_noop("{by} changed the seat for: {voice}"),
        "seat.removed": gettext_noop("{by} took away the seat for: {voice}"),
        "strategy.partners": gettext_noop("{by} said who is expected for “{title}”: {partners}"),
    }
)


@transaction.atomic
def name_steward(
    *,
    initiative: Initiative,
    condition: str,
    member: Membership | None,
    by: Membership | None,
    since: date | None = None,
) -> Steward | None:
    """Say who leads a condition from a day on (today), or that nobody does; whoever led it until then stays readable."""
    if condition not in conditions.SLUGS:
        raise Refused(Problem("steward.condition", gettext_noop("There is no such condition."), value=condition))
    lock(initiative)
    day = since or initiative.tenant.day()
    now = (
        Steward.objects.filter(initiative=initiative, condition=condition, until=None).select_related("member").first()
    )
    if now is not None and member is not None and now.member_id == member.pk:
        return now
    if now is not None:
        now.until = max(day, now.since)
        now.save(update_fields=["until"])
        changes.record("steward.ended", on=now, by=by, initiative=initiative, name=now.member.name, condition=condition)
    if member is None:
        return None
    row = checked(Steward(initiative=initiative, condition=condition, member=member, since=day))
    row.save(force_insert=True)
    changes.record("steward.named", on=row, by=by, initiative=initiative, name=member.name, condition=condition)
    return row


@transaction.atomic
def put_seat(
    *,
    initiative: Initiative,
    voice: str,
    by: Membership | None,
    seat: Seat | None = None,
    is_lived: bool = True,
    partner: Partner | None = None,
    member: Membership | None = None,
) -> Seat:
    """Set up a seat for a voice, or change one: who sits there, or nobody yet. Raises `Refused` for one there already."""
    lock(initiative)
    fields = {"voice": voice.strip(), "is_lived": is_lived, "partner": partner, "member": member}
    if seat is None:
        seat = checked(Seat(initiative=initiative, **fields))
        seat.save(force_insert=True)
        changes.record("seat.added", on=seat, by=by, initiative=initiative, voice=seat.voice)
    elif changed := set_fields(seat, fields):
        changes.record("seat.changed", on=seat, by=by, initiative=initiative, voice=seat.voice, fields=changed)
    return seat


@transaction.atomic
def remove_seat(*, seat: Seat, by: Membership) -> None:
    """Take a seat away; its history says so."""
    changes.record("seat.removed", on=seat, by=by, initiative=seat.initiative, voice=seat.voice)
    seat.delete()


@transaction.atomic
def expect(*, strategy: Strategy, partners: Iterable[Partner], by: Membership | None) -> bool:
    """Say which partners are expected wherever a strategy is counted, discussed or decided; whether that changed any."""
    initiative = strategy.outcome.initiative
    lock(initiative)
    wanted = {partner.pk: partner for partner in partners}
    there = set(StrategyPartner.objects.filter(strategy=strategy).values_list("partner_id", flat=True))
    if there == wanted.keys():
        return False
    StrategyPartner.objects.filter(strategy=strategy, partner__in=there - wanted.keys()).delete()
    StrategyPartner.objects.bulk_create(
        StrategyPartner(strategy=strategy, partner=wanted[pk]) for pk in sorted(wanted.keys() - there)
    )
    codes = ", ".join(sorted(partner.code for partner in wanted.values()))
    changes.record("strategy.partners", on=strategy, by=by, initiative=initiative, title=strategy.title, partners=codes)
    return True
