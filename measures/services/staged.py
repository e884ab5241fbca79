"""Rows by the thousand on their way into PostgreSQL: staged in a temporary table by COPY, or bound as arrays.

PostgreSQL reads both several times faster than the same rows in a statement. Values are those of our own columns:
numbers, dates, instants, booleans, texts, None.
"""

# ruff: noqa: S608  (SQL is put together from names of ours; values go by COPY)

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

from backbone.tenancy import active_tenant_id

_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_QUOTED = str.maketrans({"\\": "\\\\", '"': '\\"'})
MANY_KEYS = 100
PIECE = 1_000  # rows whose text is made at a time
PIECE_CHARACTERS = 64 * 1024  # of it the driver takes at a time


def copy(stage: str, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Put these rows into the temporary table `stage`, emptied, made like these columns of `table`.

    It lives as long as the transaction; a transaction that was rolled back to a savepoint makes it anew.
    """
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"pg_temp.{stage}"])
        if cursor.fetchone()[0] is None:
            cursor.execute(
                f"CREATE TEMPORARY TABLE {stage} ON COMMIT DROP AS "
                f"SELECT {names} FROM {table} WHERE tenant_id = %s WITH NO DATA",
                [active_tenant_id()],
            )
        else:
            cursor.execute(f"TRUNCATE {stage}")
        cursor.copy_expert(f"COPY {stage} ({names}) FROM STDIN", _Pieces(rows), PIECE_CHARACTERS)


def array(values: Iterable[Any]) -> str:
    """Numbers, dates or texts as the text of one PostgreSQL array, to be bound as `%s::bigint[]`."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return f'"{value.translate(_QUOTED)}"'
    return str(value)


class _Pieces:
    """Rows in COPY's text form, as a file that the driver reads."""

    def __init__(self, rows: Iterable[Sequence[Any]]):
        self._pieces = self._make(iter(rows))
        self._rest = ""

    def read(self, size: int = -1) -> str:
        if not self._rest:
            self._rest = next(self._pieces, "")
        if 0 <= size < len(self._rest):
            piece, self._rest = self._rest[:size], self._rest[size:]
        else:
            piece, self._rest = self._rest, ""
        return piece

    @staticmethod
    def _make(rows: Iterator[Sequence[Any]]) -> Iterator[str]:
        lines: list[str] = []
        for row in rows:
            lines.append("\t".join(map(_field, row)))
            if len(lines) == PIECE:
                yield "\n".join([*lines, ""])
                lines.clear()
        if lines:
            yield "\n".join([*lines, ""])


def _field(value: Any) -> str:
    if value is None:
        return "\\N"
    if value.__class__ is str:
        return value.translate(_ESCAPED) if value else ""
    return str(value)


@contextmanager
def in_key_order(count: int) -> Iterator[None]:
    """For a statement that looks so many keys up, each by LATERAL and in the order of the key that it should use.

    A tenant whose figures are being written is unknown to the planner's statistics: it believes in one row, takes any
    index that begins with the tenant for as good as another, and walks all of the tenant's figures for each key.
    Without sorting, only the index that has the order is left. Where the keys are few nothing is set.
    """
    if count < MANY_KEYS:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_sort', 'off', true)")
        yield
        cursor.execute("SELECT set_config('enable_sort', 'on', true)")
