"""Worked templates: each goes whole into an initiative that is new, and into no other."""

from __future__ import annotations

import pytest

from agenda.models import Link, Node, Outcome, Section, Strategy
from backbone.models import Initiative
from backbone.problems import Refused
from measures.bundles import templates
from measures.models import Indicator, Obligation
from measures.rules.kinds import KINDS
from tests import factories

SLUGS = ("childhood-obesity", "early-grade-reading", "homelessness", "opioid-harm", "youth-employment")


@pytest.fixture
def blank(in_riverside):
    """A second initiative of Riverside that nobody has written anything for."""
    return Initiative.objects.create(slug="new", name="New", starts_on="2026-07-01")


def test_there_are_five_that_name_themselves_as_their_files():
    assert sorted(one.slug for one in templates.templates()) == list(SLUGS)
    assert {path.stem for path in templates.FOLDER.glob("*.yaml")} == set(SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_template_becomes_the_agenda_the_indicators_and_the_map(in_riverside, blank, slug):
    found = templates.template_of(slug)
    templates.start(initiative=blank, template=found, by=in_riverside.people.ana)
    rows = {row.slug: row for row in Indicator.objects.filter(initiative=blank)}
    assert len(rows) == found.measures >= 7
    assert Outcome.objects.filter(initiative=blank).count() == len(found.branches)
    assert Outcome.objects.filter(initiative=blank, level="result").count() == 1
    assert Link.objects.filter(initiative=blank).count() == found.links >= 6
    assert Section.objects.get(initiative=blank, topic="vision").text == found.vision
    owed = set(Obligation.objects.filter(indicator__initiative=blank).values_list("indicator__slug", flat=True))
    assert owed == {slug for slug, row in rows.items() if KINDS[row.kind].is_filed}
    assert all(row.definition and row.direction for row in rows.values())


@pytest.mark.parametrize("slug", SLUGS)
def test_every_strategy_has_a_measure_or_a_neighbour_and_every_node_stands_for_something_that_is_there(
    in_riverside, blank, slug
):
    templates.start(initiative=blank, template=templates.template_of(slug), by=in_riverside.people.ana)
    measured = set(Indicator.objects.filter(initiative=blank).values_list("strategy__slug", flat=True))
    strategies = set(Strategy.objects.filter(outcome__initiative=blank).values_list("slug", flat=True))
    assert len(measured & strategies) >= len(strategies) / 2
    known = {f"measures.indicator:{row.pk}" for row in Indicator.objects.filter(initiative=blank)}
    stands = set(Node.objects.filter(initiative=blank).exclude(stands_for="").values_list("stands_for", flat=True))
    assert stands
    assert stands <= known


def test_nothing_that_somebody_wrote_is_written_over(in_riverside):
    Outcome.objects.create(initiative=in_riverside.initiative, slug="own", title="Our own")
    before = list(Outcome.objects.filter(initiative=in_riverside.initiative))
    with pytest.raises(Refused) as refused:
        templates.start(
            initiative=in_riverside.initiative,
            template=templates.template_of("homelessness"),
            by=in_riverside.people.ana,
        )
    assert refused.value.problems[0].code == "template.not_blank"
    assert list(Outcome.objects.filter(initiative=in_riverside.initiative)) == before


def test_an_admin_looks_at_one_and_begins_with_it(in_riverside, blank, client):
    client.force_login(factories.user_of(in_riverside.people.ana))
    listed = client.get("/o/riverside/new/templates/").content.decode()
    assert all(one.name in listed for one in templates.templates())
    shown = client.get("/o/riverside/new/templates/homelessness/").content.decode()
    assert "Days from the list to a home" in shown
    assert "Begin with it" in shown
    done = client.post("/o/riverside/new/templates/homelessness/", follow=True)
    assert "When somebody loses their home here" in done.content.decode()
    again = client.post("/o/riverside/new/templates/homelessness/", follow=True).content.decode()
    assert "has results or indicators already" in again
    assert client.get("/o/riverside/new/templates/nowhere/").status_code == 404
