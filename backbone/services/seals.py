"""The chain over what happened: seals what is not sealed yet, and finds the line that was altered, removed or put in.

Lines are sealed in order of their ids soon after they were written. Each tenant has its own chain, and an advisory lock
makes one sealer wait for the other. Who owns the database could write the whole chain anew; so its head goes into the log
each time, and with each digest to whoever may read all of it: `holds` compares such a copy with what stands here.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from backbone.models import Seal
from backbone.tenancy import active_tenant_id, database_time

AT_A_TIME = 5_000
LOCK = 7_421  # the first key of the advisory lock; the second is the tenant
SETTLED = timedelta(seconds=30)  # a line is written by then, or never: a request lasts no longer
OVERDUE = timedelta(hours=1)  # a line that is older and has no seal was put in behind the sealer's back

_COLUMNS = "c.id, c.initiative_id, c.partner_id, c.by_id, c.at, c.verb, c.subject, c.subject_id, c.facts"
_START = "0" * 64


@dataclass(frozen=True, slots=True)
class Head:
    """How long the chain is, its last seal, and when that was made; how many lines wait for theirs."""

    number: int
    sha256: str
    at: datetime | None
    waiting: int


@dataclass(frozen=True, slots=True)
class Fault:
    """The first line that does not fit: `kind` is "altered", "removed", "put_in" or "out_of_order"."""

    kind: str
    change_id: int
    number: int | None


def sealed(before: str, row: tuple[Any, ...]) -> str:
    """The seal of a line after the one before: both, in a form in which no two lines are alike."""
    plain = [value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value for value in row]
    text = json.dumps([before, *plain], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def seal() -> int:
    """Seal what is not sealed yet, so much at a time; returns how many lines were."""
    tenant = active_tenant_id()
    now = database_time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, tenant % 2**31])
        cursor.execute(
            """
            SELECT s.number, s.sha256, c.at - %(overdue)s
              FROM backbone_seal s LEFT JOIN backbone_change c ON c.tenant_id = %(tenant)s AND c.id = s.change_id
             WHERE s.tenant_id = %(tenant)s ORDER BY s.number DESC LIMIT 1
            """,
            {"tenant": tenant, "overdue": OVERDUE},
        )
        number, before, since = cursor.fetchone() or (0, _START, None)
        cursor.execute(
            f"""
            SELECT {_COLUMNS} FROM backbone_change c
             WHERE c.tenant_id = %(tenant)s AND c.at < %(until)s AND (%(since)s::timestamptz IS NULL OR c.at >= %(since)s)
               AND NOT EXISTS (SELECT 1 FROM backbone_seal s WHERE s.tenant_id = %(tenant)s AND s.change_id = c.id)
             ORDER BY c.id LIMIT %(count)s
            """,  # noqa: S608  (columns of our own)
            {"tenant": tenant, "until": now - SETTLED, "since": since, "count": AT_A_TIME},
        )
        rows = cursor.fetchall()
    seals = []
    for row in map(_read, rows):
        number += 1
        before = sealed(before, row)
        seals.append(Seal(number=number, change_id=row[0], sha256=before, at=now))
    Seal.objects.bulk_create(seals, batch_size=AT_A_TIME)
    return len(seals)


def _read(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A raw row with its facts as values; PostgreSQL gives JSON as text to a raw cursor."""
    *columns, facts = row
    return (*columns, json.loads(facts) if isinstance(facts, str) else facts)


def head() -> Head:
    """The end of the active tenant's chain; one statement."""
    tenant = active_tenant_id()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT (SELECT count(*) FROM backbone_change WHERE tenant_id = %(tenant)s)
                   - (SELECT count(*) FROM backbone_seal WHERE tenant_id = %(tenant)s), s.number, s.sha256, s.at
              FROM (SELECT 1) one
              LEFT JOIN LATERAL (SELECT number, sha256, at FROM backbone_seal WHERE tenant_id = %(tenant)s
                                  ORDER BY number DESC LIMIT 1) s ON true
            """,
            {"tenant": tenant},
        )
        waiting, number, sha256, at = cursor.fetchone()
    return Head(number or 0, sha256 or _START, at, max(waiting, 0))


def holds(number: int, sha256: str) -> bool:
    """Whether a seal that somebody kept elsewhere is the one that stands here under its number."""
    return Seal.objects.filter(number=number, sha256=sha256).exists()


def verify() -> Fault | None:
    """Follow the chain from its beginning; the first line that does not fit, or None. Reads in pieces."""
    tenant, number, before = active_tenant_id(), 0, _START
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT s.number, s.sha256, s.change_id, {_COLUMNS}
                  FROM backbone_seal s
                  LEFT JOIN backbone_change c ON c.tenant_id = %s AND c.id = s.change_id
                 WHERE s.tenant_id = %s AND s.number > %s ORDER BY s.number LIMIT %s
                """,  # noqa: S608  (columns of our own)
                [tenant, tenant, number, AT_A_TIME],
            )
            rows = cursor.fetchall()
        for found, sha256, change_id, *row in rows:
            number += 1
            if found != number:
                return Fault("out_of_order", change_id, found)
            if row[0] is None:
                return Fault("removed", change_id, number)
            before = sealed(before, _read(tuple(row)))
            if before != sha256:
                return Fault("altered", change_id, number)
        if len(rows) < AT_A_TIME:
            return _put_in(tenant)


def _put_in(tenant: int) -> Fault | None:
    """The first line without a seal that is long older than the last one that has its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.id FROM backbone_change c
             WHERE c.tenant_id = %(tenant)s
               AND c.at < (SELECT l.at FROM backbone_seal s JOIN backbone_change l
                                                         ON l.tenant_id = %(tenant)s AND l.id = s.change_id
                            WHERE s.tenant_id = %(tenant)s ORDER BY s.number DESC LIMIT 1) - %(overdue)s
               AND NOT EXISTS (SELECT 1 FROM backbone_seal s WHERE s.tenant_id = %(tenant)s AND s.change_id = c.id)
             ORDER BY c.id LIMIT 1
            """,
            {"tenant": tenant, "overdue": OVERDUE},
        )
        row = cursor.fetchone()
    return None if row is None else Fault("put_in", row[0], None)
