"""The shapes: one 16 × 16 drawing per meaning, in strokes of the current colour.

Class `f` fills a shape, `k` cuts a mark out of it (`static/theme.css`). An icon never stands without words,
so it is always hidden from screen readers.
"""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_RING = '<circle cx="8" cy="8" r="6.2"/>'
_SQUARE = '<rect x="1.5" y="1.5" width="9" height="9" rx="1.5"/><rect x="5.5" y="5.5" width="9" height="9" rx="1.5"/>'

ICONS: dict[str, str] = {
    # doing
    "search": '<circle cx="7" cy="7" r="4.6"/><path d="M10.5 10.5L14 14"/>',
    "up": '<path d="M4 10l4-4 4 4"/>',
    "down": '<path d="M4 6l4 4 4-4"/>',
    "right": '<path d="M6 4l4 4-4 4"/>',
    "left": '<path d="M10 4L6 8l4 4"/>',
    "arrow": '<path d="M2.5 8h11M9.5 4l4 4-4 4"/>',
    "download": '<path d="M8 2v8M4.5 7L8 10.5 11.5 7M2.5 13.5h11"/>',
    "upload": '<path d="M8 10.5v-8M4.5 5.5L8 2l3.5 3.5M2.5 13.5h11"/>',
    "copy": '<rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/>'
    '<path d="M10.5 5V4A1.5 1.5 0 0 0 9 2.5H4A1.5 1.5 0 0 0 2.5 4v5A1.5 1.5 0 0 0 4 10.5h1"/>',
    "plus": '<path d="M8 3v10M3 8h10"/>',
    "edit": '<path d="M3 13l.6-2.8 7-7 2.2 2.2-7 7zM9.4 4.4l2.2 2.2"/>',
    "close": '<path d="M4 4l8 8M12 4l-8 8"/>',
    "key": '<circle cx="5" cy="11" r="2.8"/><path d="M7 9l6-6M10.5 5.5l2 2"/>',
    "bell": '<path d="M4 11V7a4 4 0 0 1 8 0v4l1.2 1.5H2.8zM6.8 14.2h2.4"/>',
    "calendar": '<rect x="2.5" y="3.5" width="11" height="10" rx="1.5"/><path d="M2.5 6.8h11M5.5 2v2.6M10.5 2v2.6"/>',
    "mail": '<rect x="2" y="3.5" width="12" height="9" rx="1.5"/><path d="M2.5 4.5L8 9l5.5-4.5"/>',
    "person": '<circle cx="8" cy="5.2" r="2.8"/><path d="M2.8 14a5.2 5.2 0 0 1 10.4 0"/>',
    "link": '<path d="M6.5 9.5l3-3"/>'
    '<path d="M7 4.6l1.2-1.2a2.9 2.9 0 0 1 4.2 4.2L11.2 8.8M9 11.4l-1.2 1.2a2.9 2.9 0 0 1-4.2-4.2L4.8 7.2"/>',
    # saying
    "check": '<path d="M3 8.5l3.2 3.2L13 5"/>',
    "info": '<circle cx="8" cy="8" r="6.5"/><path d="M8 7.4v3.8M8 4.9v.1"/>',
    "warning": '<path d="M8 2L1.6 13.4h12.8z"/><path d="M8 6.6v3M8 11.5v.1"/>',
    "stop": '<path class="f" d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1z"/>'
    '<path class="k" d="M8 4.4v4.4M8 11.3v.1"/>',
    "question": '<path d="M5.3 5.6a2.7 2.7 0 1 1 3.9 2.5c-.8.4-1.2.9-1.2 1.8M8 12.6v.1"/>',
    "up-path": '<path d="M8 13.5v-11M4 6.5l4-4 4 4"/>',
    "down-path": '<path d="M8 2.5v11M4 9.5l4 4 4-4"/>',
    # states
    "dot": '<circle class="f" cx="8" cy="8" r="2"/>',
    "ring": _RING,
    "ring-minus": _RING + '<path d="M5.5 8h5"/>',
    "ring-half": _RING + '<path class="f" d="M8 1.8a6.2 6.2 0 0 1 0 12.4z"/>',
    "ring-check": '<circle class="f" cx="8" cy="8" r="7"/><path class="k" d="M4.8 8.3l2.2 2.2 4.2-4.6"/>',
    "ring-dashed": '<circle cx="8" cy="8" r="6.2" stroke-dasharray="2.6 2.2"/>',
    "ring-struck": _RING + '<path d="M3.8 12.2l8.4-8.4"/>',
    "ring-cross": _RING + '<path d="M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6"/>',
    "back": '<path d="M6.5 3L3 6.5 6.5 10"/><path d="M3 6.5h6.5a3.5 3.5 0 0 1 0 7H6"/>',
    "lock": '<rect x="3" y="7" width="10" height="7" rx="1.5"/><path d="M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2"/>',
    "clock": _RING + '<path d="M8 4.5V8l2.4 1.6"/>',
    # cells of a matrix
    "square-dashed": '<rect x="2" y="2" width="12" height="12" rx="1.5" stroke-dasharray="2.6 2.2"/>',
    "square-half": '<rect x="2" y="2" width="12" height="12" rx="1.5"/>'
    '<path class="f" d="M2 8.5h12V12a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2z"/>',
    "square-full": '<rect class="f" x="1.3" y="1.3" width="13.4" height="13.4" rx="2"/>',
    "squares": _SQUARE,
    "squares-check": _SQUARE + '<path d="M7.6 10l1.6 1.6 3-3.2"/>',
    "dash": '<path d="M3.5 8h9"/>',
    # kinds of numbers
    "sum": '<path d="M12 3H4l4 5-4 5h8"/>',
    "divide": '<path d="M3 8h10M8 4v.1M8 12v.1" stroke-width="2"/>',
    "overlap": '<circle cx="6" cy="6" r="3.4"/><circle cx="10" cy="10" r="3.4"/>',
    "flag": '<path d="M8 2v12M3 14h10M8 6h4.5M8 2h4.5v4"/>',
    "balance": '<path d="M8 2.5v11M4.5 13.5h7M3 5h10M3 5l-1.5 4h3zM13 5l-1.5 4h3z"/>',
    "average": '<path d="M2.5 11.5l3.5-5 3 3.5 4.5-6M2.5 8h11" stroke-dasharray="0"/>',
    "low": '<path d="M3 13.5h10M8 2.5v8M5 7.5l3 3 3-3"/>',
    "high": '<path d="M3 2.5h10M8 13.5v-8M5 8.5l3-3 3 3"/>',
    "middle": '<path d="M8 2.5v11M3 6v4M13 6v4M3 8h10"/>',
    "diamond": '<path d="M8 2l6 6-6 6-6-6z"/>',
    "steps": '<path d="M2 13.5h4v-4h4v-4h4"/>',
    "index": '<path d="M3 2.5v11h10.5M5.5 10.5L8 7.5l2 1.5 3-4"/>',
    "formula": '<path d="M9.5 3c-1.6-.8-2.6 0-2.9 2L5.4 12c-.3 1.6-1.2 2.2-2.4 1.6M4.5 7h4.5"/>'
    '<path d="M10 9.5l3.5 4M13.5 9.5l-3.5 4"/>',
    "money": _RING
    + '<path d="M10.2 6c-.4-.9-1.2-1.3-2.2-1.3-1.2 0-2.1.6-2.1 1.6 0 2.3 4.4 1 4.4 3.4 0 1-.9 1.6-2.2 1.6'
    '-1.1 0-2-.5-2.4-1.4M8 3.4v1.3M8 11.3v1.3"/>',
    "people": '<circle cx="5.5" cy="5.5" r="2.2"/><circle cx="11" cy="6" r="1.8"/>'
    '<path d="M1.5 13a4 4 0 0 1 8 0M10.5 9.4a3.3 3.3 0 0 1 4 3.1"/>',
    "words": '<path d="M2.5 4h11M2.5 8h11M2.5 12h7"/>',
    "rate-stock": '<path d="M3 8h10M8 4v.1M8 12v.1" stroke-width="2"/>'
    '<path d="M3 2.5h10M3 13.5h10" stroke-width="1.2"/>',
}


def icon(name: str) -> SafeString:
    """The inline drawing of a meaning, hidden from screen readers. ValueError when there is no such icon."""
    try:
        shapes = ICONS[name]
    except KeyError:
        raise ValueError(f"There is no icon “{name}”. There are: {', '.join(sorted(ICONS))}.") from None
    return format_html('<svg class="bb-i" viewBox="0 0 16 16" aria-hidden="true">{}</svg>', mark_safe(shapes))  # noqa: S308


def drawing(name: str, ink: str) -> str:
    """The same as a picture of its own, in one colour; for documents, which have no stylesheet for it."""
    rules = (
        f"*{{fill:none;stroke:{ink};stroke-width:1.6}}.f{{fill:{ink};stroke:none}}.k{{stroke:#fff;stroke-width:1.8}}"
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><style>{rules}</style>{ICONS[name]}</svg>'


def mark() -> SafeString:
    """The platform's mark, five vertebrae, in the current colour."""
    bars = "".join(
        f'<rect x="{x}" y="{y}" width="{20 - 2 * x}" height="3.2" rx="1.6"/>'
        for x, y in ((4, 0), (2, 5.2), (0, 10.4), (2, 15.6), (4, 20.8))
    )
    return format_html(
        '<svg width="20" height="24" viewBox="0 0 20 24" aria-hidden="true" fill="currentColor">{}</svg>',
        mark_safe(bars),  # noqa: S308
    )
