"""What was begun says when an indicator may be judged."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from activities.models import Activity
from agenda.selectors.delays import delays_of
from measures.models import Target
from measures.selectors.opening import window_for
from measures.selectors.reading import read
from tests import factories
from tests.activities import worlds

pytestmark = pytest.mark.django_db


@pytest.fixture
def judged(in_riverside, time_machine):
    """An outcome at 40 that is to be 60, and an activity of July 2026 that acts on it after 6, 9 or 15 months."""
    initiative = in_riverside.initiative
    in_riverside.indicator = factories.make_indicator(
        initiative, kind="stock", direction="up", baseline_value=40, baseline_period=date(2026, 1, 1)
    )
    Target.objects.create(indicator=in_riverside.indicator, period=date(2028, 12, 1), value=60)
    strategy = worlds.strategy(initiative, "paid-internships")
    in_riverside.activity = worlds.activity(initiative, "interns", strategies=strategy)
    source = factories.make_node(initiative, "interns", stands_for=f"agenda.strategy:{strategy.pk}")
    target = factories.make_node(initiative, "placed", stands_for=f"measures.indicator:{in_riverside.indicator.pk}")
    factories.make_node_link(source, target, lag=(6, 9, 15))
    time_machine.move_to(date(2027, 12, 20))
    return in_riverside


def stands(place, month: date, value: str) -> tuple[str, str]:
    for partner, share in zip(place.partners, (Decimal(value), 0, 0), strict=True):
        factories.make_figure(place.indicator, partner, month, share)
    window = window_for(place.initiative, {"grain": "month", "period": f"{month:%Y-%m}"}, place.tenant)
    (found,) = read(place.initiative, [place.indicator], window, trend=0)
    return str(found.status), found.status_words[1]


def test_an_outcome_is_not_judged_before_it_could_move(judged):
    status, words = stands(judged, date(2026, 12, 1), "40")
    assert (status, words) == ("too_early", "Too early to judge before January 2027")


def test_from_there_it_is_set_against_its_path(judged):
    assert stands(judged, date(2027, 4, 1), "46.67")[0] == "on_track"
    assert stands(judged, date(2027, 5, 1), "46.67")[0] == "behind"


def test_after_the_longest_lag_without_a_change_the_theory_is_challenged(judged):
    status, words = stands(judged, date(2027, 11, 1), "40")
    assert (status, words) == ("challenged", "Theory challenged: it should have moved by October 2027, and did not")


def test_what_was_not_begun_delays_nothing(judged):
    name = f"measures.indicator:{judged.indicator.pk}"
    assert name in delays_of(judged.initiative, {name})
    Activity.objects.filter(pk=judged.activity.pk).update(status="planned")
    assert delays_of(judged.initiative, {name}) == {}


@pytest.mark.parametrize("reader", ["Pacific/Auckland", "Pacific/Honolulu"])
def test_something_begins_with_the_tenants_day_wherever_its_reader_is(judged, reader, time_machine):
    Activity.objects.filter(pk=judged.activity.pk).update(starts_on=date(2026, 11, 20))
    name = f"measures.indicator:{judged.indicator.pk}"
    time_machine.move_to(datetime(2026, 11, 20, 4, 50, tzinfo=UTC), tick=False)
    with timezone.override(reader):
        assert delays_of(judged.initiative, {name}) == {}
    time_machine.move_to(datetime(2026, 11, 20, 5, 10, tzinfo=UTC), tick=False)
    with timezone.override(reader):
        assert name in delays_of(judged.initiative, {name})
