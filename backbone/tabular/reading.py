"""The one way into the system for files: find out what a file is, then read its table."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from backbone.problems import Problem, Refused, gettext_noop
from backbone.tabular.archive import OLE
from backbone.tabular.columns import Columns
from backbone.tabular.csv_file import CsvRows
from backbone.tabular.faults import SAVE_AS_XLSX, encrypted, not_a_workbook
from backbone.tabular.table import BULK, DEFAULT, MEGABYTE, Findings, Form, Limits, Row, Table, told
from backbone.tabular.xlsx_file import read_xlsx
from backbone.tabular.xlsx_stream import stream_xlsx

HEAD_BYTES = 64 * 1024
_OTHER_TYPES: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", gettext_noop("This is a compressed file (.gz).")),
    (b"BZh", gettext_noop("This is a compressed file (.bz2).")),
    (b"\xfd7zXZ\x00", gettext_noop("This is a compressed file (.xz).")),
    (b"7z\xbc\xaf\x27\x1c", gettext_noop("This is a compressed file (.7z).")),
    (b"Rar!\x1a\x07", gettext_noop("This is a compressed file (.rar).")),
    (b"%PDF-", gettext_noop("This is a PDF document.")),
    (b"\x89PNG", gettext_noop("This is a picture.")),
    (b"\xff\xd8\xff", gettext_noop("This is a picture.")),
    (b"GIF8", gettext_noop("This is a picture.")),
    (b"{\\rtf", gettext_noop("This is a text document (.rtf).")),
    (b"PAR1", gettext_noop("This is a Parquet file.")),
    (b"SQLite format 3\x00", gettext_noop("This is a database file.")),
)
_MARKUP = re.compile(rb"(?i)\s*<(!doctype|html|head|body|table|meta|\?xml|svg|script|div)\b")
_JSON = re.compile(rb'\s*(\{\s*["}]|\[\s*[\[{])')


def file_format(head: bytes) -> str:
    """ "csv" or "xlsx", told by the first bytes, never by the name. Raises Refused (`file.empty`, `file.type`…)."""
    if not head:
        raise Refused(
            Problem("file.empty", gettext_noop("The file is empty."), hint=gettext_noop("Choose another file."))
        )
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "xlsx"
    if head.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in head:
            raise Refused(encrypted())
        raise Refused(not_a_workbook(gettext_noop("This is a file of an older Office version (.xls).")))
    for mark, text in _OTHER_TYPES:
        if head.startswith(mark):
            raise Refused(Problem("file.type", text, hint=SAVE_AS_XLSX))
    start = head[:512].removeprefix(b"\xef\xbb\xbf")
    if _MARKUP.match(start):
        raise Refused(Problem("file.type", gettext_noop("This is a web page or XML file."), hint=SAVE_AS_XLSX))
    if _JSON.match(start):
        raise Refused(Problem("file.type", gettext_noop("This is a JSON file."), hint=SAVE_AS_XLSX))
    return "csv"


def read_table(
    content: bytes,
    filename: str,
    columns: Columns,
    limits: Limits = DEFAULT,
    *,
    sheet: str | None = None,
    form: Form | None = None,
    on_rows: Callable[[int], None] | None = None,
) -> Table:
    """Read a whole uploaded file, CSV or XLSX. A workbook that is a `form` of ours is read in the form's columns, and
    its facts come with it. `on_rows` is told from time to time how many rows there are by now.

    Faults of single rows and cells are collected in `table.findings` (so that all can be shown at once); a fault that
    concerns the whole file raises Refused. `sheet` names the sheet to read where a workbook leaves it open. The name
    of the file serves messages only.
    """
    if limits.file_bytes is not None and len(content) > limits.file_bytes:
        text = gettext_noop("“{name}” has {size} MB; at most {limit} MB are allowed.")
        size = round(len(content) / MEGABYTE, 1)
        params = {"name": filename[-80:], "size": size, "limit": limits.file_bytes // MEGABYTE}
        raise Refused(Problem("file.too_large", text, params, hint=gettext_noop("Split the file."), value=str(size)))
    if file_format(content[:HEAD_BYTES] if not content.startswith(OLE) else content) == "xlsx":
        return read_xlsx(content, columns, limits, sheet, form, on_rows)
    findings = Findings()
    rows = CsvRows(io.BytesIO(content), columns, limits, findings=findings, keep_broken=True)
    table = Table(columns, rows.header, "csv", findings=findings)
    table.rows = list(rows if on_rows is None else told(rows, on_rows))
    table.broken = rows.broken
    if rows.header.ignored:
        text = gettext_noop("These columns were not read: {columns}.")
        params = {"columns": ", ".join(rows.header.ignored)[:200]}
        table.notes = (Problem("note.ignored_columns", text, params, is_warning=True),)
    return table


def stream_csv(file: BinaryIO, columns: Columns, limits: Limits = BULK, *, findings: Findings | None = None) -> CsvRows:
    """Read a CSV of any length row by row, at constant memory. The file is open in binary mode, at its start.

    The header is judged at once (Refused); rows follow by iterating. Faults of single rows gather in `.findings`,
    which the caller looks at when the rows are done.
    """
    head = file.read(HEAD_BYTES)
    if file_format(head) == "xlsx":
        raise Refused(Problem("file.type", gettext_noop("This is a workbook; only CSV is read row by row.")))
    return CsvRows(file, columns, limits, head=head, findings=findings)


def stream_table(
    file: BinaryIO, filename: str, columns: Columns, limits: Limits = BULK, *, findings: Findings
) -> Iterator[Row]:
    """The sound rows of a file of either kind, for commands, at constant memory."""
    head = file.read(HEAD_BYTES)
    if file_format(head) == "csv":
        return iter(CsvRows(file, columns, limits, head=head, findings=findings))
    return stream_xlsx(head + file.read(), columns, limits, findings)
