"""The rows of a chart's data: steps between points, points, gaps, levels, notes and direct labels.

Every row names its `kind`; a layer of the drawing (`plot.py`) picks the rows of its kind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from backbone.look.numbers import number, percent, period_name
from backbone.look.plot import Scale

Row = dict[str, Any]
WORDS_WIDE = 120  # days of a chart that words beside a point take, about


@dataclass(frozen=True, slots=True)
class Point:
    """One period of a series. `value` None is a gap, and the hatched mark when it `is_hidden`; where only a range is
    known it leads from `low` to `high`, or is open above, and no line leads there.

    A ratio's value is the plain ratio (0.411). `label` names the period (left out: from its date), `words` the value
    as shown ("700 so far"), `cover` who is in it ("7 of 9 partners"). `is_alone`: it is a part of a period that is not
    over, so that no line leads there from whole ones.
    """

    period: dt.date
    value: Decimal | None
    is_partial: bool = False
    label: str = ""
    words: str = ""
    cover: str = ""
    is_hidden: bool = False
    is_alone: bool = False
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def is_range(self) -> bool:
        return self.low is not None

    @property
    def top(self) -> Decimal | None:
        """The highest that is known of it; None of a gap."""
        return next((one for one in (self.value, self.high, self.low) if one is not None), None)


@dataclass(frozen=True, slots=True)
class Target:
    """Where it is to be: a diamond at `on`, or a level line when no date is set."""

    value: Decimal
    on: dt.date | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Baseline:
    """From where: a level line; with a dated target the plan leads from here to there."""

    value: Decimal
    since: dt.date | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happened, written at the foot of its period. A break parts what is counted otherwise from it on: a
    rule from foot to top, and no line across.
    """

    period: dt.date
    label: str
    is_break: bool = False


def worded(point: Point, grain: str, is_ratio: bool, decimals: int | None = None) -> Point:
    """The point with the words it lacks: its period's name, and its value as a reader sees it."""
    label = point.label or period_name(point.period, grain)
    if point.is_hidden:
        # Whatever the caller still knows about a withheld value ends here: nothing of it may reach a page's source.
        words = _("hidden to protect people")
        return replace(point, value=None, low=None, high=None, is_partial=False, label=label, words=words)
    words = point.words
    if not words and point.is_range:
        ends = {"low": number(point.low, decimals), "high": number(point.high, decimals)}
        words = (_("at least %(low)s") if point.high is None else _("between %(low)s and %(high)s")) % ends
    elif not words and point.value is None:
        words = _("not filed")
    elif not words:
        ratio_decimals = 1 if decimals is None else decimals
        shown = percent(point.value, ratio_decimals) if is_ratio else number(point.value, decimals)
        words = _("%(value)s so far") % {"value": shown} if point.is_partial else shown
    return replace(point, words=words, label=label)


def series_rows(points: Sequence[Point], scale: Scale, prefix: str = "", breaks: Collection[dt.date] = ()) -> list[Row]:
    rows: list[Row] = []
    piece, was_partial = 0, None
    for before, point in pairwise(points):
        is_broken = point.period in breaks
        if before.value is None or point.value is None or before.is_alone or point.is_alone or is_broken:
            was_partial = None
            continue
        partial = before.is_partial or point.is_partial
        if partial != was_partial:
            piece, was_partial = piece + 1, partial
            rows.append(_step_row(prefix, piece, partial, before))
        rows.append(_step_row(prefix, piece, partial, point))
    for point in points:
        kind = _kind(point)
        row = {"kind": prefix + kind, "month": point.period.isoformat()}
        if kind == "point":
            row |= {"value": point.value, "state": "partial" if point.is_partial else "complete"}
        elif kind == "range":
            is_open = point.high is None
            row |= {"value": point.low, "value2": scale.ticks[-1] if is_open else point.high}
            row |= {"state": "partial" if is_open or point.is_partial else "complete"}
            rows += [
                {"kind": f"{prefix}range-end", "month": row["month"], "value": end}
                for end in dict.fromkeys((point.low, point.high))
                if end is not None
            ]
        elif kind == "hidden":
            row |= {"value": scale.ticks[0]}
        rows.append(row | {"when": point.label, "words": point.words, "cover": point.cover})
    return rows


def _kind(point: Point) -> str:
    if point.is_hidden:
        return "hidden"
    if point.value is not None:
        return "point"
    return "range" if point.is_range else "gap"


def _step_row(prefix: str, piece: int, partial: bool, point: Point) -> Row:
    return {
        "kind": f"{prefix}step",
        "piece": piece,
        "part": partial,
        "month": point.period.isoformat(),
        "value": point.value,
    }


def level_rows(
    points: Sequence[Point],
    target: Target | None,
    baseline: Baseline | None,
    plan: Sequence[tuple[dt.date, Decimal]] = (),
) -> list[Row]:
    rows: list[Row] = []
    if not points:
        return rows
    first, last = points[0].period, points[-1].period
    if target is not None and target.on is not None:
        first, last = min(first, target.on), max(last, target.on)
    if baseline is not None:
        since = baseline.since or first
        rows.append(
            {
                "kind": "baseline",
                "month": since.isoformat(),
                "month2": last.isoformat(),
                "value": baseline.value,
                "label": baseline.label,
            }
        )
        if target is not None and target.on is not None:
            way = plan or [(since, baseline.value), (target.on, target.value)]
            rows += [{"kind": "plan", "month": month.isoformat(), "value": value} for month, value in way]
    if target is not None and target.on is not None:
        rows.append({"kind": "target", "month": target.on.isoformat(), "value": target.value, "label": target.label})
    elif target is not None:
        rows.append(
            {
                "kind": "level",
                "month": first.isoformat(),
                "month2": last.isoformat(),
                "value": target.value,
                "label": target.label,
            }
        )
    return rows


def note_rows(notes: Sequence[Note], points: Sequence[Point], scale: Scale) -> list[Row]:
    values = {point.period: point.value for point in points}
    foot = scale.ticks[0] + (scale.ticks[-1] - scale.ticks[0]) / 15
    return [
        {
            "kind": "note",
            "month": note.period.isoformat(),
            "value": foot,
            "label": note.label,
            "top": _top_of(note, values, scale, foot),
        }
        for note in notes
    ]


def _top_of(note: Note, values: Mapping[dt.date, Decimal | None], scale: Scale, foot: Decimal) -> Decimal:
    if note.is_break:
        return scale.ticks[-1]
    value = values.get(note.period)
    return foot if value is None else value


def is_crossed(points: Sequence[Point], rows: Sequence[Row], scale: Scale) -> bool:
    """Whether the baseline, or the plan, leads through where words beside the last point would stand."""
    last = _last(points)
    if last is None:
        return False
    room = (scale.ticks[-1] - scale.ticks[0]) / 8  # two lines of words, of the height of a chart
    value, until = _value(last), last.period + dt.timedelta(days=WORDS_WIDE)
    found = [row["value"] for row in rows if row["kind"] == "baseline"]
    way = [(dt.date.fromisoformat(row["month"]), row["value"]) for row in rows if row["kind"] == "plan"]
    for (since, before), (to, after) in pairwise(way):
        for day in (max(since, last.period), min(to, until)):
            if since <= day <= to:
                found.append(before + (after - before) * (day - since).days / ((to - since).days or 1))
    return any(abs(level - value) < room for level in found)


def label_rows(
    points: Sequence[Point],
    compare: Sequence[Point],
    target: Target | None,
    series_label: str = "",
    compare_label: str = "",
    *,
    is_full: bool = False,
    foot: Decimal = Decimal(0),
    top: Decimal = Decimal(0),
) -> list[Row]:
    """The last values in words: beside the point where a later target leaves room, and nothing else is drawn there
    (`is_full`), else above or below the line; below a range that is open above, where there is room from `foot` to it
    on a scale that ends at `top`.
    """
    last, other = _last(points), _last(compare)
    rows: list[Row] = []
    is_under = last is not None and other is not None and _value(last) < _value(other)
    if last is not None:
        has_room = target is not None and target.on is not None and (target.on - last.period).days > 150 and not is_full
        if other is not None:
            place = "below" if is_under else "above"
        else:
            is_open = last.is_range and last.high is None and _value(last) - foot > (top - foot) / 8
            place = "beside" if has_room else "below" if is_open or _falls(points) else "above"
        rows.append(
            {
                "kind": f"label-{place}",
                "month": last.period.isoformat(),
                "value": last.top,
                "label": f"{series_label}: {last.words}" if series_label else last.words,
                "label2": last.cover if place == "beside" else "",
            }
        )
    if other is not None:
        place = "above" if is_under else "below"
        label = f"{compare_label}: {other.words}" if compare_label else other.words
        rows.append(
            {
                "kind": f"against-label-{place}",
                "month": other.period.isoformat(),
                "value": other.top,
                "label": label,
            }
        )
    return rows


def _last(points: Sequence[Point]) -> Point | None:
    return next((point for point in reversed(points) if point.top is not None), None)


def _value(point: Point) -> Decimal:
    return Decimal(0) if point.top is None else point.top


def _falls(points: Sequence[Point]) -> bool:
    """Whether the line comes down to its last value, so that the free room is below; never below the foot."""
    known = [point.value for point in points if point.value is not None]
    return len(known) > 1 and known[-1] < known[-2] and known[-1] * 5 > max(known)
