"""Figures as tidy rows, in the columns that an import reads; streamed, whatever their number."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
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
from measures.rules.vintages import note_of
from measures.selectors.community import current

PAGE = 20_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figures: all that are left out stands for all. `states` are stored slugs; `drafts_of` are the partners whose
    figures that are not handed in, or were returned, are among them."""

    partner_ids: Collection[int] | None = None
    indicator_ids: Collection[int] | None = None
    since: date | None = None
    until: date | None = None
    states: Collection[str] | None = None
    drafts_of: Collection[int] | None = None
    totals_only: bool = False


EVERYTHING = Wanted()


def seen_by(membership: Membership, *, with_drafts: bool = True) -> Wanted:
    """The figures that a member may see: of which partners, and whose drafts among them."""
    states = [state for state in FigureState.values if state not in OPEN_STATES]
    if with_drafts and membership.can(Can.READ_DRAFTS):
        states += OPEN_STATES
    return Wanted(
        partner_ids=membership.partner_ids(Can.READ_PARTNER_FIGURES),
        states=states,
        drafts_of=membership.partner_ids(Can.READ_DRAFTS),
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
    """What sources outside published, as it stands now, in the columns of a file: no partner, the vintage in the note."""
    slugs = dict(Indicator.objects.filter(initiative=initiative, kind=COMMUNITY).values_list("pk", "slug"))
    if wanted.indicator_ids is not None:
        slugs = {pk: slug for pk, slug in slugs.items() if pk in set(wanted.indicator_ids)}
    if not slugs or wanted.partner_ids is not None or wanted.states is not None:
        return []
    return [
        (None, slugs[one.indicator_id], f"{one.period:%Y-%m}", one.category or None,
         "not_collected" if one.value is None else plain(one.value), None, None, None,
         note_of(one.published_on, one.note))
        for one in current(slugs)
        if (wanted.since is None or one.period >= wanted.since) and (wanted.until is None or one.period <= wanted.until)
    ]  # fmt: skip


def _page(initiative: Initiative, wanted: Wanted, size: int, after: Sequence[Any] | None) -> list[tuple[Any, ...]]:
    tenant_id = active_tenant_id()
    where, params = _conditions(wanted)
    if after is not None:
        where += " AND (f.indicator_id, f.period, f.partner_id, f.category) > (%s, %s, %s, %s)"
        params += list(after)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.code, i.slug, f.period, f.category, "  # noqa: S608  conditions are of fixed words
            "CASE WHEN f.is_not_collected THEN 'not_collected' ELSE trim_scale(f.value)::text END, "
            "trim_scale(f.numerator), trim_scale(f.denominator), trim_scale(f.weight), f.note, f.state, "
            "f.indicator_id, f.period, f.partner_id "
            "FROM measures_figure f "
            "JOIN measures_indicator i ON i.tenant_id = f.tenant_id AND i.id = f.indicator_id "
            "JOIN backbone_partner p ON p.tenant_id = f.tenant_id AND p.id = f.partner_id "
            f"WHERE f.tenant_id = %s AND i.tenant_id = %s AND i.initiative_id = %s {where} "
            "ORDER BY f.indicator_id, f.period, f.partner_id, f.category LIMIT %s",
            [tenant_id, tenant_id, initiative.pk, *params, size],
        )
        return cursor.fetchall()


def _conditions(wanted: Wanted) -> tuple[str, list[Any]]:
    parts: list[str] = []
    params: list[Any] = []
    for condition, value in (
        ("f.partner_id = ANY(%s)", wanted.partner_ids),
        ("f.indicator_id = ANY(%s)", wanted.indicator_ids),
        ("f.period >= %s", wanted.since),
        ("f.period <= %s", wanted.until),
        ("f.state = ANY(%s)", wanted.states),
        ("(f.state NOT IN ('draft', 'returned') OR f.partner_id = ANY(%s))", wanted.drafts_of),
    ):
        if value is not None:
            parts.append(f"AND {condition}")
            params.append(value if isinstance(value, date) else list(value))
    if wanted.totals_only:
        parts.append("AND f.category = ''")
    return " ".join(parts), params
