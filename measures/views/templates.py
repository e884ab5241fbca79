"""Beginning an initiative with a worked template: the choice, and a look at one before it is used."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agenda.models import Section
from backbone.access import member_can
from backbone.problems import Refused
from backbone.roles import Can
from backbone.wording import say
from measures.bundles import templates


@member_can(Can.CHANGE_SETTINGS)
@require_safe
def template_list(request, initiative):
    context = {
        "initiative": initiative,
        "templates": templates.templates(),
        "is_blank": templates.is_blank(initiative),
        "crumbs": [(_("Begin with a template"), "")],
    }
    return render(request, "measures/template_list.html", context)


@member_can(Can.CHANGE_SETTINGS)
def template(request, initiative, template: str):
    """One template whole; posting puts it into the initiative."""
    found = templates.template_of(template)
    if found is None:
        raise Http404
    if request.method == "POST":
        try:
            templates.start(initiative=initiative, template=found, by=request.membership)
        except Refused as refused:
            messages.error(request, " ".join(say(problem) for problem in refused.problems))
            return redirect("measures:template", request.tenant.slug, initiative.slug, found.slug)
        messages.success(request, _("It is yours now. Change every word that is not your own."))
        return redirect("agenda:agenda", request.tenant.slug, initiative.slug)
    topics = dict(Section.Topic.choices)
    context = {
        "initiative": initiative,
        "template": found,
        "texts": [(topics[topic], text) for topic, text in found.texts.items() if text],
        "is_blank": templates.is_blank(initiative),
        "crumbs": [(_("Begin with a template"), ".."), (found.name, "")],
    }
    return render(request, "measures/template.html", context)
