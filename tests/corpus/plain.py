"""The awkward CSV files, cases 1 to 31: what partners' tools, mail programs and hands make of a table."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

NAMES = ("partner", "indicator", "period", "category", "value", "numerator", "denominator", "weight", "note")
HEAD = ",".join(NAMES) + "\n"
RATE = "P1,placed,2026-10,,,15,50,,\n"
SEPTEMBER = "P1,placed,2026-09,,,1,2,,"
SEATS = "P1,seats,2026-10,,1,,,,\n"

File = tuple[int, str, bytes, dict[str, Any]]
DOORS_OF_LIMITS = {"command": {"skip": "the operator's command has no such limit"}}


def files() -> Iterator[File]:
    """(case, name, content, what is expected)."""
    for case, name, content, expected in _small():
        yield case, f"{name}.csv", content.encode() if isinstance(content, str) else content, expected
    for case, name, content, expected in _large():
        yield case, f"{name}.csv", content.encode() if isinstance(content, str) else content, expected


def _small() -> Iterator[tuple[int, str, str | bytes, dict[str, Any]]]:
    yield 1, "empty-0-bytes", "", {"code": "file.empty", "message": "The file is empty"}
    yield 2, "only-header", HEAD, {"code": "file.no_rows"}
    yield 3, "only-blank-lines", "\n\r\n  \n,,\n", {"code": "file.no_rows"}
    missing = {"code": "header.missing", "row": 1, "column": "period", "message": "period", "hint": "template"}
    yield 4, "header-missing-column", HEAD.replace("period,", "") + "P1,placed,,,1,2,,\n", missing
    unknown = {"code": "header.unknown", "row": 1, "column": "numerater", "message": "Did you mean “numerator”"}
    yield 5, "header-unknown-column", HEAD.replace("numerator", "numerater") + RATE, unknown
    duplicate = {"code": "header.duplicate", "row": 1, "column": "value"}
    yield 6, "header-duplicate-column", HEAD.replace("weight", "Value") + RATE, duplicate
    spaced = HEAD.replace("partner", " PartNer ").replace("indicator", "INDICATOR").replace("note", "Note\u00a0")
    yield 7, "header-case-and-spaces", spaced + RATE, {"rows": [2]}
    title = "Monthly figures of the partners,,,,,,,,\n,,,,,,,,\n"
    yield 8, "header-in-row-3", title + HEAD + RATE, {"code": "header.not_found", "row": 3, "message": "row 3"}
    accented = RATE.replace("P1", "Peña")
    yield 9, "bom-utf8", b"\xef\xbb\xbf" + (HEAD + accented).encode(), {"rows": [2], "first": {"partner": "Peña"}}
    tabbed = (HEAD + accented).replace(",", "\t").encode("utf-16-le")
    yield 10, "utf16-le-bom", b"\xff\xfe" + tabbed, {"rows": [2], "first": {"partner": "Peña"}}
    other_end = b"\xfe\xff" + (HEAD + accented).encode("utf-16-be")
    yield 10, "utf16-be-bom", other_end, {"rows": [2], "first": {"partner": "Peña"}}
    unmarked = {"code": "file.encoding", "row": 1, "hint": "CSV UTF-8"}
    yield 10, "utf16-no-mark", (HEAD + RATE).encode("utf-16-le"), unmarked
    windows = {"code": "file.encoding", "row": 3, "value": "0xF1", "message": "ñ"}
    yield 11, "windows-1252-accents", (HEAD + RATE + accented).encode("cp1252"), windows
    yield 13, "nul-bytes", HEAD + RATE + RATE + RATE.replace("P1", "P\0"), {"code": "file.nul", "row": 4}
    mixed = HEAD[:-1] + "\r\n" + RATE[:-1] + "\r" + RATE + RATE[:-1] + "\r\n\r\n" + RATE[:-1]
    yield 14, "mixed-line-ends", mixed, {"rows": [2, 3, 4, 6]}
    semicolons = (HEAD + RATE).replace(",", ";").replace(";\n", ';"one, two"\n')
    yield 15, "semicolon-delimiter", semicolons, {"rows": [2], "first": {"note": "one, two"}}
    yield 15, "sep-line", "sep=;\n" + (HEAD + RATE).replace(",", ";"), {"rows": [3]}
    yield 16, "tab-delimiter", (HEAD + RATE).replace(",", "\t"), {"rows": [2]}
    yield 17, "pipe-delimiter", (HEAD + RATE).replace(",", "|"), {"code": "file.delimiter", "row": 1, "value": "|"}
    unclosed = {"code": "row.unclosed_quote", "row": 3, "rows": [2]}
    yield 18, "unclosed-quote", HEAD + RATE + f'{SEPTEMBER}"never closed\n' + RATE * 20, unclosed
    later = HEAD + RATE + SEPTEMBER.replace("placed", '"placed') + "\n" + RATE * 3
    later += 'P3,"placed",2026-09,,,1,2,,\n' + RATE
    yield 18, "unclosed-quote-closed-later", later, unclosed
    bad_quote = {"code": "row.bad_quote", "row": 3, "rows": [2, 4]}
    yield 19, "quote-in-middle", HEAD + RATE + f'{SEPTEMBER}a 5" pipe\n' + RATE, bad_quote
    yield 19, "text-after-quote", HEAD + RATE + SEPTEMBER.replace("placed", '"pla"ced') + "\n" + RATE, bad_quote
    two_lines = 'two\r\nlines, and ""quotes""'
    broken = HEAD + f'P1,placed,2026-10,,,1,2,,"{two_lines}"\n' + "P1,placed,2026-09,,,1,2,\n" + SEATS
    yield 20, "embedded-newline-in-cell", broken, {
        "code": "row.columns", "row": 3, "rows": [2, 4], "first": {"note": 'two\r\nlines, and "quotes"'},
    }  # fmt: skip
    yield 21, "ragged-short", HEAD + RATE + "P1,placed,2026-09,,5\n" + RATE, {
        "code": "row.columns", "row": 3, "message": "has 5 cells, expected 9", "rows": [2, 4],
    }  # fmt: skip
    yield 22, "ragged-long", HEAD + f"{SEPTEMBER}a note, with a comma\n" + RATE, {
        "code": "row.columns", "row": 2, "message": "has 10 cells, expected 9", "rows": [3],
    }  # fmt: skip
    yield 22, "ragged-long-but-blank", HEAD[:-1] + ",,\n" + RATE[:-1] + ",,,,\n", {"rows": [2]}
    packed = {"code": "file.type", "message": "compressed", "hint": ".xlsx"}
    yield 27, "gzip-renamed", gzip.compress((HEAD + RATE).encode(), 0, mtime=0), packed
    page = "<!DOCTYPE html>\n<html><body><table><tr><td>partner</td></tr></table></body></html>\n"
    yield 28, "html-renamed", page, {"code": "file.type", "message": "web page"}
    yield 29, "pdf-renamed", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", {"code": "file.type", "message": "PDF"}
    yield 29, "json-renamed", '{"partner": "P1"}\n', {"code": "file.type", "message": "JSON"}
    yield 30, "problem-column", HEAD[:-1] + ",problem\n" + RATE[:-1] + ",was wrong\n", {"rows": [2]}
    notes = {"seats": "=cmd|' /C calc'!A0", "hours": "+1", "funds": "-1", "served": "@SUM(A1)", "quarterly": "\t=1+1"}
    rows = "".join(
        f'P1,{slug},{"2026-07" if slug == "quarterly" else "2026-10"},,1,,,,"{note}"\n' for slug, note in notes.items()
    )
    rows += 'P1,placed,2026-10,,,15,50,,"＝1"\n'
    yield 31, "formula-cells", HEAD + rows, {
        "rows": [2, 3, 4, 5, 6, 7], "first": {"note": "=cmd|' /C calc'!A0", "value": "1"},
    }  # fmt: skip
    unnamed = "partner,indicator,period,,value\nP1,seats,2026-10,,1\nP1,hours,2026-10,x,1\n"
    yield 78, "unnamed-column", unnamed, {"code": "cell.no_heading", "row": 3, "rows": [2]}
    yield 79, "lone-surrogate", (HEAD + SEATS[:-1]).encode() + b"\xed\xa0\x80\n", {"code": "file.encoding", "row": 2}


def _large() -> Iterator[tuple[int, str, str | bytes, dict[str, Any]]]:
    """Made when they are needed, not kept."""
    far = HEAD.encode() + RATE.encode() * 4709 + b"P1,placed,2026-10,,,15,50,,caf\xe9\n" + RATE.encode() * 5
    yield 12, "invalid-utf8-middle", far, {"code": "file.encoding", "row": 4711, "value": "0xE9"}
    yield 23, "field-2MB", HEAD + SEATS[:-1] + "x" * 2_000_000 + "\n", {
        "code": "cell.too_long", "row": 2, "message": "more than 10000 characters",
    }  # fmt: skip
    too_large = {"code": "body.too_large", "http": 413, "page": {"http": 413, "code": None}}
    yield 24, "one-line-too-large", b"x" * 12_000_000, too_large | {"command": {"skip": "has no limit of bytes"}}
    many = {"code": "file.too_many_rows", "row": 50_002, "message": "more than 50000 rows"} | DOORS_OF_LIMITS
    yield 25, "rows-50001", HEAD + SEATS * 50_001, many
    wide = ",".join(f"c{n}" for n in range(5000)) + "\n" + "," * 4999
    yield 26, "columns-5000", wide, {"code": "file.too_many_columns", "message": "5000 columns; at most 60"}
    yield 30, "trailing-empty-5000-rows", HEAD + SEATS + ",,,,,,,,\n" * 5000, {"rows": [2]}
