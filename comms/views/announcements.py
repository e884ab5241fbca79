"""Announcements, and who has said that they read them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backbone.access import member_can, require, sent_row
from backbone.forms.people import refuse
from backbone.models import Partner
from backbone.paging import page_of
from backbone.problems import Refused
from backbone.roles import Can
from comms.forms.announcements import AnnouncementForm
from comms.models import Announcement
from comms.selectors.announcements import announcements_of, asked
from comms.selectors.decisions import decisions_of
from comms.services import announcements
from comms.services.composing import page
from comms.views.paths import meetings_crumb

ON_A_PAGE = 40


@member_can(Can.READ_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request, initiative):
    """What was announced. POST announces something; `?decision=` names by its number one that is to be passed on."""
    may_announce = request.membership.can(Can.EDIT_MEETINGS)
    form = AnnouncementForm(
        request.POST or None, initiative=initiative, membership=request.membership, initial=_begun(request, initiative)
    )
    if request.method == "POST":
        require(request.membership, Can.EDIT_MEETINGS, address=request.path)
        if form.is_valid():
            try:
                made = _announce(request, initiative, form)
            except Refused as refused:
                refuse(form, refused)
            else:
                messages.success(request, _("It is in everybody’s inbox."))
                return redirect("comms:announcement", request.tenant.slug, initiative.slug, made.pk)
    rows = page_of(request, announcements_of(initiative, request.membership), ON_A_PAGE)
    context = {
        "initiative": initiative,
        "page": rows,
        "rows": [(one, len(set(one.partners)), len(one.acknowledgements.all())) for one in rows],
        "form": form if may_announce else None,
        "crumbs": [meetings_crumb(request, initiative)],
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "comms/announcement_list.html", context, status=status)


def _begun(request, initiative) -> dict[str, Any]:
    """What the form begins with where a decision is passed on: its words, and each organization is asked."""
    number = request.GET.get("decision", "")
    if not (number.isdecimal() and len(number) < 10):
        return {}
    found = decisions_of(initiative, request.membership).filter(number=int(number)).first()
    if found is None:
        return {}
    title = f"{found}: {found.text}"
    return {"decision": found.pk, "title": title[:200], "text": found.reason, "needs_answer": True}


def _announce(request, initiative, form: AnnouncementForm) -> Announcement:
    said = dict(form.cleaned_data)
    decision = said.pop("decision")
    if decision is not None:
        said["about"] = f"comms.decision:{decision.pk}"
        said["url"] = page("comms:decision", initiative, decision.number)
    return announcements.announce(initiative=initiative, by=request.membership, **said)


@member_can(Can.READ_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def announcement(request, initiative, announcement: int):
    """One announcement. POST says for one's own organization that it was read."""
    found = announcements_of(initiative, request.membership).filter(pk=announcement).first()
    if found is None:
        raise Http404
    own = {grant.partner_id for grant in request.membership.current_grants if grant.partner_id is not None}
    if request.method == "POST":
        partner = sent_row(request, Partner.objects.filter(pk__in=own))
        try:
            announcements.acknowledge(announcement=found, partner=partner, by=request.membership)
        except Refused as refused:
            raise Http404 from refused
        messages.success(request, _("Noted. Thank you."))
        return redirect("comms:announcement", request.tenant.slug, initiative.slug, found.pk)
    places = asked(found)
    context = {
        "initiative": initiative,
        "announcement": found,
        "places": places,
        "unread": [one for one in places if one.read is None],
        "mine": [one.partner for one in places if one.read is None and one.partner.pk in own],
        "crumbs": [
            meetings_crumb(request, initiative),
            (_("Announcements"), reverse("comms:announcement-list", args=[request.tenant.slug, initiative.slug])),
        ],
    }
    return render(request, "comms/announcement.html", context)
