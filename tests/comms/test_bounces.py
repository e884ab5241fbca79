"""What a mail provider reports: bounces and complaints mark an address, nothing more goes there, and staff try again."""

from __future__ import annotations

import base64
import json

import pytest
from django.test import Client

from backbone.models import Change
from comms.models import Mail, Unreachable
from comms.models.mail import RETURNS
from comms.services import ledger, sending
from tests import factories

SECRET = "provider:a-long-secret"
BEN = "ben@riverside.example"


@pytest.fixture
def provider(settings):
    settings.EMAIL_PROVIDER = "postmark"
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}


def report(kind="HardBounce", email=BEN, record="Bounce", metadata=None, secret=SECRET, path="/hooks/mail/postmark/"):
    body = {
        "RecordType": record, "Type": kind, "Email": email, "MessageID": "pm-1", "Metadata": metadata or {},
        "Details": "smtp;550 5.1.1 no such user", "BouncedAt": "2026-11-20T09:00:00Z",
    }  # fmt: skip
    headers = {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()} if secret else {}
    client = Client(enforce_csrf_checks=True)
    return client.post(path, json.dumps(body), content_type="application/json", headers=headers)


def posted(place, to=BEN):
    with place.scope():
        mail = ledger.post(to=to, subject="Hello", text="Words")
        Mail.objects.filter(pk=mail.pk).update(status="sent", sent_at=mail.created_at)
        return mail


def marked(place):
    with place.scope():
        return list(Unreachable.objects.values_list("email", "why"))


def about(mail):
    return {"tenant": str(mail.tenant_id), "mail": str(mail.pk)}


def test_a_bounce_marks_the_address_in_the_tenant_whose_mail_it_was(provider, riverside, hillcrest):
    mail = posted(riverside)
    posted(hillcrest)
    for _ in range(2):
        assert report(metadata=about(mail)).status_code == 200
    assert marked(riverside) == [(BEN, "bounced")]
    assert marked(hillcrest) == []
    with riverside.scope():
        assert Change.objects.filter(verb="address.bounced").count() == 1
        assert "550 5.1.1" in Unreachable.objects.get().words


def test_a_complaint_marks_it_too_and_what_is_for_a_while_does_not(provider, riverside):
    mail = posted(riverside)
    report(kind="Transient", metadata=about(mail))
    report(record="Delivery", metadata=about(mail))
    assert marked(riverside) == []
    report(kind="SpamComplaint", record="SpamComplaint", metadata=about(mail))
    assert marked(riverside) == [(BEN, "complained")]


def test_without_our_own_words_the_address_s_login_says_whose_mail_it_was(provider, riverside):
    posted(riverside)
    report()
    assert marked(riverside) == [(BEN, "bounced")]


@pytest.mark.parametrize("email", ["nobody@example.org", "fay@riverside.example"])
def test_an_address_to_which_nothing_was_sent_is_ignored(provider, riverside, email):
    mail = posted(riverside)
    assert report(email=email, metadata=about(mail)).status_code == 200
    assert report(email=email).status_code == 200
    assert marked(riverside) == []


def test_a_mail_of_another_tenant_cannot_be_named(provider, riverside, hillcrest):
    mail = posted(riverside)
    report(metadata=about(mail) | {"tenant": str(hillcrest.tenant.pk)})
    assert marked(riverside) == marked(hillcrest) == []


@pytest.mark.parametrize(
    ("secret", "path"),
    [
        ("", "/hooks/mail/postmark/"),
        ("provider:guessed", "/hooks/mail/postmark/"),
        (SECRET, "/hooks/mail/mailgun/"),
        (SECRET, "/hooks/mail/riverside/"),
    ],
)
def test_whoever_is_not_the_provider_finds_nothing(provider, riverside, secret, path):
    mail = posted(riverside)
    assert report(metadata=about(mail), secret=secret, path=path).status_code == 404
    assert marked(riverside) == []


def test_nothing_is_there_without_a_provider_or_its_secret(settings, riverside):
    assert report().status_code == 404
    settings.EMAIL_PROVIDER, settings.ANYMAIL = "postmark", {}
    assert report().status_code == 404


def test_what_is_no_report_is_a_bad_request_and_no_fault_of_ours(provider):
    headers = {"Authorization": "Basic " + base64.b64encode(SECRET.encode()).decode()}
    for body in ("", "{", "[]", "null", '{"RecordType": 7}'):
        answer = Client().post("/hooks/mail/postmark/", body, content_type="application/json", headers=headers)
        assert answer.status_code in (200, 400), body


def test_nothing_is_sent_there_until_staff_try_again(provider, riverside, server):
    report(metadata=about(posted(riverside)))
    with riverside.scope():
        waiting = ledger.post(to=BEN, subject="Second", text="Words")
    assert sending.deliver(riverside.tenant.pk) == 0
    with riverside.scope():
        waiting.refresh_from_db()
        assert (waiting.status, waiting.smtp_code) == ("skipped", RETURNS)
        client = Client()
        client.force_login(factories.user_of(riverside.people.ana))
    page = client.get(riverside.url("outbox/")).content.decode()
    assert "Addresses that take no mail" in page
    assert BEN in page
    with riverside.scope():
        address = Unreachable.objects.get()
    assert client.post(riverside.url(f"outbox/addresses/{address.pk}/again/")).status_code == 302
    assert marked(riverside) == []
    client.post(riverside.url(f"outbox/{waiting.pk}/again/"), {"state": "skipped"})
    assert sending.deliver(riverside.tenant.pk) == 1
    assert server.addresses == [BEN]


def test_a_mail_goes_out_by_a_providers_service_with_what_its_reports_give_back(riverside, settings, monkeypatch):
    settings.DELIVERY = "anymail.backends.test.EmailBackend"
    sent = []
    monkeypatch.setattr(
        "anymail.backends.test.EmailBackend.post_to_esp", lambda self, payload, message: sent.append(message)
    )
    monkeypatch.setattr(
        "anymail.backends.test.EmailBackend.parse_recipient_status",
        lambda self, response, payload, message: {one: _Sent() for one in payload.recipient_emails},
    )
    with riverside.scope():
        mail = ledger.post(to=BEN, subject="Hello", text="Words")
    assert sending.deliver(riverside.tenant.pk) == 1
    assert sent[0].metadata == {"tenant": riverside.tenant.pk, "mail": mail.pk}
    with riverside.scope():
        assert Mail.objects.get().status == "sent"


class _Sent:
    status, message_id = "sent", "pm-1"


@pytest.mark.parametrize(
    ("status", "state"), [(422, "failed"), (429, "pending"), (401, "pending"), (503, "pending"), (500, "unknown")]
)
def test_a_providers_refusals_are_told_apart(riverside, settings, monkeypatch, status, state):
    from anymail.exceptions import AnymailAPIError

    def refuse(self, payload, message):
        raise AnymailAPIError("no", status_code=status)

    settings.DELIVERY = "anymail.backends.test.EmailBackend"
    monkeypatch.setattr("anymail.backends.test.EmailBackend.post_to_esp", refuse)
    with riverside.scope():
        ledger.post(to=BEN, subject="Hello", text="Words")
    assert sending.deliver(riverside.tenant.pk) == 0
    with riverside.scope():
        assert Mail.objects.get().status == state
