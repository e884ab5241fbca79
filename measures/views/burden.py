"""What is asked of partners and used by nobody, with a way to propose that it be asked no longer."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agenda.services import learning
from backbone import conditions
from backbone.access import member_can
from backbone.roles import Can
from measures.selectors.burden import burden_of

MOST_NAMED = 12


@member_can((Can.DEFINE_INDICATORS, Can.CHANGE_SETTINGS))
@require_http_methods(["GET", "HEAD", "POST"])
def asked(request, initiative):
    """The unused cells by indicator. POST asks in the ledger of learning what if one indicator's were no longer asked for."""
    found = burden_of(initiative, timezone.now())
    if request.method == "POST":
        one = next((one for one in found.indicators if one.indicator.slug == request.POST.get("indicator")), None)
        if one is None:
            raise Http404
        about = [
            thing for thing in conditions.things(initiative) if thing.of == f"measures.indicator:{one.indicator.pk}"
        ]
        entry = learning.add(
            initiative=initiative, sort="what_if", text=_proposal(one), by=request.membership, about=about
        )
        messages.success(request, _("It is asked in the ledger, where everybody can answer."))
        return redirect("agenda:learning-entry", request.tenant.slug, initiative.slug, entry.pk)
    context = {
        "initiative": initiative,
        "burden": found,
        "crumbs": [(_("Measures"), reverse("measures:indicator-list", args=[request.tenant.slug, initiative.slug]))],
    }
    return render(request, "measures/asked.html", context)


def _proposal(one) -> str:
    name = f"{one.indicator.code} {one.indicator.name}".strip()
    if one.is_all:
        return _("What if we no longer ask for %(name)s? Nobody used it in a year.") % {"name": name}
    cells = [words or _("the total") for _key, words in one.cells]
    listed = ", ".join(cells[:MOST_NAMED]) + ("…" if len(cells) > MOST_NAMED else "")
    words = _("What if we no longer ask for these parts of %(name)s: %(cells)s? Nobody used them in a year.")
    return words % {"name": name, "cells": listed}
