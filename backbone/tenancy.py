"""Which tenant is active: the first of the two walls.

A scope is opened in one place for requests (`middleware.TenantMiddleware`), one for tasks (`tasks.TenantTask`) and
one for commands (`tenant_scope` by name). It opens the outermost transaction and tells PostgreSQL the tenant in that
transaction's first statement, where row-level security, the second wall, reads it. Without a scope every query on a
tenant's table raises here, and raises again there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db import connections, models, transaction

NO_TENANT = "no-tenant-context"

_active: ContextVar[int | None] = ContextVar("active_tenant", default=None)

# Only the test suite, which itself runs inside a transaction, may open a scope in a savepoint.
savepoints_allowed = False


class NoTenant(RuntimeError):
    """A tenant's table was asked without saying which tenant."""


class TenantMismatch(RuntimeError):
    """A scope of another tenant was opened inside an open one."""


def active_tenant_id() -> int:
    """The tenant of the open scope; raises `NoTenant` outside one.."""
    tenant_id = _active.get()
    if tenant_id is None:
        raise NoTenant("No tenant is active: open tenant_scope(tenant) around this, or use @member_can or TenantTask.")
    return tenant_id


def has_scope() -> bool:
    return _active.get() is not None


@contextmanager
def tenant_scope(tenant: models.Model | int, *, using: str = "default") -> Iterator[int]:
    """Work for one tenant inside one transaction; yields the tenant's id.

    Opening it again for the same tenant joins the open scope. For another tenant it raises `TenantMismatch`; inside
    a transaction that somebody else opened it raises too, because the setting would then outlive the scope.
    """
    tenant_id = tenant if isinstance(tenant, int) else tenant.pk
    current = _active.get()
    if current is not None:
        if current != tenant_id:
            raise TenantMismatch(f"Tenant {tenant_id} was asked for inside the scope of tenant {current}.")
        yield tenant_id
        return
    connection = connections[using]
    is_nested = connection.in_atomic_block
    if is_nested and not savepoints_allowed:
        raise TenantMismatch("A tenant scope opens the outermost transaction; this one is already inside another.")
    token = _active.set(tenant_id)
    try:
        with transaction.atomic(using=using):
            _tell_database(connection, tenant_id)
            yield tenant_id
    finally:
        _active.reset(token)
        if is_nested and connection.in_atomic_block and not connection.needs_rollback:
            _tell_database(connection, NO_TENANT)


def _tell_database(connection, tenant: int | str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.tenant_id = %s", [tenant])


def write_at_once(tenant_id: int, statement: str, values: Sequence[Any], *, is_lasting: bool = True) -> int:
    """One writing statement in a tenant's scope and a transaction of its own; returns how many rows it wrote.

    Scope, statement and commit reach the database in one message, which PostgreSQL takes for one transaction: what a
    sender marks twice for each mail costs it two round trips instead of eight. Call it outside any scope. A write that is
    not lasting does not wait for the disk: it may be gone when the database itself dies in the same half second.
    """
    connection = connections["default"]
    lasting = "" if is_lasting else "SET LOCAL synchronous_commit = off; "
    if connection.in_atomic_block:  # the test suite's, whose scopes are savepoints
        with tenant_scope(tenant_id), connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.rowcount
    if has_scope():
        raise TenantMismatch("This commits at once: call it outside any tenant's scope.")
    sent: list[Any] = [tenant_id, *values]
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL app.tenant_id = %s; {lasting}{statement}", sent)
        return cursor.rowcount


def database_time() -> datetime:
    """What time it is at the database, whose clock the history of every row is kept by."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


class TenantQuerySet(models.QuerySet):
    def delete(self):
        """Delete by one statement that names the tenant; the database's own keys cascade or refuse."""
        count = self._raw_delete(self.db)
        self._result_cache = None
        return count, {self.model._meta.label: count}

    delete.alters_data = True
    delete.queryset_only = True


class TenantManager(models.Manager.from_queryset(TenantQuerySet)):
    """Answers for the active tenant only, and refuses to answer when there is none."""

    def get_queryset(self):
        return super().get_queryset().filter(tenant_id=active_tenant_id())
