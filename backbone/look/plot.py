"""The drawing of a chart: its scale, its axes, its layers. Layers name styles of `static/vega-config.json`."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from backbone.look.numbers import compact, percent, short_period

Spec = dict[str, Any]

# Pixels of drawing from which words have room beside points; below, the key above the drawing has those of target and
# baseline instead (`.bb-key .is-narrow` in static/theme.css).
WIDE = 420


@dataclass(frozen=True, slots=True)
class Scale:
    """The vertical scale with its ticks; labels are written here, so that they speak the reader's language."""

    ticks: tuple[Decimal, ...]
    is_ratio: bool

    @classmethod
    def over(cls, values: Iterable[Decimal | None], levels: Iterable[Decimal], is_ratio: bool) -> Scale:
        known = [Decimal(value) for value in (*values, *levels) if value is not None]
        if not known:
            known = [Decimal(0), Decimal(1)]
        low, high = min(known), max(known)
        start = low if is_ratio and low > 0 and low * 2 > high and len(known) > 1 else min(low, Decimal(0))
        if high <= start:
            high = start + (Decimal("0.1") if is_ratio else Decimal(1))
        return cls(_ticks(start, high), is_ratio)

    def axis(self) -> Spec:
        labels = {_plain(tick): self.label(tick) for tick in self.ticks}
        room = max(36, 8 * max(len(label) for label in labels.values()))
        return {
            "field": "value",
            "type": "quantitative",
            "scale": {"domain": [self.ticks[0], self.ticks[-1]], "nice": False},
            "axis": {
                "values": list(self.ticks),
                "labelExpr": f"{json.dumps(labels, ensure_ascii=False)}[datum.value]",
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


def _ticks(start: Decimal, high: Decimal) -> tuple[Decimal, ...]:
    """Round steps from `start` or below to `high` or above: those that waste the least room, of those the fewest."""
    unit = Decimal(1).scaleb((high - start).adjusted() - 1)
    found = []
    for factor in (1, 2, Decimal("2.5"), 5, 10, 20, 25, 50):
        step = unit * factor
        first = (start / step).to_integral_value(rounding="ROUND_FLOOR") * step
        steps = int(((high - first) / step).to_integral_value(rounding="ROUND_CEILING"))
        if 2 <= steps <= 6:
            found.append((steps * step, steps, tuple(first + step * i for i in range(steps + 1))))
    return min(found)[2]


def _plain(value: Decimal) -> str:
    """The number as a script writes it: no idle zeros, no exponent."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def time_axis(periods: Iterable[dt.date], grain: str, padding: int = 4, step: int = 3) -> Spec:
    """The horizontal axis in UTC, with the months' names in the reader's language."""
    months = sorted(set(periods))
    axis: Spec
    if grain == "month" and len(months) <= 48:
        names = json.dumps({str(i): _month(i) for i in range(12)}, ensure_ascii=False)
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
        names = json.dumps({month.isoformat()[:7]: short_period(month, grain) for month in shown}, ensure_ascii=False)
        axis = {
            "values": [{"year": m.year, "month": m.month, "date": 1, "utc": True} for m in reversed(shown)],
            "labelExpr": f"{names}[utcFormat(datum.value, '%Y-%m')]",
        }
    return {"field": "month", "type": "temporal", "scale": {"type": "utc", "padding": padding}, "axis": axis}


def _month(index: int) -> str:
    return short_period(dt.date(2000, index + 1, 1)).removesuffix("2000").strip()


def _only(test: str, mark: Spec, **encoding: Any) -> Spec:
    layer: Spec = {"transform": [{"filter": test}], "mark": mark}
    return {**layer, "encoding": encoding} if encoding else layer


def tooltip() -> list[Spec]:
    named = (("when", _("When")), ("words", _("Figure")), ("cover", _("Filed")))
    return [{"field": field, "title": title, "type": "nominal"} for field, title in named]


def series_layers(prefix: str = "", line: str = "series", hollow: str = "point-partial") -> list[Spec]:
    step, point = f"datum.kind == '{prefix}step'", f"datum.kind == '{prefix}point'"
    layers = [
        _only(f"{step} && !datum.part", {"type": "line", "style": line}, detail={"field": "piece"}),
        _only(f"{step} && datum.part", {"type": "line", "style": f"{line}-partial"}, detail={"field": "piece"}),
    ]
    dot = {"type": "point", "filled": True}
    whole, y2 = f"datum.kind == '{prefix}range'", {"field": "value2"}
    for style, state in (("range", "complete"), ("range-partial", "partial")):
        mark = {"type": "rule", "style": style}
        layers.append(_only(f"{whole} && datum.state == '{state}'", mark, y2=y2, tooltip=tooltip()))
    layers.append(_only(f"datum.kind == '{prefix}range-end'", {"type": "point", "style": "range-end"}))
    if not prefix:
        layers.append(_only(f"{point} && datum.state == 'complete'", {**dot, "style": "point"}, tooltip=tooltip()))
    layers.append(_only(f"{point} && datum.state == 'partial'", {**dot, "style": hollow}, tooltip=tooltip()))
    layers.append(
        _only(f"datum.kind == '{prefix}hidden'", {**dot, "style": "hidden", "yOffset": -8}, tooltip=tooltip())
    )
    return layers


def level_layers(has_target: bool, has_baseline: bool, *, is_under: bool = False) -> list[Spec]:
    """`is_under`: the words of the target stand below it, for the line leads on above."""
    wide = f" && width > {WIDE}"
    layers: list[Spec] = []
    label = {"field": "label", "type": "nominal"}
    end = {"field": "month2", "type": "temporal"}
    if has_baseline:
        layers.append(_only("datum.kind == 'baseline'", {"type": "rule", "style": "baseline"}, x2={"field": "month2"}))
        layers.append(
            _only("datum.kind == 'baseline'" + wide, {"type": "text", "style": "label", "dy": 14}, x=end, text=label)
        )
        layers.append(_only("datum.kind == 'plan'", {"type": "line", "style": "plan"}))
    if has_target:
        layers.append(_only("datum.kind == 'level'", {"type": "rule", "style": "plan"}, x2={"field": "month2"}))
        layers.append(
            _only(
                "datum.kind == 'level'" + wide,
                {"type": "text", "style": "label-strong", "dy": -10, "align": "left"},
                text=label,
            )
        )
        layers.append(_only("datum.kind == 'target'", {"type": "point", "filled": True, "style": "target"}))
        layers.append(
            _only(
                "datum.kind == 'target'" + wide,
                {"type": "text", "style": "label-strong", "dy": 20 if is_under else -16, "dx": 6},
                text=label,
            )
        )
    return layers


def note_layers() -> list[Spec]:
    label = {"field": "label", "type": "nominal"}
    return [
        _only("datum.kind == 'note'", {"type": "rule", "style": "note-rule"}, y2={"field": "top"}),
        _only("datum.kind == 'note'", {"type": "text", "style": "note"}, text=label),
    ]


def label_layers(rows: Iterable[Spec]) -> list[Spec]:
    strong: Spec = {"type": "text", "style": "label-strong"}
    marks = {
        "label-beside": {**strong, "align": "left", "dx": 10, "dy": 2},
        "label-above": {**strong, "dy": -18, "dx": 6},
        "label-below": {**strong, "dy": 22, "dx": 6},
        "against-label-above": {"type": "text", "style": "label", "dy": -18, "dx": 6},
        "against-label-below": {"type": "text", "style": "label", "dy": 22, "dx": 6},
    }
    present = [row["kind"] for row in rows if row["kind"] in marks]
    text = {"field": "label", "type": "nominal"}
    layers = [_only(f"datum.kind == '{kind}'", marks[kind], text=text) for kind in present]
    if "label-beside" in present:
        second = {"type": "text", "style": "label", "align": "left", "dx": 10, "dy": 20}
        layers.append(_only("datum.kind == 'label-beside'", second, text={"field": "label2", "type": "nominal"}))
    return layers
