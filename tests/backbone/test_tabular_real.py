"""Awkward files that other people's tools have met: each is read as its own answer says, or refused with the way out.

They are not part of the project: put csv-spectrum, and the examples of csvkit and calamine, into a folder
`shared/data/messy_tables` beside it (or name it in MESSY_TABLES) to run these.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
from datetime import date
from pathlib import Path

import pytest
import python_calamine

from backbone.problems import Refused
from backbone.tabular import Columns, Table, read_table

ROOT = Path(__file__).resolve().parents[2]
PLACES = [Path(os.environ.get("MESSY_TABLES", "/nowhere"))]
PLACES += [parent / "shared" / "data" / "messy_tables" for parent in ROOT.parents]
FOLDER = next((place for place in PLACES if place.is_dir()), None)
pytestmark = pytest.mark.skipif(FOLDER is None, reason="there is no folder shared/data/messy_tables beside the project")

ANOTHER_NUMBER = {("location_coordinates", "Contact Phone Number")}  # made up anew in the answer, not in the file


def spectrum() -> list[str]:
    return sorted(path.stem for path in (FOLDER / "csv-spectrum" / "csvs").glob("*.csv")) if FOLDER else []


@pytest.mark.parametrize("name", spectrum())
def test_the_spectrum_of_csv_is_read_to_the_letter(name):
    answer = json.loads((FOLDER / "csv-spectrum" / "json" / f"{name}.json").read_text(encoding="utf-8"))
    answer = answer if isinstance(answer, list) else [answer]
    names = tuple(answer[0])
    content = (FOLDER / "csv-spectrum" / "csvs" / f"{name}.csv").read_bytes()
    if name.endswith("_crlf") and b"\r" not in content:  # lost on the way here
        content = content.replace(b"\n", b"\r\n")
    found = read_table(content, name, Columns(names, required=names))
    assert (found.findings.problems, found.broken) == ([], [])
    read = [dict(zip(names, row.cells, strict=True)) for row in found.rows]
    for row in (*read, *answer):
        for heading in names:
            if (name, heading) in ANOTHER_NUMBER:
                row.pop(heading)
    assert read == answer


def read(name: str) -> Table:
    """A file with its own first row as the columns."""
    path = FOLDER / name
    if path.suffix == ".xlsx":
        book = python_calamine.CalamineWorkbook.from_path(path)
        headings = next(rows[0] for sheet in book.sheet_names if (rows := book.get_sheet_by_name(sheet).to_python()))
    else:
        text = path.read_bytes().decode("utf-8", "replace").splitlines()[:1]
        headings = next(csv.reader(text, delimiter="\t" if path.suffix == ".tsv" else ","), ["a"])
    names = dict.fromkeys(str(heading).strip() for heading in headings if str(heading).strip())
    return read_table(path.read_bytes(), path.name, Columns(tuple(names) or ("a",), ignores_unknown=True))


# name: rows that are read, rows set apart, the codes of what is wrong
READ = {
    "csvkit/bad.csv": (1, 2, ["row.columns", "row.columns"]),
    "csvkit/blanks.csv": (1, 0, []),
    "csvkit/dummy.tsv": (1, 0, []),
    "csvkit/dummy.xlsx": (1, 0, []),
    "csvkit/join_short.csv": (2, 0, []),
    "csvkit/mac_newlines.csv": (2, 0, []),
    "csvkit/no_header_row3.csv": (1, 0, []),
    "csvkit/realdata/FY09_EDU_Recipients_by_State.csv": (52, 0, []),
    "csvkit/realdata/ks_1033_data.csv": (1575, 0, []),
    "csvkit/realdata/ne_1033_data.xlsx": (1036, 0, []),
    "csvkit/sheets.xlsx": (4, 1, ["cell.no_heading"]),
    "csvkit/test.xlsx": (4, 1, ["cell.no_heading"]),
    "csvkit/test_geo.csv": (17, 0, []),
    "csvkit/test_literal_order.csv": (3, 0, []),
    "csvkit/test_locale.csv": (1, 0, []),
    "csvkit/test_utf8_bom.csv": (2, 0, []),
    "calamine/date.xlsx": (2, 0, []),
    "calamine/date_1904.xlsx": (2, 0, []),
    "calamine/issue_174.xlsx": (1, 0, []),
    "calamine/temperature.xlsx": (2, 0, []),
}
REFUSED = {
    "csvkit/empty.csv": ("file.no_rows", None),
    "csvkit/null_byte.csv": ("file.nul", 2),
    "csvkit/test_latin1.csv": ("file.encoding", 3),
    "csvkit/bad_skip_lines.csv": ("header.not_found", 4),
    "csvkit/realdata/Datagov_FY10_EDU_recp_by_State.csv": ("header.not_found", 2),
    "csvkit/dummy.xls": ("file.type", None),
    "calamine/date.ods": ("file.type", None),
    "calamine/merged_range.xls": ("file.type", None),
    "calamine/errors.xlsx": ("header.not_found", 1),
    "calamine/merged_range.xlsx": ("file.sheets", None),
}


@pytest.mark.parametrize("name", READ)
def test_a_file_is_read_and_what_is_wrong_in_it_is_told(name):
    found = read(name)
    codes = [problem.code for problem in found.findings.shown]
    assert (len(found.rows), len(found.broken), codes) == READ[name]


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_table_is_refused_with_the_way_out(name):
    with pytest.raises(Refused) as caught:
        read(name)
    problem = caught.value.problems[0]
    assert (problem.code, problem.row) == REFUSED[name]
    assert problem.hint


def test_days_are_the_same_whether_they_count_from_1900_or_from_1904():
    assert read("calamine/date.xlsx").rows[0].cells[0] == date(2021, 1, 2)
    assert read("calamine/date_1904.xlsx").rows[0].cells[0] == date(2021, 1, 2)


def test_whatever_lies_there_is_read_or_refused():
    for path in sorted(FOLDER.rglob("*.*")):
        if path.suffix in (".csv", ".tsv", ".xls", ".xlsx", ".ods"):
            with contextlib.suppress(Refused):
                read_table(path.read_bytes(), path.name, Columns(("a", "b"), ignores_unknown=True))
