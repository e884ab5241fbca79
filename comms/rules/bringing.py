"""Meetings in a calendar that somebody brings along: what can be one here, and of everything else why not. Pure: no
Django, no clock.

A calendar is somebody else's program's, and of any age: what it says is taken as it is said, or left out by name; nothing
is guessed. Only what is still to come is a meeting to be planned.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vRecur

from backbone.problems import Problem, Refused, cut, gettext_noop
from comms.rules import one_line, recurring, rhythms, zones

UTC = ZoneInfo("UTC")
MOST_KILOBYTES = 1024
MOST_EVENTS = 2000  # in one file, what is over included
MOST_MEETINGS = 200  # new ones at once
AHEAD = timedelta(days=366)  # of what comes again, as far as this
PUT_OFF = timedelta(days=92)  # a time of a series that was to be so long ago may have been put off until now
LONGEST = timedelta(days=1)
TITLE_LENGTH, PLACE_LENGTH, URL_LENGTH, UID_LENGTH, RULE_LENGTH = 200, 200, 300, 255, 200

OVER = "event.over"
BY_HAND = gettext_noop("Correct it in its calendar, or plan it here by hand.")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}(:\d{1,5})?([/?#][^\s<>\"]*)?")
_CALLS = ("URL", "X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL", "CONFERENCE", "LOCATION")


@dataclass(frozen=True, slots=True)
class Time:
    """One time that a meeting takes place, in instants, with the zone on whose clock it is held; `recurs_at` is when its
    series has it."""

    title: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    place: str = ""
    url: str = ""
    recurs_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Coming:
    """An event of the file with the times of it that are to come; `rule` where it comes again. `has_more`: there are more
    of them than are brought in at once. `emails` are those of the people on its list."""

    uid: str
    title: str
    zone: str
    rule: str
    times: tuple[Time, ...]
    emails: frozenset[str] = frozenset()
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """An event that is no meeting here, by what it is called, and why."""

    what: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds; `tasks` is how many things to do are in it, which nobody looks at."""

    events: tuple[Coming, ...]
    left: tuple[Left, ...]
    tasks: int = 0


class _LeftOut(Exception):
    """An event that is not taken; the others are."""

    def __init__(self, code: str, text: str, hint: str = "", **params: Any):
        super().__init__(code)
        self.problem = Problem(f"event.{code}", text, params, hint=hint)


def read(content: bytes, *, now: datetime, zone: str) -> Found:
    """The meetings of a calendar file that are to come after `now`; a time that names no zone is by the clock of `zone`.

    Raises Refused for what is no calendar at all, one that cannot be read, and one that is too large.
    """
    text = _text(content)
    with zones.of_one_file():
        return _read(text, now, zone)


def _read(text: str, now: datetime, zone: str) -> Found:
    calendars = _parsed(text)
    events = [
        (one, str(each.get("METHOD", "")).upper() == "CANCEL") for each in calendars for one in each.walk("VEVENT")
    ]
    tasks = sum(len(each.walk("VTODO")) for each in calendars)
    if not events:
        raise Refused(
            Problem("calendar.empty", gettext_noop("There is no event in this calendar."), hint=gettext_noop(
                "Choose the calendar that the meetings are in, and export that one."
            ))
        )  # fmt: skip
    found, left = [], []
    for number, own in enumerate(_by_uid(events).values(), start=1):
        try:
            found.append(_coming(own, now, zone))
        except _LeftOut as reason:
            left.append(Left(_called(own[0][0], number), reason.problem))
        except (OverflowError, ValueError):  # a day before the first or after the last one that there is
            text = gettext_noop("One of its days cannot be read.")
            left.append(Left(_called(own[0][0], number), Problem("event.broken", text, hint=BY_HAND)))
    found.sort(key=lambda one: (one.times[0].starts_at, one.uid))
    return Found(tuple(found), tuple(left), tasks)


def too_large(size: int) -> Problem:
    sentence = gettext_noop(
        "The file is {size} KB; {limit} KB are the most. Export fewer months, or one calendar alone."
    )
    params = {"size": size // 1024 + 1, "limit": MOST_KILOBYTES}
    return Problem("calendar.too_large", sentence, params, field="file")


def _text(content: bytes) -> str:
    if len(content) > MOST_KILOBYTES * 1024:
        raise Refused(too_large(len(content)))
    if not content.strip():
        raise Refused(Problem("calendar.no_bytes", gettext_noop("The file is empty."), field="file"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        sentence = gettext_noop("Line {line} is not written in UTF-8. Export the calendar anew as iCalendar (.ics).")
        line = content[: error.start].count(b"\n") + 1
        raise Refused(Problem("calendar.encoding", sentence, {"line": line}, field="file")) from None
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if first.upper() != "BEGIN:VCALENDAR" or "\0" in text:
        sentence = gettext_noop(
            "This is no calendar: it begins with “{first}”. Export it as iCalendar (.ics), which begins with BEGIN:VCALENDAR."
        )
        shown = cut("".join(one for one in first if one.isprintable()), 40)
        raise Refused(Problem("calendar.none", sentence, {"first": shown}, field="file", value=shown))
    count = len(re.findall(r"^BEGIN:VEVENT\s*$", text, re.IGNORECASE | re.MULTILINE))
    if count > MOST_EVENTS:
        sentence = gettext_noop("There are {count} events in this file; {limit} are the most. Export fewer months.")
        raise Refused(Problem("calendar.too_many", sentence, {"count": count, "limit": MOST_EVENTS}, field="file"))
    return text


def _parsed(text: str) -> list[Any]:
    try:
        found = [one for one in Calendar.from_ical(text, multiple=True) if one.name == "VCALENDAR"]
    except Exception as error:  # whatever a reader of broken lines may raise, the file is what is wrong
        sentence = gettext_noop(
            "The file cannot be read as a calendar: {said}. Export it anew; this one may be cut off."
        )
        raise Refused(
            Problem("calendar.damaged", sentence, {"said": cut(str(error).strip(". "))}, field="file")
        ) from None
    if not found:
        sentence = gettext_noop("The calendar does not end: the file may be cut off. Export it anew.")
        raise Refused(Problem("calendar.cut_off", sentence, field="file"))
    return found


def _by_uid(events: Iterable[tuple[Event, bool]]) -> dict[str, list[tuple[Event, bool]]]:
    """The events of one name together: the whole first, then single times of it. Whoever has no name stands alone."""
    found: dict[str, list[tuple[Event, bool]]] = {}
    for number, (event, is_off) in enumerate(events):
        found.setdefault(str(event.get("UID", "")).strip() or f"\0{number}", []).append((event, is_off))
    for own in found.values():
        own.sort(key=lambda pair: "RECURRENCE-ID" in pair[0])
    return found


def _called(event: Event, number: int) -> str:
    title = _words(event, "SUMMARY")
    return cut(title) if title else f"#{number}"


def _words(event: Event, name: str) -> str:
    value = event.get(name)
    value = value[0] if isinstance(value, list) and value else value
    return one_line(str(value), 10_000) if value is not None else ""


# --- one event ---


def _coming(own: Sequence[tuple[Event, bool]], now: datetime, zone: str) -> Coming:
    """What is to come of the events that share a name. Raises _LeftOut."""
    wholes = [pair for pair in own if "RECURRENCE-ID" not in pair[0]]
    uid = str(own[0][0].get("UID", "")).strip()
    if not uid:
        raise _LeftOut(
            "no_uid",
            gettext_noop("It has no name of its own (UID), so that nobody could tell whether it is here already."),
            gettext_noop("Export it anew from the calendar that it is in."),
        )
    if len(uid) > UID_LENGTH:
        text = gettext_noop("Its name (UID) has {count} characters; {limit} are the most.")
        hint = gettext_noop("Plan it here by hand.")
        raise _LeftOut("uid_long", text, hint, count=len(uid), limit=UID_LENGTH)
    if not wholes:
        raise _LeftOut(
            "part",
            gettext_noop("It is one time of a series, and the series is not in this file."),
            gettext_noop("Export the whole calendar, or plan it here by hand."),
        )
    whole, is_off = wholes[-1]
    if is_off or _is_off(whole):
        raise _LeftOut("cancelled", gettext_noop("It is cancelled."))
    emails = frozenset(_emails(whole))
    if "RRULE" in whole or "RDATE" in whole:
        found = _series(uid, whole, [pair for pair in own if "RECURRENCE-ID" in pair[0]], now, zone)
        return replace(found, emails=emails)
    when = _when(whole, zone)
    if when.ends_at <= now:
        raise _LeftOut("over", gettext_noop("It is over."))
    return Coming(uid, when.title, when.timezone, "", (when,), emails)


def _is_off(event: Event) -> bool:
    return str(event.get("STATUS", "")).strip().upper() == "CANCELLED"


def _emails(event: Event) -> Iterator[str]:
    listed = event.get("ATTENDEE", [])
    for one in listed if isinstance(listed, list) else [listed]:
        scheme, _, email = str(one).partition(":")
        if scheme.lower() == "mailto" and email:
            yield email.strip().lower()


def _dt(event: Event, name: str) -> Any:
    """A day, an instant or a length of an event; None where there is none. Raises _LeftOut for what cannot be read."""
    found = event.get(name)
    broken = next((str(error) for said, error in event.errors if name in f"{said} {error}".upper()), None)
    try:
        if isinstance(found, list) or (found is None and broken is not None):
            raise ValueError(name)
        value = getattr(found, "dt", getattr(found, "td", None)) if found is not None else None
        if found is not None and value is None:
            raise ValueError(name)
    except (ValueError, AttributeError, TypeError):
        text = gettext_noop("Its {name} cannot be read: “{value}”.")
        raise _LeftOut(
            "broken", text, BY_HAND, name=name, value=cut(_raw(found) if found is not None else broken)
        ) from None
    return value


def _raw(found: Any) -> str:
    try:
        return str(found)
    except Exception:  # a property that cannot be read may not be able to say so
        return ""


def _begins(event: Event) -> tuple[datetime, timedelta]:
    """When an event begins, with its zone or none, and how long it lasts. Raises _LeftOut."""
    start, end, length = _dt(event, "DTSTART"), _dt(event, "DTEND"), _dt(event, "DURATION")
    if start is None:
        raise _LeftOut("no_start", gettext_noop("It does not say when it begins."))
    if not isinstance(start, datetime):
        raise _LeftOut(
            "whole_day",
            gettext_noop("It lasts whole days: a meeting has an hour."),
            gettext_noop("Give it an hour in its calendar, or plan it here by hand."),
        )
    if start.year not in recurring.YEARS:
        text = gettext_noop("It begins in {year}: meetings are between {first} and {last}.")
        raise _LeftOut("year", text, year=start.year, first=recurring.YEARS[0], last=recurring.YEARS[-1])
    if end is not None:
        if not isinstance(end, datetime) or (end.tzinfo is None) != (start.tzinfo is None):
            raise _LeftOut("end", gettext_noop("Its beginning and its end are not given in the same way."), BY_HAND)
        length = end - start if end.tzinfo is None else end.astimezone(UTC) - start.astimezone(UTC)
    if not isinstance(length, timedelta) or length <= timedelta(0):
        text = gettext_noop("It does not say how long it lasts.")
        raise _LeftOut("no_length", text, gettext_noop("Give it an end in its calendar, or plan it here by hand."))
    if length > LONGEST:
        text = gettext_noop("It lasts {hours} hours; {limit} are the most.")
        hint = gettext_noop("Plan each of its days here as a meeting of its own.")
        hours = length // timedelta(hours=1)
        raise _LeftOut("too_long", text, hint, hours=hours, limit=LONGEST // timedelta(hours=1))
    return start, length


def _when(event: Event, zone: str, times: Sequence[datetime] = ()) -> Time:
    """An event as one time, named and placed. Raises _LeftOut."""
    start, length = _begins(event)
    title = _words(event, "SUMMARY")
    if not title:
        text, hint = gettext_noop("It has no title."), gettext_noop("Give it one in its calendar.")
        raise _LeftOut("no_title", text, hint)
    if len(title) > TITLE_LENGTH:
        text = gettext_noop("Its title has {count} characters; {limit} are the most.")
        hint = gettext_noop("Shorten it in its calendar.")
        raise _LeftOut("title_long", text, hint, count=len(title), limit=TITLE_LENGTH)
    name, start_at = _placed(event, start, zone, times)
    place, url = _words(event, "LOCATION"), ""
    for call in _CALLS:
        said = _words(event, call)
        if _ADDRESS.fullmatch(said) and len(said) <= URL_LENGTH:
            url = said
            break
    return Time(title, start_at, start_at + length, name, "" if place == url else cut(place, PLACE_LENGTH), url)


def _placed(event: Event, start: datetime, zone: str, times: Sequence[datetime]) -> tuple[str, datetime]:
    """The zone on whose clock an event is held, and the instant at which it begins. A zone that the file describes itself
    is one of the known ones that says the same of all these `times`. Raises _LeftOut."""
    named = str(event["DTSTART"].params.get("TZID", "")).strip()
    known = zones.known(named)
    if start.tzinfo is None:
        if named and known is None:
            text = gettext_noop("Its time zone, “{zone}”, is one that nobody knows, and the file does not describe it.")
            hint = gettext_noop("Choose a zone by its city in its calendar, or plan it here by hand.")
            raise _LeftOut("zone", text, hint, zone=cut(named))
        zone = known or zone
        return zone, recurring.instant(start, zone)
    at = start.astimezone(UTC)
    key = getattr(start.tzinfo, "key", "")
    if key and key != "UTC" and key in zones.names():
        return key, at
    if key == "UTC" and times:
        return key, at
    moments = [start.replace(tzinfo=None), *times]
    for one in (known, zone):
        if one and all(zones.agree(moment, start.tzinfo, one) for moment in (moments if times else moments[:1])):
            return one, at
    if not times:
        return zone, at
    text = gettext_noop("Its time zone, “{zone}”, is described in the file alone, and {ours} keeps other hours.")
    hint = gettext_noop("Choose a zone by its city in its calendar, or plan it here by hand.")
    raise _LeftOut("zone", text, hint, zone=cut(named), ours=zone)


# --- one that comes again ---


def _series(
    uid: str, whole: Event, others: Sequence[tuple[Event, bool]], now: datetime, zone: str
) -> Coming:  # fmt: skip
    """The times of an event that comes again, as far ahead as is looked. Raises _LeftOut."""
    if "RDATE" in whole:
        text = gettext_noop("It takes place on single days, outside any rhythm.")
        raise _LeftOut("days", text, gettext_noop("Plan those days here as meetings of their own."))
    if any(one["RECURRENCE-ID"].params.get("RANGE") for one, _off in others if hasattr(one["RECURRENCE-ID"], "params")):
        text = gettext_noop(
            "From one day on it is changed for good (RANGE=THISANDFUTURE), which few calendars understand."
        )
        raise _LeftOut("range", text, gettext_noop("Make two series of it in its calendar."))
    start, _length = _begins(whole)
    local = start.replace(tzinfo=None)
    rule, most, until = _rule(whole, local, start.tzinfo)
    here = now.replace(tzinfo=None)
    days = rhythms.occurrences(rule, local, most=most, until=until, first=here - PUT_OFF, last=here + AHEAD)
    times = [one for one in days if one.year in recurring.YEARS]
    pattern = _when(whole, zone, times)
    without, without_days = _left_out(whole, pattern.timezone, start.tzinfo)
    moved = _moved(others, pattern.timezone, start.tzinfo, zone)
    found: list[Time] = []
    has_more = False
    for one in times:
        at = recurring.instant(one, pattern.timezone)
        if at in without or one.date() in without_days:
            continue
        time_ = replace(pattern, starts_at=at, ends_at=at + (pattern.ends_at - pattern.starts_at), recurs_at=at)
        other = moved.get(at, moved.get(one.date(), time_))
        if other is None:
            continue
        if other is not time_:
            other = replace(other, recurs_at=at)
        if other.ends_at > now:
            if len(found) == recurring.MOST:
                has_more = True
                break
            found.append(other)
    if not found:
        raise _LeftOut("over", gettext_noop("It is over."))
    found.sort(key=lambda one: one.starts_at)
    return Coming(uid, pattern.title, pattern.timezone, rule, tuple(found), has_more=has_more)


def _rule(whole: Event, local: datetime, zone: tzinfo | None) -> tuple[str, int | None, datetime | None]:
    """The rhythm of an event without its end, how many times it takes place, and until when on its own clock. Raises
    _LeftOut."""
    said = whole["RRULE"]
    shown = " + ".join(_ical(one) for one in said) if isinstance(said, list) else _ical(said)
    unknown = _LeftOut(
        "rule", gettext_noop("It comes again in a way that meetings here cannot: “{rule}”."),
        gettext_noop("Plan it here by hand, or give it a rhythm of weeks or months."), rule=cut(shown),
    )  # fmt: skip
    if not isinstance(said, vRecur):
        raise unknown
    parts = recurring.parts(shown)
    count, end = parts.pop("COUNT", None), parts.pop("UNTIL", None)
    until = None
    if end is not None:
        until = said.get("UNTIL", [None])[0]
        if isinstance(until, datetime):
            if until.tzinfo is not None:
                until = until.astimezone(zone or UTC).replace(tzinfo=None)
        elif isinstance(until, date):
            until = datetime.combine(until, time.max)
        else:
            raise unknown
    rhythms.spell_out(parts, local)
    if not rhythms.is_sound(parts, local) or (count is not None and not rhythms.is_countable(count)):
        raise unknown
    rule = ";".join(f"{name}={value}" for name, value in parts.items())
    if len(rule) > RULE_LENGTH:
        raise unknown
    try:
        recurring.starts(rule, local, 1)
    except recurring.BadRule:
        raise unknown from None
    return rule, int(count) if count is not None else None, until


def _ical(rule: Any) -> str:
    try:
        return rule.to_ical().decode()
    except (ValueError, AttributeError, TypeError):
        return _raw(rule)


def _left_out(whole: Event, zone: str, theirs: tzinfo | None) -> tuple[set[datetime], set[date]]:
    """The instants, and the days, at which an event that comes again does not take place. Raises _LeftOut."""
    said = whole.get("EXDATE", [])
    instants, days = set(), set()
    for listed in said if isinstance(said, list) else [said]:
        try:
            values = [one.dt for one in listed.dts]
        except (ValueError, AttributeError, TypeError):
            text = gettext_noop("Its {name} cannot be read: “{value}”.")
            raise _LeftOut("broken", text, BY_HAND, name="EXDATE", value=cut(_raw(listed))) from None
        for one in values:
            if isinstance(one, datetime):
                instants.add(_instant(one, zone, theirs))
            else:
                days.add(one)
    return instants, days


def _instant(moment: datetime, zone: str, theirs: tzinfo | None) -> datetime:
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    return moment.replace(tzinfo=theirs or ZoneInfo(zone)).astimezone(UTC)


def _moved(
    others: Sequence[tuple[Event, bool]], zone: str, theirs: tzinfo | None, floating: str
) -> dict[datetime | date, Time | None]:  # fmt: skip
    """The single times of a series that are otherwise, by when the series has them; None where one is off. Raises
    _LeftOut."""
    found: dict[datetime | date, Time | None] = {}
    for event, is_off in others:
        which = _dt(event, "RECURRENCE-ID")
        if isinstance(which, datetime):
            which = _instant(which, zone, theirs)
        found[which] = None if is_off or _is_off(event) else _when(event, floating)
    return found
