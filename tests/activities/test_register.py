"""The register's one writer: what is said of an activity becomes so, for one and for many."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from activities.models import Activity, Commitment, Milestone
from activities.rules.said import ActivitySaid, MoneySaid, PartSaid, StepSaid
from activities.rules.shares import even
from activities.selectors.written import written_out
from activities.services import register
from backbone.models import Change
from backbone.problems import Refused
from tests import factories

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)


@pytest.fixture
def words(in_riverside):
    for slug in ("classes", "coaching"):
        factories.make_strategy(in_riverside.initiative, slug)
    factories.make_population("youth")
    for slug in ("east", "west", "north"):
        factories.make_place(slug)
    factories.make_service_type("class")
    factories.make_indicator(in_riverside.initiative, "completions")
    return in_riverside


def whole(slug: str = "evening-class", **changes) -> ActivitySaid:
    said = {
        "slug": slug, "name": "Evening class", "description": "Two evenings a week.", "service_type": "class",
        "status": "active", "starts_on": DAY, "capacity": Decimal(80), "capacity_unit": "places",
        "strategies": {"trained/classes": Decimal("0.7"), "trained/coaching": Decimal("0.3")},
        "populations": even(["youth"]), "places": even(["east", "west", "north"]), "indicators": ("completions",),
        "parts": (PartSaid("P1", "leads", "a room", "ben@riverside.example", DAY), PartSaid("P2")),
        "steps": (StepSaid("First class", date(2026, 4, 1), "P1"),),
        "money": (MoneySaid("City", Decimal(5000), "USD", DAY),),
    }  # fmt: skip
    return ActivitySaid(**said | changes).in_order()


def put(place, said, by="ana", **more):
    return register.put(initiative=place.initiative, said=said, by=getattr(place.people, by), **more)


def codes(caught) -> list[str]:
    return [problem.code for problem in caught.value.problems]


def test_an_activity_is_written_whole_and_reads_back_the_same(words):
    said = whole()
    row, changed = put(words, said)
    assert changed
    assert written_out(words.initiative) == {"evening-class": said}
    assert sum(row.places.values_list("share", flat=True)) == 1
    assert put(words, said) == (row, False)
    assert Change.objects.filter(verb__startswith="activit").count() == 1


def test_a_change_keeps_the_rows_that_stay_and_takes_out_what_is_not_said_any_more(words):
    put(words, whole())
    step, part = Milestone.objects.get(), Commitment.objects.get(part="leads")
    said = whole(
        places=even(["west"]),
        steps=(StepSaid("First class", date(2026, 5, 1)), StepSaid("Last class", date(2026, 9, 1))),
        parts=(PartSaid("P1"), PartSaid("P2", "leads"), PartSaid("P3", "refers")),
        money=(),
    )
    put(words, said)
    assert written_out(words.initiative)["evening-class"] == said.in_order()
    assert Milestone.objects.get(title="First class").pk == step.pk
    assert Commitment.objects.get(partner__code="P1").pk == part.pk
    facts = Change.objects.get(verb="activity.changed").facts["fields"]
    assert set(facts) == {"places", "steps", "parts", "money"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"name": " "}, "activity.no_name"),
        ({"starts_on": None}, "activity.no_start"),
        ({"ends_on": date(2025, 1, 1)}, "activity.days"),
        ({"capacity_unit": ""}, "activity.no_unit"),
        ({"places": even(["moon"])}, "activity.no_places"),
        ({"strategies": even(["classes"])}, "activity.no_strategies"),
        ({"service_type": "magic"}, "activity.no_service_type"),
        ({"indicators": ("luck",)}, "activity.no_indicators"),
        ({"parts": (PartSaid("P9"),)}, "activity.no_parts"),
        ({"parts": (PartSaid("P1", "leads"), PartSaid("P2", "leads"))}, "part.two_leads"),
        ({"parts": (PartSaid("P1"), PartSaid("P1"))}, "part.twice"),
        ({"parts": (PartSaid("P1", owner="nobody@x.example"),)}, "activity.no_owner"),
        ({"steps": (StepSaid("A", DAY), StepSaid("A", DAY))}, "step.twice"),
        ({"money": (MoneySaid("City", Decimal(1), "dollars"),)}, "money.currency"),
        ({"slug": "No Slug"}, "field.wrong"),
    ],
)
def test_what_does_not_hold_is_refused_whole(words, changes, expected):
    with pytest.raises(Refused) as caught:
        put(words, whole(**changes))
    assert expected in codes(caught)
    assert not Activity.objects.exists()


def test_a_short_name_that_is_to_be_new_must_be(words):
    put(words, whole(), must_be_new=True)
    with pytest.raises(Refused) as caught:
        put(words, whole(), must_be_new=True)
    assert codes(caught) == ["slug.taken"]


def test_a_partner_s_person_writes_only_what_the_partner_has_a_part_in(words):
    put(words, whole(parts=(PartSaid("P2", "leads"),)))
    with pytest.raises(Refused) as caught:
        put(words, whole(parts=(PartSaid("P1", "leads"), PartSaid("P2"))), by="ben")
    assert codes(caught) == ["activity.not_own"]
    put(words, whole("ours", parts=(PartSaid("P1", "leads"),)), by="ben")
    with pytest.raises(Refused):
        put(words, whole("ours", parts=(PartSaid("P2", "leads"),)), by="ben")
    with pytest.raises(Refused):
        put(words, whole("theirs", parts=()), by="ben")


def test_many_are_brought_in_at_once_or_none_of_them(words):
    many = [whole(f"class-{n}", name=f"Class {n}") for n in range(5)]
    assert register.bring_in(initiative=words.initiative, activities=many, by=None) == (5, 0)
    many[2] = replace(many[2], capacity=Decimal(90))
    assert register.bring_in(initiative=words.initiative, activities=many, by=None) == (0, 1)
    assert register.bring_in(initiative=words.initiative, activities=many, by=None) == (0, 0)
    with pytest.raises(Refused):
        wrong = [whole("class-8"), whole("class-9", places=even(["moon"]))]
        register.bring_in(initiative=words.initiative, activities=wrong, by=None)
    assert Activity.objects.count() == 5


def test_bringing_in_many_costs_no_more_statements_than_a_few(words, django_assert_max_num_queries):
    few = [whole(f"few-{n}", name=f"Few {n}") for n in range(3)]
    many = [whole(f"many-{n}", name=f"Many {n}") for n in range(60)]
    for batch in (few, many):
        with django_assert_max_num_queries(45):
            register.bring_in(initiative=words.initiative, activities=batch, by=words.people.ana)
    assert Activity.objects.count() == 63


def test_one_that_was_never_there_is_taken_out(words):
    row, _ = put(words, whole())
    register.remove(activity=row, by=words.people.ana)
    assert not Activity.objects.exists()
    assert not Commitment.objects.exists()
    assert Change.objects.get(verb="activity.removed").facts["name"] == "Evening class"
