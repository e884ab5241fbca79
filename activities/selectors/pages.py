"""Where activities and cells of the matrix are shown, for what speaks of them."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse

from activities.models import Activity
from activities.selectors.axes import NAMES, Axes, axes_of
from backbone.conditions import numbers_of
from backbone.models import Initiative

CELL = "activities.cell:"


def pages_of(initiative: Initiative, names: Collection[str]) -> dict[str, str]:
    """The addresses of activities and cells among these rows; one query, and those of the axes where a cell is named."""
    here = [initiative.tenant.slug, initiative.slug]
    rows = Activity.objects.filter(initiative=initiative, pk__in=numbers_of(names, "activities.activity"))
    found = {
        f"activities.activity:{pk}": reverse("activities:activity", args=[*here, slug])
        for pk, slug in rows.values_list("pk", "slug")
    }
    if any(name.startswith(CELL) for name in names):
        found |= _cells(axes_of(initiative), names, reverse("activities:gaps", args=here))
    return found


def _cells(axes: Axes, names: Collection[str], base: str) -> dict[str, str]:
    tags, found = [axes.by_id(axis) for axis in NAMES], {}
    for name in names:
        numbers = name.removeprefix(CELL).split("-") if name.startswith(CELL) else []
        if len(numbers) == len(tags) and all(one.isdecimal() for one in numbers):
            path = [by_id[int(one)].key for by_id, one in zip(tags, numbers, strict=True) if int(one) in by_id]
            if len(path) == len(tags):
                found[name] = f"{base}{'/'.join(path)}/"
    return found
