"""Which partners have to do with each other through joint activities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import combinations

from django.urls import reverse

from activities.models import Activity, Commitment
from activities.selectors.register import running_on
from backbone.conditions import Tie
from backbone.models import Initiative, Tenant


def joint_ties(initiative: Initiative, day: date) -> Iterator[Tie]:
    """One tie for each pair of partners that have a part in the same running activity; one query."""
    tenant = Tenant.objects.get(pk=initiative.tenant_id)
    running = Activity.objects.filter(running_on(day), initiative=initiative)
    rows = Commitment.objects.filter(activity__in=running.values("pk")).order_by("activity", "partner")
    partners: dict[tuple[str, str], list[int]] = defaultdict(list)
    for slug, name, partner in rows.values_list("activity__slug", "activity__name", "partner"):
        partners[slug, name].append(partner)
    for (slug, name), together in partners.items():
        url = reverse("activities:activity", args=[tenant.slug, initiative.slug, slug])
        for one, other in combinations(together, 2):
            yield Tie(one, other, "activity", name, url)
