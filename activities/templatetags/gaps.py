"""One cell of the matrix as its tables show it; a page may have over a thousand, so it is no template of its own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext

from activities.rules.cells import State
from activities.selectors.matrix import Cell
from activities.wording import LOOKS, inside
from backbone.look.icons import icon
from backbone.look.numbers import number
from backbone.templatetags.paper import shaped

register = template.Library()


@register.simple_tag
def cell_link(cell: Cell, url: str) -> SafeString:
    """Shape, word and “0 of 40”, linked to the cell's page."""
    css, face = _face(cell.state, get_language())
    words = inside(cell)
    small = format_html("<small>{}</small>", words) if words else ""
    return format_html('<a class="bb-cell bb-cell--{}" href="{}">{}{}</a>', css, url, face, small)


@cache
def _face(state: State, language: str | None) -> tuple[str, SafeString]:
    """The class of a state's cells, and its shape and word as one language has it."""
    look = LOOKS[state]
    return look.css, format_html("{}<b>{}</b>", icon(look.icon), look.word)


@register.simple_tag
def gap_state(state: str) -> SafeString:
    """A state of the matrix by its name: its shape and its word."""
    look = LOOKS[State(state)]
    tone = f" bb-state--{look.tone}" if look.tone else ""
    return format_html('<span class="bb-state{}">{}{}</span>', tone, icon(look.icon), look.word)


@register.simple_tag
def print_gap_state(state: str) -> SafeString:
    """The same on paper, where a drawing in the text would be a picture without words."""
    look = LOOKS[State(state)]
    return shaped(look.icon, look.word, look.tone)


@register.filter
def gap_counts(counts: Mapping[str, int]) -> list[str]:
    """“3 gaps”, “1 possible duplication” and so on, of the states that there are."""
    return [
        words % {"count": number(n)} for state in State if (n := counts.get(state.value)) for words in [_many(state, n)]
    ]


def _many(state: State, n: int) -> str:
    return {
        State.GAP: ngettext("%(count)s gap", "%(count)s gaps", n),
        State.PARTLY: ngettext("%(count)s partly met", "%(count)s partly met", n),
        State.COVERED: ngettext("%(count)s covered", "%(count)s covered", n),
        State.TWICE: ngettext("%(count)s possible duplication", "%(count)s possible duplications", n),
        State.AGREED: ngettext("%(count)s overlap on purpose", "%(count)s overlaps on purpose", n),
        State.UNKNOWN: ngettext("%(count)s unknown", "%(count)s unknown", n),
        State.NO_NEED: ngettext("%(count)s without a need", "%(count)s without a need", n),
    }[state]


@register.simple_tag
def cell_state(cell: Cell) -> SafeString:
    """“Gap: 0 of 40”, with its shape."""
    look, words = LOOKS[cell.state], inside(cell)
    tone = f" bb-state--{look.tone}" if look.tone else ""
    said = f"{look.word}: {words}" if words else look.word
    return format_html('<span class="bb-state{}">{}{}</span>', tone, icon(look.icon), said)
