"""A person's inbox: unread first; opening a thing marks its line as read."""

from __future__ import annotations

from datetime import UTC

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from backbone import conditions
from backbone.access import initiatives_of, member_can
from backbone.conditions import DueItem
from backbone.paging import page_of
from comms.models import Note
from comms.selectors.inbox import notes_of, unread
from comms.services import inbox as inboxes

ON_A_PAGE = 50


@member_can(None)
@require_GET
def inbox(request):
    """What this person owes, in all initiatives, and what they were told, unread first.

    `read` in the address is an instant that may be taken back.
    """
    page = page_of(request, notes_of(request.membership), ON_A_PAGE)
    read_at = _instant(request.GET.get("read", ""))
    today = request.tenant.day()
    due = conditions.due(request.membership, timezone.now()) if page.number == 1 else []
    context = {
        "page": page,
        "due": [(item, _where(request, item)) for item in due],
        "today": today,
        "unread": unread(request.membership),
        "read_at": read_at.isoformat() if read_at is not None else "",
        "initiatives": initiatives_of(request),
    }
    return render(request, "comms/inbox.html", context)


def _where(request, item: DueItem) -> str:
    """The initiative that something is owed in; empty where there is one only."""
    initiatives = initiatives_of(request)
    here = f"/o/{request.tenant.slug}/"
    slug = item.url.removeprefix(here).partition("/")[0] if item.url.startswith(here) else ""
    return next((one.name for one in initiatives if one.slug == slug), "") if len(initiatives) > 1 else ""


@member_can(None)
@require_POST
def note_open(request, note: int):
    """Go to what a line tells of; that marks it as read."""
    found = _note(request, note)
    inboxes.mark_read(note=found)
    if not url_has_allowed_host_and_scheme(found.url, allowed_hosts=None):
        return redirect("inbox:inbox", request.tenant.slug)
    return redirect(found.url)


@member_can(None)
@require_POST
def note_read(request, note: int):
    """Mark one line as read, without going there."""
    return _back(request, inboxes.mark_read(note=_note(request, note)))


@member_can(None)
@require_POST
def inbox_read(request):
    """Mark every line as read."""
    return _back(request, inboxes.mark_all(member=request.membership))


@member_can(None)
@require_POST
def inbox_undo(request):
    """Take back what was marked last."""
    at = _instant(request.POST.get("at", ""))
    if at is None:
        raise Http404
    inboxes.undo(member=request.membership, at=at)
    return redirect("inbox:inbox", request.tenant.slug)


def _note(request, pk: int) -> Note:
    found = Note.objects.filter(member=request.membership, pk=pk).first()
    if found is None:
        raise Http404
    return found


def _back(request, at):
    response = redirect("inbox:inbox", request.tenant.slug)
    response["Location"] += f"?read={at.isoformat().replace('+', '%2B')}"
    return response


def _instant(text: str):
    try:
        at = parse_datetime(text)
        return at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
