"""Data values into the rows that every other file has: what they stand for, halves of a rate together, totals added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from backbone.problems import Problem, cut, gettext_noop
from backbone.tabular import Findings, Row
from measures.importing.exchange.mapping import Codes, Part
from measures.importing.exchange.values import IGNORED, REFUSED, DataValue, Exchanged, Verdict
from measures.importing.office import Seat
from measures.rules.kinds import MILESTONE
from measures.rules.lines import TOTAL, Line, breakdown_of
from measures.rules.periods import Grain, text_of
from measures.rules.spellings import read_period

NOT_COLLECTED_MARK = "not_collected"
_TRUTHS = {"true": "1", "false": "0"}
ADDING_KINDS = ("flow", "stock", "average_stock", "rate", "rate_stock", "money")

BLANK = gettext_noop("It says nothing: what stands there stays.")
DELETED = gettext_noop("It asks for a deletion; a file takes nothing away. Clear the figure in the report.")
NO_ORG_UNIT = gettext_noop("The organisation unit stands for no partner here.")
NO_ELEMENT = gettext_noop("The data element stands for no indicator here.")
NO_COMBO = gettext_noop("The category option combination stands for no category here.")
NO_ATTRIBUTE = gettext_noop("The attribute option combination stands for no category here.")
INCOMPLETE = gettext_noop("It is one part of a sum whose other parts are missing.")
ORG_UNIT, ELEMENT, COMBO, ATTRIBUTE = "orgUnit", "dataElement", "categoryOptionCombo", "attributeOptionCombo"


class Cell(NamedTuple):
    partner: str
    indicator: str
    period: date
    category: str


@dataclass(slots=True)
class Gathered:
    """What the values of a file say of one cell: for each component its terms by code, and the first place."""

    seat: Seat
    part: Part
    row: int
    terms: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    note: str = ""
    is_not_collected: bool = False
    is_derived: bool = False  # the sum of its parts, which are complete
    sources: list[DataValue] = field(default_factory=list)


class Translator:
    """Turns the data values of one file into tidy rows; what cannot be turned is in `verdicts` or in `findings`."""

    def __init__(self, codes: Codes, exchanged: Exchanged, findings: Findings):
        self.codes, self.exchanged, self.findings = codes, exchanged, findings
        self.verdicts: dict[int, Verdict] = {}
        self.cells: dict[Cell, Gathered] = {}
        self.added_up: dict[str, int] = {}
        self._said: dict[tuple, DataValue] = {}

    def rows(self, values: Iterable[DataValue]) -> Iterator[Row]:
        """A row for each cell, numbered by the first value that speaks of it."""
        for value in values:
            self.exchanged.values += 1
            self._take(value)
        self._add_totals()
        for name, count in self.added_up.items():
            text = gettext_noop("{count} values of {indicator} were added up: it is not split by their categories.")
            params = {"count": count, "indicator": name}
            self.findings.add(Problem("element.added_up", text, params, is_warning=True))
        for cell, gathered in self.cells.items():
            numbers = self._numbers(cell, gathered)
            if numbers is not None:
                yield Row(
                    gathered.row,
                    (cell.partner, cell.indicator, text_of(cell.period), cell.category, *numbers, gathered.note),
                )

    # --- one value ---

    def _take(self, value: DataValue) -> None:
        if value.is_deleted:
            self._ignore(value, DELETED)
            return
        is_blank = value.value is None or (isinstance(value.value, str) and not value.value.strip())
        reason = _not_collected(value.comment) if is_blank else None
        seat = self.codes.seat(value.org_unit)
        parts, code = self.codes.parts_of(value.element, value.combo)
        is_operand = bool(value.combo) and code == f"{value.element}.{value.combo}"
        category = self._category(value, is_operand=is_operand)
        # All that stands for nothing is named, not only the first of it.
        missing = []
        if seat is None:
            missing.append((NO_ORG_UNIT, ORG_UNIT, value.org_unit))
        if not parts:
            missing.append((NO_ELEMENT, ELEMENT, value.element))
        missing += [(why, what, said) for why, what, said in category if what]
        if missing:
            for _, what, said in missing:
                self.exchanged.note_unmapped(what, said)
            self._ignore(value, missing[0][0])
            return
        if is_blank and reason is None:
            self._ignore(value, BLANK)
            return
        period = self._period(value, parts)
        if period is None or self._is_repeated(value):
            return
        assert seat is not None
        key = category[0][2] if category else TOTAL
        for part in parts:
            self._gather(value, seat, part, code, period, part.category or key, reason)

    def _category(self, value: DataValue, *, is_operand: bool) -> list[tuple[str, str, str]]:
        """[("", "", key)], or what of it stands for nothing as (why, what, code)."""
        pieces: list[str] = []
        missing: list[tuple[str, str, str]] = []
        for what, why, said in (
            (COMBO, NO_COMBO, "" if is_operand else value.combo),
            (ATTRIBUTE, NO_ATTRIBUTE, value.attribute_combo),
        ):
            found = self.codes.category(said)
            if found is None:
                missing.append((why, what, said))
            elif found:
                pieces.append(found)
        for dimension, option in value.categories:
            found = self.codes.option(dimension, option)
            if found is None:
                missing.append((NO_COMBO, "category", f"{dimension}={option}"))
            else:
                pieces.append(found)
        return missing or [("", "", "+".join(pieces))]

    def _period(self, value: DataValue, parts: list[Part]) -> date | None:
        found = read_period(value.period)
        if isinstance(found, Problem):
            self._refuse(value, found.at(row=value.number, column="period"))
            return None
        first, grain = found
        for part in parts:
            wanted = Grain(part.indicator.frequency)
            if wanted is not grain:
                text = gettext_noop("{period} is a {length}, but {indicator} is filed once a {frequency}.")
                params = {
                    "period": cut(value.period),
                    "length": grain.word,
                    "indicator": part.indicator.name,
                    "frequency": wanted.word,
                }
                problem = Problem(
                    "period.other_length", text, params, field="period", value=cut(value.period), row=value.number, column="period"
                )  # fmt: skip
                self._refuse(value, problem)
                return None
        return first

    def _is_repeated(self, value: DataValue) -> bool:
        key = (value.org_unit, value.element, value.period, value.combo, value.categories, value.attribute_combo)
        earlier = self._said.setdefault(key, value)
        if earlier is value:
            return False
        params = {"row": value.number, "earlier": earlier.number}
        if str(earlier.value) == str(value.value):
            text = gettext_noop("Row {row} says the same as row {earlier}; one of them is enough.")
            self.findings.add(Problem("row.duplicate", text, params, row=value.number, is_warning=True))
            self._ignore(value, text.format(**params))
        else:
            text = gettext_noop(
                "Row {row} and row {earlier} give different numbers for one figure. Delete one of them."
            )
            self._refuse(value, Problem("row.duplicate", text, params, row=value.number))
        return True

    def _gather(self, value, seat, part, code, period, category, reason) -> None:
        line = self.codes.office.lines[part.indicator.pk]
        if category and self._is_added_up(line, code, category):
            self.added_up[part.indicator.name] = self.added_up.get(part.indicator.name, 0) + 1
            category = TOTAL
        cell = Cell(seat.code, part.indicator.slug, period, category)
        gathered = self.cells.get(cell)
        if gathered is None:
            gathered = self.cells[cell] = Gathered(seat, part, value.number)
        gathered.sources.append(value)
        if reason is not None:
            gathered.is_not_collected, gathered.note = True, reason
            return
        gathered.terms.setdefault(part.component, {}).setdefault(code, []).append(_said(line, value.value))
        if value.comment and value.comment not in gathered.note:
            gathered.note = " ".join(filter(None, (gathered.note, value.comment)))

    def _is_added_up(self, line: Line, code: str, category: str) -> bool:
        """Whether an element's parts go into the total: DHIS2's sum over combinations, of a number not split by them."""
        is_split = any(set(breakdown_of(category)) == set(breakdown) for breakdown in line.breakdowns)
        return code in self.codes.parts and not is_split and line.kind in ADDING_KINDS

    # --- all values together ---

    def _numbers(self, cell: Cell, gathered: Gathered) -> tuple[Any, Any, Any, Any] | None:
        """Value, numerator, denominator, weight. None when a sum has missing terms: then its values are left out."""
        if gathered.is_not_collected:
            return (NOT_COLLECTED_MARK, "", "", "")
        found: list[Any] = []
        for component in ("value", "numerator", "denominator", "weight"):
            terms = gathered.terms.get(component, {})
            said = [number for numbers in terms.values() for number in numbers]
            wanted = self.codes.terms_of(gathered.part, component, cell.category)
            if len(said) <= 1 and len(wanted) <= 1:
                found.append(_exact(said[0]) if said else "")
                continue
            absent = [] if gathered.is_derived else [code for code in wanted if code not in terms]
            if terms and absent:
                self._leave_incomplete(cell, gathered, component, absent)
                return None
            found.append(_sum(said) if said else "")
        return tuple(found)  # type: ignore[return-value]

    def _leave_incomplete(self, cell: Cell, gathered: Gathered, component: str, absent: list[str]) -> None:
        text = gettext_noop("The {component} of {indicator} is a sum; {missing} of it is not in the file.")
        missing = ", ".join(self.codes.names.get(code) or code for code in absent)
        params = {"component": component, "indicator": gathered.part.indicator.name, "missing": cut(missing)}
        self.findings.add(
            Problem("element.incomplete", text, params, row=gathered.row, column=component, is_warning=True)
        )
        for value in gathered.sources:
            self._ignore(value, INCOMPLETE)

    def _add_totals(self) -> None:
        """DHIS2 keeps parts and no total: where the parts exclude each other their sum is the total."""
        lines: dict[tuple[str, str, date], dict[str, Gathered]] = {}
        for cell, gathered in self.cells.items():
            lines.setdefault(cell[:3], {})[cell.category] = gathered
        for (partner, indicator, period), by_category in lines.items():
            if TOTAL in by_category:
                continue
            first = next(iter(by_category.values()))
            line = self.codes.office.lines[first.part.indicator.pk]
            breakdown = next((b for b in line.breakdowns if line.is_exclusive(b) and any(
                set(breakdown_of(key)) == set(b) for key in by_category)), None)  # fmt: skip
            if breakdown is None:
                continue
            parts = [g for key, g in by_category.items() if set(breakdown_of(key)) == set(breakdown)]
            if any(part.is_not_collected for part in parts):
                continue
            total = Gathered(first.seat, first.part, first.row)
            for part in parts:
                numbers = self._numbers(Cell(partner, indicator, period, ""), part)
                if numbers is None:
                    break
                for component, number in zip(("value", "numerator", "denominator", "weight"), numbers, strict=True):
                    if number != "":
                        total.terms.setdefault(component, {}).setdefault("parts", []).append(number)
            else:
                total.terms = {name: {"parts": [_sum(terms["parts"])]} for name, terms in total.terms.items()}
                total.is_derived = True
                self.cells[Cell(partner, indicator, period, TOTAL)] = total
                self.exchanged.derived_totals += 1

    # --- what is said of a value ---

    def _ignore(self, value: DataValue, why: str) -> None:
        self.say(value, IGNORED, why)

    def _refuse(self, value: DataValue, problem: Problem) -> None:
        self.findings.add(problem.at(row=value.number))
        self.say(value, REFUSED, problem.message)

    def say(self, value: DataValue, verdict: str, why: str = "") -> None:
        category = value.combo or "+".join(f"{name}={said}" for name, said in value.categories)
        self.verdicts[value.number] = Verdict(
            value.number, cut(value.org_unit), cut(value.element), cut(value.period), cut(category),
            "" if value.value is None else cut(value.value), verdict, why,
        )  # fmt: skip


def _not_collected(comment: str) -> str | None:
    """The reason in a comment that says so: "not_collected: the scanner broke"."""
    word, _, reason = comment.partition(":")
    return reason.strip() if word.strip().casefold() in ("not_collected", "not collected") else None


def _said(line: Line, raw: Any) -> Any:
    """A value as the line takes it: DHIS2 says yes and no as true and false."""
    if line.kind == MILESTONE and str(raw).strip().casefold() in _TRUTHS:
        return _TRUTHS[str(raw).strip().casefold()]
    return raw


def _exact(raw: Any) -> Any:
    """A plain number as a Decimal, so that no organization's own number format is asked; anything else as it is."""
    if isinstance(raw, str):
        text = raw.strip()
        if text.isascii() and len(text) <= 100 and not text.startswith(("+", "_")) and "_" not in text:
            try:
                number = Decimal(text)
            except InvalidOperation:
                return raw
            return number if number.is_finite() else raw
        return raw
    return str(raw) if isinstance(raw, bool) else raw


def _sum(terms: Iterable[Any]) -> Any:
    """The sum of numbers; the first that is none, so that it is refused where it stands."""
    total = Decimal(0)
    for term in map(_exact, terms):
        if term == "":
            continue
        if not isinstance(term, Decimal):
            return term
        total += term
    return total
