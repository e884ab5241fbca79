"""A real site for a real browser: gunicorn and a Celery worker over a database of their own, with Riverbend in it.

Marked `browser`; skipped, saying why, where there is no Chromium, and failing instead under CI.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from celery import Celery
from redis import Redis

from tests.databases import RUN, copy_database, drop_databases, let_nobody_in

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("BACKBONE_CHROMIUM") or shutil.which("chromium")  # bin/test says which
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 60
TAKEN_FOR = 3600  # seconds; a run that was killed gives nothing back


@dataclass
class Site:
    """Where the site is, and the demonstration's logins by e-mail."""

    url: str
    state: Path
    database: str
    loaded: str
    broker: str
    environment: dict[str, str] = field(repr=False)
    passwords: dict[str, str] = field(default_factory=dict)
    is_touched: bool = False

    def page(self, rest: str) -> str:
        return f"{self.url}/o/riverbend/youth-to-work/{rest}"

    def sql(self, query: str, *params):
        """The rows of a query over Riverbend's figures, as the web's own role sees them."""
        with closing(psycopg2.connect(_with_path(os.environ["APP_DATABASE_URL"], self.database))) as connection:
            cursor = connection.cursor()
            cursor.execute("SELECT set_config('app.tenant_id', (SELECT id FROM backbone_tenant)::text, false)")
            cursor.execute(query, params)
            return cursor.fetchall()

    def run(self, code: str) -> None:
        """Let Django do this with the site's database: what takes months to come about by the pages alone."""
        subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=self.environment, timeout=PATIENCE * 4)

    def tick(self, task: str = "comms.tasks.tick") -> None:
        """The minute strikes, or whatever else the clock would ask of the worker."""
        Celery(broker=self.broker).send_task(task, ignore_result=True)

    def restore(self) -> None:
        """Put the database back to what was loaded; whoever was signed in is not any more."""
        with closing(psycopg2.connect(_with_path(os.environ["APP_DATABASE_URL"], self.database))) as own:
            let_nobody_in(self.database)  # the web and the worker would come back at once
            own.cursor().execute(CLOSE_THE_OTHERS)  # the owner may not close what the web's role opened
        drop_databases(self.database)
        copy_database(self.database, of=self.loaded)
        _cookies.clear()
        self.is_touched = False


CLOSE_THE_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
"""


@pytest.fixture(scope="session")
def chromium():
    """The system's Chromium, started once."""
    if CHROMIUM is None:
        reason = "There is no Chromium: apt-get install chromium."
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=60_000)  # the machine may have other work; a page that is there is seen at once
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def office():
    """The mail server that takes what the site sends, and keeps it."""
    from bench.post_office import PostOffice

    with PostOffice(keeps_mails=True) as found:
        yield found


@pytest.fixture(scope="session")
def site(office, worker_id, tmp_path_factory, django_db_setup, django_db_blocker):
    """Riverbend, mid-month, served by gunicorn with a worker behind it, and its mail goes to a real server."""
    name, state = f"test_browser_{RUN}_{worker_id}", tmp_path_factory.mktemp("site")
    with own_number(name) as number, served(name, number, state, django_db_blocker, EMAIL_URL=office.url) as found:
        yield found


@contextmanager
def own_number(name: str) -> Iterator[int]:
    """The number of a Redis database that no other worker has, nor another run: they would take each other's tasks."""
    with closing(Redis.from_url(_with_path(os.environ["REDIS_URL"], "0"))) as redis:
        taken = (number for number in range(2, 14) if redis.set(f"test-browser-{number}", name, nx=True, ex=TAKEN_FOR))
        number = next(taken, None)
        if number is None:
            pytest.fail("Every Redis database is another run's.")
        try:
            yield number
        finally:
            redis.delete(f"test-browser-{number}")


@contextmanager
def served(name: str, number: int, state: Path, blocker, **settings: str) -> Iterator[Site]:
    """Riverbend in a database of this name, with the Redis database of this number: no other worker's tasks. `settings`
    go into the environment."""
    loaded = f"{name}_loaded"
    with blocker.unblock():
        copy_database(name)
    port = _free_port()
    environment = _environment(name, state, port, number) | settings
    running: list[subprocess.Popen] = []
    try:
        subprocess.run(
            [sys.executable, "-c", LOAD_RIVERBEND], check=True, cwd=ROOT, env=environment, timeout=PATIENCE * 4
        )
        with blocker.unblock():
            copy_database(loaded, of=name)
        for command in _commands(port):
            running.append(_start(command, environment, state))
        broker = environment["REDIS_URL"]
        found = Site(f"http://127.0.0.1:{port}", state, name, loaded, broker, environment, _logins(state))
        _wait(f"{found.url}/readyz", running, state)
        yield found
    finally:
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:  # a page that was still open asks on
                process.kill()
        with blocker.unblock():
            drop_databases(name, loaded)


@pytest.fixture
def anew(site, django_db_blocker):
    """The site as it was loaded, before this test and after it: for a test that files, approves or excuses."""
    with django_db_blocker.unblock():
        if site.is_touched:
            site.restore()
        yield site
        site.restore()


# The demonstration, and the reminder of the morning: of today's, or of the first on which one is due. What loading it
# leaves for the worker to do is forgotten: after the first test that restores the site nobody would do it either, and the
# worker is free for what the first tests ask of it.
LOAD_RIVERBEND = """
import django; django.setup()
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo
from django.contrib.auth.hashers import ScryptPasswordHasher
from backbone.config.celery import app
from backbone.models import Tenant
from backbone.tenancy import tenant_scope
from comms.models import Mail
from comms.selectors.readers import readers
from comms.services import reminders
from measures import demo
ScryptPasswordHasher.work_factor = 2**4  # two dozen logins, half a second each otherwise
demo.TENANTS = {"riverbend": demo.TENANTS["riverbend"]}
demo.load(lambda text: None)
riverbend = Tenant.objects.get(slug="riverbend")
morning = datetime.now(ZoneInfo(riverbend.timezone)).replace(hour=10)
with tenant_scope(riverbend):
    for days in range(10):
        if not Mail.objects.exists():
            reminders.plan(riverbend, readers(riverbend), morning + timedelta(days=days))
app.control.purge()
"""


def _commands(port: int) -> list[list[str]]:
    gunicorn = ["-m", "gunicorn", "backbone.config.wsgi:application", "--bind", f"127.0.0.1:{port}", "--threads", "4"]
    celery = ["-m", "celery", "-A", "backbone.config.celery", "worker", "--pool", "solo", "--loglevel", "WARNING"]
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]  # it has no others to hear from
    return [[sys.executable, *gunicorn], [sys.executable, *celery, *alone]]


def _environment(database: str, state: Path, port: int, number: int) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": _with_path(os.environ["DATABASE_URL"], database),
        "APP_DATABASE_URL": _with_path(os.environ["APP_DATABASE_URL"], database),
        "REDIS_URL": _with_path(os.environ["REDIS_URL"], str(number)),
        "BACKBONE_STATE_DIR": str(state),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "WHITENOISE_USE_FINDERS": "true",
        "PYTHONWARNINGS": "ignore",
    }


def _with_path(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))


def _start(command: list[str], environment: dict[str, str], state: Path) -> subprocess.Popen:
    log = (state / f"{command[2]}.log").open("ab")
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)


def _wait(url: str, running: list[subprocess.Popen], state: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for process in running:
            if process.poll() is not None:
                logs = "\n".join(log.read_text(errors="replace")[-2000:] for log in state.glob("*.log"))
                pytest.fail(f"{process.args[2]} ended with {process.returncode}:\n{logs}")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"{url} did not answer within {PATIENCE} seconds.")


def _logins(state: Path) -> dict[str, str]:
    return dict(re.findall(r"^\s+(\S+@\S+)\s+(\S+)", (state / "logins.txt").read_text(), re.MULTILINE))


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def visit(site, chromium):
    """`visit("ana")` is a page of a fresh browser in which Ana has signed in; None stays signed out.

    Script errors and breaches of the content policy fail the test.
    """
    contexts = []
    faults: list[str] = []

    def open_page(who: str | None, *, width: int = 1280, scripts: bool = True, dark: bool = False):
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
            locale="en-GB",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        site.is_touched = True
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        page.on("console", lambda said: _note_fault(faults, page, said))
        if who is not None:
            _sign_in(page, site, f"{who}@riverbend.example")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)


def _note_fault(faults: list[str], page, said) -> None:
    """A refused form comes back as 422, which the browser prints as an error; nothing else may be printed."""
    if said.type == "error" and "422" not in said.text and "404" not in said.text:
        faults.append(f"{page.url}: {said.text}")


_cookies: dict[tuple[str, str], list] = {}


def _sign_in(page, site: Site, email: str) -> None:
    """Through the door the first time, without having it drawn; with the same session afterwards, since sign-ins are
    counted. That somebody can sign in on the page itself is asked in test_story.py."""
    if (site.url, email) not in _cookies:
        door, line = f"{site.url}/accounts/login/", page.context.request
        line.get(door)
        token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"].endswith("csrftoken"))
        form = {"login": email, "password": site.passwords[email], "csrfmiddlewaretoken": token}
        answer = line.post(door, form=form, headers={"Referer": door}, max_redirects=0)
        assert answer.status == 302, answer.text()
        _cookies[site.url, email] = page.context.cookies()
    page.context.add_cookies(_cookies[site.url, email])
