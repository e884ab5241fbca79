"""Reading XLSX: which sheet, its rows, and the notes a reader should see."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any
from xml.etree import ElementTree

from backbone.problems import Problem, Refused, cut, gettext_noop
from backbone.tabular.archive import Archive, resolve
from backbone.tabular.columns import HEADER_SEARCH_ROWS, Columns, find_header
from backbone.tabular.faults import (
    damaged,
    excel_error,
    formula_without_value,
    merged,
    no_heading,
    no_rows,
    not_a_workbook,
    too_long,
    too_many_rows,
)
from backbone.tabular.neutral import unquoted
from backbone.tabular.sheet import Sheet, column_letters, shared_strings
from backbone.tabular.table import Form, Limits, Row, Table, told

PEEKED_SHEETS = 30
MOST_FAULTS = 200_000
MOST_FACTS = 200
_DATE_FORMATS = {*range(14, 18), 22, *range(27, 32), 34, 35, 36, *range(50, 59)}
_TIME_FORMATS = {18, 19, 20, 21, 32, 33, 45, 47}
_DURATION_FORMATS = {46}
_OTHER_KINDS = {
    "xl/workbook.bin": gettext_noop("This is an Excel binary workbook (.xlsb)."),
    "word/document.xml": gettext_noop("This is a Word document."),
    "ppt/presentation.xml": gettext_noop("This is a PowerPoint presentation."),
    "content.xml": gettext_noop("This is an OpenDocument file (.ods)."),
    "Index/Document.iwa": gettext_noop("This is an Apple Numbers document."),
}


@dataclass(frozen=True, slots=True)
class SheetPart:
    name: str
    part: str
    is_visible: bool


class Workbook:
    """The workbook's own list of sheets, its styles and shared texts."""

    def __init__(self, archive: Archive, limits: Limits):
        self.archive = archive
        self.limits = limits
        self._refuse_other_kinds()
        self.part = self._target("", "officeDocument") or "xl/workbook.xml"
        if self.part not in archive.names:
            raise Refused(not_a_workbook(gettext_noop("This is a zip file, not a workbook.")))
        root = self._tree(self.part)
        properties = next(_named(root, "workbookPr"), None)
        self.epoch_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        self.sheets = list(self._sheets(root))
        if not any(sheet.is_visible for sheet in self.sheets):
            raise Refused(damaged("it has no visible sheet"))

    def _refuse_other_kinds(self) -> None:
        for name, text in _OTHER_KINDS.items():
            if name in self.archive.names:
                raise Refused(not_a_workbook(text))
        kinds = self._raw("[Content_Types].xml")
        if b"macroEnabled" in kinds or any(name.endswith("vbaProject.bin") for name in self.archive.names):
            raise Refused(not_a_workbook(gettext_noop("This workbook contains macros (.xlsm).")))

    def _raw(self, name: str) -> bytes:
        return self.archive.read_small(name) if name in self.archive.names else b""

    def _tree(self, name: str) -> ElementTree.Element:
        try:
            # Small, and without entities: the archive has refused a part that declares any.
            return ElementTree.fromstring(self._raw(name))  # noqa: S314
        except (ElementTree.ParseError, ValueError, LookupError) as error:
            raise Refused(damaged(f"{name}: {error}")) from None

    def _relations(self, part: str) -> list[tuple[str, str, str]]:
        folder, _, name = part.rpartition("/")
        relations = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        if relations not in self.archive.names:
            return []
        return [
            (one.get("Id", ""), one.get("Type", "").rpartition("/")[2], resolve(part, one.get("Target", "")))
            for one in _named(self._tree(relations), "Relationship")
            if one.get("TargetMode") != "External"
        ]

    def _target(self, part: str, kind: str) -> str | None:
        return next((target for _, found, target in self._relations(part) if found == kind), None)

    def _sheets(self, root: ElementTree.Element) -> Iterator[SheetPart]:
        targets = {key: target for key, kind, target in self._relations(self.part) if kind == "worksheet"}
        for sheet in _named(root, "sheet"):
            key = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
            if key in targets:  # charts and macros are sheets of other kinds
                yield SheetPart(sheet.get("name", ""), targets[key], sheet.get("state", "visible") == "visible")

    @cached_property
    def strings(self) -> list[str]:
        part = self._target(self.part, "sharedStrings")
        if part is None or part not in self.archive.names:
            raise Refused(damaged("its list of texts is missing"))
        return shared_strings(part, self.archive.stream(part))

    @cached_property
    def date_styles(self) -> list[str | None]:
        part = self._target(self.part, "styles")
        if part is None or part not in self.archive.names:
            return []
        root = self._tree(part)
        codes = {one.get("numFmtId", ""): one.get("formatCode", "") for one in _named(root, "numFmt")}
        formats = next(_named(root, "cellXfs"), None)
        return [] if formats is None else [shown_as(one.get("numFmtId", ""), codes) for one in _named(formats, "xf")]

    def chunks(self, sheet: SheetPart) -> Iterator[bytes]:
        """The sheet's XML, piece by piece."""
        return self.archive.stream(sheet.part)

    def open(self, sheet: SheetPart) -> Sheet:
        chunks = self.chunks(sheet)
        return Sheet(sheet.part, chunks, lambda: self.strings, self.date_styles, self.epoch_1904, self.limits)


def _named(root: ElementTree.Element, tag: str) -> Iterator[ElementTree.Element]:
    """Elements of this name, whatever their namespace (strict workbooks have another)."""
    return (one for one in root.iter() if isinstance(one.tag, str) and one.tag.rpartition("}")[2] == tag)


def shown_as(number: str, codes: dict[str, str]) -> str | None:
    """Whether a number format shows "date", "time" or "duration" (ECMA-376 part 1, 18.8.30 and 18.8.31)."""
    code = codes.get(number)
    if code is None:
        kind = int(number) if number.isdigit() else 0
        if kind in _DATE_FORMATS:
            return "date"
        return "time" if kind in _TIME_FORMATS else "duration" if kind in _DURATION_FORMATS else None
    bare = re.sub(r'"[^"]*"|\\.|_.|\*.', "", code.split(";")[0]).lower()
    if re.search(r"\[(h+|m+|s+)\]", bare):
        return "duration"
    bare = re.sub(r"\[[^\]]*\]", "", bare).replace("general", "")
    if re.search(r"[yd]", bare) or ("m" in bare and not re.search(r"[hs]", bare)):
        return "date"
    return "time" if re.search(r"[hs]", bare) else None


def read_xlsx(
    content: bytes,
    columns: Columns,
    limits: Limits,
    sheet: str | None = None,
    form: Form | None = None,
    on_rows: Callable[[int], None] | None = None,
) -> Table:
    """Read the one sheet that holds the table; of a workbook that is a `form` of ours, its facts and its columns.

    Of the visible sheets, the first whose header fits; where a second one fits too, the caller has to name one
    (`file.sheets`). Hidden sheets are left alone, hidden and filtered rows are read like any other: both are counted
    in the notes. Raises Refused.
    """
    book = Workbook(Archive(content, limits), limits)
    facts = {} if form is None else _facts(book, form.facts_sheet)
    if form is not None and facts:
        columns = form.columns
    chosen = choose_sheet(book, columns, sheet)
    reading = book.open(chosen)
    rows = reading.rows()
    first: list[tuple[int, Sequence[Any]]] = []
    for number, cells in rows:
        first.append((number, cells))
        if len(first) > HEADER_SEARCH_ROWS:
            break
    if not first:
        raise Refused(Problem("file.empty", gettext_noop("The sheet “{sheet}” is empty."), {"sheet": cut(chosen.name)}))
    header = find_header(first, columns)
    table = Table(columns, header, "xlsx", sheet=chosen.name, epoch_1904=book.epoch_1904, facts=facts)
    fill_rows(table, ((number, list(cells)) for number, cells in first if number > header.row), limits)
    fill_rows(table, rows if on_rows is None else told(rows, on_rows), limits)
    judge_rows(table, reading)
    if not table.rows and not table.broken:
        raise Refused(no_rows())
    table.notes = tuple(_notes(table, book, reading))
    return table


def _facts(book: Workbook, name: str) -> dict[str, str]:
    """What a hidden sheet of ours says, by name; empty when the workbook has no such sheet."""
    sheet = next((one for one in book.sheets if one.name == name), None)
    if sheet is None:
        return {}
    first = islice(book.open(sheet).rows(), MOST_FACTS)
    return {str(cells[0]): str(cells[1]) if len(cells) > 1 else "" for _, cells in first if cells[0] != ""}


def choose_sheet(book: Workbook, columns: Columns, wanted: str | None) -> SheetPart:
    if wanted is not None:
        found = next((sheet for sheet in book.sheets if sheet.name == wanted), None)
        if found is None:
            text = gettext_noop("There is no sheet “{sheet}” in the workbook. It has: {sheets}.")
            names = cut(", ".join(sheet.name for sheet in book.sheets), 200)
            raise Refused(Problem("file.sheets", text, {"sheet": cut(wanted), "sheets": names}, value=cut(wanted)))
        return found
    visible = [sheet for sheet in book.sheets if sheet.is_visible]
    if len(visible) == 1:
        return visible[0]
    fitting = [sheet for sheet in visible[:PEEKED_SHEETS] if _fits(book.open(sheet), columns)]
    if len(fitting) > 1:
        text = gettext_noop("More than one sheet holds this table: {sheets}.")
        hint = gettext_noop("Say which sheet to read, or keep only one of them in the workbook.")
        names = cut(", ".join(sheet.name for sheet in fitting), 200)
        raise Refused(Problem("file.sheets", text, {"sheets": names}, hint=hint, value=cut(names)))
    return fitting[0] if fitting else visible[0]


def _fits(sheet: Sheet, columns: Columns) -> bool:
    """Whether the sheet's first written row names the columns and there is at least one row under it."""
    try:
        written = (cells for _, cells in sheet.rows() if any(str(cell).strip() for cell in cells))
        first = next(written, None)
        return first is not None and columns.has_required(first) and next(written, None) is not None
    except Refused:
        return False


def fill_rows(table: Table, rows: Iterator[tuple[int, list[Any]]], limits: Limits) -> None:
    """Add the rows under the header. A cell beyond the table, or under no heading, breaks its row."""
    header = table.header
    width, unnamed, pick = header.width, header.unnamed, header.pick
    for number, cells in rows:
        for position, cell in enumerate(cells):
            if type(cell) is str and cell:
                if cell[0] == "'":
                    cells[position] = unquoted(cell)
                elif cell.isspace():
                    cells[position] = ""
        stray = [cell for cell in cells[width:] if cell != ""]
        stray += [cells[position] for position in unnamed if position < len(cells) and cells[position] != ""]
        if len(cells) < width:
            cells.extend([""] * (width - len(cells)))
        if not stray and all(cell == "" for cell in cells):
            continue
        if limits.rows is not None and len(table.rows) + len(table.broken) >= limits.rows:
            raise Refused(too_many_rows(number, limits))
        row = Row(number, tuple(pick([*cells[:width], ""])))
        if stray:
            table.findings.add(no_heading(number, stray[0]))
            table.broken.append(Row(number, row.cells + tuple(cells[width:])))
        else:
            table.rows.append(row)


def judge_rows(table: Table, sheet: Any) -> None:
    """Set apart the rows with a cell that holds no usable value, or that a merged range touches, and say why."""
    header = table.header
    problems: list[Problem] = []
    for row, column, value in sheet.error_cells:
        problems.append(excel_error(value).at(row=row, column=header.name_at(column - 1)))
    for row, column in sheet.formulas_without_value:
        problems.append(formula_without_value(f"{column_letters(column)}{row}", row, header.name_at(column - 1)))
    for row, column, value in sheet.long_cells:
        problems.append(too_long(row, header.name_at(column - 1), value, sheet.limits))
    numbers = [row.number for row in table.rows]
    for reference, (top, left), (bottom, right) in sheet.merged:
        names = [header.name_at(position - 1) for position in range(left, min(right, header.width) + 1)]
        if top <= header.row <= bottom:
            problems.append(merged(reference, header.row, next(filter(None, names), "")))
        touched = numbers[bisect_left(numbers, top) : bisect_right(numbers, bottom)]
        problems += [merged(reference, row, next(filter(None, names), "")) for row in touched]
        if len(problems) > MOST_FAULTS:
            raise Refused(damaged("its merged cells lie over one another"))
    # Faults above the header, and in columns that are not read, are nobody's concern.
    problems = sorted(
        (one for one in problems if one.column and (one.row or 0) >= header.row), key=lambda one: one.row or 0
    )
    table.findings.extend(problems)
    faulty = {problem.row for problem in problems}
    if faulty:
        table.broken = sorted(
            [*table.broken, *(row for row in table.rows if row.number in faulty)], key=lambda row: row.number
        )
        table.rows = [row for row in table.rows if row.number not in faulty]


def _notes(table: Table, book: Workbook, sheet: Sheet) -> Iterator[Problem]:
    def note(code: str, text: str, **params: object) -> Problem:
        return Problem(code, text, params, is_warning=True)

    visible = sum(one.is_visible for one in book.sheets)
    hidden = len(book.sheets) - visible
    if len(book.sheets) > 1:
        text = gettext_noop("Read the sheet “{sheet}”; the others were left alone ({others} visible, {hidden} hidden).")
        yield note("note.sheet", text, sheet=cut(table.sheet), others=visible - 1, hidden=hidden)
    if sheet.hidden_row_count:
        text = gettext_noop("{count} hidden or filtered rows were read like all others (the first is row {row}).")
        yield note("note.hidden_rows", text, count=sheet.hidden_row_count, row=sheet.first_hidden_row)
    if sheet.formula_count:
        text = gettext_noop("{count} cells hold formulas; the values calculated when the file was saved were used.")
        yield note("note.formulas", text, count=sheet.formula_count)
    if table.header.ignored:
        text = gettext_noop("These columns were not read: {columns}.")
        yield note("note.ignored_columns", text, columns=cut(", ".join(table.header.ignored), 200))
