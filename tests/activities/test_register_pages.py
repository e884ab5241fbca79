"""The register's pages: found by the address, in three views, and one activity changed through its forms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities.models import Activity, Commitment, Funding, Milestone, Place, Population
from activities.rules.shares import even
from activities.selectors.written import written_out
from activities.services import progress, register
from activities.views import editing
from backbone.problems import Refused
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(in_riverside):
    """Three activities that differ in everything that can be asked for."""
    initiative, (p1, p2, _p3) = in_riverside.initiative, in_riverside.partners
    classes, coaching = (factories.make_strategy(initiative, slug) for slug in ("classes", "coaching"))
    youth, parents = (factories.make_population(slug) for slug in ("youth", "parents"))
    city = factories.make_place("city")
    mill, valley = factories.make_place("mill", within=city), factories.make_place("valley")
    training = factories.make_service_type("training")
    welding = factories.make_service_type("welding", under=training)
    factories.make_activity(
        initiative, "welding-class", partners=[p1, p2], strategies=[classes], populations=[youth], places=[mill],
        service_type=welding, capacity=Decimal(40),
    )  # fmt: skip
    factories.make_activity(
        initiative, "coaching-hours", partners=[p2], strategies=[coaching], populations=[parents], places=[valley],
        status="planned", starts_on=in_riverside.tenant.day() + timedelta(days=30),
    )  # fmt: skip
    factories.make_activity(
        initiative, "old-fair", starts_on=date(2025, 7, 1), ends_on=date(2025, 7, 2), description="A fair on the square"
    )
    return in_riverside


def sign_in(client, place, who="ana"):
    client.force_login(factories.user_of(getattr(place.people, who)))
    return client


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", {"Welding class", "Coaching hours", "Old fair"}),
        ("strategy=trained/classes", {"Welding class"}),
        ("kind=training", {"Welding class"}),
        ("population=parents", {"Coaching hours"}),
        ("place=city", {"Welding class"}),
        ("partner=P2", {"Welding class", "Coaching hours"}),
        ("status=active", {"Welding class"}),
        ("status=planned", {"Coaching hours"}),
        ("status=ended", {"Old fair"}),
        ("on=2025-07-02", {"Welding class", "Old fair"}),
        ("q=square", {"Old fair"}),
        ("q=class&partner=P1", {"Welding class"}),
        ("place=nowhere&partner=P99&on=yesterday", {"Welding class", "Coaching hours", "Old fair"}),
        ("place=valley&population=youth", set()),
    ],
)
@pytest.mark.parametrize("view", ["table", "board", "timeline"])
def test_the_address_says_what_is_looked_for_and_each_view_finds_the_same(client, place, asked, found, view):
    page = sign_in(client, place).get(place.url(f"activities/?view={view}&{asked}"))
    text = page.content.decode()
    assert page.status_code == 200
    assert {name for name in ("Welding class", "Coaching hours", "Old fair") if f">{name}</a>" in text} == found


@pytest.mark.parametrize("view", ["table", "board", "timeline"])
def test_a_view_asks_the_database_as_often_for_many_as_for_few(client, place, view):
    sign_in(client, place)
    youth, mill = Population.objects.get(slug="youth"), Place.objects.get(slug="mill")
    counts = []
    for more in (0, 30):
        for n in range(more):
            tags = {"populations": [youth], "places": [mill], "partners": place.partners[:2]}
            Milestone.objects.create(
                activity=factories.make_activity(place.initiative, f"more-{n}", **tags),
                title="Begin",
                due_on=place.tenant.day(),
            )
        with CaptureQueriesContext(connection) as asked:
            assert client.get(place.url(f"activities/?view={view}")).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_an_activity_is_added_with_even_shares_and_those_who_take_part(client, place):
    sent = {
        "name": "Evening class", "status": "active", "starts_on": "2026-09-01", "capacity": "60",
        "capacity_unit": "places", "service_type": "welding", "strategies:trained/classes": "on",
        "populations:youth": "on", "populations:parents": "on", "places:city": "on", "places:mill": "on",
        "places:valley": "on", "places:valley:share": "50", "lead": "P1", "others": ["P1", "P2"],
    }  # fmt: skip
    page = sign_in(client, place).post(place.url("activities/new/"), sent)
    assert page.status_code == 302, page.content.decode()
    said = written_out(place.initiative)["evening-class"]
    assert said.populations == even(["youth", "parents"]) or said.populations == even(["parents", "youth"])
    assert said.places == {"city": Decimal("0.25"), "mill": Decimal("0.25"), "valley": Decimal("0.5")}
    assert [(one.partner, one.part) for one in said.parts] == [("P1", "leads"), ("P2", "delivers")]


def test_what_does_not_hold_comes_back_with_what_was_typed(client, place):
    sent = {
        "name": "Evening class",
        "status": "active",
        "capacity": "60",
        "places:city": "on",
        "places:city:share": "40",
    }
    page = sign_in(client, place).post(place.url("activities/new/"), sent)
    text = page.content.decode()
    assert page.status_code == 422
    assert "The shares sum to 0.4" in text
    assert 'value="Evening class"' in text
    page = client.post(place.url("activities/new/"), {"name": "Evening class", "status": "active", "capacity": "60"})
    assert page.status_code == 422
    assert "Say since when it is active" in page.content.decode()
    assert "Say what the capacity is counted in" in page.content.decode()


def test_an_edit_keeps_what_the_form_does_not_ask(client, place):
    sign_in(client, place)
    before = written_out(place.initiative)["welding-class"]
    sent = {"name": "Welding", "status": "active", "starts_on": "2026-01-05", "places:mill": "on"}
    assert client.post(place.url("activities/register/welding-class/edit/"), sent).status_code == 302
    after = written_out(place.initiative)["welding-class"]
    assert after.name == "Welding"
    assert after.parts == before.parts
    assert after.strategies == {}


def rows(sort, *sent, initial=0):
    """What a page of rows sends."""
    found = {f"{sort}-TOTAL_FORMS": len(sent), f"{sort}-INITIAL_FORMS": initial}
    for n, row in enumerate(sent):
        found |= {f"{sort}-{n}-{name}": value for name, value in row.items()}
    return found


def test_partners_milestones_and_money_are_changed_in_rows(client, place):
    sign_in(client, place)
    here = "activities/register/welding-class/"
    lead = {"partner": "P2", "part": "leads", "promise": "two rooms", "owner": place.people.ben.pk}
    sent = rows("parts", {"partner": "P1", "part": "refers"}, lead, initial=2)
    assert client.post(place.url(f"{here}partners/"), sent).status_code == 302
    part = Commitment.objects.get(partner__code="P2", activity__slug="welding-class")
    assert (part.part, part.promise, part.owner) == ("leads", "two rooms", place.people.ben)
    step = {"title": "Rooms booked", "due_on": "2026-12-01"}
    assert client.post(place.url(f"{here}milestones/"), rows("steps", step, {"title": ""})).status_code == 302
    assert Milestone.objects.get().due_on == date(2026, 12, 1)
    money = {"funder": "City", "amount": "1200.50", "currency": "usd"}
    assert client.post(place.url(f"{here}money/"), rows("money", money)).status_code == 302
    assert Funding.objects.get().currency == "USD"
    gone = rows("money", money | {"DELETE": "on"}, initial=1)
    assert client.post(place.url(f"{here}money/"), gone).status_code == 302
    assert not Funding.objects.exists()


def test_two_leads_are_refused_on_top_of_the_rows(client, place):
    sent = rows("parts", {"partner": "P1", "part": "leads"}, {"partner": "P2", "part": "leads"}, initial=2)
    page = sign_in(client, place).post(place.url("activities/register/welding-class/partners/"), sent)
    assert page.status_code == 422
    assert "both lead it" in page.content.decode()


def test_a_milestone_is_marked_done_and_that_is_taken_back(client, place):
    sign_in(client, place)
    row = Activity.objects.get(slug="welding-class")
    step = Milestone.objects.create(activity=row, title="Rooms booked", due_on=date(2026, 1, 1), owner=place.people.ben)
    where = place.url("activities/register/welding-class/done/")
    client.post(where, {"sort": "milestone", "row": step.pk})
    step.refresh_from_db()
    assert step.done_on == place.tenant.day()
    client.post(where, {"sort": "milestone", "row": step.pk, "undo": "1"})
    step.refresh_from_db()
    assert step.done_on is None
    assert client.post(where, {"sort": "milestone", "row": "999999"}).status_code == 404
    part = row.commitments.get(part="leads")
    client.post(where, {"sort": "commitment", "row": part.pk})
    part.refresh_from_db()
    assert part.done_on == place.tenant.day()


def test_a_status_is_changed_by_one_button_and_changed_back(client, place):
    sign_in(client, place)
    where = place.url("activities/register/coaching-hours/status/")
    client.post(where, {"status": "paused"})
    assert Activity.objects.get(slug="coaching-hours").status == "paused"
    client.post(where, {"status": "planned"})
    assert Activity.objects.get(slug="coaching-hours").status == "planned"
    assert client.post(where, {"status": "magic"}).status_code == 404
    client.post(place.url("activities/register/welding-class/status/"), {"status": "ended"})
    assert Activity.objects.get(slug="welding-class").ends_on == place.tenant.day()


def test_an_activity_is_taken_out_only_after_asking(client, place):
    where = place.url("activities/register/old-fair/remove/")
    assert "cannot be brought back" in sign_in(client, place).get(where).content.decode()
    assert Activity.objects.filter(slug="old-fair").exists()
    client.post(where)
    assert not Activity.objects.filter(slug="old-fair").exists()


def test_who_only_takes_part_takes_nothing_out_and_puts_nobody_out(client, place):
    """Welding is P2's here and P1 only takes part: Ben of P1 corrects it, and neither ends P2's part nor takes it out."""
    row = Activity.objects.get(slug="welding-class")
    row.commitments.filter(partner=place.partners[0]).update(part="refers")
    row.commitments.filter(partner=place.partners[1]).update(part="leads")
    sign_in(client, place, "ben")
    where = place.url("activities/register/welding-class/")
    page = client.get(where).content.decode()
    assert f'href="{where}edit/"' in page
    assert f'href="{where}remove/"' not in page
    assert client.get(f"{where}remove/").status_code == client.post(f"{where}remove/").status_code == 404
    with pytest.raises(Refused, match="led by another organization"):
        register.remove(activity=row, by=place.people.ben)
    said = written_out(place.initiative, ["welding-class"])["welding-class"]
    alone = replace(said, parts=tuple(one for one in said.parts if one.partner == "P1"))
    with pytest.raises(Refused, match="that one or the backbone says who else has a part"):
        register.put(initiative=place.initiative, said=alone, by=place.people.ben)
    left = replace(said, parts=tuple(one for one in said.parts if one.partner == "P2"))
    with pytest.raises(Refused, match="your organization has no part in it"):
        register.put(initiative=place.initiative, said=left, by=place.people.ben)
    row.commitments.filter(partner=place.partners[1]).update(part="delivers")
    row.commitments.filter(partner=place.partners[0]).update(part="leads")
    client.post(f"{where}remove/")
    assert not Activity.objects.filter(slug="welding-class").exists()


def test_a_filer_changes_what_the_own_organization_has_a_part_in_and_no_other(client, place):
    sign_in(client, place, "ben")
    assert client.get(place.url("activities/register/welding-class/edit/")).status_code == 200
    assert client.get(place.url("activities/register/coaching-hours/edit/")).status_code == 404
    assert client.post(place.url("activities/register/coaching-hours/status/"), {"status": "paused"}).status_code == 404
    text = client.get(place.url("activities/register/coaching-hours/")).content.decode()
    assert "Take it out" not in text
    page = client.post(place.url("activities/new/"), {"name": "Theirs", "status": "planned", "lead": "P2"})
    assert page.status_code == 422
    assert "not yours to change" in page.content.decode()
    assert (
        client.post(place.url("activities/new/"), {"name": "Ours", "status": "planned", "lead": "P1"}).status_code
        == 302
    )


def test_a_funder_finds_no_register(client, place):
    sign_in(client, place, "fay")
    assert client.get(place.url("activities/")).status_code == 404
    assert client.get(place.url("activities/register/welding-class/")).status_code == 404


def test_the_words_are_put_in_changed_and_retired(client, place):
    sign_in(client, place)
    here = place.url("activities/words/kinds/")
    client.post(here, {"starter": "1"})
    text = client.get(here).content.decode()
    assert "Internship" in text
    assert client.post(here, {"starter": "1"}).status_code == 302
    assert client.get(here).content.decode().count(">Internship ") == 1
    assert (
        client.post(place.url("activities/words/places/"), {"name": "East side", "parent": "city"}).status_code == 302
    )
    one = place.url("activities/words/places/east-side/")
    assert client.post(one, {"name": "Eastside", "parent": ""}).status_code == 302
    client.post(one, {"retire": "1"}, follow=True)
    assert "Eastside" not in client.get(place.url("activities/new/")).content.decode()
    client.post(one, {"offer": "1"}, follow=True)
    assert "Eastside" in client.get(place.url("activities/new/")).content.decode()
    page = client.post(place.url("activities/words/places/city/"), {"name": "City", "parent": "mill"})
    assert page.status_code == 422


def test_a_filer_reads_the_words_and_does_not_change_them(client, place):
    sign_in(client, place, "ben")
    assert client.get(place.url("activities/words/places/")).status_code == 200
    assert client.post(place.url("activities/words/places/"), {"name": "Moon"}).status_code == 404
    assert client.get(place.url("activities/words/places/city/")).status_code == 404


def test_who_takes_part_where_nobody_leads_puts_nobody_out_and_takes_no_lead(place):
    """Whoever leads may take it out: taking the lead, or staying alone in it, would be a way there."""
    row = Activity.objects.get(slug="welding-class")
    row.commitments.update(part="delivers")
    said = written_out(place.initiative, ["welding-class"])["welding-class"]
    alone = replace(said, parts=tuple(one for one in said.parts if one.partner == "P1"))
    leading = replace(
        said, parts=tuple(replace(one, part="leads") if one.partner == "P1" else one for one in said.parts)
    )
    for wanted, words in ((alone, "led by nobody"), (leading, "the backbone says which of you leads")):
        with pytest.raises(Refused, match=words):
            register.put(initiative=place.initiative, said=wanted, by=place.people.ben)
    assert register.put(initiative=place.initiative, said=leading, by=place.people.ana)[1]


def test_what_somebody_took_out_meanwhile_is_told_of(client, place, monkeypatch):
    row = Activity.objects.get(slug="welding-class")
    step = Milestone.objects.create(activity=row, title="Rooms booked", due_on=date(2026, 12, 1))
    part = row.commitments.get(partner=place.partners[0])
    register.remove(activity=Activity.objects.get(pk=row.pk), by=place.people.ana)
    by, today = place.people.ana, date(2026, 11, 20)
    for late in (
        lambda: register.remove(activity=row, by=by),
        lambda: progress.set_status(activity=row, status="paused", by=by, today=today),
        lambda: progress.finish(step=step, by=by, on=today),
        lambda: progress.reopen(step=part, by=by),
    ):
        with pytest.raises(Refused, match="took this out meanwhile"):
            late()
    monkeypatch.setattr(editing, "own_activity_or_404", lambda *asked: row)
    monkeypatch.setattr(editing, "may_remove", lambda *asked: True)
    answer = sign_in(client, place).post(place.url("activities/register/welding-class/remove/"), follow=True)
    assert "took this out meanwhile" in answer.content.decode()
