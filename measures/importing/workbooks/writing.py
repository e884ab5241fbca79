"""A partner's workbook, written: how to fill it in, the lines with their history beside them, and the hidden facts.

Nothing in it calculates, so there is nothing to recalculate, to break or to run. What is not to be typed over is locked
(without a password: the lock is a railing, not a wall), and everything is checked again when the file comes back.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook.protection import WorkbookProtection

from backbone.look.numbers import period_name
from backbone.tabular import workbook_value
from measures.importing.workbooks import layout
from measures.importing.workbooks.asking import Asked, AskedCell
from measures.importing.workbooks.guide import guide_rows
from measures.importing.workbooks.history import past_value, write_history
from measures.importing.workbooks.inputs import Lists, answers, choices, headings
from measures.models.filings import FigureState
from measures.rules.figures import NUMBERS, plain
from measures.rules.kinds import MILESTONE, ORDINAL
from measures.rules.lines import TOTAL, Line
from measures.services.figure_rows import Stored
from measures.wording import category_words

OPEN_FILL = PatternFill("solid", fgColor="FFFDF3CD")
HEAD_FILL = PatternFill("solid", fgColor="FFE7E9EC")
FACE = {"name": "Calibri", "size": 11}
PLAIN, QUIET, BOLD = Font(**FACE), Font(**FACE, color="FF5B6470"), Font(**FACE, bold=True)
LINE = Side("thin", "FFE3D9A6")
GRID = Border(LINE, LINE, LINE, LINE)
UNLOCKED = Protection(locked=False)
WRAP = Alignment(wrap_text=True, vertical="top")
WHOLE, DECIMAL, TEXT = "#,##0", "#,##0.0#####", "@"
WIDTHS = {"indicator": 34, "part": 22, "period": 16, "state": 14, layout.NOTE: 40, "problem": 60}
USUAL_WIDTH, GUIDE_WIDTH, LINE_HEIGHT = 15, 90, 15


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the sheet to fill in. `name` is its hidden name; inputs have one that is read back."""

    name: str
    heading: str
    is_input: bool = False


@dataclass(frozen=True, slots=True)
class Marked:
    """What somebody typed into one row, and what is wrong with it: for the workbook of the rows to correct."""

    typed: Mapping[str, Any]
    problem: str


def write_workbook(file: BinaryIO, asked: Asked, marked: Mapping[str, Marked] | None = None) -> None:
    """Write what is asked. With `marked` (by key) only those rows, as they were typed, and what is wrong with each."""
    book = Workbook()
    guide, page = book.active, book.create_sheet(_title(pgettext("sheet of a workbook", "Figures")))
    guide.title = _title(pgettext("sheet of a workbook", "How to fill it in"))
    cells = [cell for cell in asked.cells if marked is None or str(cell.key(asked.seat.code)) in marked]
    columns = _columns(asked, cells, with_problems=marked is not None)
    _write_guide(guide, asked)
    _write_figures(page, asked, cells, columns, marked or {})
    history = book.create_sheet(_title(pgettext("sheet of a workbook", "History")))
    write_history(history, asked)
    _fit_to_paper(history)
    _write_facts(book.create_sheet(layout.FACTS_SHEET), asked, columns)
    for sheet in book.worksheets:
        sheet.protection.sheet = True
        sheet.protection.formatColumns = sheet.protection.formatRows = False  # may be made wider
    book.security = WorkbookProtection(lockStructure=True)
    book.active = 1
    guide.sheet_view.tabSelected = False
    book.save(file)


def _fit_to_paper(page: Any) -> None:
    page.page_setup.orientation, page.page_setup.fitToHeight = "landscape", 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _title(name: str) -> str:
    return name[:31]


def _columns(asked: Asked, cells: Sequence[AskedCell], *, with_problems: bool) -> list[Column]:
    asks = {component for cell in cells for component in cell.line.components}
    names = headings()
    found = [Column(layout.KEY, layout.LABELS)]
    if with_problems:
        found.append(Column("problem", _("To correct")))
    found += [Column("indicator", _("Indicator")), Column("part", _("Part"))]
    if asked.since != asked.until:
        found.append(Column("period", _("Period")))
    found.append(Column("a year before", _("A year before")))
    found += [Column("before 3", _("3 periods before")), Column("before 2", _("2 periods before"))]
    found += [Column("before 1", _("The period before"))]
    found += [Column(name, names[name], True) for name in NUMBERS if name in asks]
    found.append(Column(layout.NOT_COLLECTED, names[layout.NOT_COLLECTED], True))
    if any(cell.line.rule.takes_overlap for cell in cells):
        found.append(Column(layout.COUNTED, names[layout.COUNTED], True))
    return [*found, Column(layout.NOTE, names[layout.NOTE], True), Column("state", _("Stands as"))]


def _write_guide(page: Any, asked: Asked) -> None:
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = WIDTHS["indicator"], GUIDE_WIDTH
    for number, (left, right, is_heading) in enumerate(guide_rows(asked), start=1):
        for column, text in ((1, left), (2, right)):
            cell = put(page, number, column, text)
            cell.alignment = WRAP
            if is_heading or column == 1:
                cell.font = BOLD
        lines = max(len(left) / WIDTHS["indicator"], len(right) / GUIDE_WIDTH)
        page.row_dimensions[number].height = LINE_HEIGHT * max(1, math.ceil(lines))
    _fit_to_paper(page)


def _write_figures(
    page: Any, asked: Asked, cells: Sequence[AskedCell], columns: Sequence[Column], marked: Mapping[str, Marked]
) -> None:
    for position, column in enumerate(columns, start=1):
        put(page, layout.NAMES_ROW, position, column.name)
        heading = put(page, layout.LABELS_ROW, position, column.heading)
        heading.font, heading.fill, heading.alignment = BOLD, HEAD_FILL, WRAP
        page.column_dimensions[get_column_letter(position)].width = WIDTHS.get(column.name, USUAL_WIDTH)
    page.row_dimensions[layout.NAMES_ROW].hidden = True
    page.column_dimensions["A"].hidden = True
    first_number = next(position for position, column in enumerate(columns, start=1) if column.name == "part") + 1
    page.freeze_panes = f"{get_column_letter(first_number)}{layout.FIRST_ROW}"
    page.row_dimensions[layout.LABELS_ROW].height = 2 * LINE_HEIGHT
    _fit_to_paper(page)
    page.print_title_rows = f"{layout.LABELS_ROW}:{layout.LABELS_ROW}"
    lists = Lists()
    for number, cell in enumerate(cells, start=layout.FIRST_ROW):
        key = str(cell.key(asked.seat.code))
        said = _said(cell, marked.get(key))
        for position, column in enumerate(columns, start=1):
            at = put(page, number, position, key if column.name == layout.KEY else said.get(column.name))
            if not column.is_input:
                at.font, at.alignment = (PLAIN, WRAP) if column.name in WIDTHS else (QUIET, Alignment(vertical="top"))
            elif lists.takes(cell, column.name, at.coordinate):
                at.protection, at.fill, at.border = UNLOCKED, OPEN_FILL, GRID
                at.number_format = _format(cell, column.name)
    for rule in lists.rules():
        page.add_data_validation(rule)


def put(page: Any, row: int, column: int, value: Any) -> Any:
    """A cell that holds the value and nothing that runs."""
    cell = page.cell(row, column)
    shown = workbook_value(value)
    if shown is not None:
        cell.value = shown
        if isinstance(shown, str):
            cell.data_type = "s"  # neither a formula nor an error cell, whatever it begins with
    return cell


def _format(cell: AskedCell, name: str) -> str:
    if name not in NUMBERS or answers(cell.line):
        return TEXT
    return WHOLE if cell.line.must_be_whole else DECIMAL


def _said(cell: AskedCell, marked: Marked | None) -> dict[str, Any]:
    """Everything in one row, by the columns' hidden names."""
    line = cell.line
    year_before, *before = (_past(cell, past) for past in cell.before)
    said: dict[str, Any] = {
        "problem": "" if marked is None else marked.problem,
        "indicator": line.name,
        "part": _("Total") if cell.category == TOTAL else category_words(line, cell.category),
        "period": period_name(cell.period, cell.frequency),
        "a year before": year_before,
        **{f"before {3 - place}": shown for place, shown in enumerate(before)},
        "state": "" if cell.standing is None else str(FigureState(cell.standing.state).label),
    }
    if marked is not None:
        return said | dict(marked.typed)
    return said | (standing(cell.standing, line) if cell.standing else {})


def standing(cell: Stored, line: Line) -> dict[str, Any]:
    """What stands in the database, as it is typed."""
    words = choices()
    said: dict[str, Any] = {
        name: None if getattr(cell, name) is None else plain(getattr(cell, name)) for name in NUMBERS
    }
    if line.kind == MILESTONE and cell.value is not None:
        said["value"] = words["yes" if cell.value else "no"]
    elif line.kind == ORDINAL and (level := line.level_at(cell.value)) is not None:
        said["value"] = level.slug
    said[layout.NOT_COLLECTED] = words["not_collected"] if cell.is_not_collected else ""
    if line.rule.takes_overlap and not cell.is_not_collected:
        said[layout.COUNTED] = words["new" if cell.new_only else "everyone"]
    return said | {layout.NOTE: cell.note}


def _past(cell: AskedCell, past: Stored | None) -> Any:
    if past is None:
        return None
    return past_value(cell.line, past)


def _write_facts(page: Any, asked: Asked, columns: Sequence[Column]) -> None:
    facts = {
        "version": layout.VERSION,
        "tenant": asked.office.tenant.slug,
        "initiative": asked.office.initiative.slug,
        "partner": asked.seat.code,
        "since": f"{asked.since:%Y-%m}",
        "until": f"{asked.until:%Y-%m}",
        "columns": " ".join(column.name for column in columns if column.is_input),
        "language": get_language() or "en",
        **choices(),
    }
    for number, (name, value) in enumerate(facts.items(), start=1):
        put(page, number, 1, name)
        put(page, number, 2, value)
    page.sheet_state = "veryHidden"
