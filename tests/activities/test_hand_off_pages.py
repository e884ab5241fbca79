"""Hand-offs: agreed, asked for, come; who is waited for; what the chain says."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities.models import Commitment, Delivery, HandOff
from activities.selectors.handoffs import hand_offs
from activities.services import handoffs
from backbone import conditions
from backbone.problems import Refused
from backbone.roles import Role
from backbone.selectors.stuck import open_now
from tests import factories
from tests.activities import worlds

pytestmark = pytest.mark.django_db
PAGE = "activities/hand-offs/"
TODAY = date(2026, 11, 20)


@pytest.fixture
def place(in_riverside, time_machine):
    """Three activities in a row: the class waits for the list, the placement for the class."""
    time_machine.move_to(datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("America/New_York")), tick=False)
    initiative, (p1, p2, _p3) = in_riverside.initiative, in_riverside.partners
    in_riverside.list = worlds.activity(initiative, "intake-list", leader=p2)
    in_riverside.training = worlds.activity(initiative, "class", leader=p1)
    in_riverside.placement = worlds.activity(initiative, "placement", leader=p1)
    ana = in_riverside.people.ana
    agree = {"initiative": initiative, "by": ana}
    in_riverside.first = handoffs.put(
        giver=in_riverside.list, taker=in_riverside.training, what="names of applicants", promised_days=10, **agree
    )
    handoffs.put(giver=in_riverside.training, taker=in_riverside.placement, what="graduates", promised_days=90, **agree)
    return in_riverside


def sign_in(client, place, who="ana"):
    client.force_login(factories.user_of(getattr(place.people, who)))
    return client


def test_what_is_waited_for_says_who_since_when_and_how_late(place, client):
    handoffs.ask(hand_off=place.first, asked_on=TODAY - timedelta(days=13), by=place.people.ana)
    said = " ".join(sign_in(client, place).get(place.url(PAGE)).content.decode().split())
    for words in ("names of applicants", "7 Nov", "13 days", "by 3 days", "Intake list <span", "100 days"):
        assert words in said, words


def test_what_came_makes_the_actual_lag(place, client):
    page, ana = place.url(PAGE), place.people.ana
    for days in (4, 20, 30):
        asked = handoffs.ask(hand_off=place.first, asked_on=TODAY - timedelta(days=60), by=ana)
        handoffs.came(delivery=asked, came_on=TODAY - timedelta(days=60 - days), by=ana)
    found = hand_offs(place.initiative, TODAY)
    view = next(one for one in found.views if one.row == place.first)
    assert (view.actual, view.is_slower, view.came) == (20, True, 3)
    assert found.found.days == 110
    sign_in(client, place)
    client.post(page, {"form": "ask", "row": place.first.pk, "day": "2026-11-18"})
    waiting = Delivery.objects.get(came_on=None)
    early = client.post(page, {"form": "came", "row": waiting.pk, "day": "2026-11-17"})
    assert early.status_code == 422
    assert client.post(page, {"form": "came", "row": waiting.pk, "day": "2026-11-19"}).status_code == 302
    assert client.post(page, {"form": "came", "row": waiting.pk, "day": "2026-11-19"}).status_code == 404


def test_it_is_a_duty_of_the_partner_that_is_waited_on(place):
    handoffs.ask(hand_off=place.first, asked_on=TODAY - timedelta(days=13), by=place.people.ana)
    lea = factories.make_member("lea@riverside.example", "Lea", Role.PARTNER_LEAD, partner=place.partners[1])
    now = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("America/New_York"))
    (item,) = [one for one in conditions.due(lea, now) if one.key.startswith("hand_off:")]
    assert (item.due, item.is_late, item.partner) == (TODAY - timedelta(days=3), True, "P2")
    for other in (place.people.ben, place.people.ana):
        assert not [one for one in conditions.due(other, now) if one.key.startswith("hand_off:")]


def test_only_who_has_a_part_in_it_writes(place, client):
    page = place.url(PAGE)
    lou = factories.make_member("lou@riverside.example", "Lou", Role.PARTNER_LEAD, partner=place.partners[2])
    client.force_login(factories.user_of(lou))
    assert client.post(page, {"form": "ask", "row": place.first.pk, "day": "2026-11-18"}).status_code == 404
    new = {"form": "new", "giver": place.list.pk, "taker": place.placement.pk, "what": "hours"}
    assert client.post(page, new).status_code == 404
    sign_in(client, place, "ben")
    assert client.post(page, new).status_code == 302
    assert client.post(page, {**new, "taker": place.list.pk, "giver": place.list.pk}).status_code in (404, 422)
    row = HandOff.objects.get(what="hours")
    place.placement.commitments.update(part="refers")
    lead = Commitment.objects.create(activity=place.placement, partner=place.partners[1], part="leads")
    assert client.post(page, {"form": "remove", "row": row.pk}).status_code == 404
    lead.delete()
    assert client.post(page, {"form": "remove", "row": row.pk}).status_code == 302
    sign_in(client, place, "fay")
    assert client.get(page).status_code == 404


def test_a_ring_is_named_instead_of_a_path(place, client):
    handoffs.put(
        initiative=place.initiative, giver=place.placement, taker=place.list, what="free places", promised_days=5,
        by=place.people.ana,
    )  # fmt: skip
    said = " ".join(sign_in(client, place).get(place.url(PAGE)).content.decode().split())
    assert "These wait for each other in a ring" in said
    assert hand_offs(place.initiative, TODAY).path == []
    with pytest.raises(Refused):
        handoffs.put(
            initiative=place.initiative, giver=place.list, taker=place.list, what="itself", promised_days=None,
            by=place.people.ana,
        )  # fmt: skip


def test_a_chain_that_takes_longer_than_the_map_allows_is_told(place):
    start = factories.make_node(place.initiative, "placing", stands_for=f"activities.activity:{place.placement.pk}")
    result = factories.make_node(place.initiative, "in-work", sort="result")
    factories.make_node_link(start, result, lag=(1, 2, 3))
    assert hand_offs(place.initiative, TODAY).too_long[0].node == result
    type(place.first).objects.filter(pk=place.first.pk).update(promised_days=0)
    assert hand_offs(place.initiative, TODAY).too_long == []


def test_the_page_asks_as_much_for_many_as_for_few(place, client):
    sign_in(client, place)

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get(place.url(PAGE))
        return len(seen)

    before = asked()
    for number in range(6):
        other = worlds.activity(place.initiative, f"more-{number}", leader=place.partners[number % 3])
        made = handoffs.put(
            initiative=place.initiative, giver=place.training, taker=other, what="news", promised_days=3,
            by=place.people.ana,
        )  # fmt: skip
        handoffs.ask(hand_off=made, asked_on=TODAY, by=place.people.ana)
    assert asked() == before


def test_what_came_too_late_is_put_before_the_next_meeting_and_stands_among_what_is_stuck(place, client):
    initiative, ana = place.initiative, place.people.ana
    handoffs.ask(hand_off=place.first, asked_on=date(2026, 11, 1), by=ana)
    (one,) = [one for one in conditions.proposed(initiative, timezone.now()) if one.about.startswith("activities.")]
    assert (one.title, one.why) == (
        "“Class” waits for names of applicants",
        "“Intake list” is to hand it on, 9 days late",
    )
    assert one.due == date(2026, 11, 11)
    found = open_now(initiative, timezone.now())
    assert [row.about for row in found.late] == [one.about]
    client.force_login(factories.user_of(ana))
    page = client.get(place.url("forest/stuck/")).content.decode()
    assert f'href="{one.url}"' in page
    part = client.get(place.url("forest/stuck/"), headers={"HX-Request": "true"}).content.decode()
    assert "<main" not in part
    assert one.title in part
    assert place.url("forest/stuck/") in client.get(place.url("forest/")).content.decode()
    client.force_login(factories.user_of(place.people.ben))
    assert client.get(place.url("forest/stuck/")).status_code == 404
    handoffs.came(delivery=Delivery.objects.get(), came_on=date(2026, 11, 20), by=ana)
    assert open_now(initiative, timezone.now()).late == []
