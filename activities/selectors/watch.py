"""Links between indicators that are watched, with what stands at both ends; and targets that should have been moved by now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from activities.models import Finding
from activities.rules.watch import SPAN, Judged, Side, judge
from agenda.models import Link
from backbone.models import Initiative
from measures.models import Indicator
from measures.rules.periods import Grain, add_months, last_month
from measures.rules.progress import Status
from measures.selectors.panels import Panel, panels, periods_before
from measures.selectors.reading import Reading, read
from measures.windows import Window, latest_month

NAME = "measures.indicator:"


@dataclass(frozen=True, slots=True)
class Watched:
    """A link that is watched: `first` acts on `second` after `lag` months."""

    link: Link
    first: Indicator
    second: Indicator
    lag: int
    panels: tuple[Panel | None, Panel | None]
    judged: Judged


def watched(initiative: Initiative, today: date) -> Iterator[Watched]:
    """Links of the sign + whose lag is known and whose both ends stand for indicators, as they look in the last periods
    that are over."""
    latest, starts = latest_month(today), initiative.tenant.fiscal_year_starts
    links = list(
        Link.objects.filter(initiative=initiative, sign=Link.Sign.SAME, likely__isnull=False)
        .filter(source__stands_for__startswith=NAME, target__stands_for__startswith=NAME)
        .select_related("source", "target")
    )
    ids = {_id(end.stands_for) for link in links for end in (link.source, link.target)}
    indicators = Indicator.objects.filter(initiative=initiative, retired_on=None).in_bulk(ids)
    ends = [
        (link, indicators[first], indicators[second])
        for link in links
        if (first := _id(link.source.stands_for)) in indicators
        and (second := _id(link.target.stands_for)) in indicators
    ]
    asked: dict[tuple[int, date], tuple[date, ...]] = {}
    wanted = []
    for link, first, second in ends:
        later = periods_before(second, latest, 2 * SPAN, starts)
        until = add_months(last_month(later[-1], Grain(second.frequency)), -(link.likely or 0))
        earlier = periods_before(first, until, 2 * SPAN, starts)
        asked[first.pk, earlier[0]], asked[second.pk, later[0]] = earlier, later
        wanted.append((link, first, second, earlier, later))
    found = _panels(initiative, asked, indicators, latest)
    tenant = initiative.tenant
    for link, first, second, earlier, later in wanted:
        both = found.get((first.pk, earlier[0])), found.get((second.pk, later[0]))
        judged = judge(
            _side(both[0], first), _side(both[1], second), change=tenant.watch_change, coverage=tenant.watch_coverage
        )
        yield Watched(link, first, second, link.likely or 0, both, judged)


def challenged(initiative: Initiative, today: date) -> list[Reading]:
    """The indicators that should have moved by now, by the theory of change, and did not."""
    latest, starts = latest_month(today), initiative.tenant.fiscal_year_starts
    rows = Indicator.objects.filter(initiative=initiative, retired_on=None, targets__isnull=False).distinct()
    indicators = list(rows.select_related("tenant"))
    if not indicators:
        return []
    window = Window(Grain.MONTH, latest, latest, starts, starts)
    return [one for one in read(initiative, indicators, window, trend=0) if one.status is Status.CHALLENGED]


def findings(initiative: Initiative, *states: str) -> list[Finding]:
    """The findings in these states, the newest first; one query."""
    rows = Finding.objects.filter(initiative=initiative, state__in=states).select_related("closed_by", "learning")
    return list(rows.order_by("-found_on", "-pk"))


def _panels(initiative, asked, indicators, latest) -> dict[tuple[int, date], Panel]:
    """One indicator may stand at the ends of several links, in other periods each time: as many rounds as that takes."""
    rounds: list[dict[int, tuple[date, ...]]] = []
    for (pk, _first), periods in asked.items():
        for one in rounds:
            if pk not in one:
                one[pk] = periods
                break
        else:
            rounds.append({pk: periods})
    found = {}
    for one in rounds:
        for pk, panel in panels(initiative, one, indicators, latest).items():
            found[pk, panel.periods[0]] = panel
    return found


def _side(panel: Panel | None, indicator: Indicator) -> Side:
    if panel is None:
        return Side((), None, indicator.direction)
    return Side(panel.values, panel.coverage, indicator.direction)


def _id(name: str) -> int:
    rest = name.removeprefix(NAME)
    return int(rest) if rest.isdecimal() else 0
