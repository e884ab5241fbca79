"""Help: what the words mean, and what to do in the first hour."""

from __future__ import annotations

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from backbone.access import may_open, member_can
from backbone.glossary import GROUPS
from backbone.roles import Can
from backbone.selectors.begun import first_hour


@member_can(None)
@require_safe
def glossary(request):
    """The field's words as they are used here."""
    return render(request, "backbone/glossary.html", {"groups": GROUPS})


@member_can(Can.READ_SETTINGS)
@require_safe
def begin(request, initiative):
    """The first hour of an initiative's staff, step by step, each with its page."""
    tenant = request.tenant.slug
    steps = []
    for one in first_hour(initiative):
        url = reverse(one.page, args=[tenant] if one.is_of_tenant else [tenant, initiative.slug])
        steps.append((one, url if may_open(request.membership, url) else ""))
    context = {
        "initiative": initiative,
        "steps": steps,
        "next": next((one for one, _url in steps if not one.is_done), None),
        "crumbs": [(_("Home"), reverse("backbone:home", args=[tenant, initiative.slug]))],
    }
    return render(request, "backbone/begin.html", context)
