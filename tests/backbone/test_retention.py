"""What goes when its time is over, what never does, and that each night takes only what is old, piece by piece."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone

from backbone import conditions, tasks
from backbone.models import Change, Delivery, Invitation, KeptAnswer, Visit, Webhook, Work
from backbone.problems import Refused
from backbone.roles import Role
from backbone.services import invitations, retention, tenants, visits
from comms.models import Mail, Note
from tests import factories

pytestmark = pytest.mark.django_db


def days_ago(days: int):
    return timezone.now() - timedelta(days=days)


@pytest.fixture
def full(riverside):
    """One old and one young thing of each kind."""
    ana, ben = riverside.people.ana, riverside.people.ben
    with riverside.scope():
        publication = factories.make_publication(riverside.initiative, ana)
        hook = Webhook.objects.create(
            name="board", url="https://board.example/", events=[], salt="1", by=ana, made_at=days_ago(900)
        )
        for age in (0, 800):
            at = days_ago(age)
            Visit.objects.create(publication=publication, audience="funders", what="page", at=at)
            Delivery.objects.create(
                webhook=hook, event="x", about=f"x:{age}", body={}, state="sent", made_at=at, due_at=at, done_at=at
            )
            Mail.objects.create(
                kind="nudge", to_email="x@x.example", period_key=f"{age}", subject="s", text="words", html="<p>words</p>",
                message_id=f"<{age}@x.example>", recipient=ben, status="sent", created_at=at,
            )  # fmt: skip
            Note.objects.create(member=ben, kind="action", key=f"{age}", text="call", at=at, read_at=at)
            offer = invitations.invite(
                email=f"n{age}@x.example", role=Role.PARTNER_FILER, partner=riverside.partners[0], by=ana
            )
            Invitation.objects.filter(pk=offer.pk).update(created_at=at, expires_at=at + timedelta(days=7))
            answer = KeptAnswer.objects.create(credential="1", route="r", key=f"{age}", body_hash="x")
            KeptAnswer.objects.filter(pk=answer.pk).update(created_at=at)
            Work.objects.create(
                initiative=riverside.initiative, function="vision", on=at.date(), words="x", by=ana, at=at,
                withdrawn_at=at, withdrawn_by=ana,
            )  # fmt: skip
        waiting = Mail.objects.get(period_key="800")
        waiting.pk, waiting.period_key, waiting.message_id, waiting.status = None, "w", "<w@x.example>", "pending"
        waiting.save(force_insert=True)
        Note.objects.create(member=ben, kind="action", key="unread", text="call", at=days_ago(800))
    return riverside


def test_each_night_what_is_old_goes_and_nothing_else(full):
    gone = retention.let_go(full.tenant.pk)
    assert gone.pop("mails") == 1
    assert gone == dict.fromkeys(["visits", "deliveries", "answers", "invitations", "work", "notes"], 1)
    assert retention.let_go(full.tenant.pk) == {}
    with full.scope():
        for model in (Visit, Delivery, KeptAnswer, Work):
            assert model.objects.count() == 1
        assert Invitation.objects.count() == 1
        assert set(Note.objects.values_list("key", flat=True)) == {"0", "unread"}
        words = dict(Mail.objects.filter(kind="nudge").values_list("period_key", "text"))
        assert words == {"0": "words", "800": "", "w": "words"}
        assert not Mail.objects.get(period_key="800").may_go_again
        line = Change.objects.get(verb="retention.removed")
        assert line.facts["gone"]["visits"] == 1
        assert line.by is None


def test_the_night_takes_one_tenant_after_the_other_and_a_piece_at_a_time(full, hillcrest, monkeypatch):
    monkeypatch.setattr(retention, "AT_A_TIME", 2)
    with full.scope():
        publication = Visit.objects.first().publication
        for _ in range(5):
            Visit.objects.create(publication=publication, audience="funders", what="page", at=days_ago(800))
    with hillcrest.scope():
        theirs = factories.make_publication(hillcrest.initiative, hillcrest.people.ana)
        Visit.objects.create(publication=theirs, audience="funders", what="page", at=days_ago(100))
    assert tasks.let_go() > 6
    with full.scope():
        assert Visit.objects.count() == 1
    with hillcrest.scope():
        assert Visit.objects.count() == 1


def test_a_failure_at_one_tenant_leaves_the_others_their_night(full, hillcrest, monkeypatch):
    let_go = retention.let_go

    def fails(tenant_id: int):
        if tenant_id == hillcrest.tenant.pk:
            raise RuntimeError("broken")
        return let_go(tenant_id)

    monkeypatch.setattr(retention, "let_go", fails)
    assert tasks.let_go() > 0


@pytest.mark.sees_all_tenants
def test_the_database_lets_no_young_visit_go_and_none_be_altered(full):
    with full.scope():
        visits.record(Visit.objects.first().publication_id, "funders", "page")
        for error, statement in (
            (InternalError, "DELETE FROM backbone_visit WHERE at > now() - interval '1 day'"),
            (ProgrammingError, "UPDATE backbone_visit SET what = 'x'"),
            (ProgrammingError, "DELETE FROM backbone_change"),
        ):
            with pytest.raises(error), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


def test_the_page_says_what_goes_and_when_and_an_admin_changes_it(full):
    ana, steward = Client(), Client()
    ana.force_login(factories.user_of(full.people.ana))
    with full.scope():
        person = factories.make_member("dee@riverside.example", "Dee", Role.DATA_STEWARD)
    steward.force_login(factories.user_of(person))
    path = "/o/riverside/-/settings/kept/"
    shown = {one.label: (one.days, one.tonight, one.soon) for one in ana.get(path).context["outlook"]}
    assert shown["Who opened a publication, and when"] == (730, 1, 0)
    assert shown["Invitations that nobody accepted"] == (90, 1, 0)
    kept = {name: getattr(full.tenant, name) for name in tenants.KEPT}
    assert steward.get(path).status_code == 200
    assert steward.post(path, kept).status_code == 403
    assert ana.post(path, kept | {"visits_kept_days": 29}).status_code == 422
    assert ana.post(path, kept | {"visits_kept_days": 900}).status_code == 302
    shown = {one.label: (one.days, one.tonight) for one in ana.get(path).context["outlook"]}
    assert shown["Who opened a publication, and when"] == (900, 0)
    with full.scope():
        assert Change.objects.filter(verb="settings.changed").exists()


def test_nobody_but_an_admin_changes_it(full):
    with full.scope(), pytest.raises(Refused):
        tenants.change_settings(tenant=full.tenant, by=full.people.ben, visits_kept_days=40)


def test_every_kind_says_by_which_setting_it_is_kept(in_riverside):
    kinds = conditions.passing()
    assert {one.setting for one in kinds} == set(tenants.KEPT)
    assert len({one.slug for one in kinds}) == len(kinds)
