"""CSV files of every kind: what is read, what is refused, in which words, how quickly."""

from __future__ import annotations

import io
import json
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backbone.problems import Refused
from backbone.tabular import Columns, Findings, Limits, read_table, stream_csv, stream_table
from backbone.tabular.csv_file import quoting
from tests.corpus import make
from tests.waiting import no_runaway

CORPUS = Path(__file__).parent.parent / "corpus"
CASES = [
    case
    for case in json.loads((CORPUS / "expected.json").read_text(encoding="utf-8"))
    if case["file"].endswith(".csv") and (case["case"] <= 31 or "unnamed" in case["file"]) and case["http"] != 413
]
FIGURES = Columns(
    ("partner", "indicator", "period", "category", "value", "numerator", "denominator", "weight", "note"),
    required=("partner", "indicator", "period"),
    aliases={"organisation": "partner"},
)
HEADER = "partner,indicator,period,category,value,numerator,denominator,weight,note\n"
ROW = "RF4,within-4h,2017-03,,,18410,21289,,\n"


def read(content: bytes | str, columns: Columns = FIGURES, **limits):
    data = content.encode() if isinstance(content, str) else content
    return read_table(data, "figures.csv", columns, Limits(**limits))


def refusal(content: bytes | str, columns: Columns = FIGURES, **limits):
    with pytest.raises(Refused) as caught:
        read(content, columns, **limits)
    return caught.value.problems[0]


def problems_of(content: bytes | str, columns: Columns = FIGURES):
    try:
        return read(content, columns).findings.shown
    except Refused as refused:
        return refused.problems


@pytest.mark.parametrize("case", CASES, ids=[case["file"] for case in CASES])
def test_a_file_of_the_corpus_gets_the_expected_answer(case):
    content = make.content_of(case["file"])
    table = None
    with no_runaway():
        try:
            table = read(content)
            problems = table.findings.shown
        except Refused as refused:
            problems = refused.problems
    if "code" in case:
        problem = problems[0]
        assert problem.code == case["code"]
        assert len(problems) == 1
        for name in ("row", "column", "value"):
            if name in case:
                assert getattr(problem, name) == case[name]
        assert case.get("message", "") in problem.message
        assert case.get("hint", "") in problem.hint
    else:
        assert problems == []
    if "rows" in case:
        assert [row.number for row in table.rows] == case["rows"]
        cells = dict(zip(FIGURES.names, table.rows[0].cells, strict=True))
        assert {name: cells[name] for name in case.get("first", {})} == case.get("first", {})


def test_rows_come_in_the_declared_order_whatever_the_order_of_the_file():
    table = read("Note,period,INDICATOR,Organisation\nhello,2017-03,within-4h,RF4\n")
    assert table.rows == [(2, ("RF4", "within-4h", "2017-03", "", "", "", "", "", "hello"))]
    assert table.present == ("partner", "indicator", "period", "note")


def test_one_column_alone_is_a_table():
    assert read("e-mail\nana@example.org\n\nben@example.org\n", Columns(("e-mail",), required=("e-mail",))).rows == [
        (2, ("ana@example.org",)),
        (4, ("ben@example.org",)),
    ]


def test_columns_that_are_not_ours_are_named_when_they_are_passed_over():
    columns = Columns(("name",), required=("name",), ignores_unknown=True)
    table = read("name,shoe size\nAna,39\n", columns)
    assert table.rows == [(2, ("Ana",))]
    assert "shoe size" in table.notes[0].message
    assert table.notes[0].is_warning


def test_every_fault_of_the_header_is_told_at_once():
    with pytest.raises(Refused) as caught:
        read("partner,partner,indicatr\nRF4,RF4,x\n")
    assert [problem.code for problem in caught.value.problems] == [
        "header.duplicate",
        "header.unknown",
        "header.missing",
        "header.missing",
    ]


def test_a_title_that_names_a_column_by_chance_is_no_header():
    problem = refusal("partner,Riverside\n\n" + HEADER + ROW)
    assert (problem.code, problem.row) == ("header.not_found", 3)


def test_columns_refuse_a_required_name_that_they_do_not_have():
    with pytest.raises(ValueError, match="parnter"):
        Columns(("partner",), required=("parnter",))


def test_the_number_of_a_row_with_a_bad_byte_is_right_far_into_the_file():
    content = (HEADER + ROW * 4709).encode() + b"RF4,within-4h,2017-03,,,1,2,,caf\xe9\n" + ROW.encode() * 50_000
    problem = refusal(content, rows=100_000)
    assert (problem.code, problem.row, problem.value) == ("file.encoding", 4711, "0xE9")
    assert f"byte {len((HEADER + ROW * 4709).encode()) + 33} " in problem.message


def test_a_bad_byte_behind_a_cell_of_two_lines_is_counted_in_rows():
    content = HEADER.encode() + b'RF4,x,2017-03,,,,,,"two\nlines"\n' + b"RF4,x,2017-03,,,,,,\xff\n"
    assert refusal(content).row == 3


@pytest.mark.parametrize("before", [262_142, 262_143, 262_144])
def test_the_place_of_a_bad_byte_is_right_where_two_pieces_of_the_file_meet(before):
    rows = HEADER.encode() + ROW.encode() * 6000
    content = rows + b"RF4,x,2017-03,,,,,," + b"y" * (before - len(rows) - 19) + b"\xc3\xb1\xff\n"
    problem = refusal(content)
    assert (problem.code, problem.row) == ("file.encoding", 6002)
    assert f"byte {before + 3} " in problem.message


def test_a_character_cut_off_at_the_end_is_told():
    assert refusal((HEADER + ROW + "Pe").encode() + b"\xc3").row == 3


@pytest.mark.parametrize("size", [262_143, 262_144, 262_145])
def test_rows_survive_the_borders_of_the_pieces_in_which_a_file_is_read(size):
    start = (HEADER + "RF4,x,2017-03,,,,,,").encode()
    filler = b"".join(b"RF4,x,2017-03,,,,,,\xc3\xb1\r\n" for _ in range(20_000))
    content = start + b"y" * ((size - len(start)) % 23) + b"\r\n" + filler
    table = read(content)
    assert [row.number for row in table.rows] == list(range(2, 20_003))
    assert {row.cells[-1] for row in table.rows[1:]} == {"ñ"}


@pytest.mark.parametrize(
    ("cell", "rest_is_read"),
    [
        ("x" * 10_001, True),
        ("x" * 1_000_000, True),  # beyond the csv module's own limit, which must not surface
        ('"' + "x" * 1_000_000 + '"', True),
        ("x" * 2_000_000, False),  # longer than any row can be: nothing behind it is looked at
    ],
)
def test_a_cell_that_is_too_long_is_told_in_our_words(cell, rest_is_read):
    table = read(HEADER + f"RF4,x,2017-03,,,,,,{cell}\n" + ROW)
    problem = table.findings.shown[0]
    assert (table.findings.error_count, problem.code, problem.row) == (1, "cell.too_long", 2)
    assert len(problem.value) <= 80
    assert [row.number for row in table.rows] == ([3] if rest_is_read else [])


def test_a_cell_at_the_limit_is_read():
    assert read(HEADER + f"RF4,x,2017-03,,,,,,{'x' * 10_000}\n").findings.error_count == 0


def test_a_file_over_the_limit_is_refused_before_it_is_read():
    content = bytes(200 * 1024 * 1024)
    with no_runaway():
        problem = refusal(content)
    assert problem.code == "file.too_large"
    assert "at most 10 MB" in problem.message


def test_one_endless_line_is_given_up_early():
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size=-1):
            Endless.given += size
            return b"x" * size

    with pytest.raises(Refused):
        list(stream_csv(Endless(), FIGURES))
    assert Endless.given < 5_000_000


def test_one_row_too_many_is_one_too_many():
    assert len(read(HEADER + ROW * 50_000).rows) == 50_000
    problem = refusal(HEADER + ROW * 50_001)
    assert (problem.code, problem.row) == ("file.too_many_rows", 50_002)


def test_five_thousand_columns_are_too_many():
    problem = refusal(",".join(f"c{number}" for number in range(5000)) + "\n" + "1," * 4999 + "1\n")
    assert (problem.code, problem.value) == ("file.too_many_columns", "5000")


def test_thousands_of_empty_rows_at_the_end_are_no_matter():
    assert len(read(HEADER + ROW + ",,,,,,,,\n" * 5000 + "\n" * 5000).rows) == 1


def test_all_faults_are_counted_and_the_first_hundred_shown():
    table = read(HEADER + "RF4,x\n" * 250 + ROW)
    assert table.findings.error_count == 250
    assert len(table.findings.shown) == 100
    assert table.findings.truncated
    assert [row.number for row in table.broken] == list(range(2, 252))
    with pytest.raises(Refused) as caught:
        table.findings.refuse()
    assert len(caught.value.problems) == 100


def test_seconds_of_arc_are_read_as_they_are_written():
    found = read(HEADER + "RF4,within-4h,2017-03,,,1,2,,37°36'37.8\"N 121°2'17.9\"W\n")
    assert found.rows[0].cells[-1] == "37°36'37.8\"N 121°2'17.9\"W"
    assert problems_of(HEADER + 'RF4,within-4h,2017-03,,,1,2,,a 5" pipe\n')[0].code == "row.bad_quote"


def test_a_hostile_row_of_quotes_takes_no_time():
    for text in ('"' * 60_000 + "x", '""' * 30_000 + "x", '","' * 20_000 + 'x"', 'a"' * 30_000):
        with no_runaway():
            quoting(",").fullmatch(text)
            assert read(HEADER + text + "\n" + ROW).findings.error_count


def test_a_million_rows_stream_at_constant_memory():
    class Generated(io.RawIOBase):
        """A file that is never there as a whole."""

        def __init__(self, rows):
            self.pieces = iter([HEADER.encode()] + [ROW.encode() * 1000] * (rows // 1000))

        def read(self, size=-1):
            return next(self.pieces, b"")

    def peak(rows):
        tracemalloc.start()
        assert sum(1 for _ in stream_csv(Generated(rows), FIGURES)) == rows
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    small, large = peak(10_000), peak(200_000)
    assert large < small * 1.2
    assert large < 8_000_000


def test_a_stream_collects_the_faults_and_goes_on():
    rows = stream_csv(io.BytesIO((HEADER + "RF4\n" + ROW).encode()), FIGURES)
    assert [row.number for row in rows] == [3]
    assert [problem.code for problem in rows.findings.problems] == ["row.columns"]
    assert rows.broken == []


def test_a_stream_of_either_kind_gives_the_same_rows():
    findings = Findings()
    assert [
        r.number for r in stream_table(io.BytesIO((HEADER + ROW).encode()), "f.csv", FIGURES, findings=findings)
    ] == [2]


def test_fifty_thousand_rows_are_read():
    with no_runaway():
        assert len(read((HEADER + ROW * 50_000).encode()).rows) == 50_000


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_a_refusal(content):
    for data in (content, HEADER.encode() + content, HEADER.encode() + ROW.encode() + content):
        assert all(problem.message and problem.code for problem in problems_of(data))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(alphabet="ab\",;\t\r\n'=\x00é", max_size=30), max_size=8))
def test_no_text_raises_anything_but_a_refusal(lines):
    columns = Columns(("a", "b"), required=("a",))
    for delimiter in ",;\t":
        problems = problems_of(f"a{delimiter}b\n" + "\n".join(lines), columns)
        assert all(problem.code.startswith(("file.", "header.", "row.", "cell.")) for problem in problems)
