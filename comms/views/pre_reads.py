"""What to read before a meeting, as it was sent: topics, and figures frozen with their coverage."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from backbone.access import member_can
from backbone.roles import Can
from comms.models import PreRead
from comms.selectors.citing import frozen
from comms.views.paths import meeting_crumb, meetings_crumb, the_meeting
from measures.models import Indicator


@member_can(Can.READ_MEETINGS)
@require_safe
def pre_read(request, initiative, meeting: int, number: int):
    """One pre-read; it never changes."""
    found = the_meeting(request, initiative, meeting)
    sent = PreRead.objects.filter(meeting=found, number=number).select_related("by").first()
    if sent is None:
        raise Http404
    kept = {one["indicator"]: one["pinned"] for one in sent.body["figures"]}
    rows = Indicator.objects.filter(pk__in=kept).select_related("outcome", "tenant").in_bulk()
    context = {
        "initiative": initiative,
        "meeting": found,
        "pre_read": sent,
        "topics": sent.body["topics"],
        "figures": frozen(initiative, [(rows[pk], pinned) for pk, pinned in kept.items() if pk in rows]),
        "crumbs": [meetings_crumb(request, initiative), meeting_crumb(request, found), (_("To read before"), "")],
    }
    return render(request, "comms/pre_read.html", context)
