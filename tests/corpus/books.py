"""The awkward workbooks, cases 80 to 109, and those of other cases that only a workbook can be."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from tests.backbone.workbooks import (
    HEADER,
    MAIN,
    PACKAGE,
    STRICT,
    STRICT_OFFICE,
    Xml,
    rows_xml,
    sheet_xml,
    table,
    workbook,
    zipped,
)
from tests.corpus.plain import File

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DAYS_1904 = 1462
OCTOBER = 46296  # 1 October 2026, counted from 1900
DATE_STYLE = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1 or str()};' * 10}'>" for n in range(1, 10)
) + "]>"  # fmt: skip
READ: dict[str, Any] = {"rows": [2]}
DAMAGED, UNSAFE, TYPE = {"code": "file.damaged"}, {"code": "file.unsafe_xml"}, {"code": "file.type"}


def row(**cells: Any) -> tuple[Any, ...]:
    said = {"partner": "P1", "indicator": "seats", "period": "2026-10", "value": 1} | cells
    return tuple(said.get(name, "") for name in HEADER)


GOOD = table([row()])


def files() -> Iterator[File]:
    for case, name, content, expected in (*_values(), *_containers(), *_sheets(), *_cells()):
        yield case, f"{name}.xlsx", content, expected


def _values() -> Iterator[File]:
    """Of the cases of values, those that look otherwise in a workbook."""
    scientific = {"code": "code.scientific", "row": 2, "column": "partner"}
    yield 46, "code-as-a-number", table([row(partner=Xml('<c r="{r}"><v>1.23E+17</v></c>'))]), scientific
    error = {"code": "cell.excel_error", "row": 2, "column": "value"}
    for name, word in (("n-a", "#N/A"), ("ref", "#REF!"), ("division", "#DIV/0!")):
        yield 50, f"error-cell-{name}", table([row(value=Xml(f'<c r="{{r}}" t="e"><v>{word}</v></c>'))]), error
    dated = Xml(f'<c r="{{r}}" s="1"><v>{OCTOBER}</v></c>')
    yield 54, "date-cell", table([row(period=dated)], styles=DATE_STYLE), READ
    old = Xml(f'<c r="{{r}}" s="1"><v>{OCTOBER - DAYS_1904}</v></c>')
    yield 55, "1904-workbook", table([row(period=old)], styles=DATE_STYLE, date_1904=True), READ
    number = Xml(f'<c r="{{r}}"><v>{OCTOBER - DAYS_1904}</v></c>')
    yield 55, "1904-workbook-day-number", table([row(period=number)], date_1904=True), READ | {"warning": "date.serial"}
    yield 78, "script-in-a-note", table([row(note="<script>alert(1)</script>")]), READ
    half = Xml('<c r="{r}" t="inlineStr"><is><t>_xD83D_</t></is></c>')
    yield 79, "half-a-character", table([row(note=half)]), {"code": "text.invalid", "row": 2, "column": "note"}


def _containers() -> Iterator[File]:
    bomb = {"code": "file.unpacked_too_large", "message": "50 MB", "command": {"message": "1024 MB"}}
    yield 80, "zip-bomb-100x", table([row()], more={"xl/worksheets/x.xml": b" " * 60 * 1024 * 1024}), bomb
    yield 80, "packed-over-100-times", table([row()], more={"xl/media/x.bin": b"\0" * 9_000_000}), bomb
    yield 81, "10000-members", zipped({f"xl/{n}.xml": "" for n in range(10_000)}), {"code": "file.too_many_members"}
    yield 82, "nested-zip", table([row()], more={"xl/embeddings/inner.zip": GOOD}), TYPE
    yield 82, "zip-in-zip", zipped({"inner.xlsx": GOOD}), TYPE
    yield 83, "path-traversal-member", table([row()], more={"../../etc/cron.d/x": b"x"}), TYPE
    yield 83, "absolute-member", table([row()], more={"/etc/passwd": b"x"}), TYPE
    yield 84, "billion-laughs", workbook({"Data": sheet_xml("", prolog=LAUGHS)}), UNSAFE
    yield 84, "billion-laughs-in-texts", table([row()], more={"xl/sharedStrings.xml": LAUGHS.encode()}), UNSAFE
    local = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    yield 85, "xxe-file", workbook({"Data": sheet_xml("", prolog=local)}), UNSAFE
    remote = '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'
    yield 86, "xxe-http", workbook({"Data": sheet_xml("", prolog=remote)}), UNSAFE
    yield 89, "password-protected", OLE + bytes(2000) + "EncryptedPackage".encode("utf-16-le"), {
        "code": "file.encrypted", "message": "password",
    }  # fmt: skip
    older = TYPE | {"hint": ".xlsx"}
    yield 90, "xls-biff", OLE + bytes(2000) + "Workbook".encode("utf-16-le"), older | {"message": ".xls"}
    binary = zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.bin": b"\x83\x01"})
    yield 91, "xlsb", binary, older | {"message": ".xlsb"}
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    yield 92, "ods", zipped({"mimetype": kind, "content.xml": "<x/>"}), older | {"message": ".ods"}
    macro = table([row()], more={"xl/vbaProject.bin": b"macro"})
    yield 93, "macro-xlsm", macro, older | {"message": "macros"}
    yield 94, "truncated-zip", GOOD[: len(GOOD) // 2], DAMAGED
    yield 94, "truncated-by-one-byte", GOOD[:-1], DAMAGED
    yield 95, "crc-error", _with_one_byte_changed(table([row()], compression=zipfile.ZIP_STORED)), DAMAGED
    yield 108, "sheet-missing", table([row()], more={"xl/worksheets/sheet1.xml": None}), DAMAGED
    yield 108, "sheet-is-no-xml", workbook({"Data": "<worksheet><sheetData>"}), DAMAGED


def _with_one_byte_changed(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        member = archive.getinfo("xl/worksheets/sheet1.xml")
    at = member.header_offset + 30 + len(member.filename) + 20
    return content[:at] + bytes([content[at] ^ 0x20]) + content[at + 1 :]


def _sheets() -> Iterator[File]:
    far = sheet_xml(rows_xml([HEADER, row()]) + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    yield 87, "one-cell-at-XFD1048576", workbook({"Data": far}), {
        "code": "file.too_many_rows", "row": 1_048_576, "command": {"code": "file.too_many_columns", "row": None},
    }  # fmt: skip
    seats = [row(period=f"2026-{month:02}", note=str(month)) for month in (9, 10)] + [row(indicator="")] * 0
    lie = sheet_xml(rows_xml([HEADER, *seats * 250]), before='<dimension ref="A1:A1"/>')
    yield 88, "fake-dimension", workbook({"Data": lie}), {"rows": list(range(2, 502)), "warning": "row.duplicate"}
    sheet, other = sheet_xml(rows_xml([HEADER, row()])), sheet_xml(rows_xml([("Read me first",)]))
    ask = {"code": "file.sheets", "message": "More than one sheet"}
    yield 96, "two-sheets-with-the-table", workbook({"One": sheet, "Two": sheet}), ask
    first = READ | {"warning": "note.sheet"}
    yield 96, "two-sheets-one-with-the-table", workbook({"About": other, "Figures": sheet}), first
    yield 97, "hidden-sheet", workbook({"Now": sheet, "Old": sheet}, states={"Old": "hidden"}), first
    yield 97, "only-a-hidden-sheet", workbook({"Old": sheet}, states={"Old": "hidden"}), DAMAGED
    two = [row(), row(indicator="hours")]
    hidden = {"rows": [2, 3], "warning": "note.hidden_rows"}
    yield 98, "hidden-rows", table(two, hidden=frozenset({3})), hidden
    filter_ = '<autoFilter ref="A1:I3"><filterColumn colId="1"><filters><filter val="seats"/></filters></filterColumn>'
    yield 99, "filtered-rows", table(two, hidden=frozenset({3}), after=filter_ + "</autoFilter>"), hidden
    merged = {"code": "cell.merged", "row": 2, "column": "value", "message": "E2:E3"}
    yield 100, "merged-cells", table(two, after='<mergeCells><mergeCell ref="E2:E3"/></mergeCells>'), merged
    links = {
        "xl/externalLinks/externalLink1.xml": f'<externalLink xmlns="{MAIN}"/>',
        "xl/externalLinks/_rels/externalLink1.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}">'
            '<Relationship Id="r1" Target="file:///other.xlsx" TargetMode="External"/></Relationships>'
        ),
    }
    yield 106, "external-links", table([row()], more=links), READ
    yield 107, "embedded-image", table([row()], more={"xl/media/image1.png": b"\x89PNG\r\n\x1a\n" + bytes(99)}), READ
    strict = rows_xml([HEADER, row()])
    yield 109, "strict-ooxml", workbook(
        {"Data": sheet_xml(strict, namespace=STRICT)}, namespace=STRICT, office=STRICT_OFFICE
    ), READ  # fmt: skip


def _cells() -> Iterator[File]:
    counted = Xml('<c r="{r}"><f>1+1</f><v>2</v></c>')
    yield 101, "formula-with-cached-value", table([row(value=counted)]), READ | {"warning": "note.formulas"}
    uncounted = Xml('<c r="{r}"><f>1+1</f></c>')
    yield 102, "formula-without-cache", table([row(value=uncounted)]), {
        "code": "cell.formula_no_value", "row": 2, "column": "value", "message": "E2",
    }  # fmt: skip
    yield 103, "number-stored-as-text", table([row(value="12")]), READ
    unknown = {"code": "partner.unknown", "row": 2, "column": "partner", "message": "“1”"}
    yield 104, "text-stored-as-number", table([row(partner=1)]), unknown
    yield 105, "date-as-text", table([row(period="10/01/2026")]), READ
    yield 105, "date-as-number-format-general", table([row(period=OCTOBER)]), READ | {"warning": "date.serial"}
    nowhere = Xml('<c r="{r}" t="s"><v>7</v></c>')
    yield 108, "shared-strings-missing", table([row(note=nowhere)]), DAMAGED
    yield 108, "shared-string-out-of-range", table([row(note=nowhere)], strings="<si><t>x</t></si>"), DAMAGED
    yield 39, "half-a-number", table([row(value=3.5)]), {"code": "number.not_integer", "row": 2, "column": "value"}
    yield 42, "far-too-large", table([row(value=1e300)]), {"code": "number.range", "row": 2, "column": "value"}
