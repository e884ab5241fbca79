"""One worksheet, read as a stream: the rows with content, and what a grid of values would hide.

Formulas without a value, error cells, merged ranges and hidden rows are seen in the same pass that reads the values;
cells are never laid out in a grid, so one cell at XFD1048576 costs nothing.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from xml.parsers import expat

from backbone.problems import Refused
from backbone.tabular.faults import damaged, too_many_columns, too_many_rows, unsafe_xml
from backbone.tabular.table import Limits

MAIN_NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",  # "strict" workbooks
)
OUT_OF_MEMORY = 1  # expat's own code for it
SPARE_ROWS = 100  # above the table, before the exact count of rows decides
TRACKED = 20_000  # faulty places in one sheet; with more of them no table can be read
LAST_DAY = 2_958_465  # 9999-12-31

_TAGS = {
    f"{namespace} {tag}": tag
    for namespace in MAIN_NAMESPACES
    for tag in ("c", "v", "f", "t", "is", "si", "rPh", "row", "mergeCell")
}
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_RANGE = re.compile(r"([A-Z]{1,3}[1-9][0-9]{0,6}):([A-Z]{1,3}[1-9][0-9]{0,6})")
_WHOLE = re.compile(r"-?[0-9]{1,24}").fullmatch
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?").fullmatch
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def column_number(letters: str) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def place(reference: str) -> tuple[int, int]:
    """Row and column (from 1) of a reference such as "B7". Raises Refused if it is none."""
    match = _REFERENCE.fullmatch(reference.upper())
    if not match:
        raise Refused(damaged(f"“{reference}” is no cell"))
    return int(match[2]), column_number(match[1])


def safe_parser(part: str, start: Callable[..., None], end: Callable[..., None], text: Callable[..., None]) -> Any:
    """An expat parser that refuses document types and entities."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text

    def refuse(*_: object) -> None:
        raise Refused(unsafe_xml(part))

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    return parser


def feed(parser: Any, part: str, chunks: Iterable[bytes]) -> Iterator[None]:
    """Parse piece by piece, pausing after each. Raises Refused when the part is no well-formed XML."""
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # ValueError, LookupError: an unknown encoding
        if getattr(error, "code", None) == OUT_OF_MEMORY:
            raise MemoryError from None
        raise Refused(damaged(f"{part}: {error}")) from None
    yield


def unescaped(text: str) -> str:
    """Excel writes signs that XML cannot hold as _x000D_."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def shared_strings(part: str, chunks: Iterable[bytes]) -> list[str]:
    """The workbook's list of texts. Phonetic guides are left out."""
    strings: list[str] = []
    pieces: list[str] = []
    state = {"text": False, "phonetic": False}

    def start(name: str, _: object) -> None:
        tag = _TAGS.get(name)
        if tag == "si":
            pieces.clear()
        elif tag == "rPh":
            state["phonetic"] = True
        elif tag == "t":
            state["text"] = not state["phonetic"]

    def end(name: str) -> None:
        tag = _TAGS.get(name)
        if tag == "si":
            strings.append(unescaped("".join(pieces)))
        elif tag == "rPh":
            state["phonetic"] = False
        elif tag == "t":
            state["text"] = False

    def text(data: str) -> None:
        if state["text"]:
            pieces.append(data)

    for _ in feed(safe_parser(part, start, end, text), part, chunks):
        pass
    return strings


class Sheet:
    """Streams one worksheet. While `rows()` is consumed, what else was seen gathers in the attributes.

    `strings` gives the shared texts when the first cell asks for them; `date_styles` says for each cell style whether
    it shows a number as "date", "time" or "duration" (else None).
    """

    def __init__(
        self,
        part: str,
        chunks: Iterable[bytes],
        strings: Callable[[], Sequence[str]],
        date_styles: Sequence[str | None],
        epoch_1904: bool,
        limits: Limits,
    ):
        self.part = part
        self.limits = limits
        self.first_hidden_row = 0
        self.hidden_row_count = 0
        self.formula_count = 0
        self.formulas_without_value: list[tuple[int, int]] = []
        self.error_cells: list[tuple[int, int, str]] = []
        self.long_cells: list[tuple[int, int, str]] = []
        self.merged: list[tuple[str, tuple[int, int], tuple[int, int]]] = []
        self._chunks = chunks
        self._strings = strings
        self._date_styles = date_styles
        self._epoch_1904 = epoch_1904

    def rows(self) -> Iterator[tuple[int, list[Any]]]:
        """(row number, cells from column A on) of every row with content. Raises Refused when too large or damaged."""
        done: list[tuple[int, list[Any]]] = []
        for _ in feed(self._parser(done), self.part, self._chunks):
            yield from done
            done.clear()

    def _parser(self, done: list[tuple[int, list[Any]]]) -> Any:
        # The innermost loop of reading: plain local names, one branch for each tag.
        limits = self.limits
        last_row = None if limits.rows is None else limits.rows + SPARE_ROWS
        columns: dict[str, int] = {}
        tags = _TAGS
        cells: list[Any] = []
        pieces: list[str] = []
        row = column = 0
        row_name = "0"
        row_hidden = has_value = has_formula = collecting = phonetic = False
        kind = style = ""
        strings: Sequence[str] | None = None

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal row, row_name, row_hidden, column, kind, style, has_value, has_formula, collecting, phonetic
            tag = tags.get(name)
            if tag == "c":
                reference = attributes.get("r")
                if reference is None:
                    column += 1
                else:
                    letters = reference[: -len(row_name)]
                    if letters in columns and reference.endswith(row_name):
                        column = columns[letters]
                    else:
                        of_row, column = place(reference)
                        if of_row != row:
                            raise Refused(damaged(f"{reference} stands in row {row}"))
                        columns[letters] = column
                kind = attributes.get("t", "n")
                style = attributes.get("s", "")
                has_value = has_formula = False
                pieces.clear()
            elif tag == "v" or tag == "is":
                has_value = True
                collecting = tag == "v"
            elif tag == "t":
                collecting = not phonetic
            elif tag == "f":
                has_formula = True
            elif tag == "row":
                number = attributes.get("r")
                row = row + 1 if number is None else _whole(number)
                row_name = str(row)
                row_hidden = attributes.get("hidden") in ("1", "true")
                column = 0
                cells.clear()
            elif tag == "rPh":
                phonetic = True
            elif tag == "mergeCell":
                self._merge(attributes.get("ref", ""))

        def end(name: str) -> None:
            nonlocal collecting, phonetic
            tag = tags.get(name)
            if tag == "v" or tag == "t":
                collecting = False
            elif tag == "c":
                if has_value or has_formula:
                    finish_cell()
            elif tag == "rPh":
                phonetic = False
            elif tag == "row" and cells:
                if row_hidden:
                    self.hidden_row_count += 1
                    self.first_hidden_row = self.first_hidden_row or row
                done.append((row, cells.copy()))
                cells.clear()

        def text(data: str) -> None:
            if collecting:
                pieces.append(data)

        def finish_cell() -> None:
            nonlocal strings
            value: Any = pieces[0] if len(pieces) == 1 else "".join(pieces)
            if has_formula:
                self.formula_count += 1
                if not has_value or (not value and kind != "str"):
                    _track(self.formulas_without_value, (row, column))
                    value = ""
            if last_row is not None and row > last_row:
                raise Refused(too_many_rows(row, limits))
            if column > limits.columns:
                if value == "" and not has_formula:
                    return
                raise Refused(too_many_columns(column, limits))
            if kind == "s":
                if strings is None:
                    strings = self._strings()
                try:
                    number = int(value)
                    if number < 0:
                        raise IndexError
                    value = strings[number]
                except (ValueError, IndexError):
                    raise Refused(
                        damaged(f"{column_letters(column)}{row} refers to a text that is not there")
                    ) from None
            elif kind == "n":
                if value:
                    value = self._number(value, style, row, column)
            elif kind == "b":
                value = value.strip() in ("1", "true")
            elif kind == "e":
                _track(self.error_cells, (row, column, value))
            elif kind == "d":
                value = _iso(value)
            elif kind in ("str", "inlineStr"):
                value = unescaped(value)
            else:
                raise Refused(damaged(f"{column_letters(column)}{row} has the unknown type {kind}"))
            if type(value) is str and len(value) > limits.cell_characters:
                _track(self.long_cells, (row, column, value))
            if column > len(cells) + 1:
                cells.extend([""] * (column - len(cells) - 1))
            if column == len(cells) + 1:
                cells.append(value)
            else:
                raise Refused(damaged(f"{column_letters(column)}{row} is there twice or out of order"))

        return safe_parser(self.part, start, end, text)

    def _number(self, written: str, style: str, row: int, column: int) -> Any:
        shown_as = None
        if style:
            try:
                shown_as = self._date_styles[int(style)]
            except (ValueError, IndexError):
                shown_as = None
        number: int | float
        if _WHOLE(written):
            number = int(written)
        elif _NUMBER(written):
            number = float(written)
        else:
            raise Refused(damaged(f"{column_letters(column)}{row} holds “{written[:40]}”, which is no number"))
        if shown_as is None:
            return number
        return _moment(number, shown_as, self._epoch_1904)

    def _merge(self, reference: str) -> None:
        match = _RANGE.fullmatch(reference.upper())
        if match:
            _track(self.merged, (reference, place(match[1]), place(match[2])))


def _track(faults: list[Any], fault: Any) -> None:
    if len(faults) >= TRACKED:
        raise Refused(damaged(f"more than {TRACKED} cells are merged, too long or without a value"))
    faults.append(fault)


def _whole(number: str) -> int:
    if not number.isdigit() or len(number) > 7:
        raise Refused(damaged(f"“{number[:40]}” is no row"))
    return int(number)


def day(number: int, epoch_1904: bool) -> datetime.date | None:
    """The date of a spreadsheet's day number; None where the calendar of spreadsheets has no such day."""
    if not 1 <= number <= LAST_DAY or (number == 60 and not epoch_1904):
        return None  # 60 is 29 February 1900, which never was
    if epoch_1904:
        return datetime.date(1904, 1, 1) + datetime.timedelta(days=number) if number <= LAST_DAY - 1462 else None
    return datetime.date(1899, 12, 30 if number > 60 else 31) + datetime.timedelta(days=number)


def _moment(number: float, shown_as: str, epoch_1904: bool) -> Any:
    if not abs(number) <= LAST_DAY:  # not a number, too
        return number
    whole = int(number // 1)
    seconds = round((number - whole) * 86_400)
    if shown_as == "duration":
        return datetime.timedelta(days=whole, seconds=seconds)
    if shown_as == "time" and 0 <= number < 1 and seconds < 86_400:
        return datetime.time(seconds // 3600, seconds // 60 % 60, seconds % 60)
    date = day(whole, epoch_1904)
    if date is None:
        return number
    if not seconds:
        return date
    try:
        return datetime.datetime.combine(date, datetime.time()) + datetime.timedelta(seconds=seconds)
    except OverflowError:
        return number


def _iso(written: str) -> Any:
    try:
        moment = datetime.datetime.fromisoformat(written.strip())
    except ValueError:
        return written
    return moment.date() if moment.time() == datetime.time() else moment
