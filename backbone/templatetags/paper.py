"""The parts of pages as a printed document draws them: the same words and marks as `bb`, but nothing that WeasyPrint would
take for a picture without words. Shapes that only repeat a word are backgrounds.

    {% print_value shown unit %}  {% print_cover c %}  {% print_kind kind %}  {% print_state slug text %}
    {% print_hidden %}  {% print_hidden long=True %}  {% print_chart spec source accent %}
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from backbone import charts
from backbone.look import accent as accents
from backbone.look import coverage, icons, numbers, words

register = template.Library()

CHART_WIDTH = 640  # of 170 mm of text
CHART_HEIGHT = 165  # beside 40 for its axis: 54 mm
INKS = {"good": "#1f6539", "warn": "#774600", "bad": "#a4261d", "quiet": "#636b73"}
INK = "#474f57"
HATCH = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 22 10"><g fill="none" stroke="#474f57">'
    '<rect x=".6" y=".6" width="20.8" height="8.8" stroke-width="1"/>'
    '<path d="M2 9L8 1M7 9L13 1M12 9L18 1M17 9L21 3.6" stroke-width=".8"/></g></svg>'
)
STRIP = (
    ".s-in{fill:ACCENT;stroke:ACCENT}.s-wait{fill:#fff;stroke:ACCENT}.s-out{fill:none;stroke:#636b73;stroke-dasharray:2.2 1.6}"
    ".s-ex{fill:none;stroke:#636b73}"
)


@register.simple_tag
def print_value(shown: Any, unit: str = "") -> SafeString:
    """A value with its unit, “so far” and what it was divided from."""
    first = " ".join(word for word in (unit, _("so far") if shown.so_far else "") if word)
    small = " · ".join(str(part) for part in (first, shown.small) if part)
    text = shown.text or numbers.SILENCE
    return format_html("{} <small>{}</small>", text, small) if small else format_html("{}", text)


@register.simple_tag(takes_context=True)
def print_cover(context: template.Context, given: Any) -> SafeString:
    """The strip of one segment for each partner, in no order of partners, then the words."""
    c = coverage.as_coverage(given)
    strip = _strip(coverage.strip(c), context) if c.expected or c.excused else ""
    return format_html('{}<span class="soft">{}</span>', strip, coverage.coverage_text(c))


@register.simple_tag(takes_context=True)
def print_strip(context: template.Context, segments: str) -> SafeString:
    """A strip alone, as in `in in out`: to explain it."""
    return _strip(coverage.draw_segments(segments.split()), context)


@register.simple_tag
def print_kind(kind: str) -> SafeString:
    word = words.kind_word(kind)
    return format_html('<span class="kind">{}{}</span>', _shape(word.icon, INK), word.text)


@register.simple_tag
def print_state(slug: str, text: str | None = None) -> SafeString:
    word = words.state_word(slug)
    return shaped(word.icon, word.text if text is None else text, word.tone)


def shaped(icon: str, words: str, tone: str = "") -> SafeString:
    """A word with the shape that always goes with it."""
    css = f"state state--{tone}" if tone else "state"
    return format_html('<span class="{}">{}{}</span>', css, _shape(icon, INKS.get(tone, INK)), words)


@register.simple_tag
def print_hidden(long: bool = False) -> SafeString:
    """The mark of a figure that is withheld."""
    words = _("hidden to protect people") if long else _("hidden")
    return format_html('<span class="hidden">{}{}</span>', _background("hatch", HATCH, 22, 10), words)


@register.simple_tag
def print_chart(spec: dict[str, Any], source: str = "", accent: str = "") -> SafeString:
    """A chart as a picture with its words, its title above it and its exceptions below."""
    about = spec["usermeta"]["backbone"]
    drawn = b64encode(charts.svg(spec | {"height": CHART_HEIGHT}, accent=accent, width=CHART_WIDTH).encode()).decode()
    below = [source, about["scale_note"]]
    if about["has_hidden"]:
        below.append(_("The bar mark at the foot: hidden to protect people."))
    return format_html(
        '<figure class="drawing"><figcaption><strong>{}</strong>{}</figcaption>'
        '<img src="data:image/svg+xml;base64,{}" alt="{}">{}</figure>',
        about["title"],
        about["subtitle"],
        drawn,
        spec["description"],
        format_html('<p class="quiet">{}</p>', " ".join(str(part) for part in below if part)) if any(below) else "",
    )


def _shape(name: str, ink: str) -> SafeString:
    return _background("icon", icons.drawing(name, ink), 16, 16)


def _strip(drawn: str, context: template.Context) -> SafeString:
    accent = accents.legible(context.get("accent"))
    rules = STRIP.replace("ACCENT", accent)
    width = int(re.search(r'width="(\d+)"', drawn)[1])
    drawn = drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).replace(
        ">", f"><style>{rules}</style>", 1
    )
    return _background("strip", drawn, width, 14)


def _background(css: str, drawn: str, width: int, height: int) -> SafeString:
    """A drawing that stands for nothing but the words beside it; `width` and `height` in its own units."""
    encoded = b64encode(drawn.encode()).decode()
    style = f"width:{width / height:.3f}em;background-image:url(data:image/svg+xml;base64,{encoded})"
    return mark_safe(f'<i class="{css}" style="{style}"></i>')  # noqa: S308
