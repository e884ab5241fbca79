"""Where this condition's pages stand below each other, and what their views ask first."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from backbone.models import Initiative
from backbone.roles import Can
from backbone.selectors.groups import may_in
from comms.models import Meeting
from comms.selectors.meetings import meeting_of
from comms.services.composing import absolute

WORK_WORDS = 500


def meetings_crumb(request, initiative: Initiative) -> tuple[str, str]:
    return _("Meetings"), reverse("comms:meeting-list", args=[request.tenant.slug, initiative.slug])


def meeting_crumb(request, meeting: Meeting) -> tuple[str, str]:
    return meeting.title, reverse("comms:meeting", args=[request.tenant.slug, meeting.initiative.slug, meeting.pk])


def decisions_crumb(request, initiative: Initiative) -> tuple[str, str]:
    return _("Decisions"), reverse("comms:decision-list", args=[request.tenant.slug, initiative.slug])


def actions_crumb(request, initiative: Initiative) -> tuple[str, str]:
    return _("Actions"), reverse("comms:action-list", args=[request.tenant.slug, initiative.slug])


def talk_crumb(request, initiative: Initiative) -> tuple[str, str]:
    return _("Open talk"), reverse("comms:talk-list", args=[request.tenant.slug, initiative.slug])


def work_url(request, initiative: Initiative, words: str) -> str:
    """Where the open page is filed as a piece of the backbone's work; empty for who does not keep that."""
    if not request.membership.can(Can.READ_SETTINGS):
        return ""
    page = reverse("backbone:work", args=[request.tenant.slug, initiative.slug])
    said = {"words": words[:WORK_WORDS], "url": absolute(request.path)}
    return f"{page}?{urlencode(said)}#write"


def the_meeting(request, initiative: Initiative, pk: int) -> Meeting:
    """A meeting that this person may know of; 404 otherwise."""
    found = meeting_of(initiative, pk, request.membership)
    if found is None:
        raise Http404
    return found


def require_edit(request, meeting: Meeting) -> None:
    """404 for a chair to whom it is another group's."""
    if not may_in(request.membership, Can.EDIT_MEETINGS, meeting.group_id):
        raise Http404
