"""What somebody sends on purpose, or by a slip, to the pages of activities: never an error, and no page lost for others."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activities.models import Activity, Delivery, HandOff, Milestone
from backbone.conditions import due
from backbone.models import Membership
from backbone.roles import Role
from backbone.services import groups, members
from comms.services import planning
from tests import factories
from tests.pages import form_of
from tests.routes import make_world

pytestmark = pytest.mark.django_db

FIRST, LAST = date(1, 1, 1), date(9999, 12, 31)


@pytest.fixture
def world(riverside):
    return make_world(riverside)


@pytest.fixture
def ana(riverside, client):
    client.force_login(factories.user_of(riverside.people.ana))
    return client


@pytest.mark.parametrize("page", ["9" * 19, "9" * 5000, "²", "-1", "٣"])
def test_a_page_of_the_matrix_that_there_is_not_is_a_page(ana, riverside, page):
    make_world(riverside)
    assert ana.get(riverside.url("activities/gaps/"), {"page": page}).status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_that_there_are_can_be_asked_for(ana, riverside, world, day):
    asked = {"day": day, "on": day, "since": day, "until": day}
    for page in ("", "gaps/", "gaps/changes/", "money/", "network/", "gaps/trained/classes/youth/east/"):
        assert ana.get(riverside.url(f"activities/{page}"), asked).status_code == 200, page
    assert ana.get(riverside.api("gaps/"), {"day": day}).status_code == 200
    assert ana.get(riverside.api("activities/"), {"on": day}).status_code == 200


def test_an_activity_without_a_beginning_and_an_end_that_anybody_lives_to_see_is_drawn(ana, riverside, world):
    with riverside.scope():
        Activity.objects.filter(slug="evening-class").update(starts_on=FIRST, ends_on=LAST)
    for view in ("list", "board", "timeline"):
        assert ana.get(riverside.url("activities/"), {"view": view}).status_code == 200, view


def test_what_is_due_on_the_last_day_that_there_is_stops_nobodys_reminders(riverside, world):
    ben = riverside.people.ben
    with riverside.scope():
        activity = Activity.objects.get(slug="evening-class")
        Milestone.objects.create(activity=activity, title="for good", due_on=LAST, owner=ben)
        assert "for good" in [one.label[:8] for one in due(ben, timezone.now())]
        round_ = planning.round_of(timezone.now())
        for step in planning.STEPS:
            step(timezone.now(), round_)


@pytest.mark.parametrize(
    "content",
    [
        b"slug,name\rx,Y\rz,Z",
        b'slug,"na\rme\n1,2',
        b"\r\r\r",
        b"slug,na\0me\n1,2",
        b"PK\x03\x04 xl/workbook.xml",
        b"PK\x03\x04",
    ],
)
def test_a_file_of_the_register_that_is_none_is_refused(ana, riverside, content):
    page = reverse("activities:bring-in", args=["riverside", "work"])
    sent = ana.post(page, {"files": SimpleUploadedFile("x.csv", content)})
    assert sent.status_code in (200, 302, 422)


@pytest.mark.parametrize("content", ["é", "=", "AAA", "\U0001f600"])
def test_needs_that_were_lost_on_the_way_are_asked_for_again(ana, riverside, content):
    page = reverse("activities:needs-import", args=["riverside", "work"])
    sent = ana.post(page, {"content": content, "apply": "1"})
    assert sent.status_code == 422
    assert "The file was lost on the way. Choose it again." in sent.content.decode()


def test_a_reason_with_a_sign_that_no_text_may_hold_is_kept_without_it(ana, riverside, world):
    page = reverse("activities:twins", args=["riverside", "work"])
    with riverside.scope():
        one, other = Activity.objects.order_by("pk").values_list("pk", flat=True)
    sent = ana.post(page, {"pair": f"{one}-{other}", "verdict": "different", "reason": "two\0 halls"})
    assert sent.status_code == 302
    assert "two halls" in ana.get(page).content.decode()


def test_what_was_asked_for_on_the_last_day_that_there_is_is_due_then(riverside, world):
    with riverside.scope():
        Delivery.objects.update(asked_on=LAST, came_on=None)
        HandOff.objects.update(promised_days=30)
        assert LAST in [one.due for one in due(riverside.people.ben, timezone.now())]


@pytest.mark.parametrize(
    "body",
    [
        '{"name":"x","capacity":1e999999999,"unit":"p"}', '{"name":"x","capacity":1e-999999999,"unit":"p"}',
        '{"name":"x","money":[{"funder":"f","amount":1e999999999,"currency":"USD"}]}',
        '{"name":"x","strategies":[{"tag":"trained/classes","share":1e400}]}', '{"name":"x","indicators":[1e999999999]}',
        '{"name":"x","starts_on":20261101}', '{"name":"x","status":[[]]}', "[" * 5000, '{"a":' * 5000,
        '{"name":"x","name":"y"}', '{"name":NaN}', '{"name":"a\\ud800"}', '{"name":"a\\u0000"}',
        '{"name":"x","url":"javascript:alert(1)"}', '{"name":"\\u202egnp.exe\\u0007"}',
    ],
)  # fmt: skip
def test_a_body_that_is_no_activity_is_refused(ana, riverside, world, body):
    assert ana.put(riverside.api("activities/evening-class/"), body, "application/json").status_code == 400


# --- two at once ---


def test_who_saves_what_somebody_else_changed_meanwhile_is_told(ana, riverside, world):
    edit = reverse("activities:activity-edit", args=["riverside", "work", "evening-class"])
    said = form_of(ana.get(edit).content.decode())
    with riverside.scope():
        Activity.objects.filter(slug="evening-class").update(description="Since May in the annex")
    again = ana.post(edit, said | {"name": "Night class"})
    assert again.status_code == 422
    assert "Somebody changed this activity meanwhile" in again.content.decode()
    with riverside.scope():
        assert Activity.objects.get(slug="evening-class").description == "Since May in the annex"
    sent = ana.post(edit, said | {"name": "Night class", "seen": form_of(again.content.decode())["seen"]})
    assert sent.status_code == 302
    assert form_of(ana.get(edit).content.decode())["name"] == "Night class"


def test_a_milestone_that_is_done_stays_done_when_rows_before_it_go_meanwhile(ana, riverside, world):
    with riverside.scope():
        activity = Activity.objects.get(slug="evening-class")
        for day, title, done_on in ((1, "Hall", None), (2, "Teachers", date(2026, 11, 2)), (3, "Doors", None)):
            Milestone.objects.create(activity=activity, title=title, due_on=date(2026, 12, day), done_on=done_on)
    steps = reverse("activities:activity-steps", args=["riverside", "work", "evening-class"])
    said = form_of(ana.get(steps).content.decode())
    with riverside.scope():
        Milestone.objects.get(title="Hall").delete()
    assert ana.post(steps, said).status_code == 422
    with riverside.scope():
        assert dict(Milestone.objects.values_list("title", "done_on")) == {"Teachers": date(2026, 11, 2), "Doors": None}


def test_the_api_writes_over_no_state_that_its_caller_did_not_see(ana, riverside, world):
    address = riverside.api("activities/evening-class/")
    seen = ana.get(address)
    body = {key: value for key, value in seen.json().items() if key not in ("slug", "standing")}
    ana = Client(enforce_csrf_checks=False)
    ana.force_login(factories.user_of(riverside.people.ana))
    first = ana.put(address, body | {"name": "One"}, "application/json", headers={"If-Match": seen["ETag"]})
    second = ana.put(address, body | {"name": "Two"}, "application/json", headers={"If-Match": seen["ETag"]})
    assert (first.status_code, second.status_code) == (200, 412)
    assert second.json()["errors"][0]["code"] == "if_match.stale"
    third = ana.put(address, body | {"name": "Two"}, "application/json", headers={"If-Match": first["ETag"]})
    assert (third.status_code, third.json()["name"]) == (200, "Two")


def test_an_activity_whose_owner_left_can_still_be_changed(ana, riverside, world):
    ben = riverside.people.ben
    with riverside.scope():
        activity = Activity.objects.get(slug="evening-class")
        Milestone.objects.create(activity=activity, title="Hall", due_on=date(2026, 12, 1), owner=ben)
        members.deactivate(membership=ben, by=riverside.people.ana)
    edit = reverse("activities:activity-edit", args=["riverside", "work", "evening-class"])
    assert ana.post(edit, form_of(ana.get(edit).content.decode()) | {"name": "Night class"}).status_code == 302
    with riverside.scope():
        assert Milestone.objects.get(title="Hall").owner == Membership.objects.get(pk=ben.pk)


# --- whose they are ---


def test_a_chair_changes_what_organizations_of_the_own_group_do_and_no_words(riverside, client, world):
    with riverside.scope():
        cleo = factories.make_member("cleo@riverside.example", "Cleo", Role.GROUP_CHAIR)
    client.force_login(factories.user_of(cleo))
    edit = reverse("activities:activity-edit", args=["riverside", "work", "evening-class"])
    word = reverse("activities:word", args=["riverside", "work", "places", "east"])
    assert client.get(edit).status_code == 404
    assert (
        client.put(riverside.api("activities/evening-class/"), {"name": "Mine"}, "application/json").status_code == 400
    )
    with riverside.scope():
        group = groups.make(
            initiative=riverside.initiative, name="West", slug="west", purpose="x", by=riverside.people.ana
        )
        groups.put(group=group, member=cleo, partner=None, is_chair=True, by=riverside.people.ana)
        groups.put(
            group=group,
            member=riverside.people.ben,
            partner=riverside.partners[0],
            is_chair=False,
            by=riverside.people.ana,
        )
    assert client.get(edit).status_code == 200
    assert client.post(edit, form_of(client.get(edit).content.decode()) | {"name": "Night class"}).status_code == 302
    other = reverse("activities:activity-edit", args=["riverside", "work", "evening-class-2"])
    assert (client.get(other).status_code, client.get(word).status_code) == (404, 404)
