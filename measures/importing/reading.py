"""A file's rows into figures. Every row is judged before anything is written; each problem names row and column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from backbone import tabular
from backbone.problems import Problem, cut, gettext_noop
from backbone.tabular import NOT_COLLECTED, Columns, Findings, Row
from measures.importing.office import Office, Seat
from measures.models import Indicator
from measures.rules.figures import NUMBERS, Entry, read_number
from measures.rules.lines import Line, parse_category
from measures.services.figure_rows import NOTE_LENGTH, FigureRow

COLUMNS = Columns(
    names=("partner", "indicator", "period", "category", "value", "numerator", "denominator", "weight", "note"),
    required=("partner", "indicator", "period"),
)

Settled = tuple[Any, Problem | None]


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row that holds a figure: where it stood in the file, and what it says."""

    number: int
    seat: Seat
    indicator: Indicator
    line: Line
    figure: FigureRow
    says_who: bool = False


class Reader:
    """Reads rows for one office. `rows()` yields the sound ones; what is wrong gathers in `findings`.

    `new_only` says of a row, by its number, whether only people new this year are counted: a workbook has a column for
    it, a table in our columns has none and leaves alone what stands.
    """

    def __init__(self, office: Office, findings: Findings, new_only: Mapping[int, bool] | None = None):
        self.office = office
        self.findings = findings
        self.new_only = new_only or {}
        self.blank_rows = 0
        self._seen: dict[tuple, tuple[int, Entry]] = {}
        self._settled: dict[tuple[str, Any], Settled] = {}

    def rows(self, rows: Iterable[Row]) -> Iterator[ReadRow]:
        for row in rows:
            read = self._row(row)
            if read is not None and self._is_first(read):
                yield read

    def forget(self) -> None:
        """Forget which cells were seen: what was written since is found in the database."""
        self._seen.clear()

    # --- one row ---

    def _row(self, row: Row) -> ReadRow | None:
        partner, indicator, period, category, *numbers, note = row.cells
        problems: list[Problem] = []

        def settle(column: str, raw: Any, how: Callable[[Any], Settled]) -> Any:
            kept = self._settled.get((column, raw)) if type(raw) is str else None
            if kept is None:
                kept = how(raw)
                if type(raw) is str and len(self._settled) < 100_000:
                    self._settled[column, raw] = kept
            value, problem = kept
            if problem is not None:
                problems.append(problem.at(row=row.number, column=column))
            return value

        seat = settle("partner", partner, self._seat)
        found = settle("indicator", indicator, self._indicator)
        month = settle("period", period, self._period)
        words = settle("note", note, lambda raw: tabular.text(raw, NOTE_LENGTH)) if note else ""
        line = self.office.lines[found.pk] if found is not None else None
        entry = self._entry(row.number, line, numbers, words, problems)
        if entry is not None and entry.is_blank and not problems:
            self.blank_rows += 1
            return None
        cell = ""
        if line is not None and category not in ("", None):
            cell = settle(f"category of {line.slug}", category, lambda raw: _category(line, raw)) or ""
            problems[:] = [p.at(column="category") if p.column.startswith("category") else p for p in problems]
        if None not in (seat, found, month):
            wrong = self.office.why_not(found, seat, month)
            if wrong is not None:
                problems.append(wrong.at(row=row.number, column=wrong.field))
        if problems:
            self.findings.extend(problems)
        if entry is None or line is None or (problems and any(not problem.is_warning for problem in problems)):
            return None
        figure = FigureRow(seat.id, found.pk, month, cell, entry)
        return ReadRow(row.number, seat, found, line, figure, row.number in self.new_only)

    def _entry(
        self, number: int, line: Line | None, raws: list[Any], words: str, problems: list[Problem]
    ) -> Entry | None:
        """The numbers of a row. "not collected" in one of them stands for the whole figure."""
        values: dict[str, Decimal | None] = {}
        not_collected = False
        for name, raw in zip(NUMBERS, raws, strict=True):
            if raw == "" or raw is None:
                continue
            value, problem = read_number(line, name, raw, self.office.number_format)
            if problem is not None:
                problems.append(problem.at(row=number, column=name))
                if not problem.is_warning:
                    continue
            if value is NOT_COLLECTED:
                not_collected = True
            else:
                values[name] = value
        if problems and any(not problem.is_warning for problem in problems):
            return None
        is_new = self.new_only.get(number, False) and not not_collected
        return Entry(**values, is_not_collected=not_collected, reason=words, new_only=is_new)

    def _is_first(self, read: ReadRow) -> bool:
        """Whether no earlier row spoke of this cell; a second one with the same words is passed over, with a note."""
        key = read.figure.key
        earlier = self._seen.get(key)
        if earlier is None:
            self._seen[key] = (read.number, read.figure.entry)
            return True
        number, entry = earlier
        if entry == read.figure.entry:
            text = gettext_noop("Row {row} says the same as row {earlier}; one of them is enough.")
            is_warning = True
        else:
            text = gettext_noop(
                "Row {row} and row {earlier} give different numbers for one figure. Delete one of them."
            )
            is_warning = False
        params = {"row": read.number, "earlier": number}
        self.findings.add(Problem("row.duplicate", text, params, row=read.number, is_warning=is_warning))
        return False

    # --- its cells ---

    def _seat(self, raw: Any) -> Settled:
        code, problem = tabular.code(raw)
        if problem is not None:
            return None, problem
        if not code:
            return None, Problem("partner.missing", gettext_noop("The row names no partner."))
        seat = self.office.seats.get(code)
        if seat is None:
            near = ", ".join(tabular.nearest(code, self._visible_codes(), 3))
            params = {"code": cut(code), "near": near}
            hint = gettext_noop("Near to it are: {near}.") if near else ""
            text = gettext_noop("There is no partner “{code}” here.")
            return None, Problem("partner.unknown", text, params, hint=hint, field="partner", value=cut(code))
        if not self.office.may_file_for(seat):
            text = gettext_noop("You do not file for {code}.")
            return None, Problem("partner.forbidden", text, {"code": code}, field="partner", value=code)
        return seat, None

    def _visible_codes(self) -> list[str]:
        return [seat.code for seat in self.office.seats.values() if self.office.may_file_for(seat)]

    def _indicator(self, raw: Any) -> Settled:
        slug, problem = tabular.code(raw)
        if problem is not None:
            return None, problem
        if not slug:
            return None, Problem("indicator.missing", gettext_noop("The row names no indicator."), field="indicator")
        found = self.office.indicators.get(slug)
        return found, None if found is not None else self.office.unknown_indicator(slug)

    def _period(self, raw: Any) -> Settled:
        month, problem = tabular.period(raw, self.office.date_format)
        if month is None and problem is None:
            return None, Problem("period.missing", gettext_noop("The row names no month."), field="period")
        return month, problem


def _category(line: Line, raw: Any) -> Settled:
    text, problem = tabular.text(raw, 200)
    if problem is not None:
        return None, problem
    key = parse_category(line, text)
    if isinstance(key, Problem):
        return None, replace(key, value=cut(text))
    return key, None
