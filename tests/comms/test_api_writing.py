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
    assert fields(send(home, "patch", "decisions/1/", {"state": "withdrawn"})) == [("words.missing", "why")]
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
