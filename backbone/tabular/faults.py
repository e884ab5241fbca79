"""The faults of files, rows and cells, in words. One function for each, shared by CSV and XLSX."""

from __future__ import annotations

from backbone.problems import Problem, cut, gettext_noop
from backbone.tabular.table import MEGABYTE, Limits

SAVE_AS_XLSX = gettext_noop("Save it as “Excel workbook (.xlsx)” or as “CSV UTF-8”, and upload that.")


def bad_quote(number: int, raw: str) -> Problem:
    text = gettext_noop('Row {row}: there is a quote (") in the middle of a cell.')
    hint = gettext_noop(
        "Put quotes around the whole cell, without a space before them, and write a quote inside twice."
    )
    return Problem("row.bad_quote", text, {"row": number}, hint=hint, row=number, value=cut(raw.strip()))


def wrong_width(number: int, found: int, expected: int) -> Problem:
    text = gettext_noop("Row {row} has {found} cells, expected {expected}.")
    hint = gettext_noop("Look for a missing or an extra separator, or a text with commas that needs quotes around it.")
    params = {"row": number, "found": found, "expected": expected}
    return Problem("row.columns", text, params, hint=hint, row=number, value=str(found))


def too_long(number: int, column: str, value: str, limits: Limits) -> Problem:
    text = gettext_noop("Row {row}: a cell has {length} characters; at most {limit} are allowed.")
    if len(value) > limits.columns * limits.cell_characters:  # so long that it was not read to its end
        text = gettext_noop("Row {row}: a cell has more than {limit} characters.")
    params = {"row": number, "length": len(value), "limit": limits.cell_characters}
    hint = gettext_noop("Shorten the text, or keep it in a document and write where it is.")
    return Problem("cell.too_long", text, params, hint=hint, row=number, column=column, value=cut(value))


def no_heading(number: int, value: object) -> Problem:
    text = gettext_noop("Row {row} holds “{value}” in a column without a name.")
    hint = gettext_noop("Give the column its name in the header row, or clear the cell.")
    return Problem(
        "cell.no_heading", text, {"row": number, "value": cut(value)}, hint=hint, row=number, value=cut(value)
    )


def too_many_rows(number: int, limits: Limits) -> Problem:
    text = gettext_noop("The file has more than {limit} rows (the data goes on to row {row} or further).")
    hint = gettext_noop("Split the file, or clear stray cells far below the table.")
    return Problem("file.too_many_rows", text, {"limit": limits.rows, "row": number}, hint=hint, row=number)


def too_many_columns(found: int, limits: Limits) -> Problem:
    text = gettext_noop("The file has {found} columns; at most {limit} are allowed.")
    hint = gettext_noop("Delete the columns that the template does not have.")
    return Problem(
        "file.too_many_columns", text, {"found": found, "limit": limits.columns}, hint=hint, value=str(found)
    )


def no_rows() -> Problem:
    text = gettext_noop("The file has column names but no rows under them.")
    return Problem("file.no_rows", text, hint=gettext_noop("Fill in at least one row."))


def out_of_memory(limits: Limits) -> Problem:
    text = gettext_noop("The file is too large to read: it would take more than {limit} MB of memory.")
    hint = gettext_noop("Split the file, or copy the table alone into a new workbook.")
    return Problem("file.too_large_to_read", text, {"limit": limits.memory_bytes // MEGABYTE}, hint=hint)


def out_of_time(limits: Limits) -> Problem:
    text = gettext_noop("The file is too large to read: it takes more than {limit} seconds.")
    hint = gettext_noop("Split the file, or copy the table alone into a new workbook.")
    return Problem("file.too_slow", text, {"limit": limits.seconds}, hint=hint)


def damaged(detail: str) -> Problem:
    text = gettext_noop("The workbook is damaged ({detail}).")
    hint = gettext_noop("Open it in your spreadsheet program, save it again as .xlsx, and upload that.")
    return Problem("file.damaged", text, {"detail": cut(detail)}, hint=hint)


def encrypted() -> Problem:
    text = gettext_noop("The workbook is protected by a password.")
    return Problem("file.encrypted", text, hint=gettext_noop("Remove the password and save it again."))


def unsafe_xml(name: str) -> Problem:
    text = gettext_noop("Part “{part}” of the workbook declares XML entities, which no spreadsheet program writes.")
    hint = gettext_noop("Copy the table into a new workbook.")
    return Problem("file.unsafe_xml", text, {"part": cut(name)}, hint=hint, value=cut(name))


def unexpected_content(name: str) -> Problem:
    text = gettext_noop("The file contains “{part}”, which does not belong into a workbook with a table.")
    hint = gettext_noop("Copy the table alone into a new workbook.")
    return Problem("file.type", text, {"part": cut(name)}, hint=hint, value=cut(name))


def not_a_workbook(text: str) -> Problem:
    return Problem("file.type", text, hint=SAVE_AS_XLSX)


def merged(reference: str, row: int, column: str) -> Problem:
    text = gettext_noop("The cells {range} are merged, so it is not clear to which rows their value belongs.")
    hint = gettext_noop("Unmerge them, and write the value into each cell it belongs to.")
    return Problem("cell.merged", text, {"range": reference}, hint=hint, row=row, column=column, value=reference)


def formula_without_value(cell: str, row: int, column: str) -> Problem:
    text = gettext_noop("The formula in {cell} has no calculated value.")
    hint = gettext_noop("Open the file in your spreadsheet program, let it calculate, and save it again.")
    return Problem("cell.formula_no_value", text, {"cell": cell}, hint=hint, row=row, column=column)


def excel_error(value: str) -> Problem:
    text = gettext_noop("“{value}” is an error of the spreadsheet, not a value.")
    hint = gettext_noop("Correct the formula, or write the value; leave the cell empty if there is none.")
    return Problem("cell.excel_error", text, {"value": cut(value)}, hint=hint, value=cut(value))
