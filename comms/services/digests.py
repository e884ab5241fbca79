"""Digests: one bundle per person and rhythm of what happened, what is addressed to them, what waits, and what the
figures came to. Nothing that was read already; nothing new, no mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backbone.conditions import DueItem
from backbone.models import Change, Membership, Tenant
from backbone.roles import Can
from backbone.services import seals
from comms import news, rules
from comms.models import Mail, Note, Run
from comms.models.mail import AWAY, ENOUGH, NOT_TOLD
from comms.rules import FIRST, FURTHEST, Often
from comms.selectors.budget import budget
from comms.selectors.came_to import CameTo, came_to
from comms.selectors.happened import Happened, happened
from comms.selectors.inbox import Untold, Waiting, mark_of, untold
from comms.selectors.readers import Reader, contact, owed
from comms.services import ledger, pictures, reminders
from comms.services.composing import absolute, address, sealed_for, voice
from comms.services.press import (
    CLOSE,
    CODES,
    NAME,
    OPEN,
    SUBJECT,
    TOKEN,
    URL,
    WORDS,
    Press,
    Pressed,
    filled,
    joined,
    repeated,
)  # fmt: skip

# A change is dated when it is written and seen when it is committed: tell what surely is.
SETTLED = timedelta(minutes=2)
AHEAD = timedelta(days=14)
DUE_SHOWN, NOTES_SHOWN = 6, 10
TOPIC = "topic"  # what a digest says in `about` of the topics that it tells, or would have told

Due = Mapping[int, tuple[str, tuple[Often, ...]]]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything that the digests of one batch are made of, read once."""

    tenant: Tenant
    people: Sequence[Reader]
    news: Happened
    figures: CameTo
    inboxes: Untold
    owing: Mapping[int, Sequence[DueItem]]
    since: Mapping[int, Mapping[str, datetime]]
    drawings: pictures.Drawings
    press: Press
    answers_to: Membership | None
    now: datetime
    head: seals.Head | None = None


def plan(tenant: Tenant, people: Sequence[Reader], now: datetime) -> None:
    """Plan the bundles that are due now, each person's at their hour, and that were not planned yet."""
    able = [reader for reader in people if (reader.is_staff or reader.partners) and reader.membership.wants_digest]
    due = _due(able, now)
    chosen = [reader for reader in able if reader.pk in due]
    if not chosen:
        return
    here = [reader for reader in chosen if reader.away is None]
    left = budget(tenant, here, now)
    allowed = [reader for reader in here if left.allows(reader, now)]
    mails = [_held_back(reader, due[reader.pk][0], AWAY, now) for reader in chosen if reader.away is not None]
    mails += [_held_back(reader, due[reader.pk][0], ENOUGH, now) for reader in here if not left.allows(reader, now)]
    gathered = _gather(tenant, people, allowed, due, now) if allowed else None
    taken: dict[str, list[int]] = {}
    for reader in allowed:
        key, cadences = due[reader.pk]
        mail, notes = _compose(gathered, reader, key, cadences)
        mails.append(mail)
        taken.setdefault(mark_of(mail), []).extend(note.pk for note in notes)
    ledger.plan(mails)
    for mark, told_of in taken.items():
        Note.objects.filter(pk__in=told_of).update(mailed_in=mark)


def _due(people: Sequence[Reader], now: datetime) -> Due:
    """Whose bundle is to be planned now: its key, and the rhythms that it is of; several that meet are one bundle."""
    keys: dict[tuple[Often, str, int], str] = {}
    for reader in people:
        for often in reader.wishes.cadences:
            what = (often, reader.zone, reader.wishes.hour)
            if what not in keys and (key := rules.bundle_due(often, now, reader.zone, reader.wishes.hour)) is not None:
                keys[what] = key
    names = {what: f"{key}:{what[1]}:{what[2]}" for what, key in keys.items()}
    made = Run.objects.filter(kind=Mail.Kind.DIGEST, period_key__in=names.values()) if names else ()
    made = {run.period_key for run in made}
    new = {what for what, name in names.items() if name not in made and ledger.begin(Mail.Kind.DIGEST, name)}
    found = {}
    for reader in people:
        cadences = tuple(often for often in reader.wishes.cadences if (often, reader.zone, reader.wishes.hour) in new)
        if cadences:
            found[reader.pk] = (keys[cadences[0], reader.zone, reader.wishes.hour], cadences)
    return found


def _held_back(reader: Reader, key: str, why: str, now: datetime) -> Mail:
    """A bundle that does not come: its reader is away, or has had enough mail this week. The next one tells it all."""
    mail = ledger.draft(
        kind=Mail.Kind.DIGEST, recipient=reader.membership, period_key=key, subject="", text="",
        status=Mail.Status.SKIPPED, now=now,
    )  # fmt: skip
    mail.smtp_code = why
    return mail


def _gather(tenant: Tenant, everybody: Sequence[Reader], people: Sequence[Reader], due: Due, now: datetime) -> Gathered:
    since = _since(people, due, now)
    head = seals.head() if any(_keeps_the_log(reader) for reader in people) else None
    earliest = min((at for topics in since.values() for at in topics.values()), default=now)
    found = happened(earliest, now - SETTLED)
    return Gathered(
        tenant, people, found, came_to(tenant), untold([reader.pk for reader in people], earliest, now),
        owed(people, now), since, pictures.Drawings(tenant, found.changes), Press(tenant),
        contact(everybody), now, head,
    )  # fmt: skip


def _keeps_the_log(reader: Reader) -> bool:
    """Whether a person may read the whole audit log, and so is told its seal."""
    return reader.membership.can(Can.READ_AUDIT) and reader.membership.partner_ids(Can.READ_AUDIT) is None


def _since(people: Sequence[Reader], due: Due, now: datetime) -> dict[int, dict[str, datetime]]:
    """From when on each person has not been told of each topic that is due; one statement. What was not sent did not
    tell anything."""
    gone = Q(status=Mail.Status.FAILED) | Q(status=Mail.Status.SKIPPED, smtp_code__in=NOT_TOLD)
    planned = Mail.objects.filter(
        kind=Mail.Kind.DIGEST,
        recipient__in=[reader.pk for reader in people],
        created_at__gte=now - max(FURTHEST.values()),
    )
    everything = Q(about=[])  # digests of before there were topics
    of_each = {
        topic: Max("created_at", filter=~gone & (everything | Q(about__contains=[[TOPIC, topic, None]])))
        for topic in news.TOPICS
    }
    told = {row["recipient_id"]: row for row in planned.values("recipient_id").annotate(**of_each)}
    found = {}
    for reader in people:
        row = told.get(reader.pk)
        found[reader.pk] = {
            topic: max((row and row[topic]) or now - (FURTHEST if row else FIRST)[often], now - FURTHEST[often])
            - SETTLED
            for often in due[reader.pk][1]
            for topic in reader.wishes.topics([often])
        }
    return found


def _compose(gathered: Gathered, reader: Reader, key: str, cadences: Sequence[Often]) -> tuple[Mail, Sequence[Waiting]]:
    """One person's bundle and the notes that it takes along; one that says nothing is written as left out."""
    topics, now = gathered.since[reader.pk], gathered.now
    known = gathered.inboxes.changes.get(reader.pk, ())
    told = [change for change in gathered.news.told_to(reader, topics) if change.pk not in known]
    notes = gathered.inboxes.notes.get(reader.pk, []) if news.INBOX in topics else []
    today = rules.local(now, reader.zone).date()
    due = _waiting_for(gathered, reader, today) if news.DUE in topics else []
    about: list[list] = [[TOPIC, topic, None] for topic in sorted(topics)]
    if not told and not due and not notes:
        return ledger.draft(
            kind=Mail.Kind.DIGEST, recipient=reader.membership, period_key=key, subject="", text="",
            status=Mail.Status.SKIPPED, about=about, now=now,
        ), ()  # fmt: skip
    with voice(reader):
        sealed = sealed_for(
            reader, gathered.tenant, Mail.Kind.DIGEST, gathered.answers_to.email if gathered.answers_to else ""
        )
        drawings = gathered.drawings.of(told, reader)
        subject = f"{gathered.tenant.name}: {_subject(len(due), len(told) + len(notes))}"
        codes = ", ".join(sorted({partner.code for partner in reader.partners.values()}))
        words = {NAME: reader.membership.name, CODES: codes, TOKEN: sealed.token, SUBJECT: subject}
        shows_figures = news.FIGURES in topics and tuple(cadences) != (Often.DAILY,)
        parts = _parts(gathered, reader, told, notes, due, drawings, shows_figures)
        whole = joined(filled(_frame(gathered, cadences, today, bool(codes)), words), parts)
        mail = ledger.draft(
            kind=Mail.Kind.DIGEST, recipient=reader.membership, period_key=key, subject=subject, text=whole.text,
            html=whole.html, headers=sealed.headers, images=pictures.carried(gathered.press.logo, *drawings),
            about=about + _reminded(gathered, reader, due, today), now=now,
        )  # fmt: skip
    return mail, notes


def _waiting_for(gathered: Gathered, reader: Reader, today: date) -> list[DueItem]:
    return [item for item in gathered.owing[reader.pk] if item.is_late or item.due <= today + AHEAD]


def _reminded(gathered: Gathered, reader: Reader, due: Sequence[DueItem], today: date) -> list[list]:
    """The reminders that a digest stands for, as a reminder would name them; none where the person wants none."""
    if not reader.membership.wants_reminders:
        return []
    lines = reminders.lines_for(reader, gathered.people, {reader.pk: due}, today)
    return [[line.item.key, line.stage, line.item.partner_id] for line in lines]


def _frame(gathered: Gathered, cadences: Sequence[Often], today: date, has_partners: bool) -> Pressed:
    """What goes around everything, the same for all who read one language."""

    def context() -> dict:
        return {
            "subject": SUBJECT,
            "heading": _heading(cadences),
            "today": today,
            "home": address("backbone:tenant", gathered.tenant.slug),
            "often": cadences[0],
            "codes": CODES if has_partners else "",
            "choose": address("choose-mail", TOKEN),
            "unsubscribe": address("unsubscribe", TOKEN),
        }

    return gathered.press.frame("digest", (tuple(cadences), today, has_partners), context)


def _parts(
    gathered: Gathered, reader: Reader, told: Sequence[Change], notes: Sequence[Waiting], due: Sequence[DueItem],
    drawings: Sequence[pictures.Drawing], shows_figures: bool,
) -> list[Pressed]:  # fmt: skip
    """What a person's digest is made of; a part that somebody of the same partner had is taken as it is."""
    press, found = gathered.press, []
    if due:
        key = tuple((item.key, item.partner_id, item.is_late) for item in due)
        found.append(press.part("digest_due", key, lambda: _due_words(due)))
    if notes:
        inbox, more = address("inbox:inbox", gathered.tenant.slug), max(len(notes) - NOTES_SHOWN, 0)
        marks = {"open": OPEN, "close": CLOSE, "url": URL, "words": WORDS, "more": more, "inbox": inbox}
        lines = [(note.text, absolute(note.url) if note.url else inbox) for note in notes[:NOTES_SHOWN]]
        found.append(repeated(press.part("digest_notes", more, lambda: marks), lines))
    if told:
        key = tuple(change.pk for change in told)
        found.append(press.part("digest_sections", key, lambda: {"sections": gathered.news.sections(told)}))
    if drawings:
        key = tuple(one.cid for one in drawings)
        found.append(press.part("digest_drawings", key, lambda: {"drawings": drawings}))
    if shows_figures:
        whose = tuple(sorted(reader.partners)) or reader.is_staff
        figures = gathered.figures
        found.append(
            press.part("digest_figures", whose, lambda: {"figures": figures.for_reader(reader, gathered.news)})
        )
    if gathered.head is not None and gathered.head.number and _keeps_the_log(reader):
        head = gathered.head
        found.append(press.part("digest_seal", head, lambda: _seal_words(gathered, head)))
    return found


def _seal_words(gathered: Gathered, head: seals.Head) -> dict:
    """The end of the chain over the audit log, kept with the reader where nobody can write it anew."""
    number, sha256 = head.number, head.sha256
    compare = f"{address('backbone:audit-log', gathered.tenant.slug)}?head={number}-{sha256}"
    return {"number": number, "sha256": sha256, "compare": compare}


def _due_words(due: Sequence[DueItem]) -> dict:
    return {
        "due": [{"item": item, "url": absolute(item.url)} for item in due[:DUE_SHOWN]],
        "more_due": max(len(due) - DUE_SHOWN, 0),
        "due_words": _waiting(len(due)),
    }


def _heading(cadences: Sequence[Often]) -> str:
    words = {"name": NAME}
    if Often.MONTHLY in cadences:
        return _("Your month, %(name)s") % words
    return _("Your week, %(name)s") % words if Often.WEEKLY in cadences else _("Your day, %(name)s") % words


def _waiting(due: int) -> str:
    if due == 1:
        return _("One thing waits for you")
    return ngettext("%(count)s thing waits for you", "%(count)s things wait for you", due) % {"count": due}


def _subject(due: int, told: int) -> str:
    news_words = ngettext("%(count)s thing happened", "%(count)s things happened", told) % {"count": told}
    if due and told:
        return _("%(waiting)s, %(news)s") % {"waiting": _waiting(due).lower(), "news": news_words}
    return _waiting(due).lower() if due else news_words
