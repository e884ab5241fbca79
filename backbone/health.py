"""The health of the five conditions, each from its own dated evidence. There is no overall grade.

Every check is 0 to 1, or None while it cannot be known. A condition has a score only when at least 60 % of its checks
are known; otherwise there is not enough evidence, which is not a zero. Source: product specification, N7 and 2.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backbone import conditions
from backbone.conditions import Reading

ENOUGH = Decimal("0.6")

NAMES: dict[str, str | Promise] = {
    "agenda": _("Agenda"),
    "measures": _("Measures"),
    "activities": _("Activities"),
    "comms": _("Communication"),
    "backbone": _("Backbone"),
}


@dataclass(frozen=True, slots=True)
class Health:
    """One condition with its checks. `score` is 0 to 1, None when there is not enough evidence."""

    slug: str
    checks: tuple[Reading, ...]

    @property
    def name(self) -> str | Promise:
        return NAMES[self.slug]

    @property
    def known(self) -> tuple[Reading, ...]:
        return tuple(check for check in self.checks if check.value is not None)

    @property
    def score(self) -> Decimal | None:
        values = [check.value for check in self.checks if check.value is not None]
        if not values or Decimal(len(values)) / len(self.checks) < ENOUGH:
            return None
        return sum(values, Decimal(0)) / len(values)

    @property
    def weakest(self) -> Reading | None:
        """The check that most asks for a next step: the lowest known one, unless all are fully met."""
        known = [check for check in self.known if check.value is not None and check.value < 1]
        return min(known, key=lambda check: (check.value, check.slug), default=None)


def health(initiative, as_of: datetime) -> list[Health]:
    """The five conditions in their order, with everything that anybody knows about each.

    A check counts for the condition its slug names ("agenda.results-measured"), whoever answers it: how many results
    have a measure is known to the measures, not to the agenda.
    """
    found: dict[str, list[Reading]] = {slug: [] for slug in conditions.SLUGS}
    for condition in conditions.registered():
        for reading in condition.readings(initiative, as_of):
            named = reading.slug.partition(".")[0]
            found[named if named in found else condition.slug].append(reading)
    return [Health(slug, tuple(checks)) for slug, checks in found.items()]
