"""Marks of what is out of date: appended with the write, deleted by exact id once it is recomputed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial

from django.db import connection, transaction

from backbone.nudging import nudge
from backbone.tenancy import active_tenant_id
from measures.services import staged

ROLL_UP = "measures.tasks.roll_up"

Mark = tuple[int, date, int | None]  # indicator, period, partner; None for everybody's

# A file of figures touches every partner; from here on one mark for everybody is less work than one for each.
MANY_PARTNERS = 2_000


def gathered(marks: set[Mark]) -> set[Mark]:
    """The same marks, for everybody where they name very many partners."""
    if len(marks) <= MANY_PARTNERS:
        return marks
    return {(indicator, period, None) for indicator, period, _ in marks}


def mark_stale(marks: Iterable[Mark]) -> None:
    """Say that figures changed.

    One statement in the caller's transaction; after its commit a worker is nudged. When Redis is away nothing is
    lost: the marks stay, and the sweep finds them. Raises `NoTenant` outside a scope.
    """
    tenant_id = active_tenant_id()
    named = gathered(set(marks))
    if not named:
        return
    rows = sorted(named, key=lambda mark: (mark[0], mark[1], mark[2] or 0))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO measures_stalemark (tenant_id, indicator_id, period, partner_id, made_at) "
            "SELECT %s, m.*, now() FROM unnest(%s::bigint[], %s::date[], %s::bigint[]) m",
            [tenant_id, *map(staged.array, zip(*rows, strict=True))],
        )
    transaction.on_commit(partial(nudge, ROLL_UP, tenant_id))
