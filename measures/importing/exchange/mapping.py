"""What another system's codes stand for here: the initiative's external ids, and our own names where there are none."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from measures.importing.office import Office, Seat
from measures.models import ExternalId, Indicator
from measures.models.exchange import COMPONENTS
from measures.rules.figures import NUMBERS
from measures.rules.lines import TOTAL

DHIS2, ADX, IATI = "dhis2", "adx", "iati"
# DHIS2's category option combination of what is not split, by its code and by the id it has everywhere.
NOT_SPLIT = frozenset(("", "default", "HllvX50cXC0"))


class Part(NamedTuple):
    """One number of an indicator that an element gives, or is added to; `category` where the element itself says it."""

    indicator: Indicator
    component: str
    category: str = TOTAL


@dataclass(slots=True)
class Codes:
    """One scheme's codes of one initiative."""

    office: Office
    scheme: str
    partners: dict[str, Seat]
    parts: dict[str, list[Part]]
    categories: dict[str, str]
    dimensions: dict[str, str]
    options: dict[str, list[str]]
    names: dict[str, str]
    codes_of: dict[tuple[int, str, str], list[str]]

    def seat(self, code: str) -> Seat | None:
        return self.partners.get(code) or self.office.seats.get(code)

    def terms_of(self, part: Part, component: str, category: str) -> list[str]:
        """The codes whose sum is that number of a cell; none where our own names are used."""
        key = (part.indicator.pk, component)
        return self.codes_of.get((*key, category)) or self.codes_of.get((*key, TOTAL), [])

    def parts_of(self, element: str, combo: str) -> tuple[list[Part], str]:
        """The numbers that a data element gives, and the code that says so: of the element in that combination
        ("element.combo"), else of the element."""
        operand = f"{element}.{combo}"
        if operand in self.parts:
            return self.parts[operand], operand
        return self.parts.get(element) or self._own(element), element

    def _own(self, element: str) -> list[Part]:
        """Our own names: an indicator's short name, or "seen.numerator" for half of a rate."""
        slug, _, component = element.partition(".")
        indicator = self.office.indicators.get(slug)
        if indicator is None or component not in ("", *NUMBERS):
            return []
        asks = self.office.lines[indicator.pk].components
        wanted = component or "value"
        return [Part(indicator, wanted)] if wanted in asks else []

    def category(self, combo: str) -> str | None:
        """The category that a combination stands for; None when it stands for nothing here."""
        if combo in self.categories:
            return self.categories[combo]
        if combo in NOT_SPLIT:
            return TOTAL
        return combo if ":" in combo else None

    def option(self, dimension: str, option: str) -> str | None:
        """ "age:young" for one attribute of ADX or one dimension of IATI; None when it stands for nothing here."""
        slug = self.dimensions.get(dimension, dimension)
        for pair in self.options.get(option, ()):
            if pair.partition(":")[0] == slug:
                return pair
        if any(
            slug in line.dimensions and option in line.dimensions[slug].categories
            for line in self.office.lines.values()
        ):
            return f"{slug}:{option}"
        return None


def load_codes(office: Office, scheme: str) -> Codes:
    """One query."""
    found = Codes(office, scheme, {}, defaultdict(list), {}, {}, defaultdict(list), {}, defaultdict(list))
    seats = {seat.id: seat for seat in office.seats.values()}
    indicators = {indicator.pk: indicator for indicator in office.indicators.values()}
    for row in ExternalId.objects.filter(initiative=office.initiative, scheme=scheme):
        found.names[row.code] = row.name
        if row.kind == ExternalId.Kind.PARTNER and row.partner_id in seats:
            found.partners[row.code] = seats[row.partner_id]
        elif row.kind in COMPONENTS and row.indicator_id in indicators:
            found.parts[row.code].append(Part(indicators[row.indicator_id], row.kind, row.category))
            found.codes_of[row.indicator_id, row.kind, row.category].append(row.code)
        elif row.kind == ExternalId.Kind.DIMENSION:
            found.dimensions[row.code] = row.category
        elif row.kind == ExternalId.Kind.CATEGORY:
            found.categories[row.code] = row.category
            found.options[row.code].append(row.category)
    found.parts, found.options = dict(found.parts), dict(found.options)
    return found


__all__ = ["ADX", "DHIS2", "IATI", "Codes", "Part", "load_codes"]
