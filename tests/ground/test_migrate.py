"""`manage.py migrate`: as the owner, and one at a time."""

import io
import subprocess
import sys
import time

import pytest
from django.core.management import call_command
from django.db import connections

from backbone.management.commands.migrate import MIGRATING
from tests.ground.launcher import PROJECT, Launcher, ask


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_owner_migrates_without_being_named():
    answer = io.StringIO()
    call_command("migrate", stdout=answer)
    assert "No migrations to apply" in answer.getvalue()
    tables = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
    with connections["default"].cursor() as cursor:
        cursor.execute(tables)
        assert cursor.fetchall() == [(connections["owner"].settings_dict["USER"],)]


def test_a_second_migrate_waits_for_the_first(state):
    launcher = Launcher(state)
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    migrate = [sys.executable, PROJECT / "manage.py", "migrate", "backbone", "zero", "--fake", "--verbosity", "0"]
    with launcher.connect() as first, first.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        second = subprocess.Popen(migrate, env=launcher.whole_environment(), stdin=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while ask(launcher.owner, waiting) != [(1,)]:
            assert second.poll() is None, "it did not wait"
            assert time.monotonic() < end, "it never asked for the lock"
            time.sleep(0.1)
        cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])
    assert second.wait(60) == 0
    assert ask(launcher.owner, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == [(0,)]
    launcher.leave()
