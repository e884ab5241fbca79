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

Step = Milestone | Commitment

changes.register_verbs(
    {
        "activity.status": gettext_noop("{by} set the activity “{name}” from {before} to {after}"),
        "milestone.done": gettext_noop("{by} marked “{title}” of “{name}” as done"),
        "milestone.reopened": gettext_noop("{by} took back that “{title}” of “{name}” is done"),
        "commitment.done": gettext_noop("{partner} kept its promise for “{name}”"),
        "commitment.reopened": gettext_noop("{by} took back that {partner} kept its promise for “{name}”"),
    },
    {"activity.status": {"before": Activity.Status, "after": Activity.Status}},
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
def finish(*, step: Step, by: Membership | None, on: date) -> bool:
    """Mark a milestone as done, or a partner's promise as kept, on a day; answers whether it was open."""
    return _mark(step, on, "done", by)


@transaction.atomic
def reopen(*, step: Step, by: Membership | None) -> bool:
    """Take back that a milestone is done, or a promise kept; answers whether it was."""
    return _mark(step, None, "reopened", by)


def _mark(step: Step, on: date | None, became: str, by: Membership | None) -> bool:
    lock(step.activity.initiative)
    rows = type(step).objects.select_for_update(of=("self",), no_key=True)
    row = still_there(rows.select_related("activity__initiative", "partner"), step.pk)
    if (row.done_on is None) == (on is None):
        return False
    row.done_on = on
    row.save(update_fields=["done_on"])
    facts = {"name": row.activity.name}
    if isinstance(row, Milestone):
        facts["title"] = row.title
    verb = f"{row._meta.model_name}.{became}"
    changes.record(verb, on=row, by=by, initiative=row.activity.initiative, partner=row.partner, **facts)
    return True
