"""What a file holds once it is read: rows of raw cells, notes to the reader, and what is wrong."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from backbone.problems import Problem, Refused
from backbone.tabular.columns import Columns, Header

Raw = str | int | float | bool | datetime.date | datetime.time | datetime.timedelta
"""One cell as the file gives it; blank is "". CSV gives only str, XLSX its own types."""

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may hold. `rows` None: no limit (bulk commands, which stream)."""

    file_bytes: int | None = 10 * MEGABYTE
    unpacked_bytes: int = 50 * MEGABYTE
    unpacked_ratio: int = 100
    members: int = 200
    rows: int | None = 50_000
    columns: int = 60
    cell_characters: int = 10_000
    seconds: float = 20  # of a processor, where a file is read in a process apart
    memory_bytes: int = 512 * MEGABYTE


DEFAULT = Limits()
BULK = Limits(file_bytes=None, unpacked_bytes=1024 * MEGABYTE, rows=None)
"""For commands run by the operator on files of a million rows; never for an upload."""


class Row(NamedTuple):
    """One row: its number as a spreadsheet shows it (row 1 is the first line), cells in the declared column order."""

    number: int
    cells: tuple[Any, ...]


@dataclass(frozen=True)
class Form:
    """A workbook of our own making: it is known by a hidden sheet of facts (name, value), and its table has `columns`.

    Only the facts and the columns' hidden names are read; every heading that people see may be changed.
    """

    facts_sheet: str
    columns: Columns


class Findings:
    """Everything found wrong in one file: all is counted, the first `keep` are kept, the first `show` shown."""

    def __init__(self, keep: int = 100_000, show: int = 100):
        self.keep = keep
        self.show = show
        self.problems: list[Problem] = []
        self.error_count = 0
        self.warning_count = 0

    def add(self, problem: Problem) -> None:
        if problem.is_warning:
            self.warning_count += 1
        else:
            self.error_count += 1
        if len(self.problems) < self.keep:
            self.problems.append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self.add(problem)

    @property
    def shown(self) -> list[Problem]:
        """Errors before warnings, each in the order of the file's rows, at most `show` of them."""
        return sorted(self.problems, key=lambda problem: (problem.is_warning, problem.row or 0))[: self.show]

    @property
    def truncated(self) -> bool:
        return self.error_count + self.warning_count > self.show

    def refuse(self) -> None:
        """Raise Refused with what is shown, if there is any error."""
        if self.error_count:
            raise Refused(*self.shown)


@dataclass(slots=True)
class Table:
    """One file, read. `rows` are the sound ones; `broken` have a fault of form, which is in `findings`: too few cells,
    a bad quote, an error cell, a merged range… Whoever judges the rows adds to the same `findings`.

    `notes` are warnings about the file as a whole (which sheet was used, hidden rows, formulas). `epoch_1904` is for
    `DateFormat`: day numbers in this workbook count from 1904. `format` is "csv" or "xlsx". `facts` are those of a
    form of ours, and empty for any other file.
    """

    columns: Columns
    header: Header
    format: str
    rows: list[Row] = field(default_factory=list)
    broken: list[Row] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    notes: tuple[Problem, ...] = ()
    sheet: str = ""
    epoch_1904: bool = False
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def present(self) -> tuple[str, ...]:
        """The columns that the file has, in the declared order."""
        return tuple(name for name in self.columns.names if name in self.header.positions)


Item = TypeVar("Item")
TOLD_EVERY = 1_000


def told(rows: Iterable[Item], on_rows: Callable[[int], None]) -> Iterator[Item]:
    """The same rows, counted aloud."""
    for count, row in enumerate(rows, start=1):
        if count % TOLD_EVERY == 0:
            on_rows(count)
        yield row
