"""Where a line leads: the dotted continuation of a series with its range, and the levels of the plan for the table.

Dotted is not dashed: dashes say that somebody is missing, dots that it has not happened.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from backbone.look.numbers import period_name
from backbone.look.plot import WIDE, Scale
from backbone.look.series import Point, Target

ROOM = Decimal("0.15")  # of the scale's height: two lines of words

Row = dict[str, Any]
Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ahead:
    """One period that has not happened: where the line leads, between `low` and `high`; `words` say it."""

    period: dt.date
    value: Decimal
    low: Decimal
    high: Decimal
    words: str = ""


def ahead_rows(
    points: Sequence[Point], ahead: Sequence[Ahead], label: str, end: str, grain: str, *, on_top: bool = True
) -> list[Row]:
    """The dotted line from the last complete point on, the range around it, and what the table says of each period.

    `label` is the condition, `end` the last value in words, above the range when it stands `on_top`, else below.
    """
    if not ahead:
        return []
    start = next(
        (
            point
            for point in reversed(points)
            if point.value is not None and not point.is_partial and point.period < ahead[0].period
        ),
        None,
    )
    rows: list[Row] = []
    if start is not None and start.value is not None:
        rows.append(_row(start.period, start.value, start.value, start.value))
    rows += [_row(one.period, one.value, one.low, one.high) for one in ahead]
    told = [
        {
            "kind": "ahead",
            "month": one.period.isoformat(),
            "value": one.value,
            "when": period_name(one.period, grain),
            "words": one.words,
            "cover": label,
        }
        for one in ahead
    ]
    last = ahead[-1]
    if not end:
        return [*rows, *told]
    place = ("ahead-above", last.high) if on_top else ("ahead-below", last.low)
    return [*rows, *told, {"kind": place[0], "month": last.period.isoformat(), "value": place[1], "label": end}]


def is_above(ahead: Sequence[Ahead], target: Target | None, scale: Scale) -> bool:
    """Whether the words at the end of the line stand above its range: the target and its words leave room there."""
    if not ahead or target is None or leads_beyond(ahead, target):
        return True
    return target.value - ahead[-1].high > (scale.ticks[-1] - scale.ticks[0]) * ROOM


def leads_beyond(ahead: Sequence[Ahead], target: Target | None) -> bool:
    """Whether the line ends above the target, whose words then stand below it."""
    return bool(ahead) and target is not None and ahead[-1].value > target.value


def _row(period: dt.date, value: Decimal, low: Decimal, high: Decimal) -> Row:
    return {"kind": "ahead-step", "month": period.isoformat(), "value": value, "low": low, "high": high}


def plan_rows(planned: Sequence[tuple[dt.date, str]], grain: str) -> list[Row]:
    """What the plan says of each period, for the table alone."""
    return [
        {"kind": "planned", "month": month.isoformat(), "when": period_name(month, grain), "words": words}
        for month, words in planned
    ]


def ahead_layers(tooltip: list[Spec]) -> list[Spec]:
    """The range below everything, the dotted line on it, and points to ask."""
    line = "datum.kind == 'ahead-step'"
    band = {"y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}}
    return [
        {"transform": [{"filter": line}], "mark": {"type": "area", "style": "ahead-range"}, "encoding": band},
        {"transform": [{"filter": line}], "mark": {"type": "line", "style": "ahead"}},
        {
            "transform": [{"filter": "datum.kind == 'ahead'"}],
            "mark": {"type": "point", "filled": True, "style": "ahead-point"},
            "encoding": {"tooltip": tooltip},
        },
        *(
            {
                "transform": [{"filter": f"datum.kind == '{kind}' && width > {WIDE}"}],
                "mark": {"type": "text", "style": "label", "dy": dy, "dx": 6},
                "encoding": {"text": {"field": "label", "type": "nominal"}},
            }
            for kind, dy in (("ahead-above", -12), ("ahead-below", 18))
        ),
    ]
