"""Meetings out of a calendar of elsewhere: what is taken, what is left out and why, and the same file again."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
import time_machine
import vobject
from dateutil.rrule import rrulestr
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from backbone.models import Change
from backbone.problems import Refused
from backbone.roles import Role
from backbone.services import groups
from comms.models import Invited, Mail, Meeting, Series
from comms.rules import bringing, recurring
from comms.selectors.bringing import held_against
from comms.services import bringing as services
from comms.services import invitations, meetings
from tests import factories
from tests.comms.meeting import plan

NOW = datetime(2026, 11, 11, 15, tzinfo=UTC)
CHICAGO = "America/Chicago"


@pytest.fixture(autouse=True)
def _in_november():
    with time_machine.travel(NOW, tick=False):
        yield


def event(*lines: str, uid: str = "1@x", title: str = "Our group", **more: str) -> str:
    """One event on the 18th of November at nine in Chicago, an hour long; `lines` are added to it, and one of `more` that is
    empty is left out."""
    begun = {
        "UID": uid, "DTSTAMP": "20261101T000000Z", "DTSTART;TZID=America/Chicago": "20261118T090000",
        "DTEND;TZID=America/Chicago": "20261118T100000", "SUMMARY": title,
    } | more  # fmt: skip
    said = [f"{name}:{value}" for name, value in begun.items() if value]
    return "\r\n".join(["BEGIN:VEVENT", *said, *lines, "END:VEVENT"])


def calendar(*events: str, before: str = "") -> bytes:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//x//y//EN",
        *([before] if before else []),
        *events,
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(lines).encode()


def read(*events: str, before: str = "", now: datetime = NOW) -> bringing.Found:
    return bringing.read(calendar(*events, before=before), now=now, zone=CHICAGO)


def taken(*events: str, **more) -> bringing.Coming:
    found = read(*events, **more)
    assert found.left == ()
    (one,) = found.events
    return one


def why(*events: str, **more) -> str:
    found = read(*events, **more)
    assert found.events == ()
    (one,) = found.left
    return one.problem.message


def hours(one: bringing.Coming) -> list[datetime]:
    """When it takes place, on its own clock."""
    return [each.starts_at.astimezone(ZoneInfo(each.timezone)).replace(tzinfo=None) for each in one.times]


def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour))


# --- one event ---


def test_an_event_is_a_meeting_by_its_own_name_hour_place_and_call():
    one = taken(
        event(
            "LOCATION:Town hall", "X-GOOGLE-CONFERENCE:https://meet.example/abc", "ATTENDEE;CN=Ben:mailto:Ben@X.example"
        )
    )
    (each,) = one.times
    assert (one.uid, one.title, one.rule, one.emails) == ("1@x", "Our group", "", {"ben@x.example"})
    assert (each.starts_at, each.timezone) == (datetime(2026, 11, 18, 15, tzinfo=UTC), CHICAGO)
    assert (each.place, each.url, each.recurs_at) == ("Town hall", "https://meet.example/abc", None)


@pytest.mark.parametrize(
    ("start", "end", "hour", "zone"),
    [
        ({"DTSTART": "20261118T150000Z"}, {"DTEND": "20261118T160000Z"}, 15, CHICAGO),
        ({"DTSTART": "20261118T090000"}, {"DURATION": "PT1H"}, 15, CHICAGO),
        ({"DTSTART;TZID=Europe/Madrid": "20261118T160000"}, {"DURATION": "PT1H"}, 15, "Europe/Madrid"),
        ({"DTSTART;TZID=W. Europe Standard Time": "20261118T160000"}, {"DURATION": "PT1H"}, 15, "Europe/Berlin"),
    ],
)  # fmt: skip
def test_whatever_clock_an_event_is_on_its_instant_stays(start, end, hour, zone):
    gone = {"DTSTART;TZID=America/Chicago": "", "DTEND;TZID=America/Chicago": ""}
    (each,) = taken(event(**gone, **start, **end)).times
    assert (each.starts_at, each.timezone) == (datetime(2026, 11, 18, hour, tzinfo=UTC), zone)
    assert (each.ends_at - each.starts_at).seconds == 3600


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (event(uid=""), "no name of its own"),
        (event(uid="x" * 300), "Its name (UID) has 300 characters; 255 are the most."),
        (event(title=""), "It has no title."),
        (event(title="x" * 201), "Its title has 201 characters; 200 are the most."),
        (event("STATUS:CANCELLED"), "It is cancelled."),
        (event(**{"DTSTART;TZID=America/Chicago": ""}), "does not say when it begins"),
        (event(**{"DTSTART;TZID=America/Chicago": "", "DTSTART;VALUE=DATE": "20261118"}), "a meeting has an hour"),
        (event(**{"DTSTART;TZID=America/Chicago": "tomorrow"}), "Its DTSTART cannot be read: “tomorrow”."),
        (event(**{"DTEND;TZID=America/Chicago": ""}), "does not say how long it lasts"),
        (event(**{"DTEND;TZID=America/Chicago": "20261118T080000"}), "does not say how long it lasts"),
        (event(**{"DTEND;TZID=America/Chicago": "20261120T090000"}), "It lasts 48 hours; 24 are the most."),
        (event(**{"DTEND;TZID=America/Chicago": "", "DTEND;VALUE=DATE": "20261118"}), "not given in the same way"),
        (event(**{"DTSTART;TZID=America/Chicago": "99991118T090000"}), "It begins in 9999"),
        (
            event(**{
                "DTSTART;TZID=America/Chicago": "", "DTSTART;TZID=Nowhere": "20261118T090000",
                "DTEND;TZID=America/Chicago": "", "DURATION": "PT1H",
            }), "“Nowhere”, is one that nobody knows",
        ),
        (event(**{"DTSTART;TZID=America/Chicago": "20261101T090000", "DTEND;TZID=America/Chicago": "20261101T100000"}), "It is over."),
        (event("RECURRENCE-ID;TZID=America/Chicago:20261118T090000"), "the series is not in this file"),
        (event("RRULE:FREQ=SECONDLY"), "“FREQ=SECONDLY”"),
        (event("RRULE:FREQ=WEEKLY;INTERVAL=0"), "INTERVAL=0"),
        (event("RRULE:FREQ=WEEKLY;BYDAY=9WE"), "BYDAY=9WE"),
        (event("RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"), "BYMONTHDAY=30"),
        (event("RRULE:FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31"), "BYMONTHDAY=31"),
        (event("RRULE:FREQ=YEARLY;BYYEARDAY=366"), "BYYEARDAY=366"),
        (event("RRULE:FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=20"), "BYMONTHDAY=20"),
        (event("RRULE:FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=5"), "BYSETPOS=5"),
        (event("RRULE:FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;BYSETPOS=2"), "BYSETPOS=2"),
        (event("RRULE:FREQ=DAILY;INTERVAL=14;BYDAY=MO"), "INTERVAL=14"),
        (event("RRULE:FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29"), "BYMONTHDAY=29"),
        (event("RRULE:FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYDAY=-5MO"), "BYDAY=-5MO"),
        (event("RRULE:FREQ=WEEKLY", "RRULE:FREQ=MONTHLY"), "FREQ=WEEKLY + FREQ=MONTHLY"),
        (event("RRULE:FREQ=WEEKLY;UNTIL=never"), "cannot"),
        (event("RRULE:FREQ=WEEKLY;COUNT=3", "RDATE;TZID=America/Chicago:20261120T090000"), "on single days"),
        (event("RRULE:FREQ=WEEKLY;UNTIL=20261111T000000Z"), "It is over."),
        (event("RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:soon"), "EXDATE"),
    ],
)  # fmt: skip
def test_what_is_no_meeting_here_is_left_out_and_says_why(said, words):
    assert words in why(said)


NO_ZONE = "\r\n".join(
    [
        "BEGIN:VTIMEZONE", "TZID:", "BEGIN:STANDARD", "DTSTART:20071104T020000", "TZOFFSETFROM:-0500", "TZOFFSETTO:-0600",
        "END:STANDARD", "END:VTIMEZONE",
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "calendar.no_bytes"), (b" \r\n", "calendar.no_bytes"), (b"PK\3\4", "calendar.none"),
        (b"<html>", "calendar.none"), (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", "calendar.none"),
        (b"BEGIN:VCALENDAR\r\n\0\r\nEND:VCALENDAR", "calendar.none"), (calendar(), "calendar.empty"),
        ("BEGIN:VCALENDAR\r\nX:Gr\u00fc\u00dfe".encode("latin-1"), "calendar.encoding"),
        (calendar(event())[:-20], "calendar.cut_off"), (b"BEGIN:VCALENDAR\r\n" + b"x" * 1024 * 1024, "calendar.too_large"),
        (calendar(*[event()] * 2001), "calendar.too_many"),
        (calendar(NO_ZONE, event()), "calendar.damaged"),
    ],
)  # fmt: skip
def test_what_is_no_calendar_is_refused_in_words(content, code):
    with pytest.raises(Refused) as refused:
        bringing.read(content, now=NOW, zone=CHICAGO)
    (problem,) = refused.value.problems
    assert problem.code == code
    assert problem.message.endswith(".")


GOOD = calendar(
    event("RRULE:FREQ=MONTHLY;BYDAY=3WE;COUNT=5", "EXDATE;TZID=America/Chicago:20261216T090000"),
    event("RECURRENCE-ID;TZID=America/Chicago:20270120T090000", title="Elsewhere"),
    event(uid="2@x"),
)  # fmt: skip


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_broken_file_is_more_than_refused_or_left_out(data):
    content = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        if data.draw(st.booleans()):
            content[place] = data.draw(st.sampled_from(b'09AZ:;=,TZ-\r\n \\"'))
        else:
            del content[place : place + data.draw(st.integers(1, 30))]
            content = content or bytearray(b"x")
    try:
        found = bringing.read(bytes(content), now=NOW, zone=CHICAGO)
    except Refused:
        return
    for one in found.events:
        assert one.uid
        assert one.times
        assert all(each.starts_at < each.ends_at for each in one.times)


# --- one that comes again ---


def test_a_series_is_taken_with_what_was_moved_and_without_what_is_off():
    one = taken(
        event("RRULE:FREQ=MONTHLY;BYDAY=3WE;COUNT=5", "EXDATE;TZID=America/Chicago:20261216T090000"),
        event(
            "RECURRENCE-ID;TZID=America/Chicago:20270120T090000", title="At the library",
            **{"DTSTART;TZID=America/Chicago": "20270121T100000", "DTEND;TZID=America/Chicago": "20270121T113000"},
        ),
        event("RECURRENCE-ID:20270217T150000Z", "STATUS:CANCELLED"),
    )  # fmt: skip
    assert one.rule == "FREQ=MONTHLY;BYDAY=3WE"
    assert hours(one) == [at(date(2026, 11, 18)), at(date(2027, 1, 21), 10), at(date(2027, 3, 17))]
    assert [each.title for each in one.times] == ["Our group", "At the library", "Our group"]
    assert one.times[1].recurs_at == datetime(2027, 1, 20, 15, tzinfo=UTC)
    assert [each.starts_at.hour for each in one.times] == [15, 16, 14], "the clock changes in March, and the hour stays"


def test_a_time_that_was_put_off_is_still_to_come():
    since_september = {
        "DTSTART;TZID=America/Chicago": "20260916T090000", "DTEND;TZID=America/Chicago": "20260916T100000",
    }  # fmt: skip
    late = {"DTSTART;TZID=America/Chicago": "20261125T090000", "DTEND;TZID=America/Chicago": "20261125T100000"}
    one = taken(
        event("RRULE:FREQ=MONTHLY;BYDAY=3WE;COUNT=4", **since_september),
        event("RECURRENCE-ID;TZID=America/Chicago:20261021T090000", title="October, put off", **late),
    )
    assert [each.title for each in one.times] == ["Our group", "October, put off", "Our group"]
    assert hours(one) == [at(date(2026, 11, 18)), at(date(2026, 11, 25)), at(date(2026, 12, 16))]


def test_a_series_that_began_long_ago_goes_on_from_today_and_no_further_than_is_looked():
    one = taken(
        event("RRULE:FREQ=WEEKLY;INTERVAL=2", **{
            "DTSTART;TZID=America/Chicago": "20200108T090000", "DTEND;TZID=America/Chicago": "20200108T100000"})
    )  # fmt: skip
    assert one.rule == "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"
    assert hours(one)[:2] == [at(date(2026, 11, 18)), at(date(2026, 12, 2))]
    assert not one.has_more
    assert one.times[-1].starts_at < NOW + bringing.AHEAD
    daily = taken(event("RRULE:FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR"))
    assert len(daily.times) == recurring.MOST
    assert daily.has_more


@given(
    st.sampled_from(
        [
            "FREQ=DAILY", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=SU,MO", "FREQ=MONTHLY",
            "FREQ=WEEKLY;BYDAY=SU,MO;WKST=SU", "FREQ=MONTHLY;BYDAY=3WE", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=YEARLY",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=YEARLY;BYMONTH=3,9;BYDAY=2TU", "FREQ=MONTHLY;BYMONTHDAY=-1",
            "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        ]
    ),
    st.integers(1, 5), st.dates(date(2015, 1, 1), date(2026, 11, 30)),
)  # fmt: skip
@settings(max_examples=120, deadline=None)
def test_a_series_of_long_ago_has_the_days_that_counting_through_all_of_them_finds(shape, interval, begun):
    rule, begins = f"{shape};INTERVAL={interval}", at(begun)
    found = read(
        event(f"RRULE:{rule}", **{"DTSTART;TZID=America/Chicago": f"{begins:%Y%m%dT%H%M%S}", "DTEND;TZID=America/Chicago": "",
              "DURATION": "PT1H"})
    )  # fmt: skip
    here, last = NOW.astimezone(ZoneInfo(CHICAGO)).replace(tzinfo=None), NOW.replace(tzinfo=None) + bringing.AHEAD
    all_of_them = list(rrulestr(rule, dtstart=begins).between(here, last, inc=True))
    assert [one for each in found.events for one in hours(each)] == all_of_them[: recurring.MOST]


def test_two_files_describe_zones_of_one_name_and_each_means_its_own():
    def zone(offset: str) -> str:
        return NO_ZONE.replace("TZID:", "TZID:Ours").replace("-0500", offset).replace("-0600", offset)

    theirs = {"DTSTART;TZID=America/Chicago": "", "DTEND;TZID=America/Chicago": "", "DTSTART;TZID=Ours": "20261118T090000",
              "DURATION": "PT1H"}  # fmt: skip
    hours = [taken(event(**theirs), before=zone(offset)).times[0].starts_at.hour for offset in ("+0300", "-0200")]
    assert hours == [6, 11]
    assert "nobody knows" in why(event(**theirs))


def test_a_zone_that_the_file_describes_is_a_known_one_that_keeps_its_hours_or_none():
    def zone(winter: str, summer: str) -> str:
        return "\r\n".join(
            [
                "BEGIN:VTIMEZONE", "TZID:Ours", "BEGIN:STANDARD", "DTSTART:20071104T020000", "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11",
                f"TZOFFSETFROM:{summer}", f"TZOFFSETTO:{winter}", "END:STANDARD", "BEGIN:DAYLIGHT", "DTSTART:20070311T020000",
                "RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3", f"TZOFFSETFROM:{winter}", f"TZOFFSETTO:{summer}", "END:DAYLIGHT",
                "END:VTIMEZONE",
            ]
        )  # fmt: skip

    theirs = {
        "DTSTART;TZID=America/Chicago": "", "DTEND;TZID=America/Chicago": "", "DTSTART;TZID=Ours": "20261118T090000",
        "DTEND;TZID=Ours": "20261118T100000",
    }  # fmt: skip
    weekly = event("RRULE:FREQ=MONTHLY;BYDAY=3WE;COUNT=5", **theirs)
    one = taken(weekly, before=zone("-0600", "-0500"))
    assert (one.zone, one.times[0].starts_at.hour) == (CHICAGO, 15)
    assert "and America/Chicago keeps other hours" in why(weekly, before=zone("+0300", "+0400"))
    (alone,) = taken(event(**theirs), before=zone("+0300", "+0400")).times
    assert (alone.starts_at, alone.timezone) == (datetime(2026, 11, 18, 6, tzinfo=UTC), CHICAGO)


@pytest.mark.parametrize(
    "wild",
    [
        "RRULE:FREQ=SECONDLY", "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=3;BYSECOND=1", "EXRULE:FREQ=SECONDLY",
        "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=3\r\nRRULE:FREQ=SECONDLY",
    ],
)  # fmt: skip
def test_a_zone_whose_clock_changes_each_second_is_none_and_nobody_counts_its_seconds(wild, monkeypatch):
    def never(*_args, **_how):
        pytest.fail("somebody counts")

    monkeypatch.setattr("dateutil.rrule.rrulebase.before", never)
    summer = [
        "BEGIN:DAYLIGHT",
        "DTSTART:19700308T020000",
        wild,
        "TZOFFSETFROM:-0600",
        "TZOFFSETTO:-0500",
        "END:DAYLIGHT",
    ]
    described = NO_ZONE.replace("TZID:", "TZID:Ours").replace("END:VT", "\r\n".join([*summer, "END:VT"]))
    theirs = {
        "DTSTART;TZID=America/Chicago": "",
        "DTEND;TZID=America/Chicago": "",
        "DTSTART;TZID=Ours": "20261118T090000",
    }
    assert "nobody knows" in why(event(**theirs, DURATION="PT1H"), before=described)


# --- into the initiative ---


@pytest.mark.django_db
def test_a_calendar_is_planned_once_under_its_own_names_and_nobody_is_told(in_riverside):
    ana, ben = in_riverside.people.ana, in_riverside.people.ben
    found = read(
        event("RRULE:FREQ=MONTHLY;BYDAY=3WE;COUNT=3"),
        event(
            "ATTENDEE:mailto:BEN@riverside.example",
            "ATTENDEE:mailto:nobody@else.example",
            f"ATTENDEE:mailto:{in_riverside.people.fay.email}",
            uid="2@x",
            title="Budget",
        ),
    )
    done = services.bring_in(initiative=in_riverside.initiative, found=found, by=ana)
    assert (done.count, Meeting.objects.count(), Mail.objects.count()) == (4, 4, 0)
    budget = Meeting.objects.get(uid="2@x")
    assert [
        (one.member.name, one.partner) for one in Invited.objects.filter(meeting=budget).select_related("member")
    ] == [("Ben", in_riverside.partners[0])], "a funder is asked to no meeting, as on its own page"
    series = Series.objects.get()
    assert (series.uid, series.rule, series.timezone) == ("1@x", "FREQ=MONTHLY;BYDAY=3WE", CHICAGO)
    assert Change.objects.filter(verb__in=["meeting.series", "meeting.planned"]).count() == 2
    again = services.bring_in(initiative=in_riverside.initiative, found=found, by=ana)
    assert (again.count, again.here, Meeting.objects.count(), Series.objects.count()) == (0, 4, 4, 1)
    first = Meeting.objects.filter(series=series).order_by("starts_at")[0]
    meetings.invite_series(meeting=first, people=[(ben, None)], by=ana)
    told = vobject.readOne(Mail.objects.get(recipient=ben).calendar)
    assert {one.uid.value for one in told.vevent_list} == {"1@x"}
    assert [one.day for one in told.vevent_list[0].getrruleset(addRDate=True)] == [18, 16, 20]


@pytest.mark.django_db
def test_a_calendar_that_goes_on_adds_what_is_new_and_leaves_what_was_moved_here(in_riverside):
    ana = in_riverside.people.ana
    said = {"initiative": in_riverside.initiative, "by": ana}
    services.bring_in(found=read(event("RRULE:FREQ=MONTHLY;BYDAY=3WE;COUNT=2")), **said)
    second = Meeting.objects.order_by("starts_at")[1]
    meetings.change(meeting=second, title="Here", starts=at(date(2026, 12, 17)), minutes=60, zone=CHICAGO, by=ana)
    done = services.bring_in(found=read(event("RRULE:FREQ=MONTHLY;BYDAY=3WE;COUNT=4")), **said)
    assert (done.count, done.here) == (2, 1)
    assert [(time.title, meeting.pk) for time, meeting in done.otherwise] == [("Our group", second.pk)]
    assert Meeting.objects.count() == 4
    second.refresh_from_db()
    assert second.title == "Here"
    other = services.bring_in(found=read(event("RRULE:FREQ=WEEKLY;COUNT=9")), **said)
    assert (other.count, [one.problem.code for one in other.left]) == (0, ["event.rhythm"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "after"), [((), ("RRULE:FREQ=WEEKLY;COUNT=9",)), (("RRULE:FREQ=WEEKLY;COUNT=9",), ())]
)
def test_what_was_once_and_comes_again_now_or_the_other_way_is_left_as_it_is(in_riverside, before, after):
    said = {"initiative": in_riverside.initiative, "by": in_riverside.people.ana}
    count = services.bring_in(found=read(event(*before)), **said).count
    done = services.bring_in(found=read(event(*after)), **said)
    assert (done.count, done.otherwise, [one.problem.code for one in done.left]) == (0, (), ["event.rhythm"])
    assert Meeting.objects.count() == count


@pytest.mark.django_db
def test_our_own_calendar_brought_back_changes_nothing(in_riverside):
    ana, ben = in_riverside.people.ana, in_riverside.people.ben
    made = plan(in_riverside, rule="FREQ=WEEKLY;BYDAY=WE", count=4)
    plan(in_riverside, title="Only once")
    meetings.cancel(meeting=made[1], by=ana)
    places = Invited.objects.filter(member=ben).select_related(
        "meeting__series", "meeting__by", "meeting__initiative", "member"
    )
    entries = invitations.entries_for(in_riverside.tenant, places)
    text = invitations.calendars.calendar("PUBLISH", entries)
    found = bringing.read(text.encode(), now=NOW, zone=CHICAGO)
    done = services.bring_in(initiative=in_riverside.initiative, found=found, by=ana)
    assert (done.count, done.here, done.left) == (0, 4, ())


@pytest.mark.django_db
def test_too_many_meetings_are_none(in_riverside):
    found = read(*[event("RRULE:FREQ=WEEKLY;COUNT=52", uid=f"{number}@x") for number in range(4)])
    with pytest.raises(Refused) as refused:
        services.bring_in(initiative=in_riverside.initiative, found=found, by=in_riverside.people.ana)
    assert refused.value.problems[0].message.startswith("These are 208 new meetings; 200 at once are the most.")
    assert not Meeting.objects.exists()


@pytest.mark.django_db
def test_another_group_s_meeting_is_not_shown_to_who_brings_its_calendar_along(in_riverside):
    ana = in_riverside.people.ana
    cara = factories.make_member("cara@x.example", "Cara", Role.GROUP_CHAIR)
    group = groups.make(initiative=in_riverside.initiative, name="East", slug="east", by=ana)
    found = read(event(), event(uid="2@x", title="New"))
    services.bring_in(initiative=in_riverside.initiative, found=read(event(title="Hidden")), by=ana, group=group)
    seen = held_against(found, in_riverside.initiative, cara)
    assert [one.title for one in seen.new] == ["New"]
    assert [(one.what, one.problem.code) for one in seen.left] == [("Our group", "event.elsewhere")]
    assert seen.otherwise == ()


@pytest.mark.django_db
def test_nobody_puts_a_meeting_of_their_group_among_those_of_everybody(in_riverside):
    """Whoever calls a series off from one of its meetings calls all of it off."""
    ana = in_riverside.people.ana
    group = groups.make(initiative=in_riverside.initiative, name="East", slug="east", by=ana)
    said = {"initiative": in_riverside.initiative, "by": ana}
    services.bring_in(found=read(event("RRULE:FREQ=MONTHLY;BYDAY=3WE;COUNT=2")), **said)
    longer = read(event("RRULE:FREQ=MONTHLY;BYDAY=3WE;COUNT=4"))
    done = services.bring_in(found=longer, group=group, **said)
    assert (done.count, [one.problem.code for one in done.left]) == (0, ["event.elsewhere"])
    assert not Meeting.objects.filter(group=group).exists()
    assert services.bring_in(found=longer, **said).count == 2


@pytest.mark.django_db
def test_a_long_calendar_is_held_against_what_is_here_in_as_many_statements_as_a_short_one(in_riverside):
    counts = []
    for number in (2, 40):
        found = read(*[event("RRULE:FREQ=MONTHLY;BYDAY=3WE;COUNT=3", uid=f"{one}@x") for one in range(number)])
        with CaptureQueriesContext(
            connection,
        ) as asked:
            held_against(found, in_riverside.initiative, in_riverside.people.ana)
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_a_calendar_is_shown_before_it_is_planned(riverside, client):
    client.force_login(factories.user_of(riverside.people.ana))
    page = riverside.url("meetings/bring-in/")
    assert page in client.get(riverside.url("meetings/")).content.decode()
    content = calendar(
        event("RRULE:FREQ=MONTHLY;BYDAY=3WE;COUNT=3"), event(uid="2@x", title="A holiday", **{
            "DTSTART;TZID=America/Chicago": "", "DTSTART;VALUE=DATE": "20261225"}),
    )  # fmt: skip
    shown = client.post(page, {"file": SimpleUploadedFile("group.ics", content), "group": ""})
    html = shown.content.decode()
    assert shown.status_code == 200
    for words in ("3 meetings would be new.", "Our group", "3 times", "A holiday", "a meeting has an hour"):
        assert words in html
    with riverside.scope():
        assert not Meeting.objects.exists()
    carried = html.partition('name="file_content" value="')[2].partition('"')[0]
    done = client.post(page, {"file_content": carried, "group": "", "apply": "1"}, follow=True).content.decode()
    assert "3 meetings are planned. Nobody is told until you send the invitations." in done
    html = client.post(page, {"file": SimpleUploadedFile("group.ics", content)}).content.decode()
    assert "No changes: every meeting of this calendar stands here already." in html
    assert 'name="apply"' not in html
    for sent, words in (
        ({}, "Choose a file first"),
        ({"file": SimpleUploadedFile("x.ics", b"")}, "The file is empty."),
        ({"file": SimpleUploadedFile("x.ics", b"<html>")}, "it begins with “&lt;html&gt;”"),
        ({"file": SimpleUploadedFile("x.ics", b"x" * 1024 * 1025)}, "The file is 1026 KB; 1024 KB are the most."),
        ({"file_content": "nonsense"}, "The file was lost on the way."),
    ):
        answer = client.post(page, sent)
        assert answer.status_code == 422
        assert words in answer.content.decode()


@pytest.mark.django_db
def test_a_chair_brings_a_calendar_into_an_own_group_alone(riverside, client):
    with riverside.scope():
        cara = factories.make_member("cara@x.example", "Cara", Role.GROUP_CHAIR)
        own, other = (
            groups.make(initiative=riverside.initiative, name=name, slug=name.lower(), by=riverside.people.ana)
            for name in ("East", "West")
        )
        groups.put(group=own, member=cara, is_chair=True, by=riverside.people.ana)
    client.force_login(factories.user_of(cara))
    page = riverside.url("meetings/bring-in/")
    for group, status in (("", 422), (other.pk, 422), (own.pk, 302)):
        sent = {"file": SimpleUploadedFile("group.ics", calendar(event())), "group": group, "apply": "1"}
        assert client.post(page, sent).status_code == status
    with riverside.scope():
        assert [one.group_id for one in Meeting.objects.all()] == [own.pk]
