"""The two PostgreSQL roles, made before Django is there.

The owner runs the migrations and owns the tables. The application role (web, worker, beat, every command but
`migrate`) owns nothing and cannot step around row security, which is the second wall between tenants. Table grants
follow the migrations; here are only the roles themselves. Needs psycopg2 and no Django.
"""

from __future__ import annotations

import contextlib
from urllib.parse import quote, urlsplit

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import encrypt_password

# Reading this as a tenant's number fails, so a statement that runs outside a tenant's scope is a loud error.
NO_TENANT = "no-tenant-context"
LONGEST_NAME = 63


class CannotStart(SystemExit):
    """Something that the operator has to settle; the message says what and how. Uncaught, it ends the program."""


def connect(url: str, timeout: int = 10):
    """Connect to a PostgreSQL address, in autocommit. Takes the spellings that django-environ takes."""
    parts = urlsplit(url)
    if parts.scheme in {"psql", "pgsql", "postgis"}:
        url = parts._replace(scheme="postgresql").geturl()
    connection = psycopg2.connect(url, connect_timeout=timeout)
    connection.autocommit = True
    return connection


def make_embedded_roles(superuser_url: str, *, database: str, owner: tuple[str, str], app: tuple[str, str]) -> None:
    """Make both roles (name, password) and the owner's database on a server of our own; repeats do no harm.

    The owner may create databases, because the tests make theirs through it.
    """
    with contextlib.closing(connect(superuser_url)) as connection, connection.cursor() as cursor:
        for (role, password), extra in ((owner, "CREATEDB"), (app, "NOCREATEDB")):
            _make_role(connection, cursor, role, password, sql.SQL(f"NOSUPERUSER NOBYPASSRLS NOCREATEROLE {extra}"))
            _set_no_tenant(cursor, role)
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if cursor.fetchone() is None:
            cursor.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(owner[0]))
            )
        _grant_entry(cursor, database, app[0])


def application_role_url(owner_url: str, password: str) -> str:
    """Return the address of the application role `<database>_app`, making the role when the owner may.

    Raises CannotStart, with the statements to run, when the owner may not create roles.
    """
    with contextlib.closing(connect(owner_url)) as connection, connection.cursor() as cursor:
        database = connection.info.dbname
        role = database[: LONGEST_NAME - len("_app")] + "_app"
        url = _with_user(owner_url, role, password)
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [role])
        existing = cursor.fetchone()
        if existing is not None and existing[0]:
            raise CannotStart(
                f"The role {role} is a superuser or has BYPASSRLS, so row security would not hold for it.\n"
                f'Run: ALTER ROLE "{role}" NOSUPERUSER NOBYPASSRLS; or name another role in APP_DATABASE_URL.'
            )
        if existing is not None and _logs_in(url):
            return url
        try:
            # An existing role keeps its attributes: before PostgreSQL 16 only a superuser may even mention them.
            _make_role(connection, cursor, role, password, sql.SQL(""))
        except psycopg2.errors.InsufficientPrivilege as refused:
            raise CannotStart(_how_to_make(role, database, cursor_user=connection.info.user)) from refused
        with contextlib.suppress(psycopg2.Error):
            # Only a superuser may set a parameter of ours. Without it the parameter is unset, an error all the same.
            _set_no_tenant(cursor, role)
        with contextlib.suppress(psycopg2.Error):
            _grant_entry(cursor, database, role)
    if not _logs_in(url):
        raise CannotStart(
            f"The role {role} was made, but cannot connect to {database}: look at the server's pg_hba.conf,\n"
            "or give the address of a role that can in APP_DATABASE_URL."
        )
    return url


def _make_role(connection, cursor, role: str, password: str, attributes: sql.SQL) -> None:
    # Hashed here: a password in the statement would end up in the server's log.
    hashed = encrypt_password(password, role, scope=connection, algorithm="scram-sha-256")
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    verb = "CREATE" if cursor.fetchone() is None else "ALTER"
    cursor.execute(
        sql.SQL("{} ROLE {} LOGIN {} PASSWORD {}").format(
            sql.SQL(verb), sql.Identifier(role), attributes, sql.Literal(hashed)
        )
    )


def _set_no_tenant(cursor, role: str) -> None:
    cursor.execute(sql.SQL("ALTER ROLE {} SET app.tenant_id = {}").format(sql.Identifier(role), sql.Literal(NO_TENANT)))


def _grant_entry(cursor, database: str, role: str) -> None:
    cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(database), sql.Identifier(role)))


def _with_user(url: str, role: str, password: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{quote(role, safe='')}:{quote(password, safe='')}@{host}").geturl()


def _logs_in(url: str) -> bool:
    try:
        connect(url).close()
    except psycopg2.OperationalError:
        return False
    return True


def _how_to_make(role: str, database: str, cursor_user: str) -> str:
    return (
        f"The web and the worker need a database role of their own, which {cursor_user} (from DATABASE_URL) may not "
        "make.\nAsk the database's administrator to run, with a password of your choice:\n\n"
        f"    CREATE ROLE \"{role}\" LOGIN PASSWORD '...' NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;\n"
        f'    GRANT CONNECT ON DATABASE "{database}" TO "{role}";\n'
        f"    ALTER ROLE \"{role}\" SET app.tenant_id = '{NO_TENANT}';\n\n"
        f"and then set APP_DATABASE_URL=postgres://{role}:<password>@<host>:<port>/{database}"
    )
