"""What is written reads back the same, and no spreadsheet runs it."""

from __future__ import annotations

import csv
import datetime
import io
import tempfile
import tracemalloc
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backbone.problems import Problem, Refused
from backbone.tabular import Columns, number, read_table, text, write_bad_rows, write_csv, write_xlsx
from tests.waiting import no_runaway

COLUMNS = Columns(("a", "b", "c"), required=("a",))
PAYLOADS = [
    "=1+1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://example.org","x")', "=IMPORTXML(1)", "+1", "+cmd|x", "-1",
    "@SUM(A1)", "\t=1+1", "\n=1+1", "＝1+1", "＋1", "－1", "＠SUM(A1)", "'=1+1", "''=1+1", "'", "'quoted'",
    "-1+1", "-", "=", "@", ';=1+1', '"=1+1', ',=1+1', "a=1", "5", "007", "1e5", "TRUE", "2017-03-01",
    "_x0041_", "_x005F_", "two\nlines", "<b>&amp;</b>", "#N/A", "#REF!", "Peña 👨\u200d👩 \u202e",
]  # fmt: skip


def csv_of(rows, columns=COLUMNS, **settings) -> bytes:
    return b"".join(write_csv(rows, columns, **settings))


def xlsx_of(rows, columns=COLUMNS) -> bytes:
    buffer = io.BytesIO()
    write_xlsx(buffer, rows, columns)
    return buffer.getvalue()


def cells_of(content: bytes, columns=COLUMNS):
    return [row.cells for row in read_table(content, "x", columns).rows]


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("written", [csv_of, xlsx_of], ids=["csv", "xlsx"])
def test_a_text_reads_back_as_it_was_whatever_it_looks_like(payload, written):
    assert cells_of(written([("first", payload, "last")])) == [("first", payload, "last")]


@pytest.mark.parametrize("payload", [one for one in PAYLOADS if one[0] in "=+-@\t\r\n＝＋－＠"])
def test_no_cell_begins_as_a_formula(payload):
    (cells,) = list(csv.reader(io.StringIO(csv_of([("x", payload, "")]).decode(), newline="")))[1:]
    assert cells[1] == "'" + payload
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_of([("x", payload, "")]))).active
    assert sheet["B2"].data_type == "s"
    assert sheet["B2"].value.startswith("'")


def test_no_column_is_named_by_a_formula():
    """An indicator's name, which anybody may have chosen, is a column of its table's file."""
    named = io.BytesIO()
    write_xlsx(named, [], ["Period", "=HYPERLINK(1)"])
    assert b"".join(write_csv([], ["Period", "=HYPERLINK(1)"])) == b"Period,'=HYPERLINK(1)\n"
    assert [cell.data_type for cell in openpyxl.load_workbook(named).active[1]] == ["s", "s"]


def test_line_ends_become_line_feeds():
    for written in (csv_of, xlsx_of):
        assert cells_of(written([("x", "\r=1", "two\r\nlines\rand a third")])) == [
            ("x", "\n=1", "two\nlines\nand a third")
        ]


def test_an_export_that_is_refused_leaves_no_file_behind():
    before = set(Path(tempfile.gettempdir()).iterdir())
    with pytest.raises(Refused):
        xlsx_of([("x", "y", "z"), ("x" * 40_000, "", "")])
    assert {path for path in set(Path(tempfile.gettempdir()).iterdir()) - before if "openpyxl" in path.name} == set()


def test_signs_that_no_file_can_hold_are_replaced():
    for written in (csv_of, xlsx_of):
        assert cells_of(written([("x", "\0=1", "\ud800")])) == [("x", "\ufffd=1", "\ufffd")]


def test_numbers_stay_numbers():
    numbers = (Decimal("-5"), Decimal("1E+3"), Decimal("0.00001"))
    assert csv_of([numbers]).decode().splitlines()[1] == "-5,1000,0.00001"
    assert csv_of([(-5, 0, None)]).decode().splitlines()[1] == "-5,0,"
    assert csv_of([(0.1, True, datetime.date(2017, 3, 1))]).decode().splitlines()[1] == "0.1,true,2017-03-01"
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_of([numbers]))).active
    assert [cell.value for cell in sheet[2]] == [-5, 1000, 0.00001]
    assert {cell.data_type for cell in sheet[2]} == {"n"}


def test_a_workbook_has_a_frozen_header_and_keeps_dates_and_blanks():
    content = xlsx_of([("x", None, datetime.date(2017, 3, 1)), ("", 0, "")])
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold
    assert cells_of(content) == [("x", "", datetime.date(2017, 3, 1)), ("", 0, "")]


def test_what_is_not_finite_cannot_be_written():
    for value in (Decimal("NaN"), float("inf")):
        with pytest.raises(ValueError, match="finite"):
            csv_of([(value, "", "")])


def test_a_text_longer_than_a_cell_of_a_workbook_is_refused():
    with pytest.raises(Refused, match="32767"):
        xlsx_of([("x" * 32_768, "", "")])


def test_excel_is_told_the_encoding_where_asked():
    assert csv_of([("ñ", "", "")], for_excel=True).startswith(b"\xef\xbb\xbfa,b,c\n")
    assert csv_of([("ñ", "", "")]).startswith(b"a,b,c\n")
    assert cells_of(csv_of([("ñ", "", "")], for_excel=True)) == [("ñ", "", "")]


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20).map(str.strip)
FIGURES = st.decimals(-(10**17), 10**17, places=6)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.just("x"), st.one_of(st.sampled_from(PAYLOADS), TEXTS), FIGURES), min_size=1, max_size=6))
def test_a_table_reads_back_exactly(rows):
    for content in (csv_of(rows), xlsx_of(rows)):
        found = cells_of(content)
        assert [number(cells[2])[0] for cells in found] == [row[2] for row in rows]
        assert [text(cells[1])[0] for cells in found] == [text(row[1])[0] for row in rows]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.just("x"), st.text("='+\t-a,;\"\n @", max_size=8), TEXTS), min_size=1, max_size=5))
def test_any_text_of_a_csv_reads_back_to_the_letter(rows):
    assert cells_of(csv_of(rows)) == rows


def test_the_bad_rows_come_back_as_they_were_with_their_reasons():
    content = b"b,a,c\n1,one,=x\n,two\n-3,three,+4\n5,four,,extra\n6,five,fine\n"
    table = read_table(content, "x.csv", COLUMNS)
    assert [problem.row for problem in table.findings.problems] == [3, 5]
    found = [
        *table.findings.problems,
        Problem("number.range", "“{value}” is too large.", {"value": -3}, row=4),
        Problem("x", "Only a warning.", row=6, is_warning=True),
    ]
    again = b"".join(write_bad_rows(table, found))
    assert again.decode("utf-8-sig").splitlines() == [
        "a,b,c,problem",
        'two,,,"Row 3 has 2 cells, expected 3."',
        "three,-3,+4,“-3” is too large.",
        'four,5,,"Row 5 has 4 cells, expected 3.",extra',
    ]
    corrected = read_table(again.replace(b",extra", b""), "bad.csv", COLUMNS)
    assert [row.cells for row in corrected.rows] == [("two", "", ""), ("three", "-3", "+4"), ("four", "5", "")]
    assert corrected.notes == ()


def test_the_bad_rows_of_a_workbook_come_back_too():
    table = read_table(xlsx_of([("x", 1.5, "=1"), ("y", -2, None)]), "x.xlsx", COLUMNS)
    found = [Problem("x", "Wrong.", row=row.number) for row in table.rows]
    lines = b"".join(write_bad_rows(table, found)).decode("utf-8-sig").splitlines()
    assert lines == ["a,b,c,problem", "x,1.5,'=1,Wrong.", "y,-2,,Wrong."]


def test_writing_streams_at_constant_memory_and_quickly():
    def rows(count):
        for _ in range(count):
            yield ("RF4", Decimal("18410.5"), "a note")

    with no_runaway():
        assert sum(map(len, write_csv(rows(100_000), COLUMNS))) == 6 + 100_000 * len("RF4,18410.5,a note\n")
    tracemalloc.start()
    for _ in write_csv(rows(50_000), COLUMNS):
        pass
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
