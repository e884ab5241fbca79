"""Turning the curve: the only writer of curves, their stories, partners, ideas and actions."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import Membership, Participation, Partner
from backbone.problems import Problem, Refused
from backbone.roles import Can, Reach
from backbone.services.fields import checked, set_fields
from measures.models import Curve, CurveAction, CurveIdea, CurvePartner, CurveStory, Indicator

changes.register_verbs(
    {
        "curve.opened": gettext_noop("{by} began to turn the curve of {name}"),
        "curve.closed": gettext_noop("{by} closed the curve of {name}"),
        "curve.story_told": gettext_noop("{by} wrote the story behind the curve of {name}"),
        "curve.partner_named": gettext_noop("{by} gave {partner} a part in turning the curve of {name}"),
        "curve.partner_removed": gettext_noop("{by} took {partner} off the curve of {name}"),
        "curve.idea_added": gettext_noop("{by} added to what works for {name}: {text}"),
        "curve.idea_removed": gettext_noop("{by} took back what works for {name}: {text}"),
        "curve.action_added": gettext_noop("{by} gave {owner} an action for {name}: {text}"),
        "curve.action_changed": gettext_noop("{by} gave {owner} until {day} for an action for {name}: {text}"),
        "curve.action_moved": gettext_noop("{by} marked an action for {name} as {state}: {text}"),
        "curve.to_be_looked_at": gettext_noop("{by} set a day to look at the curve of {name} again: {day}"),
    }
)


@transaction.atomic
def open_curve(*, indicator: Indicator, pinned: dict[str, Any], by: Membership) -> Curve:
    """Begin to turn an indicator's curve, with the figure as it stands. Raises `Refused` while one is open."""
    indicator = Indicator.objects.select_for_update(no_key=True).get(pk=indicator.pk)
    if Curve.objects.filter(indicator=indicator, closed_at=None).exists():
        text = gettext_noop("{name} has an open curve already: go on with that one, or close it first.")
        raise Refused(Problem("curve.open", text, {"name": indicator.name}))
    curve = Curve(indicator=indicator, pinned=pinned, by=by, at=timezone.now())
    checked(curve).save(force_insert=True)
    _tell("curve.opened", curve, by)
    return curve


@transaction.atomic
def close_curve(*, curve: Curve, by: Membership) -> bool:
    """Nothing more is written on it; answers whether that changed anything."""
    curve = Curve.objects.select_for_update(no_key=True).get(pk=curve.pk)
    if curve.closed_at is not None:
        return False
    curve.closed_at = timezone.now()
    curve.save(update_fields=["closed_at"])
    _tell("curve.closed", curve, by)
    return True


@transaction.atomic
def tell_story(*, curve: Curve, text: str, by: Membership) -> bool:
    """A new version of the story; the same words again are none."""
    curve = _still_open(curve)
    newest = CurveStory.objects.filter(curve=curve).first()
    if newest is not None and newest.text == text:
        return False
    checked(CurveStory(curve=curve, text=text, by=by, at=timezone.now())).save(force_insert=True)
    _tell("curve.story_told", curve, by)
    return True


@transaction.atomic
def name_partner(*, curve: Curve, partner: Partner, part: str, by: Membership) -> bool:
    """Say which part a partner has; answers whether that changed anything. Raises `Refused`."""
    curve = _still_open(curve)
    _must_take_part(curve, partner)
    row = CurvePartner.objects.filter(curve=curve, partner=partner).first()
    if row is None:
        checked(CurvePartner(curve=curve, partner=partner, part=part)).save(force_insert=True)
    elif not set_fields(row, {"part": part}):
        return False
    _tell("curve.partner_named", curve, by, partner=partner, part=part)
    return True


@transaction.atomic
def remove_partner(*, row: CurvePartner, by: Membership) -> None:
    curve, partner = _still_open(row.curve), row.partner
    row.delete()
    _tell("curve.partner_removed", curve, by, partner=partner)


@transaction.atomic
def add_idea(*, curve: Curve, by: Membership, **fields: Any) -> CurveIdea:
    """Something that works: `text`, `grade`, `source`."""
    curve = _still_open(curve)
    idea = CurveIdea(curve=curve, **fields)
    checked(idea).save(force_insert=True)
    _tell("curve.idea_added", curve, by, text=idea.text)
    return idea


@transaction.atomic
def remove_idea(*, row: CurveIdea, by: Membership) -> None:
    curve, text = _still_open(row.curve), row.text
    row.delete()
    _tell("curve.idea_removed", curve, by, text=text)


@transaction.atomic
def add_action(*, curve: Curve, by: Membership, **fields: Any) -> CurveAction:
    """Who does what by when: `what`, `partner`, `owner`, `due_on`. An action is never taken back, only cancelled.

    Raises `Refused` for an owner who cannot see it, or who is another partner's.
    """
    curve = _still_open(curve)
    _must_be_able(curve, fields["owner"], fields.get("partner"))
    action = CurveAction(curve=curve, **fields)
    checked(action).save(force_insert=True)
    _tell("curve.action_added", curve, by, partner=action.partner, text=action.what, owner=action.owner.name)
    return action


@transaction.atomic
def change_action(*, action: CurveAction, owner: Membership, due_on: date, by: Membership) -> bool:
    """Give an action another owner or another day, also on a curve that is closed; answers whether that changed
    anything. What is to be done stays: another thing is another action.

    Raises `Refused` for an owner who cannot see it, or who is another partner's.
    """
    action = CurveAction.objects.select_for_update(no_key=True).get(pk=action.pk)
    _must_be_able(action.curve, owner, action.partner)
    if not set_fields(action, {"owner": owner, "due_on": due_on}):
        return False
    _tell(
        "curve.action_changed", action.curve, by, partner=action.partner, text=action.what, owner=owner.name,
        day=due_on.isoformat(),
    )  # fmt: skip
    return True


@transaction.atomic
def move_action(*, action: CurveAction, state: str, by: Membership) -> bool:
    """Mark an action as open, under way, done or cancelled, also on a curve that is closed: work goes on after it."""
    action = CurveAction.objects.select_for_update(no_key=True).get(pk=action.pk)
    if not set_fields(action, {"state": state}):
        return False
    _tell("curve.action_moved", action.curve, by, partner=action.partner, text=action.what, state=state)
    return True


@transaction.atomic
def look_again(*, curve: Curve, day: date | None, by: Membership) -> bool:
    """When to look at it again; answers whether that changed anything."""
    curve = _still_open(curve)
    if not set_fields(curve, {"look_again_on": day}):
        return False
    _tell("curve.to_be_looked_at", curve, by, day="" if day is None else day.isoformat())
    return True


def _still_open(curve: Curve) -> Curve:
    """The curve, locked. Raises `Refused` when it is closed."""
    curve = Curve.objects.select_for_update(no_key=True).get(pk=curve.pk)
    if curve.closed_at is not None:
        raise Refused(Problem("curve.closed", gettext_noop("This curve is closed. Begin a new one to go on.")))
    return curve


def _must_take_part(curve: Curve, partner: Partner) -> None:
    initiative = curve.indicator.initiative_id
    if not Participation.objects.filter(initiative=initiative, partner=partner).exists():
        text = gettext_noop("{partner} takes no part in this initiative.")
        raise Refused(Problem("curve.partner", text, {"partner": partner.code}, field="partner", value=partner.code))


def _must_be_able(curve: Curve, owner: Membership, partner: Partner | None) -> None:
    """An owner can see the curve, and is of the organization that owns the action, or of the staff."""
    if partner is not None:
        _must_take_part(curve, partner)
    if not owner.is_active or not owner.can(Can.READ_CURVES):
        text = gettext_noop("{name} cannot see this page. Choose somebody who can.")
        raise Refused(Problem("curve.owner", text, {"name": owner.name}, field="owner", value=owner.name))
    own = owner.own_partner_ids
    is_staff = Reach.ALL in owner.reach_of(Can.TURN_CURVES)
    if own and not is_staff and (partner is None or partner.pk not in own):
        text = gettext_noop("{name} is of another organization. Choose theirs, or somebody else.")
        raise Refused(Problem("curve.owner", text, {"name": owner.name}, field="owner", value=owner.name))


def _tell(verb: str, curve: Curve, by: Membership, *, partner: Partner | None = None, **facts: Any) -> None:
    indicator = curve.indicator
    changes.record(
        verb, on=curve, by=by, initiative=indicator.initiative, partner=partner, name=indicator.name, **facts
    )
