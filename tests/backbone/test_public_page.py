"""The page for everybody: only where an initiative says so, only what is cut for the public, kept by caches rightly."""

from __future__ import annotations

import re
from datetime import datetime
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone

from backbone.models import Restated, Visit
from backbone.services import initiatives
from tests import factories
from tests.backbone.test_links import draw
from tests.pages import without_chance

PAGE = "/p/riverside/work/"
RESTS = ("", "data.json", "ledger/", "feed.atom", "2026-10-v1/", "2026-10-v1/data.json", "2026-10-v1/ledger/")
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def published(riverside):
    with riverside.scope():
        riverside.publication = factories.make_publication(riverside.initiative, riverside.people.ana)
    return riverside


@pytest.fixture
def public(published):
    with published.scope():
        initiatives.change_initiative(initiative=published.initiative, by=published.people.ana, is_public=True)
    return published


def test_without_the_switch_nobody_can_tell_that_there_is_anything(published):
    for rest in RESTS:
        here, nowhere = Client().get(PAGE + rest), Client().get(f"/p/nowhere/work/{rest}")
        assert (here.status_code, nowhere.status_code) == (404, 404), rest
        assert without_chance(here) == without_chance(nowhere)
    member = Client()
    member.force_login(factories.user_of(published.people.ana))
    assert member.get(PAGE).status_code == 404


def test_everybody_reads_what_is_cut_for_the_public(public):
    for rest in RESTS:
        assert Client().get(PAGE + rest).status_code == 200, rest
    assert Client().get(PAGE + "data.json").json()["audience"] == "public"
    page = Client().get(PAGE)
    assert "noindex" not in page.content.decode() + page.headers.get("X-Robots-Tag", "")
    assert "/o/riverside/" not in page.content.decode()
    with public.scope():
        assert set(Visit.objects.filter(member=None, link=None).values_list("what", flat=True)) == {"page", "data"}


def test_each_form_is_named_by_what_it_is_and_leads_to_what_is_in_it(published, client):
    client.force_login(factories.user_of(published.people.ana))
    page = published.url("published/2026-10-v1/")
    html = client.get(page).content.decode()
    head = html[html.index('<div class="bb-head__end">', html.index("version 1")) :].split("</div>")[0]
    links = dict(re.findall(r'href="([^"]+)">(?:<svg.*?</svg>)?([^<]+)</a>', head))
    named = {words: url.removeprefix(page) for url, words in links.items()}
    assert list(named) == ["PDF", "Excel", "CSV", "Data package (zip)", "JSON", "What each of them is"]
    assert (named["JSON"], named["What each of them is"]) == ("data.json", "files/")
    assert "A zip with the rows" in client.get(page + "files/").content.decode()


def test_an_initiative_that_published_nothing_has_no_page(riverside):
    with riverside.scope():
        initiatives.change_initiative(initiative=riverside.initiative, by=None, is_public=True)
    assert Client().get(PAGE).status_code == 404
    assert Client().get(f"{PAGE}feed.atom").status_code == 404


def test_an_older_edition_stays_and_tells_of_the_newer_one(public):
    with public.scope():
        factories.make_publication(public.initiative, public.people.ana, version=2)
    old = Client().get(f"{PAGE}2026-10-v1/").content.decode()
    assert "There is a newer version of this: version 2" in old
    assert f'href="{PAGE}2026-10-v2/"' in old
    assert Client().get(f"{PAGE}data.json").json()["version"] == 2
    assert Client().get(f"{PAGE}2026-10-v3/").status_code == 404


def test_why_a_figure_moved_is_not_in_words_for_everybody(public):
    with public.scope():
        for audience in ("public", "funders"):
            Restated.objects.create(
                publication=public.publication, audience=audience, condition="backbone", figure="k1:2026-10",
                before="1030", after="1010", reason="P3 counted one twice", by=public.people.ana, at=timezone.now(),
            )  # fmt: skip
        link = factories.make_link(public.initiative, public.people.ana, audience="funders")[1]
    for rest in ("", "ledger/"):
        page = Client().get(PAGE + rest).content.decode()
        assert "1030" in page
        assert "P3 counted" not in page
        assert "Ana" not in page
        assert "P3 counted" in Client().get(f"/s/{link}/{rest}").content.decode()


def test_the_form_that_switches_it_on_leads_to_it(public, client):
    client.force_login(factories.user_of(public.people.ana))
    edit = "/o/riverside/-/initiatives/work/"
    assert f'href="{PAGE}"' in client.get(edit).content.decode()
    with public.scope():
        initiatives.change_initiative(initiative=public.initiative, by=public.people.ana, is_public=False)
    assert PAGE not in client.get(edit).content.decode()


# --- caches ---


@pytest.mark.parametrize("rest", RESTS)
def test_a_cache_may_keep_it_for_a_minute_and_asks_again_cheaply(public, rest):
    first = Client().get(PAGE + rest)
    assert first["Cache-Control"] == "public, max-age=60"
    assert {"Accept-Language", "Cookie"} <= set(re.split(r",\s*", first["Vary"]))
    assert not first.cookies
    again = Client().get(PAGE + rest, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "Content-Security-Policy" not in again  # the kept page's own policy names the kept page's nonce
    assert Client().get(PAGE + rest, headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 304


def test_what_is_kept_is_asked_for_anew_when_it_changed(public):
    first = Client().get(PAGE)
    kept = {"If-None-Match": first["ETag"]}
    assert Client().get(PAGE, headers=kept | {"Accept-Language": "es"}).status_code == 200
    assert Client().get(f"{PAGE}?theme=dark", headers=kept).status_code == 200
    with public.scope():
        Restated.objects.create(
            publication=public.publication, audience="public", condition="backbone", figure="k1", at=timezone.now(),
            before=1, after=2,
        )  # fmt: skip
    assert Client().get(PAGE, headers=kept).status_code == 200


def test_switched_off_it_is_gone_at_once_even_for_who_kept_it(public):
    kept = {"If-None-Match": Client().get(PAGE)["ETag"]}
    with public.scope():
        initiatives.change_initiative(initiative=public.initiative, by=None, is_public=False)
    assert Client().get(PAGE, headers=kept).status_code == 404


def test_the_public_page_asks_a_constant_number_of_statements(public, django_assert_max_num_queries):
    Client().get(PAGE)
    with django_assert_max_num_queries(15):
        assert Client().get(PAGE).status_code == 200


# --- charts ---


def test_anybody_may_show_a_chart_of_it(public, monkeypatch):
    draw(monkeypatch)
    with public.scope():
        factories.make_publication(public.initiative, public.people.ana, version=2, parts={"measures": {"a": 1}})
    for rest in ("chart/k1/", "2026-10-v2/chart/k1/"):
        chart = Client().get(PAGE + rest)
        assert chart.status_code == 200
        assert "frame-ancestors *" in chart["Content-Security-Policy"]
    assert Client().get(f"{PAGE}chart/k2/").status_code == 404
    assert Client().get(f"{PAGE}2026-10-v1/chart/k1/").status_code == 404


# --- feeds ---


def read_feed(content: bytes) -> ElementTree.Element:
    """An Atom feed, held against what RFC 4287 asks of one."""
    feed = ElementTree.fromstring(content)  # noqa: S314
    assert feed.tag == f"{ATOM}feed"
    for owner in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(owner.findall(ATOM + name)) == 1, name
            assert owner.find(ATOM + name).text, name
        datetime.fromisoformat(owner.find(f"{ATOM}updated").text)
        assert re.match(r"(https?|tag):", owner.find(f"{ATOM}id").text)
        for link in owner.findall(f"{ATOM}link"):
            assert link.get("href").startswith("http")
    assert feed.find(f"{ATOM}author/{ATOM}name").text
    assert len(feed.findall(f"{ATOM}link[@rel='self']")) == 1
    ids = [entry.find(f"{ATOM}id").text for entry in feed.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    return feed


def test_the_feed_tells_of_each_version(public):
    with public.scope():
        factories.make_publication(
            public.initiative, public.people.ana, version=2, parts={"agenda": {"headline": "More & more"}}
        )
    answer = Client().get(f"{PAGE}feed.atom")
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = read_feed(answer.content)
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.find(f"{ATOM}title").text for entry in entries] == [
        "October 2026, version 2", "October 2026, version 1",
    ]  # fmt: skip
    assert entries[0].find(f"{ATOM}summary").text == "More & more"
    assert entries[0].find(f"{ATOM}link").get("href").endswith(f"{PAGE}2026-10-v2/")
    assert entries[0].find(f"{ATOM}id").text.endswith(":riverside/work/2026-10-v2")


def test_a_link_s_feed_tells_of_what_the_link_shows_and_no_more(public):
    with public.scope():
        fixed = factories.make_link(public.initiative, public.people.ana, publication=public.publication)[1]
        latest = factories.make_link(public.initiative, public.people.ana)[1]
        factories.make_publication(public.initiative, public.people.ana, version=2)
    titles = [
        [entry.find(f"{ATOM}title").text for entry in read_feed(Client().get(f"/s/{token}/feed.atom").content).findall(f"{ATOM}entry")]
        for token in (fixed, latest)
    ]  # fmt: skip
    assert titles == [["October 2026, version 1"], ["October 2026, version 2"]]


# --- the switch ---


def test_an_admin_switches_it_on_in_the_initiative_s_form(published):
    admin = Client()
    admin.force_login(factories.user_of(published.people.ana))
    form = {"name": "Riverside Youth to Work", "starts_on": "2025-07-01", "is_public": "on"}
    assert admin.post("/o/riverside/-/initiatives/work/", form).status_code == 302
    assert Client().get(PAGE).status_code == 200
    assert PAGE in admin.get(published.url("publications/")).content.decode()
    del form["is_public"]
    assert admin.post("/o/riverside/-/initiatives/work/", form).status_code == 302
    assert Client().get(PAGE).status_code == 404
