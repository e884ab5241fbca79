"""How many partners a figure rests on: the words that always stand, and the strip that repeats them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backbone.look.numbers import number, percent

MOST_SEGMENTS = 20
SEGMENTS = ("in", "wait", "out", "excused")
_STEP, _WIDTH = 12, 7.5


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a coverage chip needs. Any object or mapping with these names will do.

    `filed` of `expected` partners are in the figure; `waiting` more have filed and wait for approval; `excused` are
    not among the expected. `usual_share` (0 to 1, or None) is how much of the usual volume the filed ones bring.
    `segments` is one of "in", "wait", "out", "excused" per partner, in the order to draw; None draws them sorted,
    which is what a viewer sees who may not know who is missing. `in_part`: something of the figure is there, which of a
    year of twelve months may be nobody's whole year.
    """

    filed: int
    expected: int
    excused: int = 0
    waiting: int = 0
    usual_share: Decimal | None = None
    segments: Sequence[str] | None = None
    in_part: bool = False


def as_coverage(given: Any) -> Coverage:
    """A Coverage from any object or mapping with its names; names it lacks stay at their defaults."""
    if isinstance(given, Coverage):
        return given
    get = given.get if isinstance(given, Mapping) else lambda name, default=None: getattr(given, name, default)
    return Coverage(
        filed=get("filed", 0),
        expected=get("expected", 0),
        excused=get("excused", 0) or 0,
        waiting=get("waiting", 0) or 0,
        usual_share=get("usual_share", None),
        segments=get("segments", None),
        in_part=bool(get("in_part", False)),
    )


def coverage_words(given: Any) -> tuple[str, list[str]]:
    """The sentence and what follows it: `("7 of 9 partners have filed", ["68% of usual volume"])`."""
    c = as_coverage(given)
    counts = {"filed": number(c.filed), "expected": number(c.expected)}
    more = []
    if c.expected == 0:
        sentence = _("Nobody owes this")
    elif c.waiting:
        sentence = (
            ngettext(
                "%(filed)s of %(expected)s partner approved", "%(filed)s of %(expected)s partners approved", c.expected
            )
            % counts
        )
        more.append(ngettext("%(count)s to review", "%(count)s to review", c.waiting) % {"count": number(c.waiting)})
    elif c.filed == 0:
        sentence = _("No partner has filed all of it yet") if c.in_part else _("No partner has filed yet")
    else:
        sentence = (
            ngettext(
                "%(filed)s of %(expected)s partner has filed",
                "%(filed)s of %(expected)s partners have filed",
                c.expected,
            )
            % counts
        )
    if c.usual_share is not None and 0 < c.filed < c.expected:
        more.append(_("%(share)s of usual volume") % {"share": percent(c.usual_share, 0)})
    if c.excused:
        more.append(ngettext("%(count)s excused", "%(count)s excused", c.excused) % {"count": number(c.excused)})
    return sentence, more


def coverage_text(given: Any) -> str:
    """The words alone, for mail, alt texts and files: `7 of 9 partners have filed · 68% of usual volume`."""
    sentence, more = coverage_words(given)
    return " · ".join([sentence, *more])


def coverage_chip(given: Any) -> SafeString:
    """The chip: a strip hidden from screen readers, then the words."""
    c = as_coverage(given)
    sentence, more = coverage_words(c)
    words = format_html("<b>{}</b>{}", sentence, format_html_join("", " · {}", ((word,) for word in more)))
    if c.expected == 0 and not c.excused:
        return format_html('<span class="bb-cover">{}</span>', words)
    return format_html('<span class="bb-cover">{}<span>{}</span></span>', strip(c), words)


def strip(given: Any) -> SafeString:
    """One segment per partner; over twenty partners one bar, whose parts are as long as their share."""
    c = as_coverage(given)
    out = max(c.expected - c.filed - c.waiting, 0)
    counts = {"in": c.filed, "wait": c.waiting, "out": out, "excused": c.excused}
    if sum(counts.values()) > MOST_SEGMENTS:
        return _bar(counts)
    segments = c.segments
    if segments is None:
        segments = [state for state, count in counts.items() for _one in range(count)]
    return draw_segments(segments)


def draw_segments(segments: Iterable[str]) -> SafeString:
    """A strip of segments. ValueError for a word that is not in, wait, out or excused."""
    parts, x, count = [], Decimal("0.75"), 0
    for state in segments:
        if state not in SEGMENTS:
            raise ValueError(f"There is no segment “{state}”. There are: {', '.join(SEGMENTS)}.")
        css = "s-ex" if state == "excused" else f"s-{state}"
        parts.append(f'<rect class="{css}" x="{x}" y=".75" width="7.5" height="12.5" rx="1.5" stroke-width="1.5"/>')
        if state == "excused":
            parts.append(f'<path class="s-ex" d="M{x} 13.25L{x + Decimal("7.5")} .75" stroke-width="1.2"/>')
        x, count = x + _STEP, count + 1
    return _svg(max(count * _STEP - 3, 0), parts)


def _bar(counts: Mapping[str, int], width: int = 120) -> SafeString:
    total, x, parts = sum(counts.values()), Decimal("0.75"), []
    for state, count in counts.items():
        if not count:
            continue
        # Never so short that it vanishes: one of two hundred is still somebody.
        length = max((Decimal(width) * count / total).quantize(Decimal("0.01")), Decimal(3))
        css = "s-ex" if state == "excused" else f"s-{state}"
        drawn = length - Decimal("1.5")
        parts.append(f'<rect class="{css}" x="{x}" y=".75" width="{drawn}" height="12.5" rx="1.5" stroke-width="1.5"/>')
        x += length
    return _svg(int(x) + 1, parts)


def _svg(width: int, parts: Iterable[str]) -> SafeString:
    return format_html(
        '<svg width="{0}" height="14" viewBox="0 0 {0} 14" aria-hidden="true">{1}</svg>',
        width,
        mark_safe("".join(parts)),  # noqa: S308
    )
