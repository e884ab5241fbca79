"""Our workbook through a spreadsheet program: opened, calculated and saved by LibreOffice, it still says the same."""

from __future__ import annotations

import io
import shutil
import subprocess
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from measures.importing.workbooks import layout
from tests import factories
from tests.measures.test_workbooks import apply, column_of, download, page_of, put, row_of, upload, work

__all__ = ["work"]

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
pytestmark = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed on this machine")


def saved_again(content: bytes, folder: Path) -> openpyxl.Workbook:
    """The workbook as LibreOffice saves it, with everything calculated anew."""
    (folder / "in").mkdir()
    (folder / "in" / "book.xlsx").write_bytes(content)
    subprocess.run(
        [
            OFFICE, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "xlsx",
            "--outdir", str(folder / "out"), str(folder / "in" / "book.xlsx"),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return openpyxl.load_workbook(folder / "out" / "book.xlsx")


def test_it_is_opened_calculated_and_saved_without_a_change(work, tmp_path):
    with work.scope():
        work.indicators["seats"].name = '=HYPERLINK("http://127.0.0.1/","x")'
        work.indicators["seats"].save()
        factories.make_figure(
            work.indicators["hours"], work.partners[0], date(2026, 10, 1), "123456789.125", note="@SUM(A1)"
        )
    book = download(work)
    for slug, name, value in (
        ("seats", "value", 0), ("placed", "numerator", 15), ("placed", "denominator", 50), ("people", "value", 60),
        ("people", "counted", "only people new this year"),
    ):  # fmt: skip
        put(page_of(book), slug, name, value)
    apply(work, upload(work, book))
    file = io.BytesIO()
    download(work).save(file)
    again = saved_again(file.getvalue(), tmp_path)

    cells = [cell for sheet in again for line in sheet.iter_rows() for cell in line]
    assert not [cell.value for cell in cells if cell.data_type in ("f", "e")]
    page = page_of(again)
    assert page.protection.sheet
    assert not page.cell(row_of(page, "seats"), column_of(page, "value")).protection.locked
    assert {rule.type for rule in page.data_validations.dataValidation} >= {"whole", "list"}
    assert again[layout.FACTS_SHEET].sheet_state != "visible"
    assert page.row_dimensions[1].hidden

    found = upload(work, again)
    assert [found.outcome[name] for name in ("created", "changed", "unchanged", "error_count")] == [0, 0, 4, 0]
