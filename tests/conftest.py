"""What every test can count on: a database of the owner's, used as the application's role; two neighbouring tenants.

Riverside and Hillcrest have the same shape and a fixed cast, so that a leak shows in any test: Ana works for the
backbone (steward and admin), Ben files for the college, Fay funds; Sam does at Hillcrest what Ana does at Riverside.
"""

from __future__ import annotations

import gc
from contextlib import suppress
from datetime import date

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.core.cache import caches
from django.db import connections
from django.test import client
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from whitenoise.middleware import WhiteNoiseMiddleware

from backbone import tenancy
from backbone.tenancy import TenantManager, tenant_scope
from tests import factories
from tests.databases import KEEPS, MIGRATED, RUN, copy_database, drop_databases, name_databases
from tests.tenancy.guard import Guard

# How long an example takes says how busy the machine is. A fixture that all examples of a test share is written for that.
hypothesis_settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
hypothesis_settings.load_profile("patient")

# The files that take longest, the longest first; see below.
LONGEST = (
    "tests/test_access.py",
    "tests/browser/test_story.py",
    "tests/browser/test_pages.py",
    "tests/ground/test_start.py",
    "tests/tenancy/test_canaries.py",
    "tests/test_demo.py",
    "tests/browser/test_reports.py",
    "tests/ground/test_pooled.py",
    "tests/ground/test_embedded.py",
    "tests/comms/test_crashes.py",
    "tests/browser/test_people.py",
    "tests/browser/test_map.py",
    "tests/browser/test_beginnings.py",
    "tests/browser/test_staff.py",
    "tests/browser/test_agenda.py",
    "tests/browser/test_filing.py",
    "tests/browser/test_passkeys.py",
    "tests/measures/test_rollups_agree_with_rules.py",
    "tests/real/test_graduation.py",
    "tests/measures/test_publishing_extremes.py",
    "tests/measures/test_derived_agree_with_rules.py",
    "tests/measures/test_filing_lost_updates.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """These begin first, in random order inside; else one worker is left alone with them when the others are done."""
    ranks = {name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.nodeid.partition("::")[0], len(ranks)))


def pytest_collection_finish():
    """Thousands of tests and all modules stay to the end: the collector need not walk over them again and again. Nor look
    for circles each time that seven hundred objects more are there, which is several times for every page."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(worker_id):
    """Each worker of the run has its own test database, made by the owner."""
    name_databases(f"test_backbone_{RUN}_{worker_id}")


@pytest.fixture(scope="session", autouse=True)
def own_cache(worker_id):
    """All workers share one Valkey, and their databases the same numbers: each says whose its keys are.

    The product does without a cache that does not answer within a quarter of a second, and says nothing of it. On a
    machine that is busy with the tests Valkey is that slow at times, and a test of what is kept would find nothing kept.
    """
    settings.CACHES["default"] |= {"KEY_PREFIX": f"test-{RUN}-{worker_id}", "OPTIONS": {"socket_timeout": 30}}
    with suppress(AttributeError):
        del caches["default"]  # what was imported may have asked for it already, under the name of nobody
    assert caches["default"].key_prefix == settings.CACHES["default"]["KEY_PREFIX"]


@pytest.fixture(scope="session", autouse=True)
def static_files_once():
    """Each test's client has a server of its own, which would look through static/ anew for the same files."""
    look, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def look_once(self):
        if not found:
            look(self)
            found.update(self.files)
        self.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", look_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def the_page_s_own_context_alone():
    """Django's client copies the context of every template that a page includes, which takes it an eighth of the time that
    pages take. `response.context` has the page's."""
    store = client.store_rendered_templates

    def store_first(found, *args, **kwargs):
        if "context" not in found:
            store(found, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "store_rendered_templates", store_first)
        yield


@pytest.fixture(scope="session", autouse=True)
def passwords_hashed_quickly():
    """By the product's own algorithm, but with little work: half a second for each password is for who guesses them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ScryptPasswordHasher, "work_factor", 2**4)
        yield


@pytest.fixture(autouse=True)
def nobody_s_language():
    """A request leaves the thread in its reader's language; the next test begins in the product's own."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(scope="session")
def django_db_setup(django_db_modify_db_settings, django_db_blocker):
    """Migrated once per run, as the owner, and copied for each worker; then every test connects as the role that the
    web uses, and nothing else."""
    owner, app = connections["owner"], connections["default"]
    name = owner.settings_dict["TEST"]["NAME"]
    with django_db_blocker.unblock():
        copy_database(name)
        for connection, alias in ((owner, "owner"), (app, "default")):
            connection.close()
            connection.settings_dict["NAME"] = settings.DATABASES[alias]["NAME"] = name
        assert_application_role(app)
    yield
    with django_db_blocker.unblock():
        app.close()
        owner.close()
        drop_databases(name, *([] if KEEPS else [MIGRATED]))  # a worker that starts only now migrates again


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
