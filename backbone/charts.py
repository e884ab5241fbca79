"""Charts as Vega-Lite specifications, built from plain values. A page draws them in the browser, mail and documents
on the server, from the same specification.

Dashes and hollow points mean one thing: not everyone is in. Where only a range is known it is a bar from end to end,
never a point. Plan and baseline are thin and grey, a target is a diamond
with its words, a withheld value is the hatched mark at the foot and a gap in the line. A specification names a *style*
of `static/vega-config.json`, never a colour; the browser turns those into the theme's variables.

    spec = trend(points, title=_("Rising for a year"), subtitle=_("Completions a month"), unit=_("Completions"))
    {% chart spec id="trend" %}       figure, drawing, numbers as a table (backbone/templatetags/bb.py)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from backbone.look import accent as accents
from backbone.look.foresight import Ahead, ahead_layers, ahead_rows, is_above, leads_beyond, plan_rows
from backbone.look.numbers import SILENCE
from backbone.look.plot import Scale, label_layers, level_layers, note_layers, series_layers, time_axis, tooltip
from backbone.look.series import (
    Baseline,
    Note,
    Point,
    Target,
    is_crossed,
    label_rows,
    level_rows,
    note_rows,
    series_rows,
    worded,
)

__all__ = [
    "Ahead",
    "Baseline",
    "Note",
    "Point",
    "Target",
    "png",
    "small_multiples",
    "svg",
    "table",
    "to_json",
    "to_script_json",
    "trend",
]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
VEGA_LITE_ON_SERVER = "6.4"
PAPER = "#ffffff"
CONFIG = Path(__file__).resolve().parent.parent / "static" / "vega-config.json"

Spec = dict[str, Any]

_TOLD = ("point", "range", "hidden", "gap")  # what of a series the table tells


def trend(
    points: Sequence[Point],
    *,
    title: str,
    subtitle: str,
    unit: str,
    target: Target | None = None,
    baseline: Baseline | None = None,
    plan: Sequence[tuple[date, Decimal]] = (),
    planned: Sequence[tuple[date, str]] = (),
    ahead: Sequence[Ahead] = (),
    ahead_label: str = "",
    ahead_end: str = "",
    notes: Sequence[Note] = (),
    compare: Sequence[Point] = (),
    compare_label: str = "",
    series_label: str = "",
    is_ratio: bool = False,
    decimals: int | None = None,
    grain: str = "month",
    height: int = 300,
) -> Spec:
    """One measure over time. `title` says the finding, `subtitle` the unit and scope, `unit` heads the table.

    `compare` is a second, grey series on the same scale, never more than one; the two labels say whose they are. `plan`
    is the way through several targets; left out, it leads from the baseline to the target. `ahead` is where the series
    leads, dotted, with its range; `ahead_label` says on what condition, `ahead_end` its last value. `planned` puts the
    plan into the table.
    `decimals` rounds the words of values (left out: one for percent, counts as filed), never the drawing. Counts start
    at zero; a ratio whose lowest value is more than half its highest does not, and the page says so.
    """
    points = [worded(point, grain, is_ratio, decimals) for point in sorted(points, key=lambda point: point.period)]
    compare = [worded(point, grain, is_ratio, decimals) for point in sorted(compare, key=lambda point: point.period)]
    levels = [one.value for one in (target, baseline) if one is not None] + [value for _month, value in plan]
    levels += [bound for one in ahead for bound in (one.low, one.high)]
    scale = Scale.over(_values((*points, *compare)), levels, is_ratio)
    breaks = {note.period for note in notes if note.is_break}
    rows = series_rows(points, scale, breaks=breaks) + series_rows(compare, scale, prefix="against-")
    rows += level_rows(points, target, baseline, plan) + note_rows(notes, points, scale)
    rows += label_rows(
        points, compare, target, series_label, compare_label, is_full=bool(ahead) or is_crossed(points, rows, scale),
        foot=scale.ticks[0], top=scale.ticks[-1],
    )  # fmt: skip
    rows += ahead_rows(points, ahead, ahead_label, ahead_end, grain, on_top=is_above(ahead, target, scale)) + plan_rows(
        planned, grain
    )
    layers = ahead_layers(tooltip()) if ahead else []
    layers += level_layers(target is not None, baseline is not None, is_under=leads_beyond(ahead, target)) + (
        note_layers() if notes else []
    )
    layers += series_layers("against-", "compare", "compare-point-partial") if compare else []
    layers += series_layers() + label_layers(rows)
    return {
        "$schema": SCHEMA,
        "description": _description(title, subtitle, points),
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "usermeta": {
            "backbone": {
                **_about("trend", title, subtitle, unit, rows, scale, grain, compare_label),
                "ahead": ahead_label,
                "target": "" if target is None else target.label,
                "baseline": "" if baseline is None else baseline.label,
            }
        },
        "data": {"name": "figures", "values": rows},
        "encoding": {"x": time_axis([point.period for point in points], grain), "y": scale.axis()},
        "layer": layers,
    }


def small_multiples(
    series: Sequence[tuple[str, Sequence[Point]]],
    *,
    title: str,
    subtitle: str,
    unit: str,
    is_ratio: bool = False,
    decimals: int | None = None,
    grain: str = "month",
    cell: int = 190,
    most: int = 4,
    height: int = 150,
) -> Spec:
    """One small chart per category, `(name, points)` in their order, all on one scale, at most `most` in a row."""
    named = [
        (name, [worded(point, grain, is_ratio, decimals) for point in sorted(points, key=lambda point: point.period)])
        for name, points in series
    ]
    everything = [point for _name, points in named for point in points]
    scale = Scale.over(_values(everything), [], is_ratio)
    rows = [{**row, "category": name} for name, points in named for row in series_rows(points, scale)]
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
            "encoding": {"x": time_axis([point.period for point in everything], grain, padding=10), "y": scale.axis()},
            "layer": series_layers(),
        },
    }


def table(spec: Spec) -> dict[str, Any]:
    """The numbers of a specification as `{"head": […], "rows": [(label, [cells])], "has_hidden": bool}`, newest first.

    A cell is the words of a point, or None where it is withheld.
    """
    about = spec["usermeta"]["backbone"]
    told = [row for row in spec["data"]["values"] if row["kind"] in _TOLD]
    labels: dict[str, str] = {}
    for row in sorted(told, key=lambda row: row["month"], reverse=True):
        labels.setdefault(row["month"], row["when"])
    against = {f"against-{kind}" for kind in _TOLD}
    other = [row for row in spec["data"]["values"] if row["kind"] in against]
    if about["shape"] == "multiples":
        head = about["names"]
        cells = {(row["month"], row["category"]): _cell(row) for row in told}
        rows = [(label, [cells.get((month, name), SILENCE) for name in head]) for month, label in labels.items()]
    else:
        head, rows = _trend_table(spec, told, other)
    return {"head": head, "rows": rows, "has_hidden": any(row["kind"].endswith("hidden") for row in told)}


def _trend_table(spec: Spec, told: Sequence[Spec], other: Sequence[Spec]) -> tuple[list[str], list[Any]]:
    """The columns of one measure over time: figure, what it is compared with, plan, who is in; a period that has not
    happened has the plan and where the line leads.
    """
    about = spec["usermeta"]["backbone"]
    by_month = {row["month"]: row for row in told}
    more = {
        kind: {row["month"]: row["words"] for row in spec["data"]["values"] if row["kind"] == kind}
        for kind in ("ahead", "planned")
    }
    against = {row["month"]: _cell(row) for row in other}
    has_cover = any(row["cover"] for row in told)
    head = [
        about["unit"],
        *([about["against"] or _("Compared")] if other else []),
        *([about["ahead"] or _("If it goes on")] if more["ahead"] else []),
        *([_("Plan")] if more["planned"] else []),
        *([_("Filed")] if has_cover else []),
    ]
    labels = {row["month"]: row["when"] for row in spec["data"]["values"] if row["kind"] in ("ahead", "planned")} | {
        row["month"]: row["when"] for row in told
    }
    rows = []
    for month in sorted(labels, reverse=True):
        row = by_month.get(month)
        cells: list[str | None] = [SILENCE if row is None else _cell(row)]
        cells += [against.get(month, SILENCE)] if other else []
        cells += [more[kind].get(month, SILENCE) for kind in ("ahead", "planned") if more[kind]]
        cells += [(SILENCE if row is None else row["cover"] or SILENCE)] if has_cover else []
        rows.append((labels[month], cells))
    return head, rows


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


def png(spec: Spec, *, accent: str = "", width: int = 640, scale: float = 2) -> bytes:
    """The chart as a PNG for mail, on paper: `width` pixels wide in the mail, drawn `scale` times as sharp."""
    import vl_convert  # as above

    return vl_convert.vegalite_to_png(
        to_json(_at_width(spec, width) | {"background": PAPER}),
        vl_version=VEGA_LITE_ON_SERVER,
        config=_config(accent, False),
        scale=scale,
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


def _about(
    shape: str, title: str, subtitle: str, unit: str, rows: Sequence[Spec], scale: Scale, grain: str, against: str
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
        "has_points": "point" in kinds,
        "has_range": "range" in kinds,
        "has_partial": any(row.get("state") == "partial" for row in rows if row["kind"].endswith("point")),
        "has_partial_range": any(row.get("state") == "partial" for row in rows if row["kind"].endswith("range")),
        "has_plan": "plan" in kinds,
        "has_ahead": "ahead" in kinds,
        "has_hidden": "hidden" in kinds,
    }


def _values(points: Iterable[Point]) -> list[Decimal | None]:
    return [value for point in points for value in (point.value, point.low, point.high)]


def _description(title: str, subtitle: str, points: Sequence[Point]) -> str:
    known = [point for point in points if point.top is not None]
    sentences = [title, subtitle]
    if known:
        sentences.append(f"{known[0].label}: {known[0].words}; {known[-1].label}: {known[-1].words}")
    return ". ".join(str(sentence).rstrip(".") for sentence in sentences if sentence) + "."


def _cell(row: Spec) -> str | None:
    return None if row["kind"].endswith("hidden") else row["words"]
