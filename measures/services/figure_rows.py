"""How figures reach the database: in sets, in a number of statements that does not grow with them.

Nothing here decides who may write what; `filings` does, and calls this under the locks of the filings.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple

from django.db import connection

from backbone.tenancy import active_tenant_id
from measures.rules.figures import Entry, told_if_bare
from measures.rules.written import write_entry
from measures.services import staged

CHUNK = 5_000  # figures in one statement
COPIED = 2_000  # from so many at once on they are copied first

NOTE_LENGTH = 2_000

Desk = tuple[int, date]  # whose report, and for which period: what one filing is
Key = tuple[int, date, int, str]  # indicator, period, partner, category: what one figure is


class FigureRow(NamedTuple):
    """One cell as somebody says it. `as_defined` None leaves the filer's earlier word alone."""

    partner_id: int
    indicator_id: int
    period: date
    category: str
    entry: Entry
    as_defined: bool | None = None

    @property
    def desk(self) -> Desk:
        return self.partner_id, self.period

    @property
    def key(self) -> Key:
        return self.indicator_id, self.period, self.partner_id, self.category


class Stored(NamedTuple):
    """One cell as it stands in the database, columns in the order of `COLUMNS`."""

    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    weight: Decimal | None
    is_not_collected: bool
    new_only: bool
    as_defined: bool | None
    note: str
    state: str
    submitted_by_id: int | None
    changed_by_id: int | None
    changed_because: str
    changed_at: datetime

    @property
    def entry(self) -> Entry:
        entry = Entry(
            self.value, self.numerator, self.denominator, self.weight, self.is_not_collected, self.note, self.new_only
        )
        return told_if_bare(entry)

    @property
    def said(self) -> tuple[Any, ...]:
        """What the partner said, without what became of it: two cells that say the same are the same figure."""
        return self[:8]

    @property
    def figure(self) -> tuple[Any, ...]:
        """The number itself, without the words about it."""
        return self[:6]


class Desktop(NamedTuple):
    """A filing, locked."""

    filing_id: int
    version: int
    is_new: bool


COLUMNS = Stored._fields
_KEY_COLUMNS = ("indicator_id", "period", "partner_id", "category")
_WRITTEN = ("filing_id", *_KEY_COLUMNS, *COLUMNS)
_TYPES = (
    *("bigint", "bigint", "date", "bigint", "text"),
    *("numeric", "numeric", "numeric", "numeric", "bool", "bool", "bool", "text"),
    *("text", "bigint", "bigint", "text", "timestamptz"),
)
_ALL_COLUMNS = ", ".join(f"f.{name}" for name in (*_KEY_COLUMNS, *COLUMNS))


def in_chunks(rows: Sequence[FigureRow]) -> Iterator[list[FigureRow]]:
    """The rows by period and partner, so that whoever writes many filings locks them in the same order."""
    ordered = iter(sorted(rows, key=lambda row: (row.period, row.partner_id)))
    while chunk := list(islice(ordered, CHUNK)):
        yield chunk


def open_filings(
    initiative_id: int, desks: Collection[Desk], now: datetime, held: Mapping[Desk, Desktop] = MappingProxyType({})
) -> dict[Desk, Desktop]:
    """The filings of these partners and periods, made where there are none, and locked; two statements.

    `held` are those that this transaction has locked before.
    """
    found = {desk: held[desk] for desk in desks if desk in held}
    ordered = sorted((desk for desk in desks if desk not in held), key=lambda desk: (desk[1], desk[0]))
    if not ordered:
        return found
    tenant_id = active_tenant_id()
    partners, periods = (staged.array(column) for column in zip(*ordered, strict=True))
    made = _run(
        "INSERT INTO measures_filing (tenant_id, initiative_id, partner_id, period, version, opened_at) "
        "SELECT %s, %s, d.partner_id, d.period, 0, %s "
        "FROM unnest(%s::bigint[], %s::date[]) AS d (partner_id, period) "
        "ON CONFLICT (tenant_id, initiative_id, period, partner_id) DO NOTHING RETURNING id",
        (),
        tenant_id,
        initiative_id,
        now,
        partners,
        periods,
    )
    is_new = {row[0] for row in made}
    locked = _run(
        "SELECT f.id, f.partner_id, f.period, f.version FROM measures_filing f "
        "JOIN unnest(%s::bigint[], %s::date[]) AS d (partner_id, period) "
        "ON f.partner_id = d.partner_id AND f.period = d.period "
        "WHERE f.tenant_id = %s AND f.initiative_id = %s ORDER BY f.period, f.partner_id FOR UPDATE OF f",
        (),
        partners,
        periods,
        tenant_id,
        initiative_id,
    )
    return found | {
        (partner_id, period): Desktop(filing_id, version, filing_id in is_new)
        for filing_id, partner_id, period, version in locked
    }


def stored_at(keys: Collection[Key]) -> dict[Key, Stored]:
    """The figures that stand at these keys; one statement."""
    if not keys:
        return {}
    with staged.in_key_order(len(keys)):
        found = _run(
            "SELECT f.* FROM unnest(%s::bigint[], %s::date[], %s::bigint[], %s::text[]) "  # noqa: S608  names of ours
            "AS k (indicator_id, period, partner_id, category) CROSS JOIN LATERAL ("
            f"SELECT {_ALL_COLUMNS} FROM measures_figure f WHERE f.tenant_id = %s AND f.indicator_id = k.indicator_id "
            "AND f.period = k.period AND f.partner_id = k.partner_id AND f.category = ANY(ARRAY[k.category]) "
            "ORDER BY f.category OFFSET 0) f",
            (),
            *(staged.array(column) for column in zip(*keys, strict=True)),
            active_tenant_id(),
        )
    return {tuple(row[:4]): Stored(*row[4:]) for row in found}


def stored_of(desk: Desk, indicator_ids: Collection[int]) -> dict[Key, Stored]:
    """Every figure of these indicators in one filing; one statement."""
    found = _run(
        f"SELECT {_ALL_COLUMNS} FROM measures_figure f "  # noqa: S608
        "WHERE f.tenant_id = %s AND f.partner_id = %s AND f.period = %s AND f.indicator_id = ANY(%s)",
        (),
        active_tenant_id(),
        *desk,
        list(indicator_ids),
    )
    return {tuple(row[:4]): Stored(*row[4:]) for row in found}


def write(cells: Mapping[Key, Stored], filings: Mapping[Desk, Desktop], changed: Collection[Key]) -> None:
    """Put these cells at their keys, in place of what stands where they are among the `changed`.

    One statement; from `COPIED` cells on they come by COPY first, which costs a few statements and saves PostgreSQL
    reading a long one. The caller holds the filings' locks and has left out what would not change anything.
    """
    if not cells:
        return
    tenant_id = active_tenant_id()
    rows = ((filings[key[2], key[1]].filing_id, *key, *cell) for key, cell in cells.items())
    insert = f"INSERT INTO measures_figure (tenant_id, {', '.join(_WRITTEN)}) "
    in_place = ""
    if changed:  # looking for what may stand costs a file of new figures a tenth of its time
        in_place = (
            "ON CONFLICT (tenant_id, indicator_id, period, partner_id, category) "
            f"DO UPDATE SET {', '.join(f'{name} = EXCLUDED.{name}' for name in COLUMNS)}"
        )
    if len(cells) < COPIED:
        arrays = ", ".join(f"%s::{name}[]" for name in _TYPES)
        columns = map(staged.array, zip(*rows, strict=True))
        _run(f"{insert} SELECT %s, c.* FROM unnest({arrays}) c {in_place}", (), tenant_id, *columns)  # noqa: S608
    else:
        staged.copy("filed_figures", "measures_figure", _WRITTEN, rows)
        staged_rows = f"SELECT %s, {', '.join(_WRITTEN)} FROM filed_figures"  # noqa: S608  names of ours
        _run(f"{insert} {staged_rows} {in_place}", (), tenant_id)


def restate(
    changes: Mapping[Key, tuple[Stored | None, Stored | None]],
    *,
    initiative_id: int,
    by_id: int | None,
    because: str,
    correction_id: int | None,
) -> None:
    """Enter in the ledger what these cells said before, and what they say now; one statement."""
    if not changes:
        return
    rows = (
        (*key, *(json.dumps({} if cell is None else write_entry(cell.entry)) for cell in cells))
        for key, cells in changes.items()
    )
    _run(
        "INSERT INTO measures_restatement (tenant_id, initiative_id, reason, by_id, correction_id, indicator_id, period, "
        "partner_id, category, before, after) SELECT %s, %s, %s, %s::bigint, %s::bigint, c.* "
        "FROM unnest(%s::bigint[], %s::date[], %s::bigint[], %s::text[], %s::jsonb[], %s::jsonb[]) c",
        (),
        active_tenant_id(),
        initiative_id,
        because,
        by_id,
        correction_id,
        *map(staged.array, zip(*rows, strict=True)),
    )


def erase(keys: Collection[Key]) -> None:
    """Take away the draft or returned cells at these keys; never one that was submitted or approved."""
    if keys:
        _run(
            "DELETE FROM measures_figure f WHERE f.tenant_id = %s AND f.state IN ('draft', 'returned') "
            "AND (f.indicator_id, f.period, f.partner_id, f.category) IN (VALUES {rows})",
            keys,
            active_tenant_id(),
        )


def take_away(keys: Collection[Key], *, by_id: int | None, because: str, now: datetime) -> None:
    """Take away approved cells that a correction leaves out. The history keeps them, and who took them away, and why."""
    if keys:
        _run(
            "UPDATE measures_figure f SET changed_by_id = %s, changed_because = %s, changed_at = %s "
            "WHERE f.tenant_id = %s AND (f.indicator_id, f.period, f.partner_id, f.category) IN (VALUES {rows})",
            keys,
            by_id,
            because,
            now,
            active_tenant_id(),
        )
        _run(
            "DELETE FROM measures_figure f WHERE f.tenant_id = %s AND f.state = 'approved' "
            "AND (f.indicator_id, f.period, f.partner_id, f.category) IN (VALUES {rows})",
            keys,
            active_tenant_id(),
        )


def move(keys: Collection[Key], *, to: str, by_id: int, because: str, now: datetime) -> None:
    """Give the figures at these keys another state; the numbers, and who submitted them, stay."""
    if keys:
        _run(
            "UPDATE measures_figure f SET state = %s, changed_by_id = %s, changed_because = %s, changed_at = %s "
            "WHERE f.tenant_id = %s AND (f.indicator_id, f.period, f.partner_id, f.category) IN (VALUES {rows})",
            keys,
            to,
            by_id,
            because,
            now,
            active_tenant_id(),
        )


def raise_versions(filing_ids: Collection[int], submitted_by: int | None, submitted_at: datetime | None) -> None:
    """Tell these filings that they changed, and who submitted them where somebody did now; one statement.

    What nobody submitted has an instant all the same, that of its entry; a submission from before keeps its own.
    """
    if filing_ids:
        _run(
            "UPDATE measures_filing SET version = version + 1, submitted_by_id = COALESCE(%s, submitted_by_id), "
            "submitted_at = CASE WHEN %s THEN %s ELSE COALESCE(submitted_at, %s) END "
            "WHERE tenant_id = %s AND id = ANY(%s)",
            (),
            submitted_by,
            submitted_by is not None,
            submitted_at,
            submitted_at,
            active_tenant_id(),
            list(filing_ids),
        )


def _run(sql: str, rows: Iterable[Sequence[Any]], *params: Any) -> list[tuple[Any, ...]]:
    """One statement, its `{rows}` bound as `(…), (…)` by the driver, and whatever it returns."""
    with connection.cursor() as cursor:
        bind = cursor.cursor.mogrify
        values = [bind("(" + ", ".join(["%s"] * len(row)) + ")", row).decode() for row in rows]
        tuples = ", ".join(values)
        if params:  # the values are bound already: their percent signs must survive the second binding
            sql = bind(sql.replace("{rows}", tuples.replace("%", "%%")), params).decode()
        else:
            sql = sql.replace("{rows}", tuples)
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []
