"""A workbook row by row says what the whole workbook says: the same rows, the same faults, in little memory."""

from __future__ import annotations

import io
import tracemalloc

import pytest

from backbone.problems import Refused
from backbone.tabular import BULK, Columns, Findings, Limits, read_table, stream_table, write_xlsx, xlsx_stream
from tests.backbone.workbooks import HEADER, ROW, Xml, rows_xml, sheet_xml, workbook

FIGURES = Columns(HEADER, required=("partner", "indicator", "period"))
ERROR = Xml('<c r="{r}" t="e"><v>#N/A</v></c>')
FORMULA = Xml('<c r="{r}"><f>A1</f></c>')
LONG = "x" * 11_000
MERGES = '<mergeCells count="2"><mergeCell ref="A4:A5"/><mergeCell ref="C9:D9"/></mergeCells>'


def row(number: int, **changed) -> tuple:
    cells = dict(zip(HEADER, ROW, strict=True)) | {"partner": f"P{number}"} | changed
    return tuple(cells.values())


def rows_of(content: bytes):
    findings = Findings()
    rows = list(stream_table(io.BytesIO(content), "f.xlsx", FIGURES, findings=findings))
    return rows, sorted((p.code, p.row, p.column) for p in findings.problems)


SHEETS = {
    "plain": sheet_xml(rows_xml([HEADER, *(row(n) for n in range(12))])),
    "merged": sheet_xml(rows_xml([HEADER, *(row(n) for n in range(12))]), after=MERGES),
    "errors": sheet_xml(
        rows_xml([HEADER, row(1), row(2, value=ERROR), row(3), row(4, note=FORMULA), row(5, note=LONG)])
    ),
    "blank rows": sheet_xml(rows_xml([HEADER, row(1), ("", ""), row(2), ("",), row(3)])),
    "beside the table": sheet_xml(rows_xml([HEADER, row(1), (*row(2), "stray"), row(3)])),
    "header below blanks": sheet_xml(rows_xml([("",), HEADER, row(1), row(2)])),
}


@pytest.mark.parametrize("name", SHEETS)
@pytest.mark.parametrize("size", [1, 2, 100])
def test_row_by_row_says_the_same_as_the_whole(monkeypatch, name, size):
    monkeypatch.setattr(xlsx_stream, "SLICE", size)
    content = workbook({"Data": SHEETS[name]})
    whole = read_table(content, "f.xlsx", FIGURES, BULK)
    rows, problems = rows_of(content)
    assert rows == whole.rows
    assert problems == sorted((p.code, p.row, p.column) for p in whole.findings.problems)


@pytest.mark.parametrize(
    "sheet", [sheet_xml(""), sheet_xml(rows_xml([HEADER])), sheet_xml(rows_xml([("a", "b"), ("1", "2")])), "<x"]
)
def test_what_is_refused_whole_is_refused_row_by_row(sheet):
    content = workbook({"Data": sheet})
    with pytest.raises(Refused) as whole:
        read_table(content, "f.xlsx", FIGURES, Limits())
    with pytest.raises(Refused) as streamed:
        rows_of(content)
    assert streamed.value.problems[0].code == whole.value.problems[0].code


def test_many_rows_take_no_more_memory_than_few():
    def peak(count: int) -> int:
        file = io.BytesIO()
        write_xlsx(file, (row(n) for n in range(count)), FIGURES)
        content = file.getvalue()
        del file
        tracemalloc.start()
        try:
            read = sum(1 for _ in stream_table(io.BytesIO(content), "f.xlsx", FIGURES, findings=Findings()))
            assert read == count
            return tracemalloc.get_traced_memory()[1] - 3 * len(content)
        finally:
            tracemalloc.stop()

    assert peak(30_000) < 2 * peak(6_000)
