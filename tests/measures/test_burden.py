"""Asked and not used: what nobody uses is named, and what uses it is seen."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine

from agenda.models import Learning
from backbone import conditions
from backbone.models import PublishedBody
from measures.models import Filing
from measures.rules.burden import EVERYTHING, Cell, share, unused
from measures.selectors.burden import burden_of
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 15, 15, tzinfo=ZoneInfo("UTC"))


@pytest.fixture(autouse=True)
def _in_november():
    with time_machine.travel(NOW, tick=False):
        yield


def test_forty_asked_and_twenty_eight_used_are_thirty_percent_and_the_twelve_are_named():
    asked = [Cell("k1", f"age:{n}") for n in range(40)]
    used = set(asked[:28]) | {Cell("k2", "age:39")}
    assert share(asked, used) == Decimal("0.3")
    assert unused(asked, used) == asked[28:]
    assert share([], used) is None
    assert unused(asked, {Cell("k1", EVERYTHING)}) == []


@pytest.fixture
def asked(in_riverside):
    """K1, split by two ages, was turned into a curve and published by one of them; K2 is asked for and used nowhere."""
    place = in_riverside
    factories.make_dimension(place.initiative, "age", "young", "old", "unknown")
    place.k1 = factories.make_indicator(place.initiative, "k1", code="K1", breakdowns=["age"])
    place.k2 = factories.make_indicator(place.initiative, "k2", code="K2")
    factories.make_indicator(place.initiative, "jobless", owed=False, kind="community")
    return place


def publish(place) -> None:
    part = {"indicators": [{"line": {"slug": "k1"}, "breakdowns": [{"rows": [{"key": "age:young"}]}]}]}
    factories.make_publication(place.initiative, place.people.ana, parts={"measures": part})
    assert json.loads(PublishedBody.objects.first().body)["parts"]


def names(place) -> dict[str, list[str]]:
    found = burden_of(place.initiative, NOW + timedelta(minutes=1))
    return {one.indicator.slug: [words for _key, words in one.cells] for one in found.indicators}


def test_cells_are_what_partners_are_asked_for_and_the_unknown_part_is_none(asked):
    found = burden_of(asked.initiative, NOW)
    assert (found.asked, found.unused, found.share) == (4, 4, 1)
    assert names(asked) == {"k1": ["", "young", "old"], "k2": [""]}
    assert [one.is_all for one in found.indicators] == [True, True]


def test_a_publication_uses_its_total_and_its_parts(asked):
    publish(asked)
    found = burden_of(asked.initiative, NOW + timedelta(minutes=1))
    assert (found.unused, found.share) == (2, Decimal("0.5"))
    assert names(asked) == {"k1": ["old"], "k2": [""]}
    a_year_on = NOW + timedelta(days=366)
    assert burden_of(asked.initiative, a_year_on).unused == 4


def test_a_curve_and_a_decision_use_a_total(asked, monkeypatch):
    factories.make_curve(asked.k1, asked.people.ana)
    assert names(asked) == {"k1": ["young", "old"], "k2": [""]}
    comms = next(one for one in conditions.registered() if one.slug == "comms")
    monkeypatch.setattr(type(comms), "cells_used", lambda self, initiative, since: {("k2", "")})
    assert names(asked) == {"k1": ["young", "old"]}


def test_a_report_takes_the_median_of_minutes(asked):
    assert burden_of(asked.initiative, NOW).minutes is None
    for partner, minutes in zip(asked.partners, (4, 6, 60 * 48), strict=True):
        row = Filing.objects.create(initiative=asked.initiative, partner=partner, period=date(2026, 10, 1))
        opened = NOW - timedelta(days=5)
        Filing.objects.filter(pk=row.pk).update(
            opened_at=opened, submitted_at=opened + timedelta(minutes=minutes), submitted_by=asked.people.ben
        )
    found = burden_of(asked.initiative, NOW)
    assert (found.minutes, found.reports) == (5, 2)


def test_staff_propose_to_ask_no_longer_and_everybody_finds_it_in_the_ledger(asked, client):
    page = asked.url("asked/")
    client.force_login(factories.user_of(asked.people.ana))
    said = client.get(page).content.decode()
    assert "4 of 4 cells" in said
    assert client.post(page, {"indicator": "nobody-s"}).status_code == 404
    assert client.post(page, {"indicator": "k1"}).status_code == 302
    entry = Learning.objects.get()
    assert (entry.sort, entry.text) == ("what_if", "What if we no longer ask for K1 K1? Nobody used it in a year.")
    assert entry.about.get().row == f"measures.indicator:{asked.k1.pk}"
    client.force_login(factories.user_of(asked.people.ben))
    assert client.get(page).status_code == 403
    client.force_login(factories.user_of(asked.people.fay))
    assert client.get(page).status_code == 403


def test_many_indicators_ask_as_much_as_few(asked, django_assert_num_queries, django_assert_max_num_queries):
    assert asked.initiative.tenant
    with django_assert_max_num_queries(25) as few:
        burden_of(asked.initiative, NOW)
    count = len(few.captured_queries)
    for number in range(20):
        factories.make_indicator(asked.initiative, f"n{number}", breakdowns=["age"])
    with django_assert_num_queries(count):
        assert burden_of(asked.initiative, NOW).asked == 64
