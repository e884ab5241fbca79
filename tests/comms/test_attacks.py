"""What somebody sends on purpose, or by a slip, to the pages of communication: never an error, nobody's answer told, and no
page lost for others."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time

import pytest
import time_machine
from django.apps import apps
from django.db import InternalError, transaction
from django.db.models import CharField, TextField
from django.urls import reverse

from backbone import logs
from backbone.models import Grant
from backbone.roles import Role
from backbone.services import groups
from backbone.tenancy import TenantManager
from comms.models import Mail, Meeting, Topic
from comms.services import actions, decisions, invitations, meetings, pre_reads, pulses, sessions
from comms.services.composing import token_for
from tests import factories
from tests.comms.meeting import DAY, plan
from tests.pages import form_of
from tests.routes import ROUTES, make_world
from tests.tenancy.test_canaries import NOT_WORDS

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(riverside, client):
    client.force_login(factories.user_of(riverside.people.ana))
    return client


@pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31", "2200-01-01", "9999-12-31"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/New_York"])
def test_a_meeting_of_a_day_that_nobody_lives_is_refused_and_all_lists_open(ana, riverside, day, zone):
    """A day at either end of time, on a clock beyond it, is a day that no page could show to anybody."""
    make_world(riverside)
    said = {"title": "T", "day": day, "time": "00:30", "minutes": 1440, "zone": zone, "often": "monthly", "count": 52}
    sent = ana.post(riverside.url("meetings/new/"), said)
    assert sent.status_code == 422
    assert "is no day of a meeting" in sent.content.decode()
    with riverside.scope():
        assert Meeting.objects.count() == 1
        meeting = Meeting.objects.get()
    edit = reverse("comms:meeting-edit", args=["riverside", "work", meeting.pk])
    assert ana.post(edit, said | {"form": "change"}).status_code == 422
    assert ana.get(riverside.url("meetings/")).status_code == 200


def test_words_of_several_lines_are_one_line_of_a_mail_and_of_a_calendar(ana, riverside, mailoutbox):
    said = {
        "title": "Our week\r\nBcc: all@x.example", "day": "2026-12-01", "time": "09:00", "minutes": 60,
        "zone": "America/New_York", "often": "once", "place": "Room\r\nATTENDEE:mailto:all@x.example",
    }  # fmt: skip
    made = ana.post(riverside.url("meetings/new/"), said)
    assert made.status_code == 302
    ana.post(made["Location"], {"form": "invite"})
    lines = ana.get(f"{made['Location']}meeting.ics").content.decode().split("\r\n")
    assert not [line for line in lines if line.startswith(("ATTENDEE", "Bcc"))]
    assert [line for line in lines if line.startswith("SUMMARY:Our week\\n")]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-11T00:00:00+23:59"])
def test_an_instant_of_a_clock_that_there_is_not_takes_nothing_back(ana, riverside, at):
    assert ana.post("/o/riverside/-/inbox/undo/", {"at": at}).status_code in (302, 404)
    assert ana.get("/o/riverside/-/inbox/", {"read": at}).status_code == 200


def test_nobody_sees_results_of_a_pulse_while_it_is_still_open_elsewhere(riverside, client):
    """By a clock far ahead its last day is over while others still answer: then the next answer would tell itself."""
    with time_machine.travel("2026-11-11T15:00:00Z"), riverside.scope():
        pulse = pulses.open_pulse(
            initiative=riverside.initiative, asked=["comms"], opens_on=date(2026, 11, 10), closes_on=date(2026, 11, 20),
            by=riverside.people.ana,
        )  # fmt: skip
        question = pulse.questions.get()
        for n in range(5):
            member = factories.make_member(
                f"m{n}@x.example", f"M{n}", Role.PARTNER_MEMBER, partner=riverside.partners[0]
            )
            pulses.take(pulse=pulse, answers={question.pk: 5}, by=member)
        ahead = factories.make_member(
            "kay@x.example", "Kay", Role.PARTNER_MEMBER, partner=riverside.partners[1], timezone="Pacific/Kiritimati"
        )
    page = reverse("comms:pulse", args=["riverside", "work", pulse.pk])
    client.force_login(factories.user_of(ahead))
    with time_machine.travel("2026-11-20T23:00:00Z"):  # in New York it is the 20th, on Kiritimati the 21st
        while_open = client.get(page).content.decode()
        assert client.post(page, {f"q{question.pk}": "1"}).status_code == 302
    with time_machine.travel("2026-11-21T12:00:00Z"):  # the 20th is over everywhere
        after = client.get(page).content.decode()
    assert "5, fully" in while_open
    assert "bb-num" not in while_open
    assert "bb-num" in after


def test_a_chair_is_told_nothing_of_what_other_groups_talk_about(riverside, client):
    """Its decisions, topics and titles stand in no list of choices, no search, no map and no answer of the API."""
    ana, ben = riverside.people.ana, riverside.people.ben
    with riverside.scope():
        east = groups.make(initiative=riverside.initiative, name="East", slug="east", purpose="x", by=ana)
        west = groups.make(initiative=riverside.initiative, name="West", slug="west", purpose="x", by=ana)
        cleo = factories.make_member("cleo@riverside.example", "Cleo", Role.GROUP_CHAIR)
        groups.put(group=west, member=cleo, partner=None, is_chair=True, by=ana)
        (own,) = plan(riverside, group=west, title="Own talk", people=[(cleo, None)])
        (other,) = plan(riverside, group=east, title="SECRET-TITLE", topics=[("SECRET-TOPIC", 5)])
        sessions.open_session(meeting=other, by=ana)
        for partner in riverside.partners[:2]:
            sessions.attend(meeting=other, partner=partner, presence="present", by=ana)
        sessions.attend(meeting=other, partner=riverside.partners[2], presence="absent", by=ana)
        topic = Topic.objects.get(meeting=other)
        sessions.treat(topic=topic, state="postponed", by=ana)
        decision = decisions.decide(
            initiative=riverside.initiative, text="SECRET-DECISION", by=ana, meeting=other, review_on=date(2026, 12, 2),
            decided_on=date(2026, 11, 18),
        )  # fmt: skip
        action = actions.add(
            initiative=riverside.initiative, what="Call them", owner=ben, due_on=date(2026, 12, 9), by=ana,
            decision=decision,
        )  # fmt: skip
        sessions.close(meeting=other, by=ana)
    client.force_login(factories.user_of(cleo))
    here = riverside.url
    with time_machine.travel("2026-11-25T15:00:00Z"):
        pages = [
            here(f"meetings/{own.pk}/"), here(f"meetings/{own.pk}/session/"), here("actions/new/"), here("actions/"),
            here("actions/?view=board"), here(f"actions/{action.number}/"), here("decisions/"), here("announcements/"),
            here("meetings/"), here("activities/network/?list=ties"), here("find/?q=call"), riverside.api("actions/"),
            riverside.api("decisions/"), riverside.api("meetings/"), here(""), "/o/riverside/-/inbox/",
        ]  # fmt: skip
        for page in pages:
            answer = client.get(page, follow=True)
            assert answer.status_code == 200, page
            assert b"SECRET" not in answer.content, page
        assert "Call them" not in client.get(here("find/?q=secret-decision")).content.decode()
        assert "Call them" not in client.get(here("actions/?q=secret-decision")).content.decode()
        for about in (f"comms.decision:{decision.pk}", f"comms.topic:{topic.pk}"):
            assert client.post(here(f"meetings/{own.pk}/"), {"form": "propose", "about": about}).status_code == 404
        chosen = {"what": "x", "owner": cleo.pk, "due_on": "2026-12-20", "decision": decision.pk}
        assert client.post(here("actions/new/"), chosen).status_code == 422
        client.force_login(factories.user_of(ana))
        assert b"SECRET-DECISION" in client.get(here(f"meetings/{own.pk}/")).content
        assert b"SECRET-TITLE" in client.get(here("activities/network/?list=ties")).content


def test_who_moves_a_meeting_that_somebody_moved_meanwhile_is_told(ana, riverside):
    with riverside.scope():
        (meeting,) = plan(riverside)
    edit = reverse("comms:meeting-edit", args=["riverside", "work", meeting.pk])
    said = form_of(ana.get(edit).content.decode())
    assert ana.post(edit, said | {"place": "Room 2"}).status_code == 302
    late = ana.post(edit, said | {"time": "11:00"})
    assert late.status_code == 422
    assert "Somebody changed this meanwhile" in late.content.decode()
    with riverside.scope():
        meeting.refresh_from_db()
        assert (meeting.place, meeting.sequence) == ("Room 2", 1)
    assert ana.post(edit, form_of(late.content.decode()) | {"place": "Room 2"}).status_code == 302


def test_an_address_that_is_a_key_is_in_no_log_no_cache_and_no_search_engine(riverside, client):
    with riverside.scope():
        token = invitations.make_feed(member=riverside.people.ben)
        choices = token_for(riverside.people.ben, "choices")
    for address, secret in ((f"/c/{token}/meetings.ics", token), (f"/u/{choices}/choose/", choices)):
        answer = client.get(address)
        assert answer.status_code == 200
        assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("private, no-store", "no-referrer")
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert secret[-30:] not in logs.masked(f'"GET {address} HTTP/1.1" 500')


def test_whoever_reads_what_is_published_alone_meets_no_word_of_communication_or_activities(riverside, client):
    """Every word of every row is a canary; a funder opens every address that there is, and so does nobody."""
    world = make_world(riverside)
    with riverside.scope():
        sing()
    for person in (riverside.people.fay, None):
        if person is not None:
            client.force_login(factories.user_of(person))
        else:
            client.logout()
        for name, route in ROUTES.items():
            if name in ("inbox:inbox", "backbone:account", "inbox:wishes", "calendar-feed"):
                continue  # their own, or whoever holds the address
            answer = client.get(reverse(name, kwargs=route.filled(world)), follow=True)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert b"CANARY" not in content, name
        for words in ("canary", "evening", "school"):
            assert b"CANARY" not in client.get(riverside.url("find/"), {"q": words}, follow=True).content


def sing() -> None:
    """Every text of activities and communication says that it is not to be read."""
    for model in apps.get_models():
        if model._meta.app_label not in ("comms", "activities") or not isinstance(
            model._default_manager, TenantManager
        ):
            continue
        for field in model._meta.concrete_fields:
            is_text = isinstance(field, CharField | TextField) and not field.choices and field.name not in NOT_WORDS
            if is_text and not model._meta.db_table.endswith(("mail", "unreachable")):
                for pk in model.objects.values_list("pk", flat=True):
                    with suppress(InternalError), transaction.atomic():
                        model.objects.filter(pk=pk).update(**{field.name: f"CANARY {pk}"[: field.max_length]})


def test_whoever_may_read_of_meetings_no_more_is_told_of_none(ana, riverside):
    """Ben was asked to a meeting and has a calendar's address; then he is the funder's, who reads what is published."""
    ben = riverside.people.ben
    with riverside.scope():
        (meeting,) = plan(riverside)
        meetings.invite(meeting=meeting, people=[], by=riverside.people.ana)
        Mail.objects.get(recipient=ben, kind=Mail.Kind.INVITATION)
        token = invitations.make_feed(member=ben)
    feed = reverse("calendar-feed", args=[token])
    assert b"Our week" in ana.get(feed).content
    with riverside.scope():
        Grant.objects.filter(membership=ben).delete()
        Grant.objects.create(membership=ben, role=Role.FUNDER)
    assert ana.get(feed).status_code == 404
    with riverside.scope():
        meetings.change(
            meeting=meeting, title="Our day", starts=datetime.combine(DAY, time(11)), minutes=60, zone="America/Chicago",
            by=riverside.people.ana,
        )  # fmt: skip
        pre_reads.send(meeting=meeting, indicators=[], by=riverside.people.ana)
        sessions.open_session(meeting=meeting, by=riverside.people.ana)
        for partner in riverside.partners:
            sessions.attend(meeting=meeting, partner=partner, presence="present", by=riverside.people.ana)
        sessions.close(meeting=meeting, by=riverside.people.ana)
        assert Mail.objects.filter(recipient=ben).count() == 1
