"""Charts as Vega-Lite specifications, built from plain values. A page draws them in the browser, mail and documents
on the server, from the same specification.

Dashes and hollow points mean one thing: not everyone is in. Plan and baseline are thin and grey, a target is a diamond
with its words, a withheld value is the hatched mark at the foot and a gap in the line. A specification names a *style*
of `static/vega-config.json`, never a colour; the browser turns those into the theme's variables.

    spec = trend(points, title=_("Rising for a year"), subtitle=_("Completions a month"), unit=_("Completions"))
    {% chart spec id="trend" %}       figure, drawing, numbers as a table (backbone/templatetags/bb.py)
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from backbone.look import accent as accents
from backbone.look.numbers import SILENCE, compact, number, percent, period_name, short_period

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
VEGA_LITE_ON_SERVER = "6.4"
CONFIG = Path(__file__).resolve().parent.parent / "static" / "vega-config.json"

Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Point:
    """One period of a series. `value` None is a gap, and the hatched mark when it `is_hidden`.

    A ratio's value is the plain ratio (0.411). `label` names the period (left out: from its date), `words` the value
    as shown ("700 so far"), `cover` who is in it ("7 of 9 partners").
    """

    period: dt.date
    value: Decimal | None
    is_partial: bool = False
    label: str = ""
    words: str = ""
    cover: str = ""
    is_hidden: bool = False


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
    """Something that happened, written at the foot of its period."""

    period: dt.date
    label: str


def trend(
    points: Sequence[Point],
    *,
    title: str,
    subtitle: str,
    unit: str,
    target: Target | None = None,
    baseline: Baseline | None = None,
    notes: Sequence[Note] = (),
    compare: Sequence[Point] = (),
    compare_label: str = "",
    is_ratio: bool = False,
    grain: str = "month",
    height: int = 300,
) -> Spec:
    """One measure over time. `title` says the finding, `subtitle` the unit and scope, `unit` heads the table.

    `compare` is a second, grey series on the same scale (never more than one). Counts start at zero; a ratio whose
    lowest value is more than half its highest does not, and the page says so.
    """
    points = [_worded(point, grain, is_ratio) for point in sorted(points, key=lambda point: point.period)]
    compare = [_worded(point, grain, is_ratio) for point in sorted(compare, key=lambda point: point.period)]
    levels = [one.value for one in (target, baseline) if one is not None]
    scale = _Scale.over([point.value for point in (*points, *compare)], levels, is_ratio)
    rows = _series_rows(points, scale) + _series_rows(compare, scale, prefix="against-")
    rows += _level_rows(points, target, baseline) + _note_rows(notes, points, scale)
    rows += _label_rows(points, compare, compare_label, target)
    layers = _level_layers(target, baseline) + _note_layers(notes)
    layers += _series_layers("against-", "compare", "compare-point-partial") if compare else []
    layers += _series_layers() + _label_layers(rows)
    return {
        "$schema": SCHEMA,
        "description": _description(title, subtitle, points),
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "usermeta": {"backbone": _about("trend", title, subtitle, unit, rows, scale, grain, compare_label)},
        "data": {"name": "figures", "values": rows},
        "encoding": {"x": _time_axis(points, grain), "y": scale.axis()},
        "layer": layers,
    }


def small_multiples(
    series: Sequence[tuple[str, Sequence[Point]]],
    *,
    title: str,
    subtitle: str,
    unit: str,
    is_ratio: bool = False,
    grain: str = "month",
    cell: int = 190,
    most: int = 4,
    height: int = 150,
) -> Spec:
    """One small chart per category, `(name, points)` in their order, all on one scale, at most `most` in a row."""
    named = [
        (name, [_worded(point, grain, is_ratio) for point in sorted(points, key=lambda point: point.period)])
        for name, points in series
    ]
    everything = [point for _name, points in named for point in points]
    scale = _Scale.over([point.value for point in everything], [], is_ratio)
    rows = [{**row, "category": name} for name, points in named for row in _series_rows(points, scale)]
    names = [name for name, _points in named]
    columns = max(min(most, len(names)), 1)
    about = _about("multiples", title, subtitle, unit, rows, scale, grain, "")
    return {
        "$schema": SCHEMA,
        "description": _description(title, subtitle, ()),
        "usermeta": {"backbone": {**about, "cell": cell, "most": columns, "names": names}},
        "data": {"name": "figures", "values": rows},
        "facet": {"field": "category", "type": "nominal", "sort": names, "title": None},
        "columns": columns,
        "spec": {
            "width": cell,
            "height": height,
            "encoding": {"x": _time_axis(everything, grain, padding=10, step=6), "y": scale.axis()},
            "layer": _series_layers(),
        },
    }


def table(spec: Spec) -> dict[str, Any]:
    """The numbers of a specification as `{"head": […], "rows": [(label, [cells])], "has_hidden": bool}`, newest first.

    A cell is the words of a point, or None where it is withheld.
    """
    about = spec["usermeta"]["backbone"]
    told = [row for row in spec["data"]["values"] if row["kind"] in ("point", "hidden", "gap")]
    labels: dict[str, str] = {}
    for row in sorted(told, key=lambda row: row["month"], reverse=True):
        labels.setdefault(row["month"], row["when"])
    other = [row for row in spec["data"]["values"] if row["kind"] in ("against-point", "against-hidden", "against-gap")]
    if about["shape"] == "multiples":
        head = about["names"]
        cells = {(row["month"], row["category"]): _cell(row) for row in told}
        rows = [(label, [cells.get((month, name), SILENCE) for name in head]) for month, label in labels.items()]
    else:
        by_month = {row["month"]: row for row in told}
        against = {row["month"]: _cell(row) for row in other}
        has_cover = any(row["cover"] for row in told)
        head = [
            about["unit"],
            *([about["against"] or _("Compared")] if other else []),
            *([_("Filed")] if has_cover else []),
        ]
        rows = []
        for month, label in labels.items():
            row = by_month[month]
            more = [against.get(month, SILENCE)] if other else []
            rows.append((label, [_cell(row), *more, *([row["cover"] or SILENCE] if has_cover else [])]))
    return {"head": head, "rows": rows, "has_hidden": any(row["kind"].endswith("hidden") for row in told)}


def to_json(value: Any) -> str:
    """JSON in which a Decimal stands with all its digits, as a number."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(str(key))}:{to_json(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(to_json(item) for item in value) + "]"
    return json.dumps(value if value is None or isinstance(value, bool | int | float) else str(value))


def to_script_json(value: Any) -> SafeString:
    """The same for a `<script type="application/json">`: nothing in it can end the element."""
    escaped = to_json(value).replace("<", "\\u003C").replace(">", "\\u003E").replace("&", "\\u0026")
    return mark_safe(escaped)  # noqa: S308


def svg(spec: Spec, *, accent: str = "", is_dark: bool = False, width: int = 640) -> str:
    """The chart as an SVG for mail and documents, `width` pixels wide, in the tenant's accent (`#rrggbb`)."""
    import vl_convert  # a large library: only where something is drawn on the server

    return vl_convert.vegalite_to_svg(
        to_json(_at_width(spec, width)), vl_version=VEGA_LITE_ON_SERVER, config=_config(accent, is_dark)
    )


def _at_width(spec: Spec, width: int) -> Spec:
    if "facet" not in spec:
        return {
            **spec,
            "width": width,
            "autosize": {"type": "fit", "contains": "padding"},
            "height": spec["height"] + 40,
        }
    columns = spec["columns"]
    cell = (width - 46 - 28 * (columns - 1)) // columns
    return {**spec, "spec": {**spec["spec"], "width": cell}}


@cache
def _config_text() -> str:
    return CONFIG.read_text(encoding="utf-8")


def _config(accent: str, is_dark: bool) -> dict[str, Any]:
    theme = json.loads(_config_text())
    shade = "dark" if is_dark else "light"
    if not accent:
        return theme[shade]
    own = accents.legible(accent, is_dark)
    return json.loads(json.dumps(theme[shade]).replace(theme["accent"][shade], own))


# --- the scale ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Scale:
    """The vertical scale with its ticks; labels are written here, so that they speak the reader's language."""

    ticks: tuple[Decimal, ...]
    is_ratio: bool

    @classmethod
    def over(cls, values: Iterable[Decimal | None], levels: Iterable[Decimal], is_ratio: bool) -> _Scale:
        known = [Decimal(value) for value in (*values, *levels) if value is not None]
        if not known:
            known = [Decimal(0), Decimal(1)]
        low, high = min(known), max(known)
        start = low if is_ratio and low > 0 and low * 2 > high and len(known) > 1 else min(low, Decimal(0))
        if high <= start:
            high = start + (Decimal("0.1") if is_ratio else Decimal(1))
        step = _nice_step((high - start) / 4)
        first = (start / step).to_integral_value(rounding="ROUND_FLOOR") * step
        ticks = [first]
        while ticks[-1] < high:
            ticks.append(ticks[-1] + step)
        return cls(tuple(ticks), is_ratio)

    def axis(self) -> Spec:
        labels = {_plain(tick): self.label(tick) for tick in self.ticks}
        room = max(36, 8 * max(len(label) for label in labels.values()))
        return {
            "field": "value",
            "type": "quantitative",
            "scale": {"domain": [self.ticks[0], self.ticks[-1]], "nice": False},
            "axis": {
                "values": list(self.ticks),
                "labelExpr": f"{json.dumps(labels)}[datum.value]",
                "labelPadding": room,
                "minExtent": room + 4,
                "maxExtent": room + 4,
            },
        }

    def label(self, tick: Decimal) -> str:
        if self.is_ratio:
            step = self.ticks[1] - self.ticks[0]
            return percent(tick, 0 if step * 100 == (step * 100).to_integral_value() else 1)
        return compact(tick, 6)

    @property
    def note(self) -> str:
        first = self.ticks[0]
        return _("The scale starts at %(value)s.") % {"value": self.label(first)} if first > 0 else ""


def _nice_step(rough: Decimal) -> Decimal:
    unit = Decimal(1).scaleb(rough.adjusted())
    return next(unit * factor for factor in (1, 2, Decimal("2.5"), 5, 10) if unit * factor >= rough)


def _plain(value: Decimal) -> str:
    """The number as a script writes it: no idle zeros, no exponent."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def _time_axis(points: Sequence[Point], grain: str, padding: int = 4, step: int = 3) -> Spec:
    months = sorted({point.period for point in points})
    axis: Spec
    if grain == "month" and len(months) <= 48:
        names = json.dumps({str(i): _month(i) for i in range(12)})
        year = "utcmonth(datum.value) == 0 || datum.index == 0 ? '' + utcyear(datum.value) : ''"
        axis = {
            "labelExpr": f"[{names}[utcmonth(datum.value)], {year}]",
            "tickCount": {"interval": "month", "step": step if len(months) > 5 else 1},
        }
    elif grain == "month":
        axis = {"labelExpr": "'' + utcyear(datum.value)", "tickCount": {"interval": "year", "step": 1}}
    else:
        every = -(-len(months) // 6)
        shown = months[::-1][::every] if months else []
        names = json.dumps({month.isoformat()[:7]: short_period(month, grain) for month in shown})
        axis = {
            "values": [{"year": m.year, "month": m.month, "date": 1, "utc": True} for m in reversed(shown)],
            "labelExpr": f"{names}[utcFormat(datum.value, '%Y-%m')]",
        }
    return {"field": "month", "type": "temporal", "scale": {"type": "utc", "padding": padding}, "axis": axis}


def _month(index: int) -> str:
    return short_period(dt.date(2000, index + 1, 1)).removesuffix("2000").strip()


# --- the data ----------------------------------------------------------------------------------------------------


def _worded(point: Point, grain: str, is_ratio: bool) -> Point:
    words = point.words
    if not words and point.is_hidden:
        words = _("hidden to protect people")
    elif not words and point.value is None:
        words = _("not filed")
    elif not words:
        shown = percent(point.value) if is_ratio else number(point.value)
        words = _("%(value)s so far") % {"value": shown} if point.is_partial else shown
    return replace(point, words=words, label=point.label or period_name(point.period, grain))


def _series_rows(points: Sequence[Point], scale: _Scale, prefix: str = "") -> list[Spec]:
    rows: list[Spec] = []
    piece, was_partial = 0, None
    for before, point in zip(points, points[1:], strict=False):
        if before.value is None or point.value is None:
            was_partial = None
            continue
        partial = before.is_partial or point.is_partial
        if partial != was_partial:
            piece, was_partial = piece + 1, partial
            rows.append(_step_row(prefix, piece, partial, before))
        rows.append(_step_row(prefix, piece, partial, point))
    for point in points:
        kind = "hidden" if point.is_hidden else "gap" if point.value is None else "point"
        row = {"kind": prefix + kind, "month": point.period.isoformat()}
        if kind == "point":
            row |= {"value": point.value, "state": "partial" if point.is_partial else "complete"}
        elif kind == "hidden":
            row |= {"value": scale.ticks[0]}
        rows.append(row | {"when": point.label, "words": point.words, "cover": point.cover})
    return rows


def _step_row(prefix: str, piece: int, partial: bool, point: Point) -> Spec:
    return {
        "kind": f"{prefix}step",
        "piece": piece,
        "part": partial,
        "month": point.period.isoformat(),
        "value": point.value,
    }


def _level_rows(points: Sequence[Point], target: Target | None, baseline: Baseline | None) -> list[Spec]:
    rows: list[Spec] = []
    if not points:
        return rows
    first, last = points[0].period, points[-1].period
    if target is not None and target.on is not None:
        first, last = min(first, target.on), max(last, target.on)
    if baseline is not None:
        since = baseline.since or first
        rows.append({"kind": "baseline", "month": since.isoformat(), "month2": last.isoformat(), "value": baseline.value,
                     "label": baseline.label})  # fmt: skip
        if target is not None and target.on is not None:
            rows += [{"kind": "plan", "month": since.isoformat(), "value": baseline.value},
                     {"kind": "plan", "month": target.on.isoformat(), "value": target.value}]  # fmt: skip
    if target is not None and target.on is not None:
        rows.append({"kind": "target", "month": target.on.isoformat(), "value": target.value, "label": target.label})
    elif target is not None:
        rows.append({"kind": "level", "month": first.isoformat(), "month2": last.isoformat(), "value": target.value,
                     "label": target.label})  # fmt: skip
    return rows


def _note_rows(notes: Sequence[Note], points: Sequence[Point], scale: _Scale) -> list[Spec]:
    values = {point.period: point.value for point in points}
    foot = scale.ticks[0] + (scale.ticks[-1] - scale.ticks[0]) / 15
    return [
        {
            "kind": "note",
            "month": note.period.isoformat(),
            "value": foot,
            "label": note.label,
            "top": foot if values.get(note.period) is None else values[note.period],
        }  # fmt: skip
        for note in notes
    ]


def _label_rows(
    points: Sequence[Point], compare: Sequence[Point], compare_label: str, target: Target | None
) -> list[Spec]:
    """The last value in words: beside its point where a later target leaves room, else above or below the line."""
    known = [point for point in points if point.value is not None]
    rows = []
    if known:
        last, before = known[-1], known[-2] if len(known) > 1 else known[-1]
        has_room = target is not None and target.on is not None and (target.on - last.period).days > 150
        place = "beside" if has_room else "below" if last.value < before.value and last.value > 0 else "above"
        rows.append({"kind": f"label-{place}", "month": last.period.isoformat(), "value": last.value,
                     "label": last.words, "label2": last.cover if has_room else ""})  # fmt: skip
    others = [point for point in compare if point.value is not None]
    if others and compare_label:
        rows.append({"kind": "against-label", "month": others[-1].period.isoformat(), "value": others[-1].value,
                     "label": f"{compare_label}: {others[-1].words}"})  # fmt: skip
    return rows


# --- the layers --------------------------------------------------------------------------------------------------


def _only(test: str, mark: Spec, **encoding: Spec) -> Spec:
    layer: Spec = {"transform": [{"filter": test}], "mark": mark}
    return {**layer, "encoding": encoding} if encoding else layer


def _tooltip() -> list[Spec]:
    named = (("when", _("When")), ("words", _("Figure")), ("cover", _("Filed")))
    return [{"field": field, "title": title, "type": "nominal"} for field, title in named]


def _series_layers(prefix: str = "", line: str = "series", hollow: str = "point-partial") -> list[Spec]:
    step, point = f"datum.kind == '{prefix}step'", f"datum.kind == '{prefix}point'"
    layers = [
        _only(f"{step} && !datum.part", {"type": "line", "style": line}, detail={"field": "piece"}),
        _only(f"{step} && datum.part", {"type": "line", "style": f"{line}-partial"}, detail={"field": "piece"}),
    ]
    dot = {"type": "point", "filled": True}
    if not prefix:
        layers.append(_only(f"{point} && datum.state == 'complete'", {**dot, "style": "point"}, tooltip=_tooltip()))
    layers.append(_only(f"{point} && datum.state == 'partial'", {**dot, "style": hollow}, tooltip=_tooltip()))
    layers.append(
        _only(f"datum.kind == '{prefix}hidden'", {**dot, "style": "hidden", "yOffset": -8}, tooltip=_tooltip())
    )
    return layers


def _level_layers(target: Target | None, baseline: Baseline | None) -> list[Spec]:
    layers: list[Spec] = []
    label = {"field": "label", "type": "nominal"}
    end = {"field": "month2", "type": "temporal"}
    if baseline is not None:
        layers.append(_only("datum.kind == 'baseline'", {"type": "rule", "style": "baseline"}, x2={"field": "month2"}))
        layers.append(
            _only("datum.kind == 'baseline'", {"type": "text", "style": "label", "dy": 14}, x=end, text=label)
        )
        layers.append(_only("datum.kind == 'plan'", {"type": "line", "style": "plan"}))
    if target is not None:
        layers.append(_only("datum.kind == 'level'", {"type": "rule", "style": "plan"}, x2={"field": "month2"}))
        layers.append(
            _only(
                "datum.kind == 'level'",
                {"type": "text", "style": "label-strong", "dy": -10, "align": "left"},
                text=label,
            )
        )
        layers.append(_only("datum.kind == 'target'", {"type": "point", "filled": True, "style": "target"}))
        layers.append(
            _only("datum.kind == 'target'", {"type": "text", "style": "label-strong", "dy": -16, "dx": 6}, text=label)
        )
    return layers


def _note_layers(notes: Sequence[Note]) -> list[Spec]:
    if not notes:
        return []
    label = {"field": "label", "type": "nominal"}
    return [
        _only("datum.kind == 'note'", {"type": "rule", "style": "note-rule"}, y2={"field": "top"}),
        _only("datum.kind == 'note'", {"type": "text", "style": "note"}, text=label),
    ]


def _label_layers(rows: Iterable[Spec]) -> list[Spec]:
    strong: Spec = {"type": "text", "style": "label-strong"}
    marks = {
        "label-beside": {**strong, "align": "left", "dx": 10, "dy": 2},
        "label-above": {**strong, "dy": -18, "dx": 6},
        "label-below": {**strong, "dy": 22, "dx": 6},
        "against-label": {"type": "text", "style": "label", "dy": 22, "dx": 4},
    }
    present = [row["kind"] for row in rows if row["kind"] in marks]
    text = {"field": "label", "type": "nominal"}
    layers = [_only(f"datum.kind == '{kind}'", marks[kind], text=text) for kind in present]
    if "label-beside" in present:
        second = {"type": "text", "style": "label", "align": "left", "dx": 10, "dy": 20}
        layers.append(_only("datum.kind == 'label-beside'", second, text={"field": "label2", "type": "nominal"}))
    return layers


# --- what the page says about it ---------------------------------------------------------------------------------


def _about(
    shape: str, title: str, subtitle: str, unit: str, rows: Sequence[Spec], scale: _Scale, grain: str, against: str
) -> Spec:
    kinds = {row["kind"].removeprefix("against-") for row in rows}
    return {
        "shape": shape,
        "title": title,
        "subtitle": subtitle,
        "unit": unit,
        "grain": grain,
        "against": against,
        "scale_note": scale.note,
        "has_partial": any(row.get("state") == "partial" for row in rows),
        "has_plan": "plan" in kinds,
        "has_hidden": "hidden" in kinds,
    }


def _description(title: str, subtitle: str, points: Sequence[Point]) -> str:
    known = [point for point in points if point.value is not None]
    sentences = [title, subtitle]
    if known:
        sentences.append(f"{known[0].label}: {known[0].words}; {known[-1].label}: {known[-1].words}")
    return ". ".join(str(sentence).rstrip(".") for sentence in sentences if sentence) + "."


def _cell(row: Spec) -> str | None:
    return None if row["kind"].endswith("hidden") else row["words"]
