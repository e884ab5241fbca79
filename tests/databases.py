"""Test databases: migrated once per run, as the owner, and copied for whoever needs one.

With BACKBONE_KEEP_MIGRATED set, and a server of your own in DATABASE_URL, the migrated database stays there for the next
run of the same migrations, which then begins ten seconds sooner.
"""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, ProgrammingError, connections

RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:12]
KEEPS = bool(os.environ.get("BACKBONE_KEEP_MIGRATED"))


def _hash_of_migrations() -> str:
    found = hashlib.sha256()
    root = Path(__file__).resolve().parent.parent
    for path in sorted([*root.glob("*/migrations/*.py"), *root.glob("backbone/*.py"), *root.glob("*/models/*.py")]):
        found.update(path.read_bytes())
    return found.hexdigest()[:12]


MIGRATED = f"test_backbone_{_hash_of_migrations() if KEEPS else RUN}"
TURN = 7399  # the lock's number; any will do that nobody else takes in the server's own database


def name_databases(name: str) -> None:
    for alias in ("owner", "default"):
        settings.DATABASES[alias].setdefault("TEST", {})["NAME"] = name
        connections[alias].settings_dict.setdefault("TEST", {})["NAME"] = name


@contextmanager
def one_at_a_time(owner):
    """A cursor on the server's own database, under a lock that ends with the connection, however it ends."""
    with owner._nodb_cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [TURN])
        yield cursor


def migrate_once(owner, cursor) -> None:
    """The database that the workers copy. It gets its name when it is whole; nobody stays connected to it, since
    PostgreSQL copies none that is in use."""
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [MIGRATED])
    if cursor.fetchone():
        return
    before, mine = owner.settings_dict["NAME"], owner.settings_dict["TEST"]["NAME"]
    making = f"{MIGRATED}_making"
    name_databases(making)
    owner.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    owner.close()
    owner.settings_dict["NAME"] = settings.DATABASES["owner"]["NAME"] = before
    name_databases(mine)
    cursor.execute(f'ALTER DATABASE "{making}" RENAME TO "{MIGRATED}"')


def copy_database(name: str, of: str = MIGRATED) -> None:
    """A database of this name: migrated and empty of rows, or a copy of one that nobody is connected to."""
    owner = connections["owner"]
    with one_at_a_time(owner) as cursor:
        if of == MIGRATED:
            migrate_once(owner, cursor)
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{of}"')


def let_nobody_in(name: str) -> None:
    """Whoever is connected stays so, but nobody comes back."""
    with one_at_a_time(connections["owner"]) as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')


def drop_databases(*names: str) -> None:
    """Away with them. The server's own housekeeping may be in one of them, and its owner may not end that: it is gone
    in a moment, and a database that stays goes with the run's servers."""
    with one_at_a_time(connections["owner"]) as cursor:
        for name in names:
            for _ in range(20):
                try:
                    cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
                    break
                except (ProgrammingError, OperationalError):
                    time.sleep(0.25)
