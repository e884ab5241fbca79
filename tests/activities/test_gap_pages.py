"""The matrix on its pages, in files and in the API; needs and wanted overlaps."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities.models import Activity, Coordination, Need, Place, Population
from activities.services import needs
from activities.services.needs import Said, Where
from agenda.models import Learning
from agenda.selectors.learning import about
from backbone.models import Change, Initiative
from backbone.problems import Refused
from backbone.tabular.carried import pack
from tests import factories
from tests.activities import worlds

pytestmark = pytest.mark.django_db
PAGE = "activities/gaps/"
CELL = "activities/gaps/trained/paid-internships/foster-youth/eastside/"


@pytest.fixture
def place(in_riverside):
    """One cell with a need of 40 and nothing offered; another that two partners serve twice over."""
    initiative = in_riverside.initiative
    interns, resumes = (worlds.strategy(initiative, slug) for slug in ("paid-internships", "resume-class"))
    foster, youth = worlds.population("foster-youth"), worlds.population("all-youth")
    east, downtown = worlds.place("eastside"), worlds.place("downtown")
    kind = worlds.kind("job-preparation")
    in_riverside.cell = Where(interns, foster, east)
    in_riverside.twice = Where(resumes, youth, downtown)
    worlds.need(initiative, interns, foster, east, 40)
    worlds.need(initiative, resumes, youth, downtown, 100)
    for number in (0, 1):
        worlds.activity(
            initiative, f"class-{number}", leader=in_riverside.partners[number], strategies=resumes, populations=youth,
            places=downtown, capacity=80, service_type=kind,
        )  # fmt: skip
    return in_riverside


def sign_in(client, place, who="ana"):
    client.force_login(factories.user_of(getattr(place.people, who)))
    return client


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def codes(caught) -> list[str]:
    return [problem.code for problem in caught.value.problems]


def test_the_matrix_says_its_states_in_words_and_leads_to_each_cell(place, client):
    answer = sign_in(client, place).get(place.url(PAGE))
    said = text(answer)
    assert "1 gap, 1 possible duplication, 6 unknown." in said
    assert "<b>Gap</b><small>0 of 40</small>" in said
    assert "<b>Twice?</b><small>160 of 100</small>" in said
    assert f'href="{place.url(CELL)}"' in said
    assert 'scope="rowgroup"' in said


def test_words_of_other_initiatives_are_left_out_until_they_are_asked_for(place, client):
    """A tenant's words are those of all its initiatives: a directory in one must not bury the matrix of another."""
    inside = worlds.place("far-village", within=worlds.place("far-county"))
    worlds.place("east-street", within=place.cell.place)
    other = Initiative.objects.create(slug="elsewhere", name="Elsewhere", starts_on=date(2026, 1, 1))
    worlds.activity(other, "far-class", populations=worlds.population("elders"), places=inside)
    sign_in(client, place)
    said = text(client.get(place.url(PAGE)))
    assert "Far village" not in said.partition("<table")[2]
    assert "East street" in said.partition("<table")[2], "what lies in a place that is named may lack something"
    assert "no need here names them: 1 population, 2 places." in said
    assert 'href="?words=all"' in said
    everything = text(client.get(place.url(f"{PAGE}?words=all"))).partition("<table")
    assert "Far village" in everything[2]
    assert "Elders" in everything[2]
    assert "Leave out what nothing here names" in everything[0]
    asked = text(client.get(place.url(f"{PAGE}?place=far-village"))).partition("<table")[2]
    assert "Far village" in asked, "what is asked for by name is there"
    assert "Elders" not in asked
    assert 'value="elders"' in said, "and can be asked for"


def test_a_cell_says_how_many_do_something_while_nobody_said_how_much(place, client):
    """As in a directory, which names services and no capacity: one, or several, and of whom."""
    foster = place.cell.population
    for number, leader in enumerate((place.partners[0], place.partners[0], place.partners[1])):
        worlds.activity(
            place.initiative, f"listed-{number}", leader=leader, strategies=place.twice.strategy, populations=foster,
            places=place.twice.place if number else {place.twice.place: Decimal("0.5"), place.cell.place: Decimal("0.5")},
        )  # fmt: skip
    said = text(sign_in(client, place).get(place.url(PAGE)))
    assert "<b>Unknown</b><small>1 activity</small>" in said
    assert "<b>Unknown</b><small>3 activities, several partners</small>" in said
    Activity.objects.get(slug="listed-2").delete()
    assert "<b>Unknown</b><small>2 activities</small>" in text(client.get(place.url(PAGE)))


def test_the_address_says_rows_columns_values_day_and_states(place, client):
    sign_in(client, place)
    said = text(client.get(place.url(f"{PAGE}?rows=strategy&columns=population&place=eastside")))
    assert "Eastside" in said
    assert "160 of 100" not in said
    assert "160 of 100" not in text(client.get(place.url(f"{PAGE}?only=gap")))
    assert "160 of 100" not in text(client.get(place.url(f"{PAGE}?day=2026-06-30")))
    for wrong in ("rows=x", "day=tomorrow", "place=nowhere", "only=x", "page=9", "rows=place&columns=place"):
        assert client.get(place.url(f"{PAGE}?{wrong}")).status_code == 200


def test_a_cell_shows_what_it_was_judged_by(place, client):
    said = text(sign_in(client, place).get(place.url("activities/gaps/trained/resume-class/all-youth/downtown/")))
    for words in (
        "Twice?: 160 of 100", "Class 0", "Class 1", "Offered: 160 places, by 2 activities.", "That is 160% of the need.",
        "intake lists", "2 of 2 running activities are counted", "?strategy=trained%2Fresume-class&amp;population=all-youth",
    ):  # fmt: skip
        assert words in said, words
    assert client.get(place.url("activities/gaps/trained/resume-class/all-youth/nowhere/")).status_code == 404


def test_a_need_is_set_with_its_source_and_taken_back(place, client):
    sign_in(client, place)
    wrong = client.post(place.url(CELL), {"form": "need", "amount": "50", "unit": "places", "as_of": "2026-08-01"})
    assert wrong.status_code == 422
    right = {"form": "need", "amount": "50", "unit": "places", "source": "P6 intake list", "as_of": "2026-08-01"}
    said = text(client.post(place.url(CELL), right, follow=True))
    assert "Gap: 0 of 50" in said
    assert "set the need of Paid internships × Foster youth × Eastside: 50 places (P6 intake list)" in said
    for row in Need.objects.filter(**place.cell.fields):
        client.post(place.url(CELL), {"form": "remove", "row": row.pk})
    assert "Unknown" in text(client.get(place.url(CELL)))
    assert Change.objects.filter(verb="need.removed").count() == 2


def test_a_wanted_overlap_needs_a_reason_and_lapses_within_twelve_months(place, client):
    today, ana = date(2026, 11, 15), place.people.ana
    about_it = {"initiative": place.initiative, "where": place.twice, "today": today, "by": ana}
    for reason, until, code in (
        (" ", date(2027, 1, 1), "overlap.no_reason"),
        ("night and day", date(2027, 11, 16), "overlap.expiry"),
        ("night and day", today, "overlap.expiry"),
    ):
        with pytest.raises(Refused) as caught:
            needs.agree(reason=reason, expires_on=until, **about_it)
        assert codes(caught) == [code]
    first = needs.agree(reason="night and day", expires_on=date(2027, 11, 15), **about_it)
    with pytest.raises(Refused):
        needs.agree(reason="once more", expires_on=date(2027, 1, 1), **about_it)
    later = {**about_it, "today": date(2027, 12, 1)}
    needs.agree(reason="still so", expires_on=date(2028, 1, 1), **later)
    first.refresh_from_db()
    assert first.ended_on == date(2027, 12, 1)
    needs.end_overlap(overlap=Coordination.objects.get(reason="still so"), today=date(2027, 12, 5), by=ana)
    assert Coordination.objects.filter(ended_on=None).count() == 0


def test_marking_on_the_page_clears_the_duplication(place, client):
    page = place.url("activities/gaps/trained/resume-class/all-youth/downtown/")
    until = (timezone.localdate() + timedelta(days=90)).isoformat()
    sign_in(client, place)
    said = text(client.post(page, {"form": "overlap", "reason": "One at night", "expires_on": until}, follow=True))
    assert "Agreed: 160 of 100" in said
    row = Coordination.objects.get()
    assert "Twice?: 160 of 100" in text(client.post(page, {"form": "end", "row": row.pk}, follow=True))


def test_a_what_if_is_asked_of_a_cell_by_whoever_takes_part(place, client):
    sign_in(client, place, "ben")
    said = text(client.post(place.url(CELL), {"form": "what_if", "text": "P5 moves one class east?"}, follow=True))
    assert "P5 moves one class east?" in said
    assert [one.text for one in about(place.initiative, place.cell.row)] == ["P5 moves one class east?"]
    assert Learning.objects.get().partner == place.partners[0]
    assert client.post(place.url(CELL), {"form": "need", "amount": "1"}).status_code == 403
    client.force_login(factories.user_of(place.people.fay))
    for page in (PAGE, CELL, f"{PAGE}files/gaps.csv", f"{PAGE}changes/"):
        assert client.get(place.url(page)).status_code == 404


def test_two_days_are_compared(place, client):
    sign_in(client, place)
    said = text(client.get(place.url(f"{PAGE}changes/?since=2026-06-01&until=2026-11-15")))
    assert "2 cells changed their state." in said
    same = text(client.get(place.url(f"{PAGE}changes/?since=2026-11-01&until=2026-11-15")))
    assert "Every cell is in the same state on both days." in same
    assert client.get(place.url(f"{PAGE}changes/?since=x&until=2026-11-15")).status_code == 422
    before = text(client.get(place.url(f"{CELL}?day=2026-11-15&since=2026-06-01")))
    assert re.search(r"On 1 Jun( 2026)? it was", before)


def test_the_matrix_and_its_needs_are_taken_along(place, client):
    sign_in(client, place)
    rows = client.get(place.url(f"{PAGE}files/gaps.csv?only=gap")).content.decode("utf-8-sig").splitlines()
    assert rows[0].startswith("strategy,population,place,strategy_name")
    assert [row.split(",")[0:3] for row in rows[1:]] == [["trained/paid-internships", "foster-youth", "eastside"]]
    assert client.get(place.url(f"{PAGE}files/gaps.xlsx")).content[:2] == b"PK"
    written = client.get(place.url(f"{PAGE}files/needs.csv")).content
    again = client.post(place.url(f"{PAGE}needs/"), {"file": SimpleUploadedFile("needs.csv", written)})
    assert "The file says nothing new." in text(again)


def test_needs_are_brought_in_after_a_look_at_what_they_would_set(place, client):
    sign_in(client, place)
    page = place.url(f"{PAGE}needs/")
    head = "strategy,population,place,amount,unit,source,as_of\n"
    wrong = head + "nowhere,foster-youth,Eastside,x,places,us,2026-08-01\n,all-youth,downtown,5,,us,2026-08-01\n"
    answer = client.post(page, {"file": SimpleUploadedFile("n.csv", wrong.encode())})
    assert answer.status_code == 422
    assert "There is no strategy “nowhere”." in text(answer)
    good = head + "resume-class,Foster youth,eastside,12.5,places,us,2026-08-01\n"
    look = client.post(page, {"file": SimpleUploadedFile("n.csv", good.encode())})
    assert "New: 1. Different: 0." in text(look)
    assert Need.objects.count() == 2
    client.post(page, {"content": pack(good.encode()), "apply": "1"})
    assert Need.objects.get(amount=Decimal("12.5")).place.slug == "eastside"
    assert client.post(page, {}).status_code == 422


def test_the_api_tells_the_same(place, client):
    sign_in(client, place)
    found = client.get(place.api("gaps/?day=2026-11-15&state=gap")).json()
    assert (found["running"], found["untagged"], found["counts"]["gap"], found["counts"]["unknown"]) == (2, 0, 1, 6)
    (cell,) = found["cells"]
    assert (cell["strategy"], cell["because"]) == ("trained/paid-internships", None)
    assert (Decimal(cell["need"]), Decimal(cell["supply"])) == (40, 0)
    assert client.get(place.api("gaps/?day=soon")).status_code == 400


def test_pages_ask_as_much_for_many_as_for_few(place, client):
    sign_in(client, place)

    def asked(page: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(place.url(page)).status_code == 200
        return len(seen)

    pages = (PAGE, "activities/gaps/trained/resume-class/all-youth/downtown/")
    before = [asked(page) for page in pages]
    for number in range(8):
        worlds.activity(
            place.initiative, f"more-{number}", leader=place.partners[2], strategies=place.twice.strategy,
            populations=place.twice.population, places=place.twice.place, capacity=5,
        )  # fmt: skip
        said = Said(place.twice, Decimal(100 + number), "places", "us", date(2026, 9, 1 + number))
        needs.set_need(initiative=place.initiative, said=said, by=place.people.ana)
    assert [asked(page) for page in pages] == before


def test_the_last_group_of_the_matrix_is_not_left_alone_on_a_page(place, client, monkeypatch):
    monkeypatch.setattr("activities.views.gaps.CELLS_ON_A_PAGE", 8)  # two groups of two times two
    sign_in(client, place)

    def shown(query: str) -> tuple[list[str], int]:
        answer = client.get(f"{place.url(PAGE)}?rows=place&columns=population{query}")
        return [group.tag.key for group in answer.context["table"].groups], answer.context["pages"].get("last", 1)

    first = shown("")
    assert (len(first[0]), first[1]) == (2, 1)
    population, there = Population.objects.get(slug="foster-youth"), Place.objects.get(slug="eastside")
    for slug, pages in (("third", [3]), ("fourth", [2, 2]), ("fifth", [2, 3])):
        worlds.need(place.initiative, worlds.strategy(place.initiative, slug), population, there, 5)
        found = [shown(f"&page={at}") for at in range(1, len(pages) + 1)]
        assert [len(groups) for groups, _last in found] == pages
        assert {last for _groups, last in found} == {len(pages)}
        assert len({key for groups, _last in found for key in groups}) == sum(pages), "each is on one page"
