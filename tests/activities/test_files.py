"""The register in files: what is exported reads back as the same, and everything is shown before it is done."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from activities.importing.judging import Desk, judge
from activities.importing.reading import is_ours, read
from activities.models import Activity, Funding, Milestone
from activities.rules.said import ActivitySaid, MoneySaid, PartSaid, StepSaid
from activities.rules.shares import even
from activities.selectors.written import known, written_out
from activities.services import register
from backbone.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db
TABLES = ("activities", "partners", "milestones", "money")


@pytest.fixture
def place(in_riverside):
    initiative = in_riverside.initiative
    for slug in ("classes", "coaching"):
        factories.make_strategy(initiative, slug)
    factories.make_population("youth")
    for slug in ("east", "west"):
        factories.make_place(slug)
    factories.make_service_type("class")
    factories.make_indicator(initiative)
    said = [
        ActivitySaid(
            "evening", "=Evening, “class”", "Two\nlines", "class", "active", date(2026, 1, 5), None, Decimal("40.5"), "places",
            "https://x.example/", "", "", {"trained/classes": Decimal("0.7"), "trained/coaching": Decimal("0.3")},
            even(["youth"]), even(["east", "west"]), ("completions",),
            (PartSaid("P1", "leads", "rooms", "ben@riverside.example", date(2026, 2, 1)), PartSaid("P2")),
            (StepSaid("First; evening", date(2026, 1, 12), "P1", "", date(2026, 1, 12)),),
            (MoneySaid("City", Decimal("1200.50"), "USD", date(2026, 1, 1)),),
        ),
        ActivitySaid("fair", "Fair", parts=(PartSaid("P2", "leads"),)),
    ]  # fmt: skip
    register.bring_in(initiative=initiative, activities=said, by=None)
    return in_riverside


def sign_in(client, place, who="ana"):
    client.force_login(factories.user_of(getattr(place.people, who)))
    return client


def bring(client, place, *files: tuple[str, bytes], **more):
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(place.url("activities/bring-in/"), {"files": sent, **more})


def apply(client, place, page):
    """Post the form that applies what the page shows."""
    sent = {"file_name": [], "file_content": [], "apply": "1"}
    for name, content in page.context["files"]:
        sent["file_name"].append(name)
        sent["file_content"].append(content)
    return client.post(place.url("activities/bring-in/"), sent)


def exported(client, place, form) -> list[tuple[str, bytes]]:
    return [(f"{table}.{form}", client.get(place.url(f"activities/export/{table}.{form}")).content) for table in TABLES]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_exported_changes_nothing_here_and_makes_the_same_where_there_is_nothing(client, place, form):
    sign_in(client, place)
    files = exported(client, place, form)
    page = bring(client, place, *files)
    assert "No changes" in page.content.decode()
    before = written_out(place.initiative)
    Activity.objects.all().delete()
    page = bring(client, place, *files)
    assert "New: 2" in page.content.decode(), page.content.decode()
    assert not Activity.objects.exists()
    assert apply(client, place, page).status_code == 302
    assert written_out(place.initiative) == before
    assert "No changes" in bring(client, place, *files).content.decode()


def test_an_export_holds_what_the_filters_find_and_no_address_for_those_who_only_read(client, place):
    sign_in(client, place)
    text = client.get(place.url("activities/export/activities.csv?partner=P1")).content.decode()
    assert "evening" in text
    assert "fair" not in text
    assert "ben@riverside.example" in client.get(place.url("activities/export/partners.csv")).content.decode()
    eve = factories.make_member("eve@riverside.example", "Eve", Role.EVALUATOR)
    client.force_login(factories.user_of(eve))
    assert "@" not in client.get(place.url("activities/export/partners.csv")).content.decode()


def test_a_blank_leaves_alone_and_what_is_given_changes(client, place):
    sign_in(client, place)
    table = b"slug,name,status,capacity,places,partners\nevening,,,90,east=0.9; west=10%,P1=leads; P3=refers\n"
    page = bring(client, place, ("a.csv", table))
    assert "Different: 1" in page.content.decode()
    apply(client, place, page)
    said = written_out(place.initiative)["evening"]
    assert (said.name, said.status, said.capacity) == ("=Evening, “class”", "active", 90)
    assert said.places == {"east": Decimal("0.9"), "west": Decimal("0.1")}
    assert [(one.partner, one.part, one.promise) for one in said.parts] == [
        ("P1", "leads", "rooms"),
        ("P3", "refers", ""),
    ]


def test_rows_of_milestones_and_money_are_added_to_what_stands(client, place):
    sign_in(client, place)
    steps = b"activity,title,due_on\nfair,Tents,2026-06-01\n"
    money = b"activity,funder,amount,currency\nfair,Mill,300,usd\nevening,Mill,20,USD\n"
    page = bring(client, place, ("steps.csv", steps), ("money.csv", money))
    apply(client, place, page)
    assert Milestone.objects.filter(activity__slug="fair").count() == 1
    assert Milestone.objects.filter(activity__slug="evening").count() == 1
    assert Funding.objects.filter(activity__slug="evening").count() == 2


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("x,X,active,,,", "activity.no_start", "starts_on"),
        ("x,,planned,,,", "activity.no_name", "name"),
        ("x,X,dreaming,,,", "activity.status", "status"),
        ("No Slug,X,planned,,,", "activity.slug", "slug"),
        ("x,X,planned,moon,,", "activity.no_places", "places"),
        ("x,X,planned,east=0.2; west=0.3,,", "share.sum", "places"),
        ("x,X,planned,east=a lot,,", "share.wrong", "places"),
        ("x,X,planned,,P9=leads,", "activity.no_parts", "partners"),
        ("x,X,planned,,P1=leads; P2=leads,", "part.two_leads", "partners"),
        ("x,X,planned,,P1=watches,", "part.unknown", "partners"),
        ("x,X,planned,,,31.31.2026", "date.invalid", "starts_on"),
    ],
)
def test_every_row_is_judged_and_a_wrong_one_stops_all(place, row, code, column):
    text = f"slug,name,status,places,partners,starts_on\ngood,Good,planned,,,\n{row}\n"
    files = read([("a.csv", text.encode())])
    plan = judge(files, Desk(written_out(place.initiative), known(place.initiative)))
    assert (code, 3, column) in [(problem.code, problem.row, problem.column) for _file, problem in plan.errors]


def test_the_bad_rows_come_back_with_what_is_wrong_and_read_again(client, place):
    sign_in(client, place)
    text = b"slug,name,status,places\ngood,Good,planned,east\nbad,Bad,planned,moon\n"
    page = bring(client, place, ("a.csv", text))
    assert page.status_code == 422
    assert apply(client, place, page).status_code == 422
    assert not Activity.objects.filter(slug="good").exists()
    bad = bring(client, place, ("a.csv", text), bad_rows="1").content.decode()
    assert "moon" in bad
    assert "There is no place" in bad
    assert "Good" not in bad
    mended = bad.replace("moon", "west").encode()
    assert "New: 1" in bring(client, place, ("bad-rows.csv", mended)).content.decode()


def test_a_filer_brings_in_what_is_the_own_organization_s_alone(client, place):
    sign_in(client, place, "ben")
    ours = b"slug,name,status,partners\nours,Ours,planned,P1=leads\n"
    assert apply(client, place, bring(client, place, ("a.csv", ours))).status_code == 302
    theirs = b"slug,name,status\nfair,Our fair,planned\n"
    page = bring(client, place, ("a.csv", theirs))
    assert page.status_code == 422
    assert "not yours to change" in page.content.decode()
    other = bring(client, place, ("list.csv", b"program,agency\nMeals,House\n"))
    assert "no table of the register" in other.content.decode()


def test_the_tables_are_known_by_their_columns():
    assert is_ours(b"slug,name,status\na,A,planned\n")
    assert is_ours(b"activity,title,due_on\n")
    assert not is_ours(b"service_name,organization_name\nA,B\n")
    assert not is_ours(b"")


@pytest.mark.parametrize("content", ["", "not base64!", "AAAA"])
def test_a_file_that_was_lost_on_the_way_is_asked_for_again(client, place, content):
    sent = {"file_name": "a.csv", "file_content": content, "apply": "1"}
    page = sign_in(client, place).post(place.url("activities/bring-in/"), sent)
    assert page.status_code == 422
    assert "Choose it again" in page.content.decode()
