"""What every test can count on: a database of the owner's, used as the application's role; two neighbouring tenants.

Riverside and Hillcrest have the same shape and a fixed cast, so that a leak shows in any test: Ana works for the
backbone (steward and admin), Ben files for the college, Fay funds; Sam does at Hillcrest what Ana does at Riverside.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import date

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connections

from backbone import tenancy
from backbone.tenancy import TenantManager, tenant_scope
from tests import factories
from tests.tenancy.guard import Guard

RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:12]
MIGRATED = f"test_backbone_{RUN}"
TURN = 7399  # the lock's number; any will do that nobody else takes in the server's own database


@pytest.fixture(scope="session")
def django_db_modify_db_settings(worker_id):
    """Each worker of the run has its own test database, made by the owner."""
    _name_databases(f"test_backbone_{RUN}_{worker_id}")


@pytest.fixture(scope="session")
def django_db_setup(django_db_modify_db_settings, django_db_blocker):
    """Migrated once per run, as the owner, and copied for each worker; then every test connects as the role that the
    web uses, and nothing else."""
    owner, app = connections["owner"], connections["default"]
    name = owner.settings_dict["TEST"]["NAME"]
    with django_db_blocker.unblock():
        with _one_worker_at_a_time(owner) as cursor:
            _migrate_once(owner, cursor)
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{MIGRATED}"')
        for connection, alias in ((owner, "owner"), (app, "default")):
            connection.close()
            connection.settings_dict["NAME"] = settings.DATABASES[alias]["NAME"] = name
        assert_application_role(app)
    yield
    with django_db_blocker.unblock():
        app.close()
        owner.close()
        with _one_worker_at_a_time(owner) as cursor:
            for each in (name, MIGRATED):  # a worker that starts only now migrates again
                cursor.execute(f'DROP DATABASE IF EXISTS "{each}" WITH (FORCE)')


def _name_databases(name: str) -> None:
    for alias in ("owner", "default"):
        settings.DATABASES[alias].setdefault("TEST", {})["NAME"] = name
        connections[alias].settings_dict.setdefault("TEST", {})["NAME"] = name


@contextmanager
def _one_worker_at_a_time(owner):
    """A cursor on the server's own database, under a lock that ends with the connection, however it ends."""
    with owner._nodb_cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [TURN])
        yield cursor


def _migrate_once(owner, cursor) -> None:
    """The database that the workers copy. It gets its name when it is whole; nobody stays connected to it, since
    PostgreSQL copies none that is in use."""
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [MIGRATED])
    if cursor.fetchone():
        return
    before, mine = owner.settings_dict["NAME"], owner.settings_dict["TEST"]["NAME"]
    making = f"{MIGRATED}_making"
    _name_databases(making)
    owner.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    owner.close()
    owner.settings_dict["NAME"] = settings.DATABASES["owner"]["NAME"] = before
    _name_databases(mine)
    cursor.execute(f'ALTER DATABASE "{making}" RENAME TO "{MIGRATED}"')


def assert_application_role(connection) -> None:
    """A superuser's green run proves nothing about the walls: stop the whole suite then."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            pytest.exit("The tests run as a role that row-level security does not bind.", returncode=3)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user AND schemaname = 'public'")
        if cursor.fetchone()[0]:
            pytest.exit("The tests run as a role that owns tables.", returncode=3)


@pytest.fixture(autouse=True)
def savepoint_scopes(monkeypatch, request):
    """A test runs inside a transaction, so a scope may open in a savepoint; not in tests of real transactions."""
    marker = request.node.get_closest_marker("django_db")
    is_real = marker is not None and marker.kwargs.get("transaction")
    monkeypatch.setattr(tenancy, "savepoints_allowed", not is_real)


@pytest.fixture(autouse=True)
def statements_name_the_tenant(request):
    """Fail the test whose statement touches a tenant's table without naming the tenant; see tests/tenancy/guard.py."""
    if request.node.get_closest_marker("sees_all_tenants"):
        yield
        return
    owned = frozenset(m._meta.db_table for m in apps.get_models() if isinstance(m._default_manager, TenantManager))
    with connections["default"].execute_wrapper(Guard(owned)):
        yield


@pytest.fixture
def riverside(db):
    """The tenant most tests happen in. `riverside.people` holds the cast, `riverside.scope()` opens its scope."""
    return factories.make_neighbourhood("riverside", "Riverside")


@pytest.fixture
def hillcrest(db):
    """The tenant next door, of the same shape."""
    return factories.make_neighbourhood("hillcrest", "Hillcrest")


@pytest.fixture
def in_riverside(riverside):
    """Riverside, with its scope open around the whole test."""
    with tenant_scope(riverside.tenant):
        yield riverside


@pytest.fixture
def october() -> date:
    return date(2026, 10, 1)
