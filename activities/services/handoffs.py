"""The only writer of hand-offs: what one activity waits for from another, when it was asked for, and when it came."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext_noop

from activities.models import Activity, Delivery, HandOff
from backbone import changes
from backbone.models import Initiative, Membership
from backbone.problems import Problem, Refused
from backbone.services.fields import checked, set_fields, still_there

changes.register_verbs(
    {
        "hand_off.agreed": gettext_noop("{by} noted that “{taker}” waits for “{giver}”: {what}"),
        "hand_off.changed": gettext_noop("{by} changed what “{taker}” waits for from “{giver}”"),
        "hand_off.removed": gettext_noop("{by} took out that “{taker}” waits for “{giver}”"),
        "hand_off.asked": gettext_noop("{by} asked “{giver}” for {what}"),
        "hand_off.came": gettext_noop("“{giver}” handed on {what}, after {days} days"),
    }
)


@transaction.atomic
def put(
    *,
    initiative: Initiative,
    giver: Activity,
    taker: Activity,
    what: str,
    promised_days: int | None,
    by: Membership | None,
) -> HandOff:
    """Agree on a hand-off between two activities of an initiative, or change the one that there is. Raises `Refused`."""
    if {giver.initiative_id, taker.initiative_id} != {initiative.pk}:
        sentence = gettext_noop("A hand-off is between two activities of the same initiative.")
        raise Refused(Problem("hand_off.elsewhere", sentence, field="taker"))
    Initiative.objects.select_for_update(no_key=True).get(pk=initiative.pk)  # two at once would make it twice
    row = HandOff.objects.select_for_update().filter(giver=giver, taker=taker).first()
    if row is None:
        row = HandOff(giver=giver, taker=taker, what=what.strip(), promised_days=promised_days)
        checked(row).save(force_insert=True)
        _record("hand_off.agreed", initiative, row, by, what=row.what)
    elif set_fields(row, {"what": what.strip(), "promised_days": promised_days}):
        _record("hand_off.changed", initiative, row, by)
    return row


@transaction.atomic
def bring_in(
    *,
    initiative: Initiative,
    giver: Activity,
    taker: Activity,
    what: str,
    promised_days: int | None,
    deliveries: Iterable[tuple[date, date | None, str]],
) -> bool:
    """A hand-off as a file says it, with what was asked for through it (asked, came, note); answers whether anything is
    new or different. What is known of a day already is brought up to what the file says. Raises `Refused`."""
    before = HandOff.objects.filter(giver=giver, taker=taker).values_list("what", "promised_days").first()
    row = put(initiative=initiative, giver=giver, taker=taker, what=what, promised_days=promised_days, by=None)
    has_changed = before != (row.what, row.promised_days)
    there = {one.asked_on: one for one in Delivery.objects.filter(hand_off=row).order_by("pk")}
    for asked_on, came_on, note in deliveries:
        one = there.get(asked_on) or Delivery(hand_off=row, asked_on=asked_on)
        if one.pk is None or (one.came_on, one.note) != (came_on, note):
            one.came_on, one.note, has_changed = came_on, note, True
            checked(one).save()
    return has_changed


@transaction.atomic
def remove(*, hand_off: HandOff, by: Membership) -> None:
    """Take a hand-off out with all that came through it: for one that was never there."""
    row = _locked(hand_off)
    _record("hand_off.removed", row.giver.initiative, row, by)
    row.delete()


@transaction.atomic
def ask(*, hand_off: HandOff, asked_on: date, by: Membership, note: str = "") -> Delivery:
    """Ask for something through a hand-off; it is waited for from that day on."""
    row = _locked(hand_off)
    delivery = Delivery(hand_off=row, asked_on=asked_on, note=note.strip(), by=by)
    checked(delivery).save(force_insert=True)
    _record("hand_off.asked", row.giver.initiative, row, by, what=row.what)
    return delivery


@transaction.atomic
def came(*, delivery: Delivery, came_on: date, by: Membership) -> Delivery:
    """Note when something that was asked for came; who notes it second changes nothing. Raises `Refused` when it came
    before it was asked for."""
    row = _locked(delivery.hand_off)
    found = still_there(Delivery.objects.select_for_update(), delivery.pk)
    if found.came_on is not None:
        return found
    found.came_on = came_on
    checked(found).save(update_fields=["came_on"])
    days = (came_on - found.asked_on).days
    _record("hand_off.came", row.giver.initiative, row, by, what=row.what, days=days)
    return found


def _locked(hand_off: HandOff) -> HandOff:
    rows = HandOff.objects.select_for_update(of=("self",)).select_related("giver__initiative", "taker")
    return still_there(rows, hand_off.pk)


def _record(verb: str, initiative: Initiative, row: HandOff, by: Membership | None, **facts) -> None:
    names = {"giver": row.giver.name, "taker": row.taker.name}
    changes.record(verb, on=row, by=by, initiative=initiative, **names, **facts)
