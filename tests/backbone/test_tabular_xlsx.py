"""Workbooks: what is read, what is refused, in which words, how quickly; and against a second reader."""

from __future__ import annotations

import datetime
import io
import random
import tracemalloc
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.filters import FilterColumn

from backbone.problems import Refused
from backbone.tabular import Columns, Findings, Limits, read_table, stream_csv, stream_table
from backbone.tabular.sheet import shared_strings
from tests.backbone.workbooks import (
    HEADER,
    MAIN,
    ROW,
    STRICT,
    STRICT_OFFICE,
    Xml,
    rows_xml,
    sheet_xml,
    table,
    workbook,
    zipped,
)
from tests.waiting import no_runaway

FIGURES = Columns(HEADER, required=("partner", "indicator", "period"))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BILLION_LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1 or str()};' * 10}'>" for n in range(1, 10)
) + "]>"  # fmt: skip


def read(content: bytes, columns: Columns = FIGURES, sheet: str | None = None, **limits):
    with no_runaway():
        return read_table(content, "figures.xlsx", columns, Limits(**limits), sheet=sheet)


def refusal(content: bytes, **settings):
    with pytest.raises(Refused) as caught:
        read(content, **settings)
    assert caught.value.problems[0].message
    return caught.value.problems[0]


def problems_of(content: bytes):
    try:
        return read(content).findings.shown
    except Refused as refused:
        return refused.problems


def codes(found) -> list[tuple[str, int | None, str]]:
    return [(problem.code, problem.row, problem.column) for problem in found.findings.shown]


def notes(found) -> list[str]:
    return [note.code for note in found.notes]


def test_a_plain_workbook_is_read():
    found = read(table([ROW, ROW]))
    assert found.rows == [(2, ROW), (3, ROW)]
    assert (found.sheet, found.notes, found.findings.error_count) == ("Data", (), 0)


# ------------------------------------------------------------------------------------------- the container


def with_sheet(xml: str, **settings) -> bytes:
    return workbook({"Data": xml}, **settings)


def damage(content: bytes) -> bytes:
    """The same zip with one byte of the sheet's data changed, so that its checksum is wrong."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        member = archive.getinfo("xl/worksheets/sheet1.xml")
    at = member.header_offset + 30 + len(member.filename) + 20
    return content[:at] + bytes([content[at] ^ 0x20]) + content[at + 1 :]


def claim(content: bytes, size: int) -> bytes:
    """The same zip, claiming another unpacked size for its sheet (in the directory and before the data)."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        real = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    return content.replace(real.to_bytes(4, "little"), size.to_bytes(4, "little"))


def locked(content: bytes) -> bytes:
    """The same zip with the flag of encryption set on its first member, in the directory and before the data."""
    directory = content.index(b"PK\x01\x02")
    marked = bytearray(content)
    marked[6] |= 1
    marked[directory + 8] |= 1
    return bytes(marked)


GOOD = table([ROW])
NOISE = random.Random(1).randbytes(5_000_000)  # noqa: S311 - the same in every run
PADDED = table([ROW], after=f"<x>{' ' * 3_000_000}</x>")

CONTAINERS = {
    "zip-bomb": (table([ROW], more={"xl/worksheets/x.xml": b" " * 60 * 1024 * 1024}), "file.unpacked_too_large"),
    "ratio-over-100": (table([ROW], more={"xl/media/x.bin": b"\0" * 9_000_000}), "file.unpacked_too_large"),
    "members-10000": (zipped({f"xl/{n}.xml": "" for n in range(10_000)}), "file.too_many_members"),
    "nested-zip": (table([ROW], more={"xl/embeddings/inner.zip": GOOD}), "file.type"),
    "zip-in-zip": (zipped({"inner.xlsx": GOOD}), "file.type"),
    "embedded-ole": (table([ROW], more={"xl/embeddings/o.bin": OLE + bytes(600)}), "file.type"),
    "path-traversal": (table([ROW], more={"../../etc/cron.d/x": b"x"}), "file.type"),
    "absolute-path": (table([ROW], more={"/etc/passwd": b"x"}), "file.type"),
    "backslash-path": (table([ROW], more={"xl\\..\\x": b"x"}), "file.type"),
    "billion-laughs": (with_sheet(sheet_xml("", prolog=BILLION_LAUGHS)), "file.unsafe_xml"),
    "billion-laughs-in-texts": (
        table([ROW], more={"xl/sharedStrings.xml": BILLION_LAUGHS.encode()}),
        "file.unsafe_xml",
    ),
    "billion-laughs-utf-16": (
        with_sheet(sheet_xml("", prolog=BILLION_LAUGHS).encode("utf-16")),
        "file.unsafe_xml",
    ),
    "xxe-file": (
        with_sheet(sheet_xml("", prolog='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>')),
        "file.unsafe_xml",
    ),
    "xxe-http": (
        with_sheet(sheet_xml("", prolog='<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">')),
        "file.unsafe_xml",
    ),
    "password-protected": (OLE + bytes(2000) + "EncryptedPackage".encode("utf-16-le"), "file.encrypted"),
    "xls-biff": (OLE + bytes(2000) + "Workbook".encode("utf-16-le"), "file.type"),
    "xlsb": (zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.bin": b"\x83\x01"}), "file.type"),
    "ods": (zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}), "file.type"),
    "docx": (zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<x/>"}), "file.type"),
    "xlsm": (table([ROW], more={"xl/vbaProject.bin": b"macro"}), "file.type"),
    "xlsm-by-type": (
        table([ROW], content_types='<Types x="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/>'),
        "file.type",
    ),
    "truncated-zip": (GOOD[: len(GOOD) // 2], "file.damaged"),
    "truncated-by-one-byte": (GOOD[:-1], "file.damaged"),
    "only-the-mark-of-a-zip": (b"PK\x03\x04", "file.damaged"),
    "empty-zip": (zipped({}), "file.type"),
    "crc-error": (damage(table([ROW], compression=zipfile.ZIP_STORED)), "file.damaged"),
    "crc-error-packed": (damage(table([ROW] * 50)), "file.damaged"),
    "size-claimed-smaller": (claim(PADDED, 5000), "file.damaged"),
    "size-claimed-larger": (claim(GOOD, 40_000_000), "file.unpacked_too_large"),
    "unknown-compression": (table([ROW], compression=zipfile.ZIP_LZMA), "file.damaged"),
    "part-there-twice": (table([ROW], more={"XL/workbook.xml": b"<x/>"}), "file.damaged"),
    "workbook-is-no-xml": (table([ROW], more={"xl/workbook.xml": b"<workbook"}), "file.damaged"),
    "workbook-without-sheets": (table([ROW], more={"xl/workbook.xml": f'<workbook xmlns="{MAIN}"/>'}), "file.damaged"),
    "sheet-missing": (table([ROW], more={"xl/worksheets/sheet1.xml": None}), "file.damaged"),
    "sheet-is-no-xml": (with_sheet("<worksheet><sheetData>"), "file.damaged"),
    "sheet-in-unknown-encoding": (
        with_sheet(sheet_xml("", prolog='<?xml version="1.0" encoding="klingon"?>')),
        "file.damaged",
    ),
    "member-with-a-password": (locked(GOOD), "file.encrypted"),
    "huge-workbook-part": (
        table([ROW], more={"xl/workbook.xml": b"<x>" + NOISE}),
        "file.damaged",
    ),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_container_that_is_no_sound_workbook_is_refused(name):
    content, code = CONTAINERS[name]
    problem = refusal(content)
    assert problem.code == code, problem.message


def test_the_unpacked_size_is_limited_however_badly_a_file_packs():
    content = table([ROW], more={"xl/media/photo.jpg": NOISE})
    assert refusal(content, unpacked_bytes=4_000_000).code == "file.unpacked_too_large"
    assert len(read(content, unpacked_bytes=6_000_000).rows) == 1


def test_a_part_that_is_read_as_a_tree_has_to_be_small():
    problem = refusal(table([ROW], more={"xl/workbook.xml": b"<x>" + NOISE.hex().encode() + b"</x>"}))
    assert "too large" in problem.message


def test_the_parser_itself_refuses_entities():
    for prolog in (BILLION_LAUGHS, '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'):
        with pytest.raises(Refused) as caught:
            shared_strings("texts", [f'{prolog}<sst xmlns="{MAIN}"/>'.encode()])
        assert caught.value.problems[0].code == "file.unsafe_xml"


def test_refusing_a_bomb_takes_no_memory():
    content = CONTAINERS["zip-bomb"][0]
    tracemalloc.start()
    refusal(content)
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


def test_another_kind_of_file_is_named_with_the_way_out():
    assert ".ods" in refusal(CONTAINERS["ods"][0]).message
    assert ".xlsb" in refusal(CONTAINERS["xlsb"][0]).message
    assert "macros" in refusal(CONTAINERS["xlsm"][0]).message
    assert all(".xlsx" in refusal(CONTAINERS[name][0]).hint for name in ("ods", "xlsb", "xls-biff", "docx", "xlsm"))
    assert "password" in refusal(CONTAINERS["password-protected"][0]).message


def test_links_and_pictures_are_left_alone():
    more = {
        "xl/media/image1.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        "xl/media/image2.svg": b"<!DOCTYPE svg><svg/>",
        "xl/externalLinks/externalLink1.xml": f'<externalLink xmlns="{MAIN}"/>',
        "xl/externalLinks/_rels/externalLink1.xml.rels": (
            '<Relationships><Relationship Id="r1" Target="file:///other.xlsx" TargetMode="External"/></Relationships>'
        ),
    }
    assert len(read(table([ROW], more=more)).rows) == 1


# ------------------------------------------------------------------------------------------- the sheet


def test_one_cell_at_the_far_end_costs_nothing():
    far = sheet_xml('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    assert refusal(workbook({"Data": far})).code == "file.too_many_rows"
    below = sheet_xml(rows_xml([HEADER, ROW]) + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    problem = refusal(workbook({"Data": below}))
    assert (problem.code, problem.row) == ("file.too_many_rows", 1_048_576)
    right = sheet_xml(rows_xml([HEADER, ROW]) + '<row r="3"><c r="XFD3"><v>1</v></c></row>')
    assert refusal(workbook({"Data": right})).code == "file.too_many_columns"


def test_formatted_but_empty_cells_are_no_content():
    empty = "".join(f'<row r="{n}"><c r="A{n}" s="1"/><c r="XFD{n}" s="1"/></row>' for n in range(3, 70_000))
    assert len(read(workbook({"Data": sheet_xml(rows_xml([HEADER, ROW]) + empty)})).rows) == 1


def test_a_dimension_that_lies_is_not_believed():
    lie = sheet_xml(rows_xml([HEADER, *[ROW] * 500]), before='<dimension ref="A1:A1"/>')
    assert len(read(workbook({"Data": lie})).rows) == 500


def test_rows_over_the_limit_are_refused():
    assert len(read(table([ROW] * 50), rows=50).rows) == 50
    assert refusal(table([ROW] * 51), rows=50).code == "file.too_many_rows"


def test_the_header_may_stand_lower_only_after_blank_rows():
    assert [row.number for row in read(workbook({"Data": sheet_xml(rows_xml([HEADER, ROW], start=5))})).rows] == [6]
    titled = workbook({"Data": sheet_xml(rows_xml([("Figures of 2017",), (), HEADER, ROW]))})
    problem = refusal(titled)
    assert (problem.code, problem.row) == ("header.not_found", 3)


def test_an_empty_sheet_and_a_sheet_with_a_header_alone_are_told_apart():
    assert refusal(workbook({"Data": sheet_xml("")})).code == "file.empty"
    assert refusal(table([])).code == "file.no_rows"
    assert refusal(table([("  ",), ("",)])).code == "file.no_rows"


def test_cells_without_a_reference_follow_one_another():
    bare = "<row>" + "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in HEADER) + "</row>"
    bare += "<row>" + "".join(f"<c><v>{n}</v></c>" for n in range(9)) + "</row>"
    assert read(workbook({"Data": sheet_xml(bare)})).rows == [(2, tuple(range(9)))]


@pytest.mark.parametrize(
    "row",
    [
        '<row r="2"><c r="A3"><v>1</v></c></row>',
        '<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>1</v></c></row>',
        '<row r="2"><c r="ABCD2"><v>1</v></c></row>',
        '<row r="2"><c r="A0"><v>1</v></c></row>',
        '<row r="x"><c><v>1</v></c></row>',
        '<row r="2"><c r="A2"><v>one</v></c></row>',
        '<row r="2"><c r="A2" t="zebra"><v>1</v></c></row>',
        '<row r="2"><c r="A2" t="s"><v>0</v></c></row>',
    ],
)
def test_cells_that_contradict_themselves_are_damage(row):
    assert refusal(workbook({"Data": sheet_xml(rows_xml([HEADER]) + row)})).code == "file.damaged"


@pytest.mark.parametrize("index", ["7", "-1", "x", ""])
def test_a_text_that_is_not_in_the_list_is_damage(index):
    cell = Xml(f'<c r="{{r}}" t="s"><v>{index}</v></c>')
    assert refusal(table([(cell, *ROW[1:])], strings="<si><t>only one</t></si>")).code == "file.damaged"


def test_shared_texts_are_put_together_without_their_phonetic_guides():
    strings = (
        "<si><t>RF4</t></si>"
        "<si><r><t>with</t></r><r><t xml:space='preserve'>in </t></r><r><t>4h</t></r>"
        "<rPh sb='0' eb='1'><t>reading</t></rPh></si>"
        "<si><t>a_x000D_b _x005F_x0041_</t></si><si/>"
    )
    cells = [Xml(f'<c r="{{r}}" t="s"><v>{n}</v></c>') for n in range(4)]
    found = read(table([(cells[0], cells[1], "2017-03", cells[3], "", "", "", "", cells[2])], strings=strings))
    assert found.rows[0].cells == ("RF4", "within 4h", "2017-03", "", "", "", "", "", "a\rb _x0041_")


def test_texts_within_a_cell_leave_out_their_phonetic_guides_too():
    cell = Xml('<c r="{r}" t="inlineStr"><is><r><t>R</t></r><r><t>F4</t></r><rPh sb="0" eb="1"><t>x</t></rPh></is></c>')
    assert read(table([(cell, *ROW[1:])])).rows[0].cells[0] == "RF4"


def test_a_strict_workbook_is_read():
    xml = sheet_xml(
        rows_xml([HEADER, (*ROW[:2], Xml('<c r="{r}" t="d"><v>2017-03-01</v></c>'), *ROW[3:])]), namespace=STRICT
    )
    found = read(workbook({"Data": xml}, namespace=STRICT, office=STRICT_OFFICE))
    assert found.rows[0].cells[2] == datetime.date(2017, 3, 1)


def test_prefixed_names_are_the_same_names():
    xml = sheet_xml(rows_xml([HEADER, ROW])).replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
    assert len(read(workbook({"Data": xml})).rows) == 1


# ------------------------------------------------------------------------------------------- values


def test_merged_cells_are_named_with_their_range():
    merged = '<mergeCells count="2"><mergeCell ref="A2:A4"/><mergeCell ref="L1:M9"/></mergeCells>'
    found = read(table([ROW, ("", *ROW[1:]), ("", *ROW[1:])], after=merged))
    assert codes(found) == [("cell.merged", row, "partner") for row in (2, 3, 4)]
    assert [row.number for row in found.broken] == [2, 3, 4]
    assert found.rows == []
    assert "A2:A4" in found.findings.shown[0].message


def test_merged_ranges_over_one_another_take_no_time():
    after = "<mergeCells>" + '<mergeCell ref="A2:I5001"/>' * 10_000 + "</mergeCells>"
    assert refusal(table([ROW] * 5000, after=after)).code == "file.damaged"


def test_merged_headings_are_told_too():
    assert codes(read(table([ROW], after='<mergeCells><mergeCell ref="B1:C1"/></mergeCells>'))) == [
        ("cell.merged", 1, "indicator")
    ]


def test_faults_in_columns_that_are_not_read_are_nobodys_concern():
    error = Xml('<c r="{r}" t="e"><v>#N/A</v></c>')
    columns = Columns(("partner",), required=("partner",), ignores_unknown=True)
    assert codes(read(workbook({"Data": sheet_xml(rows_xml([("partner", "sum"), ("RF4", error)]))}), columns)) == []


def test_a_sheet_full_of_formulas_without_values_is_given_up():
    bare = Xml('<c r="{r}"><f>1</f></c>')
    assert refusal(table([(*ROW[:5], bare, *ROW[6:])] * 20_001)).code == "file.damaged"


def test_merged_cells_outside_the_table_are_no_matter():
    after = '<mergeCells><mergeCell ref="A40:C41"/><mergeCell ref="N2:N3"/></mergeCells>'
    assert codes(read(table([ROW], after=after))) == []


def test_the_values_of_formulas_are_used_and_noted():
    row = list(ROW)
    row[5] = Xml('<c r="{r}"><f>SUM(A1:A2)</f><v>3</v></c>')
    row[8] = Xml('<c r="{r}" t="str"><f>IF(1,"","")</f><v></v></c>')
    found = read(table([row]))
    assert found.rows[0].cells[5] == 3
    assert found.rows[0].cells[8] == ""
    assert notes(found) == ["note.formulas"]
    assert found.notes[0].message.startswith("2 cells")
    assert codes(found) == []


@pytest.mark.parametrize("rest", ["", "<v/>", "<v></v>"])
def test_a_formula_without_a_value_is_a_fault(rest):
    found = read(table([(*ROW[:5], Xml(f'<c r="{{r}}"><f>SUM(A1:A2)</f>{rest}</c>'), *ROW[6:])]))
    assert codes(found) == [("cell.formula_no_value", 2, "numerator")]
    assert "F2" in found.findings.shown[0].message


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"])
def test_an_error_cell_is_a_fault_and_no_blank(error):
    found = read(table([(*ROW[:5], Xml(f'<c r="{{r}}" t="e"><f>1/0</f><v>{error}</v></c>'), *ROW[6:])]))
    assert codes(found) == [("cell.excel_error", 2, "numerator")]
    assert [row.cells[5] for row in found.broken] == [error]
    assert found.rows == []
    assert found.findings.shown[0].value == error


def test_a_text_over_the_limit_is_told_with_its_column():
    assert codes(read(table([(*ROW[:8], "x" * 10_001)]))) == [("cell.too_long", 2, "note")]


def test_a_value_beside_the_table_is_told():
    found = read(table([(*ROW, "", "see tab 2"), ROW]))
    assert codes(found) == [("cell.no_heading", 2, "")]
    assert [row.number for row in found.rows] == [3]
    assert found.broken[0].cells[-1] == "see tab 2"


def moment(*parts: int) -> datetime.datetime:
    return datetime.datetime(*parts)  # noqa: DTZ001 - a cell has no time zone


STYLES = (
    '<numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm"/><numFmt numFmtId="165" formatCode="[h]:mm"/>'
    '<numFmt numFmtId="166" formatCode="0.0&quot; days&quot;"/><numFmt numFmtId="167" formatCode="[Red]#,##0"/>'
    '<numFmt numFmtId="168" formatCode="mmm yy;@"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    "<cellXfs>" + "".join(f'<xf numFmtId="{n}"/>' for n in (0, 14, 22, 164, 165, 166, 167, 20, 168, 9)) + "</cellXfs>"
)


@pytest.mark.parametrize(
    ("style", "written", "value"),
    [
        (0, "42795", 42795),
        (1, "42795", datetime.date(2017, 3, 1)),
        (1, "42795.5", moment(2017, 3, 1, 12)),
        (2, "42795.999999", moment(2017, 3, 2)),
        (3, "42795", datetime.date(2017, 3, 1)),
        (4, "1.5", datetime.timedelta(hours=36)),
        (5, "3.5", 3.5),
        (6, "1200", 1200),
        (7, "0.5", datetime.time(12)),
        (8, "42795", datetime.date(2017, 3, 1)),
        (9, "0.45", 0.45),
        (1, "1", datetime.date(1900, 1, 1)),
        (1, "59", datetime.date(1900, 2, 28)),
        (1, "60", 60),
        (1, "61", datetime.date(1900, 3, 1)),
        (1, "2958465", datetime.date(9999, 12, 31)),
        (1, "2958466", 2_958_466),
        (1, "-5", -5),
        (99, "5", 5),
        (0, "1e400", float("inf")),
        (0, "123456789012345678", 123456789012345678),
    ],
)
def test_the_format_of_a_number_decides_whether_it_is_a_date(style, written, value):
    found = read(table([(*ROW[:2], Xml(f'<c r="{{r}}" s="{style}"><v>{written}</v></c>'), *ROW[3:])], styles=STYLES))
    assert found.rows[0].cells[2] == value
    assert type(found.rows[0].cells[2]) is type(value)


def test_days_count_from_1904_where_the_workbook_says_so():
    row = (*ROW[:2], Xml('<c r="{r}" s="1"><v>41333</v></c>'), *ROW[3:])
    found = read(table([row], styles=STYLES, date_1904=True))
    assert found.rows[0].cells[2] == datetime.date(2017, 3, 1)
    assert found.epoch_1904


def test_a_quote_that_keeps_a_formula_from_running_is_taken_off():
    assert read(table([(*ROW[:8], "'=1+1")])).rows[0].cells[8] == "=1+1"


# ------------------------------------------------------------------------------------------- sheets and rows


FIGURES_XML = sheet_xml(rows_xml([HEADER, ROW]))
NOTES_XML = sheet_xml(rows_xml([("How to fill this in",), ("Write one row for each figure",)]))


def test_the_sheet_whose_header_fits_is_read_and_named():
    found = read(workbook({"Read me": NOTES_XML, "March": FIGURES_XML, "Empty": sheet_xml("")}))
    assert found.sheet == "March"
    assert "“March”" in found.notes[0].message
    assert "2 visible, 0 hidden" in found.notes[0].message


def test_two_sheets_with_the_table_are_asked_about():
    both = workbook({"March": FIGURES_XML, "April": FIGURES_XML})
    problem = refusal(both)
    assert problem.code == "file.sheets"
    assert "March, April" in problem.message
    assert read(both, sheet="April").sheet == "April"
    assert refusal(both, sheet="May").code == "file.sheets"


def test_a_second_sheet_with_the_header_alone_is_no_second_table():
    assert read(workbook({"Template": sheet_xml(rows_xml([HEADER])), "March": FIGURES_XML})).sheet == "March"


def test_where_no_sheet_fits_the_first_is_judged():
    assert refusal(workbook({"Read me": NOTES_XML, "More": NOTES_XML})).code == "header.not_found"


def test_hidden_sheets_are_left_alone_and_counted():
    found = read(workbook({"Old": FIGURES_XML, "Now": FIGURES_XML}, states={"Old": "veryHidden"}))
    assert found.sheet == "Now"
    assert "0 visible, 1 hidden" in found.notes[0].message
    assert refusal(workbook({"Old": FIGURES_XML}, states={"Old": "hidden"})).code == "file.damaged"


def test_hidden_and_filtered_rows_are_read_and_counted():
    found = read(table([ROW, ROW, ROW, ROW], hidden=frozenset({3, 5})))
    assert len(found.rows) == 4
    assert notes(found) == ["note.hidden_rows"]
    assert "2 hidden or filtered rows" in found.notes[0].message
    book = openpyxl.Workbook()
    for row in (HEADER, ROW, ROW):
        book.active.append(row)
    book.active.auto_filter.ref = "A1:I3"
    book.active.auto_filter.filterColumn.append(FilterColumn(colId=0))
    book.active.row_dimensions[3].hidden = True
    assert notes(read(saved(book))) == ["note.hidden_rows"]


def saved(book) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


# ------------------------------------------------------------------------------------------- at large


def test_a_workbook_is_not_read_row_by_row_but_a_command_may_give_one():
    with pytest.raises(Refused, match="only CSV"):
        stream_csv(io.BytesIO(GOOD), FIGURES)
    findings = Findings()
    assert [row.number for row in stream_table(io.BytesIO(GOOD), "f.xlsx", FIGURES, findings=findings)] == [2]


def test_one_long_text_used_by_many_cells_takes_its_memory_once():
    long = Xml('<c r="{r}" t="s"><v>0</v></c>')
    content = table([(long,) * 9] * 5000, strings=f"<si><t>{'x' * 10_000}</t></si>")
    tracemalloc.start()
    found = read(content)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()
    assert len(found.rows) == 5000


def test_fifty_thousand_rows_are_read():
    assert len(read(table([ROW] * 50_000)).rows) == 50_000


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 2000), st.integers(0, 255))
def test_no_damage_raises_anything_but_a_refusal(noise, at, byte):
    sheet = sheet_xml(rows_xml([HEADER, ROW])).encode()
    candidates = (
        b"PK\x03\x04" + noise,
        GOOD[:at] + bytes([byte]) + GOOD[at + 1 :],
        workbook({"Data": (sheet[: at % len(sheet)] + noise + sheet[at % len(sheet) :])}),
        table([ROW], strings="<si/>", more={"xl/sharedStrings.xml": noise}),
        table([ROW], styles="", more={"xl/styles.xml": noise}),
        table([ROW], more={"xl/workbook.xml": noise}),
    )
    for content in candidates:
        assert all(problem.message for problem in problems_of(content))


CELLS = st.one_of(
    st.none(),
    st.integers(-(10**14), 10**14),
    st.floats(-1e9, 1e9).map(lambda number: round(number, 6)),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=20),
    st.booleans(),
    st.dates(datetime.date(1900, 3, 1), datetime.date(2199, 12, 31)),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8))
def test_openpyxl_writes_and_calamine_reads_what_we_read(rows):
    """A second reader of another make: the two must see the same cells."""
    calamine = pytest.importorskip("python_calamine")
    book = openpyxl.Workbook()
    book.active.append(("a", "b", "c"))
    for row in rows:
        for place, value in enumerate(row, start=1):
            cell = book.active.cell(book.active.max_row + (place == 1), place)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
    content = saved(book)
    other = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    expected = {
        number: tuple(cells)
        for number, cells in enumerate(other.to_python(skip_empty_area=False), start=1)
        if number > 1 and any(cell != "" for cell in cells)
    }
    try:
        found = {row.number: row.cells for row in read(content, Columns(("a", "b", "c"))).rows}
    except Refused:
        found = {}  # no row at all; the second reader has to agree
    assert found == {number: tuple(map(unmarked, cells)) for number, cells in expected.items()}


def unmarked(cell):
    """Without the quote that we take off, and only we."""
    is_marked = isinstance(cell, str) and cell[:1] == "'" and cell.lstrip("'")[:1] in tuple("=+-@＝＋－＠")
    return cell[1:] if is_marked else cell
