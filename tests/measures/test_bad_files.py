"""Whole files that are wrong, through both doors that take files: refused alike, as a unit, quickly, with a way out."""

from __future__ import annotations

import csv

import pytest
from django.db import transaction
from django.test import Client

from measures.models import Figure
from tests.backbone import test_tabular_xlsx as made
from tests.backbone.workbooks import HEADER, Xml, rows_xml, sheet_xml, table, workbook
from tests.measures.doors import Answer, Desk, csv_of

LINE = "P1,seats,{month},,1,,,,\n"
HEAD = ",".join(HEADER) + "\n"


@pytest.fixture
def desk(riverside, hillcrest):
    return Desk(riverside, hillcrest, "seats", "served")


def at_both_doors(desk: Desk, content: bytes) -> dict[str, Answer]:
    """What each door says to the same bytes; nothing of the measures' tables may have changed."""
    answers = {}
    for name, door in (("browser", desk.csv), ("api", desk.api)):
        point = transaction.savepoint()
        before = desk.counts()
        answers[name] = door(content)
        assert desk.counts() == before, name
        assert answers[name].status < 500, name
        assert "Traceback" not in answers[name].page, name
        transaction.savepoint_rollback(point)
    return answers


def refused(desk: Desk, content: bytes, expected: str = "") -> tuple[str, int | None, str | None]:
    """The first problem (of the expected code) as both doors name it, in the same words; the page says them."""
    answers = at_both_doors(desk, content)
    browser, api = answers["browser"], answers["api"]
    assert api.status == 400, api.page
    assert browser.errors == api.errors
    code, row, column, message = next((one for one in api.errors if one[0] == expected), api.errors[0])
    assert browser.says(message)
    return code, row, column


@pytest.mark.parametrize("name", sorted(made.CONTAINERS))
def test_a_container_that_is_no_sound_workbook_is_refused_at_both_doors(desk, name):
    content, expected = made.CONTAINERS[name]
    assert refused(desk, content)[0] == expected


def lines(desk: Desk, count: int) -> bytes:
    return (HEAD + LINE.format(month=f"{desk.month:%Y-%m}") * count).encode()


def test_files_that_are_too_much_are_refused_at_both_doors(desk):
    assert refused(desk, lines(desk, 50_001))[0] == "file.too_many_rows"
    assert refused(desk, (",".join(f"c{n}" for n in range(5000)) + "\n" + "," * 4999).encode())[0] == (
        "file.too_many_columns"
    )
    wide = HEAD + f"P1,seats,{desk.month:%Y-%m},,1,,,,{'x' * 2_000_000}\n"
    assert refused(desk, wide.encode())[0] == "cell.too_long"
    far = sheet_xml(rows_xml([HEADER]) + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    assert refused(desk, workbook({"Data": far}))[0] in ("file.too_many_rows", "cell.no_heading")


def test_five_thousand_empty_rows_at_the_end_are_passed_over(desk):
    answers = at_both_doors(desk, lines(desk, 1) + b",,,,,,,,\n" * 5000)
    assert [answer.errors for answer in answers.values()] == [[], []]


def month_row(desk: Desk, **cells) -> tuple:
    row = {"partner": "P1", "indicator": "seats", "period": f"{desk.month:%Y-%m}"} | cells
    return tuple(row.get(name, "") for name in HEADER)


WORKBOOKS = {  # cases 87 to 109: (the row's cells, the workbook's settings, the code and column, or None for read)
    "merged-cells": ({"value": 1}, {"after": '<mergeCells><mergeCell ref="A2:A3"/></mergeCells>'}, "cell.merged"),
    "formula-without-cache": ({"value": Xml('<c r="{r}"><f>1+1</f></c>')}, {}, "cell.formula_no_value"),
    "formula-with-cached-value": ({"value": Xml('<c r="{r}"><f>1+1</f><v>2</v></c>')}, {}, None),
    "error-cell": ({"value": Xml('<c r="{r}" t="e"><v>#DIV/0!</v></c>')}, {}, "cell.excel_error"),
    "number-stored-as-text": ({"value": "12"}, {}, None),
    "code-stored-as-number": ({"partner": 1, "value": 1}, {}, "partner.unknown"),
    "shared-strings-missing": ({"value": Xml('<c r="{r}" t="s"><v>7</v></c>')}, {}, "file.damaged"),
    "hidden-rows": ({"value": 1}, {"hidden": frozenset({2})}, None),
    "picture-and-links": ({"value": 1}, {"more": {"xl/media/image1.png": b"\x89PNG" + bytes(100)}}, None),
    "half-a-number": ({"value": 3.5}, {}, "number.not_integer"),
    "float-noise": ({"value": 0.1 + 0.2}, {}, "number.not_integer"),
    "truth": ({"value": Xml('<c r="{r}" t="b"><v>1</v></c>')}, {}, "number.invalid"),
    "far-too-large": ({"value": 1e300}, {}, "number.range"),
    "script-in-a-code": ({"partner": "<script>alert(1)</script>", "value": 1}, {}, "partner.unknown"),
}


@pytest.mark.parametrize("name", WORKBOOKS)
def test_a_workbook_is_judged_like_a_csv(desk, name):
    cells, settings, expected = WORKBOOKS[name]
    content = table([month_row(desk, **cells)], **settings)
    if expected is None:
        answers = at_both_doors(desk, content)
        assert [answer.errors for answer in answers.values()] == [[], []]
        return
    assert refused(desk, content)[0] == expected


def test_two_sheets_with_the_table_are_asked_about_and_a_hidden_one_is_not(desk):
    sheet = sheet_xml(rows_xml([HEADER, month_row(desk, value=1)]))
    assert refused(desk, workbook({"One": sheet, "Two": sheet}))[0] == "file.sheets"
    answers = at_both_doors(desk, workbook({"One": sheet, "Two": sheet}, states={"Two": "hidden"}))
    assert all("note.sheet" in answer.warnings for answer in answers.values())


def test_one_bad_row_among_good_ones_keeps_all_of_them_out(desk):
    content = lines(desk, 1) + f"P1,served,{desk.month:%Y-%m},,x,,,,\n".encode()
    assert refused(desk, content) == ("number.invalid", 3, "value")
    response = Client().post(
        desk.home.api("imports/?dry_run=false"),
        content,
        content_type="text/csv",
        headers={"Authorization": f"Bearer {desk.tokens['P1']}"},
    )
    assert (response.status_code, response.json()["applied"]) == (400, False)
    with desk.home.scope():
        assert not Figure.objects.exists()


def test_a_hundred_of_a_thousand_problems_are_shown_and_all_are_counted(desk):
    content = (HEAD + f"P1,seats,{desk.month:%Y-%m},,x,,,,\n" * 1000).encode()
    response = Client().post(
        desk.home.api("imports/"),
        content,
        content_type="text/csv",
        headers={"Authorization": f"Bearer {desk.tokens['P1']}"},
    )
    body = response.json()
    assert (len(body["errors"]), body["error_count"], body["truncated"]) == (100, 1000, True)
    assert "the first 100 of 1000" in desk.csv(content).page


@pytest.mark.parametrize("formula", ["=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "\t=1", "＝1"])
def test_text_that_a_spreadsheet_would_run_is_kept_and_made_harmless_on_the_way_out(desk, formula):
    row = {"partner": "P1", "indicator": "seats", "period": f"{desk.month:%Y-%m}", "value": "1", "note": formula}
    answer = desk.csv(csv_of([row]), is_applied=True)
    assert not answer.errors
    assert desk.stored("seats") == [("", 1, formula.strip())]
    page = desk.client.get(desk.home.url("imports/template/?format=csv")).content.decode("utf-8-sig")
    notes = [line["note"] for line in csv.DictReader(page.splitlines()) if line["indicator"] == "seats"]
    assert f"'{formula.strip()}" in notes
