"""What a search finds of the measures: indicators, by name, code, unit and definition."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from backbone.conditions import Hit
from backbone.models import Initiative, Membership, Tenant
from backbone.roles import Can
from measures.models import Indicator

MOST = 20


def found(initiative: Initiative, words: str, membership: Membership) -> Iterator[Hit]:
    """Indicators that have all these words, those in use first; for who reads live figures, two statements."""
    if not membership.can(Can.READ_ROLLUPS):
        return
    tenant = Tenant.objects.get(pk=initiative.tenant_id)
    rows = Indicator.objects.filter(initiative=initiative)
    for word in words.split()[:8]:
        rows = rows.filter(
            Q(name__icontains=word) | Q(code__icontains=word) | Q(definition__icontains=word) | Q(unit__icontains=word)
        )
    for row in rows.order_by("retired_on", "code", "name", "pk")[:MOST]:
        url = reverse("measures:indicator", args=[tenant.slug, initiative.slug, row.slug])
        yield Hit(f"{row.code} {row.name}".strip(), url, _("Indicators"), row.unit)
