"""The API behind the server that production runs: one effect for one key, and raw requests that no client would send."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connections
from django.utils import timezone

from backbone.models import KeptAnswer
from backbone.services import keys
from backbone.tenancy import tenant_scope
from measures.models import Figure, Filing
from measures.rules.periods import add_months, month_of, text_of
from tests import factories

PROJECT = Path(__file__).resolve().parents[2]
CALLERS = 50
SERVER = ("backbone.config.wsgi:application", "--worker-class", "gthread", "--workers", "2", "--threads", "4")

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture(scope="module")
def port(django_db_setup) -> Iterator[int]:
    """A gunicorn of our own over the test database, ended by its number."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    environment = os.environ | {"WHITENOISE_USE_FINDERS": "true", "ALLOWED_HOSTS": "127.0.0.1"}
    for name, alias in (("DATABASE_URL", "owner"), ("APP_DATABASE_URL", "default")):
        database = connections[alias].settings_dict["NAME"]
        environment[name] = urlunsplit(urlsplit(environment[name])._replace(path=f"/{database}"))
    command = [sys.executable, "-m", "gunicorn", *SERVER, "--no-control-socket", "--bind", f"127.0.0.1:{number}"]
    process = subprocess.Popen(command, cwd=PROJECT, env=environment, stderr=subprocess.PIPE)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with contextlib.suppress(OSError), contextlib.closing(call(number, "GET", "/livez")) as answer:
                if answer.status == 200:
                    break
            time.sleep(0.2)
        yield number
    finally:
        process.terminate()
        process.communicate(timeout=30)


def call(port: int, method: str, path: str, body: str = "", **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body or None, headers)
    return connection.getresponse()


@pytest.fixture
def home():
    found = factories.make_neighbourhood("riverside", "Riverside")
    with tenant_scope(found.tenant):
        factories.make_indicator(found.initiative, "seats", lock_day=62)
        _, found.token = keys.create(
            owner=found.people.ben,
            name="sync",
            role="partner_filer",
            partner=found.partners[0],
            scopes=("read", "file"),
        )
    return found


def test_fifty_at_once_with_one_key_have_one_effect(port, home):
    month = add_months(month_of(timezone.localdate()), -1)
    body = json.dumps({"figures": [{"indicator": "seats", "value": 7}], "submit": True})

    def put(_number: int) -> tuple[int, str | None, dict]:
        response = call(
            port, "PUT", home.api(f"filings/P1/{text_of(month)}/"), body,
            **{"Authorization": f"Bearer {home.token}", "Content-Type": "application/json", "Idempotency-Key": "one"},
        )  # fmt: skip
        return response.status, response.headers.get("Idempotent-Replayed"), json.loads(response.read())

    with ThreadPoolExecutor(CALLERS) as pool:
        answers = list(pool.map(put, range(CALLERS)))
    kinds = Counter((status, replayed) for status, replayed, _ in answers)
    assert kinds[200, None] == 1, kinds
    assert set(kinds) <= {(200, None), (200, "true"), (409, None)}
    assert {told["receipt"]["created"] for status, _, told in answers if status == 200} == {1}
    assert {told["errors"][0]["code"] for status, _, told in answers if status == 409} <= {"idempotency.in_flight"}
    with tenant_scope(home.tenant):
        assert list(Figure.objects.values_list("value", "state")) == [(7, "submitted")]
        assert Figure.pgh_event_model.objects.count() == 1
        assert Filing.objects.get().version == 1
        assert KeptAnswer.objects.count() == 1
    status, replayed, _ = put(0)
    assert (status, replayed) == (200, "true")


def raw(port: int, request: bytes, *, half_close: bool = False, patience: float = 30) -> tuple[int, float]:
    """The status of the answer to these very bytes (0: closed without a word), and how long it took."""
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as line:
        with contextlib.suppress(ConnectionError):
            line.sendall(request)
        if half_close:
            line.shutdown(socket.SHUT_WR)
        answer = b""
        with contextlib.suppress(ConnectionError):
            while b"\r\n" not in answer and (piece := line.recv(4096)):
                answer += piece
    return (int(answer.split()[1]) if answer.startswith(b"HTTP/") else 0), time.monotonic() - started


def request(home, headers: str, body: bytes = b"", method: str = "PUT") -> bytes:
    path = home.api("filings/P1/2026-10/") if method == "PUT" else home.api("imports/")
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {home.token}\r\n{headers}\r\n\r\n"
    return head.encode() + body


JSON = "Content-Type: application/json\r\n"


def test_lengths_that_lie_and_lines_that_are_none_are_refused_without_a_wait(port, home):
    asked = {
        "longer than what comes": (request(home, JSON + "Content-Length: 1000", b'{"figures": ['), 400),
        "shorter than what comes": (request(home, JSON + "Content-Length: 3", b'{"figures": []}'), 400),
        "negative": (request(home, JSON + "Content-Length: -1", b"{}"), 400),
        "no number": (request(home, JSON + "Content-Length: many", b"{}"), 400),
        "said twice": (request(home, JSON + "Content-Length: 2\r\nContent-Length: 3", b"{}"), 400),
        "with chunks as well": (
            request(home, JSON + "Content-Length: 2\r\nTransfer-Encoding: chunked", b"2\r\n{}\r\n0\r\n\r\n"),
            400,
        ),
        "bad chunks": (request(home, JSON + "Transfer-Encoding: chunked", b"zz\r\n{}\r\n"), 411),
        "good chunks": (request(home, JSON + "Transfer-Encoding: chunked", b"2\r\n{}\r\n0\r\n\r\n"), 411),
        "a form cut short": (
            request(home, "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 5000", b"--b\r\n", "POST"),
            400,
        ),
        "another host": (b"GET /livez HTTP/1.1\r\nHost: evil.example\r\n\r\n", 400),
        "no request line": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        "an endless address": (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 414),
        "an endless header": (request(home, "X-A: " + "a" * 9000), 431),
        "a NUL in the address": (b"GET /o/riverside/work/%00/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
    }
    for name, (sent, expected) in asked.items():
        status, seconds = raw(port, sent, half_close=True)
        assert status == expected, (name, status)
        assert seconds < 3, name
    with tenant_scope(home.tenant):
        assert not Filing.objects.exists()


def test_a_body_of_two_hundred_megabytes_is_refused_before_it_is_read(port, home):
    headers = f"Content-Type: text/csv\r\nContent-Length: {200 * 1024 * 1024}"
    status, seconds = raw(port, request(home, headers, b"x" * 65536, "POST"))
    assert status == 413
    assert seconds < 30


def test_whoever_sends_slowly_keeps_nobody_else_waiting(port, home):
    """Three lines stand open with half a body; everybody else is answered, and no transaction is held."""
    with contextlib.ExitStack() as open_lines:
        lines = []
        for _ in range(3):
            lines.append(open_lines.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5)))
            lines[-1].sendall(request(home, JSON + "Content-Length: 1000", b"{"))
        started = time.monotonic()
        assert [call(port, "GET", "/livez").status for _ in range(10)] == [200] * 10
        assert time.monotonic() - started < 30
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND state LIKE 'idle in transaction%%' AND pid <> pg_backend_pid()"
            )
            assert cursor.fetchone()[0] == 0
        for line in lines:
            line.shutdown(socket.SHUT_WR)
            assert line.recv(4096).startswith(b"HTTP/1.1 400")
