"""The common agenda's only writer: the vision, outcomes, and the strategies towards each."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from agenda.models import Outcome, Strategy
from agenda.services import lock
from backbone import changes
from backbone.models import Initiative, Membership
from backbone.services.fields import checked, refuse_reserved, refuse_taken, set_fields

changes.register_verbs(
    {
        "outcome.added": gettext_noop("{by} added the result “{title}”"),
        "outcome.changed": gettext_noop("{by} changed the result “{title}”"),
        "outcome.moved": gettext_noop("{by} moved the result “{title}”"),
        "strategy.added": gettext_noop("{by} added the strategy “{title}”"),
        "strategy.changed": gettext_noop("{by} changed the strategy “{title}”"),
        "strategy.moved": gettext_noop("{by} moved the strategy “{title}”"),
    }
)


@transaction.atomic
def put_outcome(
    *, initiative: Initiative, slug: str, by: Membership | None, must_be_new: bool = False, **fields: Any
) -> tuple[Outcome, bool]:
    """The result of that short name, made or brought up to `fields` (title, position), and whether it changed.

    A new one goes to the end unless `position` says otherwise. Raises `Refused`, with `must_be_new` for one that is
    there already.
    """
    lock(initiative)
    outcome = Outcome.objects.filter(initiative=initiative, slug=slug).first()
    if must_be_new:
        refuse_taken(outcome, slug)
    if outcome is None:
        refuse_reserved(slug)
        fields.setdefault("position", Outcome.objects.filter(initiative=initiative).count())
        outcome = Outcome(initiative=initiative, slug=slug, **fields)
        checked(outcome).save(force_insert=True)
        changes.record("outcome.added", on=outcome, by=by, initiative=initiative, title=outcome.title)
        return outcome, True
    changed = set_fields(outcome, fields)
    if changed:
        changes.record("outcome.changed", on=outcome, by=by, initiative=initiative, title=outcome.title, fields=changed)
    return outcome, bool(changed)


@transaction.atomic
def put_strategy(
    *, outcome: Outcome, slug: str, by: Membership | None, must_be_new: bool = False, **fields: Any
) -> tuple[Strategy, bool]:
    """The strategy of that short name towards an outcome, made or brought up to `fields`, and whether it changed."""
    initiative = outcome.initiative
    lock(initiative)
    strategy = Strategy.objects.filter(outcome=outcome, slug=slug).first()
    if must_be_new:
        refuse_taken(strategy, slug)
    if strategy is None:
        fields.setdefault("position", Strategy.objects.filter(outcome=outcome).count())
        strategy = Strategy(outcome=outcome, slug=slug, **fields)
        checked(strategy).save(force_insert=True)
        changes.record("strategy.added", on=strategy, by=by, initiative=initiative, title=strategy.title)
        return strategy, True
    changed = set_fields(strategy, fields)
    if changed:
        changes.record(
            "strategy.changed", on=strategy, by=by, initiative=initiative, title=strategy.title, fields=changed
        )
    return strategy, bool(changed)


@transaction.atomic
def move_outcome(*, outcome: Outcome, by: Membership, steps: int) -> bool:
    """Move a result up (negative) or down among those that stand beside it; answers whether it moved.

    Moving past either end leaves it there.
    """
    lock(outcome.initiative)
    beside = Outcome.objects.filter(initiative=outcome.initiative, under=outcome.under_id)
    return _move(outcome, list(beside), steps, "outcome.moved", outcome.initiative, by)


@transaction.atomic
def move_strategy(*, strategy: Strategy, by: Membership, steps: int) -> bool:
    """Move a strategy up (negative) or down among those of its outcome; answers whether it moved."""
    initiative = strategy.outcome.initiative
    lock(initiative)
    beside = Strategy.objects.filter(outcome=strategy.outcome_id)
    return _move(strategy, list(beside), steps, "strategy.moved", initiative, by)


def _move(
    row: Outcome | Strategy, beside: list[Any], steps: int, verb: str, initiative: Initiative, by: Membership
) -> bool:
    before = [one.pk for one in beside]
    place = before.index(row.pk)
    moved = beside.pop(place)
    beside.insert(max(0, min(len(beside), place + steps)), moved)
    if [one.pk for one in beside] == before:
        return False
    for position, one in enumerate(beside):
        one.position = position
    type(row).objects.bulk_update(beside, ["position"])
    changes.record(verb, on=moved, by=by, initiative=initiative, title=moved.title)
    return True
