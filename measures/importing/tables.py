"""The rows of a file of any kind and length, for the operator's command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from backbone.problems import Problem
from backbone.tabular import BULK, DEFAULT, DateFormat, Findings, Row, file_format, read_table, stream_csv, stream_table
from backbone.tabular.reading import HEAD_BYTES
from measures.importing.office import Office
from measures.importing.reading import COLUMNS
from measures.importing.workbooks import FORM, Filled, fill


@dataclass(slots=True)
class Opened:
    """Rows in our columns; what a workbook says beside them, and the headings by which its problems are told."""

    rows: Iterable[Row]
    new_only: Mapping[int, bool] = field(default_factory=dict)
    filled: Filled | None = None

    def at_headings(self, problems: list[Problem]) -> list[Problem]:
        return problems if self.filled is None else self.filled.at_headings(problems)


def open_rows(file: BinaryIO, filename: str, office: Office, findings: Findings) -> Opened:
    """A CSV streams, and so does a workbook longer than anybody may upload; a shorter one is read whole, and may be one
    of ours that was filled in. Raises Refused."""
    is_workbook = file_format(file.read(HEAD_BYTES)) == "xlsx"
    file.seek(0)
    if not is_workbook:
        return Opened(stream_csv(file, COLUMNS, findings=findings))
    content = file.read()
    if len(content) > (DEFAULT.file_bytes or 0):
        file.seek(0)
        return Opened(stream_table(file, filename, COLUMNS, findings=findings))
    table = read_table(content, filename, COLUMNS, BULK, form=FORM)
    filled = fill(table, office) if table.facts else None
    findings.extend((*table.notes, *table.findings.problems))
    if filled is not None:
        return Opened(filled.rows, filled.new_only, filled)
    if table.epoch_1904:
        office.date_format = DateFormat(office.date_format.order, office.date_format.zone, epoch_1904=True)
    return Opened(table.rows)
