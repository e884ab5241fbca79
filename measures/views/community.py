"""Writing down what a source outside published about the whole community."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from backbone.access import member_can
from backbone.forms.people import refuse
from backbone.problems import Refused
from backbone.roles import Can
from measures.forms.community import CommunityForm
from measures.lines import lines
from measures.models import Indicator
from measures.rules.kinds import COMMUNITY
from measures.services import community
from measures.services.community import Said


@member_can(Can.DEFINE_INDICATORS)
def community_figure(request, initiative, indicator: str):
    """One figure of a community indicator: a new period, or a later vintage of one that is there."""
    row = (
        Indicator.objects.filter(initiative=initiative, slug=indicator, kind=COMMUNITY).select_related("tenant").first()
    )
    if row is None:
        raise Http404
    line = lines(initiative, [row])[row.pk]
    form = CommunityForm(request.POST or None, line=line, today=request.tenant.day())
    page = reverse("measures:indicator", args=[request.tenant.slug, initiative.slug, row.slug])
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        category = fields.get("category", "")
        try:
            said = Said(fields["period"], fields["value"], category, fields["published_on"], fields["note"])
            count = community.record(indicator=row, figures=[said], by=request.membership)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("It is written down.") if count else _("That is written down already."))
            return redirect(page)
    context = {
        "initiative": initiative,
        "indicator": row,
        "form": form,
        "page": page,
        "crumbs": [
            (_("Measures"), reverse("measures:indicator-list", args=[request.tenant.slug, initiative.slug])),
            (row.code or row.name, page),
        ],
    }
    return render(request, "measures/community_figure.html", context, status=422 if form.is_bound else 200)
