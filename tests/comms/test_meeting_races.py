"""Two people at once, on real connections: a meeting is closed once, everybody answers once, a thing is written down once."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine

from activities.models import Delivery, HandOff, Need
from activities.services import handoffs, needs
from comms.models import Acknowledgement, Announcement, Mail, PulseTaken, PulseTally, Topic
from comms.services import announcements, meetings, pulses, sessions
from tests import factories
from tests.comms.meeting import in_session
from tests.measures.test_filing_races import at_once

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture(autouse=True)
def _in_november():
    with time_machine.travel("2026-11-18T15:00:00Z", tick=True):
        yield


@pytest.fixture
def place():
    return factories.make_neighbourhood("riverside", "Riverside")


def test_a_meeting_that_two_people_close_is_closed_once_and_its_record_goes_out_once(place):
    people = place.people
    with place.scope():
        meeting = in_session(place)
    outcomes = at_once(
        place, *[lambda by=by: sessions.close(meeting=meeting, by=by) for by in (people.ana, people.ben)]
    )
    assert sorted(outcomes) == ["done", "meeting.state"]
    with place.scope():
        mails = Mail.objects.filter(kind=Mail.Kind.MINUTES).values_list("recipient", flat=True)
        assert len(mails) == len(set(mails)) > 0


def test_who_answers_a_pulse_in_two_windows_at_once_is_counted_once(place):
    with place.scope():
        pulse = pulses.open_pulse(
            initiative=place.initiative, asked=["comms"], opens_on=date(2026, 11, 10), closes_on=date(2026, 11, 20),
            by=place.people.ana,
        )  # fmt: skip
        answers = {pulse.questions.get().pk: 3}
    take = [lambda: pulses.take(pulse=pulse, answers=answers, by=place.people.ben)] * 3
    assert sorted(at_once(place, *take)) == ["done", "pulse.taken", "pulse.taken"]
    with place.scope():
        assert (PulseTaken.objects.count(), sum(PulseTally.objects.values_list("count", flat=True))) == (1, 1)


def test_what_several_people_put_down_at_once_stands_once(place):
    """A topic, that something was read, a hand-off, that it came, and a need."""
    ana, ben, initiative = place.people.ana, place.people.ben, place.initiative
    with place.scope():
        meeting = in_session(place)
        told = announcements.announce(initiative=initiative, title="Closed", by=ana, needs_answer=True)
        giver, taker = (factories.make_activity(initiative, slug, partners=[place.partners[0]]) for slug in ("a", "b"))
        where = needs.Where(factories.make_strategy(initiative), factories.make_population(), factories.make_place())
    said = needs.Said(where, 40, "places", "lists", date(2026, 10, 1))
    agreed = {"initiative": initiative, "giver": giver, "taker": taker, "what": "graduates", "promised_days": 7}
    for work in (
        lambda by: meetings.add_topic(meeting=meeting, title="Doors", about="x:1", by=by),
        lambda by: announcements.acknowledge(announcement=told, partner=place.partners[0], by=by),
        lambda by: handoffs.put(by=by, **agreed),
        lambda by: needs.set_need(initiative=initiative, said=said, by=by),
    ):
        assert at_once(place, *[lambda by=by, work=work: work(by) for by in (ana, ben, ana)]) == ["done"] * 3
    with place.scope():
        for rows in (Topic.objects, Acknowledgement.objects, HandOff.objects, Need.objects, Announcement.objects):
            assert rows.count() == 1
        asked = handoffs.ask(hand_off=HandOff.objects.get(), asked_on=date(2026, 11, 1), by=ben)
    days = (date(2026, 11, 3), date(2026, 11, 9))
    came = [lambda day=day: handoffs.came(delivery=asked, came_on=day, by=ana) for day in days]
    assert at_once(place, *came) == ["done", "done"]
    with place.scope():
        first = Delivery.objects.get().came_on
        handoffs.came(delivery=asked, came_on=date(2026, 11, 12), by=ben)
        assert Delivery.objects.get().came_on == first in days
