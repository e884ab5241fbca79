"""Production without its containers: the commands of Dockerfile and docker-compose.yml from a folder that holds what the
image holds, over PgBouncer in transaction mode with two connections for all of them."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import psutil
import psycopg2
import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from backbone import embedded
from backbone.embedded.places import run_as, server_account
from backbone.services import keys
from backbone.tenancy import tenant_scope
from measures.rules.periods import add_months, month_of, text_of
from tests import factories
from tests.waiting import until

PROJECT = Path(__file__).resolve().parents[2]
POOL = 2  # connections to PostgreSQL, for four web workers of four threads, four Celery processes and beat
LEFT_OUT = [
    f"--ignore={name}" for name in ("admin", "drf_spectacular_sidecar", "rest_framework", "vega*", "cytoscape*")
]
PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
SERVICES = yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
DOCKERFILE = (PROJECT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")


@dataclass
class Platform:
    """Its web port, the pool's address of the database, and what every container is told."""

    web: int
    pool: str
    environment: dict[str, str]
    folder: Path
    running: list[subprocess.Popen] = field(default_factory=list)

    def ask(self, path: str, *, method: str = "GET", body: dict | None = None, key: str = "") -> tuple[int, bytes]:
        """As the proxy asks: the name that people type, and that they came by HTTPS."""
        headers = {"Host": "backbone.test", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
        headers |= {"Authorization": f"Bearer {key}"} if key else {}
        content = None if body is None else json.dumps(body).encode()
        headers |= {} if body is None else {"Content-Type": "application/json"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.web}{path}", content, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read()

    def said(self, path: str, key: str) -> dict:
        status, body = self.ask(path, key=key)
        assert status == 200, (path, status, body[:500])
        return json.loads(body)

    def logs(self) -> str:
        return "\n".join(f"{log.name}:\n{log.read_text(errors='replace')[-3000:]}" for log in self.folder.glob("*.log"))


@pytest.fixture(scope="module")
def platform(django_db_setup, django_db_blocker) -> Iterator[Platform]:
    if PGBOUNCER is None:
        reason = "There is no PgBouncer: apt-get install pgbouncer."
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with django_db_blocker.unblock(), ExitStack() as ending:
        folder = Path(tempfile.mkdtemp(prefix=embedded.TEST_PREFIX, dir=os.environ.get("BACKBONE_STATE_DIR")))
        ending.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)  # as root, the pool's account has to get in
        image = folder / "image"
        fill(image)
        pool_port, web = free_port(), free_port()
        app = urlsplit(os.environ["APP_DATABASE_URL"])
        address = f"postgres://backbone_app:{app.password}@127.0.0.1:{pool_port}/backbone"
        told = {
            "SECRET_KEY": "of-this-test-alone-" * 4,
            "SITE_URL": "https://backbone.test",
            "ALLOWED_HOSTS": "backbone.test,web,127.0.0.1",
            "TRUSTED_PROXY_COUNT": "1",
            "DATABASE_URL": address,
            "APP_DATABASE_URL": address,
            "BACKBONE_POOLED": "true",
            "REDIS_URL": urlsplit(os.environ["REDIS_URL"])._replace(path="/15").geturl(),
            "METRICS_TOKEN": "of-this-test-alone",
        }
        assert told.keys() <= SERVICES["web"]["environment"].keys(), "what a container is told"
        environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "BACKBONE_STATE_DIR": str(folder / "state"),
            "PYTHONWARNINGS": "ignore",
            **told,
        }
        collect_static(image, environment)
        found = Platform(web, address, environment, folder)
        ending.callback(empty)  # when all have ended: who works on a table may not be told to let go of it
        ending.callback(end, found.running)
        database = connections["default"].settings_dict["NAME"]
        start_pool(found, app.hostname, app.port, database, app.password, pool_port)
        commands = {
            "web": web_command(web),
            "worker": SERVICES["worker"]["command"],
            "beat": [*SERVICES["beat"]["command"], "--schedule", str(folder / "schedule")],
        }
        heartbeat_is_due()
        for name, command in commands.items():
            with (folder / f"{name}.log").open("wb") as log:
                found.running.append(
                    subprocess.Popen(
                        command, cwd=image, env=environment, stdout=log, stderr=log, start_new_session=True
                    )
                )
        until(lambda: is_ready(found), "The web does not answer.")
        yield found


def heartbeat_is_due() -> None:
    """As where the platform ran an hour ago; on its very first day beat waits for half a minute before it says a word."""
    entry = settings.CELERY_BEAT_SCHEDULE["beat-heartbeat"]
    every = IntervalSchedule.objects.create(every=int(entry["schedule"]), period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.create(
        name="beat-heartbeat", task=entry["task"], interval=every, last_run_at=timezone.now() - timedelta(hours=1)
    )


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def fill(image: Path) -> None:
    """What `COPY . .` brings along: .dockerignore lets in what it names after a "!", and nothing else."""
    let_in = [line[1:].strip() for line in (PROJECT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert let_in, "an image of nothing"
    for name in let_in:
        source, target = PROJECT / name, image / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", ".env*"))
        else:
            shutil.copy2(source, target)


def collect_static(image: Path, environment: dict[str, str]) -> None:
    """The image's last step, with the values that it gives for that one command; but without the largest scripts, and those
    of a library that no page here asks for, since packing them takes a minute of a processor."""
    step = re.search(r"RUN ((?:\w+=\S+\s+)+)python manage\.py collectstatic --noinput", DOCKERFILE)
    values = dict(re.findall(r"(\w+)=(\S+)", step[1]))
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0", *LEFT_OUT],
        cwd=image, env={"PATH": environment["PATH"], **values}, check=True,
    )  # fmt: skip


def web_command(port: int) -> list[str]:
    command = json.loads(re.search(r"^CMD (\[.*\])", DOCKERFILE, re.MULTILINE)[1])
    assert "0.0.0.0:8000" in command
    return [f"127.0.0.1:{port}" if word == "0.0.0.0:8000" else word for word in command]


def start_pool(platform: Platform, host: str, port: int, database: str, password: str, own_port: int) -> None:
    """deploy/pgbouncer/ as its container runs it, with the addresses of here and a pool that is far too small."""
    run = platform.folder / "pool"
    run.mkdir()
    config = (PROJECT / "deploy/pgbouncer/pgbouncer.ini").read_text(encoding="utf-8")
    for there, here in (
        ("host=postgres port=5432 dbname=backbone", f"host={host} port={port} dbname={database}"),
        ("listen_addr = 0.0.0.0", "listen_addr = 127.0.0.1"),
        ("listen_port = 6432", f"listen_port = {own_port}"),
        ("default_pool_size = 20", f"default_pool_size = {POOL}"),
        ("reserve_pool_size = 5", "reserve_pool_size = 0"),
        ("/run/pgbouncer/", f"{run}/"),
    ):
        assert there in config, there
        config = config.replace(there, here)
    assert "pool_mode = transaction" in config
    (run / "backbone.ini").write_text(config, encoding="utf-8")
    account = server_account(run)
    if account is not None:
        os.chown(run, account.uid, account.gid)
    environment = {
        "PATH": f"{os.environ['PATH']}{os.pathsep}/usr/sbin",
        "APP_DB_PASSWORD": password,
        "POOL_RUN_DIR": str(run),
        "POOL_CONFIG": str(run / "backbone.ini"),
    }
    command = ["sh", str(PROJECT / "deploy/pgbouncer/start.sh")]
    if account is not None:  # whoever runs the pool may not be let into this folder
        command[1] = str(shutil.copy(command[1], run / "start.sh"))
    with (platform.folder / "pool.log").open("wb") as log:
        platform.running.append(
            subprocess.Popen(command, cwd=run, env=environment, stdout=log, stderr=log, **run_as(account))
        )
    until(lambda: is_listening(own_port), "PgBouncer does not answer.")
    assert stat.S_IMODE((run / "users.txt").stat().st_mode) == 0o600


def is_listening(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def is_ready(platform: Platform) -> bool:
    for process in platform.running:
        assert process.poll() is None, f"{process.args} ended.\n{platform.logs()}"
    with suppress(OSError):
        return platform.ask("/readyz")[0] == 200
    return False


def end(running: list[subprocess.Popen]) -> None:
    for process in reversed(running):
        process.terminate()
    for process in reversed(running):
        process.wait(60)


def empty() -> None:
    """The database as the next test file expects it."""
    call_command("flush", verbosity=0, interactive=False, database="owner", inhibit_post_migrate=True)


@pytest.fixture(scope="module")
def towns(platform) -> list[SimpleNamespace]:
    """Two tenants of one shape, each with a key of its filer and one of its steward; what is handed in counts."""
    found = []
    for slug, value in (("riverside", 7), ("hillcrest", 1300)):
        home = factories.make_neighbourhood(slug, slug.title())
        home.tenant.counting = home.tenant.Counting.SUBMITTED
        home.tenant.save()
        with tenant_scope(home.tenant):
            factories.make_indicator(home.initiative, "seats", lock_day=62)
            people = home.people
            _, files = keys.create(
                owner=people.ben, name="a", role="partner_filer", partner=home.partners[0], scopes=("read", "file")
            )
            _, reads = keys.create(owner=people.ana, name="b", role="data_steward", partner=None, scopes=("read",))
        found.append(SimpleNamespace(home=home, value=value, files=files, reads=reads))
    return found


def test_two_tenants_file_and_read_at_once_through_two_connections(platform, towns):
    month = text_of(add_months(month_of(timezone.localdate()), -1))

    def file(number: int) -> int:
        town = towns[number % 2]
        body = {"figures": [{"indicator": "seats", "value": town.value}], "submit": True}
        return platform.ask(town.home.api(f"filings/P1/{month}/"), method="PUT", body=body, key=town.files)[0]

    def read(number: int) -> tuple[int, str]:
        town = towns[number % 2]
        (figure,) = platform.said(town.home.api("figures/"), town.files)["figures"]
        return town.value, figure["value"]

    assert [file(0), file(1)] == [200, 200], platform.logs()
    with ThreadPoolExecutor(16) as many:
        filed, seen = many.map(file, range(40)), many.map(read, range(80))
        assert set(filed) == {200}
        assert set(seen) == {(town.value, str(town.value)) for town in towns}

    for town in towns:  # the worker's part, which takes advisory locks and lasting settings of one transaction
        address = town.home.api(f"rollups/?grain=month&since={month}&until={month}")

        def is_rolled_up(address: str = address, town: SimpleNamespace = town) -> bool:
            return [row["value"] for row in platform.said(address, town.reads)["rollups"]] == [str(town.value)]

        until(is_rolled_up, f"The worker does not roll up.\n{platform.logs()}")
    assert backends(platform) == POOL
    assert tenants_left_behind(platform) == {"no-tenant-context"}


def backends(platform: Platform) -> int:
    """How many connections to PostgreSQL stand behind all of them."""
    server = urlsplit(os.environ["APP_DATABASE_URL"]).port
    return sum(one.raddr[1:] == (server,) for one in psutil.Process(platform.running[0].pid).net_connections("tcp"))


def tenants_left_behind(platform: Platform) -> set[str]:
    """What each connection of the pool says of its tenant between two transactions."""
    with ExitStack() as open_ones:
        cursors = [open_ones.enter_context(closing(psycopg2.connect(platform.pool))).cursor() for _ in range(POOL)]
        told = set()
        for cursor in cursors:  # each keeps its transaction open, so that the next one gets another connection
            cursor.execute("SELECT current_setting('app.tenant_id'), pg_backend_pid()")
            told.add(cursor.fetchone())
        assert len(told) == POOL
        return {tenant for tenant, _ in told}


def test_pages_with_their_files_a_sign_in_and_the_clock(platform):
    status, page = platform.ask("/accounts/login/")
    assert status == 200
    sheets = re.findall(r'href="(/static/[^"]+\.css)"', page.decode())
    assert sheets
    assert all(re.search(r"\.[0-9a-f]{12}\.css$", sheet) for sheet in sheets)
    assert {platform.ask(sheet)[0] for sheet in sheets} == {200}

    def beat() -> str:
        return json.loads(platform.ask("/readyz")[1])["beat"]

    until(lambda: re.match(r"\d+ seconds ago", beat()), f"Beat is not heard.\n{platform.logs()}")
