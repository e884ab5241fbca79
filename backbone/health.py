"""The health of the five conditions, each from its own dated evidence. There is no overall grade.

Every check is 0 to 1, or None while it cannot be known. A condition has a score only when enough of its checks are known
(60 % unless the tenant says otherwise); otherwise there is not enough evidence, which is not a zero. Checks that nobody
answers yet are listed, as not known. Source: product specification, N7 and 2.1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext
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

# What is looked at for each condition, in order: computed from records, and last what a pulse asks.
CHECKS: dict[str, str | Promise] = {
    "agenda.ratified": _("Partners have signed it"),
    "agenda.results-measured": _("Results have a measure and a target"),
    "agenda.steward": _("Somebody leads it"),
    "agenda.cited": _("Decisions cite it"),
    "agenda.seats": _("Those whom it is about have a seat"),
    "agenda.recalled": _("People recall it"),
    "measures.coverage": _("Figures are in"),
    "measures.on-time": _("Reports come on time"),
    "measures.as-defined": _("Everybody counts the same way"),
    "measures.decisions": _("Decisions cite figures"),
    "measures.fixed": _("Returned figures are put right"),
    "measures.trusted": _("People trust the numbers"),
    "activities.tagged": _("Activities say for whom, where and what for"),
    "activities.gaps-owned": _("Gaps have an owner"),
    "activities.duplications": _("Duplications are settled"),
    "activities.hand-offs": _("Hand-offs come on time"),
    "activities.joint": _("Partners work on things together"),
    "activities.changed": _("People changed what they do because of others"),
    "comms.meetings": _("Planned meetings are held"),
    "comms.attendance": _("Organizations attend"),
    "comms.actions": _("Actions are closed on time"),
    "comms.closure": _("Something comes back to who files"),
    "comms.acknowledged": _("Decisions are acknowledged"),
    "comms.heard": _("People hear what they need"),
    "backbone.functions": _("The six kinds of backbone work are done"),
    "backbone.chase": _("Who is late is asked soon"),
    "backbone.clock": _("From a figure to a decision is quick"),
    "backbone.vacancies": _("Every partner has its people"),
    "backbone.funding": _("Money is on the agenda"),
    "backbone.helps": _("People say that the backbone helps"),
}


@dataclass(frozen=True, slots=True)
class Health:
    """One condition with its checks. `score` is 0 to 1, None when there is not enough evidence.

    `expected` are the checks that make sense in the phase the initiative is in; `trend` earlier scores, oldest first.
    """

    slug: str
    checks: tuple[Reading, ...]
    enough: Decimal = ENOUGH
    expected: frozenset[str] = frozenset()
    trend: tuple[Decimal | None, ...] = field(default=())

    @property
    def name(self) -> str | Promise:
        return NAMES[self.slug]

    @property
    def known(self) -> tuple[Reading, ...]:
        return tuple(check for check in self.checks if check.value is not None)

    @property
    def score(self) -> Decimal | None:
        values = [check.value for check in self.checks if check.value is not None]
        if not values or Decimal(len(values)) / len(self.checks) < self.enough:
            return None
        return sum(values, Decimal(0)) / len(values)

    @property
    def weakest(self) -> Reading | None:
        """The check that most asks for a next step: the lowest known one, unless all are fully met."""
        known = [check for check in self.known if check.value is not None and check.value < 1]
        return min(known, key=lambda check: (check.value, check.slug), default=None)

    @property
    def rows(self) -> list[tuple[Reading, bool]]:
        """Each check, and whether the phase expects it."""
        return [(check, check.slug in self.expected) for check in self.checks]

    @property
    def spark(self) -> list[tuple[Decimal | None, bool]]:
        """The trend for a small line: nothing with fewer than three days that have a score."""
        drawn = [(value, False) for value in self.trend]
        return drawn if sum(value is not None for value in self.trend) > 2 else []


def enough_for(tenant) -> Decimal:
    """The share of a condition's checks that must be known, as the tenant has set it."""
    return Decimal(tenant.health_known) / 100


def whole(readings: list[Reading], as_of: datetime) -> dict[str, tuple[Reading, ...]]:
    """The readings by condition, with every check of `CHECKS`: those that nobody answered are not known.

    A check counts for the condition its slug names ("agenda.results-measured"), whoever answers it.
    """
    given = {reading.slug: reading for reading in readings}
    for slug, label in CHECKS.items():
        if slug not in given:
            given[slug] = Reading(slug, str(label), None, gettext("Nothing is recorded about it yet."), as_of)
    order = {slug: place for place, slug in enumerate(CHECKS)}
    found: dict[str, list[Reading]] = {slug: [] for slug in conditions.SLUGS}
    for reading in sorted(given.values(), key=lambda one: order.get(one.slug, len(order))):
        found[reading.slug.partition(".")[0]].append(reading)
    return {slug: tuple(checks) for slug, checks in found.items()}


def health(initiative, as_of: datetime) -> list[Health]:
    """The five conditions in their order, with everything that anybody knows about each, worked out now."""
    readings = [one for condition in conditions.registered() for one in condition.readings(initiative, as_of)]
    expected, enough = conditions.expected(initiative), enough_for(initiative.tenant)
    return [Health(slug, checks, enough, expected) for slug, checks in whole(readings, as_of).items()]
