"""The permission table at its other doors: files of pages, what a search finds, and who is let in no more."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from backbone.models import Entrance
from backbone.roles import Role
from backbone.services import keys, members
from comms.services import invitations
from tests import factories
from tests.pages import without_chance
from tests.test_access import VISITORS, both, expected, is_api, narrower, pages, visit, world

__all__ = ["both", "world"]

AS_FILES = ("format=csv", "format=xlsx", "format=json", "export=1", "check=1")
LINK = re.compile(r'href="(/o/[^"#]*)"')


@pytest.mark.parametrize(
    "visitor", ["nobody", "partner filer", "funder", "evaluator", "group chair", "admin next door"]
)
def test_a_page_asked_for_as_a_file_is_no_other_door(world, visitor):
    """Whatever is put behind a page's address, whoever is refused the page is refused that."""
    browser, wrong, tried = visit(world, visitor), [], 0
    for name, needs, words, path in pages(world):
        should = None if is_api(name) else expected(visitor, needs["GET"], words)
        if should is None and not (narrower(visitor, name) and not is_api(name)):
            continue
        should = 404 if should is None else should
        for asked in AS_FILES[:1] if visitor != "partner filer" else AS_FILES:
            answer = browser.get(f"{path}?{asked}")
            tried += 1
            if answer.status_code not in (should, 405):
                wrong.append(f"{name}?{asked} as {visitor}: {answer.status_code}, expected {should}")
    assert not wrong, "\n".join(wrong)
    assert tried >= 20


@pytest.mark.parametrize("visitor", [name for name, who in VISITORS.items() if isinstance(who, tuple)])
def test_what_a_search_finds_opens_for_whoever_searched(world, visitor):
    """No hit leads to a page that is refused, and a word that nobody may see finds as much as one that is nowhere."""
    browser = visit(world, visitor)
    find = reverse("comms:find", kwargs={"tenant": "riverside", "initiative": "work"})
    found: set[str] = set()
    for words in ("train", "completions", "evening", "who", "vision", "call", "every"):
        page = browser.get(find, {"q": words}).content.decode()
        main = page[page.index("<main") : page.index("</main>")]
        found |= {unescape(link) for link in LINK.findall(main) if "find/" not in link}
    closed = {link: browser.get(link).status_code for link in found}
    assert {link: status for link, status in closed.items() if status not in (200, 302)} == {}
    assert found or visitor == "funder", "the search reaches something"


def test_a_search_finds_nothing_next_door(world):
    with world.hillcrest.scope():
        factories.make_indicator(world.hillcrest.initiative, "lanterns", name="Lanterns of the hill")
    browser = Client()
    browser.force_login(factories.user_of(world.riverside.people.ana))
    find = reverse("comms:find", kwargs={"tenant": "riverside", "initiative": "work"})
    hidden, nowhere = browser.get(find, {"q": "lanterns"}), browser.get(find, {"q": "qwertzu"})
    assert without_chance(hidden).replace(b"lanterns", b"") == without_chance(nowhere).replace(b"qwertzu", b"")


def test_everything_of_whoever_is_let_in_no_more_dies_at_once(world):
    """Session, key, calendar: none of them opens anything after the door is closed."""
    riverside = world.riverside
    with riverside.scope():
        ana = riverside.people.ana
        dee = factories.make_member("dee@x.example", "Dee", Role.DATA_STEWARD, Role.CONVENER)
        _key, token = keys.create(owner=dee, name="sheet", role=Role.DATA_STEWARD)
        feed = invitations.make_feed(member=dee)
    browser = Client()
    browser.force_login(factories.user_of(dee))
    calendar = reverse("calendar-feed", args=[feed])
    api, headers = "/api/v1/riverside/work/rollups/", {"Authorization": f"Bearer {token}"}
    page = "/o/riverside/work/indicators/"
    ways = (
        lambda: browser.get(page).status_code,
        lambda: Client().get(api, headers=headers).status_code,
        lambda: Client().get(calendar).status_code,
    )
    assert [way() for way in ways] == [200, 200, 200]
    with riverside.scope():
        members.deactivate(membership=dee, by=ana)
    assert [way() in (302, 401, 404) for way in ways] == [True, True, True]
    assert not Entrance.objects.filter(user_id=dee.user_id).exists()
