"""Calendars as programs and public feeds write them: each is read or refused in words, at whatever time it is opened."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from icalendar import Calendar

from backbone.problems import Refused
from comms.rules import bringing
from tests.real_data import folder_of, real_file

REFUSED = {
    "invalid_overlaps.ics": "calendar.none",  # events without a calendar around them
    "events_event_with_recurrence.ics": "calendar.none",
    "events_event_with_recurrence_exdates_on_different_lines.ics": "calendar.none",
    "valid_blankTzid.ics": "calendar.damaged",
    "calendars_big_bad_calendar.ics": "calendar.cut_off",
    "calendars_calendar_with_unicode.ics": "calendar.empty",
    "calendars_empty.ics": "calendar.empty",
    "blank_line_mid.ics": "calendar.empty",
}


@pytest.mark.parametrize("year", [1997, 2003, 2012, 2020, 2026])
def test_every_calendar_is_read_or_refused_and_every_event_is_taken_or_left_out_by_name(year):
    now, refused = datetime(year, 1, 1, tzinfo=UTC), {}
    paths = sorted(folder_of("calendars").rglob("*.ics"))
    assert len(paths) > 30
    for path in paths:
        content = path.read_bytes()
        try:
            found = bringing.read(content, now=now, zone="America/Chicago")
        except Refused as error:
            refused[path.name] = error.problems[0].code
            continue
        names = {
            str(event.get("UID", number))
            for each in Calendar.from_ical(content.decode("utf-8-sig"), multiple=True)
            if each.name == "VCALENDAR"
            for number, event in enumerate(each.walk("VEVENT"))
        }
        assert len(found.events) + len(found.left) == len(names), path.name
        for one in found.events:
            assert all(now < each.ends_at and each.starts_at < each.ends_at for each in one.times), path.name
        for one in found.left:
            assert one.problem.message.endswith("."), path.name
    assert refused == REFUSED


@pytest.mark.parametrize(
    ("file", "year", "zone", "starts"),
    [
        ("ical4j/valid_EXDATE-IN-UTC.ics", 2007, "America/Chicago", ["2007-05-08T10:15", "2007-05-29T10:15"]),
        ("node-ical/ms_timezones.ics", 2020, "America/Los_Angeles", ["2020-07-07T19:00", "2020-07-09T19:00"]),
        ("node-ical/biweekly-exdate-until.ics", 2017, "US/Central", ["2017-02-16T15:00", "2017-02-27T15:00"]),
        ("icaljs/utc_negative_zero.ics", 2012, "Etc/GMT", ["2012-08-21T21:00"]),
        ("icaljs/duration_instead_of_dtend.ics", 2012, "America/Los_Angeles", ["2012-06-30T13:00"]),
    ],
)  # fmt: skip
def test_the_hours_of_real_calendars_are_theirs(file, year, zone, starts):
    found = bringing.read(
        real_file(f"calendars/{file}").read_bytes(), now=datetime(year, 1, 1, tzinfo=UTC), zone="America/Denver"
    )
    one = next(one for one in found.events if one.zone == zone)
    assert [f"{each.starts_at:%Y-%m-%dT%H:%M}" for each in one.times][:2] == starts
