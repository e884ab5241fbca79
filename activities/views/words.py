"""The words that activities are tagged with: kinds of service, populations, places."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from activities.forms.words import NewWordForm, WordForm
from activities.models import Place, ServiceType
from activities.selectors.rights import may_edit_words
from activities.selectors.vocabulary import SORTS, tree
from activities.services import words
from activities.starter import kinds
from activities.views.paths import refuse_outsiders, register_crumb, require_words
from backbone.access import member_can
from backbone.forms.people import refuse
from backbone.problems import Refused
from backbone.roles import Can


@member_can(Can.READ_ACTIVITIES)
@require_http_methods(["GET", "HEAD", "POST"])
def word_list(request, initiative, sort: str):
    """One vocabulary as a tree, with how often each word is used. POST adds a word, or the list to begin with."""
    refuse_outsiders(request.membership)
    model = _sort_or_404(sort)
    is_begun = "starter" in request.POST
    form = NewWordForm(request.POST if request.method == "POST" and not is_begun else None, sort=model)
    if request.method == "POST":
        require_words(request.membership)
        if is_begun and model is ServiceType:
            count = words.put_many(sort=ServiceType, rows=kinds(), by=request.membership)
            made = ngettext("%(count)s kind of service is new.", "%(count)s kinds of service are new.", count)
            messages.success(request, made % {"count": count})
            return redirect(request.path)
        if form.is_valid():
            try:
                row, _changed = words.put(
                    sort=model,
                    slug=form.cleaned_data["slug"],
                    by=request.membership,
                    must_be_new=True,
                    **form.fields_said,
                )
            except Refused as refused:
                refuse(form, refused)
            else:
                messages.success(request, _("%(name)s is in the list.") % {"name": row.name})
                return redirect(request.path)
    context = {
        "initiative": initiative,
        "sort": sort,
        "sorts": [("kinds", _("Kinds of service")), ("populations", _("Populations")), ("places", _("Places"))],
        "leaves": tree(model, counted=True),
        "form": form,
        "may_edit": may_edit_words(request.membership),
        "offers_starter": model is ServiceType,
        "filter": {"kinds": "kind", "populations": "population", "places": "place"}[sort],
        "crumbs": [register_crumb(request, initiative)],
    }
    return render(request, "activities/word_list.html", context, status=422 if form.errors else 200)


@member_can(Can.EDIT_ACTIVITIES)
@require_http_methods(["GET", "HEAD", "POST"])
def word(request, initiative, sort: str, word: str):
    """Rename a word, move it in its tree, retire it or offer it again."""
    require_words(request.membership)
    model = _sort_or_404(sort)
    row = (
        model.objects.select_related(*{ServiceType: ["under"], Place: ["within"]}.get(model, []))
        .filter(slug=word)
        .first()
    )
    if row is None:
        raise Http404
    here = reverse("activities:word-list", args=[request.tenant.slug, initiative.slug, sort])
    if request.method == "POST" and ("retire" in request.POST or "offer" in request.POST):
        if "retire" in request.POST:
            words.retire(word=row, by=request.membership)
            messages.success(request, _("%(name)s is offered no more. It stays where it is used.") % {"name": row.name})
        else:
            words.offer(word=row, by=request.membership)
            messages.success(request, _("%(name)s is offered again.") % {"name": row.name})
        return redirect(request.path)
    form = WordForm(request.POST or None, sort=model, word=row)
    if request.method == "POST" and form.is_valid():
        try:
            words.put(sort=model, slug=row.slug, by=request.membership, **form.fields_said)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect(here)
    context = {
        "initiative": initiative,
        "word": row,
        "form": form,
        "here": here,
        "crumbs": [register_crumb(request, initiative), (_("Words for tagging"), here)],
    }
    return render(request, "activities/word.html", context, status=422 if form.errors else 200)


def _sort_or_404(sort: str):
    if sort not in SORTS:
        raise Http404
    return SORTS[sort]
