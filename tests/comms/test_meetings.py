"""Meetings: prepared from what is open, read before, run by several people, closed with a record."""

from __future__ import annotations

import html
import json
import re
from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.utils import timezone
from redis.exceptions import RedisError

from backbone import conditions
from backbone.conditions import due
from backbone.models import Change
from backbone.problems import Refused
from backbone.roles import Role
from backbone.services import groups
from comms.models import Acknowledgement, Announcement, Invited, Mail, Meeting, Note, PreRead, Topic
from comms.selectors.meetings import expected_at, record_of
from comms.services import actions, announcements, decisions, live, meetings, pre_reads, sessions
from tests import factories
from tests.comms.meeting import DAY, filed, in_session, plan

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_november():
    with time_machine.travel("2026-11-18T15:00:00Z", tick=False):
        yield


def codes(caught) -> list[str]:
    return [problem.code for problem in caught.value.problems]


def test_a_meeting_begins_with_its_pattern_or_with_an_earlier_one(riverside, client):
    client.force_login(factories.user_of(riverside.people.ana))
    sent = {
        "template": "steering", "day": "2026-12-16", "time": "09:00", "zone": "America/Chicago", "often": "once",
        "title": "", "minutes": "", "count": "1",
    }  # fmt: skip
    assert client.post(riverside.url("meetings/new/"), sent | {"template": ""}).status_code == 422
    answer = client.post(riverside.url("meetings/new/"), sent)
    assert answer.status_code == 302
    with riverside.scope():
        first = Meeting.objects.get()
        assert (first.title, first.ends_at - first.starts_at) == ("Steering committee", timezone.timedelta(minutes=120))
        assert first.topics.count() == 5
        assert {one.member.name for one in first.invited.select_related("member")} == {"Ana"}
    again = sent | {"template": f"copy:{first.pk}", "often": "monthly", "count": "3", "title": "Again"}
    assert client.post(riverside.url("meetings/new/"), again).status_code == 302
    with riverside.scope():
        copies = Meeting.objects.filter(title="Again")
        assert copies.count() == 3
        assert {one.topics.count() for one in copies} == {5}
        assert copies[0].series.rule == "FREQ=MONTHLY;BYDAY=3WE"


def test_topics_are_proposed_from_all_that_is_open_and_each_once(in_riverside):
    ana = in_riverside.people.ana
    filed(in_riverside, 300, 200, None)
    from agenda.services import learning

    what_if = learning.add(initiative=in_riverside.initiative, sort="what_if", text="P2 moves east?", by=ana)
    unknown = learning.add(
        initiative=in_riverside.initiative, sort="unknown", text="Who was in care?", by=ana, owner=ana,
        learn_by=DAY.replace(day=1),
    )  # fmt: skip
    decision = decisions.decide(
        initiative=in_riverside.initiative, text="We wait", by=ana, decided_on=DAY.replace(month=5), review_on=DAY
    )
    action = actions.add(initiative=in_riverside.initiative, what="Call", owner=ana, due_on=DAY.replace(day=2), by=ana)
    found = {one.about: one for one in conditions.proposed(in_riverside.initiative, timezone.now())}
    p3 = in_riverside.partners[2]
    assert set(found) == {
        f"measures.missing:{p3.pk}:2026-10", f"agenda.learning:{what_if.pk}", f"agenda.learning:{unknown.pk}",
        f"comms.decision:{decision.pk}", f"comms.action:{action.pk}",
    }  # fmt: skip
    assert "P3" in found[f"measures.missing:{p3.pk}:2026-10"].title
    (meeting,) = plan(in_riverside)
    one = found[f"comms.decision:{decision.pk}"]
    assert meetings.add_proposed(meeting=meeting, proposed=one, by=ana) is not None
    assert meetings.add_proposed(meeting=meeting, proposed=one, by=ana) is None
    assert Topic.objects.get().about == one.about


def test_topics_move_up_and_down_and_what_was_discussed_stays(riverside, client):
    client.force_login(factories.user_of(riverside.people.ana))
    with riverside.scope():
        (meeting,) = plan(riverside, topics=[("One", None), ("Two", 10)])
        first, second = Topic.objects.order_by("position")
    page = riverside.url(f"meetings/{meeting.pk}/")
    client.post(page, {"form": "topic", "title": "Three", "minutes": ""})
    client.post(page, {"form": "up", "row": second.pk})
    client.post(page, {"form": "up", "row": second.pk})
    client.post(page, {"form": "remove-topic", "row": first.pk})
    with riverside.scope():
        assert [one.title for one in Topic.objects.order_by("position")] == ["Two", "Three"]
        sessions.open_session(meeting=meeting, by=riverside.people.ana)
        sessions.treat(topic=second, state="discussed", by=riverside.people.ana)
        with pytest.raises(Refused) as caught:
            meetings.remove_topic(topic=second, by=riverside.people.ana)
        assert codes(caught) == ["topic.discussed"]
    assert client.post(page, {"form": "topic", "title": ""}).status_code == 422
    assert client.post(page, {"form": "nonsense"}).status_code == 404


def test_a_pre_read_keeps_its_figures_and_their_coverage(riverside, client):
    with riverside.scope():
        indicator = filed(riverside, 300, 200, None)
        (meeting,) = plan(riverside, topics=[("The figures", 20)])
        pre_reads.send(meeting=meeting, indicators=[indicator], by=riverside.people.ana)
        factories.make_figure(indicator, riverside.partners[2], DAY.replace(month=10, day=1), 900)
        from measures.services import rollups

        rollups.rebuild(riverside.initiative)
        pre_reads.send(meeting=meeting, indicators=[indicator], by=riverside.people.ana)
        assert Mail.objects.filter(kind="pack", recipient=riverside.people.ben).count() == 2
        sent = Mail.objects.filter(kind="pack", recipient=riverside.people.ben).order_by("pk").first()
        for words in (sent.text, sent.html):
            assert re.search(r"500.*so far · 2 of 3 partners have filed", words, re.DOTALL)
            assert "The figures" in words
            assert "October 2026" in words
        assert json.dumps(PreRead.objects.get(number=1).body)
    client.force_login(factories.user_of(riverside.people.ben))
    first = client.get(riverside.url(f"meetings/{meeting.pk}/pre-read/1/")).content.decode()
    assert "500" in first
    assert "2 of 3 partners have filed" in first
    second = client.get(riverside.url(f"meetings/{meeting.pk}/pre-read/2/")).content.decode()
    assert "1,400" in second
    assert client.get(riverside.url(f"meetings/{meeting.pk}/pre-read/3/")).status_code == 404


def test_an_invited_person_answers_and_nobody_else_does(riverside, client):
    with riverside.scope():
        (meeting,) = plan(riverside)
    page = riverside.url(f"meetings/{meeting.pk}/")
    client.force_login(factories.user_of(riverside.people.ben))
    client.post(page, {"form": "answer", "answer": "yes"})
    assert client.post(page, {"form": "answer", "answer": "perhaps"}).status_code == 404
    assert client.post(page, {"form": "topic", "title": "Mine"}).status_code == 403
    client.force_login(factories.user_of(riverside.people.ana))
    client.post(page, {"form": "answer", "answer": "yes"})
    with riverside.scope():
        assert [(one.member.name, one.answer) for one in Invited.objects.select_related("member")] == [("Ben", "yes")]
        assert record_of(meeting).places[0].answers == ("Ben",)


# --- in session ---


def test_two_who_write_at_once_lose_nothing(in_riverside):
    ana = in_riverside.people.ana
    meeting = in_session(in_riverside)
    began = sessions.write_minutes(meeting=meeting, text="We met. We ate.", number=0, began="", by=ana).meeting
    first = sessions.write_minutes(
        meeting=meeting, text="We met at nine. We ate.", number=began.number, began=began.minutes, by=ana
    )
    assert not first.is_merged
    second = sessions.write_minutes(
        meeting=meeting, text="We met. We ate. Ben left.", number=began.number, began=began.minutes, by=ana
    )
    assert second.is_merged
    assert second.meeting.minutes == "We met at nine. We ate. Ben left."
    third = sessions.write_minutes(
        meeting=meeting, text="We met at ten. We ate.", number=began.number, began=began.minutes, by=ana
    )
    assert third.theirs == "We met at nine. We ate. Ben left."
    assert Meeting.objects.get().minutes == "We met at nine. We ate. Ben left."


def test_whose_words_met_gets_both_and_saves_them_together(riverside, client):
    with riverside.scope():
        meeting = in_session(riverside)
        sessions.write_minutes(meeting=meeting, text="At nine.", number=0, began="", by=riverside.people.ana)
    client.force_login(factories.user_of(riverside.people.ana))
    page = riverside.url(f"meetings/{meeting.pk}/session/")
    met = client.post(page, {"form": "minutes", "minutes": "At ten.", "number": 0, "began": ""})
    assert met.status_code == 422
    html = met.content.decode()
    assert "At nine." in html
    assert "At ten." in html
    both = {"form": "minutes", "minutes": "At nine or ten.", "number": 1, "began": "At nine."}
    assert client.post(page, both).status_code == 302
    with riverside.scope():
        assert Meeting.objects.get().minutes == "At nine or ten."


def test_who_watches_asks_for_one_number_and_gets_the_record_when_something_happened(
    riverside, client, django_assert_max_num_queries
):
    with riverside.scope():
        meeting = in_session(riverside)
        moves = Meeting.objects.get().moves
    client.force_login(factories.user_of(riverside.people.ben))
    page = riverside.url(f"meetings/{meeting.pk}/session/")
    with django_assert_max_num_queries(14):
        answer = client.get(f"{page}?moves={moves}", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (204, b"")
    with riverside.scope():
        decisions.decide(initiative=riverside.initiative, text="We go on", by=riverside.people.ana, meeting=meeting)
    answer = client.get(f"{page}?moves={moves}", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "We go on" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_a_page_is_told_that_something_happened_without_a_look_into_the_tenant(
    riverside, client, django_assert_max_num_queries, django_capture_on_commit_callbacks
):
    with riverside.scope():
        meeting = in_session(riverside)
    client.force_login(factories.user_of(riverside.people.ben))
    page = client.get(riverside.url(f"meetings/{meeting.pk}/session/")).content.decode()
    address = html.unescape(re.search(r'hx-get="(/l/[^"]+)"', page)[1])
    assert ":" in address
    with django_assert_max_num_queries(2):  # who is signed in, for how long; no tenant's row
        answer = client.get(address)
    assert (answer.status_code, answer.content, answer.headers.get("HX-Trigger")) == (204, b"", None)
    with django_capture_on_commit_callbacks(execute=True), riverside.scope():
        decisions.decide(initiative=riverside.initiative, text="We go on", by=riverside.people.ana, meeting=meeting)
    assert client.get(address).headers["HX-Trigger"] == "moved"
    assert client.get(address.replace("/l/", "/l/x")).status_code == 404
    assert client.get(address.partition("?")[0]).headers["HX-Trigger"] == "moved"
    again = client.get(riverside.url(f"meetings/{meeting.pk}/session/")).content.decode()
    seen = html.unescape(re.search(r'hx-get="(/l/[^"]+)"', again)[1])
    assert "HX-Trigger" not in client.get(seen).headers


def test_without_a_cache_nothing_is_told_and_nothing_breaks(
    riverside, client, monkeypatch, django_capture_on_commit_callbacks
):
    def away(*_args, **_named):
        raise RedisError

    for name in ("get_or_set", "add", "incr"):
        monkeypatch.setattr(live.cache, name, away)
    with django_capture_on_commit_callbacks(execute=True), riverside.scope():
        meeting = in_session(riverside)
        seal = live.seal(meeting.pk)
    client.force_login(factories.user_of(riverside.people.ben))
    assert client.get(riverside.url(f"meetings/{meeting.pk}/session/")).status_code == 200
    answer = client.get(f"/l/{seal}/?seen=1")
    assert (answer.status_code, answer.headers.get("HX-Trigger")) == (204, None)


def test_what_two_write_about_one_topic_is_put_together(riverside, client):
    with riverside.scope():
        meeting = in_session(riverside, topics=[("The figures", 20)])
        topic = meeting.topics.get()
    client.force_login(factories.user_of(riverside.people.ana))
    page = riverside.url(f"meetings/{meeting.pk}/session/")

    def said(words, began):
        sent = {"form": "words", "row": topic.pk, "words": words, "began": began}
        assert client.post(page, sent).status_code == 302
        with riverside.scope():
            return Topic.objects.get().words

    assert said("One came. Two left.", "") == "One came. Two left."
    assert said("One came late. Two left.", "One came. Two left.") == "One came late. Two left."
    assert said("One came. Three left.", "One came. Two left.") == "One came late. Three left."
    both = said("Nobody came.", "One came. Two left.")
    assert "One came late. Three left." in both
    assert both.endswith("Nobody came.")
    client.post(page, {"form": "words", "row": topic.pk, "words": "x" * 10_001, "began": both})
    shown = client.get(page).content.decode()
    assert "Nobody came." in shown
    assert "10000" in shown, "too long, and it says how much is the most"


def test_attendance_topics_decisions_and_actions_are_noted_on_one_page(riverside, client):
    with riverside.scope():
        indicator = filed(riverside, 300, 200, 100)
        (meeting,) = plan(riverside, topics=[("The figures", 20)])
        topic = Topic.objects.get()
    client.force_login(factories.user_of(riverside.people.ana))
    page = riverside.url(f"meetings/{meeting.pk}/session/")
    p1, p2, p3 = riverside.partners
    ben = riverside.people.ben.pk
    sent = [
        {"form": "open"},
        {"form": "attend", "row": p1.pk, "presence": "present"},
        {"form": "attend", "row": p2.pk, "presence": "absent"},
        {"form": "who", "partner": p1.pk, "presence": "present", "names": "Ben and Bo"},
        {"form": "topic", "row": topic.pk, "state": "discussed"},
        {"form": "minutes", "minutes": "We met.", "number": 0, "began": ""},
        {
            "form": "decide", "text": "We go on", "cite": [indicator.pk], "partner": p3.pk, "words": "Too fast",
            "review_on": "2027-03-01", "topic": topic.pk,
        },
        {"form": "action", "what": "Ask", "owner": ben, "partner": p1.pk, "due_on": "2026-12-01"},
    ]  # fmt: skip
    for fields in sent:
        assert client.post(page, fields).status_code == 302, fields
    html = client.get(page).content.decode()
    for words in ("D-1", "We go on", "A-1", "Decided without P2", "P3 did not agree", "Too fast", "Ben and Bo"):
        assert words in html, words
    wrong = client.post(page, {"form": "decide", "text": "", "cite": [indicator.pk]})
    assert wrong.status_code == 422
    part = client.post(page, {"form": "attend", "row": p3.pk, "presence": "excused"}, headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "<html" not in part.content.decode()
    assert client.post(page, {"form": "attend", "row": p3.pk, "presence": "drunk"}).status_code == 404
    client.force_login(factories.user_of(riverside.people.ben))
    assert client.post(page, {"form": "attend", "row": p3.pk, "presence": "present"}).status_code == 403
    assert (
        client.post(page, {"form": "action", "what": "And this", "owner": ben, "due_on": "2026-12-01"}).status_code
        == 302
    )


def test_a_closed_meeting_goes_out_as_one_mail_and_who_was_absent_is_asked(in_riverside):
    ana, ben = in_riverside.people.ana, in_riverside.people.ben
    lea = factories.make_member("lea@x.example", "Lea", Role.PARTNER_LEAD, partner=in_riverside.partners[2])
    meeting = in_session(in_riverside, there="PPA")
    made = decisions.decide(initiative=in_riverside.initiative, text="We go on", by=ana, meeting=meeting)
    actions.add(
        initiative=in_riverside.initiative, what="Ask", owner=ben, due_on=DAY, by=ana, meeting=meeting, decision=made
    )
    sessions.write_minutes(meeting=meeting, text="We met.", number=0, began="", by=ana)
    sessions.close(meeting=meeting, by=ana)
    mails = {mail.recipient_id: mail for mail in Mail.objects.filter(kind="minutes")}
    assert set(mails) == {ben.pk, lea.pk}
    for mail in mails.values():
        for words in ("We met.", "We go on", "Ask", "Decided without P3."):
            assert words in mail.text
    assert "have read it" in mails[lea.pk].text
    assert "have read it" not in mails[ben.pk].text
    announced = Announcement.objects.get()
    assert (announced.about, announced.partners) == (f"comms.decision:{made.pk}", [in_riverside.partners[2].pk])
    assert Note.objects.filter(member=lea, kind="announcement").count() == 1
    assert [one.key for one in due(lea, timezone.now())] == [
        f"announcement:{announced.pk}:{in_riverside.partners[2].pk}"
    ]
    assert announcements.acknowledge(announcement=announced, partner=in_riverside.partners[2], by=lea)
    assert not announcements.acknowledge(announcement=announced, partner=in_riverside.partners[2], by=lea)
    assert due(lea, timezone.now()) == []
    with pytest.raises(Refused) as caught:
        announcements.acknowledge(announcement=announced, partner=in_riverside.partners[0], by=ben)
    assert codes(caught) == ["announcement.not_asked"]
    assert Acknowledgement.objects.count() == 1
    for again in (
        lambda: sessions.close(meeting=meeting, by=ana),
        lambda: sessions.write_minutes(meeting=meeting, text="x", number=1, began="We met.", by=ana),
        lambda: decisions.decide(initiative=in_riverside.initiative, text="Late", by=ana, meeting=meeting),
    ):
        with pytest.raises(Refused) as caught:
            again()
        assert codes(caught) == ["meeting.state"]


def test_the_page_of_a_closed_meeting_is_its_record(riverside, client):
    ana, ben = riverside.people.ana, riverside.people.ben
    with riverside.scope():
        meeting = in_session(riverside, there="PPA")
        decisions.decide(initiative=riverside.initiative, text="We go on", by=ana, meeting=meeting)
        actions.add(initiative=riverside.initiative, what="Ask", owner=ben, due_on=DAY, by=ana, meeting=meeting)
        sessions.write_minutes(meeting=meeting, text="We met.", number=0, began="", by=ana)
        sessions.close(meeting=meeting, by=ana)
    for member in (ana, ben):
        client.force_login(factories.user_of(member))
        page = client.get(riverside.url(f"meetings/{meeting.pk}/")).content.decode()
        for words in ("We met.", "We go on", "Decided without P3", "Ask", "by today"):
            assert words in page, words


def test_nobody_closes_a_meeting_before_saying_who_was_there(in_riverside):
    meeting = in_session(in_riverside, there="")
    with pytest.raises(Refused) as caught:
        sessions.close(meeting=meeting, by=in_riverside.people.ana)
    assert codes(caught) == ["meeting.no_attendance"]


def test_what_was_not_talked_about_is_put_off_and_proposed_once(in_riverside):
    meeting = in_session(in_riverside, topics=[("The roof", 5)])
    topic = Topic.objects.get()
    sessions.close(meeting=meeting, by=in_riverside.people.ana)
    (one,) = conditions.proposed(in_riverside.initiative, timezone.now())
    assert (one.about, one.title) == (f"comms.topic:{topic.pk}", "The roof")
    (following,) = plan(in_riverside)
    meetings.add_proposed(meeting=following, proposed=one, by=in_riverside.people.ana)
    assert conditions.proposed(in_riverside.initiative, timezone.now()) == []


def test_closing_asks_first_what_is_put_off_and_leaves_out_what_it_is_told(riverside, client):
    with riverside.scope():
        meeting = in_session(riverside, topics=[("The roof", 5), ("The door", 5), ("The light", 5)])
        roof, door, light = Topic.objects.order_by("position")
        sessions.treat(topic=light, state="discussed", by=riverside.people.ana)
    client.force_login(factories.user_of(riverside.people.ana))
    page = riverside.url(f"meetings/{meeting.pk}/close/")
    assert page in client.get(riverside.url(f"meetings/{meeting.pk}/session/")).content.decode()
    told = client.get(page).content.decode()
    for words in ("2 topics were not discussed", "The roof", "The door", "once one is planned"):
        assert words in told, words
    assert "The light" not in told
    with riverside.scope():
        plan(riverside, title="Our next week", starts=datetime.combine(DAY + timedelta(days=7), time(9)))
    assert "“Our next week”, 25 Nov, 09:00" in client.get(page).content.decode().replace("\xa0", " ")
    assert client.post(page, {"put_off": [roof.pk], "shown": f"{roof.pk},{door.pk}"}).status_code == 302
    with riverside.scope():
        assert Meeting.objects.get(pk=meeting.pk).state == "closed"
        states = dict(Topic.objects.filter(meeting=meeting).values_list("title", "state"))
        assert states == {"The roof": "postponed", "The door": "open", "The light": "discussed"}
        assert [one.title for one in conditions.proposed(riverside.initiative, timezone.now())] == ["The roof"]
    for where in ("", "session/"):
        record = client.get(riverside.url(f"meetings/{meeting.pk}/{where}")).content.decode()
        assert "Not discussed" in record
        assert "To be discussed" not in record
    assert client.get(page).status_code == 302, "there is nothing left to close"


def test_nothing_is_put_off_that_the_page_did_not_tell_of(riverside, client):
    with riverside.scope():
        meeting = in_session(riverside, topics=[("The roof", 5)])
        roof = Topic.objects.get()
        later = meetings.add_topic(meeting=meeting, title="The cellar", by=riverside.people.ana)
    client.force_login(factories.user_of(riverside.people.ana))
    page = riverside.url(f"meetings/{meeting.pk}/close/")
    answer = client.post(page, {"shown": str(roof.pk)})
    told = answer.content.decode()
    assert answer.status_code == 422
    assert "Look again at what is put off." in told
    assert re.search(rf'value="{later.pk}"[^>]*checked', told)
    assert not re.search(rf'value="{roof.pk}"[^>]*checked', told), "left out stays left out"
    with riverside.scope():
        assert Meeting.objects.get().state == "open"
    assert client.post(page, {"shown": f"{roof.pk},{later.pk}", "put_off": [later.pk]}).status_code == 302


def test_who_edits_opens_a_meeting_from_its_page_and_others_only_go_in(riverside, client):
    with riverside.scope():
        (meeting,) = plan(riverside)
    page, room = riverside.url(f"meetings/{meeting.pk}/"), riverside.url(f"meetings/{meeting.pk}/session/")
    client.force_login(factories.user_of(riverside.people.ben))
    told = client.get(page).content.decode()
    assert "Open the meeting" not in told
    assert f'href="{room}"' in told
    assert "It is not open yet." in client.get(room).content.decode()
    client.force_login(factories.user_of(riverside.people.ana))
    assert re.search(rf'<form method="post" action="{room}">.*Open the meeting', client.get(page).content.decode())
    assert client.post(room, {"form": "open"}).status_code == 302
    assert "In the meeting" in client.get(page).content.decode()


def test_a_meeting_that_was_ended_before_its_time_is_listed_until_it_is_closed(riverside, client):
    with riverside.scope():
        meeting = in_session(riverside, title="Short and sharp")
        sessions.end(meeting=meeting, by=riverside.people.ana)
    client.force_login(factories.user_of(riverside.people.ana))
    listed = client.get(riverside.url("meetings/")).content.decode()
    assert "Over, and not closed yet" in listed
    assert "Short and sharp" in listed


def test_a_meeting_that_is_over_nags_whoever_runs_it_until_it_is_closed(in_riverside):
    meeting = in_session(in_riverside)
    with time_machine.travel("2026-11-25T15:00:00Z", tick=False):
        (item,) = due(in_riverside.people.ana, timezone.now())
        assert (item.key, item.is_late) == (f"meeting:{meeting.pk}:close", True)
        assert due(in_riverside.people.ben, timezone.now()) == []
        sessions.close(meeting=meeting, by=in_riverside.people.ana)
        assert due(in_riverside.people.ana, timezone.now()) == []


# --- groups ---


def test_a_group_expects_the_organizations_of_its_people(in_riverside):
    ana, (p1, p2, _p3) = in_riverside.people.ana, in_riverside.partners
    group = groups.make(initiative=in_riverside.initiative, name="East", slug="east", by=ana)
    groups.put(group=group, member=in_riverside.people.ben, partner=p1, by=ana)
    groups.put(group=group, member=ana, by=ana)
    groups.put(group=group, member=ana, partner=p2, is_chair=True, by=ana)
    (meeting,) = plan(in_riverside, group=group)
    assert expected_at(meeting) == [p1, p2]
    (whole,) = plan(in_riverside)
    assert expected_at(whole) == in_riverside.partners
    assert Change.objects.filter(verb="group.joined").count() == 2


def test_a_chair_writes_for_the_own_group_alone(riverside, client):
    with riverside.scope():
        ana = riverside.people.ana
        cara = factories.make_member("cara@x.example", "Cara", Role.GROUP_CHAIR)
        own, other = (
            groups.make(initiative=riverside.initiative, name=name, slug=name.lower(), by=ana)
            for name in ("East", "West")
        )
        groups.put(group=own, member=cara, is_chair=True, by=ana)
        (mine,), (theirs,), (whole,) = (plan(riverside, group=group) for group in (own, other, None))
    client.force_login(factories.user_of(cara))
    status = {
        name: (
            client.get(riverside.url(f"meetings/{meeting.pk}/")).status_code,
            client.post(riverside.url(f"meetings/{meeting.pk}/"), {"form": "topic", "title": "x"}).status_code,
        )
        for name, meeting in (("mine", mine), ("theirs", theirs), ("whole", whole))
    }
    assert status == {"mine": (200, 302), "theirs": (404, 404), "whole": (200, 404)}
    html = client.get(riverside.url("meetings/")).content.decode()
    assert html.count("Our week") == 2
    sent = {"name": "South", "slug": "south"}
    assert client.post(riverside.url("groups/"), sent).status_code == 404
    put = {"form": "put", "member": riverside.people.ben.pk, "partner": riverside.partners[0].pk}
    assert client.post(riverside.url("groups/east/"), put).status_code == 302
    assert client.post(riverside.url("groups/west/"), put).status_code == 404


def test_a_chair_who_is_invited_to_another_group_reads_and_answers(riverside, client):
    with riverside.scope():
        ana = riverside.people.ana
        cara = factories.make_member("cara@x.example", "Cara", Role.GROUP_CHAIR)
        west = groups.make(initiative=riverside.initiative, name="West", slug="west", by=ana)
        meeting = in_session(riverside, there="", group=west, topics=[("The bridge", 10)])
        (other,) = plan(riverside, group=west, title="Not for Cara")
        made = decisions.decide(initiative=riverside.initiative, text="We build it", by=ana, meeting=meeting)
    client.force_login(factories.user_of(cara))
    page, decided = riverside.url(f"meetings/{meeting.pk}/"), riverside.url(f"decisions/{made.number}/")
    assert [client.get(one).status_code for one in (page, decided)] == [404, 404]
    with riverside.scope():
        meetings.invite(meeting=meeting, people=[(cara, None)], by=ana)
    assert "The bridge" in client.get(page).content.decode()
    assert client.post(page, {"form": "answer", "answer": "yes"}).status_code == 302
    with riverside.scope():
        assert Invited.objects.get(member=cara).answer == "yes"
    for address in (f"meetings/{meeting.pk}/session/", f"decisions/{made.number}/", "decisions/?q=build"):
        assert "We build it" in client.get(riverside.url(address)).content.decode(), address
    assert client.post(page, {"form": "topic", "title": "x"}).status_code == 404
    assert client.post(decided, {"form": "review"}).status_code == 404
    assert client.get(riverside.url(f"meetings/{other.pk}/")).status_code == 404
    assert "Not for Cara" not in client.get(riverside.url("meetings/")).content.decode()


def test_only_who_may_read_a_meeting_is_offered_for_its_list(riverside, client):
    with riverside.scope():
        (meeting,) = plan(riverside)
        factories.make_member("eve@x.example", "Eve", Role.EVALUATOR)
    client.force_login(factories.user_of(riverside.people.ana))
    page = riverside.url(f"meetings/{meeting.pk}/")
    offered = re.search(r'<select name="people".*?</select>', client.get(page).content.decode(), re.DOTALL)[0]
    assert re.findall(r"<option[^>]*>([^<(]+)", offered) == ["Ana", "Eve"]
    sent = client.post(page, {"form": "invite", "people": [riverside.people.fay.pk]})
    assert sent.status_code == 422
    with riverside.scope():
        assert Mail.objects.count() == 0


def test_groups_are_set_up_changed_and_dissolved_on_their_pages(riverside, client):
    client.force_login(factories.user_of(riverside.people.ana))
    assert client.post(riverside.url("groups/"), {"name": "The East"}).status_code == 302
    assert client.post(riverside.url("groups/"), {"name": "The east"}).status_code == 422
    page = riverside.url("groups/the-east/")
    assert client.post(page, {"form": "change", "name": "East", "purpose": "All of it"}).status_code == 302
    assert client.post(page, {"form": "put", "member": ""}).status_code == 422
    assert client.post(page, {"form": "put", "member": riverside.people.ben.pk, "is_chair": "on"}).status_code == 302
    html = client.get(riverside.url("groups/")).content.decode()
    assert "All of it" in html
    assert "Ben" in html
    assert client.post(page, {"form": "end"}).status_code == 302
    assert "Dissolved" in client.get(page).content.decode()
    assert client.post(page, {"form": "resume"}).status_code == 302


def test_lists_cost_the_same_however_many_meetings_there_are(riverside, client, django_assert_max_num_queries):
    client.force_login(factories.user_of(riverside.people.ana))
    counts = []
    for rows in (2, 40):
        with riverside.scope():
            plan(riverside, rule="FREQ=WEEKLY", count=rows)
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as caught:
            assert client.get(riverside.url("meetings/")).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_coming_meetings_are_paged_apart_from_those_that_were(riverside, client):
    with riverside.scope():
        plan(riverside, rule="FREQ=WEEKLY", count=40, title="Every week")
    client.force_login(factories.user_of(riverside.people.ana))
    first = client.get(riverside.url("meetings/")).content.decode()
    assert first.count("Every week</a>") == 30
    assert 'href="?coming=2"' in first
    assert client.get(riverside.url("meetings/?page=1&coming=2")).content.decode().count("Every week</a>") == 10
