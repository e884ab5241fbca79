"""Turning the curve: from a pinned figure to actions that somebody owns, told to them, and nobody else."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backbone import conditions
from backbone.roles import Role
from comms.selectors.readers import owed, readers
from measures.lines import lines
from measures.models import Curve, CurveAction, CurveIdea, CurveStory, Target
from measures.pinning import pin, unpin
from measures.selectors.opening import window_for
from measures.selectors.reading import read
from measures.services import rollups
from tests import factories
from tests.measures.test_reading_pages import page, signed_in, text

pytestmark = pytest.mark.django_db

BEGIN = "indicators/completions/curve/"
MONTHS = [date(2025, month, 1) for month in (10, 11, 12)] + [date(2026, month, 1) for month in range(1, 11)]


@pytest.fixture(autouse=True)
def _on_the_eleventh_of_november():
    with time_machine.travel("2026-11-11T15:00:00Z", tick=False):
        yield


@pytest.fixture
def world(riverside):
    """Twelve complete months, and an October in which P3 is missing; Cara chairs a group."""
    with riverside.scope():
        k1 = factories.make_indicator(
            riverside.initiative, code="K1", name="Course ends", baseline_value=500, baseline_period=date(2025, 10, 1)
        )
        Target.objects.create(indicator=k1, period=date(2027, 3, 1), value=700)
        for number, month in enumerate(MONTHS):
            for partner, share in zip(riverside.partners, (300, 200, 100), strict=True):
                if (month, partner.code) != (MONTHS[-1], "P3"):
                    factories.make_figure(k1, partner, month, share + number)
        rollups.rebuild(riverside.initiative)
        people = riverside.people
        people.cara = factories.make_member("cara@riverside.example", "Cara", Role.GROUP_CHAIR)
        people.lea = factories.make_member(
            "lea@riverside.example", "Lea", Role.PARTNER_LEAD, partner=riverside.partners[1]
        )
    riverside.k1 = k1
    return riverside


def send(world, who: str, rest: str, **data):
    return signed_in(getattr(world.people, who), world.scope).post(world.url(rest), data)


@pytest.fixture
def curve(world) -> str:
    """The address of a curve that Ana began."""
    assert send(world, "ana", BEGIN).status_code == 302
    with world.scope():
        return f"curves/{Curve.objects.get().pk}/"


def test_a_figure_page_leads_to_its_curve(world):
    assert (
        'href="/o/riverside/work/indicators/completions/curve/"'
        in page(world, "ana", "indicators/completions/").content.decode()
    )
    said = text(page(world, "ana", BEGIN))
    assert "524 so far" in said
    assert "2 of 3 partners have filed" in said
    assert "If it goes on like the last 12 months" in said


def test_what_was_pinned_stays_as_it_stood(world, curve):
    with world.scope():
        factories.make_figure(world.k1, world.partners[2], MONTHS[-1], 112)
        rollups.rebuild(world.initiative)
    said = text(page(world, "ana", curve))
    assert "524 so far 2 of 3 partners have filed" in said
    assert "Now it reads 636 (3 of 3 partners have filed)." in said
    assert "From 500 to 700 by March 2027; more is better." in said
    assert "most likely" in said


def test_the_way_from_the_story_to_actions(world, curve):
    with world.scope():
        p2 = world.partners[1].pk
        lea, cara = world.people.lea.pk, world.people.cara.pk
    assert send(world, "ana", curve, form="story", text="Employers hire later.").status_code == 302
    assert send(world, "cara", curve, form="story", text="Employers hire later since May.").status_code == 302
    assert send(world, "ana", curve, form="story", text="Employers hire later since May.").status_code == 302
    assert send(world, "cara", curve, form="part", partner=p2, part="knows every employer").status_code == 302
    idea = {"form": "idea", "text": "Call after thirty days", "grade": "promising", "source": "P2’s pilot"}
    assert send(world, "cara", curve, **idea).status_code == 302
    action = {
        "form": "action",
        "what": "Call last year’s graduates",
        "partner": p2,
        "owner": lea,
        "due_on": "2026-11-20",
    }
    assert send(world, "cara", curve, **action).status_code == 302
    own = action | {"what": "Ask two employers", "partner": "", "owner": cara, "due_on": "2026-11-02"}
    assert send(world, "cara", curve, **own).status_code == 302
    assert send(world, "ana", curve, form="look", look_again_on="2026-11-15").status_code == 302
    said = text(page(world, "ben", curve))
    assert "Employers hire later since May." in said
    assert "2 versions" in said
    assert "P2 Partner P2 knows every employer" in said
    assert "Call after thirty days promising: some evidence · P2’s pilot" in said
    assert "Call last year’s graduates Lea P2 Partner P2" in said
    assert "Ask two employers Cara Riverside" in said
    assert "Overdue" in said
    assert "15 November 2026" in said
    with world.scope():
        assert CurveStory.objects.count() == 2, "the same words again are no version"
    assert "Ask two employers" in text(page(world, "ben", curve + "print/"))


def test_members_read_and_only_staff_and_chairs_write(world, curve):
    for who in ("ben", "lea"):
        shown = page(world, who, curve).content.decode()
        assert "Save the story" not in shown
        assert send(world, who, curve, form="story", text="Mine").status_code == 403
        assert send(world, who, BEGIN).status_code in (302, 403)
    page(world, "fay", curve, status=404)
    page(world, "fay", BEGIN, status=404)
    with world.scope():
        assert not CurveStory.objects.exists()


def test_nobody_begins_for_a_member_and_the_page_says_who_can(world):
    assert send(world, "ben", BEGIN).status_code == 403
    assert "Nobody is turning this curve yet." in text(page(world, "ben", BEGIN))


def test_a_wrong_form_comes_back_with_its_words(world, curve):
    with world.scope():
        lea, fay = world.people.lea.pk, world.people.fay.pk
        p1 = world.partners[0].pk
    action = {"form": "action", "what": "Call", "partner": p1, "owner": lea, "due_on": "2026-11-20"}
    answer = send(world, "ana", curve, **action)
    assert answer.status_code == 422
    assert "Lea is of another organization. Choose theirs, or somebody else." in text(answer)
    assert send(world, "ana", curve, **action | {"owner": fay}).status_code == 422
    assert send(world, "ana", curve, **action | {"due_on": "soon"}).status_code == 422
    assert send(world, "ana", curve, form="idea", text="", grade="promising").status_code == 422
    assert send(world, "ana", curve, form="nonsense").status_code == 404
    with world.scope():
        assert not CurveAction.objects.exists()


def test_an_action_moves_and_goes_on_when_the_curve_is_closed(world, curve):
    with world.scope():
        lea, p2 = world.people.lea.pk, world.partners[1].pk
    action = {"form": "action", "what": "Call", "partner": p2, "owner": lea, "due_on": "2026-11-20"}
    send(world, "ana", curve, **action)
    with world.scope():
        row = CurveAction.objects.get().pk
    assert send(world, "ana", curve, form="move", row=row, state="active").status_code == 302
    assert send(world, "ana", curve, form="close").status_code == 302
    assert send(world, "ana", curve, form="move", row=row, state="done").status_code == 302
    assert "Done" in text(page(world, "ana", curve))
    send(world, "ana", curve, form="idea", text="Late", grade="own")
    with world.scope():
        assert not CurveIdea.objects.exists(), "a closed curve stays as it is"
    assert send(world, "ana", curve, form="move", row=row, state="gone").status_code == 404
    assert send(world, "ana", BEGIN).status_code == 302
    with world.scope():
        assert Curve.objects.filter(closed_at=None).count() == 1


def test_an_action_gets_another_owner_and_day(world, curve):
    """The day also when the curve is closed; an owner of another organization is refused, and a member changes nothing."""
    with world.scope():
        lea, p2, ben = world.people.lea.pk, world.partners[1].pk, world.people.ben.pk
    send(world, "ana", curve, form="action", what="Call", partner=p2, owner=lea, due_on="2026-11-20")
    with world.scope():
        row = CurveAction.objects.get().pk
    opened = page(world, "ana", f"{curve}?change={row}").content.decode()
    assert 'value="2026-11-20"' in opened
    asked = {"form": "change", "row": row, "due_on": "2026-12-04"}
    assert send(world, "ana", f"{curve}?change={row}", **asked, owner=ben).status_code == 422
    send(world, "ana", curve, form="close")
    with world.scope():
        cara = world.people.cara.pk
    assert send(world, "ana", f"{curve}?change={row}", **asked, owner=cara).status_code == 302
    with world.scope():
        action = CurveAction.objects.get()
        assert (action.owner_id, action.due_on) == (cara, date(2026, 12, 4))
    assert send(world, "lea", curve, **asked, owner=lea).status_code == 403
    assert 'id="change"' not in page(world, "lea", f"{curve}?change={row}").content.decode()
    assert page(world, "ana", f"{curve}?change=x").status_code == 200


def test_what_was_added_by_mistake_is_taken_back(world, curve):
    send(world, "ana", curve, form="idea", text="Wrong", grade="own")
    with world.scope():
        row = CurveIdea.objects.get().pk
    assert send(world, "ana", curve, form="remove-idea", row=row).status_code == 302
    assert send(world, "ana", curve, form="remove-idea", row=row).status_code == 404
    assert send(world, "ana", curve, form="remove-idea", row="x").status_code == 404


def test_actions_are_due_to_their_owner_alone(world, curve):
    with world.scope():
        p2 = world.partners[1]
        lia = factories.make_member("lia@riverside.example", "Lia", Role.PARTNER_LEAD, partner=p2)
        lea = world.people.lea
    action = {"form": "action", "what": "Call", "partner": p2.pk, "owner": lea.pk, "due_on": "2026-11-20"}
    send(world, "ana", curve, **action)
    send(world, "ana", curve, **action | {"what": "Later", "due_on": "2027-06-01"})
    send(world, "ana", curve, form="look", look_again_on="2026-11-15")
    with world.scope():

        def labels(member):
            return [one.label for one in conditions.due(member, timezone.now()) if one.key[:5] in ("actio", "curve")]

        assert labels(lea) == ["Call (to turn the curve of K1)"]
        assert labels(lia) == []
        assert labels(world.people.ana) == ["Look again at the curve of K1"]
        found = owed(readers(world.tenant), timezone.now())
        keys = {pk: [one.key for one in items if one.key.startswith("action")] for pk, items in found.items()}
        assert len(keys[lea.pk]) == 1
        assert keys[lia.pk] == []


def test_a_curve_of_next_door_is_not_there(world, curve, hillcrest):
    client = signed_in(hillcrest.people.sam, hillcrest.scope)
    assert client.get(hillcrest.url(curve)).status_code == 404
    assert client.post(hillcrest.url(curve), {"form": "close"}).status_code == 404


def test_a_curve_takes_as_many_statements_with_much_on_it_as_with_little(world, curve):
    client = signed_in(world.people.ana, world.scope)
    client.get(world.url(curve))
    with CaptureQueriesContext(connection) as little:
        client.get(world.url(curve))
    for number in range(6):
        send(world, "ana", curve, form="idea", text=f"Idea {number}", grade="own")
        send(world, "ana", curve, form="story", text=f"Version {number}")
        with world.scope():
            owner = world.people.ana.pk
        send(world, "ana", curve, form="action", what=f"Do {number}", partner="", owner=owner, due_on="2026-12-01")
    with CaptureQueriesContext(connection) as much:
        client.get(world.url(curve))
    assert len(much) == len(little)


def test_pinning_and_unpinning_tell_the_same_of_every_kind(world):
    with world.scope():
        people = factories.make_indicator(world.initiative, "people", kind="unduplicated")
        rate = factories.make_indicator(world.initiative, "rate", kind="rate", unit="percent")
        for partner in world.partners:
            factories.make_figure(people, partner, MONTHS[-1], 12)
            factories.make_figure(rate, partner, MONTHS[-1], numerator=1, denominator=3)
        world.k1.refresh_from_db()
        indicators = [world.k1, people, rate]
        window = window_for(world.initiative, {}, world.tenant)
        for reading in read(world.initiative, indicators, window):
            line = lines(world.initiative, [reading.indicator])[reading.indicator.pk]
            again, _ahead = unpin(pin(reading), reading.indicator, line)
            assert again.said == reading.said
            assert again.chip == reading.chip
            assert again.status_words == reading.status_words
            assert again.goal_words == reading.goal_words
            assert [point.value for point in again.trend] == [point.value for point in reading.trend]
