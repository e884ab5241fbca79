"""Operators: counts of every tenant and words of none; let in by an admin for a while, logged, reading only."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from backbone import conditions
from backbone.models import Change, Membership, OperatorAccess, User
from backbone.problems import Refused
from backbone.roles import Can, Role
from backbone.selectors import stock
from backbone.services import members, operating
from backbone.tasks import take_stock
from comms.models import Mail
from measures.models import StaleMark
from tests import factories
from tests.pages import without_chance

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept():
    cache.delete(stock.KEY)


@pytest.fixture
def olga() -> User:
    return factories.make_user("olga@platform.example", name="Olga", is_staff=True)


@pytest.fixture
def operator(olga) -> Client:
    browser = Client(raise_request_exception=False)
    browser.force_login(olga)
    return browser


def give(place, olga, hours=4) -> OperatorAccess:
    with place.scope():
        row = operating.ask(user=olga, reason="Why is October slow?", hours=hours)
        return operating.approve(access=row, by=place.people.ana)


def make_mail(place, status: str, **changes) -> Mail:
    return Mail.objects.create(
        kind=Mail.Kind.NUDGE, to_email="x@x.example", period_key=f"{status}-{Mail.objects.count()}", subject="secret s",
        text="secret t", html="<p>secret</p>", message_id=f"<{status}{Mail.objects.count()}@x.example>",
        recipient=place.people.ben, status=status, **changes,
    )  # fmt: skip


# --- the platform's page ---


def test_only_an_operator_finds_the_platform(riverside, operator):
    for who in (riverside.people.ana, riverside.people.ben):
        browser = Client()
        browser.force_login(factories.user_of(who))
        for path in ("/operator/", "/operator/riverside/", "/operator/nowhere/"):
            assert browser.get(path).status_code == 404
    assert Client().get("/operator/").status_code == 302
    assert operator.get("/operator/").status_code == 200
    assert operator.get("/operator/nowhere/").status_code == 404


def test_it_counts_what_waits_and_says_no_word_of_it(riverside, hillcrest, operator):
    now = timezone.now()
    with riverside.scope():
        indicator = factories.make_indicator(riverside.initiative, "placements-secret")
        mark = StaleMark.objects.create(indicator=indicator, period="2026-10-01")
        StaleMark.objects.filter(pk=mark.pk).update(made_at=now - timedelta(hours=1))
        make_mail(riverside, "unknown")
        make_mail(riverside, "failed")
        make_mail(riverside, "pending", next_attempt_at=now - timedelta(minutes=1))
        make_mail(riverside, "pending", next_attempt_at=now + timedelta(days=1))
    found = stock.take()
    (here,) = [held for held in found.tenants if held.slug == "riverside"]
    (there,) = [held for held in found.tenants if held.slug == "hillcrest"]
    counted = {queue.slug: (queue.waiting, queue.stuck) for queue in here.queues}
    assert counted["comms.mails"] == (1, 1)
    assert counted["comms.unknown"] == (0, 1)
    assert counted["measures.rollups"] == (1, 0)
    assert (here.waiting, here.stuck, here.unknown) == (2, 2, 1)
    assert found.is_late(here)
    assert (there.waiting, there.stuck) == (0, 0)
    assert found.worst_first()[0].slug == "riverside"
    body = operator.get("/operator/").content.decode()
    body += operator.get("/operator/riverside/").content.decode()
    assert "Riverside" in body
    for word in ("secret", "Youth to Work", "ben@", "Partner P1"):
        assert word not in body


def test_every_queue_that_a_condition_counts_has_its_words(in_riverside):
    assert {queue.slug for queue in conditions.queues(timezone.now())} == set(stock.QUEUES)


def test_it_is_counted_by_the_clock_and_read_from_what_is_kept(riverside, operator, django_assert_max_num_queries):
    assert take_stock() == len(stock.latest().tenants)
    with riverside.scope():
        make_mail(riverside, "unknown")
    with django_assert_max_num_queries(12):
        assert operator.get("/operator/").context["stock"].of_all()[-1][1].stuck == 0
    assert operator.post("/operator/", follow=True).context["stock"].of_all()[-1][1].stuck == 1
    assert stock.latest().of_all()[-1][1].stuck == 1


def test_a_command_makes_operators_and_ends_them(olga):
    call_command("make_operator", "new@platform.example")
    user = User.objects.get(email="new@platform.example")
    assert user.is_staff
    assert not user.has_usable_password()
    call_command("make_operator", "new@platform.example", "--end")
    user.refresh_from_db()
    assert not user.is_staff
    assert user.sessions_valid_from is not None
    for wrong in (["nobody@platform.example", "--end"], ["no address"]):
        with pytest.raises(CommandError):
            call_command("make_operator", *wrong)


# --- looking in ---


def test_without_access_an_operator_is_a_stranger(riverside, hillcrest, operator, olga):
    give_by_sam(hillcrest, olga)
    for path in ("/o/{}/", "/o/{}/work/forest/", "/o/{}/-/settings/", "/api/v1/{}/work/rollups/"):
        here, nowhere = operator.get(path.format("riverside")), operator.get(path.format("nowhere"))
        assert (here.status_code, nowhere.status_code) == (404, 404)
        assert without_chance(here) == without_chance(nowhere)


def test_asked_with_a_reason_let_in_and_every_page_is_in_the_log(riverside, operator, olga):
    assert operator.post("/operator/riverside/", {"reason": "", "hours": 4}).status_code == 422
    assert operator.post("/operator/riverside/", {"reason": "October is slow", "hours": 4}).status_code == 302
    assert operator.get("/o/riverside/work/indicators/").status_code == 404
    ana = Client()
    ana.force_login(factories.user_of(riverside.people.ana))
    page = ana.get("/o/riverside/-/operators/")
    assert "October is slow" in page.content.decode()
    with riverside.scope():
        (due,) = [item for item in conditions.due(riverside.people.ana, timezone.now()) if "operator" in item.key]
        assert due.url == "/o/riverside/-/operators/"
        row = OperatorAccess.objects.get()
    assert ana.post("/o/riverside/-/operators/", {"form": "approve", "row": row.pk}).status_code == 302
    answer = operator.get("/o/riverside/work/indicators/")
    assert answer.status_code == 200
    assert "You look in as an operator" in answer.content.decode()
    with riverside.scope():
        visit = Change.objects.filter(verb="operator.visited").get()
        assert visit.facts["address"] == "/o/riverside/work/indicators/"
        assert visit.by.name == "Olga (platform operator)"
    page = ana.get("/o/riverside/-/operators/").content.decode()
    assert "Olga (platform operator) opened /o/riverside/work/indicators/" in page
    assert "opened /o/riverside/work/indicators/" in ana.get("/o/riverside/-/audit/?what=operator").content.decode()


def test_it_ends_by_itself_and_at_an_admins_word(riverside, operator, olga):
    row = give(riverside, olga)
    assert operator.get("/o/riverside/work/indicators/").status_code == 200
    with riverside.scope():
        operating.end(access=row, by=riverside.people.ana)
    assert operator.get("/o/riverside/work/indicators/").status_code == 404
    row = give(riverside, olga, hours=1)
    assert operator.get("/o/riverside/work/indicators/").status_code == 200
    earlier = timezone.now() - timedelta(hours=2)
    with riverside.scope():
        OperatorAccess.objects.filter(pk=row.pk).update(granted_at=earlier, expires_at=earlier + timedelta(hours=1))
    assert operator.get("/o/riverside/work/indicators/").status_code == 404


def test_an_operator_who_runs_the_platform_no_more_is_out(riverside, operator, olga):
    give(riverside, olga)
    User.objects.filter(pk=olga.pk).update(is_staff=False)
    assert operator.get("/o/riverside/work/indicators/").status_code == 404


def test_it_is_for_one_operator_unless_any_may_come(riverside, olga):
    give(riverside, olga)
    other = factories.make_user("otto@platform.example", name="Otto", is_staff=True)
    browser = Client()
    browser.force_login(other)
    assert browser.get("/o/riverside/work/indicators/").status_code == 404
    with riverside.scope():
        operating.let_in(by=riverside.people.ana, reason="Help us", hours=1)
    assert browser.get("/o/riverside/work/indicators/").status_code == 200


def test_an_operator_reads_and_never_writes(riverside, operator, olga):
    with riverside.scope():
        before = {model: model.objects.count() for model in (Membership, OperatorAccess)}
    give(riverside, olga)
    for path in ("/o/riverside/work/meetings/new/", "/o/riverside/-/account/", "/o/riverside/-/operators/"):
        assert operator.post(path, {"title": "x"}).status_code == 403
    with riverside.scope():
        assert Change.objects.filter(verb="operator.refused").count() == 3
        person = operating.acting(olga)
        assert not any(person.can(can) for can in Can if can.letter != "R")
        assert not person.can(Can.READ_SMALL_CELLS)
        assert person.partner_ids(Can.READ_SMALL_CELLS) == set()
        assert person.reach_of(Can.READ_SMALL_CELLS) == set()
        assert not person.can(Can.READ_DRAFTS)
        assert Membership.objects.count() == before[Membership] + 1
    for path in ("settings/", "members/", "export/", "audit/", "operators/"):
        assert operator.get(f"/o/riverside/-/{path}").status_code == 404
    assert operator.get("/o/riverside/work/outbox/").status_code == 404


def test_an_operator_is_none_of_the_tenants_people(riverside, operator, olga):
    give(riverside, olga)
    ana = Client()
    ana.force_login(factories.user_of(riverside.people.ana))
    assert "Olga" not in ana.get("/o/riverside/-/members/").content.decode()
    with riverside.scope():
        person = Membership.objects.get(user_id=olga.pk)
        assert not person.is_active
        assert person.current_grants == []
    assert ana.get(f"/o/riverside/-/members/{person.pk}/").status_code == 404


def test_an_operator_who_is_invited_becomes_one_of_them(riverside, olga):
    give(riverside, olga)
    with riverside.scope():
        members.add_member(email=olga.email, name="Olga", role=Role.CONVENER)
        person = Membership.objects.get(user_id=olga.pk)
        assert not person.is_active, "a command lets nobody in who was kept out"
        members.open_door(membership=person, by=riverside.people.ana)
        person.refresh_from_db()
        assert (person.is_active, person.is_operator) == (True, False)
        assert person.can(Can.EDIT_MEETINGS)


def test_nobody_lets_in_without_the_right_and_no_answer_is_given_twice(riverside, olga):
    with riverside.scope():
        row = operating.ask(user=olga, reason="slow", hours=4)
        assert operating.ask(user=olga, reason="very slow", hours=1).pk == row.pk
        for do in (operating.approve, operating.decline, operating.end):
            with pytest.raises(Refused):
                do(access=row, by=riverside.people.fay)
        with pytest.raises(Refused):
            operating.let_in(by=riverside.people.ben, reason="x", hours=1)
        with pytest.raises(Refused):
            operating.ask(user=factories.user_of(riverside.people.ana), reason="x", hours=1)
        for hours in (0, 169):
            with pytest.raises(Refused):
                operating.ask(user=olga, reason="x", hours=hours)
        operating.decline(access=row, by=riverside.people.ana)
        with pytest.raises(Refused):
            operating.approve(access=row, by=riverside.people.ana)


def test_next_doors_access_is_not_ours(riverside, hillcrest, olga):
    row = give_by_sam(hillcrest, olga)
    browser = Client()
    browser.force_login(factories.user_of(riverside.people.ana))
    for form in ("approve", "decline", "end"):
        answer = browser.post("/o/riverside/-/operators/", {"form": form, "row": row.pk})
        assert answer.status_code == 404
    with hillcrest.scope():
        row.refresh_from_db()
        assert row.ended_at is None


def give_by_sam(hillcrest, olga) -> OperatorAccess:
    with hillcrest.scope():
        return operating.let_in(by=hillcrest.people.sam, reason="Help", hours=4)
