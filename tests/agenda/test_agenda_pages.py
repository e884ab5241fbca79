"""The agenda: read by everybody, written by the convener, one result and strategy after the other."""

from __future__ import annotations

import pytest

from agenda.models import Outcome, Section, Strategy
from agenda.rules.maps import NodeSaid
from agenda.services import document, map_files, systems, tree
from backbone.models import Change
from backbone.problems import Refused
from measures.services import setup
from tests import factories

pytestmark = pytest.mark.django_db


def enter(client, person):
    client.force_login(factories.user_of(person))
    return client


def test_saying_the_same_again_changes_nothing(in_riverside):
    initiative, by = in_riverside.initiative, in_riverside.people.ana
    assert document.write(initiative=initiative, topic="vision", text="All of them.", by=by).has_changed
    assert not document.write(initiative=initiative, topic="vision", text="All of them.", by=by).has_changed
    outcome, is_new = tree.put_outcome(initiative=initiative, slug="in-work", title="In work", by=by)
    assert is_new
    assert not tree.put_outcome(initiative=initiative, slug="in-work", title="In work", by=by)[1]
    assert tree.put_strategy(outcome=outcome, slug="coaching", title="Coaching", by=by)[1]
    assert not tree.put_strategy(outcome=outcome, slug="coaching", title="Coaching", by=by)[1]
    verbs = list(Change.objects.order_by("id").values_list("verb", flat=True))
    assert verbs == ["agenda.vision_written", "outcome.added", "strategy.added"]
    with pytest.raises(Refused) as refused:
        tree.put_outcome(initiative=initiative, slug="in-work", title="Again", by=by, must_be_new=True)
    assert refused.value.problems[0].code == "slug.taken"
    with pytest.raises(Refused):
        tree.put_outcome(initiative=initiative, slug="Not A Slug", title="Again", by=by)


def test_the_page_shows_results_strategies_and_what_measures_them(riverside, client):
    with riverside.scope():
        outcome = Outcome.objects.get(slug="trained")
        tree.put_strategy(outcome=outcome, slug="evening", title="Evening classes", by=None)
        strategy = Strategy.objects.get()
        factories.make_indicator(riverside.initiative, "completions", outcome=outcome, strategy=strategy, code="K1")
        factories.make_indicator(riverside.initiative, "hours", outcome=outcome, code="K2")
    for person in (riverside.people.ana, riverside.people.ben, riverside.people.fay):
        page = enter(client, person).get(riverside.url("agenda/"))
        html = page.content.decode()
        assert page.status_code == 200
        assert "Every young person in Riverside finds a way into work." in html
        assert html.index("Evening classes") < html.index("Completions") < html.index("Hours")
        is_open = person is not riverside.people.fay  # a funder has no pages of indicators
        assert (riverside.url("indicators/completions/") in html) == is_open
        assert (riverside.url("agenda/vision/") in html) == (person is riverside.people.ana)


def test_a_convener_writes_the_agenda_from_the_first_question_on(riverside, client):
    with riverside.scope():
        Outcome.objects.all().delete()
        Section.objects.all().delete()
    ana = enter(client, riverside.people.ana)
    assert "What comes after" in ana.get(riverside.url("agenda/")).content.decode()
    answer = ana.post(riverside.url("agenda/vision/"), {"vision": "Everyone in work."})
    assert answer["Location"] == riverside.url("agenda/results/new/")
    answer = ana.post(riverside.url("agenda/results/new/"), {"title": "They are in work"})
    assert answer["Location"] == riverside.url("agenda/results/they-are-in-work/")
    page = riverside.url("agenda/results/they-are-in-work/")
    assert ana.post(page, {"form": "new", "title": "Job coaching"}).status_code == 302
    twice = ana.post(page, {"form": "new", "title": "Job coaching"})
    assert twice.status_code == 422
    assert "is taken already" in twice.content.decode()
    assert ana.post(page, {"form": "s-job-coaching", "title": "Coaching on the job"}).status_code == 302
    assert ana.post(page, {"form": "title", "title": "They work"}).status_code == 302
    with riverside.scope():
        assert Outcome.objects.get().title == "They work"
        assert Strategy.objects.get().title == "Coaching on the job"
    html = ana.get(riverside.url("agenda/")).content.decode()
    assert "Everyone in work." in html
    assert "Nothing measures this result yet." in html


@pytest.mark.parametrize("path", ["agenda/vision/", "agenda/results/new/", "agenda/results/trained/"])
def test_only_who_may_edit_the_agenda_opens_its_forms(riverside, hillcrest, client, path):
    assert enter(client, riverside.people.ana).get(riverside.url(path)).status_code == 200
    assert enter(client, riverside.people.ben).get(riverside.url(path)).status_code == 403
    assert enter(client, riverside.people.ben).post(riverside.url(path), {"vision": "Mine"}).status_code == 403
    assert enter(client, hillcrest.people.sam).get(riverside.url(path)).status_code == 404


def test_a_result_of_another_initiative_is_not_there(riverside, hillcrest, client):
    with hillcrest.scope():
        tree.put_outcome(initiative=hillcrest.initiative, slug="theirs", title="Theirs", by=None)
    ana = enter(client, riverside.people.ana)
    assert ana.get(riverside.url("agenda/results/theirs/")).status_code == 404


def test_the_tree_tells_contributions_from_measures_and_names_what_is_missing(riverside, client):
    with riverside.scope():
        result = Outcome.objects.get(slug="trained")
        tree.put_outcome(
            initiative=riverside.initiative, slug="enrolled", title="They enrol", level="outcome", under=result, by=None
        )
        tree.put_strategy(outcome=result, slug="evening", title="Evening classes", by=None)
        factories.make_indicator(riverside.initiative, "completions", outcome=result, code="ENROL-1")
        factories.make_indicator(
            riverside.initiative, "rate", outcome=result, kind="community", owed=False, code="ENROL-2"
        )
    html = enter(client, riverside.people.ana).get(riverside.url("agenda/")).content.decode()
    html = html.partition("<main")[2]
    assert (
        html.index("Measured by")
        < html.index("ENROL-2")
        < html.index("What partners contribute")
        < html.index("ENROL-1")
    )
    assert html.index("ENROL-1") < html.index("They enrol")
    assert "No measure shows whether “Evening classes” is done." in html
    assert "No strategy leads to “They enrol”." in html
    assert "hangs on “Young people finish training”, on none of its strategies" in html


def test_a_result_moves_among_those_beside_it(riverside, client):
    with riverside.scope():
        for slug in ("second", "third"):
            tree.put_outcome(initiative=riverside.initiative, slug=slug, title=slug.title(), by=None)

    def order() -> list[str]:
        with riverside.scope():
            return list(Outcome.objects.values_list("slug", flat=True))

    ana = enter(client, riverside.people.ana)
    assert ana.post(riverside.url("agenda/results/third/move/"), {"way": "up"}).status_code == 302
    assert order() == ["trained", "third", "second"]
    for way in ("up", "up", "up"):
        ana.post(riverside.url("agenda/results/third/move/"), {"way": way})
    assert order() == ["third", "trained", "second"]
    assert ana.post(riverside.url("agenda/results/third/move/"), {"way": "away"}).status_code == 404


def test_an_outcome_stands_under_a_result_and_a_result_under_nothing(riverside, client):
    ana = enter(client, riverside.people.ana)
    with riverside.scope():
        result = Outcome.objects.get().pk
    new = riverside.url("agenda/results/new/")
    wrong = ana.post(new, {"title": "Enrolled", "level": "result", "under": result})
    assert wrong.status_code == 422
    assert ana.post(new, {"title": "Enrolled", "level": "outcome", "under": result, "place": "East"}).status_code == 302
    with riverside.scope():
        made = Outcome.objects.get(slug="enrolled")
        assert (made.under_id, made.place) == (result, "East")


def test_who_cannot_open_a_section_is_not_offered_as_its_owner(riverside, client):
    people = riverside.people
    page = enter(client, people.ana).get(riverside.url("agenda/document/vision/")).content.decode()
    assert f'<option value="{people.ben.pk}">' in page
    assert f'<option value="{people.fay.pk}">' not in page
    answer = client.post(riverside.url("agenda/document/vision/"), {"form": "owner", "owner": people.fay.pk})
    assert answer.status_code == 422
    with riverside.scope():
        assert Section.objects.get(topic="vision").owner_id is None


def test_nothing_takes_a_short_name_that_leaves_no_page_for_it(in_riverside):
    initiative = in_riverside.initiative
    for put in (
        lambda: tree.put_outcome(initiative=initiative, slug="new", title="New", by=None),
        lambda: systems.put_node(initiative=initiative, slug="new", label="New", sort="factor", by=None),
        lambda: map_files.bring_in(initiative=initiative, nodes=[NodeSaid("new", "New", "factor")], links=[], by=None),
        lambda: setup.put_dimension(initiative=initiative, slug="new", name="New", by=None),
    ):
        with pytest.raises(Refused) as refused:
            put()
        assert [problem.code for problem in refused.value.problems] == ["slug.reserved"]
