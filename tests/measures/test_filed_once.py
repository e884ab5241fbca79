"""A number filed once for several initiatives: by consent, by every rule of the other, with its source in sight."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from backbone.models import Change, Initiative, Participation
from backbone.problems import Refused
from backbone.roles import Role
from backbone.services import keys
from measures.models import Correction, Figure, FiledOnce, Rollup
from measures.rules.carried import Defined, check_direction, is_same, is_worded_alike
from measures.rules.figures import Entry
from measures.services import carried, corrections, filings, reviews, rollups
from tests import factories
from tests.measures.test_filing_service import row

OCTOBER = date(2026, 10, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ninth_of_november():
    with time_machine.travel("2026-11-09T15:00:00Z", tick=False):
        yield


@pytest.fixture
def place(riverside):
    """A second initiative that asks P1 for the same number under another name."""
    with riverside.scope():
        people, p1 = riverside.people, riverside.partners[0]
        riverside.here = factories.make_indicator(riverside.initiative, "completions", definition="Who finished.")
        riverside.other = Initiative.objects.create(slug="health", name="Healthy Riverside", starts_on=date(2025, 7, 1))
        for partner in riverside.partners[:2]:
            Participation.objects.create(initiative=riverside.other, partner=partner, joins_on=date(2025, 7, 1))
        riverside.there = factories.make_indicator(riverside.other, "finished", definition="who  finished.")
        people.lea = factories.make_member("lea@x.example", "Lea", Role.PARTNER_LEAD, partner=p1)
        people.dan = factories.make_member("dan@x.example", "Dan", Role.DATA_STEWARD)
        people.cy = factories.make_member("cy@x.example", "Cy", Role.PARTNER_LEAD, partner=riverside.partners[1])
    return riverside


@pytest.fixture
def inside(place):
    with place.scope():
        yield place


def agree(place, by=None, **changes) -> FiledOnce:
    said = {"partner": place.partners[0], "source": place.here, "indicator": place.there}
    return carried.agree(**{**said, **changes}, by=by or place.people.lea)


def file(place, value, period=OCTOBER, by=None, initiative=None, indicator=None, category="", **more):
    rows = [row(indicator or place.here, place.partners[0], value, period, category)]
    return filings.file_many(
        initiative=initiative or place.initiative, rows=rows, by=by or place.people.ben, submit=True, **more
    )


def found(place, period=OCTOBER) -> list[tuple[str, Decimal, str]]:
    rows = Figure.objects.filter(indicator=place.there, period=period).order_by("category")
    return [(one.category, one.value, one.state) for one in rows]


# --- the rule ---

COUNT = Defined("flow", "people", "month")


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Defined("flow", " People", "month"), True),
        (Defined("stock", "people", "month"), False),
        (Defined("flow", "people", "quarter"), False),
        (Defined("flow", "euros", "month"), False),
        (Defined("flow", "people", "month", levels=("a",)), False),
        (Defined("flow", "people", "month", numerator="placed"), True),
        (Defined("flow", "people", "month", is_whole=False), True),
    ],
)
def test_the_same_question_whatever_it_is_called(other, same):
    assert is_same(COUNT, other) is same


def test_a_rate_is_the_same_when_it_is_of_the_same():
    rate = Defined("rate", "percent", "month", "", "Placed", "finished")
    assert is_same(rate, Defined("rate", "percent", "month", "", "placed", "Finished "))
    assert not is_same(rate, Defined("rate", "percent", "month", "", "placed", "enrolled"))
    assert not is_same(Defined("flow", "people", "month", is_whole=False), COUNT), "a half is no whole number"
    assert is_worded_alike("Who  finished.", "who finished.")


@pytest.mark.parametrize(
    ("source", "target", "giving", "taking", "code"),
    [
        (1, 2, set(), set(), None),
        (1, 3, {1}, {2}, None),
        (2, 3, {1}, {2}, "carried.both_ways"),
        (3, 1, {1}, {2}, "carried.both_ways"),
        (1, 1, set(), set(), "carried.both_ways"),
    ],
)
def test_an_initiative_gives_or_takes_and_never_both(source, target, giving, taking, code):
    problem = check_direction(source, target, giving, taking)
    assert (problem and problem.code) == code


# --- filing once ---


def test_without_consent_nothing_follows(inside):
    file(inside, 300)
    assert found(inside) == []


def test_what_is_filed_answers_the_other_and_its_coverage_counts_it(inside):
    agree(inside)
    file(inside, 300)
    assert found(inside) == [("", Decimal(300), "submitted")]
    figure = Figure.objects.get(indicator=inside.there)
    assert figure.changed_because == "Filed once, for “Completions” of Riverside Youth to Work"
    assert figure.changed_by == inside.people.ben
    reviews.approve(
        initiative=inside.other,
        partner=inside.partners[0],
        period=OCTOBER,
        indicators=[inside.there.pk],
        by=inside.people.dan,
    )
    rollups.drain(inside.tenant.pk)
    whole = Rollup.objects.get(indicator=inside.there, period=OCTOBER, grain="month", scope=0, category="")
    assert (whole.filed, whole.value) == (1, Decimal(300))
    row_ = FiledOnce.objects.get()
    assert (row_.taken, row_.problem) == (OCTOBER, "")


def test_a_draft_does_not_follow_and_a_second_report_does(inside):
    agree(inside)
    filings.save_draft(
        initiative=inside.initiative, partner=inside.partners[0], period=OCTOBER,
        cells={inside.here.pk: {"": Entry(value=Decimal(7))}}, by=inside.people.ben, version=None,
    )  # fmt: skip
    assert found(inside) == []
    file(inside, 8)
    file(inside, 9)
    assert found(inside) == [("", Decimal(9), "submitted")]


def test_zero_and_not_collected_stay_what_they_are(inside):
    agree(inside)
    file(inside, 0)
    assert found(inside) == [("", Decimal(0), "submitted")]
    rows = [row(inside.here, inside.partners[0], None, date(2026, 9, 1), is_not_collected=True, reason="flood")]
    filings.file_many(initiative=inside.initiative, rows=rows, by=inside.people.dan, submit=True)
    figure = Figure.objects.get(indicator=inside.there, period=date(2026, 9, 1))
    assert (figure.value, figure.is_not_collected, figure.note) == (None, True, "flood")


def test_only_what_is_split_alike_comes_in_parts(inside):
    factories.make_dimension(inside.initiative, "age", "young", "old")
    inside.here.breakdowns = ["age"]
    inside.here.save()
    agree(inside)
    p1 = inside.partners[0]
    rows = [row(inside.here, p1, n, category=c) for c, n in (("", 9), ("age:young", 4), ("age:old", 5))]
    filings.file_many(initiative=inside.initiative, rows=rows, by=inside.people.ben, submit=True)
    assert found(inside) == [("", Decimal(9), "submitted")]


def test_the_other_initiative_s_rules_hold_and_the_source_goes_in_all_the_same(inside):
    inside.there.limit_max, inside.there.limit_is_hard = Decimal(100), True
    inside.there.save()
    agree(inside)
    file(inside, 300)
    assert Figure.objects.get(indicator=inside.here).value == 300
    assert found(inside) == []
    one = FiledOnce.objects.get()
    assert one.problem
    assert Change.objects.filter(verb="carried.kept", initiative=inside.other).count() == 1
    file(inside, 90)
    one.refresh_from_db()
    assert (one.problem, one.taken) == ("", OCTOBER)


def test_a_locked_period_of_the_other_keeps_it_back(inside):
    inside.there.due_day, inside.there.lock_day = 1, 2
    inside.there.save()
    agree(inside)
    file(inside, 300)
    assert found(inside) == []
    assert FiledOnce.objects.get().problem


def test_a_correction_flows_as_a_correction(inside):
    agree(inside)
    file(inside, 300)
    p1, dan = inside.partners[0], inside.people.dan
    for initiative, indicator in ((inside.initiative, inside.here), (inside.other, inside.there)):
        reviews.approve(initiative=initiative, partner=p1, period=OCTOBER, indicators=[indicator.pk], by=dan)
    asked = corrections.request(
        initiative=inside.initiative, partner=p1, period=OCTOBER, indicator=inside.here,
        cells={"": Entry(value=Decimal(280))}, reason="20 twice", by=inside.people.ben,
    )  # fmt: skip
    assert not Correction.objects.filter(indicator=inside.there).exists(), "it is not agreed to yet"
    corrections.approve(correction=asked, by=dan)
    assert found(inside) == [("", Decimal(300), "approved")], "nothing dips"
    follows = Correction.objects.get(indicator=inside.there)
    assert (follows.by, follows.is_request) == (inside.people.ben, True)
    corrections.approve(correction=follows, by=dan)
    assert found(inside) == [("", Decimal(280), "approved")]


def test_taken_back_it_stops_from_then_on_and_what_came_stays(inside):
    one = agree(inside)
    file(inside, 300)
    carried.end(filed_once=one, by=inside.people.lea)
    file(inside, 310)
    assert found(inside) == [("", Decimal(300), "submitted")]
    again = agree(inside)
    assert again.pk != one.pk
    file(inside, 320)
    assert found(inside) == [("", Decimal(320), "submitted")]


def test_an_import_of_many_is_followed_in_as_many_statements_as_there_are_words(inside, django_assert_max_num_queries):
    p1 = inside.partners[0]
    rows = [row(inside.here, p1, 5, date(2026, month, 1)) for month in range(1, 10)]
    with django_assert_max_num_queries(40):
        filings.file_many(initiative=inside.initiative, rows=rows, by=inside.people.dan, submit=True)


# --- who says so ---


def refused(call, *args, **kwargs) -> str:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.problems[0].code


def test_the_partner_s_lead_alone_says_so(inside):
    people = inside.people
    for who in (people.ana, people.dan, people.ben, people.fay, people.cy):
        assert refused(agree, inside, by=who) == "carried.not_yours"
    one = agree(inside)
    assert agree(inside).pk == one.pk
    for who in (people.ana, people.cy):
        assert refused(carried.end, filed_once=one, by=who) == "carried.not_yours"


def test_only_the_same_question_that_the_partner_owes_once_and_one_way(inside):
    stock = factories.make_indicator(inside.other, "seats", kind="stock")
    assert refused(agree, inside, indicator=stock) == "carried.other_question"
    p3 = inside.partners[2]
    lou = factories.make_member("lou@x.example", "Lou", Role.PARTNER_LEAD, partner=p3)
    assert refused(agree, inside, by=lou, partner=p3) == "carried.not_owed", "P3 has no part in the other"
    third = factories.make_indicator(inside.initiative, "finishers")
    agree(inside)
    assert refused(agree, inside, source=third) == "carried.answered"
    back = factories.make_indicator(inside.other, "back")
    assert refused(agree, inside, source=back, indicator=third) == "carried.both_ways"


def test_another_tenant_s_indicator_is_none(place, hillcrest):
    with hillcrest.scope():
        theirs = factories.make_indicator(hillcrest.initiative, "completions")
    with place.scope():
        assert refused(agree, place, source=theirs) == "carried.not_owed"
    browser = Client()
    browser.force_login(factories.user_of(place.people.lea))
    path = "/o/riverside/health/filed-once/P1/"
    assert browser.post(path, {"indicator": place.there.pk, "source": theirs.pk}).status_code == 404


# --- the pages and the API ---


def test_a_lead_agrees_and_takes_back_on_one_page_and_staff_see_it(place):
    lea, dan, cy = Client(), Client(), Client()
    for browser, who in ((lea, place.people.lea), (dan, place.people.dan), (cy, place.people.cy)):
        browser.force_login(factories.user_of(who))
    path = "/o/riverside/health/filed-once/P1/"
    assert lea.get("/o/riverside/health/filed-once/")["Location"] == path
    page = lea.get(path).content.decode()
    assert "“Completions” of Riverside Youth to Work" in page
    assert "Worded differently" not in page
    assert cy.get(path).status_code == 404
    said = {"indicator": place.there.pk, "source": place.here.pk}
    assert dan.post(path, said).status_code == 403
    assert lea.post(path, said, follow=True).status_code == 200
    with place.scope():
        one = FiledOnce.objects.get()
        file(place, 300)
    page = dan.get("/o/riverside/health/filed-once/").content.decode()
    assert "October 2026" in page
    page = dan.get("/o/riverside/health/indicators/finished/P1/2026-10/").content.decode()
    assert "Filed once, for" in page
    page = dan.get("/o/riverside/work/indicators/completions/P1/2026-10/").content.decode()
    assert "It answers" in page
    assert lea.post(path, {"form": "end", "row": one.pk}).status_code == 302
    with place.scope():
        assert FiledOnce.objects.get().ended_by == place.people.lea
    assert lea.post(path, {"form": "end", "row": one.pk}).status_code == 404


def test_the_page_asks_as_often_whatever_there_is(place, django_assert_max_num_queries):
    lea = Client()
    lea.force_login(factories.user_of(place.people.lea))
    with place.scope():
        for number in range(20):
            factories.make_indicator(place.other, f"more-{number}")
    lea.get("/o/riverside/health/filed-once/P1/")
    with django_assert_max_num_queries(26):
        assert lea.get("/o/riverside/health/filed-once/P1/").status_code == 200


def test_the_api_says_and_is_told(place):
    with place.scope():
        _key, token = keys.create(
            owner=place.people.lea,
            name="sheet",
            role=Role.PARTNER_LEAD,
            partner=place.partners[0],
            scopes=["read", "file"],
        )
    headers = {"Authorization": f"Bearer {token}"}
    path = "/api/v1/riverside/health/filed-once/"

    def post(**body):
        whole = {
            "partner": "P1",
            "indicator": "finished",
            "source_initiative": "work",
            "source_indicator": "completions",
            **body,
        }
        return Client().post(path, json.dumps(whole), content_type="application/json", headers=headers)

    assert Client().get(path, headers=headers).json() == []
    for wrong in (
        {"partner": "P2"},
        {"indicator": "none"},
        {"source_indicator": "none"},
        {"agreed": "yes"},
        {"source_indicator": 3},
    ):
        assert post(**{"agreed": True, **wrong}).status_code == 400, wrong
    done = post(agreed=True)
    assert done.status_code == 200
    (one,) = done.json()
    assert (one["partner"], one["indicator"], one["source_indicator"], one["taken"]) == (
        "P1",
        "finished",
        "completions",
        None,
    )
    assert post(agreed=False).json() == []
