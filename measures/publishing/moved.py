"""What of a published part reads otherwise by now: each shown figure held against the live one.

A figure that is too small to be shown by now says no more than that. What was hidden is not compared: that it moved
would tell of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from backbone.conditions import Edition, Moved
from backbone.models import Tenant
from measures import wording
from measures.models import Indicator, Restatement
from measures.publishing import cells, frozen
from measures.publishing.cells import TOTAL, Place
from measures.publishing.gathering import Picture, pictures
from measures.publishing.part import figures, period_words, window_of
from measures.rules.combining import Combined
from measures.rules.disclosure import primary
from measures.rules.lines import Line
from measures.rules.small import counts_in
from measures.selectors.series import changed_since

COMPARED = ("state", *frozen.NUMBERS)


def has_moved(kept: Mapping[str, Any], since: datetime) -> bool:
    """Whether a stored roll-up behind a part has changed since; one statement."""
    watched = kept.get("watched")
    if not watched:
        return False
    first, last = frozen.month_from(watched["since"]), frozen.month_from(watched["until"])
    return bool(changed_since(watched["indicators"], first, last, since))


def moved(edition: Edition, data: Mapping[str, Any]) -> Iterator[Moved]:
    """The figures shown in a part that are others by now."""
    slugs = [one["line"]["slug"] for one in data.get("indicators", ())]
    found = Indicator.objects.filter(initiative=edition.initiative, slug__in=slugs)
    indicators = list(found.select_related("outcome", "initiative"))
    if not indicators:
        return
    tenant = Tenant.objects.get(pk=edition.initiative.tenant_id)
    window = window_of(edition, tenant)
    live = {picture.slug: picture for picture in pictures(edition.initiative, indicators, window, tenant)}
    known: dict[str, list[Restatement]] = {}
    for place, line, before in figures(data):
        picture = live.get(place.indicator)
        if picture is None or before.get("hidden"):
            continue
        now = _live(picture, place)
        if now is None or _same(before, frozen.figure(now)):
            continue
        last = _last_change(known, picture, place)
        yield Moved(
            figure=str(place),
            before=dict(before),
            after=None if _too_small(picture, line, now, tenant.small_cell_threshold) else frozen.figure(now),
            at=last.at if last is not None else edition.as_of,
            reason=last.reason if last is not None else "",
            by_id=last.by_id if last is not None else None,
        )


def moved_words(data: Mapping[str, Any], figure: str, before: Any, after: Any) -> tuple[str, str, str]:
    """`K1, October 2026`, `1,030`, `1,010`."""
    place = Place(*_split(figure))
    one = next((one for one in data.get("indicators", ()) if one["line"]["slug"] == place.indicator), None)
    if one is None:
        return figure, "", ""
    line = frozen.line_from(one["line"])
    pieces = [one["line"]["code"] or line.name]
    if place.who:
        pieces.append(_("others") if place.who.startswith("(") else place.who)
    if place.category:
        names = next(
            (row["names"] for split in one["breakdowns"] for row in split["rows"] if row["key"] == place.category), None
        )
        pieces.append(", ".join(names) if names else place.category)
    pieces.append(period_words(place))
    return ", ".join(pieces), _said(line, before), _said(line, after)


def _said(line: Line, data: Any) -> str:
    if data is None:
        return _("hidden to protect people")
    kind = data.get("kind", line.kind)
    own = line if kind == line.kind else replace(line, kind=kind)
    return wording.said(own, frozen.combined_from(data, kind))


def _same(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether a reader would see no difference; who has filed is part of it."""
    return all(before.get(name) == now.get(name) for name in (*COMPARED, "filed", "expected"))


def _live(picture: Picture, place: Place) -> Combined | None:
    """The live figure of a place; None where there is none to hold against it."""
    window, period = picture.window, frozen.month_from(place.first)
    if place.who.startswith("("):
        return None  # who is together may be others by now
    if place.who:
        for pk, one in picture.parts.items():
            if picture.codes[pk] == place.who:
                return picture.own_categories.get((pk, place.category)) if place.category else one
        return None
    if place.category:
        return picture.categories.get(place.category, {}).get(period)
    if cells.whole_place(picture.slug, TOTAL, window, period) == place and period in picture.trend:
        return picture.trend[period]
    for readings in picture.years.values():
        for reading in readings:
            if cells.year_place(picture.slug, reading.window) == place:
                return reading.now
    return None


def _too_small(picture: Picture, line: Line, now: Combined, threshold: int) -> bool:
    if not picture.reading.indicator.counts_people or not line.rule.is_filed:
        return False
    counts = counts_in(now.kind, now.value, now.numerator, now.denominator, now.lower, now.upper)
    return any(primary.is_small(abs(count), threshold) for count in counts)


def _last_change(known: dict[str, list[Restatement]], picture: Picture, place: Place) -> Restatement | None:
    """The last approved change behind a figure; None where a figure came late instead."""
    if picture.slug not in known:
        rows = Restatement.objects.filter(indicator=picture.reading.indicator.pk)
        known[picture.slug] = list(rows.order_by("-at", "-pk"))
    first, last = frozen.month_from(place.first), frozen.month_from(place.last)
    return next((row for row in known[picture.slug] if first <= row.period <= last), None)


def _split(figure: str) -> list[str]:
    """A place's text taken apart: categories have colons of their own, so it is read from both ends."""
    slug, who, *category, first, last = figure.split(":")
    return [slug, who, ":".join(category), first, last]
