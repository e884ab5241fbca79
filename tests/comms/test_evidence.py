"""What communication answers when the backbone asks: checks, acts, ties, what is published, the API."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backbone.conditions import Edition, registered
from backbone.health import health, whole
from comms.services import actions, announcements, decisions, sessions
from tests import factories
from tests.comms.meeting import DAY, filed, in_session, plan
from tests.measures.test_api_description import check, description  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_november():
    with time_machine.travel("2026-11-18T18:00:00Z", tick=False):
        yield


def comms():
    return next(one for one in registered() if one.slug == "comms")


def checks(place) -> dict[str, Decimal | None]:
    return {one.slug: one.value for one in comms().readings(place.initiative, timezone.now())}


def test_with_nothing_recorded_nothing_is_known(in_riverside):
    assert set(checks(in_riverside).values()) == {None}
    found = {one.slug: one for one in health(in_riverside.initiative, timezone.now())}
    assert found["comms"].score is None


def test_each_check_is_what_the_records_say(in_riverside):
    ana, (p1, _p2, p3) = in_riverside.people.ana, in_riverside.partners
    indicator = filed(in_riverside, 10, 20, 30)
    meeting = in_session(in_riverside, there="PAX")
    decisions.decide(initiative=in_riverside.initiative, text="On", by=ana, meeting=meeting, cite=[indicator])
    decisions.decide(initiative=in_riverside.initiative, text="Off", by=ana)
    done, _open = (
        actions.add(initiative=in_riverside.initiative, what=what, owner=ana, due_on=DAY, by=ana) for what in "ab"
    )
    actions.move(action=done, state="done", by=ana)
    sessions.close(meeting=meeting, by=ana)
    (other,) = plan(in_riverside)
    made = announcements.announce(
        initiative=in_riverside.initiative, title="Read", by=ana, partners=[p1, p3], needs_answer=True
    )
    announcements.acknowledge(announcement=made, partner=p1, by=in_riverside.people.ben)
    with time_machine.travel("2026-11-20T18:00:00Z", tick=False):
        found = checks(in_riverside)
    assert found["comms.meetings"] == Decimal("0.5")
    assert found["comms.attendance"] == Decimal("0.5")
    assert found["comms.actions"] == Decimal("0.5")
    assert found["comms.acknowledged"] == Decimal(1) / 3
    assert found["measures.decisions"] == Decimal("0.5")
    assert found["agenda.cited"] == 0
    assert found["comms.closure"] is None
    assert other.pk
    slugs = {
        one.slug
        for one in whole(list(comms().readings(in_riverside.initiative, timezone.now())), timezone.now())["comms"]
    }
    assert slugs == {
        f"comms.{name}" for name in ("meetings", "attendance", "actions", "closure", "acknowledged", "heard")
    }


def test_leading_and_meeting_each_other_are_told_to_who_asks(in_riverside):
    ana, ben, (p1, p2, _p3) = in_riverside.people.ana, in_riverside.people.ben, in_riverside.partners
    in_session(in_riverside, there="PPA")
    action = actions.add(initiative=in_riverside.initiative, what="Ask", owner=ana, partner=p2, due_on=DAY, by=ben)
    actions.move(action=action, state="done", by=ana)
    since, until = timezone.now() - timezone.timedelta(days=1), timezone.now()
    acts = [(one.kind, one.partner_id, one.by_id) for one in comms().acts(in_riverside.initiative, since, until)]
    assert sorted(acts) == [("closed", p2.pk, ana.pk), ("convened", None, ana.pk)]
    ties = [(one.kind, one.partner_id, one.other_id) for one in comms().ties(in_riverside.initiative, until)]
    assert sorted(ties) == [("action", p2.pk, p1.pk), ("meeting", p1.pk, p2.pk)]


def test_chosen_decisions_are_published_without_who_was_for_or_against(in_riverside):
    ana, partner = in_riverside.people.ana, in_riverside.partners[1]
    made = decisions.decide(
        initiative=in_riverside.initiative, text="On", reason="Near", by=ana, dissent=[(partner, "Too far")]
    )
    gone = decisions.decide(initiative=in_riverside.initiative, text="Off", by=ana)
    month = date(2026, 11, 1)
    assert [one.slug for one in comms().options(in_riverside.initiative, "month", month)] == ["d-2", "d-1"]
    assert list(comms().options(in_riverside.initiative, "month", date(2026, 10, 1))) == []
    decisions.withdraw(decision=gone, reason="No", by=ana)
    edition = Edition(
        in_riverside.initiative, "month", month, timezone.now(), "public", [{"slug": slug} for slug in ("d-1", "d-2", "x", "d-")]
    )  # fmt: skip
    assert comms().published(edition).data == {
        "decisions": [{"code": str(made), "text": "On", "reason": "Near", "decided_on": "2026-11-18"}]
    }


def test_the_api_gives_what_the_pages_show_as_its_description_says(riverside, client, description):  # noqa: F811
    with riverside.scope():
        indicator = filed(riverside, 10, 20, None)
        meeting = in_session(riverside, there="PAX", topics=[("The roof", 5)])
        decision = decisions.decide(
            initiative=riverside.initiative, text="On", by=riverside.people.ana, meeting=meeting, cite=[indicator],
            dissent=[(riverside.partners[0], "No")],
        )  # fmt: skip
        actions.add(
            initiative=riverside.initiative, what="Ask", owner=riverside.people.ben, due_on=DAY, by=riverside.people.ana,
            decision=decision,
        )  # fmt: skip
    client.force_login(factories.user_of(riverside.people.ben))
    for rest in ("decisions/", "meetings/", "actions/"):
        check(description, "get", rest, client.get(riverside.api(rest)))
    (one,) = client.get(riverside.api("decisions/")).json()["decisions"]
    assert (one["number"], one["without"], one["dissent"]) == (1, ["P2"], [{"partner": "P1", "words": "No"}])
    (cited,) = one["cites"]
    assert (cited["value"], cited["filed"], cited["expected"], cited["period"]) == ("30", 2, 3, "2026-10")
    (met,) = client.get(riverside.api("meetings/?state=open")).json()["meetings"]
    (topic,) = met["topics"]
    assert (topic["title"], topic["state"], topic["minutes"]) == ("The roof", "open", 5)
    assert {"partner": "P2", "presence": "absent", "names": ""} in met["attendance"]
    (act,) = client.get(riverside.api("actions/?state=open&before=9")).json()["actions"]
    assert (act["number"], act["owner"], act["source"]) == (1, "Ben", "D-1: On")
    assert client.get(riverside.api("actions/?before=1")).json() == {"actions": []}
    assert client.get(riverside.api("decisions/?state=nonsense")).status_code == 400
    client.force_login(factories.user_of(riverside.people.fay))
    assert client.get(riverside.api("decisions/")).status_code == 404


def test_checks_and_lists_cost_the_same_however_much_there_is(in_riverside):
    ana, counts = in_riverside.people.ana, []
    for rows in (1, 3, 6):
        for _number in range(rows):
            meeting = in_session(in_riverside)
            decision = decisions.decide(initiative=in_riverside.initiative, text="On", by=ana, meeting=meeting)
            actions.add(initiative=in_riverside.initiative, what="a", owner=ana, due_on=DAY, by=ana, decision=decision)
        with CaptureQueriesContext(connection) as caught:
            checks(in_riverside)
            list(comms().due(ana, timezone.now()))
            list(comms().proposed(in_riverside.initiative, timezone.now()))
        counts.append(len(caught))
    assert counts[1] == counts[2]
