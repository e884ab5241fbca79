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
