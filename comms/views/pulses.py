"""Pulses: two questions a quarter, answered in a minute, told of when enough have answered."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backbone.access import member_can, require
from backbone.forms.people import refuse
from backbone.problems import Refused
from backbone.roles import Can
from backbone.selectors.groups import own_groups
from comms.forms.pulses import AnswersForm, PulseForm
from comms.models import Pulse
from comms.rules.pulses import FEWEST, MOST_A_QUARTER
from comms.selectors.pulses import has_taken, is_over, pulses_of, results_of
from comms.services import pulses
from comms.views.paths import meetings_crumb


@member_can(Can.LISTEN_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request, initiative):
    """Every pulse. POST opens one."""
    member = request.membership
    may_ask = member.can(Can.EDIT_MEETINGS) and own_groups(member, Can.EDIT_MEETINGS) is None
    form = PulseForm(request.POST or None, today=request.tenant.day())
    if request.method == "POST":
        require(member, Can.EDIT_MEETINGS, address=request.path)
        if not may_ask:
            raise Http404
        if form.is_valid():
            try:
                made = pulses.open_pulse(initiative=initiative, by=member, **form.cleaned_data)
            except Refused as refused:
                refuse(form, refused)
            else:
                messages.success(request, _("It is open. Everybody finds it on their home page."))
                return redirect("comms:pulse", request.tenant.slug, initiative.slug, made.pk)
    context = {
        "initiative": initiative,
        "pulses": pulses_of(initiative),
        "most": MOST_A_QUARTER,
        "form": form if may_ask else None,
        "today": request.tenant.day(),
        "crumbs": [meetings_crumb(request, initiative)],
    }
    return render(request, "comms/pulse_list.html", context, status=422 if form.is_bound and form.errors else 200)


@member_can(Can.LISTEN_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def pulse(request, initiative, pulse: int):
    """One pulse: its questions while it is open for this person, what people answered once it is over."""
    found = Pulse.objects.filter(initiative=initiative, pk=pulse).first()
    if found is None:
        raise Http404
    today = request.tenant.day()
    is_open = found.opens_on <= today <= found.closes_on
    may_answer = is_open and request.membership.can(Can.JOIN_IN) and not has_taken(found, request.membership)
    form = AnswersForm(request.POST or None, questions=list(found.questions.all()))
    if request.method == "POST":
        require(request.membership, Can.JOIN_IN, address=request.path)
        if form.is_valid():
            try:
                pulses.take(pulse=found, answers=form.answers(), by=request.membership)
            except Refused as refused:
                refuse(form, refused)
            else:
                messages.success(request, _("Thank you. Nobody can tell which answer is yours."))
                return redirect("comms:pulse", request.tenant.slug, initiative.slug, found.pk)
    context = {
        "initiative": initiative,
        "pulse": found,
        "is_open": is_open,
        "form": form if may_answer or form.errors else None,
        "is_over": is_over(found, timezone.now()),
        "results": results_of(found, timezone.now()),
        "fewest": FEWEST,
        "crumbs": [
            meetings_crumb(request, initiative),
            (_("Pulses"), reverse("comms:pulse-list", args=[request.tenant.slug, initiative.slug])),
        ],
    }
    return render(request, "comms/pulse.html", context, status=422 if form.is_bound and form.errors else 200)
