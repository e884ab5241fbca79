"""A line without axes: the shape of a series beside its figure, on its own scale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

WIDTH, HEIGHT = 136, 44
_LEFT, _RIGHT, _TOP, _BOTTOM = Decimal(3), Decimal(130), Decimal("7.5"), Decimal(38)

Place = tuple[Decimal, Decimal]


def sparkline(
    points: Iterable[tuple[Decimal | int | None, bool]],
    target: Decimal | int | None = None,
    label: str = "",
) -> SafeString:
    """A drawing of `(value, is_partial)` pairs, oldest first; nothing when there is no value at all.

    A value of None is a gap. A step that touches a partial value is dashed and a partial value is hollow, the last
    value has a point. `target` is a solid grey line. With a `label` it is an image by that name, else decoration.
    """
    series = list(points)
    values = [Decimal(value) for value, _partial in series if value is not None]
    if not values:
        return mark_safe("")
    places = _places(series, values, target)
    solid, dashed, dots = [], [], []
    drawn = zip(places, (partial for _value, partial in series), strict=True)
    for (here, partial), (then, next_partial) in pairwise(drawn):
        if here is not None and then is not None:
            (dashed if partial or next_partial else solid).append((here, then))
    last = max(i for i, (value, _partial) in enumerate(series) if value is not None)
    for i, (place, (_value, partial)) in enumerate(zip(places, series, strict=True)):
        if place is not None and (partial or i == last or _stands_alone(places, i)):
            hollow = ' class="h"' if partial else ""
            dots.append(f'<circle{hollow} cx="{place[0]}" cy="{place[1]}" r="3"/>')
    line = f'<path class="t" d="M2 {_y(Decimal(target), values, target)}H130"/>' if target is not None else ""
    shapes = line + _path(solid, "") + _path(dashed, ' class="d"') + "".join(dots)
    name = format_html(' role="img" aria-label="{}"', label) if label else mark_safe(' aria-hidden="true"')
    return format_html(
        '<svg class="bb-spark" width="{0}" height="{1}" viewBox="0 0 {0} {1}"{2}>{3}</svg>',
        WIDTH,
        HEIGHT,
        name,
        mark_safe(shapes),  # noqa: S308
    )


def _places(
    series: Sequence[tuple[Decimal | int | None, bool]], values: Sequence[Decimal], target: Decimal | int | None
) -> list[Place | None]:
    step = (_RIGHT - _LEFT) / max(len(series) - 1, 1)
    return [
        None if value is None else (_short(_LEFT + step * i), _y(Decimal(value), values, target))
        for i, (value, _partial) in enumerate(series)
    ]


def _y(value: Decimal, values: Sequence[Decimal], target: Decimal | int | None) -> Decimal:
    scale = [*values] if target is None else [*values, Decimal(target)]
    low, high = min(scale), max(scale)
    if low == high:
        return _short((_TOP + _BOTTOM) / 2)
    return _short(_BOTTOM - (value - low) / (high - low) * (_BOTTOM - _TOP))


def _path(steps: Sequence[tuple[Place, Place]], css: str) -> str:
    if not steps:
        return ""
    pieces, end = [], None
    for start, stop in steps:
        if start != end:
            pieces.append(f"M{start[0]} {start[1]}")
        pieces.append(f"L{stop[0]} {stop[1]}")
        end = stop
    return f'<path{css} d="{" ".join(pieces)}"/>'


def _stands_alone(places: Sequence[Place | None], i: int) -> bool:
    before = places[i - 1] if i > 0 else None
    after = places[i + 1] if i + 1 < len(places) else None
    return before is None and after is None


def _short(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"))
