"""Files, addresses and servers that mean harm: refused, cut off, and nobody else's work stops."""

from __future__ import annotations

import io
import itertools
import json
import socket
import threading
import zipfile
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile

from backbone import outgoing, tasks
from backbone.models import Agreement, KeptAnswer, Membership, User, Webhook
from backbone.services import forgetting, members, webhooks
from backbone.tenancy import TenantManager
from comms.models import Mail, Meeting, Unreachable
from comms.services import invitations, meetings
from tests import factories
from tests.routes import make_world

pytestmark = pytest.mark.django_db


# --- files of agreements ---


def packed(
    method: int, name: str = "mimetype", content: bytes = b"application/vnd.oasis.opendocument.text"
) -> bytearray:
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w", method) as archive:
        archive.writestr(name, content)
    return bytearray(book.getvalue())


def broken(method: int) -> bytes:
    """A document whose packed content is no such thing."""
    found = packed(method)
    start = found.find(b"mimetype") + len(b"mimetype")
    found[start + 4 : start + 14] = b"\xff" * 10
    return bytes(found)


def misnamed() -> bytes:
    """A document one of whose parts has a name that is no text."""
    found = packed(zipfile.ZIP_DEFLATED)
    last = found.rfind(b"mimetype")
    found[last : last + 8] = b"\xff\xfe" * 4
    central = found.rfind(b"PK\x01\x02")
    found[central + 8 : central + 10] = b"\x00\x08"
    return bytes(found)


@pytest.mark.parametrize(
    "content",
    [
        broken(zipfile.ZIP_DEFLATED), broken(zipfile.ZIP_LZMA), broken(zipfile.ZIP_BZIP2), misnamed(),
        bytes(packed(zipfile.ZIP_DEFLATED)[:60]), b"PK\x03\x04" * 20, b"<svg onload=alert(1)>", b"<html>", b"GIF89a",
        bytes(packed(zipfile.ZIP_DEFLATED, "a.zip", b"PK\x03\x04")), b"",
    ],
)  # fmt: skip
def test_a_file_that_is_no_document_is_refused_and_nothing_is_kept(riverside, client, content):
    client.force_login(factories.user_of(riverside.people.ana))
    said = {"form": "add", "title": "Pact", "starts_on": "2026-10-01"}
    said["file"] = SimpleUploadedFile("../../pact.odt", content or b" ")
    assert client.post("/o/riverside/-/partners/P1/agreements/", said).status_code == 422
    with riverside.scope():
        assert not Agreement.objects.exists()


# --- servers out there ---


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nA: ", b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_that_answers_byte_by_byte_is_cut_off(monkeypatch, scheme, said):
    """Each byte comes in time, and all of them together never would."""
    monkeypatch.setattr(outgoing, "SECONDS", 1)
    monkeypatch.setattr(outgoing, "SCHEMES", frozenset({"http", "https"}))
    monkeypatch.setattr(outgoing, "is_public", lambda address: True)
    over, was_cut = threading.Event(), []

    def drip(server: socket.socket) -> None:
        asked, _from = server.accept()
        try:
            asked.sendall(said)
            while not over.wait(0.05):
                asked.sendall(b"\x16" if scheme == "https" else b"H")
        except OSError:
            was_cut.append(True)
        asked.close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=[server])
        thread.start()
        outcome = None
        try:
            outcome = outgoing.post(f"{scheme}://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
        except outgoing.NoAnswer as error:
            outcome = str(error)
        thread.join(20)
        over.set()
    assert was_cut
    assert outcome in (200, "TimeoutError", "SSLError")


@pytest.mark.parametrize("address", ["fec0::1", "::127.0.0.1", "64:ff9b:1::a00:1", "::ffff:0:127.0.0.1", "0.0.0.0"])  # noqa: S104
def test_no_disused_way_of_writing_an_address_inside_is_public(address):
    assert not outgoing.is_public(address)


def test_what_one_worker_sends_is_settled_before_another_may_take_it_up():
    assert webhooks.UNDER_WAY.total_seconds() > webhooks.AT_A_TIME * outgoing.SECONDS


def test_slow_servers_of_one_tenant_leave_time_for_those_of_the_next(in_riverside, monkeypatch):
    Webhook.objects.create(
        name="board", url="https://board.example/told", events=["filing.submitted"], salt="1", by=in_riverside.people.ana,
        made_at=datetime.now(UTC),
    )  # fmt: skip
    webhooks.queue([webhooks.Event("filing.submitted", f"filing:{n}", {}) for n in range(2 * webhooks.AT_A_TIME + 3)])
    clock = itertools.count(step=20)
    monkeypatch.setattr(tasks, "monotonic", lambda: next(clock))
    monkeypatch.setattr(webhooks.outgoing, "post", lambda *_told: 200)
    assert tasks.deliver(in_riverside.tenant.pk) == 2 * webhooks.AT_A_TIME
    assert tasks.deliver(in_riverside.tenant.pk) == 3


# --- somebody who was forgotten ---


def test_the_address_of_a_person_who_was_forgotten_stands_nowhere(riverside):
    """One of everything happened to Ben and by him. The sealed log keeps his name, and so do mails that others got."""
    name, ben, ana = "Zebedee Quux", riverside.people.ben, riverside.people.ana
    with riverside.scope():
        Membership.objects.filter(pk=ben.pk).update(name=name)
        User.objects.filter(pk=ben.user_id).update(name=name)
        ben.refresh_from_db()
    world = make_world(riverside)
    with riverside.scope():
        Unreachable.objects.create(email=ben.email, why="bounced", mail=Mail.objects.first(), at=datetime.now(UTC))
        meeting = Meeting.objects.get(pk=world.meeting)
        Meeting.objects.filter(pk=meeting.pk).update(by=ben)
        meetings.invite(meeting=meeting, people=[(ana, None)], by=ana)
        invitations.make_feed(member=ben)
        KeptAnswer.objects.create(
            credential="key:1", route="PUT /x", key="1", body_hash="0", status=200, body={"owner": ben.email}
        )
        assert Mail.objects.filter(recipient=ana, headers__icontains=ben.email, calendar__icontains=ben.email).exists()
        members.deactivate(membership=ben, by=ana)
        forgetting.forget(membership=ben, by=ana)
        assert tables_with(ben.email) == set()
        assert tables_with(name) <= {"backbone.Change", "comms.Mail"}
        assert Mail.objects.get(recipient=ana, kind="invitation").headers["From"]


def tables_with(words: str) -> set[str]:
    found = set()
    for model in apps.get_models():
        if isinstance(model._default_manager, TenantManager):
            for row in model.objects.values():
                if words in json.dumps(row, default=_plain):
                    found.add(model._meta.label)
    return found


def _plain(value) -> str:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, memoryview) else str(value)
