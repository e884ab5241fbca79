"""Which of a partner's indicators in one initiative are answered, or could be, by what it files in another."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from backbone.models import Initiative, Partner
from measures.models import FiledOnce, Indicator
from measures.rules.carried import Defined, is_same, is_worded_alike
from measures.rules.kinds import NOT_FILED


@dataclass(frozen=True, slots=True)
class Answerable:
    """An indicator that a partner owes here; `standing` is the word that stands, `sources` could answer it, each with
    whether its definition reads the same."""

    indicator: Indicator
    standing: FiledOnce | None
    sources: tuple[tuple[Indicator, bool], ...]


def defined(row: Indicator) -> Defined:
    return Defined(
        row.kind, row.unit, row.frequency, row.over_time, row.numerator, row.denominator,
        tuple(level["slug"] for level in row.levels), row.is_whole,
    )  # fmt: skip


def owed_by(partner: Partner) -> list[Indicator]:
    """What a partner files, in every initiative in which it takes part; one statement."""
    rows = Indicator.objects.filter(
        Q(obligations__partner=None) | Q(obligations__partner=partner),
        initiative__participations__partner=partner,
        retired_on=None,
    )
    rows = rows.exclude(kind__in=NOT_FILED).select_related("initiative").distinct()
    return list(rows.order_by("initiative__name", "position", "code", "name"))


def answerable(initiative: Initiative, partner: Partner) -> list[Answerable]:
    """What of this initiative could be answered from elsewhere, and what is; two statements."""
    owed = owed_by(partner)
    standing = {one.indicator_id: one for one in standing_of(partner) if one.initiative_id == initiative.pk}
    found = []
    for row in owed:
        if row.initiative_id != initiative.pk:
            continue
        others = [one for one in owed if one.initiative_id != initiative.pk and is_same(defined(one), defined(row))]
        if others or row.pk in standing:
            sources = tuple((one, is_worded_alike(one.definition, row.definition)) for one in others)
            found.append(Answerable(row, standing.get(row.pk), sources))
    return found


def standing_of(partner: Partner) -> list[FiledOnce]:
    """Every word of a partner's that stands, in any initiative; one statement."""
    rows = FiledOnce.objects.filter(partner=partner, ended_at=None)
    rows = rows.select_related("initiative", "indicator", "source__initiative", "given_by")
    return list(rows.order_by("initiative__name", "indicator__name", "pk"))


def standing_in(initiative: Initiative, partner_ids: Collection[int] | None = None) -> list[FiledOnce]:
    """Those that answer indicators of an initiative, of these partners, or of all; one statement."""
    rows = FiledOnce.objects.filter(initiative=initiative, ended_at=None)
    if partner_ids is not None:
        rows = rows.filter(partner__in=list(partner_ids))
    rows = rows.select_related("partner", "indicator", "source__initiative", "given_by")
    return list(rows.order_by("partner__code", "indicator__name", "pk"))


def about(indicator: Indicator, partner: Partner) -> list[FiledOnce]:
    """The words that have to do with one line of a partner's, that answer it or that it answers; one statement."""
    rows = FiledOnce.objects.filter(Q(indicator=indicator) | Q(source=indicator), partner=partner, ended_at=None)
    return list(rows.select_related("initiative", "indicator", "source__initiative").order_by("pk"))
