"""Which span of time a page shows: a month, quarter or year, in the tenant's fiscal year or one that the reader chose.

The address carries it (`?grain=quarter&period=2026-07&year=10`, or `year=calendar`), so that every choice is a link and works
without scripts. Months are regrouped, never counted anew: two readers with different years see the same months.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from backbone.look.numbers import period_name, short_period
from measures.instants import instant_text
from measures.rules.periods import Grain, add_months, last_month, month_of, parse_month, start_of, text_of

CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class Window:
    """A span of a grain by its first month; `latest` is the last month that is over at the tenant's.

    `year_starts` is the reader's year, `tenant_starts` the tenant's own. `as_of`: figures as they stood at that instant.
    """

    grain: Grain
    period: date
    latest: date
    year_starts: int = 1
    tenant_starts: int = 1
    as_of: datetime | None = None

    @classmethod
    def chosen(
        cls, params: Mapping[str, str], *, latest: date, default: date, tenant_starts: int, grain: Grain = Grain.MONTH
    ) -> Window:
        """The window an address asks for. What it says wrongly or not at all is left at the default."""
        try:
            grain = Grain(params.get("grain", grain))
        except ValueError:
            grain = Grain(grain)
        starts = _year_in(params.get("year", "")) or tenant_starts
        asked = parse_month(params.get("period", ""))
        month = asked if isinstance(asked, date) and asked <= latest else default
        return cls(grain, start_of(grain, month, starts), latest, starts, tenant_starts)

    @property
    def name(self) -> str:
        """`October 2026`, `Jul–Sep 2026`, `2026–27`; a running quarter or year by its months, for it is none yet."""
        if self.grain is not Grain.MONTH and self.is_running:
            return self.months_so_far
        return period_name(self.period, self.grain)

    @property
    def short_name(self) -> str:
        """For the head of a column: `Oct 2026`; of a running quarter or year its months, `Jul–Oct 2026`."""
        if self.grain is Grain.MONTH or not self.is_running:
            return short_period(self.period, self.grain)
        first, last = short_period(self.period), short_period(self.last)
        if self.period.year == self.last.year:
            first = first.rsplit(" ", 1)[0]
        return last if self.period == self.last else f"{first}–{last}"

    @property
    def head(self) -> str:
        """Shorter still, beside another period of the same table: `Oct`."""
        return self.short_name.rsplit(" ", 1)[0] if self.grain is Grain.MONTH else self.short_name

    @property
    def last(self) -> date:
        """The last month of it that is over, or its last month."""
        return min(last_month(self.period, self.grain), self.latest)

    @property
    def is_running(self) -> bool:
        """Whether it has months that are not over yet."""
        return last_month(self.period, self.grain) > self.latest

    @property
    def months_so_far(self) -> str:
        """`July to October 2026, 4 of 12 months`: what a running quarter or year states instead of its name."""
        count = (self.last.year - self.period.year) * 12 + self.last.month - self.period.month + 1
        params = {
            "first": short_period(self.period),
            "last": short_period(self.last),
            "count": count,
            "all": self.grain.months,
        }
        if count <= 1:
            return _("%(first)s, 1 of %(all)s months") % params
        return _("%(first)s to %(last)s, %(count)s of %(all)s months") % params

    def whole_only(self, periods: Sequence[date], frequency: Grain) -> str:
        """`only Apr 2026 to Dec 2026: a quarter cannot be split`, where the periods of an indicator, which lie wholly in
        it, do not fill it; empty where they do.
        """
        if not periods or len(periods) * frequency.months == self.grain.months:
            return ""
        words = {"first": short_period(periods[0]), "last": short_period(last_month(periods[-1], frequency))}
        return _("only %(first)s to %(last)s: what is filed for a quarter cannot be split") % words

    @property
    def previous(self) -> Window:
        return replace(self, period=add_months(self.period, -self.grain.months))

    @property
    def next(self) -> Window | None:
        """The one after; None when none of its months is over."""
        after = add_months(self.period, self.grain.months)
        return replace(self, period=after) if after <= self.latest else None

    def at(self, grain: Grain) -> Window:
        """The same moment in another grain: the span that holds this one's last month that is over."""
        return replace(self, grain=grain, period=start_of(grain, self.last, self.year_starts))

    def in_year_from(self, month: int) -> Window:
        """The same moment in a year that starts in another month."""
        return replace(self, year_starts=month, period=start_of(self.grain, self.last, month))

    def back(self, spans: int) -> date:
        """The first month of the span that many spans earlier."""
        return add_months(self.period, -self.grain.months * spans)

    def query(self, **more: str) -> str:
        """What an address says to ask for this window, without the question mark."""
        said = {"grain": str(self.grain), "period": text_of(self.period)}
        if self.year_starts != self.tenant_starts:
            said["year"] = CALENDAR if self.year_starts == 1 else str(self.year_starts)
        if self.as_of is not None:
            said["as_of"] = instant_text(self.as_of)
        return urlencode(said | more)

    @property
    def sql_year(self) -> int | None:
        """The reader's year where stored roll-ups do not know it; None where they do."""
        if self.year_starts == self.tenant_starts or self.grain is Grain.MONTH:
            return None
        return self.year_starts


def _year_in(text: str) -> int | None:
    """The month in which the year of an address starts: `calendar`, or 1 to 12; None for anything else."""
    if text == CALENDAR:
        return 1
    return int(text) if text.isascii() and text.isdigit() and 1 <= int(text[:3]) <= 12 else None


def latest_month(today: date) -> date:
    """The last month that is over on a day."""
    return add_months(month_of(today), -1)
