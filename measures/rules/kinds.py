"""The table of indicator kinds: one row fixes how figures add up, over partners and over time.

Pure: no Django, no clock. A kind that is not `is_available` is named here so that it can be refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

from backbone.problems import Problem, Refused, cut, gettext_noop

FLOW = "flow"
RATE = "rate"
RATE_STOCK = "rate_stock"
STOCK = "stock"
UNDUPLICATED = "unduplicated"
MEDIAN = "median"
NARRATIVE = "narrative"
FORMULA = "formula"
INDEX = "index"
COMMUNITY = "community"

LAST = "last"
PERSON_TIME = "person_time"
PERIOD_RATE = "period_rate"

# How a rate over the same people each month combines over time; over partners it is always sum over sum.
OVER_TIME: Mapping[str, str] = MappingProxyType(
    {
        LAST: gettext_noop("The last month's rate"),
        PERSON_TIME: gettext_noop("Sum of numerators over sum of denominators (person-time)"),
        PERIOD_RATE: gettext_noop("Sum of numerators over the mean monthly denominator"),
    }
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of indicator. `name`, `short` and the two sentences are message ids.

    `asks` names the fields of an entry that a partner fills in. `is_count` says that its numbers are whole and never
    negative whatever the indicator says.
    """

    slug: str
    name: str
    short: str
    over_partners: str
    over_time: str
    asks: tuple[str, ...] = ("value",)
    is_count: bool = False
    is_available: bool = False

    @property
    def is_ratio(self) -> bool:
        """True when a figure is a numerator and a denominator, so that sums come before the division."""
        return self.asks == ("numerator", "denominator")

    @property
    def has_halves(self) -> bool:
        """True when what is combined is a numerator over a denominator, so that a formula may name either."""
        return self.is_ratio

    @property
    def is_computed(self) -> bool:
        """True when it is computed from other indicators, so that nobody files it or owes it."""
        return self.slug in (FORMULA, INDEX)

    @property
    def is_published(self) -> bool:
        """True when it comes from a source outside, never from partners."""
        return self.slug == COMMUNITY

    @property
    def is_filed(self) -> bool:
        """True when partners file it, and may owe it."""
        return not (self.is_computed or self.is_published)

    @property
    def takes_over_time(self) -> bool:
        return self.slug == RATE_STOCK

    @property
    def takes_carry_forward(self) -> bool:
        return self.slug == STOCK


_RATIO = ("numerator", "denominator")

_ROWS = (
    Kind(
        FLOW,
        gettext_noop("Count or sum"),
        gettext_noop("Adds up"),
        gettext_noop("Partners' numbers add up."),
        gettext_noop("Months add up."),
        is_available=True,
    ),
    Kind(
        RATE,
        gettext_noop("Rate"),
        gettext_noop("Rate"),
        gettext_noop(
            "Numerators add up, denominators add up, then one is divided by the other. Rates are never averaged."
        ),
        gettext_noop("The same over months: sum of numerators over sum of denominators."),
        asks=_RATIO,
        is_available=True,
    ),
    Kind(
        RATE_STOCK,
        gettext_noop("Rate of the same people each month"),
        gettext_noop("Rate, same people"),
        gettext_noop(
            "Numerators add up, denominators add up, then one is divided by the other. Rates are never averaged."
        ),
        gettext_noop("As the indicator says: the last month, person-time, or over the mean monthly denominator."),
        asks=_RATIO,
        is_available=True,
    ),
    Kind(
        STOCK,
        gettext_noop("Level at month end"),
        gettext_noop("At month end"),
        gettext_noop("Partners' numbers add up."),
        gettext_noop("The last month counts; months never add up."),
        is_available=True,
    ),
    Kind(
        UNDUPLICATED,
        gettext_noop("Unduplicated people"),
        gettext_noop("People, never summed"),
        gettext_noop(
            "The same person may be with several partners, so there is no sum: "
            "at least the largest, at most all together."
        ),
        gettext_noop(
            "The same person may come in several months: at least the largest month, at most all together, unless only "
            "people new since the start of the fiscal year are counted."
        ),
        is_count=True,
        is_available=True,
    ),
    Kind(
        "to_date",
        gettext_noop("Running total filed to date"),
        gettext_noop("To date"),
        gettext_noop("Each partner's latest total adds up."),
        gettext_noop("The latest total counts."),
    ),
    Kind(
        "weighted_average",
        gettext_noop("Weighted average"),
        gettext_noop("Weighted average"),
        gettext_noop("Each average counts by its weight."),
        gettext_noop("Each average counts by its weight."),
        asks=("value", "weight"),
    ),
    Kind(
        "average_stock",
        gettext_noop("Average level"),
        gettext_noop("Average level"),
        gettext_noop("Partners' averages add up."),
        gettext_noop("The mean over months, when all are there."),
    ),
    Kind(
        "minimum",
        gettext_noop("Smallest value"),
        gettext_noop("Smallest"),
        gettext_noop("The smallest of the parts."),
        gettext_noop("The smallest month."),
    ),
    Kind(
        "maximum",
        gettext_noop("Largest value"),
        gettext_noop("Largest"),
        gettext_noop("The largest of the parts, which is not the peak of the whole."),
        gettext_noop("The largest month."),
    ),
    Kind(
        "median",
        gettext_noop("Median"),
        gettext_noop("Median"),
        gettext_noop("Medians cannot be combined."),
        gettext_noop("Medians cannot be combined."),
    ),
    Kind(
        "milestone",
        gettext_noop("Yes or no milestone"),
        gettext_noop("Milestone"),
        gettext_noop("How many achieved it, of how many expected."),
        gettext_noop("Once achieved, it stays."),
    ),
    Kind(
        "ordinal",
        gettext_noop("Level on a scale"),
        gettext_noop("Level"),
        gettext_noop("How many stand at each level."),
        gettext_noop("The latest level."),
    ),
    Kind(
        INDEX,
        gettext_noop("Composite index"),
        gettext_noop("Index"),
        gettext_noop("Its components are combined first, then it is computed from them by weight."),
        gettext_noop("The same over months: components first, never a mean of months."),
        is_available=True,
    ),
    Kind(
        FORMULA,
        gettext_noop("Formula"),
        gettext_noop("Formula"),
        gettext_noop("Its inputs are combined first, each by its own kind, then it is computed. Nobody files it."),
        gettext_noop("The same over months: inputs first, never a mean of months."),
        is_available=True,
    ),
    Kind(
        "money",
        gettext_noop("Money"),
        gettext_noop("Money"),
        gettext_noop("Adds up within one currency."),
        gettext_noop("Adds up within one currency."),
    ),
    Kind(
        COMMUNITY,
        gettext_noop("Community indicator"),
        gettext_noop("From a public source"),
        gettext_noop("It comes from a source outside; partners neither file it nor add to it."),
        gettext_noop("As its source publishes it, and at no other grain."),
        is_available=True,
    ),
    Kind(
        "narrative",
        gettext_noop("Narrative"),
        gettext_noop("In words"),
        gettext_noop("Words are not added up."),
        gettext_noop("Words are not added up."),
        asks=(),
    ),
)

KINDS: Mapping[str, Kind] = MappingProxyType({row.slug: row for row in _ROWS})

NOT_FILED = frozenset(row.slug for row in _ROWS if not row.is_filed)  # computed, or published by a source outside

AVAILABLE: tuple[Kind, ...] = tuple(row for row in _ROWS if row.is_available)


def kind(slug: str) -> Kind:
    """The kind of that slug. Raises Refused: `kind.unknown`, or `kind.unavailable` for one that is only named."""
    found = KINDS.get(slug)
    if found is not None and found.is_available:
        return found
    params = {"kind": cut(slug), "kinds": ", ".join(row.slug for row in AVAILABLE)}
    if found is not None:
        text = gettext_noop("The kind {kind} does not exist here yet: choose one of {kinds}.")
        raise Refused(Problem("kind.unavailable", text, params, field="kind", value=cut(slug)))
    nearest = get_close_matches(cut(slug), [row.slug for row in AVAILABLE], n=1)
    if nearest:
        text = gettext_noop("There is no kind {kind}. Did you mean {nearest}? Choose one of {kinds}.")
        params["nearest"] = nearest[0]
    else:
        text = gettext_noop("There is no kind {kind}: choose one of {kinds}.")
    raise Refused(Problem("kind.unknown", text, params, field="kind", value=cut(slug)))
