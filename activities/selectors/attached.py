"""Activities where they hang on other conditions' rows: on strategies and on indicators."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import ngettext

from activities.models import Activity, ActivityIndicator, ActivityStrategy
from backbone.conditions import Attachment
from backbone.models import Initiative, Tenant

NAMED = 6  # of what hangs on one row; of more their number is told


def attachments(initiative: Initiative) -> Iterator[Attachment]:
    """Activities on the strategies that they serve and the indicators that show whether they work, those that are over
    left out; four queries at most."""
    tenant = Tenant.objects.get(pk=initiative.tenant_id)
    base = reverse("activities:activity-list", args=[tenant.slug, initiative.slug])
    goes_on = {"activity__initiative": initiative, "activity__status__in": ("planned", "active", "paused")}
    statuses = dict(Activity.Status.choices)
    hanging: dict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
    strategies = ActivityStrategy.objects.filter(**goes_on).order_by("activity__name", "pk")
    for pk, outcome, slug, *activity in strategies.values_list(
        "strategy", "strategy__outcome__slug", "strategy__slug", "activity__slug", "activity__name", "activity__status"
    ):
        hanging[f"agenda.strategy:{pk}", f"?strategy={outcome}/{slug}"].append(tuple(activity))
    indicators = ActivityIndicator.objects.filter(**goes_on).order_by("activity__name", "pk")
    for pk, *activity in indicators.values_list("indicator", "activity__slug", "activity__name", "activity__status"):
        hanging[f"measures.indicator:{pk}", ""].append(tuple(activity))
    for (to, query), found in hanging.items():
        if len(found) > NAMED:
            label = ngettext("%(count)s activity", "%(count)s activities", len(found)) % {"count": len(found)}
            yield Attachment(to, label, url=f"{base}{query}", is_work=True)
            continue
        for slug, name, status in found:
            url = reverse("activities:activity", args=[tenant.slug, initiative.slug, slug])
            words = "" if status == "active" else str(statuses[status])
            yield Attachment(to, name, words=words, url=url, is_work=True)
