"""Since when partners do something about a strategy: for the theory of change, which says when it may be seen."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Min

from activities.models import Activity, ActivityStrategy
from backbone.conditions import numbers_of
from backbone.models.tenants import day_of_tenant

STRATEGY, ACTIVITY = "agenda.strategy", "activities.activity"
DONE = (Activity.Status.ACTIVE, Activity.Status.PAUSED, Activity.Status.ENDED)


def begun(initiative_id: int, names: Collection[str]) -> dict[str, date]:
    """The first day of the first activity of each strategy, and of each activity, among the rows of these names, where
    that day has come; two queries at most."""
    strategies, activities = numbers_of(names, STRATEGY), numbers_of(names, ACTIVITY)
    found: dict[str, date] = {}
    done = {"status__in": DONE, "starts_on__lte": day_of_tenant()}
    if strategies:
        rows = ActivityStrategy.objects.filter(
            strategy__in=strategies,
            activity__initiative=initiative_id,
            **{f"activity__{k}": v for k, v in done.items()},
        )
        days = rows.values_list("strategy").annotate(day=Min("activity__starts_on")).order_by()
        found |= {f"{STRATEGY}:{pk}": day for pk, day in days}
    if activities:
        own = Activity.objects.filter(initiative=initiative_id, pk__in=activities, **done)
        found |= {f"{ACTIVITY}:{pk}": day for pk, day in own.values_list("pk", "starts_on")}
    return found
