"""The only writer of meetings: when and where, who is invited, what is to be talked about."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.conditions import Proposed
from backbone.models import Initiative, Membership, Partner, WorkingGroup
from backbone.problems import Problem, Refused
from backbone.services.fields import checked, set_fields
from comms.models import Invited, Meeting, Series, Topic
from comms.rules import recurring
from comms.selectors.meetings import following
from comms.services import invitations, live

changes.register_verbs(
    {
        "meeting.planned": gettext_noop("{by} planned the meeting “{title}”"),
        "meeting.series": gettext_noop("{by} planned {count} meetings “{title}”"),
        "meeting.changed": gettext_noop("{by} changed the meeting “{title}”"),
        "meeting.moved": gettext_noop("{by} moved the meeting “{title}”"),
        "meeting.cancelled": gettext_noop("{by} cancelled the meeting “{title}”"),
        "meeting.invited": gettext_noop("{by} invited {count} people to “{title}”"),
        "meeting.invited_series": gettext_noop("{by} invited {count} people to {meetings} meetings “{title}”"),
        "meeting.uninvited": gettext_noop("{by} took {name} off the list for “{title}”"),
        "meeting.answered": gettext_noop("{by} answered the invitation to “{title}”"),
        "topic.added": gettext_noop("{by} put “{topic}” on the list for “{title}”"),
        "topic.removed": gettext_noop("{by} took “{topic}” off the list for “{title}”"),
    }
)

State = Meeting.State
MOVES = ("starts_at", "ends_at", "timezone", "place", "url", "title")  # what a calendar has to be told of


@transaction.atomic
def plan(
    *,
    initiative: Initiative,
    title: str,
    starts: datetime,
    minutes: int,
    zone: str,
    by: Membership,
    group: WorkingGroup | None = None,
    place: str = "",
    url: str = "",
    template: str = "",
    topics: Iterable[tuple[str, int | None]] = (),
    people: Sequence[tuple[Membership, Partner | None]] = (),
    rule: str = "",
    count: int = 1,
) -> list[Meeting]:
    """Plan a meeting, or one for each time of a rule; `starts` is without a zone, on the clock of `zone`.

    Each gets the topics and the people. Nobody is told: `invite` does that. Raises `Refused` for a rule that is none, and
    for a day on which nobody meets.
    """
    series, begins = None, [starts]
    if rule:
        try:
            begins = recurring.starts(rule, starts, count)
        except recurring.BadRule as error:
            text = gettext_noop("“{rule}” is no rhythm that meetings can have.")
            raise Refused(Problem("meeting.rule", text, {"rule": rule}, field="often", value=rule)) from error
        series = Series(initiative=initiative, title=title.strip(), rule=rule, uid=new_uid(), timezone=zone)
        checked(series).save(force_insert=True)
    topics, made = list(topics), []
    for one in begins:
        start = _instant(one, zone)
        row = Meeting(
            initiative=initiative, group=group, series=series, title=title.strip(), starts_at=start,
            ends_at=start + timedelta(minutes=minutes), timezone=zone, place=place.strip(), url=url, template=template,
            uid=new_uid(), by=by, recurs_at=start if series is not None else None,
        )  # fmt: skip
        checked(row).save(force_insert=True)
        made.append(row)
    Topic.objects.bulk_create(
        Topic(meeting=row, position=place, title=words, minutes=length)
        for row in made
        for place, (words, length) in enumerate(topics, start=1)
    )
    Invited.objects.bulk_create(
        Invited(meeting=row, member=member, partner=partner)
        for row in made
        for member, partner in {member.pk: (member, partner) for member, partner in people}.values()
    )
    if series is None:
        record("meeting.planned", made[0], by)
    else:
        record("meeting.series", made[0], by, count=len(made))
    return made


@transaction.atomic
def change(
    *,
    meeting: Meeting,
    title: str,
    starts: datetime,
    minutes: int,
    zone: str,
    by: Membership,
    place: str = "",
    url: str = "",
    seen: int | None = None,
) -> bool:
    """Another time, place or title; whoever was invited gets it by mail with the next sequence number. `seen` is the number
    that the meeting had when the writer set out; when it has another by now this raises `Refused`.

    Answers whether that changed anything. Raises `Refused` once it is closed or cancelled, and for a day on which nobody
    meets.
    """
    row = locked(meeting, State.PLANNED, State.OPEN, State.OVER)
    if seen is not None and seen != row.sequence:
        text = gettext_noop(
            "Somebody changed this meanwhile. Look at what stands there now; sent once more, yours replaces it."
        )
        raise Refused(Problem("meeting.stale", text))
    start = _instant(starts, zone)
    fields = {
        "title": title.strip(), "starts_at": start, "ends_at": start + timedelta(minutes=minutes), "timezone": zone,
        "place": place.strip(), "url": url,
    }  # fmt: skip
    changed = set_fields(row, fields)
    if not changed:
        return False
    row.sequence += 1
    row.save(update_fields=["sequence"])
    touch(row)
    record("meeting.moved" if {"starts_at", "timezone"} & set(changed) else "meeting.changed", row, by, fields=changed)
    invitations.send(meeting=row, only_told=True)
    return True


@transaction.atomic
def cancel(*, meeting: Meeting, by: Membership, reason: str = "") -> None:
    """Call a meeting off; whoever was invited is told, and their calendars take it out. Raises `Refused` once it began."""
    row = locked(meeting, State.PLANNED)
    row.state, row.sequence = State.CANCELLED, row.sequence + 1
    row.save(update_fields=["state", "sequence"])
    touch(row)
    record("meeting.cancelled", row, by, reason=reason.strip()[:300])
    invitations.call_off(meeting=row, reason=reason.strip())


@transaction.atomic
def cancel_series(*, meeting: Meeting, by: Membership, reason: str = "") -> int:
    """Call a meeting off and all that follow in its series; whoever was invited is told in one mail. How many that are.

    Raises `Refused` once it began.
    """
    row = locked(meeting, State.PLANNED)
    off = [row, *following(row)]
    for one in off:
        one.state, one.sequence = State.CANCELLED, one.sequence + 1
        one.save(update_fields=["state", "sequence"])
        touch(one)
        record("meeting.cancelled", one, by, reason=reason.strip()[:300])
    invitations.call_off_series(meetings=off, reason=reason.strip())
    return len(off)


@transaction.atomic
def invite(*, meeting: Meeting, people: Iterable[tuple[Membership, Partner | None]], by: Membership) -> int:
    """Invite these people as well, each for an organization, and mail everybody who was not told yet; how many are new.

    Raises `Refused` once the meeting is over.
    """
    row = locked(meeting, State.PLANNED, State.OPEN)
    there = set(Invited.objects.filter(meeting=row).values_list("member_id", flat=True))
    new = {member.pk: (member, partner) for member, partner in people if member.pk not in there and member.is_active}
    Invited.objects.bulk_create(Invited(meeting=row, member=member, partner=org) for member, org in new.values())
    told = invitations.send(meeting=row)
    if new or told:
        touch(row)
        record("meeting.invited", row, by, count=told)
    return len(new)


@transaction.atomic
def invite_series(*, meeting: Meeting, people: Iterable[tuple[Membership, Partner | None]], by: Membership) -> int:
    """Invite these people to a meeting and to all that follow in its series, and mail everybody who was told of none of
    them yet one invitation to them all; how many people are new on any list.

    Raises `Refused` once the meeting is over.
    """
    row = locked(meeting, State.PLANNED, State.OPEN)
    people = {member.pk: (member, partner) for member, partner in people if member.is_active}
    coming = [row, *following(row)]
    there = set(Invited.objects.filter(meeting__in=coming).values_list("meeting_id", "member_id"))
    new = [
        Invited(meeting=one, member=member, partner=partner)
        for one in coming
        for member, partner in people.values()
        if (one.pk, member.pk) not in there
    ]
    Invited.objects.bulk_create(new)
    told = invitations.send_series(meetings=coming)
    for one in coming if new or told else ():
        touch(one)
    if new or told:
        record("meeting.invited_series", row, by, count=told, meetings=len(coming))
    return len({one.member_id for one in new})


@transaction.atomic
def uninvite(*, place: Invited, by: Membership) -> None:
    """Take somebody off the list; their calendar takes it out."""
    row = locked(place.meeting, State.PLANNED, State.OPEN)
    invitations.call_off(meeting=row, only=[place.member_id])
    name = place.member.name
    place.delete()
    touch(row)
    record("meeting.uninvited", row, by, name=name)


@transaction.atomic
def answer(*, meeting: Meeting, member: Membership, said: str) -> Invited:
    """What an invited person answers: "yes", "maybe" or "no". Raises `Refused` for who is not invited, or too late."""
    row = locked(meeting, State.PLANNED, State.OPEN)
    place = Invited.objects.select_for_update(no_key=True).filter(meeting=row, member=member).first()
    if place is None:
        raise Refused(Problem("meeting.not_invited", gettext_noop("You are not on the list of this meeting.")))
    if set_fields(place, {"answer": said}):
        touch(row)
        record("meeting.answered", row, member, answer=said)
    return place


# --- what is to be talked about ---


@transaction.atomic
def add_topic(
    *, meeting: Meeting, title: str, by: Membership, minutes: int | None = None, about: str = "", url: str = ""
) -> Topic | None:
    """Put something on the list, at its end; None where the row that it is about is on it already."""
    row = locked(meeting, State.PLANNED, State.OPEN)
    if about and Topic.objects.filter(meeting=row, about=about).exists():
        return None
    last = Topic.objects.filter(meeting=row).aggregate(last=Max("position"))["last"] or 0
    topic = Topic(meeting=row, position=last + 1, title=title.strip()[:300], minutes=minutes, about=about, url=url)
    checked(topic).save(force_insert=True)
    touch(row)
    record("topic.added", row, by, topic=topic.title)
    return topic


def add_proposed(*, meeting: Meeting, proposed: Proposed, by: Membership) -> Topic | None:
    """Take up something that a condition proposed."""
    return add_topic(meeting=meeting, title=proposed.title, about=proposed.about, url=proposed.url, by=by)


@transaction.atomic
def move_topic(*, topic: Topic, up: bool, by: Membership) -> bool:
    """One place up or down; answers whether there was one."""
    row = locked(topic.meeting, State.PLANNED, State.OPEN)
    topics = list(Topic.objects.filter(meeting=row))
    place = next(at for at, one in enumerate(topics) if one.pk == topic.pk)
    other = place + (-1 if up else 1)
    if not 0 <= other < len(topics):
        return False
    topics[place], topics[other] = topics[other], topics[place]
    for at, one in enumerate(topics, start=1):
        one.position = at
    Topic.objects.bulk_update(topics, ["position"])
    touch(row)
    return True


@transaction.atomic
def remove_topic(*, topic: Topic, by: Membership) -> None:
    """Take something off the list. Raises `Refused` for what was discussed: that is part of the record."""
    row = locked(topic.meeting, State.PLANNED, State.OPEN)
    topic = Topic.objects.get(pk=topic.pk)
    if topic.state == Topic.State.DISCUSSED or topic.decisions.exists():
        raise Refused(Problem("topic.discussed", gettext_noop("This was talked about, and stays in the record.")))
    title = topic.title
    topic.delete()
    touch(row)
    record("topic.removed", row, by, topic=title)


# --- for the services beside this one ---


def _instant(local: datetime, zone: str) -> datetime:
    try:
        return recurring.instant(local, zone)
    except recurring.BadDay as error:
        text = gettext_noop("“{day}” is no day of a meeting. Choose one between {first} and {last}.")
        params = {"day": str(error), "first": recurring.YEARS[0], "last": recurring.YEARS[-1]}
        raise Refused(Problem("meeting.day", text, params, field="day", value=str(error))) from error


def new_uid() -> str:
    """What calendars know a meeting, or a series, by."""
    return f"{uuid.uuid4()}@backbone"


def locked(meeting: Meeting, *states: str) -> Meeting:
    """The meeting, locked, when it is in one of these states. Raises `Refused` otherwise."""
    rows = Meeting.objects.select_for_update(of=("self",), no_key=True)
    rows = rows.select_related("initiative", "group", "by", "series")
    row = rows.get(pk=meeting.pk)
    if states and row.state not in states:
        text = gettext_noop("This cannot be done any more: the meeting is {state}.")
        raise Refused(Problem("meeting.state", text, {"state": str(row.get_state_display()).lower()}))
    return row


def touch(meeting: Meeting) -> None:
    """Something happened in it: whoever watches it looks again."""
    Meeting.objects.filter(pk=meeting.pk).update(moves=F("moves") + 1)
    live.tell(meeting.pk)


def record(verb: str, meeting: Meeting, by: Membership, **facts) -> None:
    """One line of history about a meeting."""
    changes.record(verb, on=meeting, by=by, initiative=meeting.initiative, title=meeting.title, **facts)
