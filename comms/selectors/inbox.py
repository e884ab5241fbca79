"""People's inboxes: what a page shows of one, and what of many a digest still has to tell."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import F, Q, QuerySet

from backbone.models import Membership
from comms.models import Mail, Note
from comms.models.mail import NOT_TOLD
from comms.rules import FURTHEST

KEPT_IN_MIND = max(FURTHEST.values())


def notes_of(member: Membership) -> QuerySet[Note]:
    """One person's inbox: unread first, each part newest first."""
    return Note.objects.filter(member=member).order_by(F("read_at").desc(nulls_first=True), "-at", "-pk")


def unread(member: Membership) -> int:
    return Note.objects.filter(member=member, read_at=None).count()


class Waiting(NamedTuple):
    """A note as a digest tells it."""

    pk: int
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Untold:
    """What digests have to tell of inboxes: by person the notes, and the changes that stand or stood there already."""

    notes: dict[int, list[Waiting]]
    changes: dict[int, set[int]]


def untold(people: Collection[int], since: datetime, now: datetime) -> Untold:
    """The notes of these people that they have not read and that no mail took along, newest first; three statements.

    A mail that failed, or was left out, took nothing along. Changes are told by their note, where there is one, or not
    any more, where it was read.
    """
    lost = _lost(people, now)
    rows = Note.objects.filter(member__in=people, at__gte=now - KEPT_IN_MIND, read_at=None).order_by("-at", "-pk")
    notes: dict[int, list[Waiting]] = {}
    for member, mailed_in, *told in rows.values_list("member_id", "mailed_in", "pk", "text", "url"):
        if not mailed_in or (member, mailed_in) in lost:
            notes.setdefault(member, []).append(Waiting(*told))
    of_changes = Note.objects.filter(member__in=people, at__gte=since, key__startswith="change:")
    changes: dict[int, set[int]] = {}
    for pk, key in of_changes.values_list("member_id", "key"):
        changes.setdefault(pk, set()).add(change_of(key))
    return Untold(notes, changes)


def recent_notices(people: Collection[int], since: datetime) -> dict[int, list[Note]]:
    """The notices about figures that these people have neither read nor been mailed, by person; one statement."""
    rows = Note.objects.filter(
        member__in=people, kind=Mail.Kind.NOTICE, at__gt=since, read_at=None, mailed_in="", key__startswith="change:"
    )
    found: dict[int, list[Note]] = {}
    for note in rows:
        found.setdefault(note.member_id, []).append(note)
    return found


def change_of(key: str) -> int:
    """The change that a note of the key "change:9" tells."""
    return int(key.partition(":")[2])


def mark_of(mail: Mail) -> str:
    """What a note's `mailed_in` says when this mail took it along."""
    return f"{mail.kind}:{mail.period_key}"


def _lost(people: Iterable[int], now: datetime) -> set[tuple[int, str]]:
    mails = Mail.objects.filter(
        kind__in=[Mail.Kind.DIGEST, Mail.Kind.NOTICE], recipient__in=people, created_at__gte=now - KEPT_IN_MIND
    )
    lost = Q(status=Mail.Status.FAILED) | Q(status=Mail.Status.SKIPPED, smtp_code__in=NOT_TOLD)
    rows = mails.filter(lost).values_list("recipient_id", "kind", "period_key")
    return {(pk, f"{kind}:{key}") for pk, kind, key in rows}
