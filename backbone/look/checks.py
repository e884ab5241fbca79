"""The evidence of a condition as squares: full is met, half is on the way, hollow is not met, dashed is not known."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_STEP = 16
MET, NOT_MET = Decimal("0.8"), Decimal("0.2")


def draw_checks(values: Iterable[Decimal | None]) -> SafeString:
    """One square for each value of 0 to 1, in order; decoration beside words. Nothing for no values."""
    parts, x = [], Decimal("0.75")
    for value in values:
        square = f'x="{x}" y=".75" width="10.5" height="10.5" rx="2" stroke-width="1.5"/>'
        if value is None:
            parts.append(f'<rect class="c-u" {square}')
        elif value >= MET:
            parts.append(f'<rect class="c-y" {square}')
        elif value <= NOT_MET:
            parts.append(f'<rect class="c-n" {square}')
        else:
            parts.append(f'<rect class="c-p" {square}')
            parts.append(f'<rect class="c-ph" x="{x}" y="6" width="10.5" height="5.25" rx="1"/>')
        x += _STEP
    if not parts:
        return mark_safe("")
    width = int(x) - _STEP + 12
    return format_html(
        '<svg width="{0}" height="12" viewBox="0 0 {0} 12" aria-hidden="true">{1}</svg>',
        width,
        mark_safe("".join(parts)),  # noqa: S308
    )


def draw_weight(share: Decimal | None, width: int = 96) -> SafeString:
    """How much of the whole somebody who is missing usually brings, as a dashed bar on a line; beside its words."""
    if share is None:
        return mark_safe("")
    length = max((Decimal(width) * min(share, Decimal(1))).quantize(Decimal("0.1")), Decimal("1.9"))
    return format_html(
        '<svg width="{0}" height="10" aria-hidden="true"><rect class="w-bg" x="0" y="4" width="{0}" height="2" rx="1"/>'
        '<rect class="w-fg" x=".75" y=".75" width="{1}" height="8.5" rx="1.5" stroke-width="1.5"/></svg>',
        width,
        length,
    )
