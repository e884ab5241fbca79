"""Directories of services: which column is what is guessed, everything is shown, and nothing is written before it is said so."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from activities.importing.directory.guessing import guess
from activities.importing.directory.reading import read
from activities.models import Activity, Commitment, Place, Population, ServiceType
from activities.selectors.written import written_out
from activities.views.directories import field_of
from agenda.models import Strategy
from backbone.models import Participation
from backbone.problems import Refused
from tests import factories

pytestmark = pytest.mark.django_db

TABLE = """Agency Name,Program Name,Program ID,Description,Website,Category,Target Population,County,Status,Start Date
House of Hope,Warm meals,1,Meals &amp; talk.<br>Every <b>day</b>,hope.example,Food,Elders; Youth,North County,Active,31/01/2020
House of Hope,Warm meals,2,At the other kitchen,not a page,Food,Elders,South County,Inactive,12/02/2020
Partner P2,Coaching,3,,,Work; Money,Youth,North County,"Active, but do not refer",
Nobody,,4,,,,,,Active,
Nobody,Rides,5,,,Rides,,north  county,Temporarily closed,soon
Nobody,Rides again,5,,,,,,Active,
"""


def sign_in(client, place, who="ana"):
    client.force_login(factories.user_of(getattr(place.people, who)))
    return client


def upload(client, place, *files: tuple[str, bytes]):
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(place.url("activities/bring-in/"), {"files": sent})


def chosen(page, **changes) -> dict:
    """What the page that asks for columns sends as it stands, with changes."""
    form = page.context["form"]
    sent = {name: form.initial.get(name, field.initial) for name, field in form.fields.items()}
    sent = {
        name: list(value) if isinstance(value, tuple) else "" if value is None else value
        for name, value in sent.items()
    }
    files = page.context["files"]
    return sent | {"file_name": [one for one, _ in files], "file_content": [one for _, one in files]} | changes


def preview(client, place, page, **changes):
    return client.post(place.url("activities/bring-in/directory/"), chosen(page, **changes))


def test_columns_are_guessed_by_their_headings_and_by_what_stands_in_them():
    listing = read([("list.csv", TABLE.encode())])
    found = guess(listing, date(2026, 1, 1))
    assert (found.organization, found.name, found.key) == ("Agency Name", "Program Name", "Program ID")
    assert (found.kind, found.populations, found.places) == ("Category", ("Target Population",), ("County",))
    assert (found.status, found.starts_on, found.order, found.separator) == ("Status", "Start Date", "day", ";")
    assert found.source == "list"


def test_a_directory_is_shown_first_and_then_brought_in_whole(in_riverside, client):
    place = in_riverside
    page = upload(sign_in(client, place), place, ("list.csv", TABLE.encode()))
    assert page.status_code == 200
    assert "Which column is what?" in page.content.decode()
    shown = preview(client, place, page)
    plan = shown.context["plan"]
    assert (len(plan.new), plan.left_out["problem"]) == (4, 2)
    assert [(one.name, one.entries, one.partner) for one in plan.organizations] == [
        ("House of Hope", 2, ""), ("Nobody", 3, ""), ("Partner P2", 1, "P2"),
    ]  # fmt: skip
    assert not Activity.objects.exists()
    assert not Place.objects.exists()
    text = shown.content.decode()
    for words in ("has an entry of this name in row 2", "Its id stands in row 6 already", "no address of a web page",
                  "no day that can be read", "It has 2 kinds of service", "is none that is known here", "2 new, 0 known, 0 left out"):  # fmt: skip
        assert words in text
    assert preview(client, place, page, apply="1").status_code == 302
    said = written_out(place.initiative)
    meals = said["warm-meals"]
    assert meals.description == "Meals & talk.\nEvery day"
    assert (meals.service_type, meals.status, meals.starts_on) == ("food", "active", date(2020, 1, 31))
    assert (list(meals.populations), list(meals.places)) == (["elders", "youth"], ["north-county"])
    assert (meals.url, meals.source_key, meals.parts[0].part) == ("https://hope.example", "1", "leads")
    assert (said["warm-meals-2"].status, said["coaching"].status, said["rides"].status) == ("ended", "active", "paused")
    assert said["coaching"].parts[0].partner == "P2"
    assert said["coaching"].starts_on == place.initiative.starts_on
    assert Place.objects.count() == 2
    assert Participation.objects.filter(partner__name="House of Hope").exists()


def test_the_same_directory_again_changes_nothing_and_its_next_version_what_is_different(in_riverside, client):
    place = in_riverside
    page = upload(sign_in(client, place), place, ("list.csv", TABLE.encode()))
    preview(client, place, page, apply="1")
    page = upload(client, place, ("list.csv", TABLE.encode()))
    plan = preview(client, place, page).context["plan"]
    assert (plan.new, plan.changed, plan.unchanged, plan.partners) == ([], [], 4, [])
    other = TABLE.replace("At the other kitchen", "In the old mill").replace("Warm meals,2", "Warm evenings,2")
    page = upload(client, place, ("list.csv", other.encode()))
    assert len(preview(client, place, page).context["plan"].changed) == 1
    preview(client, place, page, apply="1")
    assert written_out(place.initiative)["warm-meals-2"].name == "Warm evenings"
    assert Activity.objects.count() == 4


def test_unknown_organizations_become_partners_are_mapped_or_stay_out(in_riverside, client):
    place = in_riverside
    page = upload(sign_in(client, place), place, ("list.csv", TABLE.encode()))
    decided = {field_of("House of Hope"): "P1", field_of("Nobody"): "*out"}
    shown = preview(client, place, page, **decided)
    assert shown.context["plan"].partners == []
    assert shown.context["plan"].left_out["decided"] == 2
    preview(client, place, page, apply="1", **decided)
    assert set(written_out(place.initiative)) == {"warm-meals", "warm-meals-2", "coaching"}
    assert Commitment.objects.filter(partner__code="P1").count() == 2
    page = upload(client, place, ("list.csv", TABLE.replace("Hope", "Faith").encode()))
    plan = preview(client, place, page, unknown="*none", source="another").context["plan"]
    assert [one.parts for one in plan.new if "meals" in one.slug] == [(), ()]


def test_one_organization_spelt_in_two_ways_is_one(in_riverside, client):
    table = "name,organization\nFood,PANTRY\nClothes,Pantry\nHeat,Pantry\nCoaching,PARTNER P2\n"
    page = upload(sign_in(client, in_riverside), in_riverside, ("list.csv", table.encode()))
    shown = preview(client, in_riverside, page)
    plan = shown.context["plan"]
    assert [(one.name, one.entries, one.partner) for one in plan.organizations] == [
        ("Pantry", 3, ""), ("PARTNER P2", 1, "P2"),
    ]  # fmt: skip
    preview(client, in_riverside, page, apply="1")
    assert Commitment.objects.filter(partner__name="Pantry").count() == 3
    assert not Participation.objects.filter(partner__name="PANTRY").exists()


def test_new_words_are_shown_before_they_are_made_and_five_hundred_warnings_hide_no_other(in_riverside, client):
    rows = "".join(f"Class {n},House,East,soon\n" for n in range(150)) + "Class 1,House,Ask at the old bridge,\n"
    page = upload(
        sign_in(client, in_riverside),
        in_riverside,
        ("list.csv", f"name,organization,place,start date\n{rows}".encode()),
    )
    shown = preview(client, in_riverside, page, places=["place"], starts_on="start date")
    assert shown.context["new_words"]["places"] == [("East", 150), ("Ask at the old bridge", 1)]
    text = " ".join(shown.content.decode().split())
    assert "Ask at the old bridge" in text
    assert "150 services" in text
    assert "has an entry of this name in row 3; both come in." in text
    assert text.count("no day that can be read") == 5
    assert "and in 145 more rows" in text
    assert "151 ·" in text


def test_words_that_are_not_known_are_left_out_where_that_is_said(in_riverside, client):
    place = in_riverside
    factories.make_place("north", name="North County")
    page = upload(sign_in(client, place), place, ("list.csv", TABLE.encode()))
    preview(client, place, page, words="*out", apply="1")
    said = written_out(place.initiative)
    assert list(said["warm-meals"].places) == ["north"]
    assert said["warm-meals-2"].places == {}
    assert not Population.objects.exists()
    assert not ServiceType.objects.exists()


def test_categories_become_strategies_of_an_outcome_where_that_is_said(in_riverside, client):
    place = in_riverside
    page = upload(sign_in(client, place), place, ("list.csv", TABLE.encode()))
    preview(client, place, page, kind="", strategy="Category", outcome="trained", apply="1")
    assert set(Strategy.objects.values_list("title", flat=True)) == {"Food", "Work", "Money", "Rides"}
    assert list(written_out(place.initiative)["coaching"].strategies) == ["trained/work", "trained/money"]


def test_free_text_goes_into_the_description_and_never_into_the_words(in_riverside, client):
    rows = "".join(f"A,Service {n},Whoever lives in street {n} and asks\n" for n in range(30))
    page = upload(
        sign_in(client, in_riverside), in_riverside, ("x.csv", f"agency,program,eligibility\n{rows}".encode())
    )
    shown = preview(client, in_riverside, page, populations=["eligibility"])
    assert shown.context["plan"].free_text == ["eligibility"]
    assert shown.context["plan"].new[0].description.startswith("eligibility: Whoever lives")
    assert not shown.context["plan"].words["populations"].new


def hsds(**tables: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, text in tables.items():
            packed.writestr(f"export/{name}.csv", text)
    return file.getvalue()


def test_tables_shaped_like_hsds_are_joined_by_their_ids():
    listing = read(
        [
            (
                "hsds.zip",
                hsds(
                    organizations="id,name\no1,House of Hope\n",
                    services="id,organization_id,name,status\ns1,o1,Meals,active\ns2,,Rides,active\n",
                    locations="id,organization_id\nl1,o1\n",
                    services_at_location="service_id,location_id\ns2,l1\n",
                    taxonomy_terms="id,name\nt1,Food\nt2,Care\n",
                    service_taxonomies="service_id,taxonomy_term_id\ns1,t1\ns1,t2\n",
                    service_areas="service_id,service_area\ns1,North\ns1,South\n",
                    addresses="location_id,city\nl1,Millbrook\n",
                ),
            )
        ]
    )
    first, second = listing.rows
    assert first["organization: name"] == second["organization: name"] == "House of Hope"
    assert (first["taxonomy: name"], first["service area: name"]) == ("Food; Care", "North; South")
    assert second["address: city"] == "Millbrook"
    assert guess(listing, date(2026, 1, 1)).organization == "organization: name"


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([("a.csv", b"")], "directory.no_rows"),
        ([("a.csv", b"name,agency\n")], "directory.no_rows"),
        ([("a.csv", b"name\n\xff\xfe\xfa\n")], "file.encoding"),
        ([("a.zip", b"PK\x03\x04 broken")], "file.damaged"),
        ([("a.zip", hsds(people="a,b\n1,2\n", things="c,d\n1,2\n"))], "directory.no_services"),
        ([("a.zip", hsds())], "directory.empty"),
    ],
)
def test_a_file_that_is_no_directory_is_told_apart(files, code):
    with pytest.raises(Refused) as caught:
        read(files)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_only_those_who_keep_the_words_bring_in_directories(in_riverside, client):
    sign_in(client, in_riverside, "ben")
    assert client.post(in_riverside.url("activities/bring-in/directory/")).status_code == 404
    client = sign_in(client, in_riverside)
    assert client.get(in_riverside.url("activities/bring-in/directory/")).status_code == 302
    assert client.post(in_riverside.url("activities/bring-in/directory/"), {}).status_code == 302


def test_an_organization_whose_name_is_a_part_of_addresses_comes_in_under_another_code(in_riverside, client):
    page = upload(sign_in(client, in_riverside), in_riverside, ("l.csv", b"name,organization\nA,New\nB,All\n"))
    assert preview(client, in_riverside, page, apply="1").status_code == 302
    named = dict(Commitment.objects.values_list("partner__name", "partner__code"))
    assert named == {"New": "new-2", "All": "all-2"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"name,{','.join(f'c{n}' for n in range(400))}\nA\n", "The file has 401 columns; at most 400 are allowed."),
        ("name,other\nA,&#" + "9" * 140_000 + "\n", "cannot be read as a table"),
    ],
)
def test_a_directory_that_no_page_could_show_is_refused(in_riverside, client, content, words):
    upload(sign_in(client, in_riverside), in_riverside, ("l.csv", content.encode()))
    assert words in client.get(in_riverside.url("activities/bring-in/")).content.decode()


def test_files_that_unpack_to_more_than_is_read_are_refused_together_as_well():
    table = "name\n" + f"{'x' * 999}\n" * 16_000
    assert "file.too_large" in refused_for([("1.zip", hsds(a=table)), ("2.zip", hsds(b=table))])
    row = ",".join("1" * 150)
    wide = f"{','.join(f'c{n}' for n in range(150))}\n" + f"{row}\n" * 14_000
    assert "file.too_many_cells" in refused_for([("a.csv", wide.encode())])


def refused_for(files) -> list[str]:
    with pytest.raises(Refused) as caught:
        read(files)
    return [problem.code for problem in caught.value.problems]


def test_what_is_said_of_a_row_names_the_row_of_the_file():
    listing = read([("l.csv", b'name,since\n\nA,soon\n,,\n"B\nb",x\n')])
    assert listing.numbers == [3, 5]


def test_a_column_that_is_no_list_of_words_is_refused_before_they_are_made(in_riverside, client):
    many = ";".join(f"w{n}" for n in range(1_001))
    page = upload(sign_in(client, in_riverside), in_riverside, ("l.csv", f"name,county\nA,{many}\nB,{many}\n".encode()))
    shown = preview(client, in_riverside, page, apply="1")
    assert shown.status_code == 422
    assert "More than 1000 new words" in shown.context["form"].errors["places"][0]
    assert not Place.objects.exists()


def test_an_entry_takes_as_many_tags_as_shares_make_a_whole(in_riverside, client):
    many = ";".join(f"w{n}" for n in range(401))
    page = upload(sign_in(client, in_riverside), in_riverside, ("l.csv", f"name,county\nA,{many}\nB,{many}\n".encode()))
    assert preview(client, in_riverside, page, apply="1").status_code == 302
    assert len(written_out(in_riverside.initiative)["a"].places) == 400


def test_no_more_organizations_become_partners_than_anybody_could_look_after(in_riverside, client):
    rows = "".join(f"Service {n},Organization {n}\n" for n in range(1_001))
    page = upload(sign_in(client, in_riverside), in_riverside, ("l.csv", f"name,organization\n{rows}".encode()))
    shown = preview(client, in_riverside, page)
    assert "More than 1000 organizations" in shown.context["form"].errors["unknown"][0]
    shown = preview(client, in_riverside, page, unknown="*out")
    assert len(shown.context["organizations"]) == 200
    assert "801 more, with fewer services, become what was chosen for all." in shown.content.decode()
