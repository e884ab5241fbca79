"""Drills of the sender: real workers, beats and queue, which really die, against a real mail server.

Everything runs on ports and in folders of its own and is ended by its process id.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from celery import Celery
from django.db import connections
from django.utils import timezone

from backbone.embedded.places import find_valkey
from backbone.embedded.servers import redis_answers
from backbone.models import Tenant
from backbone.nudging import IMPATIENT
from backbone.tenancy import tenant_scope
from bench.post_office import PostOffice
from comms.models import Mail
from comms.services import ledger

PROJECT = Path(__file__).resolve().parents[1]
PATIENCE = 300
LEASE = 4  # seconds, in place of ten minutes: when a sender counts as dead
STILL = (Mail.Status.PENDING, Mail.Status.SENDING)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a drill's mails, the ledger held against the mail server's own list."""

    mails: int
    kills: int
    sent: int
    failed: int
    unknown: int
    duplicates: int  # mails that the server took more than once
    untold: int  # neither taken nor shown as failed or unknown
    false: int  # said to be sent, and never taken
    unsettled: int  # still waiting at the end
    seconds: float

    @property
    def is_accounted_for(self) -> bool:
        return not (self.duplicates or self.untold or self.false or self.unsettled)


@dataclass
class Queue:
    """A Valkey of the drill's own, that may be killed and started again empty."""

    folder: Path
    process: subprocess.Popen | None = None
    port: int = 0

    @property
    def url(self) -> str:
        return f"redis://:drill@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self.port = self.port or free_port()
        program = find_valkey(None, self.folder)
        words = ["--bind", "127.0.0.1", "--port", str(self.port), "--requirepass", "drill", "--save", "", "--dir"]
        log = (self.folder / "valkey.log").open("ab")
        self.process = subprocess.Popen([program, *words, str(self.folder)], stdout=log, stderr=log)
        until = time.monotonic() + 20
        while not redis_answers(self.url):
            if time.monotonic() > until:
                raise RuntimeError("The drill's Valkey did not start.")
            time.sleep(0.05)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@dataclass
class Crew:
    """The drill's processes. `faults` are set for workers only; they begin anew when they are killed."""

    folder: Path
    queue: Queue
    office: PostOffice
    faults: str = ""
    workers: int = 2
    beats: int = 2
    running: dict[str, subprocess.Popen] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        return self.folder / "faults"

    def environment(self) -> dict[str, str]:
        databases = {"DATABASE_URL": "owner", "APP_DATABASE_URL": "default"}
        return {
            **os.environ,
            **{name: _with_name(os.environ[name], alias) for name, alias in databases.items()},
            "REDIS_URL": self.queue.url,
            "EMAIL_URL": self.office.url,
            "EMAIL_TIMEOUT": "4",
            "MAIL_LEASE": str(LEASE),
            "FAULT_LOG": str(self.log),
            "LOG_LEVEL": "WARNING",
            "PYTHONWARNINGS": "ignore",
            "DJANGO_SETTINGS_MODULE": "backbone.config.settings",
        }

    def start(self, name: str) -> None:
        celery = [sys.executable, "-m", "celery", "--app", "bench.drill_app"]
        environment = self.environment()
        if name.startswith("worker"):
            environment["FAULT_POINTS"] = self.faults
            words = ["worker", "--concurrency", "2", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
            words += ["--hostname", f"{name}@drill"]
        else:
            words = ["beat", "--pidfile=", "--loglevel", "WARNING", "--schedule", str(self.folder / name)]
        log = (self.folder / f"{name}.log").open("ab")
        self.running[name] = subprocess.Popen(
            [*celery, *words], cwd=PROJECT, env=environment, stdout=log, stderr=log, start_new_session=True
        )

    def start_all(self) -> None:
        for number in range(self.workers):
            self.start(f"worker{number}")
        for number in range(self.beats):
            self.start(f"beat{number}")

    def kill(self, name: str) -> None:
        """The process and its children, as when the power goes."""
        process = self.running.pop(name, None)
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def mend(self) -> None:
        """Start again whatever has ended by itself."""
        for name, process in list(self.running.items()):
            if process.poll() is not None:
                self.start(name)

    def end(self) -> None:
        for name in list(self.running):
            self.kill(name)

    def deaths(self) -> int:
        return len(self.log.read_text().splitlines()) if self.log.exists() else 0


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _with_name(url: str, alias: str) -> str:
    """The address of the database that this process has open, which a test calls by another name."""
    return f"{url.rpartition('/')[0]}/{connections[alias].settings_dict['NAME']}"


@contextlib.contextmanager
def crew(office: PostOffice, faults: str = "", workers: int = 2, beats: int = 2) -> Iterator[Crew]:
    with TemporaryDirectory(prefix="backbone-drill-") as place:
        folder = Path(place)
        folder.chmod(0o755)
        queue = Queue(folder)
        queue.start()
        found = Crew(folder, queue, office, faults, workers, beats)
        try:
            found.start_all()
            yield found
        finally:
            found.end()
            queue.kill()


def run(
    tenant: Tenant,
    mails: int,
    office: PostOffice,
    *,
    faults: str = "",
    disturb: Callable[[Crew, int], int] | None = None,
    patience: float = PATIENCE,
) -> Outcome:
    """Post so many mails of a tenant, have them sent by two workers under two beats, every message to them doubled, and
    hold the ledger against the server's list. `disturb` is called each half second with its number and says how many
    deaths it caused. What is put off for minutes is due at once."""
    with tenant_scope(tenant):
        Mail.objects.all().delete()
        ledger.plan([_letter(number) for number in range(mails)])
    begun, killed = time.monotonic(), 0
    with crew(office, faults) as running:
        nudges = Celery(broker=running.queue.url, set_as_current=False)
        nudges.conf.broker_transport_options = IMPATIENT  # else it would stand still itself while the queue is dead
        turn = 0
        while time.monotonic() - begun < patience and _hurry(tenant):
            time.sleep(0.5)
            running.mend()
            _ask_twice(nudges, tenant)
            killed += disturb(running, turn) if disturb is not None else 0
            turn += 1
        deaths = running.deaths() + killed
    return _outcome(tenant, office.times(), mails, deaths, time.monotonic() - begun)


def _letter(number: int) -> Mail:
    words = {"subject": f"Letter {number}", "text": "Words.\n", "html": "<p>Words.</p>"}
    return ledger.draft(
        kind=Mail.Kind.LETTER, recipient=None, to=f"reader{number}@example.org", period_key=str(number), **words
    )


def _ask_twice(nudges: Celery, tenant: Tenant) -> None:
    for _ in range(2):
        with contextlib.suppress(Exception):  # the queue may be dead by design
            nudges.send_task(ledger.DELIVER, args=[tenant.pk], ignore_result=True, retry=False)


def _hurry(tenant: Tenant) -> int:
    """How many mails are not settled; those that wait for minutes are due now."""
    with tenant_scope(tenant):
        now = timezone.now()
        Mail.objects.filter(status=Mail.Status.PENDING, next_attempt_at__gt=now).update(next_attempt_at=now)
        return Mail.objects.filter(status__in=STILL).count()


def _outcome(tenant: Tenant, taken: Counter[str], mails: int, deaths: int, seconds: float) -> Outcome:
    with tenant_scope(tenant):
        rows = list(Mail.objects.values_list("message_id", "status"))
    states = Counter(status for _name, status in rows)
    shown = (Mail.Status.FAILED, Mail.Status.UNKNOWN)
    return Outcome(
        mails=mails,
        kills=deaths,
        sent=states[Mail.Status.SENT],
        failed=states[Mail.Status.FAILED],
        unknown=states[Mail.Status.UNKNOWN],
        duplicates=sum(times > 1 for times in taken.values()),
        untold=sum(not taken[name] and status not in (*shown, Mail.Status.SENT, *STILL) for name, status in rows)
        + mails
        - len(rows),
        false=sum(not taken[name] and status == Mail.Status.SENT for name, status in rows),
        unsettled=sum(states[status] for status in STILL),
        seconds=seconds,
    )
