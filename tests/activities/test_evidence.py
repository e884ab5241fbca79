"""What the register answers when the backbone asks: what hangs where, who owes what, who works with whom, what is told."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from activities.evidence import ActivitiesEvidence
from activities.models import Activity, ActivityIndicator, Commitment, Milestone
from activities.services import progress
from agenda.selectors.tree import agenda_of
from backbone.conditions import Edition
from tests import factories

pytestmark = pytest.mark.django_db
EVIDENCE = ActivitiesEvidence()
NOON = datetime(2026, 11, 11, 17, tzinfo=UTC)


@pytest.fixture
def joint(in_riverside):
    """An activity of P1 and P2 towards one strategy, and a place where nobody says what for."""
    initiative, partners = in_riverside.initiative, in_riverside.partners
    strategy = factories.make_strategy(initiative)
    tags = {"populations": [factories.make_population()], "places": [factories.make_place()]}
    activity = factories.make_activity(initiative, partners=partners[:2], strategies=[strategy], **tags)
    factories.make_activity(initiative, "lonely", partners=partners[:1])
    in_riverside.activity, in_riverside.strategy = activity, strategy
    return in_riverside


def read(place) -> dict:
    return {one.slug: one for one in EVIDENCE.readings(place.initiative, NOON)}


def test_activities_hang_on_strategies_and_indicators_and_measure_nothing(joint):
    indicator = factories.make_indicator(joint.initiative)
    ActivityIndicator.objects.create(activity=joint.activity, indicator=indicator)
    found = {one.to: one for one in EVIDENCE.attached(joint.initiative)}
    assert found[f"agenda.strategy:{joint.strategy.pk}"].label == "Evening class"
    assert found[f"measures.indicator:{indicator.pk}"].is_work
    view = agenda_of(joint.initiative)
    assert not view.outcomes[0].strategies[0].is_measured
    assert any("No measure shows" in gap for gap in view.gaps)


def test_of_many_activities_on_a_strategy_the_number_is_told(joint):
    for n in range(8):
        factories.make_activity(joint.initiative, f"more-{n}", strategies=[joint.strategy])
    found = list(EVIDENCE.attached(joint.initiative))
    assert [one.label for one in found] == ["9 activities"]
    assert found[0].url.endswith("?strategy=trained/classes")


def test_what_is_tagged_and_who_works_together_is_read_and_nothing_is_unknown(joint, in_riverside):
    found = read(joint)
    assert found["activities.tagged"].value == Decimal("0.5")
    assert found["activities.joint"].value == Decimal(2) / 3
    assert found["activities.joint"].words == "2 of 3 partners share in 1 joint activities."
    Activity.objects.update(status="paused")
    assert {one.value for one in read(joint).values()} == {None}


def test_a_person_owes_milestones_and_promises_until_they_are_done(joint):
    ben = joint.people.ben
    step = Milestone.objects.create(
        activity=joint.activity, title="Rooms booked", due_on=date(2026, 11, 1), owner=ben, partner=joint.partners[0]
    )
    part = Commitment.objects.get(activity=joint.activity, partner=joint.partners[0])
    Commitment.objects.filter(pk=part.pk).update(owner=ben, due_on=date(2026, 12, 1), promise="ten seats")
    items = list(EVIDENCE.due(ben, NOON))
    assert [(item.label, item.is_late) for item in items] == [
        ("Rooms booked (Evening class)", True),
        ("Keep the promise “ten seats” for Evening class", False),
    ]
    assert items[0].url.endswith("/activities/register/evening-class/#milestones")
    assert [one.title for one in EVIDENCE.proposed(joint.initiative, NOON)] == ["Rooms booked (Evening class)"]
    progress.finish(step=step, by=ben, on=date(2026, 11, 11))
    assert len(list(EVIDENCE.due(ben, NOON))) == 1
    Activity.objects.filter(pk=joint.activity.pk).update(status="cancelled")
    assert list(EVIDENCE.due(ben, NOON)) == []


def test_partners_are_tied_by_what_they_do_together(joint):
    ties = list(EVIDENCE.ties(joint.initiative, NOON))
    assert [(one.partner_id, one.other_id, one.label) for one in ties] == [
        (joint.partners[0].pk, joint.partners[1].pk, "Evening class")
    ]


def test_a_search_finds_for_those_who_read_the_register_alone(joint):
    assert [hit.label for hit in EVIDENCE.found(joint.initiative, "evening", joint.people.ben)] == ["Evening class"]
    assert list(EVIDENCE.found(joint.initiative, "evening", joint.people.fay)) == []
    assert list(EVIDENCE.found(joint.initiative, " ", joint.people.ben)) == []


def test_the_chosen_activities_are_published_as_plain_data_in_the_order_of_the_choice(joint):
    options = list(EVIDENCE.options(joint.initiative, "month", date(2026, 10, 1)))
    assert [one.slug for one in options] == ["evening-class", "lonely"]
    assert list(EVIDENCE.options(joint.initiative, "month", date(2025, 1, 1))) == []
    edition = Edition(
        joint.initiative, "month", date(2026, 10, 1), NOON, "public",
        [{"slug": "lonely", "story": "Alone."}, {"slug": "evening-class", "story": ""}],
    )  # fmt: skip
    shown = EVIDENCE.published(edition).data["activities"]
    assert [one["slug"] for one in shown] == ["lonely", "evening-class"]
    assert shown[1]["partners"][0] == {"code": "P1", "name": "Partner P1", "part": "leads"}
    nothing = Edition(joint.initiative, "month", date(2026, 10, 1), NOON, "public", [])
    assert EVIDENCE.published(nothing).data == {}
