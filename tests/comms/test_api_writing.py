"""Meetings, decisions and actions written by machines: as the description says, once, and never over somebody's change."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from backbone.roles import Role
from backbone.services import groups, keys
from comms.models import Action, Decision, Mail, Meeting
from comms.services import meetings
from tests import factories
from tests.comms.meeting import filed, in_session
from tests.measures.test_api_description import check, description  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db

MEETING = {
    "title": "Our week", "starts": "2026-11-25T09:00", "minutes": 60, "timezone": "America/Chicago", "place": "Hall",
    "url": "https://meet.example/x", "topics": [{"title": "The figures", "minutes": 20}, {"title": "The roof"}],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _in_november():
    with time_machine.travel("2026-11-18T15:00:00Z", tick=False):
        yield


@pytest.fixture
def home(riverside):
    with riverside.scope():
        people = riverside.people
        cora = factories.make_member("cora@riverside.example", "Cora", Role.GROUP_CHAIR)
        riverside.group = groups.make(initiative=riverside.initiative, name="Jobs", slug="jobs", by=people.ana)
        groups.put(group=riverside.group, member=cora, is_chair=True, by=people.ana)
        scopes = ("read", "file")
        riverside.tokens = {
            "ana": keys.create(owner=people.ana, name="a", role="convener", scopes=scopes)[1],
            "ben": keys.create(owner=people.ben, name="b", role="partner_filer", partner=riverside.partners[0], scopes=scopes)[1],
            "cora": keys.create(owner=cora, name="c", role="group_chair", scopes=scopes)[1],
            "reader": keys.create(owner=people.ana, name="r", role="convener", scopes=("read",))[1],
        }  # fmt: skip
    return riverside


def send(home, method: str, rest: str, body, who: str = "ana", **headers):
    headers = {"Authorization": f"Bearer {home.tokens[who]}", **headers}
    client = Client(headers=headers)
    return getattr(client, method)(home.api(rest), data=json.dumps(body), content_type="application/json")


def fields(answer) -> list[tuple[str, str]]:
    return [(one["code"], one["field"]) for one in answer.json()["errors"]]


def test_a_meeting_is_planned_moved_and_called_off(home, description):  # noqa: F811
    answer = send(home, "post", "meetings/", MEETING)
    check(description, "post", "meetings/", answer)
    made = answer.json()
    assert answer.status_code == 201
    assert made["starts_at"] == "2026-11-25T15:00:00Z"
    assert [(one["title"], one["minutes"]) for one in made["topics"]] == [("The figures", 20), ("The roof", None)]
    page = f"meetings/{made['id']}/"
    with home.scope():
        row = Meeting.objects.get()
        assert row.starts_at == datetime(2026, 11, 25, 15, tzinfo=UTC)
        meetings.invite(meeting=row, people=[(home.people.ben, home.partners[0])], by=home.people.ana)
        before = Mail.objects.filter(kind="invitation").count()
    got = Client(headers={"Authorization": f"Bearer {home.tokens['ben']}"}).get(home.api(page))
    check(description, "get", "meetings/{meeting}/", got)
    moved = send(home, "patch", page, {"starts": "2026-11-26T10:30"}, **{"If-Match": got["ETag"]})
    check(description, "patch", "meetings/{meeting}/", moved)
    assert moved.json()["starts_at"] == "2026-11-26T16:30:00Z"
    assert moved.json()["ends_at"] == "2026-11-26T17:30:00Z"
    assert moved["ETag"] != got["ETag"]
    stale = send(home, "patch", page, {"title": "Mine"}, **{"If-Match": got["ETag"]})
    assert (stale.status_code, fields(stale)) == (412, [("if_match.stale", None)])
    off = send(home, "patch", page, {"state": "cancelled", "why": "Snow"}, **{"If-Match": moved["ETag"]})
    assert off.json()["state"] == "cancelled"
    with home.scope():
        assert Mail.objects.filter(kind="invitation").count() == before + 2 * before
    assert send(home, "patch", page, {"title": "Late"}).json()["errors"][0]["code"] == "meeting.state"


def test_the_same_request_is_done_once(home):
    for rest, body, model in (
        ("meetings/", MEETING, Meeting),
        ("decisions/", {"text": "We go on"}, Decision),
        ("actions/", {"what": "Ask", "owner": "ben@riverside.example", "due_on": "2026-12-01"}, Action),
    ):
        answers = [send(home, "post", rest, body, **{"Idempotency-Key": "k1"}) for _ in range(2)]
        assert [one.status_code for one in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()
        with home.scope():
            assert model.objects.count() == 1
    other = send(home, "post", "actions/", {"what": "Other"}, **{"Idempotency-Key": "k1"})
    assert other.status_code == 422


def test_a_decision_cites_frozen_figures_names_who_was_not_there_and_is_looked_at_again(home, description):  # noqa: F811
    with home.scope():
        filed(home, 300, 200, None)
        meeting = in_session(home, there="PAX")
        slug = home.initiative.indicators.get().slug
    body = {
        "text": "Two classes more", "reason": "The east waits.", "meeting": meeting.pk, "review_on": "2027-02-01",
        "cites": [slug], "dissent": [{"partner": "P1", "words": "Too soon"}],
    }  # fmt: skip
    answer = send(home, "post", "decisions/", body)
    check(description, "post", "decisions/", answer)
    made = answer.json()
    assert (answer.status_code, made["number"], made["without"]) == (201, 1, ["P2"])
    assert made["dissent"] == [{"partner": "P1", "words": "Too soon"}]
    assert [(one["value"], one["filed"], one["expected"]) for one in made["cites"]] == [("500", 2, 3)]
    again = send(
        home, "patch", "decisions/1/", {"state": "stands", "review_on": "2027-05-01"}, **{"If-Match": answer["ETag"]}
    )
    check(description, "patch", "decisions/{number}/", again)
    assert again.json()["review_on"] == "2027-05-01"
    assert (
        send(home, "patch", "decisions/1/", {"state": "withdrawn"}, **{"If-Match": answer["ETag"]}).status_code == 412
    )
    refused = send(home, "patch", "decisions/1/", {"state": "withdrawn", "dissent": [{"partner": "P2"}]})
    assert fields(refused) == [("words.missing", "why")]
    got = Client(headers={"Authorization": f"Bearer {home.tokens['ana']}"}).get(home.api("decisions/1/"))
    assert [one["partner"] for one in got.json()["dissent"]] == ["P1"], "nothing of a refused request is kept"
    send(home, "post", "decisions/", {"text": "Three classes"})
    replaced = send(home, "patch", "decisions/1/", {"state": "replaced", "replaced_by": 2}).json()
    assert (replaced["state"], replaced["replaced_by"]) == ("replaced", 2)
    assert fields(send(home, "patch", "decisions/2/", {"state": "replaced"})) == [("field.missing", "replaced_by")]


def test_an_action_is_set_moved_and_given_on(home, description):  # noqa: F811
    send(home, "post", "decisions/", {"text": "We ask"})
    body = {"what": "Ask", "owner": "ben@riverside.example", "partner": "P1", "due_on": "2026-12-01", "decision": 1}
    answer = send(home, "post", "actions/", body)
    check(description, "post", "actions/", answer)
    assert (answer.json()["owner"], answer.json()["source"]) == ("Ben", "D-1: We ask")
    moved = send(
        home, "patch", "actions/1/", {"state": "done", "note": "They said yes"}, "ben", **{"If-Match": answer["ETag"]}
    )
    check(description, "patch", "actions/{number}/", moved)
    assert moved.json()["closed_at"] is not None
    assert send(home, "patch", "actions/1/", {"state": "open"}, **{"If-Match": answer["ETag"]}).status_code == 412
    given = send(home, "patch", "actions/1/", {"owner": "ana@riverside.example", "due_on": "2026-12-24"}).json()
    assert (given["owner"], given["due_on"]) == ("Ana", "2026-12-24")
    with home.scope():
        assert [one.note for one in Action.objects.get().steps.order_by("pk")] == ["", "They said yes", ""]


@pytest.mark.parametrize(
    ("rest", "body", "wrong"),
    [
        ("meetings/", MEETING | {"starts": "2026-11-25"}, [("time.invalid", "starts")]),
        ("meetings/", MEETING | {"starts": "2026-11-25T09:00Z"}, [("time.invalid", "starts")]),
        ("meetings/", MEETING | {"minutes": 0, "title": " "}, [("field.missing", "title"), ("number.range", "minutes")]),
        ("meetings/", MEETING | {"timezone": "Chicago"}, [("zone.unknown", "timezone")]),
        ("meetings/", MEETING | {"url": "javascript:alert(1)"}, [("url.wrong", "url")]),
        ("meetings/", MEETING | {"topics": [{"title": "x"}, {}]}, [("field.missing", "topics[1].title")]),
        ("meetings/", MEETING | {"topics": [3]}, [("object.wrong", "topics")]),
        ("meetings/", MEETING | {"group": "nobody-s"}, [("row.unknown", "group")]),
        ("meetings/", MEETING | {"place": 3}, [("text.wrong", "place")]),
        ("meetings/", MEETING | {"where": "x"}, [("field.unknown", "where")]),
        ("decisions/", {}, [("field.missing", "text")]),
        ("decisions/", {"text": "x", "cites": ["no"], "review_on": 3}, [("date.invalid", "review_on"), ("row.unknown", "cites[0]")]),
        ("decisions/", {"text": "x", "dissent": [{"partner": "P9"}]}, [("row.unknown", "dissent[0].partner")]),
        ("decisions/", {"text": "x", "meeting": 10**30}, [("row.unknown", "meeting")]),
        ("decisions/", {"text": "x", "review_on": "2026-01-01"}, [("decision.review", "review_on")]),
        ("actions/", {"what": "x", "owner": "eve@x.example", "due_on": "2026-12-01"}, [("row.unknown", "owner")]),
        ("actions/", {"what": "x", "owner": "fay@riverside.example", "due_on": "2026-12-01"}, [("action.owner", "owner")]),
        ("actions/", {"what": True, "owner": [], "due_on": "soon"}, [("text.wrong", "what"), ("row.unknown", "owner"), ("date.invalid", "due_on")]),
        ("actions/", [], [("json.object", None)]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_place_and_nothing_is_written(home, rest, body, wrong):
    answer = send(home, "post", rest, body)
    assert (answer.status_code, fields(answer)) == (400, wrong)
    with home.scope():
        assert [model.objects.exists() for model in (Meeting, Decision, Action)] == [False] * 3


def test_who_may_not_on_the_pages_may_not_here(home):
    assert send(home, "post", "meetings/", MEETING, "ben").status_code == 403
    assert send(home, "post", "decisions/", {"text": "We go on"}, "reader").status_code == 403
    assert send(home, "post", "decisions/", {"text": "We go on"}, "ben").status_code == 201
    assert send(home, "post", "meetings/", MEETING, "cora").status_code == 404, "a chair plans for the own group"
    own = send(home, "post", "meetings/", MEETING | {"group": "jobs"}, "cora")
    assert (own.status_code, own.json()["group"]) == (201, "jobs")
    whole = send(home, "post", "meetings/", MEETING).json()["id"]
    assert send(home, "patch", f"meetings/{whole}/", {"title": "Mine"}, "cora").status_code == 404
    assert send(home, "patch", "meetings/999/", {"title": "Mine"}).status_code == 404


def planned(home, group: str | None = None) -> str:
    """The address of a meeting that has not begun."""
    return f"meetings/{send(home, 'post', 'meetings/', MEETING | {'group': group}).json()['id']}/"


THERE = [{"partner": "P1", "presence": "present", "names": "Ben"}, {"partner": "P2", "presence": "absent"}]


def test_a_meeting_is_begun_with_who_is_there_and_closed_with_its_record(home, description):  # noqa: F811
    page = planned(home)
    begun = send(home, "patch", page, {"state": "open", "attendance": THERE})
    check(description, "patch", "meetings/{meeting}/", begun)
    assert (begun.status_code, begun.json()["state"]) == (200, "open")
    assert begun.json()["attendance"] == [THERE[0], THERE[1] | {"names": ""}]
    more = send(home, "patch", page, {"attendance": [{"partner": "P1", "presence": "excused"}]}).json()
    assert more["attendance"][0] == {"partner": "P1", "presence": "excused", "names": "Ben"}, "what is left out stays"
    assert more["title"] == "Our week"
    decided = send(home, "post", "decisions/", {"text": "We go on", "meeting": begun.json()["id"]})
    assert decided.json()["without"] == ["P2", "P3"], "of P3 nobody said anything"
    over = send(home, "patch", page, {"state": "over"})
    assert (over.status_code, over.json()["state"]) == (200, "over")
    assert fields(send(home, "patch", page, {"state": "over"})) == [("meeting.state", None)]
    closed = send(home, "patch", page, {"state": "closed", "attendance": [THERE[0]]})
    assert closed.json()["state"] == "closed"
    assert {one["state"] for one in closed.json()["topics"]} == {"postponed"}
    with home.scope():
        row = Meeting.objects.get()
        assert row.opened_at is not None
        assert row.closed_at is not None
    for body in ({"state": "open"}, {"attendance": THERE}, {"title": "Late"}, {"state": "closed"}):
        assert fields(send(home, "patch", page, body)) == [("meeting.state", None)], body


def test_a_meeting_is_not_closed_before_somebody_says_who_was_there(home):
    page = planned(home)
    refused = send(home, "patch", page, {"title": "Ours", "state": "closed"})
    assert fields(refused) == [("meeting.state", None)]
    send(home, "patch", page, {"state": "open"})
    assert fields(send(home, "patch", page, {"state": "closed"})) == [("meeting.no_attendance", None)]
    with home.scope():
        row = Meeting.objects.get()
        assert (row.state, row.title) == ("open", "Our week"), "nothing of a refused request is kept"


def test_minutes_are_replaced_and_never_over_what_somebody_else_wrote(home, description):  # noqa: F811
    page = planned(home)
    minutes = f"{page}minutes/"
    assert fields(send(home, "put", minutes, {"text": "Too early"})) == [("meeting.state", None)]
    send(home, "patch", page, {"state": "open", "attendance": THERE})
    got = Client(headers={"Authorization": f"Bearer {home.tokens['ben']}"}).get(home.api(minutes))
    check(description, "get", "meetings/{meeting}/minutes/", got)
    assert (got.json()["number"], got.json()["text"]) == (0, "")
    written = send(home, "put", minutes, {"text": "We began late.\n\nThe east waits."}, **{"If-Match": got["ETag"]})
    check(description, "put", "meetings/{meeting}/minutes/", written)
    assert (written.json()["number"], written.json()["text"]) == (1, "We began late.\n\nThe east waits.")
    stale = send(home, "put", minutes, {"text": "Mine"}, **{"If-Match": got["ETag"]})
    assert (stale.status_code, fields(stale)) == (412, [("if_match.stale", None)])
    key = {"Idempotency-Key": "m1", "If-Match": written["ETag"]}
    twice = [send(home, "put", minutes, {"text": "We began at nine."}, **key) for _ in range(2)]
    assert [one.json()["number"] for one in twice] == [2, 2]
    assert send(home, "put", minutes, {"text": ""}).json()["text"] == ""
    send(home, "patch", page, {"state": "closed"})
    assert fields(send(home, "put", minutes, {"text": "Late"})) == [("meeting.state", None)]


@pytest.mark.parametrize(
    ("method", "rest", "body", "wrong"),
    [
        ("patch", "", {"state": "planned"}, [("choice.unknown", "state")]),
        ("patch", "", {"state": 3}, [("choice.unknown", "state")]),
        ("patch", "", {"attendance": "P1"}, [("list.wrong", "attendance")]),
        ("patch", "", {"attendance": ["P1"]}, [("object.wrong", "attendance")]),
        ("patch", "", {"attendance": [{"partner": "P1", "was": "there"}]}, [("object.wrong", "attendance")]),
        ("patch", "", {"attendance": [{}]}, [("field.missing", "attendance[0].partner"), ("field.missing", "attendance[0].presence")]),
        ("patch", "", {"attendance": [{"partner": "P99", "presence": "absent"}]}, [("row.unknown", "attendance[0].partner")]),
        ("patch", "", {"attendance": [{"partner": "P1", "presence": "there"}]}, [("choice.unknown", "attendance[0].presence")]),
        ("patch", "", {"attendance": [{"partner": "P1", "presence": "present", "names": "x" * 301}]}, [("text.too_long", "attendance[0].names")]),
        ("patch", "", {"attendance": [{"partner": "P1", "presence": "present", "names": 3}]}, [("text.wrong", "attendance[0].names")]),
        ("put", "minutes/", {}, [("field.missing", "text")]),
        ("put", "minutes/", {"text": 3}, [("text.wrong", "text")]),
        ("put", "minutes/", {"text": "x" * 40_001}, [("text.too_long", "text")]),
        ("put", "minutes/", {"text": "x", "number": 3}, [("field.read_only", "number")]),
        ("put", "minutes/", {"words": "x"}, [("field.unknown", "words")]),
        ("put", "minutes/", [], [("json.object", None)]),
    ],
)  # fmt: skip
def test_what_is_wrong_of_a_meeting_that_runs_is_said_at_its_place(home, method, rest, body, wrong):
    page = planned(home)
    send(home, "patch", page, {"state": "open"})
    answer = send(home, method, page + rest, body)
    assert (answer.status_code, fields(answer)) == (400, wrong)
    with home.scope():
        row = Meeting.objects.get()
        assert (row.state, row.minutes, row.attendance.count()) == ("open", "", 0)


def test_who_may_not_run_a_meeting_on_its_page_may_not_here(home):
    whole, own = planned(home), planned(home, "jobs")
    for rest, method, body in (("", "patch", {"state": "open"}), ("minutes/", "put", {"text": "x"})):
        assert send(home, method, whole + rest, body, "ben").status_code == 403
        assert send(home, method, whole + rest, body, "reader").status_code == 403
        assert send(home, method, whole + rest, body, "cora").status_code == 404, "it is not her group's"
        assert send(home, method, own + rest, body, "cora").status_code == 200
    assert send(home, "put", "meetings/999/minutes/", {"text": "x"}).status_code == 404
    with home.scope():
        assert {row.state for row in Meeting.objects.filter(group=None)} == {"planned"}
