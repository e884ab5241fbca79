"""`manage.py migrate`: as the owner, and one at a time."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader

from backbone.management.commands.migrate import MIGRATING
from tests.waiting import until


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_owner_migrates_without_being_named():
    answer = io.StringIO()
    call_command("migrate", stdout=answer)
    assert "No migrations to apply" in answer.getvalue()
    tables = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
    with connections["default"].cursor() as cursor:
        cursor.execute(tables)
        assert cursor.fetchall() == [(connections["owner"].settings_dict["USER"],)]


def test_whole_tables_are_those_that_the_migrations_before_made_step_by_step():
    """An empty database takes the first way, one of an earlier day goes on with the second."""
    both_ways = MigrationLoader(None, replace_migrations=False)
    whole = {key: migration for key, migration in both_ways.disk_migrations.items() if migration.replaces}
    ours = {key: migration for key, migration in whole.items() if key[0] in settings.CONDITIONS}
    assert ours
    at_once = both_ways.project_state(list(ours))
    step_by_step = both_ways.project_state([migration.replaces[-1] for migration in ours.values()])
    assert triggers(at_once) == triggers(step_by_step)
    for before, after in ((at_once, step_by_step), (step_by_step, at_once)):
        assert not MigrationAutodetector(before, after).changes(both_ways.graph)


def triggers(state) -> dict[tuple[str, str], set[str]]:
    """What each table's triggers are, which Django's comparison knows nothing of."""
    return {
        key: {trigger.install_sql for trigger in model.options.get("triggers", [])}
        for key, model in state.models.items()
    }


@pytest.mark.django_db(databases=["default", "owner"])
def test_a_second_migrate_waits_for_the_first():
    answer = io.StringIO()
    with ThreadPoolExecutor(1) as pool, connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        try:
            second = pool.submit(migrate_apart, answer)
            until(lambda: second.done() or locks(cursor, granted=False) == 1, "it never asked for the lock")
            assert not second.done(), "it did not wait"
            assert answer.getvalue() == ""
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])
        second.result(60)
        assert "No migrations to apply" in answer.getvalue()
        assert locks(cursor, granted=True) == 0


def migrate_apart(answer: io.StringIO) -> None:
    """In a thread, which has connections of its own."""
    try:
        call_command("migrate", stdout=answer)
    finally:
        connections.close_all()


def locks(cursor, granted: bool) -> int:
    """How many sessions of this database hold the lock, or wait for it. PostgreSQL shows its number in two halves."""
    cursor.execute(
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database AND datname = current_database() "
        "WHERE locktype = 'advisory' AND (classid::bigint << 32) + objid::bigint = %s AND granted = %s",
        [MIGRATING, granted],
    )
    return cursor.fetchone()[0]
