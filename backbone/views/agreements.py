"""Agreements with a partner: written down, ended, removed; and their files, for those who may have them."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from backbone.access import member_can, sent_row
from backbone.forms.people import refuse
from backbone.forms.roster import AgreementForm
from backbone.models import Agreement
from backbone.problems import Refused
from backbone.roles import Can
from backbone.selectors.roster import agreements_with
from backbone.services import agreements
from backbone.views.partners import MAY_EDIT_ROSTER


@member_can(MAY_EDIT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def agreement_list(request, partner):
    """What was agreed with a partner. POST adds one, ends one today, or removes one."""
    today = request.tenant.day()
    sent = request.POST.get("form") if request.method == "POST" else None
    is_new = sent == "add"
    form = AgreementForm(
        request.POST if is_new else None, request.FILES if is_new else None, initial={"starts_on": today}
    )
    if sent in ("end", "remove"):
        row = sent_row(request, Agreement.objects.filter(partner=partner).defer("content"))
        if sent == "remove":
            agreements.remove(agreement=row, by=request.membership)
        else:
            agreements.end(agreement=row, ends_on=max(today, row.starts_on), by=request.membership)
        messages.success(request, _("Saved."))
        return redirect("backbone:agreement-list", request.tenant.slug, partner.code)
    if form.is_bound and form.is_valid():
        file, said = form.cleaned_data.pop("file"), form.cleaned_data
        try:
            agreements.add(
                partner=partner, by=request.membership, content=file.read() if file else None,
                filename=file.name if file else "", **said,
            )  # fmt: skip
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("The agreement is written down."))
            return redirect("backbone:agreement-list", request.tenant.slug, partner.code)
    context = {
        "partner": partner,
        "agreements": agreements_with(partner, today),
        "form": form,
        "crumbs": [
            (_("Partners"), reverse("backbone:partner-list", args=[request.tenant.slug])),
            (partner.name, reverse("backbone:partner", args=[request.tenant.slug, partner.code])),
        ],
    }
    return render(request, "backbone/agreement_list.html", context, status=422 if form.errors else 200)


@member_can((*MAY_EDIT_ROSTER, Can.MANAGE_MEMBERS))
@require_safe
def agreement_file(request, partner, agreement: int):
    """The signed file, to be kept and never to be shown inside a page; a lead has its own partner's."""
    row = Agreement.objects.filter(pk=agreement, partner=partner).exclude(filename="").first()
    if row is None:
        raise Http404
    response = HttpResponse(bytes(row.content), content_type=row.media_type)
    response["Content-Disposition"] = f'attachment; filename="{row.filename}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
