"""The tree put in order, by arrows or by dragging, on one page."""

from __future__ import annotations

import pytest

from agenda.models import Outcome, Strategy
from agenda.services import tree
from tests import factories


@pytest.fixture
def grown(in_riverside):
    """A result with three strategies, and two results beside it."""
    initiative, ana = in_riverside.initiative, in_riverside.people.ana
    Outcome.objects.filter(initiative=initiative).delete()
    first, *_ = [
        tree.put_outcome(initiative=initiative, slug=slug, title=slug.title(), by=ana)[0]
        for slug in ("one", "two", "three")
    ]
    for slug in ("a", "b", "c"):
        tree.put_strategy(outcome=first, slug=slug, title=slug.upper(), by=ana)
    in_riverside.first = first
    return in_riverside


def order(riverside) -> list[str]:
    return list(Outcome.objects.filter(initiative=riverside.initiative).values_list("slug", flat=True))


def ways(riverside) -> list[str]:
    return list(Strategy.objects.filter(outcome=riverside.first).values_list("slug", flat=True))


@pytest.mark.parametrize(
    ("sent", "after"),
    [
        ({"steps": "2"}, ["two", "three", "one"]),
        ({"steps": "99"}, ["two", "three", "one"]),
        ({"way": "down"}, ["two", "one", "three"]),
        ({"way": "up"}, ["one", "two", "three"]),
    ],
)
def test_a_result_goes_as_far_as_it_was_dragged_and_no_further_than_the_end(grown, client, sent, after):
    client.force_login(factories.user_of(grown.people.ana))
    answer = client.post("/o/riverside/work/agenda/results/one/move/", sent | {"back": "tree"})
    assert answer["Location"] == "/o/riverside/work/agenda/tree/"
    assert order(grown) == after


def test_a_strategy_moves_among_those_of_its_outcome(grown, client):
    client.force_login(factories.user_of(grown.people.ana))
    client.post("/o/riverside/work/agenda/results/one/c/move/", {"steps": "-2"})
    assert ways(grown) == ["c", "a", "b"]
    client.post("/o/riverside/work/agenda/results/one/c/move/", {"way": "down"})
    assert ways(grown) == ["a", "c", "b"]


@pytest.mark.parametrize(
    "sent", [{}, {"steps": "0"}, {"steps": "x"}, {"steps": "99999999"}, {"steps": "--5"}, {"way": "sideways"}]
)
def test_anything_else_is_404_and_moves_nothing(grown, client, sent):
    client.force_login(factories.user_of(grown.people.ana))
    assert client.post("/o/riverside/work/agenda/results/one/move/", sent).status_code == 404
    assert client.post("/o/riverside/work/agenda/results/two/c/move/", {"way": "up"}).status_code == 404
    assert order(grown) == ["one", "two", "three"]


def test_one_page_holds_the_whole_tree_in_statements_that_do_not_grow(grown, client, django_assert_max_num_queries):
    client.force_login(factories.user_of(grown.people.ana))
    page = client.get("/o/riverside/work/agenda/tree/").content.decode()
    assert all(title in page for title in ("One", "Two", "Three", "A", "B", "C"))
    for number in range(60):
        outcome = Outcome.objects.create(initiative=grown.initiative, slug=f"o{number}", title=f"O{number}")
        Strategy.objects.create(outcome=outcome, slug="way", title="Way")
    with django_assert_max_num_queries(40):
        client.get("/o/riverside/work/agenda/tree/")
