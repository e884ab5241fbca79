"""Who leads each condition, who sits in which seat, who is expected for which strategy."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agenda.forms.voices import ExpectedForm, SeatForm, StewardForm
from agenda.models import Seat, Strategy
from agenda.selectors.voices import former_stewards, seats_of, stewards_of, strategies_with_partners
from agenda.services import voices
from agenda.views.paths import agenda_crumb
from backbone.access import member_can, require, sent_row
from backbone.forms.people import refuse
from backbone.health import NAMES
from backbone.problems import Refused
from backbone.roles import Can


@member_can(Can.LISTEN_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def voices_page(request, initiative):
    """Stewards, seats and expected partners on one page. POST saves the form that was sent."""
    sent, row = request.POST.get("form", ""), request.POST.get("row", "")
    is_post = request.method == "POST"
    if is_post:
        require(request.membership, Can.EDIT_AGENDA, address=request.path)
    may_edit = request.membership.can(Can.EDIT_AGENDA)
    stewards = [
        (slug, NAMES[slug], one, StewardForm(
            request.POST if is_post and (sent, row) == ("steward", slug) else None,
            initial={"member": one.member_id if one else None}, auto_id=f"id_{slug}_%s",
        ))
        for slug, one in stewards_of(initiative).items()
    ]  # fmt: skip
    seats = [
        (seat, SeatForm(
            request.POST if is_post and (sent, row) == ("seat", str(seat.pk)) else None, initiative=initiative,
            initial={name: getattr(seat, name) for name in ("voice", "is_lived", "partner", "member")},
            auto_id=f"id_seat{seat.pk}_%s",
        ))
        for seat in seats_of(initiative)
    ]  # fmt: skip
    new_seat = SeatForm(request.POST if is_post and sent == "new-seat" else None, initiative=initiative)
    strategies = [
        (strategy, partners, ExpectedForm(
            request.POST if is_post and (sent, row) == ("expected", str(strategy.pk)) else None, initiative=initiative,
            initial={"partners": partners}, auto_id=f"id_strategy{strategy.pk}_%s",
        ))
        for strategy, partners in strategies_with_partners(initiative)
    ]  # fmt: skip
    forms = [form for *_rest, form in (*stewards, *seats, *strategies)] + [new_seat]
    if is_post and _save(request, initiative, sent, row, forms):
        messages.success(request, _("Saved."))
        return redirect("agenda:voices", request.tenant.slug, initiative.slug)
    context = {
        "initiative": initiative,
        "stewards": stewards,
        "former": [(one, NAMES[one.condition]) for one in former_stewards(initiative)],
        "seats": seats,
        "new_seat": new_seat,
        "strategies": strategies,
        "may_edit": may_edit,
        "crumbs": [agenda_crumb(request, initiative)],
    }
    is_wrong = any(form.is_bound and form.errors for form in forms)
    return render(request, "agenda/voices.html", context, status=422 if is_wrong else 200)


def _save(request, initiative, sent: str, row: str, forms) -> bool:
    """Do what the form that was sent asks; False when it has something to say. 404 for a row that is not there."""
    by = request.membership
    if sent == "remove-seat":
        voices.remove_seat(
            seat=sent_row(request, Seat.objects.filter(initiative=initiative).select_related("initiative")), by=by
        )
        return True
    form = next((form for form in forms if form.is_bound), None)
    if form is None:
        raise Http404
    if not form.is_valid():
        return False
    fields = form.cleaned_data
    try:
        if sent == "steward":
            voices.name_steward(initiative=initiative, condition=row, by=by, **fields)
        elif sent == "expected":
            strategies = Strategy.objects.filter(outcome__initiative=initiative).select_related("outcome__initiative")
            voices.expect(strategy=sent_row(request, strategies), by=by, **fields)
        else:
            seat = sent_row(request, Seat.objects.filter(initiative=initiative)) if sent == "seat" else None
            voices.put_seat(initiative=initiative, seat=seat, by=by, **fields)
    except Refused as refused:
        refuse(form, refused)
        return False
    return True
