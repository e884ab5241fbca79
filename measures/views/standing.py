"""What home shows of the forest and of who is missing. It is kept while nothing changes, since every reader asks for it.

It is the same for all who may know the same, and says nothing that depends on whose page it is: addresses and buttons are
added for each reader. A change of any kind, a figure or a roll-up that is still to be built anew make another one. What
figures are read by (indicators, partners, who owes what) is kept apart from them, and longer: reports leave it alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from redis.exceptions import RedisError

from agenda.models import Outcome
from backbone.caching import release
from backbone.look.checks import draw_weight
from backbone.models import Initiative
from backbone.roles import Can
from measures.models import Indicator
from measures.rules.periods import Grain
from measures.selectors.chase import ChaseList, LastFiled, Missing, chase_list
from measures.selectors.forest import Date, branches, indicators_in_use, locks_on, next_dates
from measures.selectors.home import HomeState
from measures.selectors.opening import lively_month, window_for
from measures.selectors.reading import Grounds, read, read_and_owed
from measures.selectors.taking_part import Roster, roster_of
from measures.windows import Window, latest_month

KEPT_SECONDS = 300
CHASED_AT_ONCE = 6

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class ChasedRow:
    """One partner that is missing, in plain values. `usual` is empty without history; `figures` are how many it misses, `returned`
    how many of those went back to it."""

    partner_id: int
    code: str
    name: str
    usual: str
    heaviest: str
    figures: int
    last: LastFiled | None
    reminded_at: datetime | None
    drawing: SafeString
    returned: int


@dataclass(frozen=True, slots=True)
class Standing:
    """The forest as HTML; who is missing in the month that is collected, the first few of them; the next dates.

    `chased` is None for who may not know who is missing.
    """

    window: Window
    month: Window
    html: SafeString
    has_branches: bool
    has_indicators: bool
    chased: tuple[ChasedRow, ...] | None
    missing: int
    expected: int
    dates: tuple[Date, ...]
    locks_on: date | None


def chased_rows(found: Iterable[Missing]) -> tuple[ChasedRow, ...]:
    """Rows of a chase list as they are drawn."""
    return tuple(
        ChasedRow(
            one.partner.pk,
            one.partner.code,
            one.partner.name,
            "" if one.share is None else one.usual_words,
            one.heaviest.indicator.code or one.heaviest.indicator.name,
            len(one.indicators),
            one.last,
            one.reminded_at,
            draw_weight(one.share),
            one.returned,
        )
        for one in found
    )


def standing_of(request, initiative: Initiative, state: HomeState) -> Standing:
    """As it was kept in this state, or worked out now: for everybody without a cache, and while a roll-up is to be built."""
    knows_names = request.membership.partner_ids(Can.READ_PARTNER_FIGURES) is None
    lively = lively_month(state.newest, latest_month(request.tenant.day()))
    window = window_for(initiative, request.GET, request.tenant, lively=lively)
    if state.is_stale:
        return _work_out(request, initiative, state, window)
    made_of = (
        initiative.pk, state.changes, state.event, request.tenant.day(), knows_names, get_language(), timezone.get_current_timezone_name(),
        window,
    )  # fmt: skip
    return _kept("standing", made_of, lambda: _work_out(request, initiative, state, window))


def _kept(name: str, made_of: tuple[Any, ...], work_out: Callable[[], Kept]) -> Kept:
    """What was kept under this name of the same things, or worked out now and kept; without Redis nothing is."""
    key = f"{name}:{release()}:{hashlib.sha256(repr(made_of).encode()).hexdigest()}"
    with suppress(RedisError):
        kept: Kept | None = cache.get(key)
        if kept is not None:
            return kept
    found = work_out()
    with suppress(RedisError):
        cache.set(key, found, KEPT_SECONDS)
    return found


@dataclass(frozen=True, slots=True)
class SetUp:
    """What the figures of an initiative are read by, and which no report changes."""

    indicators: list[Indicator]
    outcomes: list[Outcome]
    roster: Roster
    grounds: Grounds

    @classmethod
    def of(cls, initiative: Initiative, month: date) -> SetUp:
        """With the indicators that are in use by a month."""
        indicators, roster = indicators_in_use(initiative, month), roster_of(initiative)
        grounds = Grounds.of(initiative, indicators, roster=roster)
        return cls(indicators, list(Outcome.objects.filter(initiative=initiative)), roster, grounds)


def _work_out(request, initiative: Initiative, state: HomeState, window: Window) -> Standing:
    tenant, day = request.tenant, request.tenant.day()
    month = window.at(Grain.MONTH)
    made_of = (initiative.pk, state.set_up, window.period)
    set_up = _kept("set-up", made_of, lambda: SetUp.of(initiative, window.period))
    indicators, roster, grounds = set_up.indicators, set_up.roster, set_up.grounds
    codes = roster.codes if request.membership.partner_ids(Can.READ_PARTNER_FIGURES) is None else None
    chase = ChaseList(month.period, (), 0)
    dates: tuple[Date, ...] = ()
    if codes is None:
        readings = read(initiative, indicators, window, grounds=grounds)
    else:
        readings, owed = read_and_owed(initiative, indicators, window, month, codes=codes, grounds=grounds)
        chase = chase_list(initiative, owed, month.period, tenant.timezone, roster)
        dates = tuple(next_dates(roster, indicators, day, tenant.fiscal_year_starts))
    found = branches(set_up.outcomes, readings)
    html = ""
    if found and indicators:
        context = {"branches": found, "window": window, "initiative": initiative, "request": request}
        html = render_to_string("measures/_branches.html", context)
    return Standing(
        window=window,
        month=month,
        html=mark_safe(html),  # noqa: S308  (our own template's)
        has_branches=bool(found),
        has_indicators=bool(indicators),
        chased=None if codes is None else chased_rows(chase.missing[:CHASED_AT_ONCE]),
        missing=len(chase.missing),
        expected=chase.expected,
        dates=dates,
        locks_on=locks_on(indicators, month.period) if codes is not None else None,
    )
