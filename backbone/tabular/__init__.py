"""Tables in files: reading and writing CSV and XLSX, for every app.

This package knows columns and values, nothing of what they mean. `read_table` and `stream_csv` give rows of raw
cells; `number`, `period`, `day`, `code`, `name` and `text` settle one raw cell each into (value, problem); `write_csv`,
`write_xlsx` and `write_bad_rows` write files that read back exactly. `read_apart` is `read_table` in a process of its own,
with little memory and time. No Django in here, and no clock.
"""

from backbone.tabular.apart import read_apart
from backbone.tabular.columns import PROBLEM_COLUMN, Columns, Header, nearest
from backbone.tabular.dates import DateFormat, day, period
from backbone.tabular.numbers import (
    COMMA,
    NOT_COLLECTED,
    PLAIN,
    POINT,
    SPACE,
    NumberFormat,
    Percent,
    is_blank,
    number,
    number_typed,
    typed_text,
)
from backbone.tabular.reading import file_format, read_table, stream_csv, stream_table
from backbone.tabular.table import BULK, DEFAULT, Findings, Form, Limits, Row, Table
from backbone.tabular.texts import code, name, text
from backbone.tabular.writing import workbook_value, write_bad_rows, write_csv, write_xlsx

__all__ = [
    "BULK",
    "COMMA",
    "DEFAULT",
    "NOT_COLLECTED",
    "PLAIN",
    "POINT",
    "PROBLEM_COLUMN",
    "SPACE",
    "Columns",
    "DateFormat",
    "Findings",
    "Form",
    "Header",
    "Limits",
    "NumberFormat",
    "Percent",
    "Row",
    "Table",
    "code",
    "day",
    "file_format",
    "is_blank",
    "name",
    "nearest",
    "number",
    "number_typed",
    "period",
    "read_apart",
    "read_table",
    "stream_csv",
    "stream_table",
    "text",
    "typed_text",
    "workbook_value",
    "write_bad_rows",
    "write_csv",
    "write_xlsx",
]
