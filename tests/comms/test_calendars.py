"""Invitations and calendars: written by one library, read by another."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
import vobject
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from backbone.problems import Refused
from comms.models import Invited, Mail, MeetingFeed
from comms.rules import calendars, recurring
from comms.rules.calendars import Entry, Person
from comms.services import invitations, meetings, sending
from tests import factories
from tests.comms.meeting import plan


@pytest.fixture(autouse=True)
def _in_november():
    with time_machine.travel("2026-11-11T15:00:00Z", tick=False):
        yield


def entry(**more) -> Entry:
    start = datetime(2026, 11, 18, 15, tzinfo=UTC)
    return Entry(
        **{
            "uid": "1@x", "sequence": 0, "title": "Our week", "starts_at": start, "ends_at": start + timedelta(hours=1),
            "zone": "America/Chicago", "made_at": start, "organizer": Person("Ana", "ana@x.example"),
            "sent_by": "post@x.example",
        }
        | more
    )  # fmt: skip


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=120), st.integers(0, 1000))
def test_whatever_a_meeting_is_called_another_reader_gets_it_back(title, sequence):
    words = calendars.calendar(
        calendars.REQUEST, [entry(title=title, sequence=sequence, attendee=Person(title, "b@x.example"))]
    )
    assert all(len(line.encode()) <= 75 for line in words.split("\r\n"))
    event = vobject.readOne(words).vevent
    assert (event.summary.value, event.sequence.value) == (title, str(sequence))
    assert event.dtstart.value.astimezone(UTC) == datetime(2026, 11, 18, 15, tzinfo=UTC)
    assert event.dtstart.value.hour == 9


def test_a_calendar_says_who_asks_whom_and_in_which_zone():
    words = calendars.calendar(calendars.REQUEST, [entry(attendee=Person("Ben", "ben@x.example"), answer="maybe")])
    read = vobject.readOne(words)
    assert read.method.value == "REQUEST"
    assert read.vevent.organizer.params == {"CN": ["Ana"], "SENT-BY": ["mailto:post@x.example"]}
    assert read.vevent.attendee.params["PARTSTAT"] == ["TENTATIVE"]
    assert read.vevent.attendee.params["RSVP"] == ["TRUE"]
    assert "TZID:America/Chicago" in words
    cancelled = vobject.readOne(calendars.calendar(calendars.CANCEL, [entry()]))
    assert (cancelled.method.value, cancelled.vevent.status.value) == ("CANCEL", "CANCELLED")


@pytest.mark.parametrize("name", ['Dana "D" Doe', "Zoë\r\nATTENDEE:mailto:x@x.example", "a;b:c,d"])
def test_a_name_cannot_write_lines_of_its_own(name):
    words = calendars.calendar(calendars.REQUEST, [entry(attendee=Person(name, "b@x.example"))])
    event = vobject.readOne(words).vevent
    assert len(event.contents["attendee"]) == 1
    assert event.attendee.value == "mailto:b@x.example"


def at(day: date) -> datetime:
    return datetime.combine(day, time(9))


@pytest.mark.parametrize(
    ("often", "first", "second"),
    [
        ("weekly", date(2026, 11, 18), date(2026, 11, 25)),
        ("fortnightly", date(2026, 11, 18), date(2026, 12, 2)),
        ("monthly", date(2026, 11, 18), date(2026, 12, 16)),
        ("monthly", date(2026, 10, 30), date(2026, 11, 27)),
        ("bimonthly", date(2026, 11, 18), date(2027, 1, 20)),
        ("quarterly", date(2026, 11, 18), date(2027, 2, 17)),
    ],
)
def test_meetings_come_again_on_the_same_weekday(often, first, second):
    rule = recurring.rule_for(recurring.Often(often), first)
    assert recurring.starts(rule, at(first), 2) == [at(first), at(second)]


@pytest.mark.parametrize(
    "rule", ["", "FREQ=SECONDLY", "FREQ=WEEKLY;BYEASTER=1", "every Wednesday", "FREQ=MONTHLY;BYDAY=9XX"]
)
def test_what_is_no_rhythm_of_meetings_is_none(rule):
    with pytest.raises(recurring.BadRule):
        recurring.starts(rule, at(date(2026, 11, 18)), 3)


@pytest.mark.django_db
def test_each_of_a_series_is_at_the_same_hour_on_both_sides_of_a_change_of_the_clock(in_riverside):
    made = plan(in_riverside, starts=at(date(2026, 10, 21)), rule="FREQ=MONTHLY;BYDAY=3WE", count=3)
    here = [one.starts_at.astimezone(ZoneInfo("America/Chicago")) for one in made]
    assert [one.hour for one in here] == [9, 9, 9]
    assert [one.starts_at.astimezone(UTC).hour for one in made] == [14, 15, 15]
    assert len({one.uid for one in made}) == 3
    with pytest.raises(Refused):
        plan(in_riverside, rule="FREQ=HOURLY", count=3)


@pytest.mark.django_db
def test_an_invitation_its_change_and_its_end_are_one_thread_of_numbers(in_riverside):
    ana, ben = in_riverside.people.ana, in_riverside.people.ben
    (meeting,) = plan(in_riverside)
    assert Mail.objects.count() == 0
    meetings.invite(meeting=meeting, people=[(ana, None)], by=ana)
    meetings.invite(meeting=meeting, people=[], by=ana)
    assert Mail.objects.filter(kind="invitation").count() == 2
    meeting.refresh_from_db()
    moved = {"title": meeting.title, "minutes": 90, "zone": "America/Chicago", "by": ana}
    assert meetings.change(meeting=meeting, starts=at(date(2026, 11, 19)), **moved)
    assert not meetings.change(meeting=meeting, starts=at(date(2026, 11, 19)), **moved)
    meetings.uninvite(place=Invited.objects.get(member=ana), by=ana)
    meetings.cancel(meeting=meeting, by=ana, reason="Snow")
    said = [vobject.readOne(one.calendar) for one in Mail.objects.filter(recipient=ben).order_by("pk")]
    assert [(one.method.value, one.vevent.sequence.value) for one in said] == [
        ("REQUEST", "0"), ("REQUEST", "1"), ("CANCEL", "2"),
    ]  # fmt: skip
    assert {one.vevent.uid.value for one in said} == {meeting.uid}
    assert [one.vevent.attendee.value for one in said] == ["mailto:ben@riverside.example"] * 3
    last = Mail.objects.filter(recipient=ana).order_by("pk").last()
    assert "METHOD:CANCEL" in last.calendar
    assert "Snow" in Mail.objects.filter(recipient=ben).order_by("pk").last().text


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_an_invitation_arrives_as_text_html_and_calendar(riverside, server):
    with riverside.scope():
        (meeting,) = plan(riverside, title="Grüße, alle")
        meetings.invite(meeting=meeting, people=[], by=riverside.people.ana)
    assert sending.deliver(riverside.tenant.pk) == 1
    _to, message = server.taken[0]
    parts = [part for part in message.walk() if not part.is_multipart()]
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html", "text/calendar"]
    assert parts[2].get_param("method") == "REQUEST"
    assert parts[2].get_content_charset() == "utf-8"
    read = vobject.readOne(parts[2].get_content())
    assert (read.method.value, read.vevent.summary.value) == ("REQUEST", "Grüße, alle")
    assert "Chicago" in parts[0].get_content()


@pytest.mark.django_db
def test_a_provider_s_interface_gets_the_calendar_as_an_attachment(in_riverside, settings):
    settings.DELIVERY = "anymail.backends.test.EmailBackend"
    (meeting,) = plan(in_riverside)
    meetings.invite(meeting=meeting, people=[], by=in_riverside.people.ana)
    message = sending.compose(Mail.objects.get(), {})
    assert [name for name, _content, _kind in message.attachments] == ["invite.ics"]
    assert [kind for _content, kind in message.alternatives] == ["text/html"]


@pytest.mark.django_db
def test_a_calendar_address_opens_for_whoever_holds_it_until_it_is_made_worthless(riverside):
    ana, ben = riverside.people.ana, riverside.people.ben
    with riverside.scope():
        (meeting,) = plan(riverside)
        plan(riverside, people=[(ana, None)], title="Not for Ben")
        token = invitations.make_feed(member=ben)
        assert token not in MeetingFeed.objects.get().token_hash
    answer = Client().get(reverse("calendar-feed", args=[token]))
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    read = vobject.readOne(answer.content.decode())
    assert [one.summary.value for one in read.vevent_list] == ["Our week"]
    assert (read.refresh_interval.value, read.x_published_ttl.value) == ("PT6H", "PT6H")
    with riverside.scope():
        meetings.cancel(meeting=meeting, by=ana)
    read = vobject.readOne(Client().get(reverse("calendar-feed", args=[token])).content.decode())
    assert read.vevent.status.value == "CANCELLED"
    for change in (
        lambda: invitations.make_feed(member=ben),
        lambda: invitations.revoke_feed(member=ben),
    ):
        with riverside.scope():
            change()
        assert Client().get(reverse("calendar-feed", args=[token])).status_code == 404
    stranger = f"{riverside.tenant.pk + 5}-{'x' * 43}"
    assert Client().get(reverse("calendar-feed", args=[stranger])).status_code == 404


@pytest.mark.django_db
def test_the_address_of_who_is_disabled_opens_nothing(riverside):
    with riverside.scope():
        token = invitations.make_feed(member=riverside.people.ben)
        type(riverside.people.ben).objects.filter(pk=riverside.people.ben.pk).update(is_active=False)
    assert Client().get(reverse("calendar-feed", args=[token])).status_code == 404


@pytest.mark.django_db
def test_one_meeting_comes_as_a_file_and_the_own_address_is_made_on_a_page(riverside, client):
    with riverside.scope():
        (meeting,) = plan(riverside)
    client.force_login(factories.user_of(riverside.people.ben))
    file = client.get(riverside.url(f"meetings/{meeting.pk}/meeting.ics"))
    assert vobject.readOne(file.content.decode()).vevent.uid.value == meeting.uid
    page = client.post(riverside.url("meetings/calendar/"), {"form": "make"})
    words = page.content.decode()
    (address,) = set(re.findall(r'href="(https?://[^"]+/c/[^"]+)"', words))
    assert f'href="webcal:{address.partition(":")[2]}"' in words
    assert "/c/" not in client.get(riverside.url("meetings/calendar/")).content.decode()
    assert client.post(riverside.url("meetings/calendar/"), {"form": "revoke"}).status_code == 302
    with riverside.scope():
        assert MeetingFeed.objects.count() == 0
