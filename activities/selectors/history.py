"""What became of one activity, newest first."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from activities.models import Activity, Commitment, Milestone
from backbone import changes
from backbone.models import Change

SHOWN = 30


def told(activity: Activity) -> list[tuple[datetime, str]]:
    """(when, what happened, as a sentence) of an activity, its milestones and its promises; one query."""
    steps = [one.pk for one in activity.milestones.all()]
    parts = [one.pk for one in activity.commitments.all()]
    about = Q(subject=Activity._meta.label_lower, subject_id=activity.pk)
    about |= Q(subject=Milestone._meta.label_lower, subject_id__in=steps)
    about |= Q(subject=Commitment._meta.label_lower, subject_id__in=parts)
    rows = Change.objects.filter(about, initiative=activity.initiative_id).select_related("by", "partner")
    return [(row.at, changes.sentence(row)) for row in rows.order_by("-id")[:SHOWN]]
