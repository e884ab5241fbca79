"""Hand-offs: who waits for whom, what was promised, how long it takes, and which chain decides."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from activities.forms.handoffs import DayForm, HandOffForm
from activities.models import Activity, Delivery, HandOff
from activities.selectors.handoffs import hand_offs
from activities.selectors.rights import may_edit, may_remove, own_partners
from activities.services import handoffs
from activities.views.gap_paths import gap_crumbs, refuse_readers_of_publications
from backbone.access import member_can, require, sent_row
from backbone.forms.people import refuse
from backbone.models import Initiative
from backbone.problems import Refused
from backbone.roles import Can


@member_can(Can.READ_ACTIVITIES)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_off_list(request, initiative):
    """Hand-offs with their lags, what is waited for, and chains. POST agrees on one, asks through it, or notes what came."""
    refuse_readers_of_publications(request.membership, Can.READ_ACTIVITIES)
    today, may = request.tenant.day(), request.membership.can(Can.EDIT_ACTIVITIES)
    sent = request.POST.get("form", "")
    form = HandOffForm(request.POST if sent == "new" else None, initiative=initiative)
    day_form = DayForm(request.POST if sent in ("ask", "came") else None, initial={"day": today})
    if request.method == "POST":
        require(request.membership, Can.EDIT_ACTIVITIES, address=request.path)
        try:
            done = _act(request, initiative, sent, form, day_form)
        except Refused as refused:
            refuse(form if sent == "new" else day_form, refused)
            done = False
        if done:
            messages.success(request, _("Saved."))
            return redirect("activities:hand-offs", request.tenant.slug, initiative.slug)
    found = hand_offs(initiative, today)
    context = {
        "initiative": initiative,
        "found": found,
        "today": today,
        "form": form if may else None,
        "day_form": day_form,
        "editable": _editable(request, found) if may else set(),
        "may_watch": request.membership.can(Can.TURN_CURVES),
        "crumbs": gap_crumbs(request, initiative),
    }
    is_wrong = any(one.is_bound and one.errors for one in (form, day_form))
    return render(request, "activities/hand_offs.html", context, status=422 if is_wrong else 200)


def _act(request, initiative: Initiative, sent: str, form: HandOffForm, day_form: DayForm) -> bool:
    by = request.membership
    if sent == "new":
        if not form.is_valid():
            return False
        _require_part(request, form.cleaned_data["giver"], form.cleaned_data["taker"])
        handoffs.put(initiative=initiative, by=by, **form.cleaned_data)
        return True
    if sent not in ("ask", "came", "remove"):
        raise Http404
    own: Any
    if sent == "came":
        own = sent_row(request, Delivery.objects.filter(hand_off__giver__initiative=initiative, came_on=None))
        row = own.hand_off
    else:
        own = row = sent_row(request, HandOff.objects.filter(giver__initiative=initiative))
    _require_part(request, row.giver, row.taker)
    if sent == "remove":
        if not any(may_remove(by, one) for one in (row.giver, row.taker)):  # with it goes what others waited for
            raise Http404
        handoffs.remove(hand_off=row, by=by)
        return True
    if not day_form.is_valid():
        return False
    day = day_form.cleaned_data["day"]
    if sent == "ask":
        handoffs.ask(hand_off=row, asked_on=day, by=by)
    else:
        handoffs.came(delivery=own, came_on=day, by=by)
    return True


def _require_part(request, *ends: Activity) -> None:
    """404 for who has a part in neither end."""
    if not any(may_edit(request.membership, one) for one in ends):
        raise Http404


def _editable(request, found) -> set[int]:
    """The hand-offs that this person may write to: all of them, or those of activities that their organization leads."""
    own = own_partners(request.membership)
    return {
        view.row.pk
        for view in found.views
        if own is None
        or any(part.partner_id in own for end in (view.giver, view.taker) for part in end.commitments.all())
    }
