"""Which partners may be drifting away, why, and what was done about it. For the backbone's people alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from backbone.access import member_can
from backbone.forms.holding import CallForm, PutOffForm
from backbone.forms.people import refuse
from backbone.problems import Refused
from backbone.roles import Can
from backbone.selectors.holding import all_signals, calls_with, signal_of
from backbone.services import holding


@member_can(Can.READ_SIGNALS)
@require_safe
def signal_list(request, initiative):
    """Every partner's signal, raised ones first."""
    today = request.tenant.day()
    context = {"initiative": initiative, "today": today, "signals": all_signals(initiative, today)}
    return render(request, "backbone/signal_list.html", context)


@member_can(Can.READ_SIGNALS)
@require_http_methods(["GET", "HEAD", "POST"])
def signal(request, initiative, partner):
    """One partner's signal with its five components, calls, and what can be done. POST saves the form that was sent."""
    today = request.tenant.day()
    if not partner.participations.filter(initiative=initiative).exists():
        raise Http404
    sent = request.POST.get("form") if request.method == "POST" else None
    bound = {
        "call": CallForm(request.POST if sent == "call" else None, initial={"on": today}, auto_id="id_call_%s"),
        "put_off": PutOffForm(request.POST if sent == "put_off" else None, auto_id="id_put_off_%s"),
    }
    if request.method == "POST":
        saves: dict[str, tuple[Callable[..., Any], str]] = {
            "call": (holding.log_call, _("The call is written down.")),
            "put_off": (holding.put_off, _("Quiet for 30 days.")),
            "take_up": (holding.take_up, _("It is heard again.")),
        }
        if sent not in saves:
            raise Http404
        form = bound.get(sent)
        if form is None or form.is_valid():
            save, done = saves[sent]
            fields = form.cleaned_data if form else {}
            try:
                save(initiative=initiative, partner=partner, by=request.membership, **fields)
            except Refused as refused:
                refuse(form or bound["put_off"], refused)
            else:
                messages.success(request, done)
                return redirect("backbone:signal", request.tenant.slug, initiative.slug, partner.code)
    place = [request.tenant.slug, initiative.slug]
    context = {
        "initiative": initiative,
        "partner": partner,
        "held": signal_of(initiative, partner, today),
        "calls": calls_with(initiative, partner),
        "forms": bound,
        "today": today,
        "crumbs": [
            (_("Home"), reverse("backbone:home", args=place)),
            (_("Holding together"), reverse("backbone:signal-list", args=place)),
        ],
    }
    is_wrong = any(form.errors for form in bound.values() if form.is_bound)
    return render(request, "backbone/signal.html", context, status=422 if is_wrong else 200)
