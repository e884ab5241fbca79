"""The matrix of strategy, population and place: what the statement says is what the rules say."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from activities.models import Activity, Need
from activities.rules import cells, supply
from activities.rules.cells import Because, State, Thresholds
from activities.selectors.axes import axes_of, chosen
from activities.selectors.matrix import Matrix, Question, matrix
from tests.activities import worlds
from tests.activities.worlds import DAY

pytestmark = pytest.mark.django_db


def asked(place, day: date = DAY, **more) -> Matrix:
    return matrix(place.initiative, Question(day, axes_of(place.initiative), **more))


@pytest.fixture
def tagged(in_riverside):
    """Riverside with one strategy, population and place, and one kind of service."""
    in_riverside.strategy = worlds.strategy(in_riverside.initiative, "paid-internships")
    in_riverside.population = worlds.population("foster-youth")
    in_riverside.place = worlds.place("eastside")
    in_riverside.kind = worlds.kind("work-experience")
    in_riverside.key = (in_riverside.strategy.pk, in_riverside.population.pk, in_riverside.place.pk)
    in_riverside.tags = (in_riverside.strategy, in_riverside.population, in_riverside.place)
    return in_riverside


def run(place, slug: str, leader=None, **changes):
    strategy, population, where = place.tags
    return worlds.activity(
        place.initiative, slug, leader=leader, service_type=place.kind, strategies=strategy, populations=population,
        places=where, **changes,
    )  # fmt: skip


def test_a_need_of_100_with_one_activity_of_20_is_a_gap(tagged):
    worlds.need(tagged.initiative, *tagged.tags, 100)
    assert asked(tagged).at(tagged.key).state is State.GAP
    run(tagged, "one", tagged.partners[0], capacity=20)
    found = asked(tagged)
    assert found.at(tagged.key).state is State.GAP
    assert (found.at(tagged.key).inputs.supply, found.counts[State.GAP]) == (20, 1)


def test_two_partners_who_offer_80_each_may_do_the_same_until_they_agree_on_it(tagged):
    worlds.need(tagged.initiative, *tagged.tags, 100)
    run(tagged, "one", tagged.partners[0], capacity=80)
    run(tagged, "two", tagged.partners[1], capacity=80)
    assert asked(tagged).at(tagged.key).state is State.TWICE
    worlds.agreed(tagged.initiative, *tagged.tags)
    assert asked(tagged).at(tagged.key).state is State.AGREED
    lapsed = asked(tagged, date(2027, 8, 1)).at(tagged.key)
    assert lapsed.state is State.TWICE


def test_without_a_need_a_cell_is_unknown_and_no_gap(tagged):
    worlds.need(tagged.initiative, *tagged.tags, 100)
    run(tagged, "one", tagged.partners[0], capacity=20)
    Need.objects.all().delete()
    found = asked(tagged)
    assert (found.at(tagged.key).state, found.at(tagged.key).because) == (State.UNKNOWN, Because.NEED)
    assert found.counts[State.GAP] == 0


def test_one_partner_alone_other_kinds_and_other_days_are_no_duplication(tagged):
    worlds.need(tagged.initiative, *tagged.tags, 100)
    run(tagged, "one", tagged.partners[0], capacity=80)
    second = run(tagged, "two", tagged.partners[0], capacity=80)
    assert asked(tagged).at(tagged.key).state is State.COVERED
    second.commitments.update(partner=tagged.partners[1])
    assert asked(tagged).at(tagged.key).state is State.TWICE
    Activity.objects.filter(pk=second.pk).update(service_type=worlds.kind("counselling"))
    assert asked(tagged).at(tagged.key).state is State.COVERED
    Activity.objects.filter(pk=second.pk).update(service_type=tagged.kind, starts_on=DAY + timedelta(days=1))
    assert asked(tagged).at(tagged.key).state is State.PARTLY


def test_a_capacity_that_nobody_said_makes_no_gap(tagged):
    worlds.need(tagged.initiative, *tagged.tags, 100)
    run(tagged, "one", tagged.partners[0])
    found = asked(tagged).at(tagged.key)
    assert (found.state, found.because, found.inputs.is_at_least) == (State.UNKNOWN, Because.CAPACITY, True)
    run(tagged, "two", tagged.partners[0], capacity=90, unit="hours")
    assert asked(tagged).at(tagged.key).because is Because.CAPACITY
    run(tagged, "three", tagged.partners[0], capacity=30, unit=" Places")
    found = asked(tagged).at(tagged.key)
    assert (found.state, found.inputs.supply, found.inputs.is_at_least) == (State.PARTLY, 30, True)


def test_more_than_a_tenth_without_tags_makes_every_cell_unknown(tagged):
    worlds.need(tagged.initiative, *tagged.tags, 100)
    for number in range(9):
        run(tagged, f"tagged-{number}", capacity=1)
    worlds.activity(tagged.initiative, "untagged-0", strategies=tagged.strategy)
    assert asked(tagged).at(tagged.key).state is State.GAP
    worlds.activity(tagged.initiative, "untagged-1")
    found = asked(tagged)
    assert (found.at(tagged.key).state, found.at(tagged.key).because) == (State.UNKNOWN, Because.UNTAGGED)
    assert (found.coverage.untagged, found.coverage.running, found.coverage.is_too_little) == (2, 11, True)


def test_a_place_has_what_lies_within_it_and_needs_what_all_of_it_needs(tagged):
    strategy, population, east = tagged.tags
    city = worlds.place("city")
    type(east).objects.filter(pk=east.pk).update(within=city)
    west = worlds.place("westside", city)
    whole = (strategy.pk, population.pk, city.pk)
    worlds.need(tagged.initiative, strategy, population, east, 40)
    worlds.activity(
        tagged.initiative, "both", capacity=100, strategies=strategy, populations=population,
        places={east: Decimal("0.3"), west: Decimal("0.7")},
    )  # fmt: skip
    assert asked(tagged).at(whole).because is Because.NEED
    worlds.need(tagged.initiative, strategy, population, west, 60)
    found = asked(tagged)
    assert (found.at(whole).inputs.need, found.at(whole).inputs.supply, found.at(whole).state) == (
        100,
        100,
        State.COVERED,
    )
    assert (found.at(tagged.key).inputs.supply, found.at(tagged.key).state) == (30, State.PARTLY)
    worlds.need(tagged.initiative, strategy, population, city, 500)
    assert (asked(tagged).at(whole).inputs.need, asked(tagged).at(whole).is_own) == (500, True)


def test_it_is_computed_in_one_statement_for_any_number_of_activities(tagged, django_assert_num_queries):
    for number in range(12):
        run(tagged, f"a{number}", tagged.partners[number % 3], capacity=number)
    question = Question(DAY, axes_of(tagged.initiative))
    tagged.initiative.tenant  # noqa: B018  is there in every request
    with django_assert_num_queries(1):
        matrix(tagged.initiative, question)


def test_pages_are_cut_by_groups_and_only_those_with_the_states_that_are_asked_for(tagged):
    others = [worlds.strategy(tagged.initiative, f"s{number}") for number in range(4)]
    worlds.need(tagged.initiative, others[2], tagged.population, tagged.place, 5)
    found = asked(tagged, limit=2, offset=2)
    assert (found.groups, found.group_count) == ((others[1].pk, others[2].pk), 5)
    found = asked(tagged, only=[State.GAP])
    assert (found.groups, found.group_count) == ((others[2].pk,), 1)
    assert asked(tagged, only=[State.UNKNOWN]).group_count == 4
    narrowed = chosen(axes_of(tagged.initiative), {"strategy": "s2", "place": "nowhere"})
    assert [one.key for one in narrowed.strategy] == ["trained/s2"]


@pytest.mark.parametrize("seed", range(12))
def test_the_statement_and_the_rules_say_the_same_of_any_world(in_riverside, seed):
    world = grown(in_riverside, random.Random(seed))  # noqa: S311
    thresholds = Thresholds(world.tenant.gap_below, world.tenant.overlap_above, world.tenant.untagged_most)
    for day in (DAY, date(2026, 9, 1)):
        found = asked(in_riverside, day)
        offers, running, untagged = offers_on(world, day)
        assert (found.coverage.running, found.coverage.untagged) == (running, untagged)
        is_untagged = cells.too_many_untagged(untagged, running, thresholds.untagged_most)
        counts = dict.fromkeys(State, 0)
        for strategy in world.strategies:
            for population in world.populations:
                for where in world.places:
                    key = (strategy.pk, population.pk, where.pk)
                    need = supply.need_of(key, needs_on(world, day), world.within)
                    wanted = any(
                        cells.is_wanted(one.since, one.expires_on, one.ended_on, day)
                        for one in world.agreed
                        if (one.strategy_id, one.population_id, one.place_id) == key
                    )
                    inputs = supply.inputs_of(key, need, offers, world.within, is_agreed=wanted)
                    state, because = cells.state_of(inputs, thresholds, is_untagged=is_untagged)
                    said = found.at(key)
                    assert (said.state, said.because) == (state, because), (key, inputs, said)
                    assert said.inputs.activities == inputs.activities
                    if need is not None:
                        assert (said.inputs.need, said.inputs.supply) == (inputs.need, inputs.supply)
                        assert (said.inputs.is_at_least, said.inputs.is_agreed) == (
                            inputs.is_at_least,
                            inputs.is_agreed,
                        )
                    counts[state] += 1
        assert found.counts == counts


def grown(place, chance: random.Random) -> SimpleNamespace:
    """A small world by chance: nested places, needs of some cells, activities with shares, some of them without a word."""
    strategies = [worlds.strategy(place.initiative, f"s{n}") for n in range(2)]
    populations = [worlds.population(f"p{n}") for n in range(2)]
    places, kinds = [], [worlds.kind("class"), worlds.kind("meal"), None]
    for number in range(6):
        places.append(worlds.place(f"q{number}", chance.choice([None, *places]) if places else None))
    tags = [(s, p, q) for s in strategies for p in populations for q in places]
    for cell in chance.sample(tags, 16):
        for day in (date(2026, 6, 1), date(2026, 10, 1))[: chance.choice((1, 1, 2))]:
            unit = chance.choice(("places", "Places ", "places", "places", "hours"))
            worlds.need(place.initiative, *cell, chance.choice((0, 10, 40, 100)), unit, as_of=day)
    agreed = [
        worlds.agreed(
            place.initiative, *cell, since=date(2026, 8, 1), ended_on=chance.choice((None, date(2026, 10, 2)))
        )
        for cell in chance.sample(tags, 8)
    ]
    halves = (Decimal("0.25"), Decimal("0.75"))
    for number in range(14):
        shared = {
            name: dict(zip(chance.sample(rows, 2), halves, strict=True))
            if chance.random() < 0.4
            else chance.choice(rows)
            for name, rows in (("strategies", strategies), ("populations", populations), ("places", places))
        }
        if chance.random() < 0.07:
            shared.pop(chance.choice(list(shared)))
        worlds.activity(
            place.initiative, f"a{number}", leader=chance.choice([*place.partners, None]),
            service_type=chance.choice(kinds), capacity=chance.choice((None, 8, 20, 60, 90)),
            unit=chance.choice(("places", "places", "places ", "hours")),
            status=chance.choice(("active", "active", "active", "ended", "planned")),
            ends_on=chance.choice((None, None, date(2026, 10, 15), date(2027, 1, 1))), **shared,
        )  # fmt: skip
    return SimpleNamespace(
        tenant=place.tenant, strategies=strategies, populations=populations, places=places, agreed=agreed,
        within={one.pk: one.within_id for one in places}, activities=list(Activity.objects.all()),
    )  # fmt: skip


def offers_on(world, day: date) -> tuple[list[supply.Offer], int, int]:
    offers, untagged = [], 0
    for row in world.activities:
        if not cells.runs(row.status, row.starts_on, row.ends_on, day):
            continue
        tags = [
            {getattr(tag, f"{name}_id"): tag.share for tag in getattr(row, rows).all()}
            for name, rows in (("strategy", "strategies"), ("population", "populations"), ("place", "places"))
        ]
        leader = row.commitments.filter(part="leads").values_list("partner_id", flat=True).first()
        offers.append(supply.Offer(row.pk, row.capacity, row.capacity_unit, row.service_type_id, leader, *tags))
        untagged += not all(tags)
    return offers, len(offers), untagged


def needs_on(world, day: date) -> dict[supply.Cell, supply.Asked]:
    rows = Need.objects.filter(as_of__lte=day).order_by("as_of")
    return {(row.strategy_id, row.population_id, row.place_id): supply.Asked(row.amount, row.unit) for row in rows}
