"""The phase that an initiative is in, and what shows each of the five."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agenda.forms.voices import MoveForm, ShowForm
from agenda.models import PhaseEvidence
from agenda.rules.phases import BY_SLUG
from agenda.selectors.phases import moves_of, phases_of
from agenda.services import phases
from agenda.views.paths import agenda_crumb
from backbone.access import member_can, require, sent_row
from backbone.forms.people import refuse
from backbone.problems import Refused
from backbone.roles import Can


@member_can(Can.LISTEN_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def phases_page(request, initiative):
    """The five phases with their evidence. POST moves, shows something, or takes it back."""
    sent = request.POST.get("form", "") if request.method == "POST" else ""
    moves = moves_of(initiative)
    current = moves[0].phase if moves else ""
    move = MoveForm(request.POST if sent == "move" else None, initial={"phase": current or "readiness"})
    show = ShowForm(request.POST if sent == "show" else None)
    if request.method == "POST":
        require(request.membership, Can.EDIT_AGENDA, address=request.path)
        if _save(request, initiative, sent, {"move": move, "show": show}.get(sent)):
            messages.success(request, _("Saved."))
            return redirect("agenda:phases", request.tenant.slug, initiative.slug)
    context = {
        "initiative": initiative,
        "phases": phases_of(initiative, current),
        "current": moves[0] if moves else None,
        "moves": [(one, _(BY_SLUG[one.phase].name) if one.phase in BY_SLUG else one.phase) for one in moves],
        "move_form": move,
        "show_form": show,
        "asked": show.data.get("item", "") if show.is_bound else request.GET.get("item", ""),
        "may_edit": request.membership.can(Can.EDIT_AGENDA),
        "crumbs": [agenda_crumb(request, initiative)],
    }
    is_wrong = any(form.is_bound and form.errors for form in (move, show))
    return render(request, "agenda/phases.html", context, status=422 if is_wrong else 200)


def _save(request, initiative, sent: str, form) -> bool:
    by = request.membership
    if sent == "withdraw":
        found = sent_row(request, PhaseEvidence.objects.filter(initiative=initiative))
        phases.withdraw(evidence=found, by=by)
        return True
    if form is None:
        raise Http404
    if not form.is_valid():
        return False
    try:
        (phases.move if sent == "move" else phases.show)(initiative=initiative, by=by, **form.cleaned_data)
    except Refused as refused:
        refuse(form, refused)
        return False
    return True
