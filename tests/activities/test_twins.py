"""Two entries that may be one piece of work: asked about, never taken away; what is the same counts once (product, N10)."""

from __future__ import annotations

from datetime import date

import pytest

from activities.models import Activity, ServiceType, Twins
from activities.rules.twins import are_alike
from activities.selectors.twins import pairs
from activities.services import twins
from backbone.problems import Refused
from measures.selectors.series import series
from measures.services import rollups, shared
from tests import factories

OCT = date(2026, 10, 1)


@pytest.fixture
def fairs(in_riverside):
    """P1 and P2 each entered one job fair of the same day, and each filed its 50 visitors."""
    riverside = in_riverside
    riverside.kind = ServiceType.objects.create(slug="fairs", name="Fairs")
    riverside.place = factories.make_place("east")
    riverside.entries = [
        factories.make_activity(
            riverside.initiative,
            slug,
            name=name,
            service_type=riverside.kind,
            places=[riverside.place],
            partners=[partner],
            starts_on=date(2026, 10, day),
            ends_on=date(2026, 10, day),
        )
        for slug, name, partner, day in (
            ("fair-1", "Eastside job fair", riverside.partners[0], 9),
            ("fair-2", "Job Fair, Eastside", riverside.partners[1], 10),
        )
    ]
    riverside.indicator = factories.make_indicator(riverside.initiative)
    for partner in riverside.partners[:2]:
        factories.make_figure(riverside.indicator, partner, OCT, 50)
    return riverside


def together(riverside) -> int:
    rollups.mark_stale([(riverside.indicator.pk, OCT, None)])
    rollups.recompute(riverside.tenant.pk)
    (row,) = series(riverside.initiative, [riverside.indicator], "month", OCT, OCT)
    return row.value


@pytest.mark.parametrize(
    ("name", "other", "alike"),
    [
        ("Eastside job fair", "Job Fair, Eastside", True),
        ("Résumé class", "Resume classes", True),
        ("Résumé class", "Evening training", False),
        ("", "", False),
    ],
)
def test_names_are_compared_without_accents_order_and_case(name, other, alike):
    assert are_alike(name, other) is alike


def test_a_pair_is_asked_about_and_counts_twice_until_it_is_linked(fairs):
    (pair,) = pairs(fairs.initiative)
    assert pair.is_open
    assert pair.partners == ("P1", "P2")
    assert [(claim.indicator, claim.period, claim.is_once) for claim in pair.claims] == [(fairs.indicator, OCT, False)]
    assert together(fairs) == 100

    twins.judge(one=pair.one, other=pair.other, verdict="same", reason="", by=fairs.people.ana)
    assert pairs(fairs.initiative)[0].is_open, "it is the same work, and it still counts twice"
    linked = shared.count_once(
        indicator=fairs.indicator,
        period=OCT,
        partners=fairs.partners[:2],
        title="Job fair",
        about=f"activities.activity:{pair.one.pk}",
        by=fairs.people.ana,
    )
    assert together(fairs) == 50
    assert not pairs(fairs.initiative)[0].is_open

    shared.count_each(shared=linked, by=fairs.people.ana)
    assert together(fairs) == 100
    assert pairs(fairs.initiative)[0].is_open, "taken apart, it is a question again"


@pytest.mark.parametrize(
    "change",
    [
        {"starts_on": date(2026, 10, 11), "ends_on": None},
        {"service_type": None},
        {"name": "Evening training"},
        {"status": "cancelled"},
    ],
)
def test_what_differs_in_day_kind_or_name_is_no_pair(fairs, change):
    Activity.objects.filter(slug="fair-2").update(**change)
    assert pairs(fairs.initiative) == []


def test_another_place_or_the_same_partner_is_no_pair(fairs):
    other = fairs.entries[1]
    other.commitments.update(partner=fairs.partners[0])
    assert pairs(fairs.initiative) == []
    other.commitments.update(partner=fairs.partners[1])
    other.places.update(place=factories.make_place("west"))
    assert pairs(fairs.initiative) == []


def test_different_needs_a_reason_and_can_be_taken_back(fairs):
    one, other = fairs.entries
    with pytest.raises(Refused) as refused:
        twins.judge(one=one, other=other, verdict="different", reason=" ", by=fairs.people.ana)
    assert refused.value.problems[0].code == "twins.no_reason"
    said = twins.judge(one=other, other=one, verdict="different", reason="Two halls", by=fairs.people.ana)
    assert not pairs(fairs.initiative)[0].is_open
    twins.ask_again(twins=said, by=fairs.people.ana)
    assert pairs(fairs.initiative)[0].is_open


def test_the_page_asks_and_keeps_what_was_said(fairs, client):
    client.force_login(factories.user_of(fairs.people.ana))
    address = "/o/riverside/work/activities/twins/"
    page = client.get(address).content.decode()
    assert "Job Fair, Eastside" in page
    assert f"/indicators/{fairs.indicator.slug}/joint/2026-10/?partners=P1,P2" in page.replace("%2C", ",")
    sent = {"pair": "-".join(str(one.pk) for one in fairs.entries)}
    client.post(address, sent | {"verdict": "different", "reason": ""})
    assert not Twins.objects.exists()
    done = client.post(address, sent | {"verdict": "different", "reason": "Two halls"}, follow=True)
    assert "Two halls" in done.content.decode()
    client.post(address, sent | {"verdict": "again"})
    assert not Twins.objects.exists()
    assert client.post(address, {"pair": "1-2", "verdict": "same"}).status_code == 404


def test_a_partner_s_own_people_look_and_do_not_judge(fairs, client):
    client.force_login(factories.user_of(fairs.people.ben))
    address = "/o/riverside/work/activities/twins/"
    assert "They are different" not in client.get(address).content.decode()
    sent = {"pair": "-".join(str(one.pk) for one in fairs.entries), "verdict": "same"}
    assert client.post(address, sent).status_code in (403, 404)
    assert not Twins.objects.exists()


def test_the_number_of_statements_does_not_grow_with_the_pairs(fairs, django_assert_max_num_queries):
    for number in range(3, 9):
        factories.make_activity(
            fairs.initiative,
            f"fair-{number}",
            name="Eastside job fair",
            service_type=fairs.kind,
            places=[fairs.place],
            partners=[fairs.partners[number % 3]],
            starts_on=date(2026, 10, 9),
        )
    with django_assert_max_num_queries(7):
        assert len(pairs(fairs.initiative)) > 10
