"""What of shared measurement waits for a machine; counted, never read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Min

from backbone.conditions import Queue
from measures.models import StaleMark, Upload


def queues_of(as_of: datetime) -> Iterable[Queue]:
    """Of the open tenant; two statements."""
    yield Queue("measures.rollups", **StaleMark.objects.aggregate(waiting=Count("pk"), oldest=Min("made_at")))
    states = [Upload.State.WAITING, Upload.State.CHECKING, Upload.State.APPLYING]
    waiting = Upload.objects.filter(state__in=states).aggregate(waiting=Count("pk"), oldest=Min("changed_at"))
    yield Queue("measures.uploads", **waiting)
