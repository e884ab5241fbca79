"""A reading kept as it stood: to plain JSON and back, so that a page draws it again in the words of who reads it.

Numbers, periods and coverage are kept; names of who was missing are not, for not every later reader may know them.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from measures.foresight import foresee
from measures.goals import Goal
from measures.models import Indicator
from measures.rules.combining import Combined
from measures.rules.coverage import Coverage, State
from measures.rules.forecast import Forecast
from measures.rules.kinds import UNDUPLICATED
from measures.rules.lines import Line
from measures.rules.periods import Grain, parse_month, text_of
from measures.rules.progress import Status
from measures.selectors.parts import Whole
from measures.selectors.reading import Reading
from measures.selectors.trend import TrendPoint
from measures.selectors.versions import History
from measures.windows import Window

_NUMBERS = ("value", "numerator", "denominator", "lower", "upper")
_COVERED = ("filed", "expected", "excused")
_GOAL_MONTHS = ("by", "since", "starts", "until", "judged_from", "moves_by")
_GOAL_NUMBERS = ("value", "baseline", "planned", "band")


def pin(reading: Reading) -> dict[str, Any]:
    """The reading as JSON. Its forecast is not kept: it follows from the points by the same rule."""
    now, window, goal = reading.now, reading.window, reading.goal
    return {
        "window": {
            "grain": str(window.grain),
            "period": text_of(window.period),
            "latest": text_of(window.latest),
            "year_starts": window.year_starts,
            "tenant_starts": window.tenant_starts,
        },
        "figure": {
            "state": str(now.state),
            **{name: _text(getattr(now, name)) for name in _NUMBERS},
            "as_of": _month(now.as_of_period),
            "is_lower_bound": now.is_lower_bound,
            "spread": {str(level): count for level, count in now.spread.items()},
        },
        "coverage": {
            **{name: getattr(now.coverage, name) for name in _COVERED},
            "usual_filed": _text(now.coverage.usual_filed),
            "usual_expected": _text(now.coverage.usual_expected),
            "waiting": reading.waiting,
        },
        "status": str(reading.status),
        "goal": None
        if goal is None
        else {
            **{name: _month(getattr(goal, name)) for name in _GOAL_MONTHS},
            **{name: _text(getattr(goal, name)) for name in _GOAL_NUMBERS},
            "grain": str(goal.grain),
            "is_sum": goal.is_sum,
            "is_judged": goal.is_judged,
            "way": [[text_of(month), str(value)] for month, value in goal.way],
        },
        "trend": [
            [
                text_of(p.period),
                _text(p.value),
                p.is_partial,
                p.filed,
                p.expected,
                p.excused,
                p.words,
                p.is_running,
                _text(p.low),
                _text(p.high),
            ]
            for p in reading.trend
        ],
    }


def unpin(kept: dict[str, Any], indicator: Indicator, line: Line) -> tuple[Reading, Forecast | None]:
    """The reading as it stood, and where it led."""
    covered = kept["coverage"]
    figure = kept["figure"]
    combined = Combined(
        line.kind,
        State(figure["state"]),
        Coverage(
            covered["filed"],
            covered["expected"],
            covered["excused"],
            None,
            _number(covered["usual_filed"]),
            _number(covered["usual_expected"]),
        ),
        **{name: _number(figure[name]) for name in _NUMBERS},
        as_of_period=_day(figure["as_of"]),
        is_lower_bound=figure["is_lower_bound"],
        spread={int(level): count for level, count in figure.get("spread", {}).items()},
    )
    window = Window(
        Grain(kept["window"]["grain"]),
        _known(kept["window"]["period"]),
        _known(kept["window"]["latest"]),
        kept["window"]["year_starts"],
        kept["window"]["tenant_starts"],
    )
    reading = Reading(
        indicator=indicator,
        line=line,
        window=window,
        whole=Whole(combined, ()),
        before=None,
        change=None,
        goal=_goal(kept["goal"]),
        status=Status(kept["status"]),
        weights={},
        history=History(indicator),
        submitted=frozenset(range(covered["waiting"])),  # how many they were, not who
        missing=None,
        trend=tuple(_point(line, *one) for one in kept["trend"]),
    )
    found = foresee(reading)
    return reading, found if isinstance(found, Forecast) else None


def _point(line: Line, month: str, value: str | None, *rest: Any) -> TrendPoint:
    ends = rest[6:]
    if not ends:  # pinned when the lower bound of people stood for them
        is_range = line.kind == UNDUPLICATED
        ends, value = (value if is_range else None, None), None if is_range else value
    low, high = ends
    return TrendPoint(
        _known(month), _number(value), *rest[:5], is_running=rest[5], low=_number(low), high=_number(high)
    )


def _goal(kept: dict[str, Any] | None) -> Goal | None:
    if kept is None:
        return None
    return Goal(
        **{name: _day(kept.get(name)) for name in _GOAL_MONTHS},
        **{name: _number(kept[name]) for name in _GOAL_NUMBERS},
        grain=Grain(kept["grain"]),
        is_sum=kept["is_sum"],
        is_judged=kept["is_judged"],
        way=tuple((_known(month), Decimal(value)) for month, value in kept["way"]),
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _month(month: date | None) -> str | None:
    return None if month is None else text_of(month)


def _day(text: str | None) -> date | None:
    return None if text is None else _known(text)


def _known(text: str) -> date:
    month = parse_month(text)
    if not isinstance(month, date):
        raise ValueError(f"{text} is no month: what was pinned is not what this page wrote.")
    return month
