"""Money beside the matrix: what pays for which strategy, where."""

from __future__ import annotations

from datetime import date

from django.shortcuts import render
from django.views.decorators.http import require_safe

from activities.selectors.axes import axes_of
from activities.selectors.money import money_of
from activities.views.gap_paths import gap_crumbs, refuse_readers_of_publications
from backbone.access import member_can
from backbone.roles import Can


@member_can(Can.READ_GAPS)
@require_safe
def money(request, initiative):
    """Money by strategy and place, each currency by itself."""
    refuse_readers_of_publications(request.membership)
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = request.tenant.day()
    context = {
        "initiative": initiative,
        "money": money_of(initiative, axes_of(initiative), day),
        "day": day,
        "may_watch": request.membership.can(Can.TURN_CURVES),
        "crumbs": gap_crumbs(request, initiative),
    }
    return render(request, "activities/money.html", context)
