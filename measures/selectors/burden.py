"""What partners were asked for in a year, what of it was used, and how long a report takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection

from backbone import conditions
from backbone.models import Initiative, PublishedBody
from backbone.tenancy import active_tenant_id
from measures.lines import lines
from measures.models import Curve, Indicator
from measures.rules import burden
from measures.rules.burden import Cell
from measures.rules.dimensions import UNKNOWN
from measures.rules.kinds import KINDS

YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Asked:
    """One indicator with what was asked of it and not used: `cells` are the names of the unused ones, by category.

    `is_all` when nothing of it was used.
    """

    indicator: Indicator
    cells: list[tuple[str, str]]
    is_all: bool


@dataclass(frozen=True, slots=True)
class Burden:
    """`asked` cells, of which `unused` appear nowhere; `share` of them, 0 to 1. `minutes` is the median of a report."""

    asked: int
    unused: int
    share: Decimal | None
    minutes: Decimal | None
    reports: int
    indicators: list[Asked]


def burden_of(initiative: Initiative, as_of: datetime) -> Burden:
    """Over the year before an instant; as many statements for many indicators as for few."""
    since = as_of - YEAR
    rows = list(Indicator.objects.filter(initiative=initiative).select_related("tenant"))
    rows = [
        one for one in rows if KINDS[one.kind].is_filed and (one.retired_on is None or one.retired_on > since.date())
    ]
    known = lines(initiative, rows)
    cells = {
        one.pk: [
            Cell(one.slug, key)
            for key in ("", *(key for breakdown in known[one.pk].breakdowns for key in known[one.pk].keys(breakdown)))
            if UNKNOWN not in [part.partition(":")[2] for part in key.split("+")]
        ]
        for one in rows
    }
    asked = [cell for one in rows for cell in cells[one.pk]]
    used = {Cell(*one) for one in conditions.cells_used(initiative, since)}
    left = burden.unused(asked, used)
    found = []
    for one in rows:
        own = [cell for cell in left if cell.indicator == one.slug]
        names = [(cell.category, ", ".join(known[one.pk].category_names(cell.category))) for cell in own]
        if own:
            found.append(Asked(one, names, len(own) == len(cells[one.pk])))
    minutes, reports = _minutes(initiative, since, as_of)
    return Burden(len(asked), len(left), burden.share(asked, used), minutes, reports, found)


def used_cells(initiative: Initiative, since: datetime) -> Iterator[tuple[str, str]]:
    """What curves were turned of, and what was published, in pages and in files; two statements.

    Who takes all figures away at once has used none of them in particular: that leaves no trace, and does not count."""
    curves = Curve.objects.filter(indicator__initiative=initiative, at__gt=since)
    for slug in curves.values_list("indicator__slug", flat=True).distinct().order_by():
        yield slug, ""
    bodies = PublishedBody.objects.filter(
        publication__initiative=initiative, publication__published_at__gt=since
    ).values_list("body", flat=True)
    for body in bodies:
        for one in json.loads(body)["parts"].get("measures", {}).get("indicators", ()):
            slug = one["line"]["slug"]
            yield slug, ""
            for split in one.get("breakdowns", ()):
                for row in split["rows"]:
                    yield slug, row["key"]


def _minutes(initiative: Initiative, since: datetime, until: datetime) -> tuple[Decimal | None, int]:
    """The median of minutes from opening a report to submitting it, of those that somebody filled in here in a day."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM submitted_at - opened_at) / 60), count(*)
              FROM measures_filing
             WHERE tenant_id = %(tenant)s AND initiative_id = %(initiative)s AND submitted_by_id IS NOT NULL
               AND submitted_at > %(since)s AND submitted_at <= %(until)s AND submitted_at > opened_at
               AND submitted_at - opened_at < interval '1 day'
            """,
            {"tenant": active_tenant_id(), "initiative": initiative.pk, "since": since, "until": until},
        )
        minutes, reports = cursor.fetchone()
    return (None if minutes is None else round(Decimal(str(minutes)), 1)), reports
