"""The theory of change on its pages: everything in forms and tables, without scripts; who sees what; how much it asks."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
import time_machine

from agenda.models import Link, LoopName, MapVersion, Node, Steward
from agenda.services import map_loops, map_versions
from backbone.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db
MAP = "agenda/map/"


def enter(client, person):
    client.force_login(factories.user_of(person))
    return client


def text(page) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def block(page, name: str) -> dict:
    """The JSON of that id on a page."""
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', page.content.decode(), re.DOTALL)
    return json.loads(found[1])


@pytest.fixture
def home(riverside):
    """Training leads to skills and skills to work; work takes time from training. The indicator is on “work”."""
    with riverside.scope():
        indicator = factories.make_indicator(riverside.initiative, "placed", code="K2")
        for partner in riverside.partners[:2]:
            factories.make_figure(indicator, partner, date(2026, 10, 1), "350")
        riverside.nodes = [
            factories.make_node(riverside.initiative, "training", sort="activity", words="Evenings."),
            factories.make_node(riverside.initiative, "skills"),
            factories.make_node(
                riverside.initiative, "work", sort="result", stands_for=f"measures.indicator:{indicator.pk}"
            ),
        ]
        training, skills, work = riverside.nodes
        riverside.links = [
            factories.make_node_link(
                training, skills, lag=(1, 2, 4), evidence="strong", confirmed_on=date(2026, 10, 12),
                confirmed_by=riverside.people.ana,
            ),
            factories.make_node_link(skills, work, lag=(3, 6, 9), confirmed_on=date(2025, 1, 5)),
            factories.make_node_link(work, training, sign=-1, evidence="own", words="No time left."),
        ]  # fmt: skip
        map_loops.find(riverside.initiative.pk)
    with time_machine.travel("2026-11-09T15:00Z", tick=False):
        yield riverside


def test_the_map_says_in_words_what_it_draws(home, client):
    page = enter(client, home.people.ana).get(home.url(MAP))
    words = text(page)
    for said in (
        "Training to Skills more makes more 1 to 4 months, likely 2 well proven",
        "Skills to Work more makes more 3 to 9 months, likely 6 assumed",
        "over a year ago", "Work to Training more makes less nobody said our own experience by nobody yet",
        "2 links were not confirmed within a year", "Links (3)", "Nodes (3)", "Loops (1)",
    ):  # fmt: skip
        assert said in words, said
    drawn = block(page, "net-data")
    assert [node["label"] for node in drawn["nodes"]] == ["Training", "Skills", "Work"]
    assert drawn["nodes"][2]["figure"] == "K2 · 700 so far"
    assert [(link["sign"], link["lag"], link["stale"]) for link in drawn["links"]] == [
        (1, "1–2–4 mo", False), (1, "3–6–9 mo", True), (-1, "", True),
    ]  # fmt: skip
    assert block(page, "map-shown")["all"]


def test_the_other_tables_are_one_click_away(home, client):
    ana = enter(client, home.people.ana)
    nodes = text(ana.get(home.url(MAP) + "?list=nodes"))
    assert "Work Result for the population K2 · 700 so far October 2026: 2 of 3 partners have filed" in nodes
    loops = text(ana.get(home.url(MAP) + "?list=loops"))
    assert "B1 Training → to Skills → to Work → to Training balancing: it holds itself back" in loops
    assert "4 months at least: for 1 link nobody said" in loops
    assert "There is no loop" not in loops


def test_figures_are_for_those_who_may_read_them(home, client):
    with home.scope():
        chair = factories.make_member("chair@riverside.example", "Cem", Role.GROUP_CHAIR)
    assert block(enter(client, chair).get(home.url(MAP)), "net-data")["nodes"][2]["figure"] == "K2 · 700 so far"
    with home.scope():
        map_versions.keep(initiative=home.initiative, by=home.people.ana)
    answer = enter(client, home.people.fay).get(home.url(MAP), follow=True)
    assert answer.redirect_chain[0][0] == home.url(MAP + "versions/1/")
    assert "700" not in text(answer)
    assert "Training to Skills" in text(answer)
    for rest in ("links/1/", "confirm/", "export/kumu.json/", "versions/1/?against=now"):
        page = client.get(home.url(MAP + rest))
        assert page.status_code == 404 or "Since version 1" not in text(page)


def test_a_funder_is_told_when_no_version_is_kept(home, client):
    assert "No version of the theory of change has been kept yet" in text(
        enter(client, home.people.fay).get(home.url(MAP))
    )


@pytest.mark.parametrize(
    ("query", "nodes", "links"),
    [
        ("?q=evenings", ["training"], 0),
        ("?sort=activity&sort=factor", ["training", "skills"], 1),
        ("?evidence=own", ["training", "work"], 1),
        ("?unconfirmed=on", ["training", "skills", "work"], 2),
        ("?focus=training", ["training", "skills", "work"], 3),
        ("?focus=training&q=skill", ["skills"], 0),
        ("?start=skills&end=training", ["training", "skills", "work"], 2),
        ("?loop=0-0", ["training", "skills", "work"], 3),
        ("?focus=nothing&steps=99&sort=none", ["training", "skills", "work"], 3),
    ],
)
def test_the_address_says_what_is_looked_at(home, client, query, nodes, links):
    page = enter(client, home.people.ana).get(home.url(MAP) + query)
    shown = block(page, "map-shown")
    with home.scope():
        slugs = dict(Node.objects.values_list("pk", "slug"))
    assert [slugs[pk] for pk in shown["nodes"]] == nodes
    assert len(shown["links"]) == links
    part = client.get(home.url(MAP) + query, headers={"HX-Request": "true"})
    assert block(part, "map-shown") == shown
    assert b"net-data" not in part.content
    assert b'hx-swap-oob="innerHTML"' in part.content


def test_the_ways_between_two_nodes_are_told_with_sign_and_months(home, client):
    words = text(enter(client, home.people.ana).get(home.url(MAP) + "?start=training&end=work"))
    assert "More of the one makes more of the other, on every way." in words
    assert "after 4 months, most likely after 8 months, the last after 13 months" in words
    back = text(client.get(home.url(MAP) + "?start=work&end=skills"))
    assert "More of the one makes less of the other, on every way." in back
    with home.scope():
        factories.make_node(home.initiative, "alone")
    assert "No way leads" in text(client.get(home.url(MAP) + "?start=work&end=alone"))


def test_a_map_is_made_in_forms_from_nothing(riverside, client):
    ana = enter(client, riverside.people.ana)
    assert "Add the first node" in text(ana.get(riverside.url(MAP)))
    for label in ("Evening training", "In work"):
        made = ana.post(riverside.url(MAP + "nodes/new/"), {"label": label, "sort": "factor"})
        assert made["Location"].startswith(riverside.url(MAP) + "?focus=")
    link = {"source": "evening-training", "target": "in-work", "sign": "-1", "evidence": "own"}
    wrong = ana.post(riverside.url(MAP + "links/new/"), link | {"least": 3, "likely": 2, "most": 9})
    assert wrong.status_code == 422
    assert "The lags stand in order" in text(wrong)
    assert "from one node to another" in text(
        ana.post(riverside.url(MAP + "links/new/"), link | {"target": "evening-training"})
    )
    assert ana.post(riverside.url(MAP + "links/new/"), link).status_code == 302
    assert "already" in text(ana.post(riverside.url(MAP + "links/new/"), link))
    with riverside.scope():
        one = Link.objects.get()
        assert (one.sign, one.least, one.confirmed_by) == (-1, None, riverside.people.ana)
    page = riverside.url(f"{MAP}links/{one.pk}/")
    assert ana.post(page, {"sign": "1", "least": 1, "likely": 2, "most": 3, "evidence": "strong"}).status_code == 302
    with riverside.scope():
        assert Link.objects.get().most == 3
    assert ana.post(page, {"do": "remove"}).status_code == 302
    node = riverside.url(MAP + "nodes/in-work/")
    assert ana.post(node, {"label": "In steady work", "sort": "result", "x": "5"}).status_code == 422
    assert ana.post(node, {"label": "In steady work", "sort": "result", "x": "5", "y": "-7.5"}).status_code == 302
    assert ana.post(riverside.url(MAP + "nodes/evening-training/"), {"do": "remove"}).status_code == 302
    with riverside.scope():
        assert list(Node.objects.values_list("label", "sort", "x", "y")) == [("In steady work", "result", 5, -7.5)]
        assert not Link.objects.exists()


def test_a_node_stands_for_what_there_is(home, client):
    page = enter(client, home.people.ana).get(home.url(MAP + "nodes/skills/")).content.decode()
    assert '<optgroup label="Indicator">' in page
    assert "K2 Placed" in page
    assert "Young people finish training" in page
    with home.scope():
        name = Node.objects.get(slug="work").stands_for
    fields = {"label": "Skills", "sort": "factor"}
    assert client.post(home.url(MAP + "nodes/skills/"), fields | {"stands_for": "measures.indicator:1"}).status_code in (
        302 if name == "measures.indicator:1" else 422,
    )  # fmt: skip
    assert client.post(home.url(MAP + "nodes/skills/"), fields | {"stands_for": name}).status_code == 302


def test_links_are_confirmed_one_by_one_and_together(home, client):
    ana = enter(client, home.people.ana)
    listed = ana.get(home.url(MAP + "confirm/"))
    assert re.findall(r'name="link" value="(\d+)"', listed.content.decode()) == [
        str(home.links[1].pk), str(home.links[2].pk),
    ]  # fmt: skip
    ana.post(home.url(f"{MAP}links/{home.links[1].pk}/"), {"do": "confirm"})
    assert "Choose the links" in text(ana.post(home.url(MAP + "confirm/"), {}, follow=True))
    ana.post(home.url(MAP + "confirm/"), {"link": [home.links[2].pk, home.links[0].pk]})
    with home.scope():
        said = dict(Link.objects.values_list("pk", "confirmed_on"))
    assert list(said.values()) == [date(2026, 10, 12), date(2026, 11, 9), date(2026, 11, 9)]
    assert "Every link was confirmed" in text(ana.get(home.url(MAP + "confirm/")))


def test_a_steward_of_any_organization_confirms_and_changes_nothing_else(home, client):
    ben = enter(client, home.people.ben)
    page = home.url(f"{MAP}links/{home.links[1].pk}/")
    assert "It still holds" not in text(ben.get(page))
    assert ben.post(page, {"do": "confirm"}).status_code == 403
    assert ben.post(home.url(MAP + "confirm/"), {"link": home.links[1].pk}).status_code == 403
    with home.scope():
        Steward.objects.create(
            initiative=home.initiative, condition="agenda", member=home.people.ben, since=date(2026, 1, 1)
        )
    assert "It still holds" in text(ben.get(page))
    assert ben.post(page, {"do": "confirm"}).status_code == 302
    assert ben.post(home.url(MAP + "confirm/"), {"link": home.links[2].pk}).status_code == 302
    assert ben.post(page, {"do": "remove"}).status_code == 403
    assert ben.post(page, {"sign": "-1", "evidence": "own"}).status_code == 403
    with home.scope():
        assert set(
            Link.objects.filter(pk__in=[one.pk for one in home.links[1:]]).values_list("confirmed_by__name")
        ) == {("Ben",)}


def test_a_loop_is_given_a_name(home, client):
    ana = enter(client, home.people.ana)
    key = "-".join(str(node.pk) for node in home.nodes)
    assert "balancing" in text(ana.get(home.url(f"{MAP}loops/{key}/"))).lower()
    assert ana.post(home.url(f"{MAP}loops/{key}/"), {"name": "Work eats time"}).status_code == 302
    assert "B1 Work eats time" in text(ana.get(home.url(MAP) + "?list=loops"))
    assert ana.get(home.url(MAP + "loops/1-2-3-4-5/")).status_code == 404
    with home.scope():
        assert LoopName.objects.get().nodes == key


def test_while_a_worker_looks_the_page_says_so_and_asks_again(home, client):
    ana = enter(client, home.people.ana)
    ana.post(home.url(f"{MAP}links/{home.links[2].pk}/"), {"do": "remove"})
    page = ana.get(home.url(MAP) + "?list=loops")
    assert "its loops are being looked for" in text(page)
    assert 'hx-trigger="every 2s"' in page.content.decode()
    assert "B1" not in text(page)
    with home.scope():
        map_loops.find(home.initiative.pk)
    assert "There is no loop" in text(ana.get(home.url(MAP) + "?list=loops"))


def test_where_nodes_are_left_is_kept(home, client):
    ana = enter(client, home.people.ana)
    said = {"node": ["work", "skills"], "x": ["12.34", "900"], "y": ["-5", "0"]}
    assert ana.post(home.url(MAP + "places/"), said).status_code == 204
    at = {node["slug"]: node["at"] for node in block(ana.get(home.url(MAP)), "net-data")["nodes"]}
    assert (at["work"], at["skills"]) == ([12.3, -5.0], [900.0, 0.0])
    for wrong in (
        {"node": "work", "x": "left", "y": "1"},
        {"node": "gone", "x": "1", "y": "1"},
        {"node": "work", "x": "nan", "y": "1"},
    ):
        answer = ana.post(home.url(MAP + "places/"), wrong)
        assert answer.status_code == 400, wrong
        assert answer.content
    assert ana.post(home.url(MAP + "places/"), {"anew": "1"}).status_code == 302
    with home.scope():
        assert not Node.objects.exclude(x=None).exists()
    assert enter(client, home.people.ben).post(home.url(MAP + "places/"), said).status_code == 403


def test_versions_are_kept_looked_at_and_compared(home, client):
    ana = enter(client, home.people.ana)
    made = ana.post(home.url(MAP + "versions/"), {"note": "The first workshop"})
    assert made["Location"] == home.url(MAP + "versions/1/")
    again = ana.post(home.url(MAP + "versions/"), {"note": "Again"})
    assert again.status_code == 422
    assert "Nothing has changed since version 1" in text(again)
    ana.post(home.url(MAP + "nodes/skills/"), {"label": "Skills that count", "sort": "factor"})
    ana.post(home.url(f"{MAP}links/{home.links[0].pk}/"), {"do": "remove"})
    since = text(ana.get(home.url(MAP + "versions/1/?against=now")))
    assert "Since version 1 Changed Skills → to Skills that count name Taken out Training to Skills" in since
    ana.post(home.url(MAP + "versions/"), {"note": ""})
    assert "Between version 1 and version 2" in text(ana.get(home.url(MAP + "versions/1/?against=2")))
    assert "Taken out Training to Skills" in text(ana.get(home.url(MAP + "versions/2/?against=1")))
    assert "Nothing has changed." in text(ana.get(home.url(MAP + "versions/2/?against=now")))
    assert ana.get(home.url(MAP + "versions/2/"), {"against": "9" * 5_000}).status_code == 200
    assert ana.get(home.url(MAP + "versions/9/")).status_code == 404
    listed = text(ana.get(home.url(MAP + "versions/")))
    assert listed.index("Version 2") < listed.index("Version 1 The first workshop")
    with home.scope():
        assert MapVersion.objects.count() == 2


@pytest.mark.parametrize(
    "rest", ["", "?list=nodes", "?list=loops", "?focus=node-3&steps=2", "?start=node-0&end=node-9"]
)
def test_a_page_asks_as_much_for_five_hundred_nodes_as_for_ten(riverside, client, django_assert_max_num_queries, rest):
    ana = enter(client, riverside.people.ana)
    with riverside.scope():
        indicator = factories.make_indicator(riverside.initiative)
        factories.make_map(riverside.initiative, 10, 14)
        Node.objects.update(stands_for=f"measures.indicator:{indicator.pk}")
        map_loops.find(riverside.initiative.pk)
    with django_assert_max_num_queries(60) as few:
        assert ana.get(riverside.url(MAP) + rest).status_code == 200
    with riverside.scope():
        Node.objects.all().delete()
        factories.make_map(riverside.initiative, 500, 1500)
        Node.objects.update(stands_for=f"measures.indicator:{indicator.pk}")
        map_loops.find(riverside.initiative.pk)
    with django_assert_max_num_queries(len(few)):
        assert ana.get(riverside.url(MAP) + rest).status_code == 200


def test_another_s_nodes_and_links_are_not_there(home, hillcrest, client):
    sam = enter(client, hillcrest.people.sam)
    for rest in ("", "nodes/work/", f"links/{home.links[0].pk}/", "versions/"):
        assert sam.get(home.url(MAP + rest)).status_code == 404
        assert sam.get(hillcrest.url(MAP + rest)).status_code == (200 if rest in ("", "versions/") else 404)
