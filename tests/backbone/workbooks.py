"""Workbooks for tests, written part by part, so that a test can make each part wrong."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from html import escape
from typing import Any

from backbone.tabular.sheet import column_letters

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

HEADER = ("partner", "indicator", "period", "category", "value", "numerator", "denominator", "weight", "note")
ROW = ("RF4", "within-4h", "2017-03", "", "", 18410, 21289, "", "")


class Xml(str):
    """A cell given as XML: `<c …>` up to `</c>`, with {r} where its place belongs."""


def cell(place: str, value: Any) -> str:
    if isinstance(value, Xml):
        return value.replace("{r}", place)
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def rows_xml(rows: Any, start: int = 1, hidden: frozenset[int] = frozenset()) -> str:
    lines = []
    for number, row in enumerate(rows, start=start):
        cells = "".join(cell(f"{column_letters(place)}{number}", value) for place, value in enumerate(row, start=1))
        lines.append(
            f'<row r="{number}"{" hidden=" + chr(34) + "1" + chr(34) if number in hidden else ""}>{cells}</row>'
        )
    return "".join(lines)


def sheet_xml(data: str, after: str = "", before: str = "", namespace: str = MAIN, prolog: str = "") -> str:
    return f'{prolog}<worksheet xmlns="{namespace}">{before}<sheetData>{data}</sheetData>{after}</worksheet>'


def workbook(
    sheets: Mapping[str, str],
    *,
    states: Mapping[str, str] | None = None,
    strings: str | None = None,
    styles: str | None = None,
    date_1904: bool = False,
    namespace: str = MAIN,
    office: str = OFFICE,
    more: Mapping[str, bytes] | None = None,
    content_types: str = "<Types/>",
    compression: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """A workbook whose sheets are given as XML by name; `more` adds or replaces parts."""
    states = states or {}
    listed, relations = [], []
    parts: dict[str, Any] = {}
    for number, (name, xml) in enumerate(sheets.items(), start=1):
        listed.append(
            f'<sheet name="{escape(name)}" sheetId="{number}" state="{states.get(name, "visible")}" '
            f'r:id="rId{number}"/>'
        )
        relations.append(
            f'<Relationship Id="rId{number}" Type="{office}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        )
        parts[f"xl/worksheets/sheet{number}.xml"] = xml
    if strings is not None:
        relations.append(f'<Relationship Id="rIdS" Type="{office}/sharedStrings" Target="sharedStrings.xml"/>')
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{namespace}">{strings}</sst>'
    if styles is not None:
        relations.append(f'<Relationship Id="rIdF" Type="{office}/styles" Target="styles.xml"/>')
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{namespace}">{styles}</styleSheet>'
    properties = '<workbookPr date1904="1"/>' if date_1904 else ""
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{namespace}" xmlns:r="{office}">{properties}<sheets>{"".join(listed)}</sheets></workbook>'
    )
    parts["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{PACKAGE}">{"".join(relations)}</Relationships>'
    parts["_rels/.rels"] = (
        f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    )
    parts["[Content_Types].xml"] = content_types
    parts.update(more or {})
    return zipped(parts, compression)


def zipped(parts: Mapping[str, Any], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in parts.items():
            if data is not None:
                archive.writestr(_member(name, compression), data)
    return buffer.getvalue()


def _member(name: str, compression: int) -> zipfile.ZipInfo:
    """The same in every run: no time of day in it."""
    member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    member.compress_type = compression
    return member


def table(rows: Any, **settings: Any) -> bytes:
    """A workbook with one sheet that holds the header and these rows."""
    after = settings.pop("after", "")
    hidden = settings.pop("hidden", frozenset())
    return workbook({"Data": sheet_xml(rows_xml([HEADER, *rows], hidden=hidden), after)}, **settings)
