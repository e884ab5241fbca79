"""Tables of the register from uploaded files, each known by its columns."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from activities.columns import TABLES
from backbone import tabular
from backbone.problems import Problem, Refused, gettext_noop
from backbone.tabular.table import MEGABYTE, Limits, Table

LIMITS = Limits(file_bytes=6 * MEGABYTE, rows=20_000)
MOST_FILES = 4
HEAD_BYTES = 64 * 1024
# In this order: a table of milestones would pass as none of the others, one of activities last of all.
ORDER = ("partners", "milestones", "money", "activities")


@dataclass(frozen=True, slots=True)
class Raw:
    """One row: where it stands, and its cells that are not blank, by column."""

    file: str
    row: int
    cells: dict[str, Any]


@dataclass(slots=True)
class Files:
    """The rows of each table, the tables as they were read (by file), and what is wrong with whole files or rows."""

    rows: dict[str, list[Raw]] = field(default_factory=lambda: {name: [] for name in TABLES})
    tables: dict[str, Table] = field(default_factory=dict)
    problems: list[tuple[str, Problem]] = field(default_factory=list)


def is_ours(content: bytes) -> bool:
    """Whether a file is one of the register's own tables: its first row names the columns that one of them needs. A
    workbook is ours or nothing."""
    if content.startswith(b"PK"):
        return b"xl/workbook.xml" in content
    line = content[:HEAD_BYTES].decode("utf-8-sig", "replace").partition("\n")[0]
    line = line.partition("\r")[0]  # lines of old end with it alone
    try:
        names = next(csv.reader([line], delimiter=max(",;\t", key=line.count)), [])
    except csv.Error:
        return False
    return any(columns.has_required(names) for columns in TABLES.values())


def read(files: Iterable[tuple[str, bytes]]) -> Files:
    """Every file as the table that its columns say. A fault of a whole file is told as a problem of it."""
    found = Files()
    for name, content in files:
        try:
            sort, table = _table(name, content)
        except Refused as refused:
            found.problems += [(name, problem) for problem in refused.problems]
            continue
        found.tables[name] = table
        found.problems += [(name, problem) for problem in (*table.findings.problems, *table.notes)]
        for row in table.rows:
            cells = {
                column: cell
                for column, cell in zip(table.columns.names, row.cells, strict=True)
                if not tabular.is_blank(cell)
            }
            if cells:
                found.rows[sort].append(Raw(name, row.number, cells))
    return found


def _table(name: str, content: bytes) -> tuple[str, Table]:
    for sort in ORDER:
        try:
            return sort, tabular.read_apart(content, name, TABLES[sort], LIMITS)
        except Refused as refused:
            is_another = any(one.code in ("header.missing", "header.not_found") for one in refused.problems)
            if sort == ORDER[-1] or not is_another:
                raise
    raise Refused(Problem("register.no_table", gettext_noop("This is no table of the register.")))
