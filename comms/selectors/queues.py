"""What of communication waits for a machine, or for a person because no machine can know; counted, never read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Min, Q

from backbone.conditions import Queue
from comms.models import Mail


def queues_of(as_of: datetime) -> Iterable[Queue]:
    """Of the open tenant; one statement. A mail that waits for its hour is not counted before it."""
    states = Mail.Status
    is_due = Q(status=states.PENDING, next_attempt_at__lte=as_of) | Q(status=states.SENDING)
    rows = Mail.objects.filter(status__in=[states.PENDING, states.SENDING, states.FAILED, states.UNKNOWN])
    found = rows.aggregate(
        waiting=Count("pk", filter=is_due),
        oldest=Min("next_attempt_at", filter=is_due),
        failed=Count("pk", filter=Q(status=states.FAILED)),
        unknown=Count("pk", filter=Q(status=states.UNKNOWN)),
    )
    yield Queue("comms.mails", found["waiting"], found["oldest"], found["failed"])
    yield Queue("comms.unknown", 0, None, found["unknown"])
