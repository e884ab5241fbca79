"""Reading CSV: any usual encoding mark, delimiter and line end; right row numbers; constant memory."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import BinaryIO

from backbone.problems import Problem, Refused, cut, gettext_noop
from backbone.tabular.columns import HEADER_SEARCH_ROWS, Columns, Header, find_header
from backbone.tabular.faults import (
    bad_quote,
    no_heading,
    no_rows,
    too_long,
    too_many_columns,
    too_many_rows,
    wrong_width,
)
from backbone.tabular.neutral import unquoted
from backbone.tabular.table import Findings, Limits, Row

CHUNK_BYTES = 256 * 1024
SAMPLE_CHARACTERS = 64 * 1024
DELIMITERS = ",;\t"
OTHER_DELIMITERS = "|:^~"
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# 37°36'37.8"N: here the quote is the sign of seconds, and is read as it is written.
_SECONDS_OF_ARC = re.compile(r"""(?<![0-9])([0-9]{1,2}['′][0-9]{1,2}(?:\.[0-9]{1,6})?)\"""")
SAVE_AS_UTF8 = gettext_noop("Save the file again as “CSV UTF-8 (comma delimited)”, or upload it as .xlsx.")


class Lines:
    """The lines of a file, decoded, line ends kept. After the last one, `fault` says what stopped the reading."""

    def __init__(self, file: BinaryIO, head: bytes, limits: Limits):
        self.file = file
        self.fault: Problem | None = None
        # A longer line has more columns or a longer cell than allowed, even with every quote in it doubled.
        self.longest = limits.columns * (2 * limits.cell_characters + 3)
        mark, self.encoding = next(((mark, name) for mark, name in MARKS if head.startswith(mark)), (b"", "utf-8"))
        self.head = head[len(mark) :]
        self.offset = len(mark)

    def chunks(self) -> Iterator[bytes]:
        yield self.head
        while chunk := self.file.read(CHUNK_BYTES):
            yield chunk
        yield b""

    def __iter__(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self.encoding)()
        tail = ""
        for chunk in self.chunks():
            start = self.offset - len(decoder.getstate()[0])
            self.offset += len(chunk)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                text = error.object[: error.start].decode(self.encoding)
                self.fault = _encoding_fault(error, start + error.start, self.encoding)
            if "\0" in text:
                text = text[: text.index("\0")]
                self.fault = UTF_16 if self.head[:200].count(0) > len(self.head[:200]) // 4 else NUL
            lines = list(io.StringIO(tail + text, newline=""))
            if self.fault:
                yield from lines[:-1] if lines and not lines[-1].endswith(("\n", "\r")) else lines
                return
            # The last piece may go on in the next chunk; so may a carriage return, with its line feed.
            tail = lines.pop() if chunk and lines and not lines[-1].endswith("\n") else ""
            yield from lines
            if len(tail) > self.longest:
                yield tail
                return


NUL = Problem(
    "file.nul",
    gettext_noop("Row {row} holds a NUL byte, which no text has."),
    hint=gettext_noop("Export the file again; it was probably damaged, or saved in another format."),
)

UTF_16 = Problem(
    "file.encoding",
    gettext_noop("Row {row}: the file seems to be UTF-16 text, but does not begin with the mark that says so."),
    hint=SAVE_AS_UTF8,
)


def _encoding_fault(error: UnicodeDecodeError, position: int, encoding: str) -> Problem:
    byte = error.object[error.start]
    params = {"byte": f"0x{byte:02X}", "position": position + 1}
    if encoding != "utf-8":
        text = gettext_noop("Row {row}: byte {position} of the file ({byte}) does not fit the encoding it announces.")
        return Problem("file.encoding", text, params, hint=SAVE_AS_UTF8, value=params["byte"])  # type: ignore[arg-type]
    try:
        params["character"] = bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        text = gettext_noop("Row {row}: byte {position} of the file ({byte}) is not UTF-8 text.")
    else:
        text = gettext_noop(
            "Row {row}: byte {position} of the file ({byte}) is not UTF-8 text. "
            "In an older Windows file it would be “{character}”."
        )
    return Problem("file.encoding", text, params, hint=SAVE_AS_UTF8, value=params["byte"])  # type: ignore[arg-type]


class CsvRows:
    """Rows of one CSV file, one at a time, at constant memory. The header is read, and judged, on creation.

    Iterating gives the sound `Row`s; a row with a fault of form goes to `broken` (when `keep_broken`) and its problem
    to `findings`. Raises Refused for what concerns the whole file: on creation for its type, encoding, delimiter and
    header, later for `file.encoding`, `file.nul`, `file.too_many_rows`, `file.no_rows`.
    """

    def __init__(
        self,
        file: BinaryIO,
        columns: Columns,
        limits: Limits,
        *,
        head: bytes = b"",
        findings: Findings | None = None,
        keep_broken: bool = False,
    ):
        self.columns = columns
        self.limits = limits
        self.findings = Findings() if findings is None else findings
        self.broken: list[Row] = []
        self.keep_broken = keep_broken
        self.row_count = 0
        self._lines = Lines(file, head or file.read(CHUNK_BYTES), limits)
        lines = iter(self._lines)
        sample = _sample(lines)
        announced = re.fullmatch(r"sep=(.)\s*", sample[0], re.IGNORECASE) if sample else None
        self.delimiter = announced[1] if announced else sniff_delimiter(sample, columns)
        if self.delimiter not in DELIMITERS:
            raise Refused(_delimiter_problem(self.delimiter))
        self._number = 1 if announced else 0
        if announced:
            del sample[0]
        self.header = self._find_header(sample)
        self._records = self._read(chain(sample, lines))

    def __iter__(self) -> Iterator[Row]:
        return self._records

    def _find_header(self, sample: list[str]) -> Header:
        rows: list[tuple[int, Sequence[object]]] = []
        if not sample and self._lines.fault:
            raise Refused(self._fault(self._lines.fault, 1))
        reader = csv.reader(sample, delimiter=self.delimiter)
        try:
            for number, cells in enumerate(reader, start=self._number + 1):
                rows.append((number, cells))
                if "".join(cells[self.limits.columns :]).strip():
                    raise Refused(too_many_columns(len(cells), self.limits))
        except csv.Error as error:
            if "field larger" not in str(error) or not rows:
                problem = _record_problem(str(error), "".join(sample), 1, self.limits)
                raise Refused(problem.at(row=self._number + len(rows) + 1)) from None
        try:
            return find_header(rows, self.columns)
        except Refused:
            if self._lines.fault and len(sample) <= HEADER_SEARCH_ROWS:  # the header may lie behind the fault
                raise Refused(self._fault(self._lines.fault, self._number + len(rows) + 1)) from None
            raise

    def _fault(self, fault: Problem, row: int) -> Problem:
        return fault.at(row=row, params={**fault.params, "row": row})

    def _read(self, lines: Iterator[str]) -> Iterator[Row]:
        record: list[str] = []
        reader = csv.reader(_remembered(lines, record), delimiter=self.delimiter, strict=True)
        header, width, pick = self.header, self.header.width, self.header.pick
        cell_limit, row_limit = self.limits.cell_characters, self.limits.rows
        well_quoted = quoting(self.delimiter).fullmatch
        number = self._number
        while True:
            try:
                for cells in reader:
                    number += 1
                    raw = record[0] if len(record) == 1 else "".join(record)
                    record.clear()
                    if number <= header.row:
                        continue
                    if not cells or (not cells[0].strip() and not "".join(cells).strip()):
                        continue
                    self.row_count += 1
                    if row_limit is not None and self.row_count > row_limit:
                        raise Refused(too_many_rows(number, self.limits))
                    problem = None
                    if '"' in raw and not well_quoted(raw) and not well_quoted(_SECONDS_OF_ARC.sub(r"\1", raw)):
                        problem = bad_quote(number, raw)
                    elif len(cells) != width and not self._fits(cells):
                        problem = wrong_width(number, len(cells), width)
                    elif len(raw) > cell_limit and max(map(len, cells)) > cell_limit:
                        problem = self._too_long(number, cells)
                    elif header.unnamed and any(cells[place].strip() for place in header.unnamed):
                        problem = no_heading(number, next(cells[p] for p in header.unnamed if cells[p].strip()))
                    if "'" in raw:
                        cells = [unquoted(cell) for cell in cells]
                    if problem is not None:
                        self._refuse_row(number, cells, problem)
                        continue
                    cells.append("")
                    yield Row(number, pick(cells))
                break
            except csv.Error as error:
                number += 1
                self.row_count += 1
                if self._lines.fault and "end of data" in str(error):
                    number -= 1
                    break
                raw = "".join(record)
                record.clear()
                problem = _record_problem(str(error), raw, number, self.limits)
                self._refuse_row(number, [raw[: self.limits.cell_characters]], problem)
                if problem.code == "row.unclosed_quote":
                    return  # what follows cannot be told apart from the open cell
        if self._lines.fault:
            raise Refused(self._fault(self._lines.fault, number + 1))
        if not self.row_count:
            raise Refused(no_rows())

    def _fits(self, cells: list[str]) -> bool:
        """Make a row of other length fit, if only blanks are too many."""
        width = self.header.width
        if len(cells) < width or "".join(cells[width:]).strip():
            return False
        del cells[width:]
        return True

    def _too_long(self, number: int, cells: list[str]) -> Problem:
        place = next(place for place, cell in enumerate(cells) if len(cell) > self.limits.cell_characters)
        return too_long(number, self.header.name_at(place), cells[place], self.limits)

    def _refuse_row(self, number: int, cells: list[str], problem: Problem) -> None:
        self.findings.add(problem)
        if self.keep_broken:
            width = self.header.width
            padded = cells[:width] + [""] * (width - len(cells)) + [""]
            self.broken.append(Row(number, tuple(self.header.pick(padded)) + tuple(cells[width:])))


def _remembered(lines: Iterator[str], record: list[str]) -> Iterator[str]:
    for line in lines:
        record.append(line)
        yield line


def _sample(lines: Iterator[str]) -> list[str]:
    sample: list[str] = []
    size = 0
    for line in lines:
        sample.append(line)
        size += len(line)
        if len(sample) > HEADER_SEARCH_ROWS or size > SAMPLE_CHARACTERS:
            break
    return sample


def sniff_delimiter(sample: list[str], columns: Columns) -> str:
    """The delimiter under which some row among the first names most of the columns; else the most frequent one."""

    def judge(delimiter: str) -> tuple[int, int]:
        best = (0, 0)
        try:
            for cells in csv.reader(sample, delimiter=delimiter):
                best = max(best, (columns.count_known(cells[:500]), 0 if best[0] else len(cells)))
        except csv.Error:
            pass
        return best

    allowed = max(DELIMITERS, key=judge)
    other = max(OTHER_DELIMITERS, key=judge)
    return other if judge(other)[0] > judge(allowed)[0] else allowed


def _delimiter_problem(delimiter: str) -> Problem:
    text = gettext_noop("The cells are separated by “{delimiter}”.")
    hint = gettext_noop("Save the file with commas, semicolons or tabs between the cells.")
    return Problem("file.delimiter", text, {"delimiter": delimiter}, hint=hint, value=delimiter, row=1)


@lru_cache
def quoting(delimiter: str) -> re.Pattern[str]:
    """One whole record whose quotes all stand around whole cells, doubled inside. Linear: nothing is tried twice."""
    d = re.escape(delimiter)
    cell = rf'(?:"(?:[^"]++|"")*+"|[^"{d}\r\n]*+)'
    return re.compile(rf"{cell}(?:{d}{cell})*+(?:\r\n|\r|\n)?")


def _record_problem(error: str, raw: str, number: int, limits: Limits) -> Problem:
    """Say in our words why the csv module gave up on a record."""
    spans_lines = "\n" in raw.rstrip("\r\n") or "\r" in raw.rstrip("\r\n")
    if "expected after" in error and not spans_lines:
        return bad_quote(number, raw)
    if "field larger" in error and not spans_lines:
        return too_long(number, "", raw, limits)
    text = gettext_noop('Row {row}: a quote (") is opened in this row and never closed.')
    hint = gettext_noop("Close the quote at the end of the cell; write a quote inside a quoted cell twice.")
    return Problem("row.unclosed_quote", text, {"row": number}, hint=hint, row=number, value=cut(raw.strip()))
