"""The private servers, through the door that bin/* use: launchers are processes of their own, some of them killed."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg2
import pytest
import redis

from backbone import embedded
from backbone.embedded import ports_and_logs
from backbone.embedded.places import can_enter, server_account
from tests.ground.conftest import own_folder
from tests.ground.launcher import Launcher, ask, is_up

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")


def postmaster(state: Path) -> psutil.Process:
    return psutil.Process(int(next(state.glob("postgres-*/postmaster.pid")).read_text().split()[0]))


def test_both_servers_answer_and_stop_with_their_launcher(state):
    launcher = Launcher(state)
    assert ask(launcher.app, "SELECT current_user, current_database()") == [("backbone_app", "backbone")]
    assert redis.Redis.from_url(launcher.environment["REDIS_URL"]).ping()
    assert launcher.leave() == 0
    assert not is_up(launcher.owner)
    assert not is_up(launcher.environment["REDIS_URL"])


@pytest.fixture(scope="module")
def standing():
    """The state folder and the launcher of servers that stay up for all who only ask them something."""
    with own_folder() as folder:
        launcher = Launcher(folder)
        yield folder, launcher
        launcher.leave()


def test_the_roles_have_no_power_beyond_their_task(standing):
    _, launcher = standing
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


def test_reading_the_tenant_outside_a_scope_is_an_error(standing):
    _, launcher = standing
    for url in (launcher.app, launcher.owner):
        with pytest.raises(psycopg2.errors.InvalidTextRepresentation, match="no-tenant-context"):
            ask(url, "SELECT current_setting('app.tenant_id')::bigint")


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


def test_servers_that_do_not_suit_are_refused_while_somebody_uses_them(standing):
    state, first = standing
    second = Launcher(state, durable=True)
    assert second.process.returncode == 1
    assert "Another launcher uses" in second.error
    assert "BACKBONE_STATE_DIR" in second.error
    assert ask(first.app, "SELECT 1") == [(1,)]


def test_sigterm_stops_the_servers(state):
    launcher = Launcher(state)
    launcher.process.send_signal(signal.SIGTERM)
    launcher.process.communicate(timeout=60)
    assert launcher.process.returncode == 128 + signal.SIGTERM
    assert not is_up(launcher.owner)


def test_secrets_are_readable_by_their_owner_alone(standing):
    state, launcher = standing
    files = {path.name: path.stat().st_mode & 0o777 for path in [*state.glob("*.secret"), state / "secret_key"]}
    assert set(files.values()) == {0o600}
    assert {"backbone_app.secret", "backbone_owner.secret", "valkey.secret", "secret_key"} <= set(files)
    assert (state / "services.json").stat().st_mode & 0o777 == 0o600
    commands = " ".join(word for process in psutil.process_iter(["cmdline"]) for word in process.info["cmdline"] or [])
    assert str(state) in commands
    assert urlsplit(launcher.owner).password not in commands
    assert urlsplit(launcher.environment["REDIS_URL"]).password not in commands


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
    inner = kept / f"{embedded.TEST_PREFIX}of-a-test"
    inner.mkdir()
    of_a_test = Launcher(inner)
    killed.kill()
    of_a_test.kill()
    monkeypatch.setattr(tempfile, "tempdir", str(state))
    embedded.forget_abandoned_tests()
    assert not left.exists()
    assert not is_up(killed.owner)
    assert ask(running.app, "SELECT 1") == ask(of_a_test.app, "SELECT 1") == [(1,)]
    embedded.forget(inner)
    assert not is_up(of_a_test.owner)
    running.leave()
