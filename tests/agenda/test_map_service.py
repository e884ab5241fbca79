"""The theory of change is written in one place: what it refuses, what it records, and what a worker then finds."""

from __future__ import annotations

from datetime import date

import pytest

from agenda import tasks
from agenda.models import Link, LoopName, MapLoops, MapVersion, Node
from agenda.rules.maps import as_json, from_json
from agenda.selectors.map_written import arcs_of, hash_of, written_out
from agenda.services import map_loops, map_versions, systems
from backbone.models import Change
from backbone.problems import Refused
from tests import factories

pytestmark = pytest.mark.django_db
DAY = date(2026, 10, 12)


def put(home, slug: str, **fields) -> Node:
    return systems.put_node(
        initiative=home.initiative, slug=slug, by=home.people.ana, **{"label": slug.capitalize(), **fields}
    )[0]


def link(home, source: Node, target: Node, **fields) -> Link:
    return systems.put_link(source=source, target=target, by=home.people.ana, **fields)[0]


def refused(call) -> list[str]:
    with pytest.raises(Refused) as found:
        call()
    return [problem.code for problem in found.value.problems]


@pytest.fixture
def circle(in_riverside):
    """Training leads to skills, skills to work, and work back to training; work eats up time for skills."""
    nodes = [put(in_riverside, slug) for slug in ("training", "skills", "work")]
    link(in_riverside, nodes[0], nodes[1], least=1, likely=2, most=4)
    link(in_riverside, nodes[1], nodes[2], least=3, likely=6, most=9)
    link(in_riverside, nodes[2], nodes[0])
    link(in_riverside, nodes[2], nodes[1], sign=-1)
    in_riverside.nodes = nodes
    return in_riverside


def test_saying_the_same_again_changes_nothing(in_riverside):
    one, other = put(in_riverside, "one", sort="activity"), put(in_riverside, "other")
    link(in_riverside, one, other, sign=-1, least=0, likely=1, most=2)
    before = Change.objects.count()
    assert not systems.put_node(initiative=in_riverside.initiative, slug="one", label="One", by=None)[1]
    assert not systems.put_link(source=one, target=other, sign=-1, by=None)[1]
    assert Change.objects.count() == before
    assert systems.put_link(source=one, target=other, sign=1, by=in_riverside.people.ana)[1]
    assert Change.objects.order_by("pk").last().verb == "link.changed"


def test_whoever_adds_a_link_says_that_it_holds_and_a_file_does_not(in_riverside):
    one, other, third = (put(in_riverside, slug) for slug in ("one", "other", "third"))
    by_ana = link(in_riverside, one, other)
    assert (by_ana.confirmed_on, by_ana.confirmed_by) == (by_ana.added_on, in_riverside.people.ana)
    by_file, _ = systems.put_link(source=other, target=third, by=None)
    assert (by_file.confirmed_on, by_file.confirmed_by) == (None, None)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"least": 1, "likely": 2}, "lag.incomplete"),
        ({"least": 3, "likely": 2, "most": 5}, "lag.order"),
        ({"least": 3, "likely": 6, "most": 5}, "lag.order"),
        ({"least": 3, "likely": 6, "most": 601}, "lag.range"),
        ({"evidence": "hearsay"}, "field.wrong"),
    ],
)
def test_a_link_that_cannot_be_is_refused(in_riverside, fields, code):
    one, other = put(in_riverside, "one"), put(in_riverside, "other")
    assert refused(lambda: link(in_riverside, one, other, **fields)) == [code]
    assert not Link.objects.exists()


def test_what_is_there_already_and_what_leads_nowhere_is_refused(circle):
    training, skills, _work = circle.nodes
    assert refused(lambda: link(circle, training, training)) == ["link.to_itself"]
    assert refused(lambda: link(circle, training, skills, must_be_new=True)) == ["link.twice"]
    assert refused(lambda: put(circle, "skills", must_be_new=True)) == ["slug.taken"]
    assert refused(lambda: put(circle, "No Slug")) == ["field.wrong"]
    assert refused(lambda: put(circle, "new", stands_for="measures.indicator:999")) == ["node.stands_for_nothing"]


def test_a_worker_finds_the_loops_of_what_stands(circle):
    assert map_loops.waiting() == [circle.initiative.pk]
    assert tasks.sweep_loops() == 1
    assert tasks.sweep_loops() == 0
    found = MapLoops.objects.get()
    training, skills, work = (node.pk for node in circle.nodes)
    assert [(one["nodes"], one["sign"], one["lag"], one["unknown"]) for one in found.loops] == [
        ([skills, work], -1, [3, 6, 9], 1),
        ([training, skills, work], 1, [4, 8, 13], 1),
    ]
    assert (found.is_all, found.of) == (True, hash_of(arcs_of(circle.initiative)))
    systems.remove_link(link=Link.objects.get(sign=-1), by=circle.people.ana)
    assert map_loops.waiting() == [circle.initiative.pk]
    assert tasks.find_loops(circle.tenant.pk, circle.initiative.pk)
    assert len(MapLoops.objects.get().loops) == 1


def test_only_a_change_of_the_links_sends_a_worker(circle):
    map_loops.find(circle.initiative.pk)
    systems.put_node(initiative=circle.initiative, slug="work", label="Steady work", by=circle.people.ana)
    systems.put_link(source=circle.nodes[0], target=circle.nodes[1], words="Seen here", by=circle.people.ana)
    systems.confirm(links=Link.objects.all(), by=circle.people.ana, on=DAY)
    systems.move(initiative=circle.initiative, to={"work": (5, 5)})
    assert map_loops.waiting() == []


def test_a_loop_has_one_name_wherever_one_begins(circle):
    training, skills, work = (node.pk for node in circle.nodes)

    def name(nodes, words):
        return map_loops.name_loop(initiative=circle.initiative, nodes=nodes, name=words, by=circle.people.ana)

    assert name([skills, work, training], "Success breeds success")
    assert not name([training, skills, work], "Success breeds success")
    assert name([work, training, skills], "The upward spiral")
    assert LoopName.objects.get().name == "The upward spiral"
    assert refused(lambda: name([work, skills, training], "Backwards")) == ["loop.gone"]
    assert name([training, skills, work], " ")
    assert not LoopName.objects.exists()


def test_a_node_takes_its_links_and_the_names_of_its_loops_with_it(circle):
    training, skills, work = circle.nodes
    map_loops.name_loop(initiative=circle.initiative, nodes=[skills.pk, work.pk], name="No time", by=None)
    map_loops.name_loop(initiative=circle.initiative, nodes=[n.pk for n in circle.nodes], name="Spiral", by=None)
    systems.remove_node(node=training, by=circle.people.ana)
    assert [one.name for one in LoopName.objects.all()] == ["No time"]
    assert Link.objects.count() == 2
    assert Change.objects.order_by("pk").values_list("verb", flat=True).last() == "node.removed"


def test_a_first_move_leaves_everything_else_where_it_was_seen(circle):
    assert systems.move(initiative=circle.initiative, to={"work": (700.04, -20)}) == 3
    places = {node.slug: (float(node.x), float(node.y)) for node in Node.objects.all()}
    assert places["work"] == (700.0, -20.0)
    put(circle, "later")
    assert systems.move(initiative=circle.initiative, to={"work": (700, -20)}) == 1  # the new one, where it was seen
    assert {slug: place for slug, place in places.items() if slug != "work"} == {
        node.slug: (float(node.x), float(node.y)) for node in Node.objects.filter(slug__in=("training", "skills"))
    }
    assert systems.arrange_anew(initiative=circle.initiative, by=circle.people.ana) == 4
    assert not Node.objects.exclude(x=None).exists()


@pytest.mark.parametrize(
    ("to", "code"),
    [({"nowhere": (0, 0)}, "node.unknown"), ({"work": (1e9, 0)}, "node.too_far"), ({"work": (0, float("nan"))}, "node.too_far")],
)  # fmt: skip
def test_a_move_that_cannot_be_is_refused(circle, to, code):
    assert refused(lambda: systems.move(initiative=circle.initiative, to=to)) == [code]


def test_links_are_confirmed_by_somebody_on_a_day(circle):
    links = list(Link.objects.select_related("source", "target", "initiative"))
    Link.objects.update(confirmed_on=None)
    assert systems.confirm(links=links, by=circle.people.ana, on=DAY) == 4
    assert systems.confirm(links=links, by=circle.people.ana, on=DAY) == 0
    assert set(Link.objects.values_list("confirmed_on", "confirmed_by__name")) == {(DAY, "Ana")}


def test_a_version_keeps_the_map_as_it_was(circle):
    first = map_versions.keep(initiative=circle.initiative, by=circle.people.ana, note=" the first ")
    assert (first.number, first.note) == (1, "the first")
    assert refused(lambda: map_versions.keep(initiative=circle.initiative, by=circle.people.ana)) == ["map.same"]
    said = written_out(circle.initiative)
    assert as_json(from_json(first.body)) == first.body == as_json(said)
    systems.remove_node(node=circle.nodes[0], by=circle.people.ana)
    second = map_versions.keep(initiative=circle.initiative, by=None)
    assert (second.number, len(second.body["nodes"])) == (2, 2)
    assert len(MapVersion.objects.get(number=1).body["nodes"]) == 3


def test_an_empty_map_is_not_kept(in_riverside):
    assert refused(lambda: map_versions.keep(initiative=in_riverside.initiative, by=None)) == ["map.empty"]


def test_a_map_has_an_end(in_riverside, monkeypatch):
    monkeypatch.setattr(systems, "MOST_NODES", 2)
    monkeypatch.setattr(systems, "MOST_LINKS", 1)
    one, other = put(in_riverside, "one"), put(in_riverside, "other")
    assert refused(lambda: put(in_riverside, "third")) == ["map.too_many_nodes"]
    link(in_riverside, one, other)
    assert refused(lambda: link(in_riverside, other, one)) == ["map.too_many_links"]


def test_what_a_node_stands_for_has_a_name_that_means_the_same_elsewhere(in_riverside):
    indicator = factories.make_indicator(in_riverside.initiative)
    put(in_riverside, "completions", stands_for=f"measures.indicator:{indicator.pk}")
    assert written_out(in_riverside.initiative).nodes[0].stands_for == "indicator:completions"


def test_what_somebody_took_out_meanwhile_is_told_of_and_comes_back_by_nothing(circle):
    ana = circle.people.ana
    gone, other = circle.nodes[0], circle.nodes[1]
    links = list(Link.objects.filter(source=gone).select_related("source", "target"))
    systems.remove_node(node=Node.objects.get(pk=gone.pk), by=ana)
    assert refused(lambda: systems.remove_node(node=gone, by=ana)) == ["row.gone"]
    assert refused(lambda: systems.remove_link(link=links[0], by=ana)) == ["row.gone"]
    assert refused(lambda: systems.put_link(source=other, target=gone, by=ana, sign=1)) == ["row.gone"]
    assert systems.confirm(links=links, by=ana, on=DAY) == 0
    assert Change.objects.filter(verb="node.removed").count() == 1
