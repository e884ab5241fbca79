"""The agenda and the learning ledger as JSON, as the description says, to those who may read them."""

from __future__ import annotations

import pytest
from django.test import Client

from agenda.services import learning, tree, versions
from backbone.services import keys
from tests.measures.test_api_description import check, description  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(riverside):
    ana = riverside.people.ana
    with riverside.scope():
        outcome, _new = tree.put_outcome(initiative=riverside.initiative, slug="in-work", title="In work", by=ana)
        tree.put_strategy(outcome=outcome, slug="coaching", title="Coaching", by=ana)
        version = versions.publish(initiative=riverside.initiative, by=ana, note="the first")
        versions.sign(version=version, partner=riverside.partners[0], stance="signed", by=ana)
        tree.put_outcome(initiative=riverside.initiative, slug="later", title="Later", by=ana)
        learning.add(initiative=riverside.initiative, sort="what_if", text="P5 moves one class?", by=ana)
        _, riverside.token = keys.create(owner=ana, name="agenda", role="convener", scopes=("read",))
        _, riverside.funder = keys.create(owner=riverside.people.fay, name="fund", role="funder", scopes=("read",))
    return riverside


def get(home, rest: str, token: str = ""):
    return Client().get(home.api(rest), headers={"Authorization": f"Bearer {token or home.token}"})


def test_the_agenda_is_told_as_it_is_written_with_who_signed_the_newest_version(home, description):  # noqa: F811
    answer = get(home, "agenda/")
    check(description, "get", "agenda/", answer)
    body = answer.json()
    assert body["version"] is None
    assert [one["slug"] for one in body["results"]][-2:] == ["in-work", "later"]
    assert body["signed"]["version"] == 1
    assert (body["signed"]["signed"], body["signed"]["missing"]) == (["P1"], ["P2", "P3"])
    assert [one["partner"] for one in body["signed"]["answers"]] == ["P1"]


def test_a_version_is_told_as_it_was_published(home, description):  # noqa: F811
    answer = get(home, "agenda/?version=1")
    check(description, "get", "agenda/", answer)
    body = answer.json()
    assert (body["version"]["number"], body["version"]["note"]) == (1, "the first")
    assert "later" not in [one["slug"] for one in body["results"]]
    for rest, status in (("?version=2", 404), ("?version=x", 400), ("?versoin=1", 400)):
        assert get(home, f"agenda/{rest}").status_code == status


def test_a_funder_reads_the_published_version_and_no_names_and_no_ledger(home):
    body = get(home, "agenda/", home.funder).json()
    assert body["version"]["number"] == 1
    assert body["signed"] is None
    assert "later" not in str(body)
    assert get(home, "learning/", home.funder).status_code == 404


def test_the_ledger_is_told_and_found_by_its_state(home, description):  # noqa: F811
    answer = get(home, "learning/?state=open")
    check(description, "get", "learning/", answer)
    (entry,) = answer.json()["entries"]
    assert (entry["sort"], entry["text"], entry["by"]) == ("what_if", "P5 moves one class?", "Ana")
    assert get(home, "learning/?state=answered").json() == {"entries": []}
    assert get(home, "learning/?state=gone").status_code == 400
