"""The only writer of the learning ledger: what if, what is known, what is not known yet, and what came of each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from agenda.models import Learning, LearningAbout
from backbone import changes
from backbone.conditions import Thing
from backbone.models import Initiative, Membership
from backbone.problems import Problem, Refused
from backbone.services.fields import checked

changes.register_verbs(
    {
        "learning.what_if": gettext_noop("{by} asked what if: “{text}”"),
        "learning.known": gettext_noop("{by} shared what is known: “{text}”"),
        "learning.unknown": gettext_noop("{by} said what is not known yet: “{text}”"),
        "learning.promised": gettext_noop("{owner} finds out by {until}: “{text}”"),
        "learning.answered": gettext_noop("{by} answered {author}’s “{text}”"),
        "learning.taken_up": gettext_noop("{author}’s “{text}” led to something: {what}"),
        "learning.dropped": gettext_noop("{by} let {author}’s “{text}” go: {reason}"),
        "learning.reopened": gettext_noop("{by} opened “{text}” again"),
    }
)


@transaction.atomic
def add(
    *,
    initiative: Initiative,
    sort: str,
    text: str,
    by: Membership,
    owner: Membership | None = None,
    learn_by: date | None = None,
    about: Iterable[Thing] = (),
) -> Learning:
    """Write down a what-if, something known or something unknown. It comes from the organization of whoever says it.

    Raises `Refused` when a day is given and nobody who finds out.
    """
    partner = next((grant.partner for grant in by.current_grants if grant.partner_id), None)
    row = Learning(initiative=initiative, sort=sort, text=text.strip(), by=by, partner=partner, at=timezone.now())
    _promise(row, owner, learn_by)
    checked(row).save(force_insert=True)
    LearningAbout.objects.bulk_create(
        LearningAbout(learning=row, row=thing.of, label=_named(thing))
        for thing in {one.of: one for one in about}.values()
    )
    _record(row, f"learning.{sort}", by)
    return row


@transaction.atomic
def promise(*, entry: Learning, owner: Membership | None, learn_by: date | None, by: Membership) -> Learning:
    """Say who finds out by when. Raises `Refused` for an entry that is closed, or a day without a person."""
    row = _open(entry)
    _promise(row, owner, learn_by)
    checked(row).save(update_fields=["owner", "learn_by"])
    if owner is not None and learn_by is not None:
        _record(row, "learning.promised", by, owner=owner.name, until=learn_by.isoformat())
    return row


@transaction.atomic
def answer(*, entry: Learning, answer: str, by: Membership) -> Learning:
    """Answer a question or an unknown; the question stays. Raises `Refused` without words, or when it is closed."""
    row = _open(entry)
    return _close(row, Learning.State.ANSWERED, by, "learning.answered", answer=_said(answer, "answer"))


@transaction.atomic
def take_up(*, entry: Learning, becomes: str, what: str, by: Membership, url: str = "") -> Learning:
    """Say which decision or action came of an entry, in words and with its page; whoever proposed it is told.

    Communication, which keeps decisions and actions, calls this when it makes one of an entry.
    """
    row = _open(entry)
    fields = {"becomes": becomes, "taken_up": _said(what, "what"), "taken_up_url": url}
    return _close(row, Learning.State.TAKEN_UP, by, "learning.taken_up", {"what": what.strip()}, **fields)


@transaction.atomic
def drop(*, entry: Learning, reason: str, by: Membership) -> Learning:
    """Let an entry go, saying why; it stays readable."""
    row, said = _open(entry), _said(reason, "reason")
    return _close(row, Learning.State.DROPPED, by, "learning.dropped", {"reason": said}, answer=said)


@transaction.atomic
def reopen(*, entry: Learning, by: Membership) -> Learning:
    """Undo a closing: the entry is open again, and what was said then stays in its history."""
    row = _locked(entry)
    if row.state != Learning.State.OPEN:
        row.state, row.closed_at, row.closed_by = Learning.State.OPEN, None, None
        row.answer = row.becomes = row.taken_up = row.taken_up_url = ""
        row.save()
        _record(row, "learning.reopened", by)
    return row


def _promise(row: Learning, owner: Membership | None, learn_by: date | None) -> None:
    if learn_by is not None and owner is None:
        sentence = gettext_noop("Name who finds out by then: a day without a person is nobody’s.")
        raise Refused(Problem("learning.no_owner", sentence, field="owner"))
    row.owner, row.learn_by = owner, learn_by


def _close(row: Learning, state: str, by: Membership, verb: str, facts: dict[str, str] | None = None, **fields: Any):
    row.state, row.closed_by, row.closed_at = state, by, timezone.now()
    for name, value in fields.items():
        setattr(row, name, value)
    checked(row).save(update_fields=["state", "closed_by", "closed_at", *fields])
    _record(row, verb, by, author=row.by.name, **(facts or {}))
    return row


def _locked(entry: Learning) -> Learning:
    rows = Learning.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("by", "initiative", "partner").get(pk=entry.pk)


def _open(entry: Learning) -> Learning:
    row = _locked(entry)
    if row.state != Learning.State.OPEN:
        sentence = gettext_noop("This is closed already: {state}. Open it again first.")
        raise Refused(Problem("learning.closed", sentence, {"state": str(row.get_state_display())}))
    return row


def _said(words: str, field: str) -> str:
    if not words.strip():
        raise Refused(Problem("words.missing", gettext_noop("Say it in a few words."), field=field))
    return words.strip()


def _named(thing: Thing) -> str:
    return f"{thing.code} {thing.label}".strip()[:200]


def _record(row: Learning, verb: str, by: Membership, **facts: str) -> None:
    changes.record(verb, on=row, by=by, initiative=row.initiative, partner=row.partner, text=row.text[:200], **facts)
