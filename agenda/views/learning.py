"""The learning ledger: read and written by every member."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agenda.forms.learning import AnswerForm, DropForm, EntryForm, PromiseForm, TakeUpForm
from agenda.models import Learning
from agenda.selectors.learning import counts, entry_of, ledger, with_pages
from agenda.services import learning
from agenda.views.paths import agenda_crumb
from backbone.access import member_can, require
from backbone.forms.people import refuse
from backbone.paging import page_of
from backbone.problems import Refused
from backbone.roles import Can

ON_A_PAGE = 50


@member_can(Can.LISTEN_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request, initiative):
    """The ledger, of one sort or in one state as the address says. POST adds an entry."""
    sort, state = request.GET.get("sort", ""), request.GET.get("state", "")
    sort = sort if sort in Learning.Sort.values else ""
    state = state if state in Learning.State.values else ""
    form = EntryForm(request.POST or None, initiative=initiative, initial={"sort": sort or Learning.Sort.WHAT_IF})
    if request.method == "POST":
        require(request.membership, Can.JOIN_IN, address=request.path)
        if form.is_valid():
            try:
                made = learning.add(initiative=initiative, by=request.membership, **form.cleaned_data)
            except Refused as refused:
                refuse(form, refused)
            else:
                messages.success(request, _("It is in the ledger."))
                return redirect("agenda:learning-entry", request.tenant.slug, initiative.slug, made.pk)
    page = page_of(request, ledger(initiative, sort, state), ON_A_PAGE)
    context = {
        "initiative": initiative,
        "page": page,
        "entries": with_pages(initiative, page),
        "sort": sort,
        "state": state,
        "sorts": Learning.Sort.choices,
        "counts": counts(initiative),
        "today": request.tenant.day(),
        "form": form if request.membership.can(Can.JOIN_IN) else None,
        "crumbs": [agenda_crumb(request, initiative)],
    }
    return render(request, "agenda/learning.html", context, status=422 if form.is_bound and form.errors else 200)


@member_can(Can.LISTEN_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request, initiative, entry: int):
    """One entry: who finds out, what came of it. POST saves the form that was sent."""
    found = entry_of(initiative, entry)
    if found is None:
        raise Http404
    sent = request.POST.get("form") if request.method == "POST" else None
    kinds: dict[str, Any] = {
        "promise": (PromiseForm, {"owner": found.owner_id, "learn_by": found.learn_by}),
        "answer": (AnswerForm, {}),
        "take_up": (TakeUpForm, {}),
        "drop": (DropForm, {}),
    }
    bound = {
        name: kind(request.POST if sent == name else None, initial=begun, auto_id=f"id_{name}_%s")
        for name, (kind, begun) in kinds.items()
    }
    if request.method == "POST":
        require(request.membership, Can.JOIN_IN, address=request.path)
        saves: dict[str, Callable[..., Learning]] = {
            "promise": learning.promise,
            "answer": learning.answer,
            "take_up": learning.take_up,
            "drop": learning.drop,
            "reopen": learning.reopen,
        }
        form = bound.get(sent or "")
        if sent not in saves:
            raise Http404
        if form is None or form.is_valid():
            try:
                saves[sent](entry=found, by=request.membership, **(form.cleaned_data if form else {}))
            except Refused as refused:
                if form is None:
                    raise
                refuse(form, refused)
            else:
                messages.success(request, _("Saved."))
                return redirect("agenda:learning-entry", request.tenant.slug, initiative.slug, found.pk)
    ledger_crumb = (_("Learning"), reverse("agenda:learning", args=[request.tenant.slug, initiative.slug]))
    context = {
        "initiative": initiative,
        "entry": found,
        "about": with_pages(initiative, [found])[0][1],
        "is_open": found.state == Learning.State.OPEN,
        "may_join": request.membership.can(Can.JOIN_IN),
        "forms": bound,
        "today": request.tenant.day(),
        "crumbs": [agenda_crumb(request, initiative), ledger_crumb],
    }
    is_wrong = any(form.errors for form in bound.values() if form.is_bound)
    return render(request, "agenda/learning_entry.html", context, status=422 if is_wrong else 200)
