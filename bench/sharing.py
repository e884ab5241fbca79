"""Published pages as readers get them, from gunicorn as it runs in production: how many, how fast, and how soon a
revoked link is dead. The floor is a bare view of 480 rows as JSON on the same server.

The readers run on the same machine and share its cores.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Lock

from django.utils import timezone

from backbone.services import links, publications
from bench import then, worlds
from bench.measuring import Report, Timing
from measures.rules.periods import add_months
from measures.services import rollups

PROJECT = Path(__file__).resolve().parents[1]
SERVER = ("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket")
READERS = 8
RATE, P95_AT_MOST, DEAD_WITHIN = 100, 200, 1.0  # requests a second; ms; seconds
PATIENCE = 60
FLOOR = "bench.floor_view:application"


@dataclass(frozen=True, slots=True)
class Read:
    """One request: when it was due and sent, how long after it was due it was answered, and how."""

    due: float
    sent: float
    seconds: float
    status: int


def sharing(report: Report, quick: bool) -> None:
    world = worlds.make("bench-share", partners=9)
    with world.scope():
        rollups.rebuild(world.initiative)
    then.write_history(world, timezone.now() - timedelta(days=1))
    worlds.analyze()
    with world.scope():
        publish(world)
        link, token = links.make(initiative=world.initiative, audience="public", name="bench", by=world.steward)
    os.environ["BENCH_FLOOR"] = f"{world.tenant.pk}:{','.join(map(str, world.indicator_ids))}"
    samples, seconds = (1, 3) if quick else (3, 8)
    report.title("The published page of 20 indicators, requests a second over 8 connections")
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "access.log"
        with (
            served("backbone.config.wsgi:application", log) as port,
            served(FLOOR, Path(folder) / "floor.log") as floor_port,
        ):
            shared = f"/s/{token}/"
            rates: dict[str, list[float]] = {"floor": [], "page": []}
            for _turn in range(samples):
                for name, where, path in (("floor", floor_port, "/"), ("page", port, shared)):
                    as_fast_as_possible(where, path, 1)
                    rates[name].append(as_fast_as_possible(where, path, seconds))
            floor, page = (sorted(rates[name])[samples // 2] for name in ("floor", "page"))
            report.fact("480 rows as JSON, a bare view", f"{floor:8.0f} a second")
            report.fact("the shared page", f"{page:8.0f} a second")
            report.fact("shared page / bare view", f"{page / floor:8.2f}x   at least 0.5x", is_met=page >= floor / 2)
            bench_burst(report, port, shared, 5 if quick else 60)
            bench_revocation(report, port, shared, lambda: revoke(world, link))
        lines = log.read_text()
        report.fact(
            "lines of the access log, of which with the token",
            f"{lines.count(chr(10)):,} and {lines.count(token)}",
            is_met="/s/" in lines and token not in lines,
        )


def publish(world: worlds.World) -> None:
    """A month of every indicator, checked and published as staff would."""
    month = add_months(worlds.FIRST_MONTH, 23)
    draft = publications.begin(initiative=world.initiative, grain="month", period=month, by=world.steward)
    publications.ask_to_check(publication=draft, by=world.steward)
    publications.check(draft.pk)
    publications.publish(publication=draft, by=world.steward)


def revoke(world: worlds.World, link) -> None:
    with world.scope():
        links.revoke(link=link, by=world.steward)


def bench_burst(report: Report, port: int, path: str, seconds: int) -> None:
    report.title(f"A link passed around: {RATE} requests a second for {seconds} s, each due at its instant")
    reads = at_a_rate(port, path, RATE, seconds)
    timing = Timing.of([read.seconds for read in reads])
    statuses = Counter(read.status for read in reads)
    report.timing("from when it was due until it was read", timing)
    report.fact(f"p95, at most {P95_AT_MOST} ms", f"{timing.p95:8.1f} ms", is_met=timing.p95 <= P95_AT_MOST)
    report.fact("answers", str(dict(statuses)), is_met=set(statuses) == {200})


def bench_revocation(report: Report, port: int, path: str, end: Callable[[], None]) -> None:
    report.title("Revoked amid that burst")
    with ThreadPoolExecutor(1) as pool:
        burst = pool.submit(at_a_rate, port, path, RATE, 4)
        time.sleep(2)
        end()
        ended = time.perf_counter()
        reads = burst.result()
    seen = max((read.sent - ended for read in reads if read.status == 200), default=0.0)
    report.fact(
        "last one asked for after it and given, at most 1 s", f"{max(seen, 0.0):8.3f} s", is_met=seen <= DEAD_WITHIN
    )
    report.fact(
        "answers",
        str(dict(Counter(read.status for read in reads))),
        is_met={read.status for read in reads} == {200, 404},
    )


# --- readers ---


def as_fast_as_possible(port: int, path: str, seconds: float) -> float:
    """Requests a second over kept connections; the readers are processes of their own, so that they hold up nobody."""
    command = [sys.executable, "-m", "bench.readers", str(port), path, str(seconds)]
    running = [subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    return sum(float(one.communicate(timeout=PATIENCE + seconds)[0]) for one in running)


def at_a_rate(port: int, path: str, rate: int, seconds: int) -> list[Read]:
    """An open model: requests are due at fixed instants, whether or not the earlier ones were answered."""
    started, lock, found, taken = time.perf_counter() + 0.5, Lock(), [], iter(range(rate * seconds))

    def read() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while True:
            with lock:
                number = next(taken, None)
            if number is None:
                connection.close()
                return
            due = started + number / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            sent = time.perf_counter()
            try:
                connection.request("GET", path)
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except (OSError, http.client.HTTPException):
                connection.close()
                status = 0
            found.append(Read(due, sent, time.perf_counter() - due, status))

    with ThreadPoolExecutor(32) as pool:
        for _ in range(32):
            pool.submit(read)
    return sorted(found, key=lambda one: one.due)


# --- servers ---


@contextlib.contextmanager
def served(application: str, log: Path | None = None) -> Iterator[int]:
    """That application behind gunicorn, on a port of its own; ended by its number."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"WHITENOISE_USE_FINDERS": "true", "ALLOWED_HOSTS": "127.0.0.1", "LOG_LEVEL": "WARNING"}
    command = [sys.executable, "-m", "gunicorn", application, *SERVER, "--bind", f"127.0.0.1:{port}"]
    command += ["--access-logfile", str(log)] if log is not None else []
    process = subprocess.Popen(command, cwd=PROJECT, env=environment, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", "/livez")
                if connection.getresponse().status == 200:
                    break
            time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)
