"""Figures as tidy rows, in the columns that an import reads; streamed, whatever their number."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from backbone.models import Initiative, Membership
from backbone.roles import Can
from backbone.tenancy import active_tenant_id
from measures.models import Indicator
from measures.models.filings import OPEN_STATES, FigureState
from measures.rules.figures import plain
from measures.rules.kinds import COMMUNITY
from measures.rules.small import COUNT_NOBODY
from measures.rules.vintages import note_of
from measures.selectors.community import current

PAGE = 20_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figures: all that are left out stands for all. `states` are stored slugs; `drafts_of` are the partners whose
    figures that are not handed in, or were returned, are among them; `cells_of` those whose people are among them by
    category. `as_of`: as they stood at that instant."""

    partner_ids: Collection[int] | None = None
    indicator_ids: Collection[int] | None = None
    since: date | None = None
    until: date | None = None
    states: Collection[str] | None = None
    drafts_of: Collection[int] | None = None
    cells_of: Collection[int] | None = None
    totals_only: bool = False
    as_of: datetime | None = None


EVERYTHING = Wanted()


def seen_by(membership: Membership, *, with_drafts: bool = True) -> Wanted:
    """The figures that a member may see: of which partners, whose drafts among them, and whose small groups."""
    states = [state for state in FigureState.values if state not in OPEN_STATES]
    if with_drafts and membership.can(Can.READ_DRAFTS):
        states += OPEN_STATES
    return Wanted(
        partner_ids=membership.partner_ids(Can.READ_PARTNER_FIGURES),
        states=states,
        drafts_of=membership.partner_ids(Can.READ_DRAFTS),
        cells_of=membership.partner_ids(Can.READ_SMALL_CELLS),
    )


def figure_rows(initiative: Initiative, wanted: Wanted = EVERYTHING) -> Iterator[tuple[Any, ...]]:
    """(partner, indicator, period, category, value, numerator, denominator, weight, note, state), in the order of the
    key, read a page at a time. "not_collected" stands in `value`, its reason in `note`."""
    after: Sequence[Any] | None = None
    while True:
        page, after = figure_page(initiative, wanted, size=PAGE, after=after)
        yield from page
        if after is None:
            return


def figure_page(
    initiative: Initiative, wanted: Wanted, *, size: int, after: Sequence[Any] | None = None
) -> tuple[list[tuple[Any, ...]], tuple[Any, ...] | None]:
    """At most `size` rows after a key, and the key of the last one when more may follow; one statement."""
    page = _page(initiative, wanted, size, after)
    rows = [tuple(row[:-3]) for row in page]
    if len(page) < size:
        return rows, None
    last = page[-1]
    return rows, (*last[-3:], last[3])


def tidy(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The rows in the columns of a file: without the state, the month as 2017-03, numbers as numbers."""
    for partner, indicator, period, category, value, *rest, _state in rows:
        if value is not None and value != "not_collected":
            value = Decimal(value)
        yield (partner, indicator, f"{period:%Y-%m}", category, value, *rest)


def published_rows(initiative: Initiative, wanted: Wanted = EVERYTHING) -> list[tuple[Any, ...]]:
    """What sources outside published, as it stands now or stood at an instant, in the columns of a file: no partner, the vintage in the note."""
    slugs = dict(Indicator.objects.filter(initiative=initiative, kind=COMMUNITY).values_list("pk", "slug"))
    if wanted.indicator_ids is not None:
        slugs = {pk: slug for pk, slug in slugs.items() if pk in set(wanted.indicator_ids)}
    if not slugs or wanted.partner_ids is not None or wanted.states is not None:
        return []
    return [
        (None, slugs[one.indicator_id], f"{one.period:%Y-%m}", one.category or None,
         "not_collected" if one.value is None else plain(one.value), None, None, None,
         note_of(one.published_on, one.note))
        for one in current(slugs, as_of=wanted.as_of)
        if (wanted.since is None or one.period >= wanted.since) and (wanted.until is None or one.period <= wanted.until)
    ]  # fmt: skip


# The last version of each figure up to an instant; what was taken away by then has no state, and is left out.
_THEN = """
    (SELECT DISTINCT ON (f.indicator_id, f.period, f.partner_id, f.category) f.*, f.pgh_label = 'delete' AS is_gone
       FROM measures_figureevent f
      WHERE f.tenant_id = %(tenant)s AND f.pgh_created_at <= %(as_of)s
        AND f.indicator_id IN (SELECT i.id FROM measures_indicator i
                                WHERE i.tenant_id = %(tenant)s AND i.initiative_id = %(initiative)s) {where}
      ORDER BY f.indicator_id, f.period, f.partner_id, f.category, f.pgh_created_at DESC, f.pgh_id DESC)
"""


def _page(initiative: Initiative, wanted: Wanted, size: int, after: Sequence[Any] | None) -> list[tuple[Any, ...]]:
    params: dict[str, Any] = {"tenant": active_tenant_id(), "initiative": initiative.pk, "size": size}
    params["nobody"] = list(COUNT_NOBODY)
    keys = _conditions(params, wanted, _OF_THE_KEY)  # which figures: the same for every version of one
    if after is not None:
        names = ("indicator", "month", "partner", "category")
        params |= {f"after_{name}": one for name, one in zip(names, after, strict=True)}
        keys += (
            " AND (f.indicator_id, f.period, f.partner_id, f.category) > "
            "(%(after_indicator)s, %(after_month)s, %(after_partner)s, %(after_category)s)"
        )
    states = _conditions(params, wanted, _OF_THE_STATE)
    if wanted.as_of is None:
        figures, where = "measures_figure", f"{keys} {states}"
    else:
        params["as_of"] = wanted.as_of
        figures, where = _THEN.format(where=keys), f"AND NOT f.is_gone {states}"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.code, i.slug, f.period, f.category, "  # noqa: S608  conditions are of fixed words
            "CASE WHEN f.is_not_collected THEN 'not_collected' ELSE trim_scale(f.value)::text END, "
            "trim_scale(f.numerator), trim_scale(f.denominator), trim_scale(f.weight), f.note, f.state, "
            "f.indicator_id, f.period, f.partner_id "
            f"FROM {figures} f "
            "JOIN measures_indicator i ON i.tenant_id = f.tenant_id AND i.id = f.indicator_id "
            "JOIN backbone_partner p ON p.tenant_id = f.tenant_id AND p.id = f.partner_id "
            "WHERE f.tenant_id = %(tenant)s AND i.tenant_id = %(tenant)s "
            f"AND i.initiative_id = %(initiative)s {where} "
            "ORDER BY f.indicator_id, f.period, f.partner_id, f.category LIMIT %(size)s",
            params,
        )
        return cursor.fetchall()


_OF_THE_KEY = {
    "partner_ids": "f.partner_id = ANY(%(partner_ids)s)",
    "indicator_ids": "f.indicator_id = ANY(%(indicator_ids)s)",
    "since": "f.period >= %(since)s",
    "until": "f.period <= %(until)s",
    "totals_only": "f.category = ''",
}
_OF_THE_STATE = {
    "states": "f.state = ANY(%(states)s)",
    "drafts_of": "(f.state NOT IN ('draft', 'returned') OR f.partner_id = ANY(%(drafts_of)s))",
    "cells_of": "(f.category = '' OR NOT i.counts_people OR i.kind = ANY(%(nobody)s) OR f.partner_id = ANY(%(cells_of)s))",
}


def _conditions(params: dict[str, Any], wanted: Wanted, known: Mapping[str, str]) -> str:
    """What is wanted, as SQL; its values are put among the parameters."""
    parts = []
    for name, condition in known.items():
        value = getattr(wanted, name)
        if value is None or value is False:
            continue
        parts.append(f"AND {condition}")
        if value is not True:
            params[name] = value if isinstance(value, date) else list(value)
    return " ".join(parts)
