"""Meetings as calendar programs read them: RFC 5545, and RFC 5546 for what is sent by mail. Pure: no Django, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vDuration, vRecur, vText

PRODUCT = "-//Backbone//Meetings//EN"
REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"
REFRESHED = timedelta(hours=6)
AROUND = timedelta(days=366)  # of the clock's changes those are told that lie so near a meeting

# What a person answered, in the words of RFC 5545.
ANSWERS = {"": "NEEDS-ACTION", "yes": "ACCEPTED", "maybe": "TENTATIVE", "no": "DECLINED"}


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Again:
    """How an event recurs: its rule with its end, the instants at which it does not take place, and when it does last."""

    rule: str
    left_out: tuple[datetime, ...]
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One meeting of one person's calendar. Instants are aware; `zone` is the one on whose clock it is held.

    `attendee` is whom it is for, with what they answered; None where nobody is asked to answer. `again` makes it an event
    that recurs; `recurs_at`, in its series' own zone, makes it one time of an event that does.
    """

    uid: str
    sequence: int
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    made_at: datetime
    organizer: Person
    sent_by: str
    attendee: Person | None = None
    answer: str = ""
    place: str = ""
    url: str = ""
    words: str = ""
    is_cancelled: bool = False
    again: Again | None = None
    recurs_at: datetime | None = None


def calendar(method: str, entries: Iterable[Entry], name: str = "") -> str:
    """A whole calendar object, lines ended with CR LF and folded, with the time zones that it speaks of."""
    found = Calendar()
    found.add("prodid", PRODUCT)
    found.add("version", "2.0")
    found.add("calscale", "GREGORIAN")
    found.add("method", method)
    if name:
        found.add("name", name)
        found.add("x-wr-calname", name)
        found.add("refresh-interval", REFRESHED, parameters={"value": "DURATION"})
        found.add("x-published-ttl", vDuration(REFRESHED).to_ical().decode())  # the same, as Outlook reads it
    entries = list(entries)
    for entry in entries:
        found.add_component(_event(entry, method))
    if entries:
        first = min(one.starts_at for one in entries)
        last = max(one.again.last_at if one.again is not None else one.ends_at for one in entries)
        found.add_missing_timezones(first_date=(first - AROUND).date(), last_date=(last + AROUND).date())
    return found.to_ical().decode()


def _event(entry: Entry, method: str) -> Event:
    zone = ZoneInfo(entry.zone)
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.made_at.astimezone(ZoneInfo("UTC")))
    event.add("dtstart", entry.starts_at.astimezone(zone))
    event.add("dtend", entry.ends_at.astimezone(zone))
    if entry.recurs_at is not None:
        event.add("recurrence-id", entry.recurs_at)
    if entry.again is not None:
        event.add("rrule", vRecur.from_ical(entry.again.rule))
        if entry.again.left_out:
            event.add("exdate", [one.astimezone(zone) for one in entry.again.left_out])
    event.add("summary", entry.title)
    event.add("status", "CANCELLED" if entry.is_cancelled or method == CANCEL else "CONFIRMED")
    for key, value in (("location", entry.place), ("description", entry.words), ("url", entry.url)):
        if value:
            event.add(key, value)
    organizer = _address(entry.organizer)
    if entry.sent_by and entry.sent_by != entry.organizer.email:
        organizer.params["sent-by"] = vText(f"mailto:{entry.sent_by}")
    event.add("organizer", organizer)
    if entry.attendee is not None:
        attendee = _address(entry.attendee)
        attendee.params["role"] = vText("REQ-PARTICIPANT")
        attendee.params["partstat"] = vText(ANSWERS[entry.answer])
        if method == REQUEST:
            attendee.params["rsvp"] = vText("TRUE")
        event.add("attendee", attendee)
    return event


def _address(person: Person) -> vCalAddress:
    found = vCalAddress(f"mailto:{person.email}")
    if person.name:
        # No parameter takes a quotation mark or a control character, whatever a person calls themself.
        plain = "".join(one for one in person.name if one.isprintable() and one != '"')
        found.params["cn"] = vText(plain)
    return found
