"""The roster: who takes part and since when, told to those who count, and closed to those who may not change it."""

from __future__ import annotations

from datetime import date

import pytest

from backbone.models import Change, Initiative, Participation, Partner
from backbone.problems import Refused
from backbone.roles import Role
from backbone.services import initiatives, partners
from measures.models import StaleMark
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_of(client, riverside):
    def enter(name: str):
        client.force_login(factories.user_of(getattr(riverside.people, name)))
        return client

    return enter


def codes(problem_source: Refused) -> list[str]:
    return [problem.code for problem in problem_source.problems]


# --- services ---


def test_a_partner_joins_changes_and_leaves(in_riverside):
    by = in_riverside.people.ana
    part = partners.join(
        initiative=in_riverside.initiative, code="P9", name="Health centre", joins_on=date(2026, 1, 15), by=by
    )
    assert (part.partner.name, part.joins_on, part.leaves_on) == ("Health centre", date(2026, 1, 15), None)
    assert partners.change(participation=part, by=by, sector="Health", leaves_on=date(2026, 6, 30))
    part.refresh_from_db()
    assert (Partner.objects.get(code="P9").sector, part.leaves_on) == ("Health", date(2026, 6, 30))
    verbs = list(Change.objects.order_by("id").values_list("verb", flat=True))
    assert verbs == ["partner.joined", "partner.left"]
    left = Change.objects.last()
    assert left.facts["fields"] == {"sector": ["", "Health"], "leaves_on": [None, "2026-06-30"]}
    assert not partners.change(participation=part, by=by, sector="Health", leaves_on=date(2026, 6, 30))
    assert Change.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"code": "P1"}, "partner.twice"),
        ({"code": "a/b"}, "partner.code"),
        ({"code": "new"}, "partner.code"),
        ({"code": "x" * 41}, "field.wrong"),
        ({"code": "P9", "joins_on": date(2026, 2, 1), "leaves_on": date(2026, 1, 1)}, "partner.dates"),
    ],
)
def test_a_wrong_partner_is_refused_and_not_written(in_riverside, fields, code):
    with pytest.raises(Refused) as refused:
        partners.join(initiative=in_riverside.initiative, by=None, name="Somebody", **fields)
    assert codes(refused.value) == [code]
    assert Partner.objects.count() == 3


def test_one_wrong_partner_among_many_stops_them_all(in_riverside):
    rows = [{"code": "P8"}, {"code": "P1", "leaves_on": date(2020, 1, 1)}, {"code": "a b"}]
    with pytest.raises(Refused) as refused:
        partners.put_many(initiative=in_riverside.initiative, rows=rows, by=None)
    assert [(p.code, p.params["code"]) for p in refused.value.problems] == [
        ("partner.dates", "P1"),
        ("partner.code", "a b"),
    ]
    assert Partner.objects.count() == 3


def test_a_joiner_and_a_leaver_mark_the_months_that_change_and_no_others(in_riverside):
    initiative = in_riverside.initiative
    indicator = factories.make_indicator(initiative)
    factories.make_figure(indicator, in_riverside.partners[0], date(2025, 7, 1), 5)
    part = Participation.objects.get(partner__code="P2")
    partners.change(participation=part, by=None, leaves_on=date(2027, 12, 31))
    assert not StaleMark.objects.exists()  # nothing of it lies in the past
    partners.change(participation=part, by=None, leaves_on=date(2026, 9, 30))
    marks = set(StaleMark.objects.values_list("indicator", "period", "partner_id"))
    assert (indicator.pk, date(2026, 10, 1), part.partner_id) in marks
    assert {partner for _i, _p, partner in marks} == {part.partner_id}
    assert (indicator.pk, date(2025, 7, 1), part.partner_id) not in marks  # further back than a year's edge


def test_what_has_filed_stays_on_the_roster_and_what_has_not_may_go(in_riverside):
    indicator = factories.make_indicator(in_riverside.initiative)
    factories.make_figure(indicator, in_riverside.partners[1], date(2026, 3, 1), 5)
    with pytest.raises(Refused) as refused:
        partners.remove(participation=Participation.objects.get(partner__code="P2"), by=None)
    assert codes(refused.value) == ["partner.has_figures"]
    assert "2026-03" in refused.value.problems[0].message
    with pytest.raises(Refused) as refused:
        partners.remove(participation=Participation.objects.get(partner__code="P1"), by=None)
    assert codes(refused.value) == ["partner.has_people"]
    partners.remove(participation=Participation.objects.get(partner__code="P3"), by=None)
    assert not Participation.objects.filter(partner__code="P3").exists()
    assert Change.objects.get(verb="partner.removed").facts["code"] == "P3"


def test_an_initiative_begins_once_and_not_under_a_reserved_name(in_riverside):
    day = date(2026, 1, 1)
    made = initiatives.create_initiative(slug="early-years", name="Early Years", starts_on=day, by=None)
    assert Initiative.objects.count() == 2
    for slug in ("early-years", "new", "Early"):
        with pytest.raises(Refused) as refused:
            initiatives.create_initiative(slug=slug, name="Again", starts_on=day, by=None)
        assert refused.value.problems
    with pytest.raises(Refused):
        initiatives.change_initiative(initiative=made, by=None, ends_on=date(2025, 1, 1))
    changed = initiatives.change_initiative(initiative=made, by=None, name="Early Years", attribution="Census")
    assert changed == {"attribution": ["", "Census"]}


# --- pages ---


def test_staff_see_who_files_and_when_last(riverside, client_of):
    with riverside.scope():
        filing = factories.make_figure(
            factories.make_indicator(riverside.initiative), riverside.partners[0], date(2026, 3, 1), 5
        ).filing
        filing.submitted_at = "2026-04-02T12:00Z"
        filing.save()
    html = client_of("ana").get("/o/riverside/-/partners/").content.decode()
    assert "Ben" in html
    assert "Mar 2026" in html
    assert "2 have nobody who files." in html
    html = client_of("ben").get("/o/riverside/-/partners/").content.decode()
    assert "Partner P2" in html
    assert "Last filed" not in html
    assert client_of("fay").get("/o/riverside/-/partners/").status_code == 404


def test_a_steward_adds_a_partner_and_gives_it_a_last_day(riverside, client_of):
    ana = client_of("ana")
    page = ana.get("/o/riverside/-/partners/new/")
    assert page.status_code == 200
    fields = {"initiative": riverside.initiative.pk, "code": "P9", "name": "Health centre", "joins_on": "2026-01-01"}
    answer = ana.post("/o/riverside/-/partners/new/", fields)
    assert answer.status_code == 302
    assert answer["Location"] == "/o/riverside/-/partners/P9/"
    again = ana.post("/o/riverside/-/partners/new/", fields)
    assert again.status_code == 422
    assert "P9 takes part already" in again.content.decode()
    page = ana.get("/o/riverside/-/partners/P9/").content.decode()
    assert "Nobody files for it, and nobody leads" in page
    wrong = {"form": "in-work", "in-work-joins_on": "2026-01-01", "in-work-leaves_on": "2025-12-31"}
    answer = ana.post("/o/riverside/-/partners/P9/", wrong)
    assert answer.status_code == 422
    assert "before it joins on 2026-01-01" in answer.content.decode()
    answer = ana.post("/o/riverside/-/partners/P9/", wrong | {"in-work-leaves_on": "2026-06-30"})
    assert answer.status_code == 302
    answer = ana.post("/o/riverside/-/partners/P9/", {"form": "name", "name": "Clinic", "sector": "Health"})
    assert answer.status_code == 302
    with riverside.scope():
        part = Participation.objects.select_related("partner").get(partner__code="P9")
        assert (part.leaves_on, part.partner.name, part.partner.sector) == (date(2026, 6, 30), "Clinic", "Health")
        url = f"/o/riverside/-/partners/P9/remove/{part.pk}/"
    assert ana.post(url).status_code == 302
    with riverside.scope():
        assert not Participation.objects.filter(partner__code="P9").exists()


@pytest.mark.parametrize(
    ("path", "ben", "fay", "sam"),
    [
        ("-/partners/new/", 403, 404, 404),
        ("-/partners/P1/", 403, 404, 404),
        ("-/initiatives/new/", 404, 404, 404),
        ("-/initiatives/work/", 404, 404, 404),
    ],
)
def test_only_staff_change_the_roster(riverside, hillcrest, client, path, ben, fay, sam):
    for person, status in ((riverside.people.ben, ben), (riverside.people.fay, fay), (hillcrest.people.sam, sam)):
        client.force_login(factories.user_of(person))
        assert client.get(f"/o/riverside/{path}").status_code == status, person.name


def test_another_tenants_partner_is_not_there(riverside, hillcrest, client_of):
    with hillcrest.scope():
        factories.make_partner(hillcrest.initiative, code="H1")
        theirs = Participation.objects.get(partner__code="H1")
    ana = client_of("ana")
    assert ana.get("/o/riverside/-/partners/H1/").status_code == 404
    assert ana.post(f"/o/riverside/-/partners/P1/remove/{theirs.pk}/").status_code == 404
    wrong = {"initiative": hillcrest.initiative.pk, "code": "P9", "name": "Nine", "joins_on": "2026-01-01"}
    if hillcrest.initiative.pk != riverside.initiative.pk:
        assert ana.post("/o/riverside/-/partners/new/", wrong).status_code == 422


def test_an_admin_begins_an_initiative_with_a_template_or_with_its_first_question(riverside, client_of):
    ana = client_of("ana")
    answer = ana.post("/o/riverside/-/initiatives/new/", {"name": "Early Years!", "starts_on": "2026-01-01"})
    assert answer.status_code == 302
    assert answer["Location"] == "/o/riverside/early-years/templates/"
    assert "/o/riverside/early-years/agenda/" in ana.get(answer["Location"]).content.decode()
    page = ana.get("/o/riverside/early-years/agenda/").content.decode()
    assert "What will be true when you have succeeded?" in page
    assert ana.get("/o/riverside/").status_code == 200
    answer = ana.post(
        "/o/riverside/-/initiatives/early-years/",
        {"name": "Early Years", "starts_on": "2026-01-01", "attribution": "Figures of the Census Office."},
    )
    assert answer.status_code == 302
    assert "Figures of the Census Office." in ana.get("/o/riverside/early-years/agenda/").content.decode()


def test_a_tenant_without_an_initiative_says_what_to_do_first(client, db):
    from backbone.models import Tenant
    from backbone.tenancy import tenant_scope

    tenant = Tenant.objects.create(slug="bare", name="Bare")
    with tenant_scope(tenant):
        admin = factories.make_member("a@bare.example", "Ada", Role.BACKBONE_ADMIN)
        other = factories.make_member("e@bare.example", "Eve", Role.EVALUATOR)
    client.force_login(factories.user_of(admin))
    assert "/o/bare/-/initiatives/new/" in client.get("/o/bare/").content.decode()
    assert "First an initiative" in client.get("/o/bare/-/partners/").content.decode()
    client.force_login(factories.user_of(other))
    assert "/o/bare/-/initiatives/new/" not in client.get("/o/bare/").content.decode()


def test_the_list_asks_as_many_queries_for_thirty_partners_as_for_three(
    riverside, client_of, django_assert_max_num_queries
):
    ana = client_of("ana")
    with django_assert_max_num_queries(60) as few:
        ana.get("/o/riverside/-/partners/")
    with riverside.scope():
        for number in range(10, 37):
            factories.make_partner(riverside.initiative, code=f"P{number}")
    with django_assert_max_num_queries(60) as many:
        ana.get("/o/riverside/-/partners/")
    assert len(many) <= len(few)


def test_a_long_list_comes_in_pages_and_is_searched(riverside, client_of):
    with riverside.scope():
        for number in range(10, 90):
            factories.make_partner(riverside.initiative, code=f"P{number}", sector="Health" if number == 88 else "")
    ana = client_of("ana")
    first = ana.get("/o/riverside/-/partners/").content.decode()
    assert "P10" in first
    assert "P88" not in first
    assert "P88" in ana.get("/o/riverside/-/partners/?page=2").content.decode()
    found = ana.get("/o/riverside/-/partners/?q=health").content.decode()
    assert "P88" in found
    assert "P10" not in found
    assert "No partner has these words." in ana.get("/o/riverside/-/partners/?q=zebra").content.decode()
