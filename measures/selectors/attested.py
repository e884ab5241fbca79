"""What partners say of how they count, and how much of a figure is counted as defined."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from django.db.models import OuterRef, Subquery

from backbone.models import Partner
from measures.models import Attestation, DefinitionVersion
from measures.rules.attested import Word, same_definition
from measures.rules.periods import last_month
from measures.selectors.reading import Codes, Reading


@dataclass(frozen=True, slots=True)
class SameDefinition:
    """`share` of a figure is counted as defined; `said` of its `partners` have said how they count.

    `others` are who counts otherwise, by code and with their note. Who may not know them is told no more than their
    `count`: the share of a single one would be its figure.
    """

    share: Decimal
    limit: int
    said: int
    partners: int
    count: int
    is_named: bool
    others: tuple[tuple[str, str], ...]

    @property
    def is_below(self) -> bool:
        return self.share * 100 < self.limit

    @property
    def floored(self) -> Decimal:
        """The share in whole percent, rounded down: what is below the limit never looks as if it were not."""
        return self.share.quantize(Decimal("0.01"), ROUND_FLOOR)


def same_definition_of(reading: Reading, codes: Codes | None) -> SameDefinition | None:
    """How much of this figure is counted as its definition says; one statement.

    None while nobody has said how it counts, where there is no volume to share, and as of an earlier day, of which
    nobody knows any more what was said then. `codes` None is a reader who may not know who they are.
    """
    window = reading.window
    if window.as_of is not None:
        return None
    version = reading.history.at(last_month(window.period, window.grain))
    rows = Attestation.objects.filter(
        indicator=reading.indicator.pk,
        version_on=version.starts_on if version is not None else None,
        as_defined__isnull=False,
    )
    filed = {key for key, part in reading.now.parts if part.has_something}
    said = {row.partner_id: Word(row.as_defined, row.note) for row in rows if row.partner_id in filed}
    deviating = {pk for pk, word in said.items() if not word.as_defined}
    share = same_definition(reading.now, deviating)
    if share is None or not said:
        return None
    named = [] if codes is None else sorted((codes.get(pk, ""), said[pk].note) for pk in deviating)
    limit = reading.indicator.tenant.same_definition
    return SameDefinition(share, limit, len(said), len(filed), len(deviating), codes is not None, tuple(named))


def words_of(partner: Partner, indicator_ids: Collection[int], period: date) -> dict[int, Attestation]:
    """A partner's word on the version that holds in this period, by indicator id; one statement."""
    versions = DefinitionVersion.objects.filter(indicator=OuterRef("indicator"), starts_on__lte=period)
    in_force = Subquery(versions.order_by("-starts_on").values("starts_on")[:1])
    rows = Attestation.objects.filter(partner=partner, indicator__in=list(indicator_ids)).annotate(in_force=in_force)
    return {row.indicator_id: row for row in rows if row.version_on == row.in_force}
