"""Readings as plain data and back: what is published is a reading that no longer depends on anything live.

A frozen figure has no numbers where it is hidden, so whatever shows it, page, chart, table or file, can give nothing
away. Numbers are texts, so that none is rounded; words are put on them when somebody reads, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from measures import wording
from measures.goals import Goal, judge
from measures.models import DefinitionVersion, Indicator
from measures.rules.change import Change
from measures.rules.combining import Combined
from measures.rules.coverage import Coverage, State
from measures.rules.figures import plain
from measures.rules.lines import Level, Line, Overlap
from measures.rules.periods import Grain
from measures.rules.progress import Status
from measures.rules.versions import Version
from measures.selectors.community import Vintage
from measures.selectors.parts import Whole
from measures.selectors.reading import Reading
from measures.selectors.trend import TrendPoint, live_point
from measures.selectors.versions import History
from measures.windows import Window

Data = Mapping[str, Any]

NUMBERS = ("value", "numerator", "denominator", "lower", "upper")


# --- figures ---


def figure(combined: Combined, *, is_hidden: bool = False, lower: Decimal | None = None) -> dict[str, Any]:
    """A combined figure with its coverage; of a hidden one the coverage alone. `lower` is shown for the lower bound that
    it truly has.
    """
    covered = combined.coverage
    found: dict[str, Any] = {"state": str(combined.state), "filed": covered.filed, "expected": covered.expected}
    if covered.excused:
        found["excused"] = covered.excused
    if is_hidden:
        return found | {"hidden": True}
    found |= {name: text(number) for name in NUMBERS if (number := getattr(combined, name)) is not None}
    if lower is not None:
        found |= {"lower": text(lower), "rounded": True}
    if combined.as_of_period is not None:
        found["stands_on"] = month(combined.as_of_period)
    if combined.is_lower_bound:
        found["at_least"] = True
    if combined.spread:
        found["spread"] = {str(rank): count for rank, count in sorted(combined.spread.items())}
    return found


def combined_from(data: Data, kind: str) -> Combined:
    """The figure again; a hidden one has no value, whatever its state."""
    covered = Coverage(data["filed"], data["expected"], data.get("excused", 0), missing=None)
    numbers = {name: Decimal(data[name]) for name in NUMBERS if name in data}
    return Combined(
        kind=kind,
        state=State(data["state"]),
        coverage=covered,
        **numbers,
        as_of_period=month_from(data["stands_on"]) if "stands_on" in data else None,
        is_lower_bound=data.get("at_least", False),
        spread={int(rank): count for rank, count in data.get("spread", {}).items()},
    )


# --- indicators ---

_LINE_TEXTS = ("slug", "name", "kind", "unit", "numerator_name", "denominator_name", "over_time")
_LINE_FLAGS = ("is_whole", "allows_negative", "mean_allowed")


def line(one: Line, indicator: Indicator) -> dict[str, Any]:
    """An indicator as far as its figures are said and read by it."""
    found: dict[str, Any] = {name: getattr(one, name) for name in _LINE_TEXTS}
    found |= {name: True for name in _LINE_FLAGS if getattr(one, name)}
    found |= {
        "code": indicator.code,
        "definition": indicator.definition,
        "direction": indicator.direction,
        "frequency": indicator.frequency,
    }
    if one.levels:
        found["levels"] = [[level.slug, level.name] for level in one.levels]
    if one.overlap is not None:
        found["overlap"] = [text(one.overlap.rate), one.overlap.source, one.overlap.on.isoformat()]
    if one.rule.is_published:
        found |= {"source": indicator.source, "source_url": indicator.source_url}
    return found


def line_from(data: Data) -> Line:
    overlap = data.get("overlap")
    return Line(
        **{name: data[name] for name in _LINE_TEXTS},
        **{name: data.get(name, False) for name in _LINE_FLAGS},
        levels=tuple(Level(slug, name) for slug, name in data.get("levels", ())),
        overlap=Overlap(Decimal(overlap[0]), overlap[1], date.fromisoformat(overlap[2])) if overlap else None,
    )


def indicator_from(data: Data) -> Indicator:
    """The indicator as a row that is never saved."""
    return Indicator(
        slug=data["slug"],
        code=data["code"],
        name=data["name"],
        definition=data["definition"],
        kind=data["kind"],
        unit=data["unit"],
        direction=data["direction"],
        frequency=data["frequency"],
        source=data.get("source", ""),
        source_url=data.get("source_url", ""),
    )


# --- targets, changes, versions ---

_GOAL_NUMBERS = ("value", "baseline", "planned", "band")
_GOAL_DAYS = ("by", "since", "starts", "until", "judged_from", "moves_by")
_GOAL_FLAGS = ("is_sum", "is_judged", "is_of_partners")


def goal(one: Goal) -> dict[str, Any]:
    """A target in force, with the plan until then."""
    found: dict[str, Any] = {"grain": str(one.grain)}
    found |= {name: text(number) for name in _GOAL_NUMBERS if (number := getattr(one, name)) is not None}
    found |= {name: month(day) for name in _GOAL_DAYS if (day := getattr(one, name)) is not None}
    found |= {name: getattr(one, name) for name in _GOAL_FLAGS}
    found["way"] = [[month(at), text(level)] for at, level in one.way]
    return found


def goal_from(data: Data) -> Goal:
    numbers = {name: Decimal(data[name]) if name in data else None for name in _GOAL_NUMBERS}
    days = {name: month_from(data[name]) if name in data else None for name in _GOAL_DAYS}
    flags = {name: data[name] for name in _GOAL_FLAGS}
    way = tuple((month_from(at), Decimal(level)) for at, level in data["way"])
    return Goal(**numbers, **days, **flags, grain=Grain(data["grain"]), way=way)


_CHANGE_NUMBERS = ("panel_share", "previous", "current", "difference", "share")


def change(one: Change) -> dict[str, Any]:
    """A like-for-like change; of the panel its size alone."""
    found: dict[str, Any] = {"panel": len(one.panel), "is_comparable": one.is_comparable}
    found |= {name: text(number) for name in _CHANGE_NUMBERS if (number := getattr(one, name)) is not None}
    if one.by_volume:
        found["by_volume"] = True
    if one.over is not None:
        found["over"] = version(one.over)
    return found


def change_from(data: Data) -> Change:
    return Change(
        panel=tuple(range(data["panel"])),
        is_comparable=data["is_comparable"],
        **{name: Decimal(data[name]) if name in data else None for name in _CHANGE_NUMBERS},
        by_volume=data.get("by_volume", False),
        over=version_from(data["over"]) if "over" in data else None,
    )


def version(one: Version) -> dict[str, Any]:
    """A new definition from a month on, and whether figures before it compare."""
    return {
        "starts_on": month(one.starts_on),
        "kind": one.kind,
        "is_comparable": one.is_comparable,
        "bridge": None if one.bridge is None else text(one.bridge),
        "bridge_source": one.bridge_source,
    }


def version_from(data: Data) -> Version:
    bridge = None if data["bridge"] is None else Decimal(data["bridge"])
    return Version(
        month_from(data["starts_on"]), data["kind"], data["is_comparable"], bridge, data.get("bridge_source", "")
    )


# --- windows ---


def window(one: Window) -> dict[str, Any]:
    return {
        "grain": str(one.grain),
        "period": month(one.period),
        "latest": month(one.latest),
        "year_starts": one.year_starts,
        "tenant_starts": one.tenant_starts,
    }


def window_from(data: Data) -> Window:
    return Window(
        Grain(data["grain"]),
        month_from(data["period"]),
        month_from(data["latest"]),
        data["year_starts"],
        data["tenant_starts"],
    )


def year_from(data: Data, year: Data) -> Window:
    """A year of an indicator as far as there is anything of it: of one that began in July, `Jul–Dec 2025`, and not `2025`,
    which would be read as a whole year. Whether it still runs its own window says."""
    own = window_from(year["window"])
    first = min((month_from(period) for period, _figure in data["trend"]), default=own.period)
    return own if first <= own.period or first > own.last else replace(own, period=first, latest=own.last)


# --- the whole reading ---


@dataclass(frozen=True, slots=True)
class FrozenReading(Reading):
    """A reading that was published. Withheld: `is_hidden`, and the periods of its trend in `hidden_periods`."""

    is_hidden: bool = False
    hidden_periods: frozenset[date] = frozenset()
    missing_inputs: tuple[str, ...] = ()

    @property
    def meaning(self) -> str:
        if self.is_hidden:
            return ""
        missing = wording.missing_inputs(self.missing_inputs, self.now.has_something) if self.missing_inputs else ""
        return " ".join(part for part in (Reading.meaning.fget(self), missing) if part)


def reading(
    one: Reading,
    *,
    trend: Mapping[date, Combined],
    figure_at: Callable[[date, Combined], dict[str, Any]] = lambda _period, combined: figure(combined),
    named: tuple[str, ...] = (),
    with_change: bool = True,
) -> dict[str, Any]:
    """A reading as plain data; `trend` are its spans up to the window's own, `figure_at` says how one of them is shown,
    `named` who is missing and may be named.

    Of a hidden one neither target status nor change nor what its inputs lack is kept: each would give it away.
    """
    now = figure_at(one.window.period, one.now)
    is_hidden = bool(now.get("hidden"))
    found: dict[str, Any] = {
        "line": line(one.line, one.indicator),
        "window": window(one.window),
        "figure": now | ({"missing": list(named)} if named else {}),
        "trend": [
            [month(period), _of_kind(one.line, combined, figure_at(period, combined))]
            for period, combined in sorted(trend.items())
        ],
        "versions": [version(rule) for rule in one.history.rules[1:]],
    }
    if one.goal is not None:
        found["goal"] = goal(one.goal)
    if one.published is not None:
        found["vintage"] = one.published.published_on.isoformat()
    if not is_hidden:
        found["status"] = str(_status(one, now))
        if one.change is not None and with_change:
            found["change"] = change(one.change)
        missing = getattr(one.whole, "missing", ())
        if missing:
            found["missing_inputs"] = list(missing)
    return found


def _status(one: Reading, shown: Data) -> Status:
    """Where it stands against its target. By the lower end that is shown: that the true one has reached the target would
    tell more of it."""
    if not shown.get("rounded"):
        return one.status
    rounded = replace(one.now, lower=Decimal(shown["lower"]))
    return judge(one.indicator.direction, rounded, one.goal, one.window.last, is_running=one.window.is_running)


def _of_kind(own: Line, combined: Combined, data: dict[str, Any]) -> dict[str, Any]:
    """A span in which the indicator was of another kind says so."""
    return data if combined.kind == own.kind else data | {"kind": combined.kind}


def reading_from(data: Data) -> FrozenReading:
    """The reading again, from its data alone; no statement."""
    own, at = line_from(data["line"]), window_from(data["window"])
    indicator = indicator_from(data["line"])
    kind = own.kind
    hidden = frozenset(month_from(period) for period, one in data["trend"] if one.get("hidden"))
    trend = tuple(_point(month_from(period), one, own, at) for period, one in data["trend"])
    rows = tuple(
        DefinitionVersion(
            starts_on=rule.starts_on,
            kind=rule.kind,
            is_comparable=rule.is_comparable,
            bridge=rule.bridge,
            bridge_source=rule.bridge_source,
        )
        for rule in map(version_from, data["versions"])
    )
    vintage = data.get("vintage")
    missing = data["figure"].get("missing")
    return FrozenReading(
        indicator=indicator,
        line=own,
        window=at,
        whole=Whole(combined_from(data["figure"], kind), ()),
        before=None,
        change=change_from(data["change"]) if "change" in data else None,
        goal=goal_from(data["goal"]) if "goal" in data else None,
        status=Status(data.get("status", Status.NOT_JUDGED)),
        weights={},
        history=History(indicator, rows),
        submitted=frozenset(),
        missing=tuple(missing) if missing else None,
        trend=trend,
        published=Vintage(0, at.period, "", None, date.fromisoformat(vintage), "", None, None) if vintage else None,
        is_hidden=bool(data["figure"].get("hidden")),
        hidden_periods=hidden,
        missing_inputs=tuple(data.get("missing_inputs", ())),
    )


def _point(period: date, data: Data, own: Line, at: Window) -> TrendPoint:
    if data.get("hidden"):
        return TrendPoint(period, None, False, data["filed"], data["expected"], data.get("excused", 0))
    here = replace(at, period=period, latest=at.latest if period == at.period else at.last)
    if own.kind != data.get("kind", own.kind):
        own = replace(own, kind=data["kind"])
    return live_point(combined_from(data, own.kind), own, here)


# --- plain values ---


def text(number: Decimal) -> str:
    """A number without an exponent and without needless zeros: equal numbers are equal texts."""
    return f"{plain(number):f}"


def month(day: date) -> str:
    return f"{day:%Y-%m}"


def month_from(said: str) -> date:
    return date.fromisoformat(f"{said}-01")
