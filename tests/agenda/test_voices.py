"""Who leads what, whose voice is expected, and which phase this is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from agenda.models import PhaseEvidence, Seat, Steward, Strategy
from agenda.rules.phases import ITEMS, PHASES, expected_checks
from agenda.selectors.health import readings
from agenda.selectors.phases import expected_now, moves_of
from agenda.selectors.voices import expected_for, leads, stewards_of
from agenda.services import phases, tree, voices
from backbone import conditions
from backbone.models import Change
from backbone.problems import Refused
from tests import factories

pytestmark = pytest.mark.django_db


def checks(initiative) -> dict[str, object]:
    return {one.slug: one.value for one in readings(initiative, timezone.now())}


def test_a_steward_comes_from_any_organization_and_whoever_led_before_stays(in_riverside):
    initiative, people = in_riverside.initiative, in_riverside.people
    assert checks(initiative)["agenda.steward"] is None
    voices.name_steward(initiative=initiative, condition="measures", member=people.ana, by=people.ana)
    assert checks(initiative)["agenda.steward"] == 0
    voices.name_steward(initiative=initiative, condition="agenda", member=people.ana, by=people.ana)
    voices.name_steward(initiative=initiative, condition="agenda", member=people.ben, by=people.ana)
    voices.name_steward(initiative=initiative, condition="agenda", member=people.ben, by=people.ana)
    assert stewards_of(initiative)["agenda"].member == people.ben
    assert leads(people.ben, initiative) == {"agenda"}
    assert checks(initiative)["agenda.steward"] == 1
    assert Steward.objects.filter(condition="agenda").count() == 2
    voices.name_steward(initiative=initiative, condition="agenda", member=None, by=people.ana)
    assert stewards_of(initiative)["agenda"] is None
    assert Change.objects.filter(verb="steward.ended").count() == 2


def test_seats_are_counted_and_an_empty_one_is_not_taken(in_riverside):
    initiative, ana = in_riverside.initiative, in_riverside.people.ana
    assert checks(initiative)["agenda.seats"] is None
    seat = voices.put_seat(initiative=initiative, voice="Young people in care", by=ana)
    voices.put_seat(initiative=initiative, voice="Parents", member=in_riverside.people.ben, by=ana)
    assert checks(initiative)["agenda.seats"] == pytest.approx(0.5)
    voices.put_seat(initiative=initiative, voice=seat.voice, seat=seat, partner=in_riverside.partners[1], by=ana)
    assert checks(initiative)["agenda.seats"] == 1
    with pytest.raises(Refused):
        voices.put_seat(initiative=initiative, voice="Parents", by=ana)
    voices.remove_seat(seat=seat, by=ana)
    assert Seat.objects.count() == 1


def test_a_strategy_knows_whose_voice_it_waits_for(in_riverside):
    initiative, ana = in_riverside.initiative, in_riverside.people.ana
    outcome = initiative.outcomes.get()
    tree.put_strategy(outcome=outcome, slug="evening", title="Evening classes", by=ana)
    strategy = Strategy.objects.select_related("outcome__initiative").get()
    p1, p2, p3 = in_riverside.partners
    assert voices.expect(strategy=strategy, partners=[p2, p1], by=ana)
    assert not voices.expect(strategy=strategy, partners=[p1, p2], by=ana)
    assert voices.expect(strategy=strategy, partners=[p1, p3], by=ana)
    assert expected_for(strategy).partners == (p1, p3)


def test_a_phase_may_go_back_and_says_which_checks_are_expected(in_riverside):
    initiative, ana = in_riverside.initiative, in_riverside.people.ana
    assert expected_now(initiative) == frozenset()
    phases.move(initiative=initiative, phase="implement", by=ana)
    assert "measures.coverage" in expected_now(initiative)
    phases.move(initiative=initiative, phase="initiate", by=ana, because="new partners")
    assert expected_now(initiative) == {"agenda.seats"}
    for wrong in (
        {"phase": "initiate"},
        {"phase": "nirvana"},
        {"phase": "sustain", "on": in_riverside.tenant.day() + timedelta(days=1)},
    ):
        with pytest.raises(Refused):
            phases.move(initiative=initiative, by=ana, **wrong)
    assert [one.phase for one in moves_of(initiative)] == ["initiate", "implement"]


def test_phases_expect_only_checks_that_somebody_answers(in_riverside):
    asked = {
        one.slug
        for condition in conditions.registered()
        for one in condition.readings(in_riverside.initiative, timezone.now())
    }
    assert expected_checks("sustain") <= asked
    assert len(ITEMS) == sum(len(phase.items) for phase in PHASES)


def test_the_pages_are_the_convener_s_to_change_and_everybody_s_to_read(riverside, client):
    client.force_login(factories.user_of(riverside.people.ana))
    page = riverside.url("agenda/voices/")
    with riverside.scope():
        tree.put_strategy(outcome=riverside.initiative.outcomes.get(), slug="evening", title="Evening classes", by=None)
        strategy = Strategy.objects.get().pk
    sent = [
        {"form": "steward", "row": "comms", "member": riverside.people.ben.pk},
        {"form": "new-seat", "voice": "Parents", "is_lived": "on"},
        {"form": "expected", "row": strategy, "partners": [one.pk for one in riverside.partners[:2]]},
    ]
    for fields in sent:
        assert client.post(page, fields).status_code == 302
    html = client.get(page).content.decode()
    assert "P1, P2" in html
    with riverside.scope():
        seat = Seat.objects.get().pk
    assert client.post(page, {"form": "seat", "row": seat, "voice": ""}).status_code == 422
    assert client.post(page, {"form": "seat", "row": seat, "voice": "Mothers"}).status_code == 302
    assert client.post(page, {"form": "remove-seat", "row": "999"}).status_code == 404
    assert client.post(page, {"form": "remove-seat", "row": seat}).status_code == 302
    where = riverside.url("agenda/phases/")
    assert client.post(where, {"form": "move", "phase": "organize"}).status_code == 302
    assert client.post(where, {"form": "show", "item": "steering", "words": ""}).status_code == 422
    assert client.post(where, {"form": "show", "item": "steering", "words": "It met in May."}).status_code == 302
    assert "It met in May." in client.get(where).content.decode()
    with riverside.scope():
        shown = PhaseEvidence.objects.get().pk
    assert client.post(where, {"form": "withdraw", "row": shown}).status_code == 302
    assert "It met in May." not in client.get(where).content.decode()
    client.force_login(factories.user_of(riverside.people.ben))
    for one, fields in ((page, sent[0]), (where, {"form": "move", "phase": "sustain"})):
        assert client.get(one).status_code == 200
        assert client.post(one, fields).status_code in (403, 404)
