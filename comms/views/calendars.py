"""Meetings in calendar programs: one as a file, and each person's own address that programs ask again and again."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_safe

from backbone.access import anonymous_allowed, member_can
from backbone.models import Tenant
from backbone.roles import Can
from backbone.tenancy import tenant_scope
from comms.models import MeetingFeed
from comms.rules import calendars
from comms.selectors.meetings import for_calendar
from comms.services import invitations
from comms.services.composing import absolute
from comms.views.paths import meetings_crumb, the_meeting

KIND = "text/calendar; charset=utf-8"
LOOKS_BACK = timedelta(days=365)


@member_can(Can.READ_MEETINGS)
@require_safe
def meeting_file(request, initiative, meeting: int):
    """One meeting as a file that any calendar program takes."""
    found = the_meeting(request, initiative, meeting)
    entry = invitations.entry_alone(found, tenant=request.tenant)
    response = HttpResponse(calendars.calendar(calendars.PUBLISH, [entry]), content_type=KIND)
    response["Content-Disposition"] = f'attachment; filename="meeting-{found.pk}.ics"'
    return response


@member_can(Can.READ_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def feed_page(request, initiative):
    """One's own calendar address: made, made anew, or made worthless. It is shown once, when it is made."""
    address = ""
    if request.method == "POST":
        if request.POST.get("form") == "make":
            token = invitations.make_feed(member=request.membership)
            address = absolute(reverse("calendar-feed", args=[token]))
        elif request.POST.get("form") == "revoke":
            invitations.revoke_feed(member=request.membership)
            messages.success(request, _("The address opens nothing any more."))
            return redirect("comms:feed", request.tenant.slug, initiative.slug)
        else:
            raise Http404
    context = {
        "initiative": initiative,
        "feed": MeetingFeed.objects.filter(member=request.membership).first(),
        "address": address,
        "to_subscribe": f"webcal:{address.partition(':')[2]}",
        "crumbs": [meetings_crumb(request, initiative)],
    }
    return render(request, "comms/feed.html", context)


@anonymous_allowed
@require_safe
def feed(request, token: str):
    """The meetings that a person is invited to, for whoever holds the address; 404 for any that opens nothing."""
    with tenant_scope(int(token.partition("-")[0])):
        found = invitations.feed_of(token)
        if found is None:
            raise Http404
        tenant = Tenant.objects.get(pk=found.tenant_id)
        with override(found.member.locale or tenant.locale):
            entries = invitations.entries_for(tenant, for_calendar(found.member, timezone.now() - LOOKS_BACK))
            text = calendars.calendar(calendars.PUBLISH, entries, name=_("Meetings, %(name)s") % {"name": tenant.name})
    response = HttpResponse(text, content_type=KIND)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
