"""The register's part of a publication: what partners do, and where nobody serves a need, of what staff chose, as plain
data.

Of the matrix only the states of cells are published, never an amount: a need of few people, read beside what activities
say they offer, would tell how few they are. A cell whose need is that of a small group has not even a state.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from activities.models import Activity, Need
from activities.rules.cells import State
from activities.selectors.axes import Tag, axes_of
from activities.selectors.matrix import Cell, Question, matrix
from activities.selectors.register import lines, with_tags
from activities.selectors.tables import every
from backbone.conditions import Edition, Finding, Option, Part
from backbone.models import Initiative, Tenant

MOST = 200  # offered for one publication
MONTHS = {"month": 1, "quarter": 3, "year": 12}
GAPS = "gap_matrix"  # no activity's short name has such a line in it
LISTED = (State.GAP, State.TWICE, State.AGREED, State.PARTLY, State.COVERED)
MOST_CELLS = 300


def options(initiative: Initiative, grain: str, period: date) -> Iterator[Option]:
    """The matrix, where a need is known; activities that ran in the span, by name, each with a story if wanted."""
    last = _after(period, MONTHS[grain])
    if Need.objects.filter(initiative=initiative, as_of__lt=last).exists():
        words = _("For whom and where a need is met, partly met or not; never how many they are.")
        yield Option(GAPS, _("Gaps and overlaps"), words=words, group=_("What partners do"))
    rows = Activity.objects.filter(initiative=initiative, status__in=("active", "ended"), starts_on__lt=last)
    rows = rows.filter(Q(ends_on=None) | Q(ends_on__gte=period))
    for line in lines(with_tags(rows.order_by("name", "pk"))[:MOST], period):
        partners = ", ".join(part.partner.code for part in line.partners)
        yield Option(
            line.activity.slug, line.activity.name, words=partners, group=_("What partners do"), takes_words=True,
            story=line.activity.description[:500],
        )  # fmt: skip


def published(edition: Edition) -> Part:
    """The chosen activities in the order in which they were chosen, of which nothing is counted; and the matrix."""
    chosen = {choice["slug"]: choice for choice in edition.choices}
    with_gaps = chosen.pop(GAPS, None) is not None
    rows = Activity.objects.filter(initiative=edition.initiative, slug__in=chosen)
    found = {line.activity.slug: line for line in lines(with_tags(rows), edition.period)}
    shown = [_shown(found[slug].activity, choice) for slug, choice in chosen.items() if slug in found]
    data: dict[str, Any] = {"activities": shown} if shown else {}
    if not with_gaps:
        return Part(data)
    gaps, hidden = _gaps(edition)
    return Part(data | {"gaps": gaps}, hidden=hidden)


def _gaps(edition: Edition) -> tuple[dict[str, Any], list[Finding]]:
    """The states of the cells on the span's last day, or on the day of which the edition is where that comes first; and
    the cells that are withheld."""
    initiative, tenant = edition.initiative, Tenant.objects.get(pk=edition.initiative.tenant_id)
    last = _after(edition.period, MONTHS[edition.grain]) - timedelta(days=1)
    day = min(last, tenant.day(edition.as_of))
    found = matrix(initiative, Question(day, axes_of(initiative)))
    shown, hidden, small = [], [], tenant.small_cell_threshold
    counts = dict(found.counts)
    for tags, cell in every(found):
        if cell.inputs.need is not None and 0 < cell.inputs.need < small:
            counts[cell.state] -= 1
            hidden.append(_withheld(tags, cell, small))
        elif cell.state in LISTED:
            strategy, population, place = (tag.label for tag in tags)
            shown.append({"strategy": strategy, "population": population, "place": place, "state": cell.state.value})
    order = {state.value: at for at, state in enumerate(LISTED)}
    shown.sort(key=lambda one: order[one["state"]])
    data = {
        "day": day.isoformat(),
        "counts": {state.value: count for state, count in counts.items() if count},
        "hidden": len(hidden),
        "most_hidden": small - 1,
        "cells": shown[:MOST_CELLS],
        "count": len(shown),
    }
    return data, hidden


def _withheld(tags: tuple[Tag, Tag, Tag], cell: Cell, small: int) -> Finding:
    words = " × ".join(tag.label for tag in tags)
    why = _("a group of 1 to %(most)s") % {"most": small - 1}
    return Finding("gap:" + "/".join(tag.key for tag in tags), words, f"{cell.inputs.need:f}", why)


def _shown(row: Activity, choice: Mapping[str, str]) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "name": row.name,
        "kind": row.service_type.name if row.service_type else "",
        "words": choice.get("story") or "",
        "strategies": [tag.strategy.title for tag in row.strategies.all()],
        "populations": [tag.population.name for tag in row.populations.all()],
        "places": [tag.place.name for tag in row.places.all()],
        "partners": [
            {"code": one.partner.code, "name": one.partner.name, "part": one.part} for one in row.commitments.all()
        ],
        "capacity": None if row.capacity is None else f"{row.capacity.normalize():f}",
        "unit": row.capacity_unit,
        "starts_on": row.starts_on.isoformat() if row.starts_on else None,
        "ends_on": row.ends_on.isoformat() if row.ends_on else None,
    }


def printed(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same, with its heading for the table of contents."""
    contents = [("activities", _("What partners do"), 1)] if data.get("activities") else []
    if data.get("gaps"):
        contents.append(("gaps", _("Gaps and overlaps"), 1))
    return {**data, "contents": contents}


def _after(period: date, months: int) -> date:
    year, month = divmod(period.year * 12 + period.month - 1 + months, 12)
    return date(year, month + 1, 1)
