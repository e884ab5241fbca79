"""Addresses of servers that are not ours: used as they are, and the application role made where it is missing."""

from urllib.parse import urlsplit

import pytest

from tests.ground.launcher import Launcher, ask, is_up


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
