"""Breakdowns that overlap, begin late, lose or merge categories: the same answer at every door, and no figure is lost."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from backbone.look.numbers import short_date
from backbone.problems import Refused
from backbone.roles import Role
from backbone.services import keys
from measures import bundles
from measures.models import Category, Figure, Indicator, Rollup
from measures.rules.periods import add_months
from measures.services import rollups, setup
from tests import factories
from tests.measures.doors import Desk, csv_of


@pytest.fixture
def desk(riverside, hillcrest):
    desk = Desk(riverside, hillcrest, "served")
    with riverside.scope():
        factories.make_dimension(riverside.initiative, "need", "food", "home", exclusive=False)
        factories.make_dimension(riverside.initiative, "sex", "female", "male")
    return desk


def split_by(desk, *breakdowns, **spans):
    with desk.home.scope():
        _row, _changed = setup.put_indicator(
            initiative=desk.home.initiative, slug="served", by=desk.home.people.ana, breakdowns=list(breakdowns),
            breakdown_spans={slugs: dict(zip(("since", "until"), span, strict=True)) for slugs, span in spans.items()},
        )  # fmt: skip


def retire(desk, slug, day, becomes=""):
    with desk.home.scope():
        dimension = desk.home.initiative.dimensions.get(slug="age")
        setup.retire_category(dimension=dimension, slug=slug, retired_on=day, becomes=becomes, by=desk.home.people.ana)


def through_each_door(desk, cells, period=None):
    """What the form, the API, an import in the browser and one by the API say: (status codes or codes, page)."""
    period = period or desk.month
    text = f"{period:%Y-%m}"
    pk = desk.indicators["served"].pk
    fields = {f"{pk}/here": "1", f"{pk}/answer": "number"}
    fields |= {f"{pk}/{category}/value": str(number) for category, number in cells.items()}
    figures = [{"indicator": "served", "category": category, "value": number} for category, number in cells.items()]
    rows = [
        {"partner": "P1", "indicator": "served", "period": text, "category": category, "value": str(number)}
        for category, number in cells.items()
    ]
    answers = {"csv": desk.csv(csv_of(rows)), "file": desk.api(csv_of(rows))}
    with transaction.atomic():  # so that the form finds what the API found
        answers["json"] = desk.put(figures, period=text)
        transaction.set_rollback(True)
    answers["form"] = desk.form(fields, period=text)
    return answers


OVERLAPPING = [
    ({"": 10, "need:food": 8, "need:home": 7}, ""),  # more than the total together, and each within it
    ({"": 10, "need:food": 8}, ""),
    ({"": 10, "need:unknown": 10}, ""),
    ({"": 10, "need:food": 11}, "breakdown.part_above_total"),
]
CROSSED = [
    ({"": 10, "sex+age": 1, "sex:female+age:young": 6, "sex:male+age:old": 4}, ""),
    ({"": 10, "sex:female": 5, "sex:male": 5, "sex:female+age:young": 6, "sex:male+age:old": 4}, "sum.mismatch"),
    ({"": 10, "sex:female+age:young": 6, "sex:male+age:old": 3}, "sum.mismatch"),
    ({"": 10, "sex:unknown+age:unknown": 10}, ""),  # it cannot split: all of it in unknown
]


@pytest.mark.parametrize(("cells", "code"), OVERLAPPING + CROSSED)
def test_parts_are_held_against_their_total_at_every_door(desk, cells, code):
    split_by(desk, *(["need"] if any("need" in key for key in cells) else ["sex", "sex+age"]))
    cells = {key: number for key, number in cells.items() if key != "sex+age"}
    answers = through_each_door(desk, cells)
    for door in ("csv", "file", "json"):
        assert set(answers[door].codes) == ({code} if code else set()), (door, answers[door])
    assert answers["form"].status == (422 if code else 302)


def test_a_retired_category_is_refused_by_name_at_every_door(desk):
    retire(desk, "old", desk.month, becomes="young")
    answers = through_each_door(desk, {"": 10, "age:young": 6, "age:old": 4})
    words = "was retired on"
    for door in ("csv", "file", "json"):
        assert "category.retired" in answers[door].codes, door
        assert any(words in message for *_rest, message in answers[door].errors), door
    # The form does not offer it, so that what is left does not add up.
    assert answers["form"].status == 422
    with desk.home.scope():
        assert not Figure.objects.filter(category="age:old").exists()


def test_a_period_before_a_category_was_retired_takes_it_as_ever(desk):
    retire(desk, "old", add_months(desk.month, 1))
    answers = through_each_door(desk, {"": 10, "age:young": 6, "age:old": 4})
    assert [answers[door].codes for door in ("csv", "file", "json")] == [[], [], []]
    assert answers["form"].status == 302
    assert ("age:old", 4, "") in desk.stored("served")


def test_a_breakdown_that_begins_later_is_refused_before_at_every_door(desk):
    following = add_months(desk.month, 1)
    split_by(desk, "age", age=(f"{following:%Y-%m}", None))
    answers = through_each_door(desk, {"": 10, "age:young": 6, "age:old": 4})
    for door in ("csv", "file", "json"):
        assert "category.not_yet" in answers[door].codes, door
    assert answers["form"].status == 302  # it asks for the total alone
    assert desk.stored("served") == [("", 10, "")]


def test_changing_breakdowns_touches_no_figure(desk):
    with desk.home.scope():
        served, p1 = desk.indicators["served"], desk.partners["P1"]
        for category, number in (("", 10), ("age:young", 6), ("age:old", 4)):
            factories.make_figure(served, p1, desk.month, number, category=category)
        before = list(Figure.objects.order_by("pk").values())
    split_by(desk, "sex")
    split_by(desk, "sex", "age", age=("2026-01", "2026-02"))
    retire(desk, "old", date(2026, 1, 1), becomes="young")
    with desk.home.scope():
        dimension = desk.home.initiative.dimensions.get(slug="age")
        setup.put_dimension(
            initiative=desk.home.initiative, slug="age", by=None, categories=[{"slug": "young", "name": "Youths"}]
        )
        assert list(Figure.objects.order_by("pk").values()) == before
        young = Category.objects.get(dimension=dimension, slug="young")
        assert [(one["name"], one["until"]) for one in young.former_names] == [
            ("young", f"{desk.home.tenant.day():%Y-%m-%d}")
        ]


def test_a_category_that_others_became_cannot_go_in_circles(desk):
    retire(desk, "old", date(2026, 1, 1), becomes="young")
    with pytest.raises(Refused) as refused:
        retire(desk, "young", date(2026, 2, 1), becomes="old")
    assert {problem.code for problem in refused.value.problems} == {"category.heir_in_circles"}
    with desk.home.scope():
        assert Category.objects.get(slug="young").retired_on is None


@pytest.fixture
def history(desk):
    """Two months: P1 splits both, the second without the retired category; P2 files all in unknown; P3 no parts."""
    first, second = date(2026, 9, 1), date(2026, 10, 1)
    with desk.home.scope():
        served, (p1, p2, p3) = desk.indicators["served"], desk.home.partners
        for partner, month, cells in (
            (p1, first, {"": 300, "age:young": 190, "age:old": 104, "age:unknown": 6}),
            (p1, second, {"": 100, "age:young": 100}),
            (p2, first, {"": 60, "age:unknown": 60}),
            (p3, first, {"": 40}),
        ):
            for category, number in cells.items():
                factories.make_figure(served, partner, month, number, category=category)
        Indicator.objects.filter(pk=served.pk).update(breakdown_spans={"age": {"since": "2026-09"}})
    retire(desk, "old", second, becomes="young")
    with desk.home.scope():
        rollups.rebuild(desk.home.initiative)
    return desk


def page(desk, query, who="ana"):
    client = Client()
    client.force_login(factories.user_of(getattr(desk.home.people, who)))
    return client.get(desk.home.url(f"indicators/served/?{query}")).content.decode()


def test_the_page_says_how_much_is_broken_down_and_by_whom(history):
    """294 of 400 stand in a category that is known: of P1 all but 6, of P2 and P3 nothing."""
    said = page(history, "period=2026-09")
    assert "<strong>74%</strong> is broken down: 294 of 400; the rest is unknown or not split." in said
    assert "1 of 4 partners gave categories other than unknown." in said
    assert f"retired on {short_date(date(2026, 10, 1))}" in said


def test_the_page_shows_retired_categories_under_what_they_became_when_asked(history):
    said = page(history, "period=2026-09&merged=1")
    assert "with old" in said
    assert ">294 so far<" in said
    assert ">104 so far<" not in said
    assert "Show them as they were filed" in said
    assert ">104 so far<" in page(history, "period=2026-09")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("period=2026-08", "not broken down before September 2026"),
        ("period=2026-09&grain=quarter", "parts only since September 2026"),
        ("period=2026-10", ""),
    ],
)
def test_the_page_says_since_when_it_is_split(history, query, words):
    said = page(history, query)
    assert ("broken down before" in said or "parts only since" in said) == bool(words)
    assert words in said


@pytest.mark.parametrize(
    ("fourth", "young", "filed"),
    [
        ({}, "40 so far", "3 of 4"),  # the total has these three, and each of them has said all
        ({"": 0}, "40", "4 of 4"),
        ({"": 9, "age:old": 9}, "40", "4 of 4"),
        ({"": 9, "age:unknown": 9}, "40 so far", "2 of 4"),  # it may have young ones among them
        ({"": 9}, "40 so far", "2 of 4"),
    ],
)
def test_a_cell_that_somebody_does_not_have_is_no_gap_where_all_is_broken_down(desk, fourth, young, filed):
    september = date(2026, 9, 1)
    with desk.home.scope():
        filed_by = {"P1": {"": 10, "age:young": 10}, "P2": {"": 5, "age:old": 5}, "Peña": fourth}
        filed_by["P3"] = {"": 40, "age:young": 30, "age:old": 10}
        for code, cells in filed_by.items():
            for category, number in cells.items():
                factories.make_figure(
                    desk.indicators["served"], desk.partners[code], september, number, category=category
                )
        rollups.rebuild(desk.home.initiative)
        stored = Rollup.objects.get(scope=0, grain="month", category="age:young", period=september)
        assert (stored.value, stored.filed, stored.state) == (40, 2, "partial"), "as it was filed, to the letter"
    said = page(desk, "period=2026-09")
    assert ("is broken down: all of" in said) == (filed != "2 of 4")
    row = said.partition('<th scope="row">young')[2].partition("</tr>")[0]
    assert re.findall(r"<td[^>]*>([^<]*)</td>", row) == [young, filed]


def test_overlapping_parts_say_that_they_do_not_add_up(desk):
    split_by(desk, "need")
    with desk.home.scope():
        for category, number in (("", 60), ("need:food", 50), ("need:home", 40), ("need:unknown", 5)):
            factories.make_figure(desk.indicators["served"], desk.partners["P1"], date(2026, 9, 1), number,
                                  category=category)  # fmt: skip
        rollups.rebuild(desk.home.initiative)
    said = page(desk, "period=2026-09")
    assert "These parts overlap and do not add up" in said
    assert "broken down: 55 of 60" in said
    form = desk.client.get(desk.home.url(f"filings/P1/{desk.month:%Y-%m}/")).content.decode()
    assert "These parts overlap: each is at most the total, and they do not add up." in form
    assert "Put rest in unknown" not in form


def api(desk, query, who="ana", role=Role.DATA_STEWARD):
    with desk.home.scope():
        token = keys.create(owner=getattr(desk.home.people, who), name="k", role=role, scopes=["read"])[1]
    return Client().get(desk.home.api(f"rollups/?{query}"), headers={"Authorization": f"Bearer {token}"})


def test_the_api_says_how_much_is_broken_down(history):
    answer = api(history, "grain=month&broken_down=true&since=2026-09&until=2026-09").json()["rollups"]
    (row,) = [row for row in answer if row["category"] == ""]
    assert row["broken_down"] == [
        {"breakdown": "age", "known": "294", "total": "400", "share": "0.735", "partners": 1, "expected": 4}
    ]
    assert api(history, "broken_down=true").status_code == 400
    assert api(history, "grain=month&broken_down=true", role=Role.CONVENER).status_code == 403


def test_the_api_merges_retired_categories_when_asked(history):
    """Q3 holds a month in which old was there; September's 104 are young now, and coverage is one answer for both."""
    rows = {
        (row["period"], row["category"]): row["value"]
        for row in api(history, "grain=month&categories=true&merged=true").json()["rollups"]
    }
    assert rows["2026-09", "age:young"] == "294"
    assert ("2026-09", "age:old") not in rows
    assert rows["2026-09", ""] == "400"
    assert rows["2026-10", "age:young"] == "100"


def test_the_page_of_a_dimension_retires_a_category_and_brings_it_back(desk):
    client = Client()
    client.force_login(factories.user_of(desk.home.people.ana))
    address = desk.home.url("breakdowns/age/")
    told = {"form": "retire", "category": "old", "retired_on": "2026-10-01", "becomes": "young"}
    assert client.post(address, told).status_code == 302
    said = client.get(address).content.decode()
    assert f"Retired on {short_date(date(2026, 10, 1))}; became young" in said
    assert client.post(address, {**told, "becomes": "old"}).status_code == 422
    assert (
        client.post(address, {"form": "retire", "category": "old", "retired_on": "", "becomes": ""}).status_code == 302
    )
    with desk.home.scope():
        old = Category.objects.get(slug="old")
        assert (old.retired_on, old.becomes) == (None, "")


def test_the_page_of_an_indicator_says_from_when_it_is_split(desk):
    client = Client()
    client.force_login(factories.user_of(desk.home.people.ana))
    address = desk.home.url("indicators/served/edit/")
    told = {"form": "span", "breakdown": "age", "since": "2026-10", "until": ""}
    assert client.post(address, told).status_code == 302
    assert "from October 2026 on" in client.get(address).content.decode()
    assert client.post(address, {**told, "until": "2026-09"}).status_code == 422
    with desk.home.scope():
        assert Indicator.objects.get(slug="served").breakdown_spans == {"age": {"since": "2026-10"}}


def test_a_bundle_carries_all_of_it_and_comes_out_the_same(desk):
    retire(desk, "old", date(2026, 10, 1), becomes="young")
    with desk.home.scope():
        setup.put_dimension(initiative=desk.home.initiative, slug="age", by=None,
                            categories=[{"slug": "young", "name": "Youths"}])  # fmt: skip
        setup.put_indicator(initiative=desk.home.initiative, slug="served", by=None, breakdowns=["age", "need"],
                            breakdown_spans={"need": {"since": "2026-10", "until": "2027-03"}})  # fmt: skip
        text = bundles.dump(desk.home.tenant, desk.home.initiative)
    assert "retired_on: 2026-10-01, becomes: young" in text
    assert "{by: need, since: 2026-10, until: 2027-03}" in text.replace("'", "")
    bundles.load(text.encode(), "bundle.yaml")
    summary = bundles.load(text.encode(), "bundle.yaml")
    assert summary.changed == {}
    with desk.home.scope():
        assert bundles.dump(desk.home.tenant, desk.home.initiative) == text


def test_the_page_takes_the_same_statements_however_many_categories(history, django_assert_max_num_queries):
    client = Client()
    client.force_login(factories.user_of(history.home.people.ana))
    address = reverse("measures:indicator", args=["riverside", "work", "served"])
    client.get(address)
    with django_assert_max_num_queries(60) as few:
        client.get(f"{address}?period=2026-09")
    with history.home.scope():
        factories.make_dimension(history.home.initiative, "place", *(f"p{n}" for n in range(12)))
    split_by(history, "age", "place")
    with django_assert_max_num_queries(len(few)):
        client.get(f"{address}?period=2026-09")
