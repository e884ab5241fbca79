"""What a partner's workbook asks for: its open lines, what stands there, and what was filed before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from backbone.problems import Month, Problem, Refused, gettext_noop
from backbone.tenancy import active_tenant_id
from measures.importing.office import Office, Seat
from measures.importing.workbooks.layout import RowKey
from measures.models import Indicator
from measures.models.filings import OPEN_STATES
from measures.rules.lines import TOTAL, Line
from measures.rules.periods import Grain, add_months, start_of
from measures.services.figure_rows import COLUMNS, Stored

MOST_MONTHS = 24
MOST_ROWS = 10_000
PERIODS_BESIDE = 3
MONTHS_OF_HISTORY = 24


@dataclass(frozen=True, slots=True)
class AskedCell:
    """One row of the workbook: a total or a category, with what stands there and the same figure of other periods."""

    indicator: Indicator
    line: Line
    period: date
    frequency: Grain
    category: str
    standing: Stored | None
    others: dict[date, Stored]

    def key(self, partner: str) -> RowKey:
        return RowKey(self.period, self.line.slug, self.category, partner)

    @property
    def before(self) -> list[Stored | None]:
        """The same period a year ago, then the three periods before, the latest last."""
        months = self.frequency.months
        past = [add_months(self.period, -months * back) for back in range(PERIODS_BESIDE, 0, -1)]
        return [self.others.get(period) for period in (add_months(self.period, -12), *past)]


@dataclass(frozen=True, slots=True)
class Asked:
    """All that one workbook asks of one partner."""

    office: Office
    seat: Seat
    partner_name: str
    since: date
    until: date
    cells: Sequence[AskedCell] = field(default_factory=list)


def ask(office: Office, seat: Seat, since: date, until: date, *, partner_name: str = "") -> Asked:
    """The lines that the partner owes for the periods beginning in these months and that this person may file now.

    One query beside those of the office. Raises Refused: `template.too_long`, `template.nothing_open`.
    """
    if not since <= until < add_months(since, MOST_MONTHS):
        text = gettext_noop("A workbook holds at most {limit} months, the earlier one first.")
        raise Refused(Problem("template.too_long", text, {"limit": MOST_MONTHS}, field="until"))
    wanted = list(_open_lines(office, seat, since, until))
    if not wanted:
        text = gettext_noop("Nothing of {partner} is open from {since} to {until}.")
        hint = gettext_noop("Choose other months, or ask the backbone team to reopen them.")
        params = {"partner": seat.code, "since": Month(since), "until": Month(until)}
        raise Refused(Problem("template.nothing_open", text, params, hint=hint, field="since"))
    found = _figures(office, seat, [indicator.pk for indicator, _ in wanted], since, until)
    cells = []
    for indicator, period in wanted:
        line = office.line_at(indicator.pk, period)
        owed = office.period_at(indicator, seat, period)
        frequency = Grain(indicator.frequency) if owed is None else owed.frequency
        for category in (TOTAL, *(key for breakdown in line.breakdowns for key in line.keys(breakdown))):
            others = found[indicator.pk, category]
            cells.append(AskedCell(indicator, line, period, frequency, category, others.get(period), others))
    if len(cells) > MOST_ROWS:
        text = gettext_noop("The workbook would have {found} rows; at most {limit} are allowed.")
        hint = gettext_noop("Choose fewer months.")
        params = {"found": len(cells), "limit": MOST_ROWS}
        raise Refused(Problem("template.too_long", text, params, hint=hint, field="until"))
    return Asked(office, seat, partner_name or seat.code, since, until, cells)


def _open_lines(office: Office, seat: Seat, since: date, until: date) -> Iterator[tuple[Indicator, date]]:
    indicators = sorted(office.indicators.values(), key=lambda one: (one.position, one.pk))
    month = since
    while month <= until:
        for indicator in indicators:
            line = office.lines[indicator.pk]
            if not line.components and not line.rule.is_words:
                continue  # worked out from others: nobody files it
            is_start = start_of(Grain(indicator.frequency), month, office.tenant.fiscal_year_starts) == month
            if is_start and office.why_not(indicator, seat, month) is None:
                yield indicator, month
        month = add_months(month, 1)


def _figures(
    office: Office, seat: Seat, indicator_ids: list[int], since: date, until: date
) -> dict[tuple[int, str], dict[date, Stored]]:
    """The partner's figures of these indicators, by indicator and category, then by period; one statement."""
    columns = ", ".join(f"f.{name}" for name in COLUMNS)
    found: dict[tuple[int, str], dict[date, Stored]] = defaultdict(dict)
    params: list[Any] = [
        active_tenant_id(), seat.id, list(set(indicator_ids)), add_months(since, -3 * 12), until
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT f.indicator_id, f.category, f.period, {columns} FROM measures_figure f "  # noqa: S608  our names
            "WHERE f.tenant_id = %s AND f.partner_id = %s AND f.indicator_id = ANY(%s) AND f.period BETWEEN %s AND %s",
            params,
        )
        for indicator_id, category, period, *rest in cursor.fetchall():
            cell = Stored(*rest)
            if cell.state not in OPEN_STATES or office.sees_draft_of(seat):
                found[indicator_id, category][period] = cell
    return found
