"""Doors: the outbox and who reads what in it, nudges, the way out of mails, and where mails without a tenant go."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.core import mail as django_mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backbone.models import Change, Membership
from backbone.roles import Role
from backbone.services import invitations
from comms.models import Mail
from comms.services import ledger, sending
from tests import factories
from tests.comms.test_planning import OCTOBER, at, mails, plan

Kind, Status = Mail.Kind, Mail.Status


@pytest.fixture
def place(riverside):
    with riverside.scope():
        riverside.indicator = factories.make_indicator(riverside.initiative, due_day=10, lock_day=25)
        riverside.people.lea = factories.make_member(
            "lea@riverside.example", "Lea", Role.PARTNER_LEAD, partner=riverside.partners[0]
        )
        riverside.people.dan = factories.make_member("dan@riverside.example", "Dan", Role.DATA_STEWARD)
    return riverside


def signed_in(place, name):
    client = Client()
    with place.scope():
        client.force_login(factories.user_of(getattr(place.people, name)))
    return client


def letter(place, **changes):
    with place.scope():
        return ledger.post(
            **{"to": "guest@example.org", "subject": "Come in", "text": "secret-link", "html": "<p>secret-link</p>"}
            | changes
        )


def nudge_url(place, code="P1"):
    return place.url(f"nudges/{code}/2026-10/")


# --- who reads the outbox ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "status"), [("ana", 200), ("dan", 200), ("ben", 404), ("lea", 404), ("fay", 404)])
def test_the_outbox_is_for_who_reads_settings(place, name, status):
    kept = letter(place)
    client = signed_in(place, name)
    for rest in ("outbox/", f"outbox/{kept.pk}/"):
        assert client.get(place.url(rest)).status_code == status
    assert client.post(place.url(f"outbox/{kept.pk}/again/")).status_code == (302 if status == 200 else 404)


def test_the_neighbours_mail_is_not_there(place, hillcrest):
    theirs = letter(hillcrest)
    client = signed_in(place, "ana")
    assert client.get(place.url(f"outbox/{theirs.pk}/")).status_code == 404
    assert client.post(place.url(f"outbox/{theirs.pk}/again/")).status_code == 404
    assert "guest@example.org" not in client.get(place.url("outbox/")).content.decode()


@pytest.mark.parametrize(
    ("name", "delivery", "is_shown"), [("ana", "", True), ("ana", "a.server", False), ("dan", "", False)]
)
def test_a_letter_is_read_only_where_it_cannot_be_read_elsewhere(place, settings, name, delivery, is_shown):
    settings.DELIVERY = delivery
    kept = letter(place)
    client = signed_in(place, name)
    page = client.get(place.url(f"outbox/{kept.pk}/")).content.decode()
    assert ("secret-link" in page) is is_shown
    assert ("The words are not shown" in page) is not is_shown
    assert client.get(place.url(f"outbox/{kept.pk}/html/")).status_code == (200 if is_shown else 404)


def test_a_mail_is_framed_where_nothing_runs(place):
    with at(5):
        plan(place)
    (kept,) = mails(place, Kind.REMINDER)
    client = signed_in(place, "ana")
    page = client.get(place.url(f"outbox/{kept.pk}/")).content.decode()
    assert '<iframe sandbox=""' in page
    framed = client.get(place.url(f"outbox/{kept.pk}/html/"))
    policy = framed["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script-src" not in policy
    link = kept.headers["List-Unsubscribe"].strip("<>")
    assert link not in page + framed.content.decode(), "the way out is the reader's alone"


def test_the_outbox_filters_pages_and_costs_the_same_for_three_and_for_seventy(place):
    client = signed_in(place, "ana")
    assert "No mail yet" in client.get(place.url("outbox/")).content.decode()
    for number in range(3):
        letter(place, subject=f"Letter {number}")
    with CaptureQueriesContext(connection) as few:
        client.get(place.url("outbox/"))
    for number in range(3, 70):
        letter(place, subject=f"Letter {number}")
    with CaptureQueriesContext(connection) as many:
        page = client.get(place.url("outbox/")).content.decode()
    assert len(many) == len(few)
    assert page.count(">Letter ") == 50
    assert "Letter 69" in page
    assert "Letter 3<" in client.get(place.url("outbox/?page=2")).content.decode()
    assert "No such mail" in client.get(place.url("outbox/?kind=digest")).content.decode()
    assert "Letter 69" in client.get(place.url("outbox/?kind=letter&state=pending")).content.decode()


@pytest.mark.parametrize(
    ("status", "code", "words", "may_go_again"),
    [
        (Status.SKIPPED, "moved", "its home before sends it", True),
        (Status.FAILED, "no answer", "The connection broke each time before its end", True),
        (Status.PENDING, "no answer", "The mail server did not answer, or broke off.", True),
        (Status.FAILED, "554", "The mail server refused it, with the answer 554", True),
        (Status.SKIPPED, "gone", "It was not needed any more", False),
    ],
)
def test_a_mail_says_what_became_of_it_and_whether_it_may_go_again(place, nudged, status, code, words, may_go_again):
    kept = letter(place)
    with place.scope():
        Mail.objects.filter(pk=kept.pk).update(status=status, smtp_code=code)
    client = signed_in(place, "dan")
    assert words in client.get(place.url(f"outbox/{kept.pk}/")).content.decode()
    client.post(place.url(f"outbox/{kept.pk}/again/"))
    with place.scope():
        assert (Mail.objects.get(pk=kept.pk).again_by_id == place.people.dan.pk) is may_go_again


def test_staff_send_a_mail_again_whose_fate_is_not_known_and_only_such_a_one(place, nudged):
    kept = letter(place)
    client = signed_in(place, "dan")
    with place.scope():
        Mail.objects.filter(pk=kept.pk).update(status=Status.UNKNOWN)
    assert "nobody knows whether it arrived" in client.get(place.url("outbox/")).content.decode()
    for _ in range(2):
        client.post(place.url(f"outbox/{kept.pk}/again/"))
    with place.scope():
        mail = Mail.objects.get(pk=kept.pk)
        assert (mail.status, mail.again_by_id) == (Status.PENDING, place.people.dan.pk)
        assert Change.objects.filter(verb="mail.sent_again").count() == 1


# --- nudges -----------------------------------------------------------------------------------------------------------
def test_a_nudge_goes_to_the_filer_with_the_lead_on_copy_and_once_a_day(place):
    client = signed_in(place, "ana")
    with at(12):
        page = client.get(nudge_url(place)).content.decode()
        assert "It goes to Ben." in page
        assert "A copy goes to Lea." in page
        assert "Not reminded of it yet." in page
        assert client.post(nudge_url(place)).status_code == 200, "the button on a list asks for words first"
        assert mails(place, Kind.NUDGE) == []
        assert client.post(nudge_url(place), {"words": "Ben, can we help?\nAna"}).status_code == 302
        sent = mails(place, Kind.NUDGE)
        assert [mail.recipient.name for mail in sent] == ["Ben", "Lea"]
        assert all("can we help?" in mail.text for mail in sent)
        assert all(mail.headers["Reply-To"] == "ana@riverside.example" for mail in sent)
        assert "A copy for you" in sent[1].text
        assert client.post(nudge_url(place), {"words": "Again"}).status_code == 422
        assert len(mails(place, Kind.NUDGE)) == 2
    with at(13):
        assert client.post(nudge_url(place), {"words": "Again"}).status_code == 302
    with place.scope():
        told = Change.objects.filter(verb="partner.reminded", partner=place.partners[0])
        assert [change.facts["period"] for change in told] == ["2026-10", "2026-10"]


def test_a_nudge_needs_words_something_missing_and_somebody_to_read_it(place):
    client = signed_in(place, "ana")
    with at(12):
        assert "Write a few words" in client.post(nudge_url(place), {"words": "  "}).content.decode()
        page = client.post(nudge_url(place, "P2"), {"words": "Hello"}).content.decode()
        assert "P2 has nobody who could be reminded." in page
        with place.scope():
            factories.make_figure(place.indicator, place.partners[0], OCTOBER, 0, state="submitted")
        page = client.post(nudge_url(place), {"words": "Hello"})
        assert page.status_code == 422
        assert "P1 owes nothing for October 2026" in page.content.decode()
    assert mails(place, Kind.NUDGE) == []


@pytest.mark.parametrize(("name", "status"), [("dan", 200), ("ben", 403), ("fay", 404)])
def test_only_who_assigns_reports_nudges(place, name, status):
    with at(12):
        assert signed_in(place, name).get(nudge_url(place)).status_code == status


def test_words_cannot_bring_markup_into_a_mail(place):
    with at(12):
        signed_in(place, "ana").post(nudge_url(place), {"words": "<script>alert(1)</script>"})
    for mail in mails(place, Kind.NUDGE):
        assert "<script" not in mail.html
        assert "&lt;script&gt;" in mail.html


# --- the way out ------------------------------------------------------------------------------------------------------
def way_out(place, kind):
    with at(16 if kind == Kind.DIGEST else 5, 14):
        plan(place)
    (mail,) = mails(place, kind, recipient__name="Ben")
    return "/" + mail.headers["List-Unsubscribe"].strip("<>").split("/", 3)[3]


def wants(place):
    with place.scope():
        ben = Membership.objects.get(name="Ben")
        return ben.wants_digest, ben.wants_reminders


@pytest.mark.parametrize(("kind", "left"), [(Kind.DIGEST, (False, True)), (Kind.REMINDER, (True, False))])
def test_one_click_without_signing_in_stops_one_sort_of_mail(place, kind, left):
    path, stranger = way_out(place, kind), Client(enforce_csrf_checks=True)
    assert stranger.get(path).status_code == 200
    assert wants(place) == (True, True), "looking changes nothing: scanners open links"
    assert stranger.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 204
    assert wants(place) == left
    assert "Done" in stranger.post(path).content.decode(), "pressed twice is pressed once"
    with place.scope():
        assert Change.objects.filter(verb="member.unsubscribed").count() == 1


def test_a_link_that_we_did_not_sign_stops_nothing(place):
    path = way_out(place, Kind.DIGEST)
    for forged in (path[:-2] + "x/", "/u/nonsense/", path.replace("/u/", "/u/a")):
        assert Client().post(forged).status_code == 404
    assert wants(place) == (True, True)


# --- mails that others write ------------------------------------------------------------------------------------------
def test_an_invitation_is_kept_in_the_outbox_in_the_transaction_of_the_invitation(place, outbox_backend, settings):
    settings.DELIVERY = ""
    with place.scope():
        invitations.invite(email="new@example.org", name="", role=Role.CONVENER, partner=None, by=place.people.ana)
        (kept,) = Mail.objects.all()
        assert (kept.kind, kept.to_email, kept.status) == (Kind.LETTER, "new@example.org", Status.PENDING)
        assert "/accounts/invitations/riverside/" in kept.text
        assert kept.html
    sending.deliver(place.tenant.pk)
    assert [mail.smtp_code for mail in mails(place, Kind.LETTER)] == ["outbox"]


def test_a_mail_of_no_tenant_is_a_file_for_this_account_alone(db, outbox_backend, settings, tmp_path):
    settings.DELIVERY, settings.STATE_DIR = "", tmp_path
    django_mail.send_mail("Your code", "ABC-123", None, ["someone@example.org"])
    (kept,) = Path(tmp_path, "mail").iterdir()
    assert oct(kept.stat().st_mode & 0o777) == "0o600"
    assert "ABC-123" in kept.read_text()
    assert os.stat(kept.parent).st_mode & 0o077 == 0


def test_a_mail_of_no_tenant_goes_to_the_server_at_once(db, outbox_backend, server):
    django_mail.send_mail("Your code", "ABC-123", None, ["someone@example.org"])
    assert server.addresses == ["someone@example.org"]


def test_a_header_that_breaks_out_is_refused_where_it_is_written(place, outbox_backend):
    with place.scope(), pytest.raises(django_mail.BadHeaderError):
        django_mail.send_mail("Hello\nBcc: eve@example.org", "…", None, ["someone@example.org"])
    assert mails(place, Kind.LETTER) == []
