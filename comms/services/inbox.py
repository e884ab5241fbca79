"""What a person did with their inbox: read a line, read them all, take that back."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from backbone.models import Membership
from comms.models import Note

COUNTED = 100  # unread lines that are counted; with more it says so many and more


def mark_read(*, note: Note) -> datetime:
    """Say that a line was read; said twice it changes nothing. Returns when, which is what `undo` takes."""
    at = note.read_at or timezone.now()
    Note.objects.filter(pk=note.pk, read_at=None).update(read_at=at)
    return at


def mark_all(*, member: Membership) -> datetime:
    """Say that every line of an inbox was read; returns when, which is what `undo` takes."""
    at = timezone.now()
    Note.objects.filter(member=member, read_at=None).update(read_at=at)
    return at


def undo(*, member: Membership, at: datetime) -> int:
    """Take back what was read at one instant; returns how many lines that were."""
    return Note.objects.filter(member=member, read_at=at).update(read_at=None)


def seen(member: Membership, path: str) -> int:
    """How many lines of an inbox are unread, now that its person has this page open: what leads here is read by that."""
    unread = list(Note.objects.filter(member=member, read_at=None).order_by("-at").values_list("pk", "url")[:COUNTED])
    here = [pk for pk, url in unread if path and url.partition("#")[0].partition("?")[0] == path]
    if here:
        Note.objects.filter(pk__in=here, read_at=None).update(read_at=timezone.now())
    return len(unread) - len(here)
