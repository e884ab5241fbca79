"""Search: what is found is what the reader may see, and nothing says that there is more."""

from __future__ import annotations

import pytest

from agenda.services import learning
from backbone.roles import Role
from backbone.services import groups
from comms.services import actions, decisions
from tests import factories
from tests.comms.meeting import DAY, in_session, plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(riverside):
    with riverside.scope():
        ana = riverside.people.ana
        factories.make_indicator(riverside.initiative, code="K9", name="Lantern walks")
        factories.make_strategy(riverside.initiative, "lantern", title="A lantern for each")
        learning.add(initiative=riverside.initiative, sort="what_if", text="One lantern more?", by=ana)
        factories.make_activity(riverside.initiative, "lantern-class")
        plan(riverside, title="The lantern meeting")
        decisions.decide(initiative=riverside.initiative, text="We light 100% of the lanterns", by=ana)
        actions.add(initiative=riverside.initiative, what="Buy a lantern", owner=ana, due_on=DAY, by=ana)
        group = groups.make(initiative=riverside.initiative, name="East", slug="east", by=ana)
        meeting = in_session(riverside, there="", group=group, title="Lantern, the east")
        decisions.decide(initiative=riverside.initiative, text="A lantern in the east", by=ana, meeting=meeting)
        riverside.people.cara = factories.make_member("cara@x.example", "Cara", Role.GROUP_CHAIR)
    return riverside


def find(world, client, who: str, words: str) -> str:
    client.force_login(factories.user_of(getattr(world.people, who)))
    answer = client.get(world.url("find/"), {"q": words})
    assert answer.status_code == 200
    return answer.content.decode()


def test_everything_that_a_member_may_see_is_found(world, client):
    html = find(world, client, "ben", "LANTERN")
    for words in (
        "Lantern walks", "A lantern for each", "One lantern more?", "Lantern class", "The lantern meeting",
        "D-1: We light", "A-1: Buy a lantern", "Lantern, the east", "D-2: A lantern in the east",
    ):  # fmt: skip
        assert words in html, words


def test_a_funder_finds_nothing_live_and_a_chair_nothing_of_another_group(world, client):
    html = find(world, client, "fay", "lantern")
    assert "Nothing that you may see has these words." in html
    html = find(world, client, "cara", "lantern")
    assert "The lantern meeting" in html
    assert "the east" not in html


def test_what_would_be_a_pattern_stands_for_itself(world, client):
    assert "D-1" in find(world, client, "ben", "100%")
    for words in ("l%n", "l_ntern", "\\", "'; --", "x" * 500):
        assert "lantern" not in find(world, client, "ben", words).lower().replace(words.lower(), "")
    assert "Two letters at least" in find(world, client, "ben", "l")


def test_nothing_of_the_neighbours_is_found(world, hillcrest, client):
    with hillcrest.scope():
        decisions.decide(initiative=hillcrest.initiative, text="A lantern next door", by=hillcrest.people.ana)
    assert "next door" not in find(world, client, "ana", "lantern")
