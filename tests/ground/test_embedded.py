"""The private servers, through the door that bin/* use: launchers are processes of their own, some of them killed."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg2
import pytest
import redis

from backbone import embedded
from backbone.embedded import ports_and_logs, roles
from backbone.embedded.places import can_enter, server_account

PROJECT = Path(__file__).resolve().parents[2]
DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
OURS = ("DATABASE_URL", "APP_DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BACKBONE_STATE_DIR")
LAUNCH = """
import json, sys
from pathlib import Path
from backbone.embedded import services
with services(Path(sys.argv[1]), durable=json.loads(sys.argv[2])) as environment:
    print(json.dumps({name: environment[name] for name in sys.argv[3:]}), flush=True)
    sys.stdin.readline()
"""


class Launcher:
    """A process that holds the services of a state folder until told to leave."""

    def __init__(self, state: Path, durable: bool = False, **environment: str):
        clean = {name: value for name, value in os.environ.items() if name not in OURS}
        self.process = subprocess.Popen(
            [sys.executable, "-c", LAUNCH, state, json.dumps(durable), *OURS],
            cwd=PROJECT,
            env=clean | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        self.error = "" if line else self.process.communicate()[1]
        self.environment = json.loads(line) if line else {}
        self.owner = self.environment.get("DATABASE_URL", "")
        self.app = self.environment.get("APP_DATABASE_URL", "")

    def leave(self) -> int:
        self.process.communicate("\n", timeout=60)
        return self.process.returncode

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def state():
    folder = Path(tempfile.mkdtemp(prefix=embedded.TEST_PREFIX))
    folder.chmod(0o755)  # as root, the servers' account has to get in
    yield folder
    embedded.forget(folder)
    shutil.rmtree(folder, ignore_errors=True)


def ask(url: str, question: str):
    with contextlib.closing(roles.connect(url, timeout=3)) as connection, connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall() if cursor.description else None


def is_up(url: str) -> bool:
    return ports_and_logs.port_is_taken(urlsplit(url).port)


def postmaster(state: Path) -> psutil.Process:
    return psutil.Process(int(next(state.glob("postgres-*/postmaster.pid")).read_text().split()[0]))


def test_both_servers_answer_and_stop_with_their_launcher(state):
    launcher = Launcher(state)
    assert ask(launcher.app, "SELECT current_user, current_database()") == [("backbone_app", "backbone")]
    assert redis.Redis.from_url(launcher.environment["REDIS_URL"]).ping()
    assert launcher.leave() == 0
    assert not is_up(launcher.owner)
    assert not is_up(launcher.environment["REDIS_URL"])


def test_the_roles_have_no_power_beyond_their_task(state):
    launcher = Launcher(state)
    powers = "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname LIKE %s"
    assert sorted(ask(launcher.owner, powers.replace("%s", "'backbone%'"))) == [
        ("backbone_app", False, False, False, False),
        ("backbone_owner", False, False, False, True),
    ]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(launcher.app, "CREATE TABLE public.mine (id int)")
    ask(launcher.owner, "CREATE TABLE ours (id int)")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(launcher.app, "SELECT * FROM ours")
    launcher.leave()


def test_reading_the_tenant_outside_a_scope_is_an_error(state):
    launcher = Launcher(state)
    for url in (launcher.app, launcher.owner):
        with pytest.raises(psycopg2.errors.InvalidTextRepresentation, match="no-tenant-context"):
            ask(url, "SELECT current_setting('app.tenant_id')::bigint")
    launcher.leave()


def test_a_second_launcher_joins_and_leaves_the_first_ones_servers_up(state):
    first = Launcher(state)
    second = Launcher(state)
    assert second.environment == first.environment
    second.leave()
    assert ask(first.app, "SELECT 1") == [(1,)]
    first.leave()
    assert not is_up(first.owner)


def test_the_last_one_out_stops_the_servers_even_when_another_started_them(state):
    first = Launcher(state)
    second = Launcher(state)
    first.leave()
    assert ask(second.app, "SELECT 1") == [(1,)]
    second.leave()
    assert not is_up(second.owner)
    assert not is_up(second.environment["REDIS_URL"])


def test_after_a_killed_launcher_the_next_one_takes_its_servers_over(state):
    first = Launcher(state)
    ask(first.owner, "CREATE TABLE kept AS SELECT 42 AS figure")
    first.kill()
    assert is_up(first.owner)
    second = Launcher(state)
    assert second.environment == first.environment
    assert ask(second.owner, "SELECT figure FROM kept") == [(42,)]
    second.leave()
    assert not is_up(second.owner)
    assert not is_up(second.environment["REDIS_URL"])


def test_after_everything_was_killed_the_data_is_still_there(state):
    first = Launcher(state, durable=True)
    ask(first.owner, "CREATE TABLE kept AS SELECT 42 AS figure")
    redis.Redis.from_url(first.environment["REDIS_URL"]).set("kept", "too")
    server = postmaster(state)
    first.kill()
    server.kill()
    server.wait(10)
    second = Launcher(state, durable=True)
    assert ask(second.owner, "SELECT figure FROM kept") == [(42,)]
    assert redis.Redis.from_url(second.environment["REDIS_URL"]).get("kept") == b"too"
    second.leave()


def test_a_start_killed_while_making_the_database_begins_again(state):
    (state / "new-postgres-18").mkdir()
    (state / "new-postgres-18" / "PG_VERSION").write_text("18\n")
    (state / "new-postgres-15").mkdir()
    launcher = Launcher(state)
    assert ask(launcher.app, "SELECT 1") == [(1,)]
    launcher.leave()


def test_a_process_that_has_an_old_servers_number_is_left_alone(state):
    Launcher(state).leave()
    stranger = subprocess.Popen(["sleep", "60"])
    data = next(state.glob("postgres-*"))
    (data / "postmaster.pid").write_text(f"{stranger.pid}\n{data}\n0\n0\n\n127.0.0.1\n\n")
    (state / "valkey" / "valkey.pid").write_text(f"{stranger.pid}\n")
    embedded.forget(state)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_servers_that_do_not_suit_are_refused_while_somebody_uses_them(state):
    first = Launcher(state, durable=False)
    second = Launcher(state, durable=True)
    assert second.process.returncode == 1
    assert "Another launcher uses" in second.error
    assert "BACKBONE_STATE_DIR" in second.error
    assert ask(first.app, "SELECT 1") == [(1,)]
    first.leave()


def test_sigterm_stops_the_servers(state):
    launcher = Launcher(state)
    launcher.process.send_signal(signal.SIGTERM)
    launcher.process.communicate(timeout=60)
    assert launcher.process.returncode == 128 + signal.SIGTERM
    assert not is_up(launcher.owner)


def test_secrets_are_readable_by_their_owner_alone(state):
    launcher = Launcher(state)
    files = {path.name: path.stat().st_mode & 0o777 for path in [*state.glob("*.secret"), state / "secret_key"]}
    assert set(files.values()) == {0o600}
    assert {"backbone_app.secret", "backbone_owner.secret", "valkey.secret", "secret_key"} <= set(files)
    assert (state / "services.json").stat().st_mode & 0o777 == 0o600
    commands = " ".join(word for process in psutil.process_iter(["cmdline"]) for word in process.info["cmdline"] or [])
    assert str(state) in commands
    assert urlsplit(launcher.owner).password not in commands
    assert urlsplit(launcher.environment["REDIS_URL"]).password not in commands
    launcher.leave()


def test_long_paths_and_spaces_are_fine(state):
    deep = state / "a folder's name, with spaces" / ("long" * 30)
    deep.mkdir(parents=True)
    launcher = Launcher(deep)
    assert ask(launcher.app, "SELECT 1") == [(1,)]
    launcher.leave()
    assert not is_up(launcher.owner)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start servers for an account that cannot enter a folder")
def test_a_folder_the_servers_account_cannot_enter_is_left_as_it_is():
    closed = Path(tempfile.mkdtemp())  # 0700
    state = closed / "state"
    try:
        launcher = Launcher(state)
        assert ask(launcher.app, "SELECT 1") == [(1,)]
        home = Path((state / "servers-are-in").read_text().strip())
        assert next(home.glob("postgres-*")).stat().st_uid == server_account(state).uid
        assert launcher.leave() == 0
        again = Launcher(state)
        assert urlsplit(again.owner).password == urlsplit(launcher.owner).password
        again.leave()
        assert closed.stat().st_mode & 0o777 == 0o700
        assert not can_enter(server_account(state), state)
        assert embedded.forget(state)
        assert not home.exists()
    finally:
        shutil.rmtree(closed)


@pytest.mark.skipif(not DEBIAN_15.exists(), reason="PostgreSQL 15 is not installed here")
def test_postgresql_15_is_enough(state):
    launcher = Launcher(state, BACKBONE_PG_BIN=str(DEBIAN_15))
    assert ask(launcher.app, "SHOW server_version")[0][0].startswith("15.")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(launcher.app, "CREATE TABLE public.mine (id int)")
    ask(launcher.owner, "CREATE TABLE ours (id int)")
    launcher.leave()


def test_a_wrong_program_folder_is_named(state, tmp_path):
    launcher = Launcher(state, BACKBONE_PG_BIN=str(tmp_path))
    assert launcher.process.returncode == 1
    assert f"BACKBONE_PG_BIN={tmp_path}" in launcher.error


# ------------------------------------------------------------------------------- servers of somebody else


@pytest.fixture
def elsewhere(state):
    """A server that is up, and the address of its superuser."""
    launcher = Launcher(state)
    superuser = f"postgres:{(state / 'postgres.secret').read_text().strip()}@"
    yield launcher, launcher.owner.replace(urlsplit(launcher.owner).netloc.rpartition("@")[0] + "@", superuser)
    launcher.leave()


@pytest.fixture
def own_state(tmp_path):
    return tmp_path / "state"


def test_given_only_the_owner_the_application_role_is_made(elsewhere, own_state):
    launcher, superuser = elsewhere
    given = {"DATABASE_URL": superuser, "REDIS_URL": launcher.environment["REDIS_URL"]}
    first = Launcher(own_state, **given)
    assert ask(first.app, "SELECT current_user, current_setting('app.tenant_id')") == [
        ("backbone_app", "no-tenant-context")
    ]
    first.leave()
    assert is_up(superuser)  # not ours to stop
    second = Launcher(own_state, **given)
    assert second.app == first.app
    second.leave()


def test_an_owner_that_may_create_roles_is_enough(elsewhere, own_state):
    launcher, superuser = elsewhere
    ask(superuser, "CREATE ROLE landlord LOGIN CREATEROLE PASSWORD 'made-up'")
    ask(superuser, 'CREATE DATABASE "The House" OWNER landlord')
    parts = urlsplit(launcher.owner)
    given = parts._replace(netloc=f"landlord:made-up@{parts.hostname}:{parts.port}", path="/The%20House").geturl()
    made = Launcher(own_state, DATABASE_URL=given, REDIS_URL=launcher.environment["REDIS_URL"])
    assert ask(made.app, "SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user") == [
        ("The House_app", False)
    ]
    made.leave()


def test_an_owner_that_may_not_is_told_what_to_run(elsewhere, own_state):
    launcher, superuser = elsewhere
    ask(superuser, "CREATE ROLE landlord LOGIN PASSWORD 'made-up'")
    ask(superuser, "CREATE DATABASE house OWNER landlord")
    parts = urlsplit(launcher.owner)
    given = parts._replace(netloc=f"landlord:made-up@{parts.hostname}:{parts.port}", path="/house").geturl()
    refused = Launcher(own_state, DATABASE_URL=given, REDIS_URL=launcher.environment["REDIS_URL"])
    assert refused.process.returncode == 1
    assert 'CREATE ROLE "house_app" LOGIN' in refused.error
    assert "set APP_DATABASE_URL=" in refused.error
    assert "Traceback" not in refused.error


def test_a_role_that_would_pass_row_security_is_refused(elsewhere, own_state):
    launcher, superuser = elsewhere
    ask(superuser, "CREATE DATABASE house")
    ask(superuser, "CREATE ROLE house_app LOGIN BYPASSRLS")
    given = urlsplit(superuser)._replace(path="/house").geturl()
    refused = Launcher(own_state, DATABASE_URL=given, REDIS_URL=launcher.environment["REDIS_URL"])
    assert refused.process.returncode == 1
    assert "row security would not hold" in refused.error


def test_an_application_role_without_an_owner_is_refused(own_state):
    refused = Launcher(own_state, APP_DATABASE_URL="postgres://somebody@127.0.0.1/house")
    assert refused.process.returncode == 1
    assert "set both, or neither" in refused.error


def test_with_all_addresses_given_nothing_is_started(own_state):
    given = {"DATABASE_URL": "postgres://a@h/d", "APP_DATABASE_URL": "postgres://b@h/d", "REDIS_URL": "redis://h/0"}
    launcher = Launcher(own_state, **given)
    assert {name: launcher.environment[name] for name in given} == given
    launcher.leave()
    assert sorted(path.name for path in own_state.iterdir()) == ["logs", "secret_key"]


# ------------------------------------------------------------------------------------------------- logs


def test_a_large_log_is_moved_aside_while_a_program_appends_to_it(tmp_path, monkeypatch):
    monkeypatch.setattr(ports_and_logs, "LARGEST_LOG", 100)
    log = tmp_path / "web.log"
    with open(log, "ab", buffering=0) as program:
        for round_ in range(6):
            program.write(b"%d" % round_ + b"x" * 120 + b"\n")
            ports_and_logs.trim_log(log)
        program.write(b"last\n")
    assert log.read_bytes() == b"last\n"
    assert [path.read_bytes()[:1] for path in sorted(tmp_path.glob("web.log.*"))] == [b"5", b"4", b"3"]


def test_the_state_folders_of_killed_test_runs_are_cleared_away(monkeypatch, state):
    left = state / f"{embedded.TEST_PREFIX}killed"
    left.mkdir()
    killed = Launcher(left)
    kept = state / f"{embedded.TEST_PREFIX}running"
    kept.mkdir()
    running = Launcher(kept)
    killed.kill()
    monkeypatch.setattr(tempfile, "tempdir", str(state))
    embedded.forget_abandoned_tests()
    assert not left.exists()
    assert not is_up(killed.owner)
    assert ask(running.app, "SELECT 1") == [(1,)]
    running.leave()
