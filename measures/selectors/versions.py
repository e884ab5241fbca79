"""Which version of its definition an indicator has when: rows as the rules ask for them, and the indicator as it was."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from measures.models import DefinitionVersion, Indicator
from measures.rules.versions import Version, break_between, breaks, since, version_at

# The same in SQL, of an indicator's id and a period: null where it has been counted alike from the beginning.
COUNTED_SINCE = """
    (SELECT max(v.starts_on) FROM measures_definitionversion v
      WHERE v.tenant_id = %(tenant)s AND v.indicator_id = {indicator} AND v.starts_on <= {period}
        AND NOT v.is_comparable)
"""

FIELDS = ("definition", "numerator", "denominator", "kind", "over_time")


@dataclass(frozen=True, slots=True)
class History:
    """All versions of one indicator: its own definition, and the later ones in order."""

    indicator: Indicator
    rows: Sequence[DefinitionVersion] = ()

    @property
    def rules(self) -> tuple[Version, ...]:
        first = Version(date.min, self.indicator.kind)
        return (
            first,
            *(Version(row.starts_on, row.kind, row.is_comparable, row.bridge, row.bridge_source) for row in self.rows),
        )

    def at(self, period: date) -> DefinitionVersion | None:
        """The row in force in this period; None while it is the indicator's own, first definition."""
        return next((row for row in reversed(self.rows) if row.starts_on <= period), None)

    def number_at(self, period: date) -> int:
        """Which version that is, counted from 1."""
        return 1 + sum(row.starts_on <= period for row in self.rows)

    def as_at(self, period: date) -> Indicator:
        """The indicator as it is defined in this period; a copy that is not to be saved."""
        row = self.at(period)
        if row is None:
            return self.indicator
        found = copy.copy(self.indicator)
        for name in FIELDS:
            setattr(found, name, getattr(row, name))
        return found

    @property
    def told(self) -> list[Indicator | DefinitionVersion]:
        """All definitions in order, as a page lists them; the first has no month."""
        return [self.indicator, *self.rows]

    def break_between(self, first: date, last: date) -> Version | None:
        return break_between(self.rules, first, last) if self.rows else None

    def breaks_within(self, first: date, last: date) -> list[Version]:
        return [one for one in breaks(self.rules) if first < one.starts_on <= last]

    def since(self, period: date) -> date:
        """From when on figures are counted as in this period: nothing earlier is held against it."""
        return since(self.rules, period) if self.rows else date.min

    def kind_at(self, period: date) -> str:
        return version_at(self.rules, period).kind if self.rows else self.indicator.kind


def versions_on(indicator_ids: Collection[int], period: date) -> dict[int, date]:
    """The first month of the version in force, by indicator id, where that is not the first definition; one query."""
    rows = DefinitionVersion.objects.filter(indicator__in=list(indicator_ids), starts_on__lte=period)
    return dict(rows.order_by("starts_on").values_list("indicator_id", "starts_on"))  # the last one stays


def histories(indicators: Iterable[Indicator]) -> Mapping[int, History]:
    """Each indicator's versions, by id; one query."""
    wanted = {indicator.pk: indicator for indicator in indicators}
    rows: dict[int, list[DefinitionVersion]] = {}
    for row in DefinitionVersion.objects.filter(indicator__in=list(wanted)).order_by("starts_on"):
        rows.setdefault(row.indicator_id, []).append(row)
    return {pk: History(indicator, tuple(rows.get(pk, ()))) for pk, indicator in wanted.items()}
