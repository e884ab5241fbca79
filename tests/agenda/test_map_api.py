"""The theory of change as JSON: as its description says, as it is now or as it was kept, to those who may read it."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.test import Client

from agenda.services import map_loops, map_versions, systems
from backbone.services import keys
from tests import factories
from tests.measures.test_api_description import check, description  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(riverside):
    with riverside.scope():
        indicator = factories.make_indicator(riverside.initiative, "placed")
        one = factories.make_node(riverside.initiative, "one", sort="activity")
        two = factories.make_node(
            riverside.initiative, "two", stands_for=f"measures.indicator:{indicator.pk}", x=3, y=4
        )
        factories.make_node_link(
            one, two, lag=(1, 2, 3), confirmed_on=date(2026, 10, 12), confirmed_by=riverside.people.ana
        )
        factories.make_node_link(two, one, sign=-1)
        systems.look_for_loops(riverside.initiative)
        _, riverside.token = keys.create(owner=riverside.people.ana, name="map", role="convener", scopes=("read",))
    with time_machine.travel("2026-11-09T15:00Z", tick=False):
        yield riverside


def get(home, rest: str = "map/", token: str = ""):
    return Client().get(home.api(rest), headers={"Authorization": f"Bearer {token or home.token}"})


def test_the_map_is_told_as_its_description_says(home, description):  # noqa: F811
    answer = get(home)
    check(description, "get", "map/", answer)
    body = answer.json()
    assert body["nodes"][1] == {
        "slug": "two", "label": "Two", "sort": "factor", "words": "", "stands_for": "indicator:placed", "x": 3.0, "y": 4.0,
    }  # fmt: skip
    assert body["links"][0] == {
        "source": "one", "target": "two", "sign": 1, "lag": [1, 2, 3], "evidence": "assumed", "words": "", "reference": "",
        "confirmed_on": "2026-10-12", "confirmed_by": "Ana", "is_confirmed": True,
    }  # fmt: skip
    assert body["loops"] == {"state": "outdated", "is_all": True, "found": []}
    with home.scope():
        map_loops.find(home.initiative.pk)
    body = get(home).json()
    assert body["loops"]["state"] == "current"
    assert body["loops"]["found"] == [
        {"kind": "balancing", "name": "", "nodes": ["one", "two"], "lag": [1, 2, 3], "links_without_lag": 1}
    ]


def test_a_version_is_told_as_it_was_kept(home, description):  # noqa: F811
    with home.scope():
        nodes = {node.slug: node for node in factories.Node.objects.all()}
        map_loops.name_loop(
            initiative=home.initiative, nodes=[nodes["two"].pk, nodes["one"].pk], name="Round and round", by=None
        )
        map_versions.keep(initiative=home.initiative, by=home.people.ana)
        systems.remove_node(node=nodes["two"], by=home.people.ana)
    answer = get(home, "map/?version=1")
    check(description, "get", "map/", answer)
    body = answer.json()
    assert (body["version"], len(body["nodes"]), body["loops"]["state"]) == (1, 2, "kept")
    assert body["loops"]["found"][0]["name"] == "Round and round"
    assert get(home).json()["version"] is None
    for rest, status in (("?version=2", 404), ("?version=x", 400), ("?versoin=1", 400)):
        answer = get(home, f"map/{rest}")
        assert answer.status_code == status
        check(description, "get", "map/", answer)


def test_who_reads_what_is_published_gets_the_newest_version(home):
    with home.scope():
        _, token = keys.create(owner=home.people.fay, name="fund", role="funder", scopes=("read",))
    assert get(home, token=token).status_code == 404
    with home.scope():
        map_versions.keep(initiative=home.initiative, by=home.people.ana)
        factories.make_node(home.initiative, "three")
    body = get(home, token=token).json()
    assert (body["version"], [node["slug"] for node in body["nodes"]]) == (1, ["one", "two"])
