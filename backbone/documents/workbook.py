"""The figures as a workbook: one sheet of figures, one of what they are of, one of notes. And as CSV."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from backbone.documents.body import Body, instant_text, instant_words
from backbone.documents.columns import (
    COLUMNS,
    COUNT,
    DEFINITIONS,
    NUMBER,
    VERSION,
    Column,
    definition_rows,
    figure_rows,
)
from backbone.tabular import workbook_value, write_csv
from backbone.tabular.sheet import column_letters

_WRITTEN = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")
A4 = 9  # as a workbook knows paper
GROUND = "FFF3F1EC"  # behind the heads of columns
TICK = (1980, 1, 1, 0, 0, 0)  # the first instant that a zip knows


def csv(body: Body) -> bytes:
    """Every figure as CSV: UTF-8, commas, names of columns that never change."""
    return b"".join(write_csv(figure_rows(body), [column.name for column in COLUMNS]))


def workbook(body: Body) -> bytes:
    """The same rows as a workbook, with the words of the reader's language above the columns."""
    from openpyxl import Workbook  # takes longer than most pages do

    book = Workbook(write_only=True)
    _table(book, _("Figures"), COLUMNS, figure_rows(body))
    _table(book, _("Indicators"), DEFINITIONS, definition_rows(body))
    _notes(book, body)
    book.properties.title = f"{body.initiative['name']}, {body.span}"
    book.properties.creator = body.tenant["name"]
    file = io.BytesIO()
    book.save(file)
    return _without_clock(file.getvalue(), instant_text(body.published_at))


def note_rows(body: Body) -> Iterator[tuple[str, str]]:
    """What a reader of the figures alone has to know: (head, words)."""
    yield _("What"), f"{body.tenant['name']}, {body.initiative['name']}, {body.span}"
    yield _("Version"), str(body.version)
    yield _("Published"), instant_words(body.published_at)
    yield _("Figures as of"), instant_words(body.as_of)
    yield _("For"), body.audience
    for position, note in enumerate(body.notes()):
        yield _("Notes") if position == 0 else "", note
    yield (
        _("Empty cells"),
        _("An empty number is no zero: it is hidden, not filed, or a range. The columns beside it say which."),
    )
    if body.attribution:
        yield _("Sources"), body.attribution
    yield _("How to cite it"), body.citation


def _table(book: Any, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
    page = _sheet(book, title, [column.width for column in columns])
    page.freeze_panes = "A2"
    page.print_title_rows = "1:1"
    page.append([_cell(page, str(column.label), column, is_head=True) for column in columns])
    count = 1
    for row in rows:
        count += 1
        page.append([_cell(page, value, column) for value, column in zip(row, columns, strict=True)])
    page.auto_filter.ref = f"A1:{column_letters(len(columns))}{count}"


def _notes(book: Any, body: Body) -> None:
    page = _sheet(book, _("Notes"), [22, 100])
    for head, words in note_rows(body):
        page.append([_cell(page, head, is_bold=True), _cell(page, words, wraps=True)])
    page.append([])
    page.append([_cell(page, _("Columns"), is_bold=True), None])
    for column in COLUMNS:
        page.append([_cell(page, str(column.label)), _cell(page, f"{column.description} ({column.name})", wraps=True)])


def _sheet(book: Any, title: str, widths: Sequence[int]) -> Any:
    from openpyxl.worksheet.properties import PageSetupProperties

    page = book.create_sheet(title[:31])
    for position, width in enumerate(widths, start=1):
        page.column_dimensions[column_letters(position)].width = width
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0  # as wide as the paper, as long as it is
    return page


def _cell(
    page: Any,
    value: Any,
    column: Column | None = None,
    *,
    is_head: bool = False,
    is_bold: bool = False,
    wraps: bool = False,
) -> Any:
    """A cell that holds a number as a number and never a formula."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill

    shown = workbook_value(value)
    if shown is None:
        return None
    cell = WriteOnlyCell(page, shown)
    is_number = column is not None and column.kind in (NUMBER, COUNT)
    if isinstance(shown, str):
        cell.data_type = "s"  # "#N/A" would become an error cell
    elif is_number and column is not VERSION:
        cell.number_format = "#,##0" if value == int(value) else "#,##0.0###"
    if is_bold or is_head:
        cell.font = Font(bold=True)
    if is_head:
        cell.fill = PatternFill("solid", fgColor=GROUND)
    cell.alignment = Alignment(
        horizontal="right" if is_number else "left", vertical="top", indent=0 if is_number else 1, wrap_text=wraps
    )
    return cell


def _without_clock(content: bytes, at: str) -> bytes:
    """The same workbook with one instant in the place of when it was written, so that it comes out the same each time."""
    found = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(given.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            made.writestr(zipped(name), _WRITTEN.sub(rf"\g<1>{at}\g<2>".encode(), given.read(name)))
    return found.getvalue()


def zipped(name: str) -> zipfile.ZipInfo:
    """An entry of a zip that says nothing of when and where it was written."""
    entry = zipfile.ZipInfo(name, TICK)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    entry.create_system = 3
    return entry
