"""Share links: what one opens, for whom, for how long, and that nothing else of a tenant is to be had by it."""

from __future__ import annotations

import logging
import re
import string
import threading
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.db import ProgrammingError, connection, transaction
from django.db.utils import InternalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from scipy.stats import chisquare

from backbone import conditions
from backbone.conditions import Condition
from backbone.models import Change, Grant, Membership, ShareLink, Visit
from backbone.problems import Refused
from backbone.roles import Role
from backbone.services import links
from backbone.views import downloads, rendered
from tests import factories
from tests.pages import without_chance

RESTS = ("", "data.json", "ledger/", "feed.atom")


def at(token: str, rest: str = "") -> str:
    return f"/s/{token}/{rest}"


@pytest.fixture
def shared(riverside):
    """Riverside with a publication, and a link that always shows the public the latest."""
    with riverside.scope():
        riverside.publication = factories.make_publication(riverside.initiative, riverside.people.ana)
        riverside.link, riverside.token = factories.make_link(riverside.initiative, riverside.people.ana)
    return riverside


def make(neighbourhood, **changes) -> str:
    with neighbourhood.scope():
        return factories.make_link(neighbourhood.initiative, neighbourhood.people.ana, **changes)[1]


# --- the token ---


def test_ten_thousand_tokens_never_repeat_and_use_every_letter_alike(in_riverside):
    tokens = [links.new_token() for _ in range(10_000)]
    assert len(set(tokens)) == 10_000
    secrets = [token.partition("-")[2] for token in tokens]
    assert {len(secret) for secret in secrets} == {43}
    # The last letter carries 4 of its 6 bits, so it is left out.
    counted = Counter("".join(secret[:42] for secret in secrets))
    letters = string.ascii_letters + string.digits + "-_"
    assert set(counted) == set(letters)
    assert chisquare([counted[letter] for letter in letters]).pvalue > 0.001


def test_the_token_lies_nowhere_in_the_database(shared):
    with shared.scope():
        row = ShareLink.objects.filter(pk=shared.link.pk).values().get()
    assert shared.token.partition("-")[2] not in str(row)
    assert re.fullmatch("[0-9a-f]{64}", row["token_hash"])
    assert row["hint"] == shared.token[-4:]


def test_what_a_link_shows_can_never_be_changed(shared):
    for change in ({"audience": "funders"}, {"expires_at": timezone.now() + timedelta(days=400)}, {"embeds": True}):
        with shared.scope(), pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            ShareLink.objects.filter(pk=shared.link.pk).update(**change)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"days": 0}, "link.days"),
        ({"days": 366}, "link.days"),
        ({"passphrase": "short"}, "link.passphrase_short"),
        ({"passphrase": "quite long enough", "embeds": True}, "link.passphrase_embedded"),
        ({"embeds": True, "sites": ["http://plain.example"]}, "link.sites"),
        ({"embeds": True, "sites": ["https://x.example; script-src *"]}, "link.sites"),
        ({"embeds": True, "sites": ["https://x.example/path"]}, "link.sites"),
        ({"embeds": True, "sites": [f"https://x{i}.example" for i in range(11)]}, "link.sites"),
    ],
)
def test_a_link_that_makes_no_sense_is_refused(shared, changes, code):
    with shared.scope(), pytest.raises(Refused) as refused:
        factories.make_link(shared.initiative, shared.people.ana, **changes)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_a_draft_and_another_initiative_s_publication_cannot_be_shared(shared):
    with shared.scope():
        other = type(shared.initiative).objects.create(
            slug="other", name="Other", starts_on=shared.initiative.starts_on
        )
        with pytest.raises(Refused):
            factories.make_link(other, shared.people.ana, publication=shared.publication)


# --- what it opens ---


def test_whoever_holds_it_reads_the_publication_as_cut_for_its_audience(shared):
    page = Client().get(at(shared.token))
    assert page.status_code == 200
    assert b"Riverside Youth to Work" in page.content
    frozen = Client().get(at(shared.token, "data.json")).json()
    assert (frozen["audience"], frozen["version"]) == ("public", 1)
    theirs = Client().get(at(make(shared, audience="funders"), "data.json")).json()
    assert theirs["audience"] == "funders"


def test_the_page_says_nothing_of_the_inside(shared):
    page = Client().get(at(shared.token)).content.decode()
    assert "/o/riverside/" not in page
    assert "csrf" not in page.lower()
    assert 'name="robots" content="noindex, nofollow"' in page


def test_a_link_to_one_version_stays_with_it_and_one_to_the_latest_goes_on(shared):
    fixed = make(shared, publication=shared.publication)
    with shared.scope():
        factories.make_publication(shared.initiative, shared.people.ana, version=2)
    versions = [Client().get(at(token, "data.json")).json()["version"] for token in (fixed, shared.token)]
    assert versions == [1, 2]
    assert "version 2" not in Client().get(at(fixed)).content.decode()


def test_before_anything_is_published_the_link_says_so(riverside):
    token = make(riverside)
    page = Client().get(at(token))
    assert page.status_code == 200
    assert "Nothing is published yet" in page.content.decode()
    assert Client().get(at(token, "data.json")).status_code == 404


def test_the_year_the_language_and_the_theme_are_the_reader_s(shared):
    page = Client().get(at(shared.token) + "?year=calendar&language=es&theme=dark").content.decode()
    assert '<html lang="es" data-bs-theme="dark">' in page
    assert '<a href="?year=calendar&amp;language=es&amp;theme=dark" aria-current="true">' in page
    assert '<html lang="es"' in Client().get(at(shared.token), headers={"Accept-Language": "es"}).content.decode()
    member = Client()
    member.force_login(factories.user_of(shared.people.fay))
    assert "/o/riverside/" not in member.get(at(shared.token)).content.decode()


def test_each_visit_is_written_down(shared):
    for rest in RESTS:
        assert Client().get(at(shared.token, rest)).status_code == 200
    with shared.scope():
        visits = Visit.objects.filter(link=shared.link, member=None)
        assert sorted(visits.values_list("what", flat=True)) == ["data", "page"]
    staff = Client()
    staff.force_login(factories.user_of(shared.people.ana))
    log = staff.get(shared.url("publications/visits/")).content.decode()
    for what in ("Page", "Data"):
        assert f'<span class="bb-sub">{what}</span>' in log
    with translation.override("es"):
        assert [downloads.words_of(what) for what in ("page", "data", "chart")] == ["Página", "Datos", "Gráfico"]
    listed = staff.get(shared.url("publications/links/")).content.decode()
    assert re.search(r'data-h="Opened">2<', listed)
    assert f"…{shared.token[-4:]}" in listed
    assert shared.token not in listed


@pytest.mark.parametrize("rest", [*RESTS, "chart/k1/", "passphrase/", ""])
def test_no_answer_below_a_link_is_kept_indexed_or_told_of(shared, rest):
    for token in (shared.token, "1-" + "x" * 43, "nonsense"):
        answer = Client().get(at(token, rest))
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert answer["Cache-Control"] == "private, no-store"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        assert "csrftoken" not in answer.cookies or answer.status_code == 404


def test_the_shared_page_asks_the_database_the_same_whatever_it_shows(shared, django_assert_max_num_queries):
    Client().get(at(shared.token))
    with django_assert_max_num_queries(15) as first:
        assert Client().get(at(shared.token)).status_code == 200
    with shared.scope():
        for month in range(1, 10):
            factories.make_publication(
                shared.initiative, shared.people.ana, shared.publication.period.replace(month=month), parts={}
            )
            make(shared, name=f"link {month}")
    with django_assert_max_num_queries(len(first)):
        assert Client().get(at(shared.token)).status_code == 200


@pytest.fixture
def memory(settings):
    """A cache that can be looked into, under the same keys; gone with the test."""
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "memory",
            "KEY_FUNCTION": settings.CACHES["default"]["KEY_FUNCTION"],
        }
    }
    yield caches["default"]._cache
    caches["default"].clear()


def test_what_is_kept_of_a_page_holds_no_secret_and_is_nobody_else_s(shared, memory):
    """Two links that show the same, one after the other: each page names its own link alone, and a nonce of its own."""
    other = make(shared, name="another")
    for token, stranger in ((shared.token, other), (other, shared.token), (shared.token, other)):
        answer = Client().get(at(token))
        page = answer.content.decode()
        assert f"/s/{token}/data.json" in page
        assert stranger not in page
        assert "\0" not in page
        nonces = set(re.findall(r'nonce="([^"]*)"', page))
        assert len(nonces) == 1
        assert f"'nonce-{nonces.pop()}'" in answer["Content-Security-Policy"]
    kept = {key: pickled for key, pickled in memory.items() if "published:" in key}
    assert kept
    for key, pickled in kept.items():
        assert not any(token.encode() in key.encode() + pickled for token in (shared.token, other))


def test_a_page_that_is_kept_follows_the_tenant_s_look_and_name(shared):
    Client().get(at(shared.token))
    type(shared.tenant).objects.filter(pk=shared.tenant.pk).update(name="Riverside renamed", accent="#123456")
    page = Client().get(at(shared.token)).content.decode()
    assert "Riverside renamed" in page
    assert "#123456" in page


# --- what opens nothing ---


def dead_tokens(shared, hillcrest) -> dict[str, str]:
    """A token for each way of opening nothing."""
    with shared.scope():
        revoked, revoked_token = factories.make_link(shared.initiative, shared.people.ana)
        links.revoke(link=revoked, by=shared.people.ana)
        gone = factories.make_member("gus@riverside.example", "Gus", Role.DATA_STEWARD)
        disabled_token = factories.make_link(shared.initiative, gone)[1]
        moved = factories.make_member("mia@riverside.example", "Mia", Role.DATA_STEWARD)
        orphaned_token = factories.make_link(shared.initiative, moved)[1]
        Membership.objects.filter(pk=gone.pk).update(is_active=False)
        Grant.objects.filter(membership=moved).update(role=Role.CONVENER)
        with time_machine.travel(timezone.now() - timedelta(days=31)):
            expired_token = factories.make_link(shared.initiative, shared.people.ana)[1]
    number, _, secret = shared.token.partition("-")
    return {
        "unknown": f"{number}-{'A' * 43}",
        "expired": expired_token,
        "revoked": revoked_token,
        "its maker was disabled": disabled_token,
        "its maker may not publish any more": orphaned_token,
        "of next door, by number": f"{hillcrest.tenant.pk}-{secret}",
        "of no tenant": f"{10**17}-{secret}",
        "no token at all": "nonsense",
        "cut short": shared.token[:-1],
    }


def test_whatever_opens_nothing_answers_the_same(shared, hillcrest):
    """One page, byte for byte, and for what looks like a token the same number of statements."""
    answers, asked = {}, {}
    for why, token in dead_tokens(shared, hillcrest).items():
        for rest in (*RESTS, "chart/k1/", "passphrase/"):
            counted = []
            with connection.execute_wrapper(lambda call, sql, *rest, counted=counted: (counted.append(sql), call(sql, *rest))[1]):  # fmt: skip
                answer = Client().get(at(token, rest))
            assert answer.status_code == 404, (why, rest)
            answers[why, rest] = without_chance(answer)
            asked[why] = len(counted)
            assert Client().post(at(token, rest)).status_code == 404
    assert len(set(answers.values())) == 1
    looked_up = {count for why, count in asked.items() if why not in ("no token at all", "cut short")}
    assert len(looked_up) == 1
    assert Client().get(at(shared.token)).status_code == 200


def test_a_link_opens_again_with_its_maker(shared):
    with shared.scope():
        Membership.objects.filter(pk=shared.people.ana.pk).update(is_active=False)
    assert Client().get(at(shared.token)).status_code == 404
    with shared.scope():
        Membership.objects.filter(pk=shared.people.ana.pk).update(is_active=True)
    assert Client().get(at(shared.token)).status_code == 200


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_once_it_is_revoked_no_reader_gets_in(shared):
    assert Client().get(at(shared.token)).status_code == 200
    with shared.scope():
        links.revoke(link=shared.link, by=shared.people.ana)
    statuses = []

    def read() -> None:
        try:
            statuses.append(Client().get(at(shared.token)).status_code)
        finally:
            connection.close()

    readers = [threading.Thread(target=read) for _ in range(50)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert statuses == [404] * 50


# --- the passphrase ---


@pytest.fixture
def guarded(shared):
    with shared.scope():
        shared.link, shared.token = factories.make_link(
            shared.initiative, shared.people.ana, name="guarded", passphrase="river of words"
        )
    return shared


def tell(browser: Client, token: str, words: str, **more):
    return browser.post(at(token, "passphrase/"), {"passphrase": words}, **more)


def test_the_passphrase_is_asked_for_once_and_remembered_for_this_link(guarded):
    browser = Client()
    for rest in RESTS:
        answer = browser.get(at(guarded.token, rest))
        assert (answer.status_code, answer["Location"]) == (302, at(guarded.token, "passphrase/"))
    asked = browser.get(at(guarded.token, "passphrase/"))
    assert b"Riverside" not in asked.content  # nor whose it is
    assert tell(browser, guarded.token, "river of wards").status_code == 422
    right = tell(browser, guarded.token, "river of words")
    assert right["Location"] == at(guarded.token)
    cookie = right.cookies["told"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (at(guarded.token), True, "Lax")
    assert "river" not in cookie.value
    for rest in RESTS:
        assert browser.get(at(guarded.token, rest)).status_code == 200


def test_what_was_told_is_worth_nothing_elsewhere_later_or_after_a_change(guarded):
    browser = Client()
    tell(browser, guarded.token, "river of words")
    said = browser.cookies["told"].value
    with guarded.scope():
        link = ShareLink.objects.get(pk=guarded.link.pk)
        other, _token = factories.make_link(guarded.initiative, guarded.people.ana, passphrase="river of words")
        assert links.is_receipt(link, said)
        assert not links.is_receipt(other, said)
        assert not links.is_receipt(link, said[:-1] + ("A" if said[-1] != "A" else "B"))
        with time_machine.travel(timezone.now() + timedelta(hours=12, minutes=1)):
            assert not links.is_receipt(link, said)
        ShareLink.objects.filter(pk=link.pk).update(passphrase="another")
        assert not links.is_receipt(ShareLink.objects.get(pk=link.pk), said)
    assert browser.get(at(guarded.token)).status_code == 302


def test_guesses_are_counted_by_address_and_by_link(guarded):
    browser = Client()
    statuses = [tell(browser, guarded.token, f"guess {n}").status_code for n in range(links.MOST_TRIES_OF_ONE + 2)]
    assert statuses == [422] * links.MOST_TRIES_OF_ONE + [429, 429]
    refused = tell(browser, guarded.token, "river of words")
    assert refused.status_code == 429  # the right one is not looked at
    assert "ask whoever gave you the link" in refused.content.decode()
    assert "password" not in refused.content.decode()
    elsewhere = [
        tell(browser, guarded.token, "guess", REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(links.MOST_TRIES)
    ]
    assert elsewhere[0] == 422
    assert elsewhere[-1] == 429


def test_telling_the_passphrase_needs_the_token_of_a_form(guarded):
    browser = Client(enforce_csrf_checks=True)
    assert tell(browser, guarded.token, "river of words").status_code == 403
    form = browser.get(at(guarded.token, "passphrase/")).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[1]
    words = {"passphrase": "river of words", "csrfmiddlewaretoken": token}
    assert browser.post(at(guarded.token, "passphrase/"), words).status_code == 302


# --- a chart on another site ---


class Drawn(Condition):
    """A condition with one chart."""

    slug = "measures"

    def chart(self, data, slug, year_starts):
        return {"title": "K1 drawn", "year": year_starts} if slug == "k1" and data else None

    def charts(self, data):
        return [("k1", "Completions")] if data else []


def draw(monkeypatch) -> None:
    """Let that condition stand in for the measures, with a template of one line."""
    real = rendered.render_to_string

    def render(name, context, request=None):
        return f"<p>{context}</p>" if name.startswith("measures/") else real(name, context, request)

    monkeypatch.setitem(conditions._registered, "measures", Drawn())
    monkeypatch.setattr(rendered, "render_to_string", render)


@pytest.fixture
def drawn(shared, monkeypatch):
    draw(monkeypatch)
    with shared.scope():
        factories.make_publication(shared.initiative, shared.people.ana, version=2, parts={"measures": {"a": 1}})
    return shared


def test_a_chart_stands_alone_and_may_be_framed_where_the_link_says(drawn):
    anywhere, named = (
        make(drawn, embeds=True),
        make(drawn, embeds=True, sites=["https://a.example", "https://*.b.example"]),
    )
    page = Client().get(at(anywhere, "chart/k1/"))
    assert page.status_code == 200
    assert b"K1 drawn" in page.content
    assert b"Riverside Youth to Work" in page.content
    assert "frame-ancestors *;" in page["Content-Security-Policy"] + ";"
    policy = Client().get(at(named, "chart/k1/"))["Content-Security-Policy"]
    assert "frame-ancestors https://a.example https://*.b.example" in policy
    assert "frame-ancestors 'none'" in Client().get(at(anywhere))["Content-Security-Policy"]
    with drawn.scope():
        assert Visit.objects.filter(what="chart").count() == 2


def test_there_is_no_chart_without_the_right_or_of_another_name(drawn):
    assert Client().get(at(drawn.token, "chart/k1/")).status_code == 404
    assert Client().get(at(make(drawn, embeds=True), "chart/k2/")).status_code == 404


# --- staff ---


def test_staff_make_a_link_see_it_once_and_revoke_it(drawn):
    staff = Client()
    staff.force_login(factories.user_of(drawn.people.ana))
    wishes = {
        "name": "Our site",
        "shows": "latest",
        "audience": "public",
        "days": 60,
        "embeds": "on",
        "sites": "https://a.example",
    }
    made = staff.post(drawn.url("publications/links/new/"), wishes)
    token = re.search(r'value="[^"]*/s/([^/"]+)/"', made.content.decode())[1]
    assert f"/s/{token}/chart/k1/&quot; title=&quot;Completions&quot;" in made.content.decode()
    assert Client().get(at(token)).status_code == 200
    assert token not in staff.get(drawn.url("publications/links/")).content.decode()
    with drawn.scope():
        link = ShareLink.objects.get(name="Our site")
        assert (link.sites, link.publication, link.created_by) == (["https://a.example"], None, drawn.people.ana)
    staff.post(reverse("backbone:link-revoke", args=["riverside", "work", link.pk]))
    assert Client().get(at(token)).status_code == 404
    assert "Revoked" in staff.get(drawn.url("publications/links/")).content.decode()


def test_what_is_wrong_with_a_link_is_said_at_its_field(drawn):
    staff = Client()
    staff.force_login(factories.user_of(drawn.people.ana))
    wishes = {
        "name": "x",
        "shows": "latest",
        "audience": "public",
        "days": 30,
        "embeds": "on",
        "sites": "example",
        "passphrase": "short",
    }
    refused = staff.post(drawn.url("publications/links/new/"), wishes)
    assert refused.status_code == 422
    assert "“example” is no site" in refused.content.decode()
    assert "take at least 8" in refused.content.decode()


# --- logs ---


def test_no_log_line_holds_a_token(shared, caplog):
    """Whatever is logged of an address, by Django or by whoever turns gunicorn's access log on."""
    from backbone.logs import MaskedFormatter

    caplog.set_level(logging.DEBUG)
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    for rest in (*RESTS, "passphrase/", "chart/k1/"):
        browser.get(at(shared.token, rest), headers={"Referer": f"http://testserver{at(shared.token)}"})
        browser.post(at(shared.token, rest))
    logging.getLogger("gunicorn.access").info('"GET %s HTTP/1.1" 200 "%s"', at(shared.token), at(shared.token, "x"))
    try:
        raise ValueError(f"at {at(shared.token)}")
    except ValueError:
        logging.getLogger("backbone").exception("Broken")
    lines = [MaskedFormatter().format(record) for record in caplog.records]
    assert [record for record in caplog.records if shared.token in record.getMessage()]  # there is something to mask
    assert [line for line in lines if shared.token.partition("-")[2] in line] == []
    assert any(f"/s/{shared.tenant.pk}-***/" in line for line in lines)


# --- another passphrase ---


def ask_for(place, link, **said):
    staff = Client()
    staff.force_login(factories.user_of(place.people.ana))
    return staff.post(place.url(f"publications/links/{link.pk}/passphrase/"), said)


def verbs(place) -> list[str]:
    with place.scope():
        return list(
            Change.objects.filter(verb__startswith="link.passphrase").order_by("pk").values_list("verb", flat=True)
        )


def test_a_new_passphrase_is_asked_for_also_of_who_told_the_old_one(guarded):
    browser = Client()
    tell(browser, guarded.token, "river of words")
    assert browser.get(at(guarded.token)).status_code == 200
    assert ask_for(guarded, guarded.link, passphrase="river of songs").status_code == 302
    assert browser.get(at(guarded.token)).status_code == 302
    assert tell(browser, guarded.token, "river of words").status_code == 422
    assert tell(browser, guarded.token, "river of songs").status_code == 302
    assert browser.get(at(guarded.token)).status_code == 200
    assert verbs(guarded) == ["link.passphrase_set"]


def test_a_passphrase_is_taken_off_by_a_tick_and_not_by_an_empty_field(guarded):
    assert ask_for(guarded, guarded.link).status_code == 422
    assert Client().get(at(guarded.token)).status_code == 302
    assert ask_for(guarded, guarded.link, remove="on", passphrase="river of songs").status_code == 422
    assert ask_for(guarded, guarded.link, remove="on").status_code == 302
    assert Client().get(at(guarded.token)).status_code == 200
    assert verbs(guarded) == ["link.passphrase_removed"]


def test_a_link_without_a_passphrase_can_be_given_one(shared):
    page = ask_for(shared, shared.link, remove="on")
    assert page.status_code == 422, "there is none to take off"
    assert ask_for(shared, shared.link, passphrase="short").status_code == 422
    assert ask_for(shared, shared.link, passphrase="river of songs").status_code == 302
    assert Client().get(at(shared.token)).status_code == 302


def test_no_passphrase_for_a_link_that_ended_or_shows_charts_elsewhere(shared):
    with shared.scope():
        embeds = factories.make_link(shared.initiative, shared.people.ana, embeds=True)[0]
        links.revoke(link=shared.link, by=shared.people.ana)
        for link, code in ((embeds, "link.passphrase_embedded"), (shared.link, "link.ended")):
            with pytest.raises(Refused) as refused:
                links.change_passphrase(link=link, passphrase="river of songs", by=shared.people.ana)
            assert [problem.code for problem in refused.value.problems] == [code]
    assert ask_for(shared, shared.link, passphrase="river of songs").status_code == 422


def test_the_page_for_a_passphrase_asks_the_same_of_any_link(shared, django_assert_max_num_queries):
    staff = Client()
    staff.force_login(factories.user_of(shared.people.ana))
    address = shared.url(f"publications/links/{shared.link.pk}/passphrase/")
    with django_assert_max_num_queries(20) as first:
        assert staff.get(address).status_code == 200
    for number in range(5):
        make(shared, name=f"link {number}")
    with django_assert_max_num_queries(len(first)):
        assert staff.get(address).status_code == 200
