"""A workbook of any length, row by row, for commands: the rows and the faults of `read_xlsx`, at constant memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from backbone.problems import Problem, Refused, cut, gettext_noop
from backbone.tabular.archive import Archive
from backbone.tabular.columns import HEADER_SEARCH_ROWS, Columns, find_header
from backbone.tabular.faults import no_rows
from backbone.tabular.sheet import Sheet
from backbone.tabular.table import Findings, Limits, Row, Table
from backbone.tabular.xlsx_file import Workbook, choose_sheet, fill_rows, judge_rows

SLICE = 5_000  # rows in memory at a time


@dataclass(frozen=True, slots=True)
class Faults:
    """What a sheet's reading found, as far as it concerns some of its rows."""

    error_cells: list[tuple[int, int, str]]
    formulas_without_value: list[tuple[int, int]]
    long_cells: list[tuple[int, int, str]]
    merged: list[tuple[str, tuple[int, int], tuple[int, int]]]
    limits: Limits

    @classmethod
    def of(cls, sheet: Sheet, merged: Sheet | None, first: int, last: int) -> Faults:
        ranges = [] if merged is None else merged.merged
        return cls(
            [one for one in sheet.error_cells if first <= one[0] <= last],
            [one for one in sheet.formulas_without_value if first <= one[0] <= last],
            [one for one in sheet.long_cells if first <= one[0] <= last],
            [one for one in ranges if one[1][0] <= last and one[2][0] >= first],
            sheet.limits,
        )


def stream_xlsx(content: bytes, columns: Columns, limits: Limits, findings: Findings) -> Iterator[Row]:
    """The sound rows of the one sheet that holds the table; what is wrong with others goes to `findings`.

    Merged ranges stand at a sheet's end: where there are any, the sheet is gone through once before. Raises Refused.
    """
    book = Workbook(Archive(content, limits), limits)
    chosen = choose_sheet(book, columns, None)
    merged = _with_merged(book, chosen)
    reading = book.open(chosen)
    rows = reading.rows()
    first: list[tuple[int, Sequence[Any]]] = list(islice(rows, HEADER_SEARCH_ROWS + 1))
    if not first:
        raise Refused(Problem("file.empty", gettext_noop("The sheet “{sheet}” is empty."), {"sheet": cut(chosen.name)}))
    header = find_header(first, columns)
    rest = chain(((number, list(cells)) for number, cells in first if number > header.row), rows)
    since, count = header.row, 0
    while some := list(islice(rest, SLICE)):
        last = some[-1][0]
        table = Table(columns, header, "xlsx", findings=findings)
        fill_rows(table, iter(some), limits)
        count += len(table.rows) + len(table.broken)
        judge_rows(table, Faults.of(reading, merged, since, last))
        yield from table.rows
        since = last + 1
    if not count:
        raise Refused(no_rows())


def _with_merged(book: Workbook, chosen: Any) -> Sheet | None:
    """The sheet gone through to its end, when it has merged ranges at all."""
    tail = b""
    for chunk in book.chunks(chosen):
        if b"mergeCell" in tail + chunk:
            break
        tail = chunk[-16:]
    else:
        return None
    sheet = book.open(chosen)
    for _ in sheet.rows():
        pass
    return sheet
