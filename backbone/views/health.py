"""Condition health: every check of the five conditions with its words, its evidence and its trend."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backbone.access import may_open, member_can, require
from backbone.health import health
from backbone.roles import Can
from backbone.selectors.health import kept_health
from backbone.services.health import take
from backbone.services.holding import work_out


@member_can(Can.READ_ROLLUPS)
@require_http_methods(["GET", "HEAD", "POST"])
def conditions(request, initiative):
    """As it was worked out last; before the first time as it is now. POST works it out now."""
    if request.method == "POST":
        require(request.membership, Can.READ_SIGNALS, address=request.path)
        now = timezone.now()
        work_out(initiative=initiative, as_of=now)
        take(initiative=initiative, as_of=now)
        messages.success(request, _("Worked out from what is recorded now."))
        return redirect("backbone:health", request.tenant.slug, initiative.slug)
    as_of, found = kept_health(initiative, with_expected=True)
    shown = found or health(initiative, timezone.now())
    context = {
        "initiative": initiative,
        "as_of": as_of,
        "conditions": [
            (one, [(check, is_expected, _evidence(request, check.url)) for check, is_expected in one.rows])
            for one in shown
        ],
        "may_see_work": request.membership.can(Can.READ_SETTINGS),
        "may_work_out": request.membership.can(Can.READ_SIGNALS),
    }
    return render(request, "backbone/health.html", context)


def _evidence(request, url: str) -> str:
    """Where the evidence is, for a reader who may see it."""
    return url if url and may_open(request.membership, url) else ""
