"""The agenda's pages: what we want, the results that would show it, and the ways towards each."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from agenda.forms.tree import NewOutcomeForm, NewTitleForm, OutcomeForm, TitleForm, VisionForm
from agenda.models import Outcome, Section
from agenda.selectors.document import newest_version
from agenda.selectors.signing import answers_to
from agenda.selectors.tree import agenda_of
from agenda.services import document, tree
from agenda.views.ordering import MOVES
from agenda.views.paths import agenda_crumb
from backbone.access import member_can
from backbone.forms.people import refuse
from backbone.models import Initiative
from backbone.problems import Refused
from backbone.roles import Can


@member_can(Can.READ_AGENDA)
def agenda(request, initiative):
    """The agenda in the initiative's own words; a new one asks its first question."""
    found = agenda_of(initiative)
    may_edit = request.membership.can(Can.EDIT_AGENDA)
    version = newest_version(initiative)
    may_listen = request.membership.can(Can.LISTEN_IN)
    if version is not None and not may_listen:  # whoever reads only what is published reads the agreed text
        return redirect("agenda:version", request.tenant.slug, initiative.slug, version.number)
    context = {
        "initiative": initiative,
        "agenda": found,
        "answers": answers_to(version) if version is not None else None,
        "moves": MOVES,
        "may_listen": may_listen,
        "may_edit": may_edit,
        "may_define": request.membership.can(Can.DEFINE_INDICATORS),
        "may_open": request.membership.can(Can.READ_ROLLUPS),
        "may_change": request.membership.can(Can.CHANGE_SETTINGS),
        "form": VisionForm() if may_edit and found.is_empty else None,
    }
    return render(request, "agenda/agenda.html", context)


@member_can(Can.EDIT_AGENDA)
def vision(request, initiative):
    found = agenda_of(initiative)
    form = VisionForm(request.POST or None, initial={"vision": found.vision})
    if request.method == "POST" and form.is_valid():
        try:
            document.write(
                initiative=initiative,
                topic=Section.Topic.VISION,
                by=request.membership,
                text=form.cleaned_data["vision"],
            )
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("The vision is saved."))
            is_first = found.is_empty
            page = "agenda:outcome-new" if is_first else "agenda:agenda"
            return redirect(page, request.tenant.slug, initiative.slug)
    return _form_page(request, initiative, "agenda/vision.html", form)


@member_can(Can.EDIT_AGENDA)
def outcome_new(request, initiative):
    form = NewOutcomeForm(request.POST or None, initiative=initiative)
    if request.method == "POST" and form.is_valid():
        try:
            made, _changed = tree.put_outcome(
                initiative=initiative, by=request.membership, must_be_new=True, **form.cleaned_data
            )
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("The result is added. Which ways lead to it?"))
            return redirect("agenda:outcome", request.tenant.slug, initiative.slug, made.slug)
    return _form_page(request, initiative, "agenda/outcome_new.html", form)


@member_can(Can.EDIT_AGENDA)
def outcome(request, initiative, outcome: str):
    """One result: its title, its strategies, one more strategy. POST saves the form that was sent."""
    found = Outcome.objects.filter(initiative=initiative, slug=outcome).first()
    if found is None:
        raise Http404
    sent = request.POST.get("form", "")
    begun = {name: getattr(found, name) for name in ("title", "level", "under", "population", "place")}
    title = OutcomeForm(request.POST if sent == "title" else None, initial=begun, initiative=initiative, without=found)
    new = NewTitleForm(request.POST if sent == "new" else None, auto_id="id_new_%s")
    strategies = [
        (row, TitleForm(request.POST if sent == f"s-{row.slug}" else None, initial={"title": row.title},
                        auto_id=f"id_{row.slug}_%s"))
        for row in found.strategies.all()
    ]  # fmt: skip
    by = request.membership
    if request.method == "POST":
        saves = [(title, lambda fields: tree.put_outcome(initiative=initiative, slug=found.slug, by=by, **fields)),
                 (new, lambda fields: tree.put_strategy(outcome=found, by=by, must_be_new=True, **fields))]  # fmt: skip
        saves += [
            (form, lambda fields, slug=row.slug: tree.put_strategy(outcome=found, slug=slug, by=by, **fields))
            for row, form in strategies
        ]
        for form, save in saves:
            if form.is_bound and form.is_valid():
                try:
                    save(form.cleaned_data)
                except Refused as refused:
                    refuse(form, refused)
                else:
                    messages.success(request, _("Saved."))
                    return redirect("agenda:outcome", request.tenant.slug, initiative.slug, found.slug)
    forms = [title, new, *(form for _row, form in strategies)]
    context = {
        "initiative": initiative,
        "outcome": found,
        "title_form": title,
        "new_form": new,
        "strategies": strategies,
        "crumbs": [agenda_crumb(request, initiative)],
    }
    is_wrong = any(form.errors for form in forms)
    return render(request, "agenda/outcome.html", context, status=422 if is_wrong else 200)


def _form_page(request, initiative: Initiative, page: str, form):
    context = {"initiative": initiative, "form": form, "crumbs": [agenda_crumb(request, initiative)]}
    return render(request, page, context, status=422 if form.is_bound else 200)
