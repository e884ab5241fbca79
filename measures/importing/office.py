"""What a file's rows are looked up against: one initiative's partners, indicators, obligations, loaded once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from backbone import tabular
from backbone.models import Initiative, Membership, Participation, Tenant
from backbone.problems import Problem, cut, gettext_noop
from backbone.roles import Can
from measures.lines import closes_on, lines, thresholds_of
from measures.models import Indicator, Obligation
from measures.rules.kinds import KINDS
from measures.rules.lines import Line
from measures.rules.owed import Assignment, Duty, OwedPeriod, period_at, why_not, why_not_filed
from measures.rules.periods import Grain
from measures.selectors.locks import openings
from measures.selectors.obligations import assignment_of
from measures.selectors.versions import histories
from measures.selectors.warned import rules_in_use

ANSWERS_KEPT = 10_000  # what a file of a million lines asks is not remembered whole

NUMBER_FORMATS = {
    Tenant.NumberFormat.POINT: tabular.POINT,
    Tenant.NumberFormat.COMMA: tabular.COMMA,
    Tenant.NumberFormat.SPACE: tabular.SPACE,
}


@dataclass(frozen=True, slots=True)
class Seat:
    """A partner of the initiative, and from when to when it takes part."""

    id: int
    code: str
    since: date
    until: date


class Office:
    """An initiative as an import sees it. `may_replace`: this person may overwrite approved figures. `by` None is the
    platform itself, at its operator's command.

    Nine queries to open, whatever the file holds. Where partners owe indicators alike, and most do, one answer serves all.
    """

    def __init__(self, initiative: Initiative, by: Membership | None, tenant: Tenant):
        self.initiative = initiative
        self.by = by
        self.tenant = tenant
        self.today = tenant.day()
        self.thresholds = thresholds_of(tenant)
        self.rules = rules_in_use(initiative)
        self.number_format = NUMBER_FORMATS[tenant.number_format]
        self.date_format = tabular.DateFormat(
            order="day" if tenant.date_order == Tenant.DateOrder.DAY_FIRST else "month", zone=ZoneInfo(tenant.timezone)
        )
        self.indicators = {i.slug: i for i in Indicator.objects.filter(initiative=initiative)}
        self.lines: dict[int, Line] = lines(initiative, self.indicators.values())
        self.not_filed = {slug: i for slug, i in self.indicators.items() if not KINDS[i.kind].is_filed}
        self.may_write_published = by is None or by.can(Can.DEFINE_INDICATORS)
        self._history = histories(self.indicators.values())
        self.seats = {
            row.partner.code: Seat(row.partner_id, row.partner.code, row.joins_on, row.leaves_on or date.max)
            for row in Participation.objects.filter(initiative=initiative).select_related("partner")
        }
        self.may_replace = by is None or by.can(Can.OVERRIDE)
        self._own = None if by is None or self.may_replace else by.partner_ids(Can.DRAFT)
        self._drafts_of = None if by is None else by.partner_ids(Can.READ_DRAFTS)
        self._may_move_locks = by is None or by.can(Can.MOVE_LOCKS)
        self._openings = openings(self.today, initiative=initiative)
        self._owed: dict[tuple[int, int | None], list[Assignment]] = defaultdict(list)
        for row in Obligation.objects.filter(indicator__initiative=initiative):
            self._owed[row.indicator_id, row.partner_id].append(assignment_of(row))
        self._duties: list[Duty] = []  # each once, without names, whoever owes what; asked for by its number
        self._numbers: dict[Duty, int] = {}
        self._duty_of: dict[tuple[int, int], int] = {}
        self._closed: dict[tuple[int, date, Grain], date | None] = {}
        self._lines_at: dict[tuple[int, date], Line] = {}
        self._period_at, self._may_file = _answers(self._duties, self.today)

    def line_at(self, indicator_id: int, period: date) -> Line:
        """The line as it is asked for in a period, and as it is defined then."""
        key = (indicator_id, period)
        if key not in self._lines_at:
            line, kind = self.lines[indicator_id].at(period), self._history[indicator_id].kind_at(period)
            self._lines_at[key] = line if kind == line.kind else replace(line, kind=kind)
        return self._lines_at[key]

    def counted_since(self, indicator_id: int, period: date) -> date:
        """From when on figures are counted as in this period: nothing earlier is held against it."""
        return self._history[indicator_id].since(period)

    def unknown_indicator(self, slug: str) -> Problem:
        near = ", ".join(tabular.nearest(slug, self.indicators, 3))
        text = gettext_noop("There is no indicator “{slug}” here.")
        hint = gettext_noop("Near to it are: {near}.") if near else ""
        params = {"slug": cut(slug), "near": near}
        return Problem("indicator.unknown", text, params, hint=hint, field="indicator", value=cut(slug))

    def may_file_for(self, seat: Seat) -> bool:
        return self._own is None or seat.id in self._own

    def sees_draft_of(self, seat: Seat) -> bool:
        """Whether this person may know what somebody of the partner has typed and not handed in."""
        return self._drafts_of is None or seat.id in self._drafts_of

    def period_at(self, indicator: Indicator, seat: Seat, month: date) -> OwedPeriod | None:
        """The period that holds this month, as the partner owes it."""
        return self._period_at(self._duty(indicator, seat), month)

    def why_not(self, indicator: Indicator, seat: Seat, period: date) -> Problem | None:
        """What keeps this person from filing it, by the rules; None when nothing does."""
        if indicator.slug in self.not_filed:
            return why_not_filed(indicator.slug, indicator.name, indicator.kind)
        duty, closed = self._duty(indicator, seat), self.closed_since(indicator, seat, period)
        if self._may_file(duty, period, closed):
            return None
        named = replace(self._duties[duty], indicator=indicator.name, partner=seat.code)
        return why_not(named, period, self.today, closed)

    def _duty(self, indicator: Indicator, seat: Seat) -> int:
        """What the partner owes of the indicator, by its number: the same wherever it is owed alike."""
        key = (indicator.pk, seat.id)
        if key not in self._duty_of:
            duty = Duty(
                indicator="",
                partner="",
                frequency=Grain(indicator.frequency),
                year_starts=self.tenant.fiscal_year_starts,
                retired_on=indicator.retired_on,
                stay=(seat.since, seat.until),
                assignments=(*self._owed[indicator.pk, None], *self._owed[indicator.pk, seat.id]),
            )
            if duty not in self._numbers:
                self._numbers[duty] = len(self._duties)
                self._duties.append(duty)
            self._duty_of[key] = self._numbers[duty]
        return self._duty_of[key]

    def closed_since(self, indicator: Indicator, seat: Seat, period: date) -> date | None:
        """The last day on which it could be filed, when that has passed; None while the period is open to them."""
        if self._may_move_locks:
            return None
        owed = self.period_at(indicator, seat, period)
        key = (indicator.pk, period, Grain(indicator.frequency) if owed is None else owed.frequency)
        if key not in self._closed:
            ends = closes_on(indicator, period, key[2])
            self._closed[key] = ends if ends < self.today else None
        last = self._closed[key]
        if last is not None and self._openings.until(seat.id, period, indicator.pk) is not None:
            return None
        return last


def _answers(
    duties: Sequence[Duty], today: date
) -> tuple[Callable[[int, date], OwedPeriod | None], Callable[[int, date, date | None], bool]]:
    """Which period of a duty holds a month; and whether one may be filed that is closed since a day, or open. The last
    answers are kept."""

    @lru_cache(ANSWERS_KEPT)
    def period(duty: int, month: date) -> OwedPeriod | None:
        return period_at(duties[duty], month)

    @lru_cache(ANSWERS_KEPT)
    def may_file(duty: int, start: date, closed: date | None) -> bool:
        return why_not(duties[duty], start, today, closed) is None

    return period, may_file
