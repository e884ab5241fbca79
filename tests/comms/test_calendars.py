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
from backbone.roles import Role
from comms.models import Invited, Mail, Meeting, MeetingFeed
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
    (meeting,) = plan(in_riverside, url="https://call.example/1")
    assert Mail.objects.count() == 0
    meetings.invite(meeting=meeting, people=[(ana, None)], by=ana)
    meetings.invite(meeting=meeting, people=[], by=ana)
    assert Mail.objects.filter(kind="invitation").count() == 2
    meeting.refresh_from_db()
    moved = {
        "title": meeting.title, "minutes": 90, "zone": "America/Chicago", "by": ana, "url": "https://call.example/1",
    }  # fmt: skip
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
    first, *_, off = Mail.objects.filter(recipient=ben).order_by("pk")
    assert "https://call.example/1" in first.text
    assert "https://call.example/1" in first.html
    for words in (off.text, off.html):
        assert "Snow" in words
        assert "https://call.example" not in words, "nobody joins what does not take place"


# --- a series ---

MONTHLY = "FREQ=MONTHLY;BYDAY=3WE"


def invited(member) -> list:
    """What a person's calendar was sent, as a reader of another make understands it, the oldest first."""
    mails = Mail.objects.filter(kind="invitation", recipient=member).order_by("pk")
    return [vobject.readOne(one.calendar) for one in mails]


def there(calendar) -> list[datetime]:
    """When the events of a calendar take place, by its own clock: the recurring one, and those that stand in for a time of
    it."""
    whole = next(one for one in calendar.vevent_list if "rrule" in one.contents)
    moved = {
        one.recurrence_id.value.replace(tzinfo=None): one.dtstart.value.replace(tzinfo=None)
        for one in calendar.vevent_list
        if one is not whole
    }
    times = [one.replace(tzinfo=None) for one in whole.getrruleset(addRDate=True)]
    return sorted(moved.get(one, one) for one in times)


def series(place, count: int = 5, **more) -> list:
    return plan(place, rule=MONTHLY, count=count, **more)


@pytest.mark.django_db
def test_a_series_is_one_invitation_that_recurs_with_what_was_moved_and_without_what_is_off(in_riverside):
    ana, ben = in_riverside.people.ana, in_riverside.people.ben
    made = series(in_riverside)
    meetings.change(
        meeting=made[2],
        title=made[2].title,
        starts=at(date(2027, 1, 21)).replace(hour=10),
        minutes=60,
        zone="America/Chicago",
        by=ana,
    )
    meetings.cancel(meeting=made[3], by=ana)
    assert meetings.invite_series(meeting=made[0], people=[(ana, None)], by=ana) == 1
    assert meetings.invite_series(meeting=made[0], people=[], by=ana) == 0
    for member in (ana, ben):
        (calendar,) = invited(member)
        assert calendar.method.value == "REQUEST"
        assert {one.uid.value for one in calendar.vevent_list} == {made[0].series.uid}
        assert {one.attendee.value for one in calendar.vevent_list} == {f"mailto:{member.email}"}
        assert there(calendar) == [
            at(date(2026, 11, 18)), at(date(2026, 12, 16)), at(date(2027, 1, 21)).replace(hour=10), at(date(2027, 3, 17)),
        ]  # fmt: skip
    (mail,) = Mail.objects.filter(recipient=ben)
    for words in ("18 November 2026", "16 December 2026", "21 January 2027", "17 March 2027", "4 meetings"):
        assert words in mail.text
        assert words in mail.html
    assert "17 February" not in mail.text + mail.html


@pytest.mark.django_db
def test_one_of_a_series_is_moved_left_and_called_off_by_its_own_time(in_riverside):
    ana, ben = in_riverside.people.ana, in_riverside.people.ben
    made = series(in_riverside, count=4)
    meetings.invite_series(meeting=made[0], people=[(ana, None)], by=ana)
    moved = {"title": made[1].title, "minutes": 90, "zone": "America/Chicago", "by": ana}
    meetings.change(meeting=made[1], starts=at(date(2026, 12, 17)), **moved)
    meetings.change(meeting=made[1], starts=at(date(2026, 12, 18)), **moved)
    meetings.uninvite(place=Invited.objects.get(member=ana, meeting=made[2]), by=ana)
    meetings.cancel(meeting=made[3], by=ana)
    told = [
        (one.method.value, one.vevent.recurrence_id.value.date(), one.vevent.sequence.value) for one in invited(ben)[1:]
    ]
    december, march = date(2026, 12, 16), date(2027, 2, 17)
    assert told == [("REQUEST", december, "1"), ("REQUEST", december, "2"), ("CANCEL", march, "1")]
    assert {one.vevent.uid.value for one in invited(ben)[1:]} == {made[0].series.uid}
    assert [one.vevent.recurrence_id.value.date() for one in invited(ana)[1:] if one.method.value == "CANCEL"] == [
        date(2027, 1, 20), march,
    ]  # fmt: skip


@pytest.mark.django_db
def test_who_comes_later_gets_what_is_left_and_who_had_some_hears_of_the_rest_once(in_riverside):
    ana, ben = in_riverside.people.ana, in_riverside.people.ben
    made = series(in_riverside, count=4)
    meetings.invite(meeting=made[0], people=[], by=ana)
    assert invited(ben)[0].vevent.recurrence_id.value.date() == date(2026, 11, 18)
    with time_machine.travel("2026-12-01T15:00:00Z", tick=False):
        lea = factories.make_member("lea@x.example", "Lea", Role.PARTNER_LEAD, partner=in_riverside.partners[1])
        meetings.invite_series(meeting=made[1], people=[(lea, in_riverside.partners[1])], by=ana)
        days = [at(date(2026, 12, 16)), at(date(2027, 1, 20)), at(date(2027, 2, 17))]
        assert there(invited(lea)[0]) == days
        assert there(invited(ben)[1]) == days
        meetings.invite_series(meeting=made[1], people=[(lea, in_riverside.partners[1])], by=ana)
        assert (len(invited(lea)), len(invited(ben))) == (1, 2)
    assert not Invited.objects.filter(meeting=made[0], member=lea).exists()


@pytest.mark.django_db
def test_a_fortnightly_series_across_the_clock_s_change_keeps_its_hour_wherever_it_is_joined(in_riverside):
    ana, ben = in_riverside.people.ana, in_riverside.people.ben
    made = plan(in_riverside, starts=at(date(2027, 2, 17)), rule="FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", count=5)
    meetings.invite_series(meeting=made[1], people=[], by=ana)
    (calendar,) = invited(ben)
    assert there(calendar) == [at(date(2027, 3, day)) for day in (3, 17, 31)] + [at(date(2027, 4, 14))]
    zones = [one for one in calendar.components() if one.name == "VTIMEZONE"]
    whole = calendar.vevent_list[0]
    assert [zone.tzid.value for zone in zones] == ["America/Chicago"]
    hours = [
        one.replace(tzinfo=whole.dtstart.value.tzinfo).astimezone(UTC).hour
        for one in (at(date(2027, 3, 3)), at(date(2027, 3, 17)))
    ]
    assert hours == [15, 14], "the zone that goes along knows of the change"


@pytest.mark.django_db
def test_the_rest_of_a_series_is_called_off_in_one_mail(in_riverside):
    ana, ben = in_riverside.people.ana, in_riverside.people.ben
    made = series(in_riverside, count=4, url="https://call.example/1")
    meetings.invite_series(meeting=made[0], people=[], by=ana)
    assert "https://call.example/1" in Mail.objects.get().text
    assert meetings.cancel_series(meeting=made[1], by=ana, reason="The bridge is closed") == 3
    assert [one.state for one in Meeting.objects.order_by("starts_at")] == ["planned"] + ["cancelled"] * 3
    (_first, calendar) = invited(ben)
    assert calendar.method.value == "CANCEL"
    assert [one.recurrence_id.value.date() for one in calendar.vevent_list] == [
        date(2026, 12, 16), date(2027, 1, 20), date(2027, 2, 17),
    ]  # fmt: skip
    assert {one.status.value for one in calendar.vevent_list} == {"CANCELLED"}
    mail = Mail.objects.filter(recipient=ben).order_by("pk").last()
    assert "3 meetings do not take place" in mail.text
    for words in (mail.text, mail.html):
        assert "The bridge is closed" in words
        assert "By the clock of America/Chicago" in words
        assert words.count("America/Chicago") == 1
        assert "https://call.example" not in words
    with pytest.raises(Refused):
        meetings.cancel_series(meeting=made[1], by=ana)


@pytest.mark.django_db
def test_a_series_is_invited_answered_and_called_off_on_its_pages(riverside, client):
    with riverside.scope():
        made = series(riverside, count=3)
        (alone,) = plan(riverside, title="Only once")
    client.force_login(factories.user_of(riverside.people.ana))
    page = riverside.url(f"meetings/{made[0].pk}/")
    html = client.get(page).content.decode()
    assert "To the 2 meetings that follow in the series as well, in one mail" in html
    assert "17 Feb" not in html
    assert "16 Dec" in html
    assert "in the series" not in client.get(riverside.url(f"meetings/{alone.pk}/")).content.decode()
    assert client.post(page, {"form": "invite", "series": "on"}).status_code == 302
    with riverside.scope():
        assert Mail.objects.count() == 1
    client.force_login(factories.user_of(riverside.people.ben))
    assert "for the 2 that follow as well" in client.get(page).content.decode()
    client.post(page, {"form": "answer", "answer": "yes", "series": "1"})
    client.post(riverside.url(f"meetings/{made[1].pk}/"), {"form": "answer", "answer": "no"})
    with riverside.scope():
        answers = Invited.objects.filter(meeting__in=made).order_by("meeting__starts_at")
        assert list(answers.values_list("answer", flat=True)) == ["yes", "no", "yes"]
    client.force_login(factories.user_of(riverside.people.ana))
    edit = riverside.url(f"meetings/{made[1].pk}/edit/")
    assert "The 1 meeting that follows in the series as well" in client.get(edit).content.decode()
    assert client.post(edit, {"form": "cancel", "reason": "", "series": "on"}).status_code == 302
    with riverside.scope():
        assert [one.state for one in Meeting.objects.filter(series__isnull=False).order_by("starts_at")] == [
            "planned", "cancelled", "cancelled",
        ]  # fmt: skip
        assert Mail.objects.count() == 2


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


def feed_of(token: str):
    """What the own address of a person answers, as a reader of another make understands it."""
    return vobject.readOne(Client().get(reverse("calendar-feed", args=[token])).content.decode())


def named(calendar) -> set:
    """What a calendar calls its events: the name, and the time of it that an event stands for."""
    return {
        (one.uid.value, one.recurrence_id.value.astimezone(UTC) if "recurrence-id" in one.contents else None)
        for one in calendar.vevent_list
    }


@pytest.mark.django_db
def test_the_file_the_address_and_the_mails_call_a_meeting_of_a_series_the_same(riverside, client):
    ana, ben = riverside.people.ana, riverside.people.ben
    with riverside.scope():
        made = series(riverside, count=4)
        (alone,) = plan(riverside, title="Only once")
        meetings.invite_series(meeting=made[0], people=[], by=ana)
        meetings.invite(meeting=alone, people=[], by=ana)
        moved = {"title": made[1].title, "minutes": 90, "zone": "America/Chicago", "by": ana}
        meetings.change(meeting=made[1], starts=at(date(2026, 12, 17)), **moved)
        meetings.cancel(meeting=made[3], by=ana)
        meetings.answer(meeting=made[2], member=ben, said="no")
        token = invitations.make_feed(member=ben)
        sent = [named(one) for one in invited(ben)]
    uid, times = made[0].series.uid, [one.recurs_at.astimezone(UTC) for one in made]
    assert sent == [{(uid, None)}, {(alone.uid, None)}, {(uid, times[1])}, {(uid, times[3])}]
    client.force_login(factories.user_of(ben))
    for meeting, name in [*((one, (uid, one.recurs_at.astimezone(UTC))) for one in made), (alone, (alone.uid, None))]:
        file = client.get(riverside.url(f"meetings/{meeting.pk}/meeting.ics")).content.decode()
        assert named(vobject.readOne(file)) == {name}
    read = feed_of(token)
    assert named(read) == {(alone.uid, None), (uid, None), *((uid, one) for one in times)}
    shown = {
        one.recurrence_id.value.astimezone(UTC): one for one in read.vevent_list if "recurrence-id" in one.contents
    }
    assert [shown[one].dtstart.value.day for one in times] == [18, 17, 20, 17]
    assert [shown[one].status.value for one in times] == ["CONFIRMED"] * 3 + ["CANCELLED"]
    assert [shown[one].attendee.params["PARTSTAT"] for one in times] == [["NEEDS-ACTION"]] * 2 + [
        ["DECLINED"],
        ["NEEDS-ACTION"],
    ]
    assert [shown[one].url.value.rpartition("meetings/")[2] for one in times] == [f"{one.pk}/" for one in made]


@pytest.mark.django_db
def test_whoever_is_asked_to_one_of_a_series_has_that_one_and_not_the_others(riverside):
    ana, ben = riverside.people.ana, riverside.people.ben
    with riverside.scope():
        made = series(riverside, count=3, people=[])
        meetings.invite(meeting=made[1], people=[(ben, None)], by=ana)
        token = invitations.make_feed(member=ben)
        (sent,) = invited(ben)
    assert named(feed_of(token)) == named(sent) == {(made[0].series.uid, made[1].recurs_at.astimezone(UTC))}
    with riverside.scope():
        meetings.invite(meeting=made[2], people=[(ben, None)], by=ana)
    assert there(feed_of(token)) == [at(date(2026, 12, 16)), at(date(2027, 1, 20))]


@pytest.mark.django_db
def test_a_series_whose_first_time_is_off_still_takes_place(riverside):
    with riverside.scope():
        made = series(riverside, count=3)
        meetings.cancel(meeting=made[0], by=riverside.people.ana)
        token = invitations.make_feed(member=riverside.people.ben)
    whole = next(one for one in feed_of(token).vevent_list if "rrule" in one.contents)
    assert whole.status.value == "CONFIRMED"
