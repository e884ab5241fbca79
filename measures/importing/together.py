"""Rules over several lines, held against the rows of a file and what stands beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from backbone.problems import Month, Problem, gettext_noop
from backbone.wording import say
from measures.importing.office import Office, Seat
from measures.importing.reading import ReadRow
from measures.importing.standing import LineKey, cells_of
from measures.models import Indicator
from measures.models.filings import OPEN_STATES
from measures.rules.crossing import check_rules
from measures.rules.figures import Entry, Place
from measures.rules.lines import TOTAL
from measures.selectors.checking import try_rule


def hold_together(office: Office, by_line: Mapping[LineKey, Sequence[ReadRow]]) -> Iterator[Problem]:
    """What the initiative's rules find in each partner and period of the file, at a row that has a part in it; one
    statement. What somebody else has typed and not handed in is not looked at, unless this person may see it.
    """
    named = {slug for rule in office.rules for slug in rule.slugs}
    compared = {slug: office.indicators[slug] for slug in named if slug in office.indicators}
    if not compared:
        return
    desks: dict[tuple[int, date], list[Sequence[ReadRow]]] = defaultdict(list)
    for (indicator_id, period, partner_id), rows in by_line.items():
        if office.lines[indicator_id].slug in compared:
            desks[partner_id, period].append(rows)
    stored = cells_of([(one.pk, period, partner_id) for partner_id, period in desks for one in compared.values()])
    for (partner_id, period), lines in desks.items():
        seat = lines[0][0].seat
        cells: dict[str, dict[str, Entry]] = {}
        for slug, indicator in compared.items():
            here = stored.get((indicator.pk, period, partner_id), {})
            cells[slug] = {
                category: cell.entry
                for category, cell in here.items()
                if cell.state not in OPEN_STATES or office.sees_draft_of(seat)
            }
        for rows in lines:
            cells[rows[0].line.slug] |= {row.figure.category: row.figure.entry for row in rows}
        owed = {
            slug: office.line_at(one.pk, period)
            for slug, one in compared.items()
            if cells[slug] or _begins_here(office, one, seat, period)
        }
        at = {rows[0].line.slug: rows for rows in lines}
        for problem in check_rules(office.rules, owed, cells, at.keys()):
            place = Place.of(problem.field)
            rows = at[place.indicator]
            row = next((one for one in rows if one.figure.category == TOTAL), rows[0])
            yield from wanting_words(office, row, problem.at(row=row.number, column=place.component))


def broken_by(office: Office, desks: Collection[tuple[int, date]]) -> Iterator[Problem]:
    """The hard rules that do not hold in these reports as they stand now, each with whose report it is; two statements
    a rule."""
    if not desks:
        return
    codes = {seat.id: code for code, seat in office.seats.items()}
    since = min(period for _, period in desks)
    for rule in office.rules:
        if not rule.is_hard:
            continue
        for one in try_rule(office.initiative, rule, since).caught:
            if (one.partner.pk, one.period) in desks:
                text = gettext_noop("{partner}, {period}: {message}")
                params = {"partner": codes[one.partner.pk], "period": Month(one.period), "message": rule.message}
                yield Problem("rule.broken", text, params | {"rule": rule.slug}, field="indicator")


def _begins_here(office: Office, indicator: Indicator, seat: Seat, period: date) -> bool:
    owed = office.period_at(indicator, seat, period)
    return owed is not None and owed.start == period


def wanting_words(office: Office, row: ReadRow, problem: Problem) -> Iterator[Problem]:
    """The problem; and where the tenant wants unusual figures explained and the row's note is empty, that it is."""
    yield problem
    if problem.is_warning and office.tenant.wants_words and not row.figure.entry.reason.strip():
        text = gettext_noop("Say in the note why it is right. {warning}")
        params = {"warning": say(problem)}
        yield Problem("warning.no_words", text, params, row=row.number, column="note", field="note")
