"""A filled workbook back into the tidy rows of every import; and what is said when it is not the one that is meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from backbone.problems import Month, Problem, Refused, cut, gettext_noop
from backbone.tabular import Findings, Row, Table
from measures.importing.office import Office
from measures.importing.workbooks import layout
from measures.importing.workbooks.inputs import headings
from measures.importing.workbooks.layout import RowKey
from measures.rules.periods import parse_month, text_of

AGAIN = gettext_noop("Download the workbook again and type the numbers into it.")
OUR_NOTES = ("note.sheet", "note.hidden_rows", "note.ignored_columns")  # about what we hid and locked ourselves
NOT_COLLECTED = "not_collected"


@dataclass(frozen=True, slots=True)
class Expected:
    """For whom and when a workbook has to be, where somebody uploads it to one report; None is any."""

    partner: str | None = None
    period: date | None = None


ANY = Expected()


@dataclass(slots=True)
class Filled:
    """A filled workbook. `rows` are tidy; `rows_of` holds by number what each row is about, and its inputs as they were
    typed; `new_only` says of a row who is counted, where it does; `names` are the headings that its reader sees."""

    rows: list[Row] = field(default_factory=list)
    broken: list[Row] = field(default_factory=list)
    rows_of: dict[int, tuple[str, list[Any]]] = field(default_factory=dict)
    new_only: dict[int, bool] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    partner: str = ""
    since: date = date.min
    until: date = date.max

    def typed(self, number: int) -> dict[str, Any]:
        """What was typed into a row, by the inputs' names."""
        return dict(zip(layout.INPUTS, self.rows_of[number][1], strict=False))

    def at_headings(self, problems: Iterable[Problem]) -> list[Problem]:
        """The problems at the headings that a reader of the workbook sees, not at our names of them."""
        return [replace(problem, column=self.names.get(problem.column, problem.column)) for problem in problems]


def fill(table: Table, office: Office, expected: Expected = ANY) -> Filled:
    """The rows of a filled workbook, in the columns of `COLUMNS`; what is wrong with one goes to the table's findings.

    Raises Refused: `template.version`, `template.elsewhere`, `template.changed`, `template.other_partner`,
    `template.other_period`.
    """
    facts = table.facts
    _check_facts(table, office, expected)
    filled = Filled(partner=facts["partner"])
    filled.since, filled.until = _month(facts["since"]) or date.min, _month(facts["until"]) or date.max
    names = headings()
    filled.names = {name: names.get(name, name) for name in layout.INPUTS}
    filled.names |= {"partner": _("Partner"), "indicator": _("Indicator"), "period": _("Period"), "category": _("Part")}
    for row in (*table.rows, *table.broken):
        if row.cells[0] == layout.LABELS:
            seen = dict(zip(layout.INPUTS, row.cells[1:], strict=False))
            filled.names |= {name: cut(heading) for name, heading in seen.items() if heading not in ("", None)}
    _drop_labels(table)
    filled.rows = list(_tidy(table.rows, filled, facts, table.findings))
    quiet = Findings()  # these are refused already; here they are only made tidy, to be given back
    filled.broken = list(_tidy(table.broken, filled, facts, quiet))
    table.notes = tuple(note for note in table.notes if note.code not in OUR_NOTES)
    return filled


def _check_facts(table: Table, office: Office, expected: Expected) -> None:
    facts = table.facts
    if facts.get("version") != layout.VERSION:
        text = gettext_noop("The workbook is of an older form ({found}; now it is {version}).")
        params = {"found": cut(facts.get("version", "–"), 20), "version": layout.VERSION}
        raise Refused(Problem("template.version", text, params, hint=AGAIN, value=params["found"]))
    if (facts.get("tenant"), facts.get("initiative")) != (office.tenant.slug, office.initiative.slug):
        text = gettext_noop("The workbook was made for another initiative ({found}).")
        found = cut(f"{facts.get('tenant', '')}/{facts.get('initiative', '')}")
        raise Refused(Problem("template.elsewhere", text, {"found": found}, hint=AGAIN, value=found))
    since, until = _month(facts.get("since", "")), _month(facts.get("until", ""))
    listed = facts.get("columns", "").split()
    if since is None or until is None or not facts.get("partner") or not listed:
        raise Refused(Problem("template.changed", gettext_noop("The hidden sheet was changed."), hint=AGAIN))
    gone = [name for name in listed if name not in table.header.positions]
    if gone:
        text = gettext_noop("The column “{column}” is not there any more.")
        name = headings().get(gone[0], gone[0])
        hint = gettext_noop("Leave out numbers by leaving cells blank. Download the workbook again.")
        raise Refused(Problem("template.changed", text, {"column": name}, hint=hint, column=name))
    wanted: dict[str, Any] = {"partner": cut(facts["partner"]), "since": Month(since), "until": Month(until)}
    hint = gettext_noop("Upload it under “Spreadsheets”, or choose the workbook of this report.")
    if expected.partner is not None and expected.partner != facts["partner"]:
        text = gettext_noop("This is the workbook of {partner}, not of {expected}.")
        wanted["expected"] = expected.partner
        raise Refused(Problem("template.other_partner", text, wanted, hint=hint, value=cut(facts["partner"])))
    if expected.period is not None and not since <= expected.period <= until:
        text = gettext_noop("This is the workbook for {since}, not for {expected}.")
        if since != until:
            text = gettext_noop("This is the workbook for {since} to {until}, not for {expected}.")
        wanted["expected"] = Month(expected.period)
        raise Refused(Problem("template.other_period", text, wanted, hint=hint, value=facts["since"]))


def _drop_labels(table: Table) -> None:
    """Leave out the row of headings, and what a reader may have found wrong with it."""
    numbers = {row.number for row in (*table.rows, *table.broken) if row.cells[0] == layout.LABELS}
    table.rows = [row for row in table.rows if row.number not in numbers]
    table.broken = [row for row in table.broken if row.number not in numbers]
    found = table.findings
    table.findings = Findings(found.keep, found.show)
    table.findings.extend(problem for problem in found.problems if problem.row not in numbers)


def _tidy(rows: Iterable[Row], filled: Filled, facts: Mapping[str, str], findings: Findings) -> Iterator[Row]:
    not_collected = {facts.get(NOT_COLLECTED, "").casefold(), "not collected", NOT_COLLECTED}
    counted = {facts.get("new", "").casefold(): True, facts.get("everyone", "").casefold(): False}
    yes_no = {facts.get(word, "").casefold(): word for word in ("yes", "no")}
    for number, (written, *typed) in rows:
        key = RowKey.of(str(written))
        wrong = _wrong_key(key, written, filled)
        if key is None or wrong is not None:
            if wrong is not None and any(cell not in ("", None) for cell in typed[: len(layout.INPUTS)]):
                findings.add(wrong.at(row=number))
            continue
        filled.rows_of[number] = (str(written), typed)
        *numbers, chosen, who, note = typed[: len(layout.INPUTS)]
        if type(numbers[0]) is str:
            numbers[0] = yes_no.get(numbers[0].strip().casefold(), numbers[0])
        if chosen not in ("", None):
            if str(chosen).strip().casefold() not in not_collected:
                findings.add(_not_in_list(chosen).at(row=number, column=layout.NOT_COLLECTED))
                continue
            _say_not_collected(numbers)
        if who not in ("", None):
            is_new = counted.get(str(who).strip().casefold())
            if is_new is None:
                findings.add(_not_in_list(who).at(row=number, column=layout.COUNTED))
                continue
            filled.new_only[number] = is_new
        yield Row(number, (key.partner, key.indicator, text_of(key.period), key.category, *numbers, note))


def _say_not_collected(numbers: list[Any]) -> None:
    """Write the word of the tidy columns where no number stands; beside one it is a contradiction, which is told."""
    place = next((place for place, number in enumerate(numbers) if number in ("", None)), 0)
    numbers[place] = NOT_COLLECTED


def _wrong_key(key: RowKey | None, written: Any, filled: Filled) -> Problem | None:
    if key is None:
        text = gettext_noop("The row does not say which figure it is: its hidden first cell was changed or is empty.")
        return Problem("template.key", text, hint=AGAIN, value=cut(written))
    if key.partner != filled.partner:
        text = gettext_noop("The row is from the workbook of {found}; this is the one of {partner}.")
        params = {"found": cut(key.partner), "partner": cut(filled.partner)}
        return Problem("template.other_partner", text, params, hint=AGAIN, value=cut(key.partner))
    if not filled.since <= key.period <= filled.until:
        text = gettext_noop("The row is for {found}; this workbook ends with {until} and begins with {since}.")
        params = {"found": Month(key.period), "since": Month(filled.since), "until": Month(filled.until)}
        return Problem("template.other_period", text, params, hint=AGAIN, value=text_of(key.period))
    return None


def _not_in_list(value: Any) -> Problem:
    text = gettext_noop("“{value}” is not in the list.")
    hint = gettext_noop("Choose from the list, or leave the cell blank.")
    return Problem("template.choice", text, {"value": cut(value)}, hint=hint, value=cut(value))


def _month(text: str) -> date | None:
    month = parse_month(text)
    return month if isinstance(month, date) else None
