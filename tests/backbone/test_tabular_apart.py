"""Reading in a process apart: the same answers, and whatever a file does, whoever asked for it lives."""

from __future__ import annotations

import os
import pickle
import signal
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from backbone.problems import Refused
from backbone.tabular import DEFAULT, Columns, Form, apart, read_apart, read_table
from backbone.tabular.table import MEGABYTE
from tests.backbone.workbooks import HEADER, ROW, rows_xml, sheet_xml, table, workbook

FIGURES = Columns(HEADER, required=("partner", "indicator", "period"))
FORM = Form("_facts", Columns(("key", "value"), required=("key",), ignores_unknown=True))
SMALL = replace(DEFAULT, memory_bytes=120 * MEGABYTE)
LINE = b"RF4,within-4h,2017-03,,,18410,21289,,\n"
CSV = ",".join(HEADER).encode() + b"\n"


def refusal(content: bytes, limits=DEFAULT, **settings) -> str:
    with pytest.raises(Refused) as caught:
        read_apart(content, "figures", FIGURES, limits, **settings)
    return caught.value.problems[0].code


@pytest.mark.parametrize("content", [CSV + LINE * 3, table([ROW] * 3), CSV + LINE + b"RF4,x\n"])
def test_a_table_comes_back_as_it_was_read(content):
    here, there = read_table(content, "figures", FIGURES), read_apart(content, "figures", FIGURES)
    assert (there.rows, there.broken, there.notes) == (here.rows, here.broken, here.notes)
    assert there.findings.problems == here.findings.problems
    assert there.header.positions == here.header.positions


def test_a_form_comes_back_with_its_facts():
    facts = sheet_xml(rows_xml([("version", "1"), ("partner", "P1")]))
    entry = sheet_xml(rows_xml([("key", "indicator", "value"), ("k1", "Seats", 12)]))
    found = read_apart(
        workbook({"Entry": entry, "_facts": facts}, states={"_facts": "veryHidden"}), "x", FIGURES, form=FORM
    )
    assert found.facts == {"version": "1", "partner": "P1"}
    assert found.rows == [(2, ("k1", 12))]


def test_a_refusal_comes_back_with_its_words():
    assert refusal(b"") == "file.empty"
    assert refusal(CSV) == "file.no_rows"
    assert refusal(b"%PDF-1.4 " + bytes(100)) == "file.type"


def test_it_is_told_how_many_rows_there_are_by_now():
    told = []
    read_apart(table([ROW] * 8_000), "figures", FIGURES, on_rows=told.append)
    assert told == sorted(told)
    assert all(0 < count <= 8_000 for count in told)


def test_a_file_that_takes_too_much_memory_is_refused_and_the_next_one_is_read():
    note = b"x" * 150
    heavy = CSV + b"".join(LINE[:-1] + note + str(number).encode() + b"\n" for number in range(45_000))
    assert refusal(heavy, replace(SMALL, memory_bytes=70 * MEGABYTE)) == "file.too_large_to_read"
    assert len(read_apart(CSV + LINE, "figures", FIGURES, SMALL).rows) == 1


def test_a_file_that_takes_too_long_is_refused_and_the_next_one_is_read():
    assert refusal(table([ROW] * 8_000), replace(DEFAULT, seconds=0.02)) == "file.too_slow"
    assert len(read_apart(CSV + LINE, "figures", FIGURES).rows) == 1


def test_a_reader_that_is_killed_refuses_its_file_and_a_server_that_is_gone_is_started_again():
    read_apart(CSV + LINE, "figures", FIGURES)
    os.kill(apart._server._process.pid, signal.SIGKILL)
    apart._server._process.wait()
    assert len(read_apart(CSV + LINE, "figures", FIGURES).rows) == 1

    def kill(_count: int) -> None:
        children = f"/proc/{apart._server._process.pid}/task/{apart._server._process.pid}/children"
        for pid in map(int, Path(children).read_text().split()):
            os.kill(pid, signal.SIGKILL)

    assert refusal(table([ROW] * 40_000), on_rows=kill) in ("file.unreadable",)


def test_many_may_read_at_once():
    found = []

    def read(count: int) -> None:
        found.append(len(read_apart(CSV + LINE * count, "figures", FIGURES).rows))

    threads = [threading.Thread(target=read, args=(count,)) for count in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == list(range(1, 9))


def test_an_answer_may_hold_tables_and_nothing_else():
    class Evil:
        def __reduce__(self):
            return os.system, ("true",)

    with pytest.raises(pickle.UnpicklingError, match="no part of a table"):
        apart._Answers(__import__("io").BytesIO(pickle.dumps(Evil()))).load()
