"""Which periods partners owe: the rows of `Obligation` and `Participation` as `rules.owed` asks for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from django.db import connection
from django.db.models import Q

from backbone.models import Participation
from backbone.tenancy import active_tenant_id
from measures.models import Indicator, Obligation
from measures.rules.owed import Assignment, Duty, OwedPeriod, period_at
from measures.rules.periods import Grain

# By hand: each write of figures asks, and Django takes longer to compose it than PostgreSQL to answer. It stands as well
# where indicators are read in order to write of them: `Indicator.is_owed_unlike` keeps what it said.
IS_OWED_UNLIKE = """
    EXISTS (SELECT FROM measures_obligation o
             WHERE o.tenant_id = i.tenant_id AND o.indicator_id = i.id AND o.frequency <> '')
"""
_RARER = f"SELECT i.id FROM measures_indicator i WHERE i.tenant_id = %s AND i.id = ANY(%s) AND {IS_OWED_UNLIKE}"  # noqa: S608

NEVER = (date.max, date.min)  # the stay of who does not take part


class Duties:
    """What some partners owe of some indicators, looked up once; two queries. Without `partner_ids`: every partner."""

    def __init__(self, indicators: Iterable[Indicator], partner_ids: Collection[int] | None = None):
        wanted = {indicator.pk: indicator for indicator in indicators}
        rows = Obligation.objects.filter(indicator__in=list(wanted))
        parts = Participation.objects.filter(initiative__in={one.initiative_id for one in wanted.values()})
        if partner_ids is not None:
            rows = rows.filter(Q(partner__in=partner_ids) | Q(partner=None))
            parts = parts.filter(partner__in=partner_ids)
        self._assigned: dict[tuple[int, int | None], list[Assignment]] = defaultdict(list)
        for row in rows:
            self._assigned[row.indicator_id, row.partner_id].append(assignment_of(row))
        self._stays = {
            (row.initiative_id, row.partner_id): (row.partner.code, row.joins_on, row.leaves_on or date.max)
            for row in parts.select_related("partner")
        }
        self._duties: dict[tuple[int, int], Duty] = {}

    def of(self, indicator: Indicator, partner_id: int) -> Duty:
        """`indicator` has its tenant loaded, whose fiscal year decides where quarters begin."""
        key = (indicator.pk, partner_id)
        if key not in self._duties:
            code, *stay = self._stays.get((indicator.initiative_id, partner_id), ("", *NEVER))
            own, common = self._assigned.get(key, ()), self._assigned.get((indicator.pk, None), ())
            self._duties[key] = Duty(
                indicator=indicator.name,
                partner=code,
                frequency=Grain(indicator.frequency),
                year_starts=indicator.tenant.fiscal_year_starts,
                retired_on=indicator.retired_on,
                stay=(stay[0], stay[1]),
                assignments=(*common, *own),
            )
        return self._duties[key]

    def at(self, indicator: Indicator, partner_id: int, month: date) -> OwedPeriod | None:
        """The period that holds this month, as the partner owes it."""
        return period_at(self.of(indicator, partner_id), month)

    def frequency(self, indicator: Indicator, partner_id: int, month: date) -> Grain:
        """How long the period is that stands under this month: as the partner owes it, else as the indicator asks."""
        found = self.at(indicator, partner_id, month)
        return Grain(indicator.frequency) if found is None else found.frequency


def rarer_duties(indicators: Iterable[Indicator], partner_ids: Collection[int] | None = None) -> Duties | None:
    """What partners owe of those indicators of which somebody files more rarely than the indicator asks; None where
    nobody does, as almost everywhere. One query, none where they know already; two more where somebody does."""
    asked = {indicator.pk: indicator for indicator in indicators}
    unlike = {pk for pk, indicator in asked.items() if indicator.is_owed_unlike}
    unknown = [pk for pk, indicator in asked.items() if indicator.is_owed_unlike is None]
    if unknown:
        with connection.cursor() as cursor:
            cursor.execute(_RARER, [active_tenant_id(), unknown])
            unlike |= {row[0] for row in cursor}
    return Duties([asked[pk] for pk in unlike], partner_ids) if unlike else None


def assignment_of(row: Obligation) -> Assignment:
    return Assignment(
        row.starts_on or date.min,
        row.ends_on or date.max,
        Grain(row.frequency) if row.frequency else None,
        row.first_partial == Obligation.FirstPartial.OPTIONAL,
    )
