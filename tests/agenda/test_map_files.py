"""The theory of change in files: what is wrong is told row by row, nothing is deleted, what is taken out comes back."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from agenda.exporting import FORMS, kumu_json, links_csv, nodes_csv
from agenda.importing.judging import Plan, judge
from agenda.importing.reading import read
from agenda.models import Link, MapLoops, Node
from agenda.rules.arcs import Lag
from agenda.rules.maps import LinkSaid, MapSaid, NodeSaid
from agenda.selectors.map_written import written_out
from agenda.services.map_files import bring_in
from backbone.models import Change
from backbone.tabular.carried import pack
from backbone.wording import say
from tests import factories

TODAY = date(2026, 11, 9)
STANDING = MapSaid(
    (
        NodeSaid("training", "Evening training", "activity", x=0.0, y=12.5),
        NodeSaid("skills", "Skills, of every kind", "factor", words="=cmd|' /C calc'!A0\nTwo lines."),
        NodeSaid("work", "In work", "result", stands_for="indicator:placed"),
    ),
    (
        LinkSaid("training", "skills", 1, Lag(1, 2, 4), "strong", "Seen here", "Mdrc 2019", date(2026, 10, 12)),
        LinkSaid("skills", "work", -1),
    ),
)
THINGS = ("indicator:placed",)


def plan(*files: tuple[str, str], standing: MapSaid = STANDING) -> Plan:
    return judge(read((name, content.encode()) for name, content in files), standing, THINGS, TODAY)


def told(found: Plan) -> list[str]:
    return [f"{problem.row} {problem.column} {problem.code}" for _file, problem in found.problems]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ("training,nowhere,more", "2 to link.unknown_node"),
        ("training,,more", "2 to link.no_end"),
        ("training,training,more", "2 to link.to_itself"),
        ("Evening training,Evening Training,more", "2 to link.to_itself"),
        ("training,work,more\nEvening training,In work,less", "3 to link.twice_in_file"),
        ("training,work,maybe", "2 sign link.sign"),
        ("training,work,more,3,2,5", "2 likely lag.order"),
        ("training,work,more,1,2", "2 most lag.incomplete"),
        ("training,work,more,1,2,soon", "2 most lag.not_whole"),
        ("training,work,more,1,2,601", "2 most lag.range"),
        ("training,work,more,,,,hearsay", "2 evidence map.unknown_word"),
        ("training,work,more,,,,,2026-11-10", "2 confirmed_on link.confirmed_ahead"),
        ("training,work,more,,,,,someday", "2 confirmed_on date.invalid"),
    ],
)
def test_what_is_wrong_with_a_link_is_told_at_its_row(rows, problem):
    rows = "\n".join(row + "," * (7 - row.count(",")) for row in rows.split("\n"))
    found = plan(("links.csv", f"from,to,sign,least,likely,most,evidence,confirmed_on\n{rows}\n"))
    assert told(found) == [problem]
    assert all(say(one) for _file, one in found.problems)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("Not A Slug!,,factor,,,", "2 label node.no_label"),
        ("new,,factor,,,", "2 label node.no_label"),
        ("new,New,thing,,,", "2 sort map.unknown_word"),
        ("new,New,factor,indicator:nothing,,", "2 stands_for node.stands_for"),
        ("new,New,factor,,4,", "2 x node.half_placed"),
        ("new,New,factor,,4,up", "2 y node.place"),
        (f"new,{'x' * 121},factor,,,", "2 label text.too_long"),
        (",★,factor,,,", "2 label node.slug"),
    ],
)
def test_what_is_wrong_with_a_node_is_told_at_its_row(row, problem):
    found = plan(("nodes.csv", f"slug,label,sort,stands_for,x,y\n{row}\n"))
    assert told(found)[:1] == [problem] or "node.no_label" in problem
    assert found.errors or found.new_nodes


def test_circles_are_fine_and_nodes_of_one_file_serve_links_of_the_other():
    found = plan(
        ("nodes.csv", "Label,Type,Description,Tags\nWord gets around,factor,Friends tell,x\n"),
        ("links.csv", "From;To;Type\nIn work;Word gets around;+\nword gets around;training;−\n"),
    )
    assert told(found) == []
    assert [(node.slug, node.words) for node in found.new_nodes] == [("word-gets-around", "Friends tell")]
    assert [(*link.ends, link.sign) for link in found.new_links] == [
        ("work", "word-gets-around", 1), ("word-gets-around", "training", -1),
    ]  # fmt: skip


def test_a_blank_cell_leaves_alone_what_stands_there_and_a_later_confirmation_stays():
    found = plan(
        ("links.csv", "from,to,sign,least,likely,most,words,confirmed_on\ntraining,skills,,,3,,,2025-01-01\n"),
        ("nodes.csv", "slug,label,sort,words\nwork,In steady work,,\n"),
    )
    assert told(found) == []
    ((was, now),) = found.changed_links
    assert now == LinkSaid(**{name: getattr(was, name) for name in was.__slots__} | {"lag": Lag(1, 3, 4)})
    ((_was, node),) = found.changed_nodes
    assert (node.label, node.sort, node.stands_for) == ("In steady work", "result", "indicator:placed")


def test_a_link_without_a_sign_is_taken_for_more_and_that_is_said():
    found = plan(("links.csv", "from,to\ntraining,work\n"))
    assert told(found) == ["2 sign link.no_sign"]
    assert (found.errors, [link.sign for link in found.new_links]) == ([], [1])


def test_kumu_s_own_json_is_read():
    body = {
        "elements": [
            {"_id": "elem-a1", "attributes": {"label": "Evening training", "element type": "activity"}},
            {"_id": "elem-b2", "attributes": {"label": "Mentors", "tags": ["x"]}},
            {"id": "elem-c3", "label": "Trust"},
        ],
        "connections": [
            {"from": "elem-a1", "to": "elem-b2", "direction": "directed", "attributes": {"connection type": "-"}},
            {"from": "elem-b2", "to": "elem-c3", "direction": "mutual", "type": "+"},
            {"from": "Trust", "to": "In work", "direction": "undirected"},
        ],
    }
    found = plan(("kumu.json", json.dumps(body)))
    assert told(found) == ["3  link.undirected"]
    assert [node.slug for node in found.new_nodes] == ["mentors", "trust"]
    assert [(*link.ends, link.sign) for link in found.new_links] == [
        ("training", "mentors", -1), ("trust", "mentors", 1), ("mentors", "trust", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "file.empty"),
        ("colour,size\nred,3\n", "map.neither_table"),
        ("{", "json.wrong"),
        ("{\"nodes\": []}", "json.no_map"),
        ("{\"elements\": [3]}", "json.entry"),
        ("{\"elements\": [], \"connections\": true}", "json.no_map"),
        ("{\"elements\": 5, \"connections\": []}", "json.no_map"),
        ("[" * 100_000, "json.wrong"),
        ("from,to\na,b,c,d\n", "row.too_long"),
        ("%PDF-1.7", "file.type"),
        ("x" * (1024 * 1024 + 1), "file.too_large"),
    ],
    ids=lambda part: part[:20],
)  # fmt: skip
def test_a_file_that_is_no_map_is_refused_in_words(content, code):
    found = plan(("file", content))
    assert found.errors
    assert not found.has_changes
    if code != "row.too_long":
        assert found.problems[0][1].code == code


@pytest.mark.parametrize("forms", [("nodes.csv", "links.csv"), ("kumu.json",)])
def test_what_is_taken_out_comes_back(forms):
    files = [(form, FORMS[form][0](STANDING).decode()) for form in forms]
    same = plan(*files)
    assert (told(same), same.has_changes) == ([], False)
    anew = plan(*files, standing=MapSaid())
    assert told(anew) == []
    assert set(anew.nodes.values()) == set(STANDING.nodes)
    assert set(anew.links.values()) == set(STANDING.links)


def test_no_spreadsheet_runs_what_is_taken_out():
    assert b"\n=" not in nodes_csv(STANDING).replace(b",=", b"\n=").replace(b'"=', b"\n=")
    assert b",more," in links_csv(STANDING)
    assert json.loads(kumu_json(STANDING))["connections"][0]["from"] == "Skills, of every kind"


# --- through the page ---


def enter(client, person):
    client.force_login(factories.user_of(person))
    return client


def upload(client, url: str, *files: tuple[str, str]):
    sent = [SimpleUploadedFile(name, content.encode()) for name, content in files]
    return client.post(url, {"files": sent})


def hidden(page) -> dict[str, list[str]]:
    found = re.findall(r'<input type="hidden" name="(name|content)" value="([^"]*)">', page.content.decode())
    return {key: [value for name, value in found if name == key] for key in ("name", "content")}


@pytest.mark.django_db
def test_a_map_is_looked_at_before_it_is_brought_in(riverside, client):
    ana = enter(client, riverside.people.ana)
    url = riverside.url("agenda/map/import/")
    nodes = "slug,label,sort\ntraining,Evening training,activity\nwork,In work,result\n"
    links = "from,to,sign,least,likely,most\ntraining,work,more,1,2,3\nwork,training,less,,,\n"
    page = upload(ana, url, ("nodes.csv", nodes), ("links.csv", links))
    assert page.status_code == 200
    assert "New: 2 nodes, 2 links." in page.content.decode()
    with riverside.scope():
        assert not Node.objects.exists()
    applied = ana.post(url, hidden(page) | {"apply": "1"}, follow=True)
    assert "2 nodes and 2 links are new or different." in applied.content.decode()
    with riverside.scope():
        assert list(Link.objects.values_list("source__slug", "target__slug", "sign", "most", "confirmed_on")) == [
            ("training", "work", 1, 3, None), ("work", "training", -1, None, None),
        ]  # fmt: skip
        assert Change.objects.order_by("pk").values_list("verb", flat=True).last() == "map.brought_in"
        assert MapLoops.objects.get().of == ""
    again = upload(ana, url, ("nodes.csv", nodes), ("links.csv", links))
    assert "The files say nothing new." in again.content.decode()
    assert 'name="apply"' not in again.content.decode()


@pytest.mark.django_db
def test_with_one_wrong_row_nothing_is_brought_in(riverside, client):
    ana = enter(client, riverside.people.ana)
    url = riverside.url("agenda/map/import/")
    page = upload(ana, url, ("nodes.csv", "label\nOne\nTwo\n"), ("links.csv", "from,to,sign\nOne,Twoo,more\n"))
    assert page.status_code == 422
    html = page.content.decode()
    assert "There is no node “Twoo”, neither on the map nor in these files. Did you mean “Two”?" in html
    assert 'name="apply"' not in html
    sent = {"name": ["links.csv"], "content": [pack(b"from,to,sign\nOne,Twoo,more\n")], "apply": "1"}
    assert ana.post(url, sent).status_code == 422
    with riverside.scope():
        assert not Node.objects.exists()
    assert ana.post(url, {"files": []}).status_code == 422
    for content in ("*", "é"):
        assert ana.post(url, {"name": "x", "content": content, "apply": "1"}).status_code == 422
    assert upload(ana, url, *[("n.csv", "label\nOne\n")] * 3).status_code == 422


@pytest.mark.django_db
def test_what_a_page_gives_is_what_it_takes(riverside, client):
    with riverside.scope():
        factories.make_map(riverside.initiative, 40, 90)
        before = written_out(riverside.initiative)
    ana = enter(client, riverside.people.ana)
    for form, (_write, content_type) in FORMS.items():
        answer = ana.get(riverside.url(f"agenda/map/export/{form}/"))
        assert answer["Content-Type"] == content_type
        assert answer["Content-Disposition"] == f'attachment; filename="work-{form}"'
        page = upload(ana, riverside.url("agenda/map/import/"), (form, answer.content.decode()))
        assert "The files say nothing new." in page.content.decode(), form
    assert ana.get(riverside.url("agenda/map/export/nodes.pdf/")).status_code == 404
    with riverside.scope():
        Node.objects.all().delete()
    page = upload(ana, riverside.url("agenda/map/import/"), ("kumu.json", answer.content.decode()))
    ana.post(riverside.url("agenda/map/import/"), hidden(page) | {"apply": "1"})
    with riverside.scope():
        assert set(written_out(riverside.initiative).links) == set(before.links)


@pytest.mark.django_db
def test_many_rows_cost_few_queries(in_riverside, django_assert_max_num_queries):
    nodes = [NodeSaid(f"n{i}", f"N {i}", "factor") for i in range(200)]
    links = [LinkSaid(f"n{i}", f"n{(i * 7 + 1) % 200}", 1) for i in range(200) if i != (i * 7 + 1) % 200]
    with django_assert_max_num_queries(25):
        assert bring_in(initiative=in_riverside.initiative, nodes=nodes, links=links, by=None) == (200, len(links))
    assert bring_in(initiative=in_riverside.initiative, nodes=nodes, links=links, by=None) == (0, 0)
