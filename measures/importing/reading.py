"""A file's rows into figures. Every row is judged before anything is written; each problem names row and column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from backbone import tabular
from backbone.problems import Problem, cut, errors, gettext_noop
from backbone.tabular import NOT_COLLECTED, Columns, Findings, Row
from measures.importing.office import Office, Seat
from measures.importing.standing import LineKey
from measures.models import Indicator
from measures.rules.categories import parse_category
from measures.rules.figures import NUMBERS, Entry, check_figure, read_number
from measures.rules.lines import TOTAL, Line
from measures.rules.owed import why_not_filed
from measures.rules.vintages import check_vintage, split_note
from measures.services.community import Said
from measures.services.figure_rows import NOTE_LENGTH, FigureRow

COLUMNS = Columns(
    names=("partner", "indicator", "period", "category", "value", "numerator", "denominator", "weight", "note"),
    required=("partner", "indicator", "period"),
)

COLUMN_OF = {"reason": "note", "new_only": "value"}  # where in a file a part of a figure stands

TEXTS_KEPT = 100_000

Settled = tuple[Any, Problem | None]


class _Texts(dict[str, Settled]):
    """What each text of a column says, or what is wrong with it, judged once."""

    def __init__(self, how: Callable[[Any], Settled]):
        self._how = how

    def __missing__(self, text: str) -> Settled:
        settled = self._how(text)
        if len(self) < TEXTS_KEPT:
            self[text] = settled
        return settled

    def of(self, raw: Any) -> Settled:
        """A cell of any type; only texts are kept, since a number may be equal to a truth."""
        return self[raw] if type(raw) is str else self._how(raw)


class ReadRow(NamedTuple):
    """One row that holds a figure: where it stood in the file, and what it says."""

    number: int
    seat: Seat
    indicator: Indicator
    line: Line
    figure: FigureRow
    says_who: bool = False

    @property
    def line_key(self) -> LineKey:
        return self.figure.indicator_id, self.figure.period, self.figure.partner_id


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """One row of a community indicator: what its source published."""

    number: int
    indicator: Indicator
    said: Said


class Reader:
    """Reads rows for one office. `rows()` yields the sound ones; what is wrong gathers in `findings`.

    Rows of community indicators, which are no partner's, gather in `published`.

    `new_only` says of a row, by its number, whether only people new this year are counted: a workbook has a column for
    it, a table in our columns has none and leaves alone what stands.
    """

    def __init__(self, office: Office, findings: Findings, new_only: Mapping[int, bool] | None = None):
        self.office = office
        self.findings = findings
        self.new_only = new_only or {}
        self.blank_rows = 0
        self.published: list[PublishedRow] = []
        self._seen: dict[tuple, tuple[int, Entry]] = {}
        self._published_before: dict[tuple, tuple[int, Said]] = {}
        self._seats, self._indicators, self._periods = _Texts(self._seat), _Texts(self._indicator), _Texts(self._period)
        self._categories: dict[tuple[str, date | None], _Texts] = {}

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
        outside = self._not_filed(indicator)
        if outside is not None:
            self._row_of(outside, row)
            return None
        seat, no_seat = self._seats.of(partner)
        found, not_found = self._indicators.of(indicator)
        month, no_month = self._periods.of(period)
        words, no_words = tabular.text(note, NOTE_LENGTH) if note else ("", None)
        problems: list[Problem] = []
        if no_seat or not_found or no_month or no_words:
            wrong = {"partner": no_seat, "indicator": not_found, "period": no_month, "note": no_words}
            problems = [one.at(row=row.number, column=column) for column, one in wrong.items() if one is not None]
        line = None
        if found is not None:
            line = self.office.lines[found.pk] if month is None else self.office.line_at(found.pk, month)
        entry = self._entry(row.number, line, numbers, words, problems)
        if entry is not None and entry.is_blank and not problems:
            self.blank_rows += 1
            return None
        key = TOTAL
        if line is not None and category not in ("", None):
            key, unknown = self._categories_of(line).of(category)
            if unknown is not None:
                problems.append(unknown.at(row=row.number, column="category"))
        if seat is not None and found is not None and month is not None:
            why_not = self.office.why_not(found, seat, month)
            if why_not is not None:
                problems.append(why_not.at(row=row.number, column=why_not.field))
        if problems:
            self.findings.extend(problems)
        if entry is None or line is None or errors(problems):
            return None
        figure = FigureRow(seat.id, found.pk, month, key, entry)
        return ReadRow(row.number, seat, found, line, figure, row.number in self.new_only)

    def _categories_of(self, line: Line) -> _Texts:
        """Those of a line; one whose categories change with time is asked for each period anew."""
        key = (line.slug, line.period)
        if key not in self._categories:
            self._categories[key] = _Texts(partial(_category, line))
        return self._categories[key]

    def _not_filed(self, raw: Any) -> Indicator | None:
        """The indicator that a row names, when no partner files it."""
        found = self.office.not_filed.get(raw) if type(raw) is str else None
        if found is None and self.office.not_filed:
            found = self.office.not_filed.get(tabular.code(raw)[0] or "")
        return found

    def _row_of(self, indicator: Indicator, row: Row) -> None:
        """A row of what is computed, which is refused; or of what is published, if no partner stands in it."""
        partner, _, period, category, *numbers, note = row.cells
        line = self.office.lines[indicator.pk]
        problems: list[Problem] = []
        words, problem = tabular.text(note, NOTE_LENGTH) if note else ("", None)
        entry = self._entry(row.number, line, numbers, words, problems)
        if entry is not None and entry.is_blank and not problem:
            self.blank_rows += 1
            return
        not_filed = why_not_filed(indicator.slug, indicator.name, indicator.kind)
        if not_filed is not None and (partner not in ("", None) or line.rule.is_computed):
            problems = [not_filed.at(row=row.number, column="indicator")]
        elif not self.office.may_write_published:
            text = gettext_noop("Only the backbone's data stewards write down what {name}'s source published.")
            problems = [
                Problem("indicator.forbidden", text, {"name": indicator.name}, row=row.number, column="indicator")
            ]
        else:
            self._published(indicator, line, row.number, (period, category, entry), problems)
        if problem is not None:
            problems.append(problem.at(row=row.number, column="note"))
        self.findings.extend(problems)

    def _published(
        self,
        indicator: Indicator,
        line: Line,
        number: int,
        cells: tuple[Any, Any, Entry | None],
        problems: list[Problem],
    ) -> None:
        raw_period, raw_category, entry = cells
        month, wrong = self._period(raw_period)
        if wrong is not None:
            problems.append(wrong.at(row=number, column="period"))
        key, wrong = _category(line, raw_category) if raw_category not in ("", None) else ("", None)
        if wrong is not None:
            problems.append(wrong.at(row=number, column="category"))
        if entry is None or month is None or key is None:
            return
        problems += [
            found.at(row=number, column=COLUMN_OF.get(found.field, found.field))
            for found in check_figure(line, entry, key)
        ]
        published_on, words = split_note(entry.reason)
        if published_on is not None:
            wrong_day = check_vintage(published_on, month, self.office.today)
            problems += [found.at(row=number, column="note", field="note") for found in wrong_day]
        if any(not found.is_warning for found in problems):
            return
        said = Said(month, entry.value, key, published_on, words)
        cell = (indicator.pk, month, key, published_on)
        earlier = self._published_before.setdefault(cell, (number, said))
        if earlier == (number, said):
            self.published.append(PublishedRow(number, indicator, said))
        else:
            self._note_twice(number, earlier[0], earlier[1] == said)

    def _entry(
        self, number: int, line: Line | None, raws: list[Any], words: str, problems: list[Problem]
    ) -> Entry | None:
        """The numbers of a row. "not collected" in one of them stands for the whole figure."""
        values: list[Decimal | None] = [None] * len(NUMBERS)
        not_collected, in_words = False, True
        for place, raw in enumerate(raws):
            if raw == "" or raw is None:
                continue
            in_words = False
            read, problem = read_number(line, NUMBERS[place], raw, self.office.number_format)
            if problem is not None:
                problems.append(problem.at(row=number, column=NUMBERS[place]))
            if read is NOT_COLLECTED:
                not_collected = True
            else:
                values[place] = read
        if errors(problems):
            return None
        is_new = not not_collected and self.new_only.get(number, False)
        is_told = in_words and line is not None and line.rule.is_words
        value, numerator, denominator, weight = values
        return Entry(value, numerator, denominator, weight, not_collected, words, is_new, is_told)

    def _is_first(self, read: ReadRow) -> bool:
        """Whether no earlier row spoke of this cell; a second one with the same words is passed over, with a note."""
        key = read.figure.key
        earlier = self._seen.get(key)
        if earlier is None:
            self._seen[key] = (read.number, read.figure.entry)
            return True
        number, entry = earlier
        self._note_twice(read.number, number, entry == read.figure.entry)
        return False

    def _note_twice(self, number: int, earlier: int, is_same: bool) -> None:
        if is_same:
            text = gettext_noop("Row {row} says the same as row {earlier}; one of them is enough.")
        else:
            text = gettext_noop(
                "Row {row} and row {earlier} give different numbers for one figure. Delete one of them."
            )
        params = {"row": number, "earlier": earlier}
        self.findings.add(Problem("row.duplicate", text, params, row=number, is_warning=is_same))

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
