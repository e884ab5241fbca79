"""Targets on the pages: the plan by the calendar, partners' own targets, what is not judged and why."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
import time_machine

from measures.models import Indicator, Target
from measures.rules.periods import add_months
from measures.services import rollups
from tests import factories
from tests.measures.test_reading_pages import page, text

pytestmark = pytest.mark.django_db

MONTHS = [date(2026, month, 1) for month in (7, 8, 9, 10)]
PAGE = "indicators/completions/"


@pytest.fixture(autouse=True)
def _on_the_eleventh_of_november():
    with time_machine.travel("2026-11-11T15:00:00Z", tick=False):
        yield


@pytest.fixture
def world(riverside):
    """From July to October three partners file 300, 200 and 100 a month; in October P3 is missing."""
    with riverside.scope():
        riverside.k1 = factories.make_indicator(riverside.initiative, code="K1", name="Course ends")
        for month in MONTHS:
            for partner, number in zip(riverside.partners, (300, 200, 100), strict=True):
                if (month, partner.code) != (MONTHS[-1], "P3"):
                    factories.make_figure(riverside.k1, partner, month, number)
    return riverside


def target(world, value, period=date(2026, 7, 1), partner=None, **more):
    with world.scope():
        partner = None if partner is None else world.partners[partner]
        return Target.objects.create(indicator=world.k1, period=period, value=value, partner=partner, **more)


def complete(world):
    with world.scope():
        factories.make_figure(world.k1, world.partners[2], MONTHS[-1], 100)
        rollups.rebuild(world.initiative)


def test_a_years_target_is_set_against_the_months_that_are_over(world):
    target(world, 7500, grain="year")
    complete(world)
    said = text(page(world, "ana", PAGE + "?grain=year"))
    assert "2,400 so far" in said
    assert "7,500 for 2026–27, 2,500 of it by October 2026; more is better." in said
    assert "Behind path, 96% of the plan so far" in said
    target(world, 500)  # July had a target of its own, so that the other months share the rest
    said = text(page(world, "ana", PAGE + "?grain=year"))
    assert "7,500 for 2026–27, 2,409 of it by October 2026" in said


def test_what_is_planned_does_not_depend_on_what_arrived(world):
    target(world, 7500, grain="year")
    said = text(page(world, "ana", PAGE + "?grain=year"))
    assert "2,300 so far" in said
    assert "2,500 of it by October 2026" in said
    assert "not judged until all are in" in said
    assert "Behind" not in said


def test_the_calendar_year_plans_the_same_months(world):
    target(world, 7200, grain="year")
    target(world, 3600, period=date(2025, 7, 1), grain="year")
    said = text(page(world, "ana", PAGE + "?grain=year&year=calendar"))
    # Six months at 300 of the year before, six at 600: the reader's year groups the same plan anew.
    assert "5,400 for 2026, 4,200 of it by October 2026" in said


def test_a_years_target_is_said_but_not_judged_beside_a_month(world):
    target(world, 7500, grain="year")
    said = text(page(world, "ana", PAGE + "?period=2026-09"))
    assert "7,500 for 2026–27, 1,875 of it by September 2026" in said
    assert "path" not in said.split("Who makes up")[0].replace("7,500", "")


def test_a_sum_that_can_only_grow_may_have_reached_its_target_already(world):
    target(world, 2000, grain="year")
    said = text(page(world, "ana", PAGE + "?grain=year"))
    assert "Target already reached" in said


def test_a_sum_that_may_fall_has_not_reached_its_target_while_somebody_is_missing(world):
    target(world, 2000, grain="year")
    with world.scope():
        Indicator.objects.filter(pk=world.k1.pk).update(allows_negative=True, counts_people=False)
    said = text(page(world, "ana", PAGE + "?grain=year"))
    assert "already reached" not in said
    assert "not judged until all are in" in said


def test_those_who_filed_are_set_against_their_own_targets(world):
    target(world, 700)
    target(world, 320, partner=0)
    target(world, 180, partner=1)
    target(world, 200, partner=2)
    said = text(page(world, "ana", PAGE))
    assert "Of those who filed, 2: 500 of their own 500, 100%." in said
    complete(world)
    assert "Of those who filed" not in text(page(world, "ana", PAGE))


def test_those_who_filed_for_a_running_year_are_set_against_their_plan_so_far(world):
    target(world, 3900, partner=0, grain="year")
    target(world, 1200, partner=2, grain="year")
    said = text(page(world, "ana", PAGE + "?grain=year"))
    assert "Of those who filed, 1: 1,200 of their own 1,300 planned so far, 92%." in said


def test_partners_targets_make_one_for_all_when_everybody_has_one(world):
    by = date(2026, 12, 1)
    target(world, 320, by, partner=0)
    target(world, 180, by, partner=1)
    assert "none is set" in text(page(world, "ana", PAGE))
    target(world, 200, by, partner=2)
    said = text(page(world, "ana", PAGE))
    assert "700 by December 2026" in said
    assert "The partners’ own targets together." in said


def test_a_partner_sees_its_own_target_beside_its_own_figures(world):
    target(world, 320, partner=0)
    target(world, 999, partner=1)
    said = text(page(world, "ben", "our-figures/"))
    assert "Our own target: 320; 94% of it is there." in said
    assert "999" not in said


def test_a_level_to_be_maintained_is_kept_within_its_band(world):
    with world.scope():
        world.k1.direction, world.k1.baseline_value, world.k1.baseline_period = "maintain", 600, date(2026, 1, 1)
        world.k1.save()
    one = target(world, 620, date(2026, 12, 1))
    complete(world)
    assert "Kept, within 5% of the target" in text(page(world, "ana", PAGE))
    with world.scope():
        one.band = 2
        one.save()
    assert "Not kept, more than 2% from the target" in text(page(world, "ana", PAGE))


def test_what_could_not_move_yet_is_too_early_to_judge(world):
    with world.scope():
        world.k1.judged_from = date(2027, 1, 1)
        world.k1.baseline_value, world.k1.baseline_period = 700, date(2026, 1, 1)
        world.k1.save()
    target(world, 900, date(2027, 12, 1))
    complete(world)
    said = text(page(world, "ana", PAGE))
    assert "Too early to judge before January 2027" in said
    assert "Worse than the baseline" not in said


def test_worse_than_the_baseline_says_how_far(world):
    with world.scope():
        world.k1.direction, world.k1.baseline_value, world.k1.baseline_period = "down", 400, date(2026, 1, 1)
        world.k1.save()
    target(world, 200, date(2026, 12, 1))
    complete(world)
    assert "Worse than the baseline, −100% of the way" in text(page(world, "ana", PAGE))


@pytest.mark.parametrize("rest", ["forest/", "indicators/", "results/?period=2026-10"])
def test_lists_know_years_targets_too(world, rest):
    target(world, 7500, grain="year")
    target(world, 700, partner=1)
    page(world, "ana", rest)
    page(world, "ana", rest + ("&" if "?" in rest else "?") + "grain=year")


# --- where it leads ---


def history(world, count):
    """As many complete months before July 2026 as are asked for, rising by one a month for each partner."""
    with world.scope():
        for back in range(1, count + 1):
            month = add_months(MONTHS[0], -back)
            for partner, number in zip(world.partners, (300, 200, 100), strict=True):
                factories.make_figure(world.k1, partner, month, number - back)
        world.initiative.participations.update(joins_on=date(2020, 1, 1))
        rollups.rebuild(world.initiative)


def test_a_forecast_rests_on_complete_months_and_says_on_what_condition(world):
    target(world, 700, date(2027, 3, 1))
    history(world, 9)
    response = page(world, "ana", PAGE)
    said = text(response)
    assert "If it goes on like the last 12 months: " in said
    assert "The target is 700." in said
    assert "if it goes on like the last 12 months" in said
    spec = json.loads(re.search(r'id="trend-spec">(.*?)</script>', response.content.decode(), re.S)[1])
    kinds = {row["kind"] for row in spec["data"]["values"]}
    assert {"ahead", "ahead-step", "target"} <= kinds
    first = min(row["month"] for row in spec["data"]["values"] if row["kind"] == "ahead")
    assert first == "2026-10-01", "October is not all in, so that the line leads through it"


def test_too_few_complete_months_are_said_and_not_stretched(world):
    history(world, 3)
    assert "No forecast: it takes 12 complete months, and there are 6." in text(page(world, "ana", PAGE))


def test_people_have_no_forecast(world):
    with world.scope():
        world.k1.kind = "unduplicated"
        world.k1.save()
    history(world, 12)
    said = text(page(world, "ana", PAGE))
    assert "goes on" not in said
    assert "forecast" not in said.lower()


# --- any year ---


def test_a_reader_counts_in_any_year_and_the_address_keeps_it(world):
    complete(world)
    response = page(world, "ana", PAGE + "?grain=year&year=9")
    assert "Sep 2026 to Oct 2026, 2 of 12 months" in text(response)
    assert "1,200 so far" in text(response)
    assert "year=9" in response.content.decode()
    for rest in ("forest/", "indicators/", "results/"):
        response = page(world, "ana", f"{rest}?grain=year&year=9&period=2026-10")
        assert "1,200 so far" in text(response), rest
        assert "grain=month&amp;period=2026-10&amp;year=9" in response.content.decode(), rest


@pytest.mark.parametrize("wrong", ["0", "13", "-1", "٣", "x", "999999999999"])
def test_a_year_that_starts_in_no_month_is_the_tenants(world, wrong):
    assert "Jul 2026 to Oct 2026" in text(page(world, "ana", PAGE + f"?grain=year&year={wrong}"))


def test_results_state_the_months_of_the_year_to_date(world):
    complete(world)
    said = text(page(world, "ana", "results/?period=2026-10&year=9"))
    assert "Year to date, Sep 2026 to Oct 2026, 2 of 12 months: 1,200" in said


def test_a_running_quarter_states_its_months(world):
    said = text(page(world, "ana", PAGE + "?grain=quarter"))
    assert "Oct 2026, 1 of 3 months" in said


def test_what_is_filed_for_quarters_is_not_split_for_a_readers_year(world):
    with world.scope():
        k2 = factories.make_indicator(world.initiative, "visits", name="Visits", frequency="quarter")
        for month in (date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)):
            for partner in world.partners:
                factories.make_figure(k2, partner, month, 10)
    with time_machine.travel("2027-03-11T15:00:00Z", tick=False):
        said = text(page(world, "ana", "indicators/visits/?grain=year&year=3&period=2026-12"))
    assert "only Apr 2026 to Dec 2026: what is filed for a quarter cannot be split" in said


def test_what_is_filed_for_a_year_is_shown_in_its_own_year(world):
    with world.scope():
        k2 = factories.make_indicator(world.initiative, "survey", name="Survey", frequency="year")
        for partner in world.partners:
            factories.make_figure(k2, partner, date(2025, 7, 1), 10)
    for rest in ("forest/", "indicators/", "results/"):
        said = text(page(world, "ana", f"{rest}?grain=year&year=calendar&period=2026-10"))
        assert "2025–26, every year" in said, rest
    said = text(page(world, "ana", "indicators/survey/?grain=year&year=calendar"))
    assert "2025–26" in said
    assert "30" in said
