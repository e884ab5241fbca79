"""Where indicators, reports and curves are shown, for what speaks of them."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse

from backbone.conditions import numbers_of
from backbone.models import Initiative
from measures.models import Curve, Filing, Indicator


def pages_of(initiative: Initiative, names: Collection[str]) -> dict[str, str]:
    """The addresses of those of these rows that are the measures'; a query for each sort that is among them."""
    here = [initiative.tenant.slug, initiative.slug]
    indicators = Indicator.objects.filter(initiative=initiative, pk__in=numbers_of(names, "measures.indicator"))
    found = {
        f"measures.indicator:{pk}": reverse("measures:indicator", args=[*here, slug])
        for pk, slug in indicators.values_list("pk", "slug")
    }
    filings = Filing.objects.filter(initiative=initiative, pk__in=numbers_of(names, "measures.filing"))
    for pk, code, period in filings.values_list("pk", "partner__code", "period"):
        found[f"measures.filing:{pk}"] = reverse("measures:filing-review", args=[*here, code, period])
    curves = Curve.objects.filter(indicator__initiative=initiative, pk__in=numbers_of(names, "measures.curve"))
    for pk in curves.values_list("pk", flat=True):
        found[f"measures.curve:{pk}"] = reverse("measures:curve", args=[*here, pk])
    return found
