"""The register as JSON: as its description says, whole, and refused at the place in the body that is wrong."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.test import Client

from activities.models import Activity
from activities.selectors.written import written_out
from backbone.roles import Role
from backbone.services import keys
from tests import factories
from tests.measures.test_api_description import check, description  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db

BODY = {
    "name": "Evening class",
    "description": "Two evenings.",
    "kind": "class",
    "status": "active",
    "starts_on": "2026-01-05",
    "capacity": 40.5,
    "unit": "places",
    "strategies": [{"tag": "classes", "share": 0.7}, {"tag": "trained/coaching"}],
    "populations": [{"tag": "youth"}],
    "places": [{"tag": "east"}, {"tag": "west"}],
    "indicators": ["completions"],
    "partners": [{"partner": "P1", "part": "leads", "owner": "ben@riverside.example", "promise": "rooms"}],
    "milestones": [{"title": "First evening", "due_on": "2026-01-12"}],
    "money": [{"funder": "City", "amount": "1200.50", "currency": "USD"}],
}


@pytest.fixture
def home(riverside):
    with riverside.scope():
        initiative = riverside.initiative
        for slug in ("classes", "coaching"):
            factories.make_strategy(initiative, slug)
        factories.make_population("youth")
        for slug in ("east", "west"):
            factories.make_place(slug)
        factories.make_service_type("class")
        factories.make_indicator(initiative)
        people = riverside.people
        eve = factories.make_member("eve@riverside.example", "Eve", Role.EVALUATOR)
        riverside.tokens = {
            "ana": keys.create(owner=people.ana, name="a", role="convener", scopes=("read", "file"))[1],
            "ben": keys.create(
                owner=people.ben, name="b", role="partner_filer", partner=riverside.partners[0], scopes=("read", "file")
            )[1],
            "eve": keys.create(owner=eve, name="e", role="evaluator", scopes=("read",))[1],
        }
    return riverside


def get(home, rest: str, who: str = "ana"):
    return Client().get(home.api(rest), headers={"Authorization": f"Bearer {home.tokens[who]}"})


def put(home, slug: str, body, who: str = "ana"):
    return Client().put(
        home.api(f"activities/{slug}/"),
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {home.tokens[who]}"},
    )


def test_an_activity_is_made_and_read_as_the_description_says(home, description):  # noqa: F811
    made = put(home, "evening", BODY)
    assert made.status_code == 201, made.content
    check(description, "put", "activities/{activity}/", made)
    with home.scope():
        said = written_out(home.initiative)["evening"]
    assert said.strategies == {"trained/classes": Decimal("0.7"), "trained/coaching": Decimal("0.3")}
    assert (said.capacity, said.parts[0].owner) == (Decimal("40.5"), "ben@riverside.example")
    for rest in ("activities/", "activities/?place=east&page_size=1", "activities/?colour=red", "activities/?on=soon"):
        check(description, "get", "activities/", get(home, rest))
    one = get(home, "activities/evening/")
    check(description, "get", "activities/{activity}/", one)
    check(description, "get", "activities/{activity}/", get(home, "activities/nothing/"))
    check(description, "get", "words/", get(home, "words/"))
    body = one.json()
    again = {name: value for name, value in body.items() if name not in ("slug", "standing")}
    assert put(home, "evening", again).json() == body


def test_what_a_body_leaves_out_is_empty(home):
    put(home, "evening", BODY)
    assert put(home, "evening", {"name": "Evening"}).status_code == 200
    body = get(home, "activities/evening/").json()
    assert (body["name"], body["status"], body["capacity"], body["partners"]) == ("Evening", "planned", None, [])


@pytest.mark.parametrize(
    ("changes", "field", "status"),
    [
        ({"name": ""}, "name", 400),
        ({"name": 7}, "name", 400),
        ({"starts_on": "soon"}, "starts_on", 400),
        ({"capacity": "a lot"}, "capacity", 400),
        ({"places": [{"tag": "moon"}]}, "places", 400),
        ({"places": [{"tag": "east", "share": 0.2}, {"tag": "west", "share": 0.2}]}, "places", 400),
        ({"kind": "magic"}, "kind", 400),
        ({"places": "east"}, "places", 400),
        ({"partners": [{"partner": "P9"}]}, "partners", 400),
        ({"milestones": [{"title": "x"}]}, "milestones[0].due_on", 400),
        ({"money": [{"funder": "City", "amount": True, "currency": "USD"}]}, "money[0].amount", 400),
        ({"colour": "red"}, "colour", 400),
        ({"standing": "ended"}, "standing", 400),
        ({"indicators": ["x"] * 1001}, "indicators", 413),
    ],
)
def test_what_is_wrong_is_told_at_its_place_and_nothing_is_written(home, changes, field, status):
    answer = put(home, "evening", BODY | changes)
    assert answer.status_code == status, answer.content
    assert field in [error["field"] for error in answer.json()["errors"]]
    with home.scope():
        assert not Activity.objects.exists()


def test_rights_are_those_of_the_pages(home):
    put(home, "evening", BODY)
    theirs = BODY | {"partners": [{"partner": "P2", "part": "leads"}]}
    assert put(home, "theirs", theirs, "ben").status_code == 400
    assert put(home, "ours", BODY, "ben").status_code == 201
    assert put(home, "other", BODY, "eve").status_code == 403
    assert get(home, "activities/evening/", "eve").json()["partners"][0]["owner"] is None
    assert get(home, "activities/evening/", "ben").json()["partners"][0]["owner"] == "ben@riverside.example"


def test_the_list_is_filtered_and_paged(home):
    with home.scope():
        for n in range(5):
            factories.make_activity(home.initiative, f"class-{n}", partners=home.partners[n % 2 : n % 2 + 1])
    body = get(home, "activities/?partner=P1&page_size=2").json()
    assert (body["count"], body["next_page"], [one["slug"] for one in body["activities"]]) == (
        3,
        2,
        ["class-0", "class-2"],
    )
    assert get(home, "activities/?partner=P1&page_size=2&page=2").json()["next_page"] is None
    assert get(home, "activities/?page=99").json()["activities"] == []


@pytest.fixture
def handed(home):
    """Two activities that P1 and P2 lead, of which the one waits for the other."""
    for slug, code in (("evening", "P1"), ("fair", "P2")):
        body = {"name": slug.capitalize(), "status": "active", "starts_on": "2026-01-05"}
        money = [{"funder": "City", "amount": "900", "currency": "USD"}]
        lead = [{"partner": code, "part": "leads"}]
        assert (
            put(home, slug, body | {"partners": lead, "money": money, "strategies": [{"tag": "classes"}]}).status_code
            == 201
        )
    return home


def put_hand_off(home, rest: str, body, who: str = "ana", key: str | None = None):
    once = {} if key is None else {"Idempotency-Key": key}
    return Client().put(
        home.api(f"hand-offs/{rest}/"),
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {home.tokens[who]}", **once},
    )


def test_a_repeated_request_is_one_to_the_very_same_address_however_long_it_is(handed):
    """Two days of a hand-off whose addresses differ in their last signs alone, with one key and one body."""
    long = {"tenant": "t" * 50, "initiative": "i" * 50, "evening": "e" * 50, "fair": "f" * 50}
    with handed.scope():
        for slug in ("evening", "fair"):
            Activity.objects.filter(slug=slug).update(slug=long[slug])
    for row, slug in ((handed.initiative, long["initiative"]), (handed.tenant, long["tenant"])):
        row.slug = slug
        with handed.scope():
            row.save(update_fields=["slug"])
    ends = f"{long['evening']}/{long['fair']}"
    assert put_hand_off(handed, ends, {"what": "graduates"}).status_code == 201
    for day in ("2026-03-01", "2026-03-02"):
        for is_again in (False, True):
            sent = put_hand_off(handed, f"{ends}/{day}", {"note": "spring"}, key="once")
            assert sent.status_code == 201
            assert ("Idempotent-Replayed" in sent.headers) == is_again, day
    assert len(sent.json()["deliveries"]) == 2


def test_a_hand_off_is_agreed_on_asked_for_and_read_as_the_description_says(handed, description):  # noqa: F811
    made = put_hand_off(handed, "evening/fair", {"what": "graduates", "promised_days": 14})
    assert made.status_code == 201, made.content
    check(description, "put", "hand-offs/{giver}/{taker}/", made)
    changed = put_hand_off(handed, "evening/fair", {"what": "graduates of the class"})
    assert (changed.status_code, changed.json()["promised_days"]) == (200, None)
    asked = put_hand_off(handed, "evening/fair/2026-03-01", {"note": "the spring round"})
    assert asked.status_code == 201
    check(description, "put", "hand-offs/{giver}/{taker}/{asked_on}/", asked)
    came = put_hand_off(handed, "evening/fair/2026-03-01", {"came_on": "2026-03-11"})
    assert (came.status_code, came.json()["actual_days"]) == (200, 10)
    assert came.json()["deliveries"] == [
        {"asked_on": "2026-03-01", "came_on": "2026-03-11", "note": "the spring round"}
    ]
    one = get(handed, "hand-offs/evening/fair/")
    check(description, "get", "hand-offs/{giver}/{taker}/", one)
    all_of_them = get(handed, "hand-offs/")
    check(description, "get", "hand-offs/", all_of_them)
    assert all_of_them.json()["hand_offs"] == [one.json()]
    assert get(handed, "hand-offs/fair/evening/").status_code == 404


@pytest.mark.parametrize(
    ("rest", "body", "field", "status"),
    [
        ("evening/fair", {"what": ""}, "what", 400),
        ("evening/fair", {"what": "x", "promised_days": "soon"}, "promised_days", 400),
        ("evening/fair", {"what": "x", "promised_days": -1}, "promised_days", 400),
        ("evening/fair", {"what": "x", "actual_days": 3}, "actual_days", 400),
        ("evening/evening", {"what": "x"}, "", 400),
        ("evening/fair/soon", {}, "asked_on", 400),
        ("evening/fair/2026-03-01", {"came_on": "2026-02-01"}, "", 400),
        ("evening/nothing", {"what": "x"}, None, 404),
    ],
)
def test_a_wrong_hand_off_is_refused_at_its_place(handed, rest, body, field, status):
    if rest.count("/") == 2:
        put_hand_off(handed, "evening/fair", {"what": "graduates"})
    answer = put_hand_off(handed, rest, body)
    assert answer.status_code == status, answer.content
    if field:
        assert field in [error["field"] for error in answer.json()["errors"]]


def test_who_has_a_part_in_neither_end_agrees_on_nothing(handed):
    assert put_hand_off(handed, "evening/fair", {"what": "graduates"}, "ben").status_code == 201
    third = {"name": "Third", "partners": [{"partner": "P2", "part": "leads"}]}
    assert put(handed, "third", third).status_code == 201
    assert put_hand_off(handed, "third/fair", {"what": "graduates"}, "ben").status_code == 404
    assert put_hand_off(handed, "evening/fair", {"what": "graduates"}, "eve").status_code == 403


def test_the_network_and_the_money_are_read_as_the_description_says(handed, description):  # noqa: F811
    put_hand_off(handed, "evening/fair", {"what": "graduates"})
    network = get(handed, "network/")
    check(description, "get", "network/", network)
    body = network.json()
    assert body["ties"] == [
        {"partners": ["P1", "P2"], "kinds": {"hand_off": 1}, "ties": [{"kind": "hand_off", "label": "graduates"}]}
    ]
    assert [(one["partner"], one["tied"]) for one in body["organizations"]] == [("P1", 1), ("P2", 1), ("P3", 0)]
    assert get(handed, "network/?kind=meeting").json()["ties"] == []
    assert [one["partner"] for one in get(handed, "network/?around=P2").json()["organizations"]] == ["P2", "P1"]
    for wrong in ("network/?around=P99", "network/?kind=feeling"):
        check(description, "get", "network/", get(handed, wrong))
        assert get(handed, wrong).status_code == 400
    money = get(handed, "money/?day=2026-06-01")
    check(description, "get", "money/", money)
    assert money.json() == {
        "day": "2026-06-01", "running": 2, "named": 2,
        "currencies": [
            {"currency": "USD", "aligned": "1800", "other": "0",
             "amounts": [{"strategy": "trained/classes", "place": None, "amount": "1800"}]}
        ],
    }  # fmt: skip
    assert get(handed, "money/?day=soon").status_code == 400
