"""Taking everything away, and forgetting a person."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from datetime import date

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from backbone import changes
from backbone.models import Change, Entrance, Invitation, Membership, User
from backbone.problems import Refused
from backbone.roles import Role
from backbone.services import forgetting, invitations, members, moving
from backbone.services.moving_zip import archive
from comms.models import Mail, Unreachable
from comms.services import ledger
from measures.models import Figure
from tests import factories

pytestmark = pytest.mark.django_db


# --- everything as an archive ---


def test_the_archive_holds_every_table_with_its_count_and_checksum(riverside, client):
    client.force_login(factories.user_of(riverside.people.ana))
    page = f"/o/{riverside.tenant.slug}/-/export/"
    assert "Take the archive" in client.get(page).content.decode()
    response = client.post(page)
    content = b"".join(response.streaming_content)
    with zipfile.ZipFile(io.BytesIO(content)) as found:
        assert found.testzip() is None
        manifest = json.loads(found.read("riverside/manifest.json"))
        partners = found.read("riverside/backbone_partner.csv").decode().splitlines()
    there = {one["table"]: (one["rows"], one["sha256"]) for one in manifest["tables"]}
    with riverside.scope():
        counted = {one.table: (one.rows, one.sha256) for one in moving.count(riverside.tenant.pk)}
        assert Change.objects.get(verb="tenant.exported").by == riverside.people.ana
    assert there == counted
    assert len(partners) == 3


def test_only_an_admin_takes_everything_away_and_looking_takes_nothing(riverside, client):
    with riverside.scope():
        steward = factories.make_member("sue@riverside.example", "Sue", Role.DATA_STEWARD)
    page = f"/o/{riverside.tenant.slug}/-/export/"
    for who in (steward, riverside.people.ben, riverside.people.fay):
        client.force_login(factories.user_of(who))
        assert client.get(page).status_code == 404
        assert client.post(page).status_code == 404
    with riverside.scope():
        assert not Change.objects.filter(verb="tenant.exported").exists()


@pytest.mark.parametrize("delivery", ["django.core.mail.backends.smtp.EmailBackend", ""])
def test_an_archive_holds_no_letter_that_lets_in_who_reads_it(riverside, settings, delivery):
    """Whoever invites an address would otherwise find the link that was mailed to it, and join in its name."""
    settings.DELIVERY = delivery
    with riverside.scope():
        letter = ledger.post(to="new@x.example", subject="Come in", text="https://x.example/invitations/secret-1/")
        Unreachable.objects.create(email="new@x.example", why="bounced", mail=letter, at=timezone.now())
        left = ledger.post(to="old@x.example", subject="Came in", text="")
        Unreachable.objects.create(email="old@x.example", why="bounced", mail=left, at=timezone.now())
    with zipfile.ZipFile(io.BytesIO(b"".join(archive(riverside.tenant)))) as found:
        mails = found.read("riverside/comms_mail.csv").decode()
        unreachable = found.read("riverside/comms_unreachable.csv").decode()
    assert ("secret-1" in mails) == ("new@x.example" in unreachable) == (delivery == "")
    assert "Came in" in mails
    assert "old@x.example" in unreachable


def test_an_archive_is_never_whole_in_memory(riverside):
    with riverside.scope():
        changes.record_many(
            changes.prepare("settings.changed", on="x", names=f"{number} " * 40) for number in range(20_000)
        )
    tracemalloc.start()
    sizes = [len(piece) for piece in archive(riverside.tenant)]
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(sizes) > 200_000
    assert max(sizes) < 2_000_000
    assert peak < 20_000_000


# --- forgetting ---


@pytest.fixture
def ben(in_riverside):
    """Ben filed, was invited and mailed; and he is deactivated."""
    place = in_riverside
    indicator = factories.make_indicator(place.initiative)
    factories.make_figure(indicator, place.partners[0], date(2026, 10, 1), "12", changed_by=place.people.ben)
    offer = invitations.invite(email="new@x.example", role=Role.FUNDER, by=place.people.ana)
    Invitation.objects.filter(pk=offer.pk).update(email=place.people.ben.email, name="Ben")
    Mail.objects.create(
        kind=Mail.Kind.NUDGE, to_email=place.people.ben.email, period_key="1", subject="Ben, please", text="Dear Ben",
        html="<p>Ben</p>", message_id="<1@x.example>", recipient=place.people.ben,
    )  # fmt: skip
    EmailAddress.objects.create(
        user_id=place.people.ben.user_id, email=place.people.ben.email, verified=True, primary=True
    )
    members.deactivate(membership=place.people.ben, by=place.people.ana)
    return place


def test_a_person_is_forgotten_and_what_they_filed_stays(ben):
    place, old = ben, ben.people.ben
    Membership.objects.filter(pk=old.pk).update(phone="+1 503 555 0142")
    forgetting.forget(membership=old, by=place.people.ana)
    row = Membership.objects.get(pk=old.pk)
    assert (row.name, row.email) == (f"Former member {old.pk}", f"forgotten-{old.pk}@forgotten.invalid")
    assert row.phone == ""
    assert Figure.objects.get().changed_by == row
    assert Figure.objects.get().value == 12
    mail = Mail.objects.get(period_key="1")
    assert (mail.subject, mail.text, mail.html, mail.to_email, mail.status) == ("", "", "", row.email, "skipped")
    assert not Invitation.objects.filter(email=old.email).exists()
    user = User.objects.get(pk=old.user_id)
    assert (user.name, user.is_active, user.has_usable_password()) == ("", False, False)
    assert "ben" not in user.email
    assert not EmailAddress.objects.filter(user=user).exists()
    assert Change.objects.get(verb="member.forgotten").facts == {"person": row.name}


def test_a_login_that_opens_another_door_stays(ben, riverside):
    other = factories.Tenant.objects.create(slug="other", name="Other")
    Entrance.objects.create(user_id=ben.people.ben.user_id, tenant=other)
    forgetting.forget(membership=ben.people.ben, by=ben.people.ana)
    assert User.objects.get(pk=ben.people.ben.user_id).email == "ben@riverside.example"


def test_nobody_is_forgotten_who_can_come_in_and_nobody_forgets_themself(ben):
    steward = factories.make_member("sue@riverside.example", "Sue", Role.DATA_STEWARD)
    for membership, by, code in (
        (ben.people.fay, ben.people.ana, "member.still_in"),
        (ben.people.ana, ben.people.ana, "member.forget_forbidden"),
        (ben.people.ben, steward, "member.forget_forbidden"),
    ):
        with pytest.raises(Refused) as caught:
            forgetting.forget(membership=membership, by=by)
        assert [problem.code for problem in caught.value.problems] == [code]


def test_an_admin_forgets_from_the_page_of_a_person(ben, client):
    client.force_login(factories.user_of(ben.people.ana))
    page = f"/o/{ben.tenant.slug}/-/members/{ben.people.ben.pk}/"
    assert "forget/" in client.get(page).content.decode()
    assert "cannot be undone" in client.get(f"{page}forget/").content.decode()
    said = client.post(f"{page}forget/", follow=True).content.decode()
    assert f"Former member {ben.people.ben.pk}" in said
    assert "ben@riverside.example" not in said
