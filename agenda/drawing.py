"""A theory of change as the browser draws it: plain values for `static/js/map.js`, words already in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from agenda.rules.layout import HEIGHT, LARGE, WIDTH, places
from agenda.selectors.map_shown import Shown
from agenda.selectors.map_written import arc_of, spots_of
from agenda.selectors.systems import LinkView, MapView, NodeView
from agenda.wording import lag_words, short_lag, sign_words
from backbone.conditions import Live
from backbone.look.numbers import short_date


def drawing(found: MapView, link_url: str) -> dict[str, Any]:
    """The whole map. `link_url` is the address of the link with the number 0, which none has."""
    return {
        "card": [WIDTH, HEIGHT],
        "link": link_url,
        "nodes": [_node(view) for view in found.nodes.values()],
        "links": [_link(view) for view in found.links.values()],
    }


def shown_of(shown: Shown, count: int) -> dict[str, Any]:
    """Which of a map of so many nodes is looked at, and what that is about. A part of a large map that is small enough
    gets places of its own, so that it can be drawn alone."""
    found: dict[str, Any] = {
        "all": shown.is_everything,
        "nodes": [view.node.pk for view in shown.nodes],
        "links": [view.link.pk for view in shown.links],
        "focus": shown.focus.node.pk if shown.focus else None,
    }
    if count > LARGE and len(shown.nodes) <= LARGE:
        arcs = [arc_of(view.link) for view in shown.links]
        found["places"] = places(spots_of(view.node for view in shown.nodes), arcs, {})
    return found


def _node(view: NodeView) -> dict[str, Any]:
    first = view.figures[0] if view.figures else None
    return {
        "id": view.node.pk,
        "slug": view.node.slug,
        "label": view.node.label,
        "sort": view.node.sort,
        "at": view.at,
        "figure": figure_words(first) if first else "",
        "partial": bool(first and first.is_partial),
        "spark": _spark(first.series) if first else [],
    }


def figure_words(live: Live) -> str:
    """“K1 · 700 so far”."""
    return f"{live.code} · {live.text}" if live.code else live.text


def _link(view: LinkView) -> dict[str, Any]:
    link = view.link
    return {
        "id": link.pk,
        "source": link.source_id,
        "target": link.target_id,
        "sign": link.sign,
        "lag": short_lag(view.lag),
        "evidence": link.evidence,
        "stale": not view.is_confirmed,
        "words": link_words(view),
    }


def link_words(view: LinkView) -> str:
    """A link in one sentence, for whoever points at it."""
    words = {
        "source": view.source.label,
        "target": view.target.label,
        "sign": sign_words(view.link.sign),
        "lag": lag_words(view.lag),
        "evidence": view.link.get_evidence_display(),
        "confirmed": confirmed_words(view),
    }
    return _("%(source)s to %(target)s: %(sign)s; %(lag)s; %(evidence)s; %(confirmed)s") % words


def confirmed_words(view: LinkView) -> str:
    link = view.link
    if link.confirmed_on is None:
        return _("nobody has confirmed it")
    words = {"day": short_date(link.confirmed_on)}
    return _("last confirmed on %(day)s") % words


def _spark(series: Sequence[tuple[Decimal | None, bool]]) -> list[list[Any] | None]:
    """Points of a small line between 0 and 1, each with whether it is partial; None is a gap."""
    values = [value for value, _partial in series if value is not None]
    if not values:
        return []
    low, high = min(values), max(values)
    return [
        None if value is None else [0.5 if low == high else round(float((value - low) / (high - low)), 3), partial]
        for value, partial in series
    ]
