"""What of a published part reads otherwise by now: each shown figure held against the live one.

The live ones are judged as if they were published now, beside what is: what must not be shown is told to have moved, and
nothing more. What was hidden is not compared: that it moved would tell of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from backbone.conditions import Edition, Moved
from measures import wording
from measures.models import Indicator, Restatement
from measures.publishing import frozen
from measures.publishing.findings import period_words
from measures.publishing.gathering import Picture
from measures.publishing.judging import Judged, figures, judge
from measures.publishing.page import category_words
from measures.publishing.places import Place, whole_place, year_place
from measures.rules.combining import Combined
from measures.rules.disclosure import primary
from measures.rules.lines import TOTAL, Line
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
    """The figures shown in a part that are others by now. Of partners alone that still let the audience see them."""
    slugs = [one["line"]["slug"] for one in data.get("indicators", ())]
    found = Indicator.objects.filter(initiative=edition.initiative, slug__in=slugs)
    indicators = list(found.select_related("outcome", "initiative"))
    if not indicators:
        return
    judged = judge(edition, indicators)
    live = {picture.slug: picture for picture in judged.pictures}
    unsafe = {one.key.place.indicator for one in judged.breaches}
    changes = _changes(indicators, edition.since)
    for place, _line, before in figures(data):
        picture = live.get(place.indicator)
        if picture is None or before.get("hidden"):
            continue
        now = _live(picture, place, judged)
        if now is None or _same(before, _as_it_was_shown(now, before, judged)):
            continue
        is_told = place not in judged.hidden and place.indicator not in unsafe
        last = _last_change(changes, picture, place)
        is_open = last is not None and last.partner_id in judged.agreed.get(picture.reading.indicator.pk, set())
        yield Moved(
            figure=str(place),
            before=dict(before),
            after=judged.figure(place, now) if is_told else None,
            at=last.at if last is not None else edition.as_of,
            reason=last.reason if last is not None and is_open else "",
            by_id=last.by_id if last is not None and is_open else None,
        )


def moved_words(data: Mapping[str, Any], figure: str, before: Any, after: Any) -> tuple[str, str, str]:
    """`K1, October 2026`, `1,030`, `1,010`."""
    place = Place.read(figure)
    one = next((one for one in data.get("indicators", ()) if one["line"]["slug"] == place.indicator), None)
    if one is None:
        return figure, "", ""
    line = frozen.line_from(one["line"])
    pieces = [one["line"]["code"] or line.name]
    if place.who:
        pieces.append(_("others") if place.is_together else place.who)
    if place.category:
        names = next(
            (row["names"] for split in one["breakdowns"] for row in split["rows"] if row["key"] == place.category), None
        )
        pieces.append(category_words(names) if names else place.category)
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


def _as_it_was_shown(now: Combined, before: Mapping[str, Any], judged: Judged) -> dict[str, Any]:
    """The live figure, its lower bound as rounded as it was: that it is rounded now is no change of it, nor that it
    is truly a little more."""
    if not before.get("rounded") or now.lower is None:
        return frozen.figure(now)
    rounded, shown = primary.coarse(now.lower, judged.sheet.threshold), Decimal(before["lower"])
    return frozen.figure(now, lower=shown if rounded <= shown <= now.lower else rounded)


def _live(picture: Picture, place: Place, judged: Judged) -> Combined | None:
    """The live figure of a place; None where there is none that may be held against it."""
    window, period = picture.window, frozen.month_from(place.first)
    if place.is_together:
        return None  # who is together may be others by now
    if place.who:
        shown = judged.circles[picture.slug].shown
        pk = next((pk for pk in shown if picture.codes[pk] == place.who), None)
        if pk is None:
            return None
        return picture.own_categories.get((pk, place.category)) if place.category else picture.parts.get(pk)
    if place.category:
        return picture.categories.get(place.category, {}).get(period)
    if whole_place(picture.slug, TOTAL, window, period) == place and period in picture.trend:
        return picture.trend[period]
    for readings in picture.years.values():
        for reading in readings:
            if year_place(picture.slug, reading.window) == place:
                return reading.now
    return None


def _changes(indicators: list[Indicator], since: datetime | None) -> dict[int, list[Restatement]]:
    """The approved changes of these indicators since what is published was true, the last first; one statement."""
    rows = Restatement.objects.filter(indicator__in=[one.pk for one in indicators])
    if since is not None:
        rows = rows.filter(at__gte=since)
    found: dict[int, list[Restatement]] = {}
    for row in rows.select_related("partner").order_by("-at", "-pk"):
        found.setdefault(row.indicator_id, []).append(row)
    return found


def _last_change(changes: Mapping[int, list[Restatement]], picture: Picture, place: Place) -> Restatement | None:
    """The last approved change behind a figure; None where a figure came late instead."""
    first, last = frozen.month_from(place.first), frozen.month_from(place.last)
    for row in changes.get(picture.reading.indicator.pk, ()):
        is_inside = first <= row.period <= last and (not place.category or row.category == place.category)
        if is_inside and (not place.who or picture.codes.get(row.partner_id) == place.who):
            return row
    return None
