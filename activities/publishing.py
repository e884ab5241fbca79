"""The register's part of a publication: what partners do, of what staff chose, as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from activities.models import Activity
from activities.selectors.register import lines, with_tags
from backbone.conditions import Edition, Option, Part
from backbone.models import Initiative

MOST = 200  # offered for one publication
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def options(initiative: Initiative, grain: str, period: date) -> Iterator[Option]:
    """Activities that ran in the span, by name, each with a story if wanted."""
    last = _after(period, MONTHS[grain])
    rows = Activity.objects.filter(initiative=initiative, status__in=("active", "ended"), starts_on__lt=last)
    rows = rows.filter(Q(ends_on=None) | Q(ends_on__gte=period))
    for line in lines(with_tags(rows.order_by("name", "pk"))[:MOST], period):
        partners = ", ".join(part.partner.code for part in line.partners)
        yield Option(
            line.activity.slug, line.activity.name, words=partners, group=_("What partners do"), takes_words=True,
            story=line.activity.description[:500],
        )  # fmt: skip


def published(edition: Edition) -> Part:
    """The chosen activities in the order in which they were chosen. Nothing in it is counted, so nothing is hidden."""
    chosen = {choice["slug"]: choice for choice in edition.choices}
    rows = Activity.objects.filter(initiative=edition.initiative, slug__in=chosen)
    found = {line.activity.slug: line for line in lines(with_tags(rows), edition.period)}
    shown = [_shown(found[slug].activity, choice) for slug, choice in chosen.items() if slug in found]
    return Part({"activities": shown} if shown else {})


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
    return {**data, "contents": [("activities", _("What partners do"), 1)] if data.get("activities") else []}


def _after(period: date, months: int) -> date:
    year, month = divmod(period.year * 12 + period.month - 1 + months, 12)
    return date(year, month + 1, 1)
