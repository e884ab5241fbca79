"""The spreadsheet to fill in: a row for every figure that somebody owes now, with what stands there already."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from backbone.models import Initiative, Membership, Tenant
from measures.importing.office import Office, Seat
from measures.importing.standing import cells_of
from measures.models import Indicator
from measures.models.filings import OPEN_STATES
from measures.rules.figures import plain
from measures.rules.lines import TOTAL
from measures.rules.periods import Grain, add_months, month_of, text_of
from measures.services.figure_rows import Stored

MONTHS_BACK = 3


def template_rows(initiative: Initiative, tenant: Tenant, by: Membership) -> Iterator[tuple[Any, ...]]:
    """Rows in the columns of an import: every open figure of the last months that this person may file, and its cells.

    A number that stands there is given, so that an upload of the unchanged template changes nothing.
    """
    office = Office(initiative, by, tenant)
    open_lines = []
    for indicator in office.indicators.values():
        for seat in office.seats.values():
            if office.may_file_for(seat):
                open_lines += [
                    (period, seat, indicator)
                    for period in _last_periods(office, indicator, seat)
                    if not office.closed_since(indicator, seat, period)
                ]
    stored = cells_of([(indicator.pk, period, seat.id) for period, seat, indicator in open_lines])
    for period, seat, indicator in sorted(open_lines, key=lambda it: (it[0], it[1].code, it[2].position, it[2].pk)):
        line = office.line_at(indicator.pk, period)
        here = stored.get((indicator.pk, period, seat.id), {})
        for category in (TOTAL, *(key for breakdown in line.breakdowns for key in line.keys(breakdown))):
            cell = here.get(category)
            if cell is not None and cell.state in OPEN_STATES and not office.sees_draft_of(seat):
                cell = None
            yield (seat.code, indicator.slug, text_of(period), category, *_said(cell))


def _last_periods(office: Office, indicator: Indicator, seat: Seat) -> Iterator[date]:
    """The last periods that have begun by last month, as this partner owes them, the first one first."""
    last = add_months(month_of(office.today), -1)
    now = office.period_at(indicator, seat, last)
    grain = Grain(indicator.frequency) if now is None else now.frequency
    found = (
        office.period_at(indicator, seat, add_months(last, -back))
        for back in range(MONTHS_BACK * grain.months - 1, -1, -1)
    )
    yield from dict.fromkeys(one.start for one in found if one is not None)


def _said(cell: Stored | None) -> tuple[Any, ...]:
    """What a row of the file holds of a cell: its numbers as short as they are, and the note."""
    if cell is None:
        return None, None, None, None, ""
    numbers = (cell.value, cell.numerator, cell.denominator, cell.weight)
    value, *others = (None if number is None else plain(number) for number in numbers)
    return "not_collected" if cell.is_not_collected else value, *others, cell.note
