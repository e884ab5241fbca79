"""The table of indicator kinds: one row fixes how figures add up, over partners and over time.

Pure: no Django, no clock. A kind that is not `is_available` is named here so that it can be refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType

from backbone.problems import Problem, Refused, cut, gettext_noop

FLOW = "flow"
RATE = "rate"
RATE_STOCK = "rate_stock"
STOCK = "stock"
UNDUPLICATED = "unduplicated"
TO_DATE = "to_date"
WEIGHTED_AVERAGE = "weighted_average"
AVERAGE_STOCK = "average_stock"
MINIMUM = "minimum"
MAXIMUM = "maximum"
MEDIAN = "median"
MILESTONE = "milestone"
ORDINAL = "ordinal"
MONEY = "money"
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


# What a total and its parts have to do with each other within one filing.
SUM = "sum"  # the parts of an exclusive breakdown add up to the total
WEIGHTED = "weighted"  # weights add up, and the parts' averages, each by its weight, are the total's
LEAST = "least"  # the smallest part is the total
GREATEST = "greatest"  # the largest part is the total
FREE = "free"  # parts say nothing about the total


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of indicator. `name`, `short` and the two sentences are message ids.

    `asks` names the fields of an entry that a partner fills in; nothing of a narrative, whose words are the answer.
    `is_count` says that its numbers are whole and never negative whatever the indicator says; `is_measure` that they
    need not be whole whatever it says. `divides`: what is combined is a numerator over a denominator, whatever was
    filed. `parts` is how a total and its parts hang together. `takes_nil`: “nothing to report” is an answer, 0.
    """

    slug: str
    name: str
    short: str
    over_partners: str
    over_time: str
    asks: tuple[str, ...] = ("value",)
    is_count: bool = False
    is_measure: bool = False
    divides: bool = False
    parts: str = SUM
    takes_nil: bool = True
    is_available: bool = False

    @property
    def is_ratio(self) -> bool:
        """True when a figure is filed as a numerator and a denominator, so that sums come before the division."""
        return self.asks == _RATIO

    @property
    def is_weighted(self) -> bool:
        return self.asks == _WEIGHTED

    @property
    def is_words(self) -> bool:
        """True when the answer is a text and no number."""
        return not self.asks

    @property
    def only_grows(self) -> bool:
        """True when its value is a sum over partners, so that a missing one can only add to it while none is below
        zero."""
        return self.slug in (FLOW, MONEY, STOCK, TO_DATE, AVERAGE_STOCK)

    @property
    def has_volume(self) -> bool:
        """True when a figure says how much there was, so that a partner's usual one weighs it: of a rate the
        denominator, of an average its weight. A running total, an extreme or a level says nothing of the kind."""
        return self.slug in _WITH_VOLUME

    @property
    def takes_negative(self) -> bool:
        """True when an indicator of it may say that its figures go below zero. Counts and both halves of a rate never
        do; what is computed or published may anyhow."""
        return self.is_filed and not (self.is_count or self.is_ratio or self.is_words)

    @property
    def aims(self) -> tuple[str, ...]:
        """The fields of a target or a baseline: the shape of what is combined, of a milestone a share of partners."""
        if self.is_words:
            return ()
        return _RATIO if self.is_ratio or self.slug == MILESTONE else ("value",)

    @property
    def takes_levels(self) -> bool:
        return self.slug == ORDINAL

    @property
    def takes_overlap(self) -> bool:
        """True when the same people may be in several partners' figures, so that an overlap may be recorded."""
        return self.slug == UNDUPLICATED

    @property
    def has_halves(self) -> bool:
        """True when what is combined is a numerator over a denominator, so that a formula may name either."""
        return self.divides

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
_WEIGHTED = ("value", "weight")

_WITH_VOLUME = frozenset((FLOW, RATE, RATE_STOCK, STOCK, UNDUPLICATED, WEIGHTED_AVERAGE, AVERAGE_STOCK, MONEY))

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
        divides=True,
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
        divides=True,
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
        TO_DATE,
        gettext_noop("Running total filed to date"),
        gettext_noop("To date"),
        gettext_noop("Each partner's latest total adds up."),
        gettext_noop(
            "Each figure is the total since the fiscal year began, so the latest counts and months never add up. "
            "What came in between is the difference."
        ),
        takes_nil=False,
        is_available=True,
    ),
    Kind(
        WEIGHTED_AVERAGE,
        gettext_noop("Weighted average"),
        gettext_noop("Weighted average"),
        gettext_noop("Each average counts by its weight, which is filed with it. A plain mean is never taken."),
        gettext_noop("The same over months: each average counts by its weight."),
        asks=_WEIGHTED,
        is_measure=True,
        divides=True,
        parts=WEIGHTED,
        is_available=True,
    ),
    Kind(
        AVERAGE_STOCK,
        gettext_noop("Average level"),
        gettext_noop("Average level"),
        gettext_noop("Partners' averages add up."),
        gettext_noop("The mean over months, when all are there; a mean of some of them would be something else."),
        is_available=True,
    ),
    Kind(
        MINIMUM,
        gettext_noop("Smallest value"),
        gettext_noop("Smallest"),
        gettext_noop("The smallest of the parts, which is not the lowest point of the whole."),
        gettext_noop("The smallest month."),
        is_measure=True,
        parts=LEAST,
        takes_nil=False,
        is_available=True,
    ),
    Kind(
        MAXIMUM,
        gettext_noop("Largest value"),
        gettext_noop("Largest"),
        gettext_noop("The largest of the parts, which is not the peak of the whole."),
        gettext_noop("The largest month."),
        is_measure=True,
        parts=GREATEST,
        takes_nil=False,
        is_available=True,
    ),
    Kind(
        MEDIAN,
        gettext_noop("Median or percentile"),
        gettext_noop("Median"),
        gettext_noop("Medians cannot be combined: the range of the parts is shown, and the parts."),
        gettext_noop("Medians cannot be combined: the range of the months is shown."),
        is_measure=True,
        parts=FREE,
        takes_nil=False,
        is_available=True,
    ),
    Kind(
        MILESTONE,
        gettext_noop("Yes or no milestone"),
        gettext_noop("Milestone"),
        gettext_noop("How many achieved it, of how many expected."),
        gettext_noop("Once achieved, it stays; a later no needs a reason."),
        is_count=True,
        divides=True,
        parts=FREE,
        takes_nil=False,
        is_available=True,
    ),
    Kind(
        ORDINAL,
        gettext_noop("Level on a scale"),
        gettext_noop("Level"),
        gettext_noop("How many stand at each level; a mean of levels only where the definition allows it."),
        gettext_noop("The latest level."),
        is_count=True,
        parts=FREE,
        takes_nil=False,
        is_available=True,
    ),
    Kind(
        MONEY,
        gettext_noop("Money"),
        gettext_noop("Money"),
        gettext_noop("Adds up within one currency; another currency is never added to it."),
        gettext_noop("Months add up."),
        is_available=True,
    ),
    Kind(
        NARRATIVE,
        gettext_noop("Narrative"),
        gettext_noop("In words"),
        gettext_noop("Words are not added up: they are listed by partner."),
        gettext_noop("Words are not added up."),
        asks=(),
        parts=FREE,
        takes_nil=False,
        is_available=True,
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
        COMMUNITY,
        gettext_noop("Community indicator"),
        gettext_noop("From a public source"),
        gettext_noop("It comes from a source outside; partners neither file it nor add to it."),
        gettext_noop("As its source publishes it, and at no other grain."),
        is_available=True,
    ),
)

KINDS: Mapping[str, Kind] = MappingProxyType({row.slug: row for row in _ROWS})

NOT_FILED = frozenset(row.slug for row in _ROWS if not row.is_filed)  # computed, or published by a source outside

AVAILABLE: tuple[Kind, ...] = tuple(row for row in _ROWS if row.is_available)


@cache
def kind(slug: str) -> Kind:
    """The kind of that slug. Raises Refused: `kind.missing` where none is said, `kind.unknown`, or `kind.unavailable` for
    one that is only named."""
    if not slug:
        text = gettext_noop("Choose a kind: it decides what partners are asked for.")
        raise Refused(Problem("kind.missing", text, field="kind"))
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
