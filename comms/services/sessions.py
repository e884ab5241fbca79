"""The only writer of what happens in a meeting: who is there, what is said, and that it is over."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from agenda.rules.texts import merged
from backbone import changes
from backbone.models import Membership, Partner
from backbone.problems import Problem, Refused
from backbone.services.fields import checked, set_fields
from comms.models import Attendance, Meeting, Topic
from comms.selectors.meetings import expected_at
from comms.services import absences, closing
from comms.services.meetings import locked, touch

changes.register_verbs(
    {
        "meeting.opened": gettext_noop("{by} opened the meeting “{title}”"),
        "meeting.attended": gettext_noop("{by} noted who was at “{title}”: {partner}, {presence}"),
        "meeting.over": gettext_noop("{by} ended the meeting “{title}”"),
        "meeting.closed": gettext_noop("{by} closed the meeting “{title}”, and its record went out"),
        "topic.discussed": gettext_noop("“{topic}” was talked about at “{title}”"),
        "topic.postponed": gettext_noop("“{topic}” was put off at “{title}”"),
    },
    {"meeting.attended": {"presence": Attendance.Presence}},
)

State = Meeting.State
RUNNING = (State.OPEN, State.OVER)
MINUTES_LENGTH = 40_000


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of minutes that were sent: `theirs` is what somebody else wrote meanwhile where both touched the same
    sentence; then nothing was saved, and whoever sent it has both before them."""

    meeting: Meeting
    is_merged: bool = False
    theirs: str | None = None


@transaction.atomic
def open_session(*, meeting: Meeting, by: Membership) -> Meeting:
    """It is opened. Twice does no more than once."""
    row = locked(meeting, State.PLANNED, *RUNNING)
    if row.state == State.PLANNED:
        row.state, row.opened_at = State.OPEN, timezone.now()
        row.save(update_fields=["state", "opened_at"])
        touch(row)
        _record("meeting.opened", row, by)
    return row


@transaction.atomic
def attend(*, meeting: Meeting, partner: Partner, presence: str, by: Membership, names: str | None = None) -> bool:
    """Note whether an organization is there, and who for it (None leaves the names); whether that changed anything.

    Decisions of this meeting say anew who was absent.
    """
    row = locked(meeting, *RUNNING)
    there = Attendance.objects.filter(meeting=row, partner=partner).first()
    fields = {"presence": presence} | ({} if names is None else {"names": names.strip()})
    if there is None:
        there = Attendance(meeting=row, partner=partner, **fields)
        checked(there).save(force_insert=True)
    elif not set_fields(there, fields):
        return False
    absences.recompute(meeting=row)
    touch(row)
    _record("meeting.attended", row, by, partner=partner, presence=there.presence)
    return True


@transaction.atomic
def write_minutes(*, meeting: Meeting, text: str, number: int, began: str, by: Membership) -> Kept:
    """Keep the minutes. `began` is the text number `number`, from which the writer set out.

    What somebody else saved meanwhile is merged sentence by sentence; where both touched the same one, nothing is
    saved. Raises `Refused` when they are too long, or the meeting is closed.
    """
    row = locked(meeting, *RUNNING)
    text, began = _tidy(text), _tidy(began)
    is_merged = False
    if number != row.number and text != row.minutes:
        joined = merged(began, row.minutes, text)
        if joined is None:
            return Kept(row, theirs=row.minutes)
        text, is_merged = joined, True
    if text != row.minutes:
        if len(text) > MINUTES_LENGTH:
            said = gettext_noop("The minutes have {length} characters; {limit} are the most.")
            raise Refused(
                Problem("minutes.long", said, {"length": len(text), "limit": MINUTES_LENGTH}, field="minutes")
            )
        row.minutes, row.number = text, row.number + 1
        row.save(update_fields=["minutes", "number"])
        touch(row)
    return Kept(row, is_merged)


@transaction.atomic
def treat(*, topic: Topic, state: str, by: Membership, words: str | None = None) -> bool:
    """Mark a topic as discussed, put off or open again, with what was said (None leaves it); whether that changed any."""
    row = locked(topic.meeting, *RUNNING)
    topic = Topic.objects.get(pk=topic.pk)
    before = topic.state
    fields = {"state": state} | ({} if words is None else {"words": words.strip()})
    if not set_fields(topic, fields):
        return False
    touch(row)
    if topic.state != before and topic.state != Topic.State.OPEN:
        _record(f"topic.{topic.state}", row, by, topic=topic.title)
    return True


@transaction.atomic
def note_words(*, topic: Topic, text: str, began: str, by: Membership) -> bool:
    """Keep what was said about a topic; `began` is the text from which the writer set out. Whether that changed anything.

    What somebody else wrote meanwhile is merged sentence by sentence; where both touched the same one, theirs stays and
    this comes below it, so that nothing is lost.
    """
    row = locked(topic.meeting, *RUNNING)
    topic = Topic.objects.get(pk=topic.pk)
    text, began = _tidy(text), _tidy(began)
    if topic.words not in (began, text):
        text = merged(began, topic.words, text) or f"{topic.words}\n\n{text}"
    if not set_fields(topic, {"words": text}):
        return False
    touch(row)
    return True


@transaction.atomic
def end(*, meeting: Meeting, by: Membership) -> Meeting:
    """It is over; the record may still be written, until somebody closes it."""
    row = locked(meeting, State.OPEN)
    row.state = State.OVER
    row.save(update_fields=["state"])
    touch(row)
    _record("meeting.over", row, by)
    return row


@transaction.atomic
def close(
    *, meeting: Meeting, by: Membership, shown: Collection[int] | None = None, left_out: Collection[int] = ()
) -> Meeting:
    """The record is whole: minutes, decisions and actions go out as one mail to each, and organizations that were absent
    are asked to acknowledge what was decided. What was not talked about is put off, but for the topics `left_out`.

    Raises `Refused` while nobody has said who was there, and where `shown`, the topics that whoever closes it was told
    were not talked about, are others by now.
    """
    row = locked(meeting, *RUNNING)
    if expected_at(row) and not Attendance.objects.filter(meeting=row).exists():
        text = gettext_noop("Say first which organizations were there: decisions name who was missing.")
        raise Refused(Problem("meeting.no_attendance", text))
    still_open = Topic.objects.filter(meeting=row, state=Topic.State.OPEN)
    if shown is not None and set(shown) != set(still_open.values_list("pk", flat=True)):
        text = gettext_noop("Somebody changed the topics meanwhile. Look again at what is put off.")
        raise Refused(Problem("meeting.topics_moved", text))
    row.state, row.closed_at = State.CLOSED, timezone.now()
    row.save(update_fields=["state", "closed_at"])
    still_open.exclude(pk__in=left_out).update(state=Topic.State.POSTPONED)
    absences.recompute(meeting=row)
    touch(row)
    _record("meeting.closed", row, by)
    closing.send_out(meeting=row, by=by)
    return row


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _record(verb: str, meeting: Meeting, by: Membership, **facts) -> None:
    changes.record(verb, on=meeting, by=by, initiative=meeting.initiative, title=meeting.title, **facts)
