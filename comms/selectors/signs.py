"""What meetings and actions say of whether partners still take part: for the backbone's early signals. Two statements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Q

from backbone.conditions import Sign
from backbone.models import Initiative
from backbone.rules.holding import DAYS_BEFORE, LAST_DAYS, LATE_BY
from comms.models import Action, Attendance

ABSENT, PRESENT = Attendance.Presence.ABSENT, Attendance.Presence.PRESENT


def signs_of(initiative: Initiative, as_of: datetime) -> Iterator[Sign]:
    """Meetings missed of those it was expected at, lately and before, and open actions that are late. Who was excused
    was not missed."""
    since = as_of - timedelta(days=LAST_DAYS)
    rows = Attendance.objects.filter(
        meeting__initiative=initiative,
        meeting__starts_at__gt=since - timedelta(days=DAYS_BEFORE),
        meeting__starts_at__lte=as_of,
        presence__in=[PRESENT, ABSENT],
    )
    lately = Q(meeting__starts_at__gt=since)
    counts = (
        rows.order_by()
        .values("partner")
        .annotate(
            wrong=Count("pk", filter=lately & Q(presence=ABSENT)),
            of=Count("pk", filter=lately),
            before=Count("pk", filter=~lately & Q(presence=ABSENT)),
            of_before=Count("pk", filter=~lately),
        )
    )
    for row in counts:
        yield Sign("meetings", row["partner"], row["wrong"], row["of"], row["before"], row["of_before"])
    day = initiative.tenant.day(as_of)
    late = Q(due_on__lt=day - timedelta(days=LATE_BY))
    actions = Action.objects.filter(
        initiative=initiative, partner__isnull=False, state__in=[Action.State.OPEN, Action.State.ACTIVE]
    )
    for row in actions.order_by().values("partner").annotate(wrong=Count("pk", filter=late), of=Count("pk")):
        yield Sign("actions", row["partner"], row["wrong"], row["of"])
