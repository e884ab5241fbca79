"""Telling other systems: signed, in order, again and again; and never an address inside."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import time_machine
from django.utils import timezone

from backbone import changes, outgoing, tasks
from backbone.models import Delivery, Webhook
from backbone.problems import Refused
from backbone.services import webhooks
from tests import factories

pytestmark = pytest.mark.django_db


class Receiver(HTTPServer):
    """A server that keeps what it is told, and answers as it was told to."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.told: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []

    @property
    def url(self) -> str:
        return f"http://told.example:{self.server_port}/hook?x=1"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append((dict(self.headers), body))
        status = self.server.answers.pop(0) if self.server.answers else 200
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def receiver(monkeypatch):
    """Told by the name told.example, as if it lay out there."""
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    monkeypatch.setattr(outgoing, "addresses_of", lambda host, port: ["127.0.0.1"])
    monkeypatch.setattr(outgoing, "is_public", lambda address: True)
    monkeypatch.setattr(outgoing, "SCHEMES", frozenset({"http", "https"}))
    yield server
    server.shutdown()
    server.server_close()


def hook(place, receiver, *events: str) -> tuple[Webhook, str]:
    return webhooks.make(name="board", url=receiver.url, events=events or webhooks.EVENTS, by=place.people.ana)


def submit(place, period: str = "2026-10", partner: int = 0) -> None:
    changes.record(
        "filing.submitted", on="measures.filing", by=place.people.ben, initiative=place.initiative,
        partner=place.partners[partner], period=period, figures=3,
    )  # fmt: skip


def test_what_happened_is_told_and_signed_so_that_the_other_side_can_check(in_riverside, receiver):
    row, secret = hook(in_riverside, receiver)
    submit(in_riverside)
    assert tasks.deliver(in_riverside.tenant.pk) == 1
    headers, body = receiver.told[0]
    told = json.loads(body)
    assert {key: told[key] for key in ("event", "initiative", "partner", "period", "about")} == {
        "event": "filing.submitted",
        "initiative": "work",
        "partner": "P1",
        "period": "2026-10",
        "about": "filing:work:P1:2026-10",
    }
    stamp, signed = (part.split("=")[1] for part in headers["Backbone-Signature"].split(","))
    expected = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert signed == expected
    assert headers["Backbone-Delivery"] == str(told["id"])
    assert secret not in str(Webhook.objects.values().get())
    assert Delivery.objects.get().state == "sent"
    assert row.salt not in secret


def test_a_webhook_is_told_what_it_asked_for_and_an_ended_one_nothing(in_riverside, receiver):
    row, _secret = hook(in_riverside, receiver, "snapshot.published")
    submit(in_riverside)
    assert Delivery.objects.count() == 0
    changes.record(
        "publication.published", on="x", by=None, initiative=in_riverside.initiative, period="2026-10", version=1
    )
    assert Delivery.objects.get().event == "snapshot.published"
    webhooks.end(webhook=row, by=in_riverside.people.ana)
    assert Delivery.objects.get().state == "failed"
    submit(in_riverside)
    changes.record(
        "publication.published", on="x", by=None, initiative=in_riverside.initiative, period="2026-11", version=1
    )
    assert Delivery.objects.count() == 1
    assert tasks.deliver(in_riverside.tenant.pk) == 0


def test_of_each_object_the_later_waits_for_the_earlier_and_others_do_not(in_riverside, receiver):
    hook(in_riverside, receiver)
    receiver.answers = [500]
    for _twice in range(2):
        submit(in_riverside)
    submit(in_riverside, partner=1)
    assert tasks.deliver(in_riverside.tenant.pk) == 1
    assert [json.loads(body)["partner"] for _headers, body in receiver.told] == ["P1", "P2"]
    first = Delivery.objects.order_by("pk").first()
    assert (first.state, first.attempts, first.status, first.words) == ("pending", 1, 500, "answered 500")
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert tasks.deliver(in_riverside.tenant.pk) == 2
    told = [json.loads(body)["id"] for _headers, body in receiver.told]
    assert told[2] == told[0]
    assert told[3] == told[0] + 1


def test_it_is_tried_with_longer_and_longer_waits_and_then_given_up(in_riverside, receiver):
    hook(in_riverside, receiver)
    submit(in_riverside)
    at, waits = timezone.now() + timedelta(seconds=1), []
    receiver.answers = [503] * 20
    for _attempt in range(20):
        with time_machine.travel(at, tick=False):
            tasks.deliver(in_riverside.tenant.pk)
            row = Delivery.objects.get()
            if row.state == "failed":
                break
            waits.append(row.due_at - at)
            at = row.due_at
    assert waits == webhooks.WAITS
    assert len(receiver.told) == len(webhooks.WAITS) + 1
    webhooks.again(delivery=row, by=in_riverside.people.ana)
    receiver.answers = []
    assert tasks.deliver(in_riverside.tenant.pk) == 1
    with pytest.raises(Refused):
        webhooks.again(delivery=row, by=in_riverside.people.ana)


def test_a_redirect_is_not_followed(in_riverside, receiver):
    hook(in_riverside, receiver)
    receiver.answers = [302]
    submit(in_riverside)
    assert tasks.deliver(in_riverside.tenant.pk) == 0
    assert len(receiver.told) == 1
    assert Delivery.objects.get().words == "redirects are not followed"


def test_two_workers_do_not_send_the_same(in_riverside, receiver):
    hook(in_riverside, receiver)
    submit(in_riverside)
    assert len(webhooks.claim()) == 1
    assert webhooks.claim() == []


def test_a_tenant_holds_up_one_worker_and_never_two(in_riverside, receiver):
    hook(in_riverside, receiver)
    submit(in_riverside)
    assert webhooks.begin_turn(), "a slow server keeps the first worker waiting"
    assert tasks.deliver(in_riverside.tenant.pk) == 0
    assert receiver.told == []
    webhooks.end_turn()
    assert tasks.deliver(in_riverside.tenant.pk) == 1
    assert webhooks.begin_turn(), "its turn is over with it"
    webhooks.end_turn()


def test_a_name_of_which_nobody_tells_in_time_is_no_answer(monkeypatch):
    silence = threading.Event()
    monkeypatch.setattr(outgoing, "SECONDS", 0.05)
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *name, **how: [silence.wait()][:0])
    with pytest.raises(outgoing.NoAnswer, match="TimeoutError"):
        outgoing.look_up("https://slow.example/")
    silence.set()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.1", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::a00:1",
        "2001:db8::1", "ff02::1", "::",
    ],
)  # fmt: skip
def test_no_address_inside_is_public(address):
    assert not outgoing.is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_an_address_out_there_is(address):
    assert outgoing.is_public(address)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://told.example/", "https"),
        ("file:///etc/passwd", "https"),
        ("https://user:word@told.example/", "password"),
        ("https://127.0.0.1/", "private"),
        ("https://[::1]:8443/", "private"),
        ("https://localhost/", "private"),
        ("https://2130706433/", "private"),
        ("https://told.example:99999/", "not an address"),
    ],
)
def test_an_address_that_may_not_be_told_is_refused_with_the_reason(in_riverside, url, why):
    with pytest.raises(Refused) as caught:
        webhooks.make(name="x", url=url, events=["filing.submitted"], by=in_riverside.people.ana)
    assert why in caught.value.problems[0].message


def test_a_name_with_one_address_inside_is_refused_and_the_name_is_asked_once(in_riverside, monkeypatch):
    asked = []

    def found(host, port):
        asked.append(host)
        return ["93.184.216.34", "10.0.0.1"]

    monkeypatch.setattr(outgoing, "addresses_of", found)
    with pytest.raises(outgoing.NotAllowed, match="private"):
        outgoing.post("https://told.example/", b"{}", {})
    assert asked == ["told.example"]


def test_the_connection_goes_to_the_address_that_was_looked_at(in_riverside, monkeypatch):
    went = []
    monkeypatch.setattr(outgoing, "addresses_of", lambda host, port: ["93.184.216.34"])

    def connect(address, timeout):
        went.append((address, timeout))
        raise OSError("no way out of a test")

    monkeypatch.setattr(outgoing.socket, "create_connection", connect)
    with pytest.raises(outgoing.NoAnswer):
        outgoing.post("https://told.example/", b"{}", {})
    assert went == [(("93.184.216.34", 443), outgoing.SECONDS)]


def test_only_an_admin_makes_one_and_its_secret_is_shown_once(riverside, client, receiver):
    base = f"/o/{riverside.tenant.slug}/-/webhooks/"
    client.force_login(factories.user_of(riverside.people.ben))
    assert client.get(base).status_code == 404
    client.force_login(factories.user_of(riverside.people.ana))
    assert "Nobody is told anything yet" in client.get(base).content.decode()
    assert client.post(f"{base}new/", {"name": "x", "url": receiver.url}).status_code == 422
    made = client.post(f"{base}new/", {"name": "board", "url": receiver.url, "events": ["filing.submitted"]})
    with riverside.scope():
        row = Webhook.objects.get()
        secret = webhooks.secret_of(row)
        submit(riverside)
        Delivery.objects.update(state="failed")
        delivery = Delivery.objects.get()
    assert secret in made.content.decode()
    page = f"{base}{row.pk}/"
    said = client.get(page).content.decode()
    assert secret not in said
    assert "Given up" in said
    client.post(page, {"form": "again", "row": delivery.pk})
    assert "Waiting" in client.get(page).content.decode()
    client.post(page, {"form": "end"})
    assert "Ended" in client.get(base).content.decode()
    assert client.post(page, {"form": "other"}).status_code == 404
    assert client.get(f"{base}999999/").status_code == 404
