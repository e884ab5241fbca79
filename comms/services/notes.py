"""The only writer of people's inboxes: one line for one person about one thing, once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from django.utils import timezone, translation

from backbone.models import Membership
from comms.models import Note

TEXT_LENGTH, URL_LENGTH = 500, 300


def tell(
    *,
    member: Membership,
    kind: str,
    key: str,
    text: str | Callable[[], str],
    url: str = "",
    at: datetime | None = None,
) -> None:
    """Put a line into somebody's inbox. `key` names what it tells ("action:9:done"): told again, it changes nothing.

    A `text` that is to be made is made in the reader's language.
    """
    tell_all(members=[member], kind=kind, key=key, text=text, url=url, at=at)


def tell_all(
    *,
    members: Iterable[Membership],
    kind: str,
    key: str,
    text: str | Callable[[], str],
    url: str = "",
    at: datetime | None = None,
) -> None:
    """The same line for several people, each in their language; one statement. Whoever is not here any more is left out."""
    at = at or timezone.now()
    rows = [
        Note(member=one, kind=kind, key=key, text=_said(text, one)[:TEXT_LENGTH], url=url[:URL_LENGTH], at=at)
        for one in {one.pk: one for one in members if one.is_active}.values()
    ]
    if rows:
        Note.objects.bulk_create(rows, ignore_conflicts=True)


def _said(text: str | Callable[[], str], member: Membership) -> str:
    if isinstance(text, str):
        return text
    with translation.override(member.locale or None):
        return text()
