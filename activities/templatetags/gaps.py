"""One cell of the matrix as its tables show it; a page may have over a thousand, so it is no template of its own."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from activities.selectors.matrix import Cell
from activities.wording import LOOKS, inside
from backbone.look.icons import icon

register = template.Library()


@register.simple_tag
def cell_link(cell: Cell, url: str) -> SafeString:
    """Shape, word and “0 of 40”, linked to the cell's page."""
    look, words = LOOKS[cell.state], inside(cell)
    small = format_html("<small>{}</small>", words) if words else ""
    return format_html(
        '<a class="bb-cell bb-cell--{}" href="{}">{}<b>{}</b>{}</a>', look.css, url, icon(look.icon), look.word, small
    )


@register.simple_tag
def cell_state(cell: Cell) -> SafeString:
    """“Gap: 0 of 40”, with its shape."""
    look, words = LOOKS[cell.state], inside(cell)
    tone = f" bb-state--{look.tone}" if look.tone else ""
    said = f"{look.word}: {words}" if words else look.word
    return format_html('<span class="bb-state{}">{}{}</span>', tone, icon(look.icon), said)
