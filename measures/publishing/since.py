"""Who stands behind the difference between a figure as it was read before and as it is now.

Whoever had filed nothing then and has now, or the other way round, is told by the difference: of few of them it is nobody's
to know, as of any sum. A correction is told as what it is, a change, and not as anybody's figure.

Source: product specification, N15 (earlier snapshots).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from measures.publishing.circles import is_confidential
from measures.publishing.frozen import month_from
from measures.publishing.gathering import Picture, Voices, heard_of
from measures.publishing.places import Place
from measures.rules.periods import Grain, add_months, last_month


class Since:
    """Asks for the figures of an instant once, and only when something differs from what was read of it."""

    def __init__(self, pictures: Sequence[Picture], agreed: Mapping[int, Collection[int]]):
        self.pictures = {picture.slug: picture for picture in pictures if picture.line.rule.is_filed}
        self.agreed = agreed
        self._then: dict[datetime, Mapping[int, Voices]] = {}

    def has_come(self, place: Place, as_of: datetime) -> bool:
        """Whether somebody's figure came, or went, since then."""
        return bool(self._late(place, as_of)[0])

    def tells_one(self, place: Place, as_of: datetime) -> bool:
        """Whether what came would tell the figure of a partner that did not agree."""
        late, changes = self._late(place, as_of)
        agreed = self.agreed.get(self.pictures[place.indicator].reading.indicator.pk, ())
        corrected = {pk for pk in changes if pk not in late}
        return is_confidential(changes, {*agreed, *corrected})

    def _late(self, place: Place, as_of: datetime) -> tuple[set[int], dict[int, Decimal]]:
        """Who came or went, and by how much each changed: of everybody, or of those whose place it is."""
        picture = self.pictures[place.indicator]
        then = self._voices(as_of).get(picture.reading.indicator.pk, {})
        late: set[int] = set()
        changes: dict[int, Decimal] = {}
        month = month_from(place.first)
        while month <= month_from(place.last):
            old, new = then.get((place.category, month), {}), picture.voices.get((place.category, month), {})
            for pk in {*old, *new}:
                before, now = (side[pk].volume if pk in side else Decimal(0) for side in (old, new))
                if before == now or (place.who and picture.codes.get(pk) not in place.codes):
                    continue
                changes[pk] = changes.get(pk, Decimal(0)) + abs(now - before)
                if not before or not now:
                    late.add(pk)
            month = add_months(month, 1)
        return late, changes

    def _voices(self, as_of: datetime) -> Mapping[int, Voices]:
        if as_of not in self._then:
            found = list(self.pictures.values())
            self._then[as_of] = heard_of(
                [picture.reading.indicator.pk for picture in found],
                min(picture.since for picture in found),
                max(last_month(picture.window.period, Grain(picture.window.grain)) for picture in found),
                found[0].states,
                as_of,
            )
        return self._then[as_of]
