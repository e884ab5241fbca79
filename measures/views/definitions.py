"""How an indicator is counted from a period on: a new definition, or a correction of one's wording."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from backbone.access import member_can
from backbone.forms.people import refuse
from backbone.look.numbers import period_name
from backbone.models import Initiative
from backbone.problems import Refused
from backbone.roles import Can
from backbone.wording import say
from measures.forms.definitions import DefinitionForm
from measures.models import DefinitionVersion, Indicator
from measures.selectors.versions import History, histories
from measures.services import versions


@member_can(Can.DEFINE_INDICATORS)
def definition_new(request, initiative, indicator: str):
    """A new definition from a period on. A slip in the wording is corrected where it stands, and is no new one."""
    return _page(request, initiative, _history(initiative, indicator), None)


@member_can(Can.DEFINE_INDICATORS)
def definition_edit(request, initiative, indicator: str, period: date):
    """Correct one definition, or take it back."""
    history = _history(initiative, indicator)
    version = next((row for row in history.rows if row.starts_on == period), None)
    if version is None:
        raise Http404
    if request.method == "POST" and "remove" in request.POST:
        try:
            versions.remove_version(version=version, by=request.membership)
        except Refused as refused:
            messages.error(request, say(refused.problems[0]))
        else:
            messages.success(request, _("It is counted as before again."))
        return redirect("measures:indicator-edit", request.tenant.slug, initiative.slug, history.indicator.slug)
    return _page(request, initiative, history, version)


def _history(initiative: Initiative, slug: str) -> History:
    found = Indicator.objects.filter(initiative=initiative, slug=slug).select_related("tenant").first()
    if found is None:
        raise Http404
    return histories([found])[found.pk]


def _page(request, initiative: Initiative, history: History, version: DefinitionVersion | None):
    form = DefinitionForm(request.POST or None, history=history, version=version)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        starts_on = said.pop("starts_on", None) or version.starts_on
        try:
            versions.put_version(indicator=history.indicator, starts_on=starts_on, by=request.membership, **said)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(
                request, _("From %(month)s on it is counted this way.") % {"month": period_name(starts_on)}
            )
            return redirect("measures:indicator-edit", request.tenant.slug, initiative.slug, history.indicator.slug)
    place = [request.tenant.slug, initiative.slug]
    context = {
        "initiative": initiative,
        "indicator": history.indicator,
        "version": version,
        "form": form,
        "crumbs": [
            (_("Measures"), reverse("measures:indicator-list", args=place)),
            (history.indicator.name, reverse("measures:indicator-edit", args=[*place, history.indicator.slug])),
        ],
    }
    return render(request, "measures/definition_form.html", context, status=422 if form.is_bound else 200)
