"""Writing tables, streaming: what is read back is exactly what was written, and no spreadsheet runs it."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, BinaryIO

from backbone.problems import Problem, Refused, gettext_noop
from backbone.tabular.columns import PROBLEM_COLUMN, Columns
from backbone.tabular.neutral import neutralised
from backbone.tabular.sheet import column_letters
from backbone.tabular.table import Row, Table

BATCH_ROWS = 2000
XLSX_ROWS = 1_048_576
XLSX_CELL_CHARACTERS = 32_767
COLUMN_WIDTH = 16
EXACT_DIGITS = 15  # a spreadsheet forgets the digits beyond, so such a number is written as text

_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_BARE_NUMBER = re.compile(r"[+-][0-9]+([.,][0-9]+)*")


def _text(value: str) -> str:
    if "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    return neutralised(_UNWRITABLE.sub("\ufffd", value))


def _decimal(value: Decimal) -> str:
    """All its digits. Never exactly three decimals: where a point groups thousands, 1.234 reads as 1234."""
    if not value.is_finite():
        raise ValueError(f"{value} cannot be written: only finite numbers can.")
    text = format(value, "f")
    return f"{text}0" if text[-4:-3] == "." else text


def _float(value: float) -> str:
    return _decimal(Decimal(repr(value)))


class _BareNumber(str):
    """A number that came as text: written as it is, since a spreadsheet cannot run a bare number."""


_AS_CSV: Mapping[type, Callable[[Any], str]] = {
    str: _text,
    _BareNumber: str,
    type(None): lambda value: "",
    int: str,
    bool: lambda value: "true" if value else "false",
    Decimal: _decimal,
    float: _float,
    datetime.date: datetime.date.isoformat,
    datetime.datetime: datetime.datetime.isoformat,
}


def _csv_cell(value: Any) -> str:
    write = _AS_CSV.get(type(value))
    return write(value) if write else _text(str(value))


def write_csv(
    rows: Iterable[Sequence[Any]], columns: Columns | Sequence[str], *, for_excel: bool = False
) -> Iterator[bytes]:
    """A CSV file in pieces, header first: UTF-8, commas, one line feed after each row.

    Cells are str, int, Decimal, bool, date, datetime or None (empty). Decimals come with all their digits, with a point
    and without an exponent, so that they are read alike whatever number format is declared; line ends in
    texts become line feeds; text that a spreadsheet would run, in the header too, gets a leading `'`, which
    `read_table` takes off again.
    `for_excel` begins with the mark by which Excel knows UTF-8.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    if for_excel:
        buffer.write("\ufeff")
    writer.writerow(_names(columns))
    for count, row in enumerate(rows, start=1):
        writer.writerow(map(_csv_cell, row))
        if count % BATCH_ROWS == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _names(columns: Columns | Sequence[str]) -> tuple[str, ...]:
    return tuple(_text(str(name)) for name in (columns.names if isinstance(columns, Columns) else columns))


def write_xlsx(
    file: BinaryIO, rows: Iterable[Sequence[Any]], columns: Columns | Sequence[str], *, sheet: str = "Data"
) -> None:
    """Write a workbook with one sheet: header frozen and bold, text typed as text, numbers as numbers.

    The same cells as `write_csv`. Raises Refused when there are more rows, or a longer text, than a sheet can hold.
    """
    # Imported here: it takes longer than most files take to read, and the reader in a process apart needs none of it.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    page = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", sheet)[:31] or "Data")
    page.freeze_panes = "A2"
    names = _names(columns)
    header = [WriteOnlyCell(page, name) for name in names]
    for position, cell in enumerate(header, start=1):
        cell.font = Font(bold=True)
        page.column_dimensions[column_letters(position)].width = COLUMN_WIDTH
    page.append(header)
    try:
        for count, row in enumerate(rows, start=2):
            if count > XLSX_ROWS:
                text = gettext_noop("A sheet holds at most {limit} rows.")
                hint = gettext_noop("Export as CSV, or choose fewer periods or partners.")
                raise Refused(Problem("file.too_many_rows", text, {"limit": XLSX_ROWS}, hint=hint))
            page.append([_xlsx_cell(page, value) for value in row])
    except BaseException:
        page.close()  # it streams into a temporary file, which would stay until the process ends
        page._writer.cleanup()
        raise
    book.save(file)


def workbook_value(value: Any) -> Any:
    """What a cell of a workbook may hold for a value: a number that it keeps exactly, or text that it does not run.

    Text that begins with "#" has to be typed as text by whoever writes the cell, or it becomes an error cell.
    """
    if value is None or value == "":
        return None
    if isinstance(value, Decimal):
        if len(value.normalize().as_tuple().digits) <= EXACT_DIGITS and -9 <= value.adjusted() < EXACT_DIGITS:
            return value
        value = _decimal(value)
    elif isinstance(value, int | float | datetime.date) and not _is_zoned(value):
        return value
    shown = _text(value if isinstance(value, str) else str(value))
    if len(shown) > XLSX_CELL_CHARACTERS:
        text = gettext_noop("A cell of a workbook holds at most {limit} characters; one text has {length}.")
        params = {"limit": XLSX_CELL_CHARACTERS, "length": len(shown)}
        raise Refused(Problem("cell.too_long", text, params, hint=gettext_noop("Export as CSV.")))
    return _LOOKS_ESCAPED.sub("_x005F_", shown)  # no formula: those begin with our mark by now


def _xlsx_cell(page: Any, value: Any) -> Any:
    shown = workbook_value(value)
    if not isinstance(shown, str) or not shown.startswith("#"):
        return shown
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(page, shown)
    cell.data_type = "s"  # "#N/A" would become an error cell
    return cell


def _is_zoned(value: Any) -> bool:
    return isinstance(value, datetime.datetime) and value.tzinfo is not None


def write_bad_rows(
    table: Table, problems: Iterable[Problem], say: Callable[[Problem], str] = lambda problem: problem.message
) -> Iterator[bytes]:
    """The rows that have a problem, as they came, with a last column saying what it is; to correct and upload again.

    `problems` are those of the reading (`table.findings.problems`) and of the rules that came after. The reader
    passes over the column `problem`. A row of the wrong length keeps its extra cells at the end.
    """
    reasons: dict[int, list[str]] = {}
    for problem in problems:
        if problem.row is not None and not problem.is_warning:
            reasons.setdefault(problem.row, []).append(say(problem))
    width = len(table.columns.names)
    rows = sorted((row for row in [*table.rows, *table.broken] if row.number in reasons), key=lambda row: row.number)
    return write_csv(_bad_rows(rows, reasons, width), (*table.columns.names, PROBLEM_COLUMN), for_excel=True)


def _bad_rows(rows: Iterable[Row], reasons: Mapping[int, list[str]], width: int) -> Iterator[list[Any]]:
    for row in rows:
        cells = [
            _BareNumber(cell) if isinstance(cell, str) and _BARE_NUMBER.fullmatch(cell) else cell for cell in row.cells
        ]
        yield [*cells[:width], " ".join(dict.fromkeys(reasons[row.number])), *cells[width:]]
