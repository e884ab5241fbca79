"""What of the backbone's own work waits for a machine; counted, never read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Min, Q

from backbone.conditions import Queue
from backbone.models import Delivery, Publication, PublishedFile


def queues_of(as_of: datetime) -> Iterable[Queue]:
    """Of the open tenant; three statements."""
    states = Publication.State
    checks = Publication.objects.filter(state__in=[states.WAITING, states.FAILED]).aggregate(
        waiting=Count("pk", filter=Q(state=states.WAITING)),
        oldest=Min("asked_at", filter=Q(state=states.WAITING)),
        stuck=Count("pk", filter=Q(state=states.FAILED)),
    )
    yield Queue("backbone.checks", **checks)
    documents = PublishedFile.objects.filter(made_at=None).aggregate(
        waiting=Count("pk", filter=Q(problem="")),
        oldest=Min("asked_at", filter=Q(problem="")),
        stuck=Count("pk", filter=~Q(problem="")),
    )
    yield Queue("backbone.documents", **documents)
    told = Delivery.objects.filter(state__in=[Delivery.State.PENDING, Delivery.State.FAILED]).aggregate(
        waiting=Count("pk", filter=Q(state=Delivery.State.PENDING)),
        oldest=Min("made_at", filter=Q(state=Delivery.State.PENDING)),
        stuck=Count("pk", filter=Q(state=Delivery.State.FAILED)),
    )
    yield Queue("backbone.deliveries", **told)
