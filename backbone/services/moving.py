"""A tenant on the move: every row of one tenant out of one database, and into another that does not have it.

An export is a folder: `manifest.json`, the people's logins without secrets, and one CSV file for each table as
PostgreSQL's COPY writes it, under row-level security as the application. An import keeps every id, refuses a tenant
that is already there, and runs as the owner, who alone may move the tables' counters on.

Once everything has arrived as it was, what waits to leave the platform is withdrawn in the new home: mails, and messages to
webhooks. The old one goes on sending what it owed, and two would send it twice.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pgtrigger
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import connections, models
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from backbone import conditions
from backbone.models import Entrance, Membership, Tenant, User
from backbone.tenancy import TenantManager, tenant_scope

FORMAT = 1
MOST_KEY = 2**53  # no row of ours is numbered higher; counters are everybody's, and one at its end would stop them all
MANIFEST, TENANT, LOGINS = "manifest.json", "tenant.json", "logins.csv"


class CannotMove(Exception):
    """The export does not fit here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One table of a tenant: how many rows, and the SHA-256 of all of them in the order of their keys."""

    table: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A tenant that was brought in: what arrived, table by table as it was exported; and how many mails and messages to
    webhooks that waited were withdrawn thereafter."""

    tenant: Tenant
    counted: list[Counted]
    withdrawn: int


def tenant_models() -> list[type[models.Model]]:
    """Every model of a tenant's rows, each after those it refers to. Raises CannotMove when they refer in a circle."""
    waiting = [m for m in apps.get_models() if isinstance(m._default_manager, TenantManager)]
    placed: list[type[models.Model]] = []
    while waiting:
        free = [m for m in waiting if not (_targets(m) - {m}) & set(waiting)]
        if not free:
            raise CannotMove(f"These tables refer to each other: {', '.join(m._meta.db_table for m in waiting)}.")
        placed += free
        waiting = [m for m in waiting if m not in free]
    return placed


def count(tenant_id: int, *, using: str = "default") -> list[Counted]:
    """What a tenant has, table by table: equal before and after a move."""
    with tenant_scope(tenant_id, using=using):
        return [_copy_out(model, tenant_id, using, None) for model in tenant_models()]


def export_tenant(tenant: Tenant, folder: Path, *, using: str = "default", withholds: bool = False) -> list[Counted]:
    """Write a tenant into a folder that is new or empty, as of one instant. `withholds`: without what nobody in the tenant
    may see, for an archive that somebody in it takes away; who moves a tenant leaves nothing behind.

    Raises CannotMove when something lies there. Logins go without passwords and second factors: people sign in by a
    code at first. Uploaded files that live outside the database are not part of it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise CannotMove(f"{folder} is not empty. Name a new folder.")
    connection = connections[using]
    is_outermost = not connection.in_atomic_block
    with tenant_scope(tenant, using=using):
        if is_outermost:  # all tables as of one instant; a test's savepoint has its instant already
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        row = Tenant.objects.using(using).values().get(pk=tenant.pk)
        left_out = conditions.withheld(timezone.now()) if withholds else {}
        counted = []
        for model in tenant_models():
            without = left_out.get(model._meta.db_table, ())
            with (folder / f"{model._meta.db_table}.csv").open("w", encoding="utf-8", newline="") as file:
                counted.append(_copy_out(model, tenant.pk, using, file, without=without))
        _write_logins(folder / LOGINS, using)
    (folder / TENANT).write_text(json.dumps(row, default=str, indent=1, ensure_ascii=False), encoding="utf-8")
    manifest = {"backbone_export": FORMAT, "migrations": _migrations(using), "tables": [asdict(c) for c in counted]}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    return counted


def import_tenant(folder: Path, *, using: str = "owner") -> Arrival:
    """Bring a tenant in, all or nothing, and compare it row by row with what was exported; then withdraw what waits to be
    sent.

    Raises CannotMove for another version's export, a tenant whose number or short name is taken, a file that was
    changed, and a row that arrived differently.
    """
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    row = json.loads((folder / TENANT).read_text(encoding="utf-8"))
    _require_fitting(manifest, row, using)
    wanted = {entry["table"]: Counted(**entry) for entry in manifest["tables"]}
    with tenant_scope(int(row["id"]), using=using), pgtrigger.ignore(databases=[using]):
        tenant = Tenant.objects.using(using).create(**row)
        Tenant.objects.using(using).filter(pk=tenant.pk).update(created_at=row["created_at"])
        logins = _read_logins(folder / LOGINS, using)
        counted = []
        for model in tenant_models():
            table = model._meta.db_table
            _copy_in(model, folder / f"{table}.csv", using, logins if model is Membership else None)
            arrived = _copy_out(model, tenant.pk, using, None, logins if model is Membership else None)
            if arrived != wanted[table]:
                raise CannotMove(
                    f"{table}: {wanted[table].rows} rows were exported, and {arrived.rows} arrived or differ."
                    f" Nothing was imported; export the tenant again."
                )
            counted.append(arrived)
        _open_doors(tenant, using)
        withdrawn = conditions.arrived(using, timezone.now())
    return Arrival(tenant, counted, withdrawn)


def _require_fitting(manifest: dict[str, Any], row: dict[str, Any], using: str) -> None:
    if manifest.get("backbone_export") != FORMAT:
        raise CannotMove(f"This export has the format {manifest.get('backbone_export')}, and {FORMAT} is read here.")
    here = _migrations(using)
    if manifest["migrations"] != here:
        differing = sorted(set(map(tuple, manifest["migrations"])) ^ set(map(tuple, here)))
        raise CannotMove(f"The two databases are migrated differently: {differing}. Bring both to one version first.")
    if {entry["table"] for entry in manifest["tables"]} != {m._meta.db_table for m in tenant_models()}:
        raise CannotMove("The export has other tables than this version.")
    _require_number(row["id"], TENANT)
    taken = Tenant.objects.using(using).filter(models.Q(pk=row["id"]) | models.Q(slug=row["slug"]))
    if taken.exists():
        raise CannotMove(f"A tenant with the number {row['id']} or the short name “{row['slug']}” is here already.")


def _require_number(number: int | str, where: str) -> int:
    """A key that an archive brings along; raises CannotMove for one that no database of ours gives."""
    text = str(number)
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= MOST_KEY):
        raise CannotMove(f"{where}: {text[:40]} is no number of a row. Nothing was imported.")
    return int(text)


# --- one table ---


def _targets(model: type[models.Model]) -> set[type[models.Model]]:
    return {f.remote_field.model for f in model._meta.concrete_fields if isinstance(f, models.ForeignKey)}


def _columns(model: type[models.Model]) -> str:
    names = [f.column for f in model._meta.concrete_fields if not isinstance(f, models.GeneratedField)]
    return ", ".join(f'"{name}"' for name in names)


class _Hasher(io.TextIOBase):
    """Takes what COPY writes: counts rows, keeps the hash, passes on to a file where there is one."""

    def __init__(self, file: Any):
        self.file, self.sha256 = file, hashlib.sha256()

    def write(self, text: str) -> int:
        self.sha256.update(text.encode())
        if self.file is not None:
            self.file.write(text)
        return len(text)


def _copy_out(
    model, tenant_id: int, using: str, file, logins: dict[int, int] | None = None, without: Collection[int] = ()
) -> Counted:
    """All rows of one table in the order of their keys, `without` those of these keys. `logins` (old number to new) is
    undone on the way out, so that a membership compares equal with what was exported."""
    meta = model._meta
    columns, hasher = _columns(model), _Hasher(file)
    shown = columns
    if logins:
        back = " ".join(f"WHEN {int(new)} THEN {int(old)}" for old, new in logins.items())
        shown = columns.replace('"user_id"', f"CASE user_id {back} END")
    rest = f'AND "{meta.pk.column}" NOT IN ({", ".join(map(str, sorted(map(int, without))))})' if without else ""
    statement = (
        f'COPY (SELECT {shown} FROM "{meta.db_table}" WHERE tenant_id = {int(tenant_id)} {rest}'  # noqa: S608  names of ours
        f' ORDER BY "{meta.pk.column}") TO STDOUT (FORMAT csv)'
    )
    with connections[using].cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'UTC'")
        cursor.copy_expert(statement, hasher)
        return Counted(meta.db_table, cursor.rowcount, hasher.sha256.hexdigest())


def _copy_in(model, path: Path, using: str, logins: dict[int, int] | None) -> None:
    """COPY is refused under row-level security, so rows come by a table of this transaction's own, in one INSERT:
    references within the table are checked after it."""
    table, columns = model._meta.db_table, _columns(model)
    key = model._meta.pk.column
    with connections[using].cursor() as cursor:
        cursor.execute(f'CREATE TEMPORARY TABLE arriving (LIKE "{table}") ON COMMIT DROP')
        with path.open(encoding="utf-8", newline="") as file:
            cursor.copy_expert(f"COPY arriving ({columns}) FROM STDIN (FORMAT csv)", file)
        if logins is not None:
            _put_logins(cursor, logins)
        cursor.execute(f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM arriving')  # noqa: S608  names of ours
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, key])
        (counter,) = cursor.fetchone()
        if counter is not None:
            cursor.execute(f'SELECT coalesce(min("{key}"), 1), coalesce(max("{key}"), 1) FROM arriving')  # noqa: S608  names of ours
            for number in cursor.fetchone():
                _require_number(number, table)
        cursor.execute("DROP TABLE arriving")
        if counter is not None:
            cursor.execute(f'SELECT coalesce(max("{key}"), 1) FROM "{table}"')  # noqa: S608  names of ours
            (highest,) = cursor.fetchone()
            cursor.execute("SELECT setval(%s, greatest(%s, nextval(%s)))", [counter, highest, counter])


def _put_logins(cursor: Any, logins: Mapping[int, int]) -> None:
    """Name the logins of the people who arrive by their numbers here. Raises CannotMove for one that did not come along: here
    that number may be somebody else's, who would be given a door that nobody meant for them."""
    cursor.execute("SELECT user_id FROM arriving WHERE NOT user_id = ANY(%s) LIMIT 1", [list(logins)])
    stray = cursor.fetchone()
    if stray is not None:
        raise CannotMove(f"{LOGINS} has no login {stray[0]}, and somebody among the people has. Nothing was imported.")
    for old, new in logins.items():
        if old != new:
            cursor.execute("UPDATE arriving SET user_id = %s WHERE user_id = %s", [-new, old])
    cursor.execute("UPDATE arriving SET user_id = -user_id WHERE user_id < 0")


# --- logins and doors ---


def _write_logins(path: Path, using: str) -> None:
    numbers = Membership.objects.using(using).values_list("user_id", flat=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for user in User.objects.using(using).filter(pk__in=list(numbers)).order_by("pk"):
            writer.writerow([user.pk, user.email, user.name])


def _read_logins(path: Path, using: str) -> dict[int, int]:
    """Old number to new. A known address keeps its login; a new one keeps its number where that is free."""
    found: dict[int, int] = {}
    users = User.objects.using(using)
    with path.open(encoding="utf-8", newline="") as file:
        for text, email, name in csv.reader(file):
            number = _require_number(text, LOGINS)
            user = users.filter(email=email).first()
            if user is None:
                user = User(email=email, name=name)
                if not users.filter(pk=number).exists():
                    user.pk = number
                user.set_unusable_password()
                user.save(using=using, force_insert=True)
                EmailAddress.objects.using(using).create(user=user, email=email, verified=True, primary=True)
            found[number] = user.pk
    with connections[using].cursor() as cursor:
        for statement in connections[using].ops.sequence_reset_sql(_no_style(), [User]):
            cursor.execute(statement)
    return found


def _open_doors(tenant: Tenant, using: str) -> None:
    inside = Membership.objects.using(using).filter(is_active=True).values_list("user_id", flat=True)
    Entrance.objects.using(using).bulk_create([Entrance(user_id=n, tenant=tenant) for n in inside])


def _migrations(using: str) -> list[list[str]]:
    applied = MigrationRecorder(connections[using]).applied_migrations()
    ours = {model._meta.app_label for model in tenant_models()}
    return [[app, name] for app, name in sorted(applied) if app in ours]


def _no_style() -> Any:
    from django.core.management.color import no_style

    return no_style()


def describe(counted: list[Counted]) -> Iterator[str]:
    """One line for each table that holds anything, and the sum."""
    for entry in counted:
        if entry.rows:
            yield f"{entry.table:40} {entry.rows:>12,}  {entry.sha256[:16]}"
    yield f"{'all tables':40} {sum(entry.rows for entry in counted):>12,}"
