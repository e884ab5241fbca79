"""The ledger of changes to approved figures: who changed what, from what to what, and why; as a page and as a file."""

from __future__ import annotations

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from backbone.access import member_can
from backbone.look.numbers import period_name
from backbone.models import Partner
from backbone.paging import page_of
from backbone.roles import Can
from measures.lines import lines
from measures.models import Indicator
from measures.rules.periods import parse_month, text_of
from measures.selectors.corrections import restated
from measures.selectors.restated import Restated, rows_of
from measures.views.links import csv_answer

PER_PAGE = 50
FILTERS = ("indicator", "partner", "period", "kind")
OVERRIDES, AGREED = "override", "agreed"


@member_can(Can.READ_PARTNER_FIGURES)
@require_safe
def restatement_list(request, initiative):
    """Changes to approved figures, the last first: of all partners, or of the reader's own; by indicator, partner,
    period, and whether the other side had agreed."""
    own = request.membership.partner_ids(Can.READ_PARTNER_FIGURES)
    chosen = {name: request.GET.get(name, "").strip() for name in FILTERS}
    indicators = list(Indicator.objects.filter(initiative=initiative))
    partners = Partner.objects.of_initiative(initiative)
    partners = list(partners if own is None else partners.filter(pk__in=own))
    found = restated(initiative, partner_ids=own, cells_of=request.membership.partner_ids(Can.READ_SMALL_CELLS))
    if chosen["indicator"]:
        found = found.filter(indicator__in=[one.pk for one in indicators if one.slug == chosen["indicator"]])
    if chosen["partner"]:
        found = found.filter(partner__in=[one.pk for one in partners if one.code == chosen["partner"]])
    month = parse_month(chosen["period"]) if chosen["period"] else None
    if month is not None:
        found = found.filter(period=month) if hasattr(month, "year") else found.none()
    if chosen["kind"] in (OVERRIDES, AGREED):
        found = found.filter(correction__isnull=chosen["kind"] == OVERRIDES)
    known = lines(initiative, indicators)
    if request.GET.get("format") == "csv":
        return _csv(initiative, indicators, rows_of(found.iterator(chunk_size=2000), known))
    page = page_of(request, found, PER_PAGE)
    by_pk = {one.pk: one for one in indicators}
    context = {
        "initiative": initiative,
        "page": page,
        "rows": [(row, by_pk[row.indicator_id]) for row in rows_of(page, known)],
        "indicators": indicators,
        "partners": partners,
        "chosen": chosen,
        "is_filtered": any(chosen.values()),
    }
    return render(request, "measures/restatement_list.html", context)


def _csv(initiative, indicators: list[Indicator], found: list[Restated]):
    """Every change, one row each, with the instants as a machine reads them."""
    slugs = {one.pk: one for one in indicators}
    columns = [
        _("When"), _("Partner"), _("Name"), _("Indicator"), _("Period"), _("Period in words"), _("Category"),
        _("Before"), _("After"), _("Why"), _("Changed by"), _("Asked by"), _("Override"),
    ]  # fmt: skip
    rows = [
        [
            row.at.isoformat(timespec="seconds"), row.partner, row.partner_name, slugs[row.indicator_id].slug,
            text_of(row.period), period_name(row.period, slugs[row.indicator_id].frequency), row.category or None,
            row.before, row.after, row.reason or None, row.by or None, row.asked_by or None,
            _("yes") if row.is_override else _("no"),
        ]
        for row in found
    ]  # fmt: skip
    return csv_answer(f"{initiative.slug}-changes", columns, rows)
