"""Partners that leave and partners that are merged: the past stays where it is, and comparisons take two as one."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from backbone.models import Participation, Partner
from backbone.problems import Refused
from backbone.services import partners as roster
from measures.rules.periods import Grain
from measures.selectors.reading import read
from measures.selectors.series import series
from measures.services import rollups
from measures.windows import Window
from tests import factories
from tests.measures.test_bundle import CONTRACT, dumped, load

AUGUST, SEPTEMBER, OCTOBER = (date(2026, month, 1) for month in (8, 9, 10))


@pytest.fixture
def k1(in_riverside):
    """P2 brought 60 in September and left; P3 brought 40, and 100 in October."""
    indicator = factories.make_indicator(in_riverside.initiative)
    p1, p2, p3 = in_riverside.partners
    figures = ((p1, 100, 100), (p2, 60, None), (p3, 40, 100))
    for partner, before, now in figures:
        factories.make_figure(indicator, partner, SEPTEMBER, before)
        if now is not None:
            factories.make_figure(indicator, partner, OCTOBER, now)
    Participation.objects.filter(partner=p2).update(leaves_on=date(2026, 9, 30))
    return indicator


def change(riverside, indicator):
    [reading] = read(riverside.initiative, [indicator], Window(Grain.MONTH, OCTOBER, OCTOBER, 7, 7))
    return reading.change


def test_a_leaver_keeps_its_past_and_is_expected_no_longer(in_riverside, k1):
    rollups.rebuild(in_riverside.initiative)
    found = series(in_riverside.initiative, [k1], "month", SEPTEMBER, OCTOBER)
    assert [(row.number, row.filed, row.expected, row.state) for row in found] == [
        (200, 3, 3, "complete"),
        (200, 2, 2, "complete"),
    ]


def test_a_merger_is_no_growth(in_riverside, k1):
    _p1, p2, p3 = in_riverside.partners
    assert change(in_riverside, k1).difference == 60
    assert roster.merge(partner=p2, successor=p3, by=in_riverside.people.ana)
    assert not roster.merge(partner=p2, successor=p3, by=in_riverside.people.ana)
    found = change(in_riverside, k1)
    assert (found.difference, found.panel) == (0, (in_riverside.partners[0].pk, p3.pk))
    assert k1.figures.filter(partner=p2).count() == 1


def test_mergers_do_not_go_round_in_circles(in_riverside):
    p1, p2, p3 = in_riverside.partners
    roster.merge(partner=p1, successor=p2, by=None)
    roster.merge(partner=p2, successor=p3, by=None)
    for partner, successor in ((p3, p1), (p1, p1)):
        with pytest.raises(Refused) as refused:
            roster.merge(partner=partner, successor=Partner.objects.get(pk=successor.pk), by=None)
        assert refused.value.problems[0].code == "partner.circle"


def test_its_page_merges_it_when_that_is_meant_and_links_both_ways(riverside):
    client = Client()
    client.force_login(factories.user_of(riverside.people.ana))
    with riverside.scope():
        p2, p3 = riverside.partners[1:]
        indicator = factories.make_indicator(riverside.initiative)
        factories.make_figure(indicator, p2, AUGUST, 3)
    address = f"/o/{riverside.tenant.slug}/-/partners/P2/"
    assert client.post(address, {"form": "merge", "successor": p3.pk}).status_code == 422
    assert client.post(address, {"form": "merge", "successor": p3.pk, "is_meant": "on"}).status_code == 302
    assert "It is part of" in client.get(address).content.decode()
    assert "was merged into it" in client.get(address.replace("P2", "P3")).content.decode()
    for one, words in (("P2", "It is part of"), ("P3", "was merged into it")):
        page = client.get(riverside.url(f"indicators/completions/{one}/2026-08/")).content.decode()
        assert words in page


@pytest.mark.django_db
def test_a_bundle_names_the_successor():
    text = CONTRACT.replace("partners: [{", "partners: [{code: RJ1, successor: RF4}, {", 1)
    load(text)
    assert load(text).changed == {}
    assert "successor: RF4" in dumped("england")
    assert load(dumped("england")).changed == {}
