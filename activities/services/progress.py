"""What becomes of an activity: its status, and its milestones and promises as they are kept. Each can be taken back."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_noop

from activities.models import Activity, Commitment, Milestone
from activities.services.register import lock
from backbone import changes
from backbone.models import Membership
from backbone.services.fields import checked, still_there

changes.register_verbs(
    {
        "activity.status": gettext_noop("{by} set the activity “{name}” from {before} to {after}"),
        "milestone.done": gettext_noop("{by} marked “{title}” of “{name}” as done"),
        "milestone.reopened": gettext_noop("{by} took back that “{title}” of “{name}” is done"),
        "commitment.done": gettext_noop("{partner} kept its promise for “{name}”"),
        "commitment.reopened": gettext_noop("{by} took back that {partner} kept its promise for “{name}”"),
    }
)


@transaction.atomic
def set_status(*, activity: Activity, status: str, by: Membership | None, today: date) -> bool:
    """Give an activity another status; answers whether it had another. One that becomes active without a first day
    begins today; one that ends without a last day, or with a later one, ends today. Raises `Refused`.
    """
    lock(activity.initiative)  # who saves the whole activity meanwhile would write its old status back
    row = still_there(Activity.objects.select_for_update(no_key=True), activity.pk)
    if row.status == status:
        return False
    before, row.status = row.status, status
    if status == Activity.Status.ACTIVE:
        row.starts_on = row.starts_on or today
        if row.ends_on is not None and row.ends_on < today:
            row.ends_on = None  # it goes on after all
    if status == Activity.Status.ENDED and row.starts_on is not None and row.starts_on <= today:
        row.ends_on = min(row.ends_on or today, today)
    checked(row).save(update_fields=["status", "starts_on", "ends_on"])
    facts = {"name": row.name, "before": before, "after": row.status}
    changes.record("activity.status", on=row, by=by, initiative=activity.initiative, **facts)
    return True


@transaction.atomic
def finish_milestone(*, milestone: Milestone, by: Membership | None, on: date) -> bool:
    """Mark a step as done on a day; answers whether it was open."""
    row = _milestone(milestone)
    return _mark(row, on, "milestone.done", by, title=row.title)


@transaction.atomic
def reopen_milestone(*, milestone: Milestone, by: Membership | None) -> bool:
    """Take back that a step is done."""
    row = _milestone(milestone)
    return _mark(row, None, "milestone.reopened", by, title=row.title)


@transaction.atomic
def finish_commitment(*, commitment: Commitment, by: Membership | None, on: date) -> bool:
    """Mark a partner's promise as kept on a day; answers whether it was open."""
    row = _commitment(commitment)
    return _mark(row, on, "commitment.done", by)


@transaction.atomic
def reopen_commitment(*, commitment: Commitment, by: Membership | None) -> bool:
    """Take back that a promise is kept."""
    return _mark(_commitment(commitment), None, "commitment.reopened", by)


def _milestone(milestone: Milestone) -> Milestone:
    lock(milestone.activity.initiative)
    rows = Milestone.objects.select_for_update(of=("self",), no_key=True)
    return still_there(rows.select_related("activity__initiative"), milestone.pk)


def _commitment(commitment: Commitment) -> Commitment:
    lock(commitment.activity.initiative)
    rows = Commitment.objects.select_for_update(of=("self",), no_key=True)
    return still_there(rows.select_related("activity__initiative", "partner"), commitment.pk)


def _mark(row: Milestone | Commitment, on: date | None, verb: str, by: Membership | None, **facts: str) -> bool:
    if (row.done_on is None) == (on is None):
        return False
    row.done_on = on
    row.save(update_fields=["done_on"])
    activity = row.activity
    changes.record(
        verb, on=row, by=by, initiative=activity.initiative, partner=row.partner, name=activity.name, **facts
    )
    return True
