"""What people promised for activities, and what is late of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from activities.models import Activity, Commitment, Milestone
from backbone.models import Initiative, Membership
from backbone.tenancy import TenantQuerySet

OVER = ("ended", "cancelled")


@dataclass(frozen=True, slots=True)
class Promised:
    """An open milestone, or a partner's open promise; `sort` is "milestone" or "commitment"."""

    sort: str
    pk: int
    words: str
    due_on: date
    activity: Activity
    partner_id: int | None
    partner: str

    @property
    def is_promise(self) -> bool:
        return self.sort == "commitment"


def promised_by(membership: Membership) -> list[Promised]:
    """What a person sees to and when it is due, over all initiatives; two queries."""
    steps = open_steps().filter(owner=membership)
    parts = Commitment.objects.filter(owner=membership, done_on=None, due_on__isnull=False)
    parts = parts.exclude(activity__status__in=OVER).select_related("activity__initiative", "partner")
    return [_step(row) for row in steps] + [
        Promised(
            "commitment", row.pk, row.promise or str(row.get_part_display()), row.due_on, row.activity, row.partner_id,
            row.partner.code,
        )
        for row in parts
        if row.due_on is not None
    ]  # fmt: skip


def overdue_steps(initiative: Initiative, day: date) -> list[Promised]:
    """Open milestones whose day has passed, longest first; one query."""
    rows = open_steps().filter(activity__initiative=initiative, due_on__lt=day)
    return [_step(row) for row in rows.order_by("due_on", "pk")]


def open_steps() -> TenantQuerySet:
    rows = Milestone.objects.filter(done_on=None).exclude(activity__status__in=OVER)
    return rows.select_related("activity__initiative", "partner")


def _step(row: Milestone) -> Promised:
    code = row.partner.code if row.partner is not None else ""
    return Promised("milestone", row.pk, row.title, row.due_on, row.activity, row.partner_id, code)
