"""How partners say that they count, at the form and the API; and what an indicator's page says of it, to whom."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backbone.models import Change
from backbone.roles import Role
from backbone.services import keys
from measures.models import Attestation, DefinitionVersion, Figure, Filing
from measures.services import rollups
from tests import factories
from tests.measures.test_api_filings import ask
from tests.measures.test_reading_pages import page, signed_in, text

pytestmark = pytest.mark.django_db

SEP, OCT = date(2026, 9, 1), date(2026, 10, 1)
PAGE = "indicators/completions/"
FORM = "filings/P1/2026-10/"
DEFINITION = "Everybody who ends a course. " + "Who drops out before its last day does not. " * 4


@pytest.fixture(autouse=True)
def _on_the_ninth_of_november():
    with time_machine.travel("2026-11-09T15:00:00Z", tick=False):
        yield


@pytest.fixture
def world(riverside):
    """P1, P2, P3 and P4 with 500, 250, 50 and 200 of 1,000 in September; in October nobody has filed."""
    with riverside.scope():
        riverside.partners.append(factories.make_partner(riverside.initiative, "P4"))
        riverside.k1 = factories.make_indicator(
            riverside.initiative,
            code="K1",
            name="Course ends",
            definition=DEFINITION,
        )
        for partner, number in zip(riverside.partners, (500, 250, 50, 200), strict=True):
            factories.make_figure(riverside.k1, partner, SEP, number)
        riverside.people.lea = factories.make_member("lea@riverside.example", "Lea", Role.PARTNER_LEAD,
                                                     partner=riverside.partners[0])  # fmt: skip
    return riverside


def say(world, code, as_defined, note="", **more):
    with world.scope():
        partner = next(one for one in world.partners if one.code == code)
        Attestation.objects.create(
            indicator=world.k1, partner=partner, as_defined=as_defined, note=note, by=world.people.ana,
            at=more.pop("at", "2026-11-01T00:00Z"), **more,
        )  # fmt: skip


def post(world, do, who="ben", version="99", **said):
    texts = {"version": version, f"{world.k1.pk}/here": "1", f"{world.k1.pk}//value": "300", "do": do}
    texts |= {f"{world.k1.pk}/{name}": value for name, value in said.items()}
    response = signed_in(getattr(world.people, who), world.scope).post(world.url(FORM), texts)
    assert response.status_code == 302, text(response)


def words(world) -> list[tuple]:
    with world.scope():
        rows = Attestation.objects.order_by("version_on")
        return [(row.partner.code, row.version_on, row.as_defined, row.note) for row in rows]


# --- the form and the API ---


def test_a_partner_that_counts_otherwise_says_so_with_its_filing(world):
    post(world, "submit", defined="0", otherwise="Dropouts too")
    assert words(world) == [("P1", None, False, "Dropouts too")]
    with world.scope():
        assert Figure.objects.get(period=OCT).as_defined is False
        assert Change.objects.filter(verb="definition.deviated").count() == 1


def test_who_counts_as_defined_says_so_and_needs_no_note(world):
    post(world, "submit", defined="1", otherwise="left over in the field")
    assert words(world) == [("P1", None, True, "")]
    with world.scope():
        assert Figure.objects.get(period=OCT).as_defined is True


def test_who_does_not_answer_has_said_nothing(world):
    post(world, "submit")
    assert words(world) == []
    with world.scope():
        assert Figure.objects.get(period=OCT).as_defined is False


def test_a_draft_keeps_it_for_the_partner_alone_and_whoever_hands_it_in_says_it(world):
    post(world, "save", defined="0", otherwise="Dropouts too")
    assert words(world) == [("P1", None, None, "")]
    again = page(world, "ben", FORM).content.decode()
    assert 'value="Dropouts too"' in again
    assert 'value="0" checked' in again
    assert "Dropouts too" not in page(world, "ana", PAGE + "?period=2026-09").content.decode()
    post(world, "submit", who="lea")
    assert words(world) == [("P1", None, False, "Dropouts too")]


def test_it_may_be_said_before_any_number(world):
    post(world, "save", version="0", **{"defined": "0", "otherwise": "Dropouts too", "/value": ""})
    assert 'value="Dropouts too"' in page(world, "ben", FORM).content.decode()
    with world.scope():
        assert not Filing.objects.filter(period=OCT).exists()


def test_the_word_stands_until_the_definition_changes(world):
    say(world, "P1", False, "Dropouts too")
    assert 'value="Dropouts too"' in page(world, "ben", FORM).content.decode()
    with world.scope():
        DefinitionVersion.objects.create(
            indicator=world.k1,
            starts_on=OCT,
            definition=DEFINITION + " Anew.",
            kind="flow",
            is_comparable=True,
        )
    assert "Dropouts too" not in page(world, "ben", FORM).content.decode()
    post(world, "submit", defined="1")
    assert words(world) == [("P1", OCT, True, ""), ("P1", None, False, "Dropouts too")]


def test_the_same_word_again_writes_nothing(world):
    say(world, "P1", False, "Dropouts too")
    with world.scope():
        before = Attestation.objects.values().get()
    post(world, "submit", defined="0", otherwise="Dropouts too")
    with world.scope():
        assert Attestation.objects.values().get() == before
        assert not Change.objects.filter(verb__startswith="definition.").exists()


def test_the_reviewer_reads_how_it_was_counted(world):
    post(world, "submit", defined="0", otherwise="Dropouts too")
    assert "Counted differently: Dropouts too" in text(page(world, "ana", FORM + "review/"))


def test_it_is_asked_of_a_short_definition_too_and_not_where_there_is_none(world):
    for definition, is_asked in (("Course ends", True), ("", False)):
        with world.scope():
            world.k1.definition = definition
            world.k1.save()
        assert ("We count it differently" in text(page(world, "ben", FORM))) is is_asked


def test_the_api_says_it_with_as_defined(world):
    with world.scope():
        _, world.token = keys.create(
            owner=world.people.ben,
            name="sync",
            role="partner_filer",
            partner=world.partners[0],
            scopes=("read", "file"),
        )
    line = {"indicator": "completions", "value": 300, "as_defined": False}
    response = ask(world, "PUT", FORM, {"figures": [line], "submit": True})
    assert response.status_code == 200, response.json()
    assert words(world) == [("P1", None, False, "")]


# --- the page ---


def test_the_page_marks_a_figure_too_little_of_which_is_counted_as_defined(world):
    say(world, "P4", False, "Dropouts too")
    say(world, "P1", True)
    said = page(world, "ana", PAGE + "?period=2026-09")
    assert '<strong class="bb-tag bb-tag--warn">80%</strong>' in said.content.decode()
    assert "As defined 80% 2 of 4 have said how they count P4 counts it differently: Dropouts too" in text(said)


def test_who_may_not_know_who_is_told_how_many_and_no_share(world):
    say(world, "P4", False, "Dropouts too")
    said = text(page(world, "ben", PAGE + "?period=2026-09"))
    assert "As defined 1 partner counts it differently" in said
    for hidden in ("Dropouts too", "P4", "80%", "have said"):
        assert hidden not in said


def test_nothing_is_marked_from_the_tenants_limit_on(world):
    say(world, "P4", False)
    with world.scope():
        world.tenant.same_definition = 80
        world.tenant.save()
    said = page(world, "ana", PAGE + "?period=2026-09")
    assert "As defined 80%" in text(said)
    assert "bb-tag--warn" not in said.content.decode()
    assert "counts it differently" not in text(page(world, "ben", PAGE + "?period=2026-09"))


def test_nothing_is_said_while_nobody_has_said_anything_or_of_an_earlier_day(world):
    assert "As defined" not in text(page(world, "ana", PAGE + "?period=2026-09"))
    say(world, "P4", False)
    assert "As defined" not in text(page(world, "ana", PAGE + "?period=2026-09&as_of=2026-11-09T15:00:00Z"))


def test_the_rows_of_the_page_say_how_each_counts_and_the_foot_how_much(world):
    say(world, "P4", False, "Dropouts too")
    say(world, "P1", True)

    def last_column(who):
        table = list(
            csv.reader(io.StringIO(page(world, who, PAGE + "?period=2026-09&format=csv").content.decode("utf-8-sig")))
        )
        return {row[0]: row[-1] for row in table}

    said = {"Partner": "As defined", "P1": "as defined", "P2": "", "P3": "", "P4": "differently: Dropouts too"}
    assert last_column("ana") == said | {"": "80%"}
    assert set(last_column("ben").values()) == {"As defined", "", "1 counts it differently"}


def rollups_as_defined(world, query, role="data_steward", who="ana"):
    with world.scope():
        rollups.rebuild(world.initiative)
        partner = world.partners[0] if who == "ben" else None
        member = getattr(world.people, who)
        _, world.token = keys.create(owner=member, name="sync", role=role, partner=partner, scopes=("read",))
    return ask(world, "GET", f"rollups/?as_defined=true&{query}")


def test_the_api_says_how_much_is_counted_as_defined(world):
    quarter, month = "grain=quarter&since=2026-07", "grain=month&since=2026-09&until=2026-09"
    assert [row["as_defined"] for row in rollups_as_defined(world, month).json()["rollups"]] == [None]
    say(world, "P4", False, "Dropouts too")
    say(world, "P1", True)
    expected = {
        "share": "0.8", "said": 2, "partners": 4, "differently": 1,
        "others": [{"partner": "P4", "note": "Dropouts too"}],
    }  # fmt: skip
    for query in (month, quarter):
        row = rollups_as_defined(world, query).json()["rollups"][0]
        assert (row["value"], row["as_defined"]) == ("1000", expected)
    assert rollups_as_defined(world, "by=partner&grain=month").status_code == 400
    assert rollups_as_defined(world, "grain=month&as_of=2026-11-01").status_code == 400


def test_the_api_tells_who_may_not_know_no_more_than_the_page(world):
    say(world, "P4", False, "Dropouts too")
    query = "grain=month&since=2026-09&until=2026-09"
    row = rollups_as_defined(world, query, "partner_filer", "ben").json()["rollups"][0]
    nothing = dict.fromkeys(("share", "said", "partners", "others"))
    assert row["as_defined"] == {**nothing, "differently": 1}
    with world.scope():
        world.tenant.same_definition = 80
        world.tenant.save()
    assert rollups_as_defined(world, query, "partner_filer", "ben").json()["rollups"][0]["as_defined"] is None


def test_the_api_asks_of_each_version_what_was_said_of_it(world):
    with world.scope():
        DefinitionVersion.objects.create(
            indicator=world.k1, starts_on=OCT, definition="Anew.", kind="stock", is_comparable=False
        )
        for partner, number in zip(world.partners, (10, 20, 30, 40), strict=True):
            factories.make_figure(world.k1, partner, OCT, number)
    say(world, "P4", False)
    say(world, "P1", False, version_on=OCT)
    rows = rollups_as_defined(world, "grain=month&since=2026-09&until=2026-10").json()["rollups"]
    assert [(row["period"], row["as_defined"]["share"]) for row in rows] == [("2026-09", "0.8"), ("2026-10", "0.9")]


def test_the_api_takes_as_many_statements_for_many_indicators(world):
    counts = []
    for number in range(3):
        with world.scope():
            more = factories.make_indicator(world.initiative, f"more-{number}", definition="More.")
            Attestation.objects.create(
                indicator=more, partner=world.partners[0], as_defined=True, by=world.people.ana, at="2026-11-01T00:00Z"
            )
            for month in (SEP, OCT):
                factories.make_figure(more, world.partners[0], month, 5)
        rollups_as_defined(world, "grain=month")
        with CaptureQueriesContext(connection) as asked:
            assert ask(world, "GET", "rollups/?as_defined=true&grain=month").status_code == 200
        counts.append(len(asked))
    assert len(set(counts)) == 1, counts


def test_the_page_takes_as_many_statements_however_many_have_said_it(world):
    counts = []
    for code in ("", "P1", "P2", "P4"):
        if code:
            say(world, code, code == "P1")
        client = signed_in(world.people.ana, world.scope)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(world.url(PAGE + "?period=2026-09")).status_code == 200
        counts.append(len(asked))
    assert len(set(counts)) == 1, counts
