"""What a rule needs to know of an indicator, and the one spelling of its categories.

Pure: no Django, no clock. A category is text: "" is the total, "age:0-4" one part, "sex:female+age:0-4" one cell of a
cross-tabulation, its dimensions in the breakdown's own order.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import product

from backbone.problems import Problem, Refused, cut, gettext_noop
from measures.rules import kinds
from measures.rules.components import Component
from measures.rules.currencies import CODES
from measures.rules.dimensions import UNKNOWN, UNKNOWN_NAME, Dimension
from measures.rules.kinds import Kind
from measures.rules.limits import Limits

TOTAL = ""

PERCENT = "percent"
PER_1000 = "per_1000"
CURRENCY_WORDS = frozenset(("dollars", "euros", "pesos", "pounds"))

MONTHS_TO_CARRY_AT_MOST = 12

LEVEL = "level"  # how a roll-up names the count of partners at one level: the category level:<slug>

Breakdown = tuple[str, ...]

__all__ = [
    "PERCENT",
    "PER_1000",
    "TOTAL",
    "UNKNOWN",
    "UNKNOWN_NAME",
    "Breakdown",
    "Dimension",
    "Line",
    "breakdown_of",
    "check_line",
    "key_of",
    "pairs_of",
    "unknown_key",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a scale; its rank is its place in the line's `levels`, from 1."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much of all partners' counts together is the same people again: 0.2 is a fifth. From where, and from when."""

    rate: Decimal
    source: str
    on: date


@dataclass(frozen=True, slots=True)
class Line:
    """An indicator as the rules see it, one line of a filing.

    `breakdowns` are tuples of dimension slugs: one for a plain breakdown, several for a cross-tabulation; `spans` gives
    the first and the last month of those that are not there for ever. `is_whole` asks for whole numbers (in a rate:
    both of them); `allows_negative` says that figures may be below zero. `carry_forward` is in months, for a stock only.
    `levels` are those of a scale, lowest first, and `mean_allowed` says that their ranks may be averaged; `overlap` is
    for people. `formula`, or `composed_of` and `reweight`, say how it is computed from others.

    `at(period)` is the line as it is asked for in a period; it remembers the `whole` line to say what is missing in it.
    """

    slug: str
    name: str
    kind: str
    unit: str = ""
    numerator_name: str = ""
    denominator_name: str = ""
    is_whole: bool = False
    allows_negative: bool = False
    over_time: str = ""
    carry_forward: int = 0
    breakdowns: tuple[Breakdown, ...] = ()
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)
    formula: str = ""
    composed_of: tuple[Component, ...] = ()
    reweight: bool = False
    levels: tuple[Level, ...] = ()
    mean_allowed: bool = False
    overlap: Overlap | None = None
    spans: Mapping[Breakdown, tuple[date | None, date | None]] = field(default_factory=dict)
    limits: Limits | None = None
    whole: Line | None = field(default=None, compare=False, repr=False)
    period: date | None = field(default=None, compare=False, repr=False)

    def at(self, period: date) -> Line:
        """The line as it is asked for in the period that begins with this month: its breakdowns of that time, without
        retired categories.
        """
        if self.whole is not None:
            return self.whole.at(period)
        if not self.spans and not any(dimension.retired for dimension in self.dimensions.values()):
            return self
        breakdowns = tuple(breakdown for breakdown in self.breakdowns if self.is_split_in(breakdown, period))
        dimensions = {slug: dimension.at(period) for slug, dimension in self.dimensions.items()}
        return replace(self, breakdowns=breakdowns, dimensions=dimensions, spans={}, whole=self, period=period)

    def is_split_in(self, breakdown: Breakdown, period: date) -> bool:
        since, until = self.spans.get(breakdown, (None, None))
        return (since is None or period >= since) and (until is None or period <= until)

    @property
    def rule(self) -> Kind:
        """Its row in the table of kinds. Raises Refused when that kind is not available."""
        return kinds.kind(self.kind)

    @property
    def components(self) -> tuple[str, ...]:
        """The fields of an entry that carry its numbers: `value`, `numerator` and `denominator`, `value` and `weight`;
        none of a narrative."""
        return self.rule.asks

    @property
    def first_place(self) -> str:
        """Where a problem of the whole answer lies: its first field, or the words of a narrative."""
        return self.components[0] if self.components else "note"

    @property
    def must_be_whole(self) -> bool:
        if self.rule.is_count:
            return True
        may_be = self.rule.is_filed and not self.rule.is_measure and self.kind != kinds.MONEY
        return self.is_whole and may_be

    @property
    def decimal_places(self) -> int:
        """How many decimals a figure may have: of money two, unless it says that more are meant."""
        return 2 if self.kind == kinds.MONEY and self.is_whole else 6

    @property
    def may_be_negative(self) -> bool:
        if not self.rule.is_filed:
            return True
        return self.allows_negative and self.rule.takes_negative

    def takes_negative(self, component: str) -> bool:
        """Whether this field of a figure may be below zero: never the weight of an average, nor half of a rate."""
        return component == "value" and self.may_be_negative

    @property
    def can_only_grow(self) -> bool:
        """True when whoever is missing can only add to its value, so that a part of it is a lower bound."""
        return self.rule.only_grows and not self.may_be_negative

    @property
    def has_volume(self) -> bool:
        """True when a figure says how much there was. An amount that may be below zero weighs nothing."""
        return self.rule.has_volume and (self.rule.is_weighted or not self.may_be_negative)

    @property
    def is_proportion(self) -> bool:
        """True when the numerator is part of the denominator, so that it can never be the larger one."""
        return self.rule.is_ratio and self.unit == PERCENT

    def level_at(self, rank: Decimal | int | None) -> Level | None:
        """The level of that rank, from 1; None when there is none."""
        if rank is None or rank != int(rank) or not 1 <= rank <= len(self.levels):
            return None
        return self.levels[int(rank) - 1]

    def rank_of(self, slug: str) -> int | None:
        """The rank of the level of that slug; None when there is none."""
        return next((rank for rank, level in enumerate(self.levels, start=1) if level.slug == slug), None)

    @property
    def is_money(self) -> bool:
        """True when its unit is a currency, so that a currency sign may stand beside its numbers."""
        return _is_currency(self.unit)

    def component_name(self, component: str) -> str:
        """What the indicator calls it ("attendances"), or the plain word."""
        named = {"numerator": self.numerator_name, "denominator": self.denominator_name}.get(component, "")
        return named or component

    def keys(self, breakdown: Breakdown) -> tuple[str, ...]:
        """Every category key of one breakdown, in the order of its dimensions' categories."""
        choices = [[f"{slug}:{category}" for category in self.dimensions[slug].categories] for slug in breakdown]
        return tuple("+".join(parts) for parts in product(*choices))

    def breakdown_name(self, breakdown: Breakdown) -> str:
        """The dimensions' names: "Age", or "Sex and age" spelled "Sex + Age"."""
        return " + ".join(self.dimensions[slug].name for slug in breakdown)

    def category_names(self, key: str) -> tuple[str, ...]:
        """The names of a canonical key's categories, in order; empty for the total."""
        return tuple(self.dimensions[dimension].categories[category] for dimension, category in pairs_of(key))

    def category_name(self, key: str) -> str:
        return ", ".join(self.category_names(key))

    def is_exclusive(self, breakdown: Breakdown) -> bool:
        """True when every one of its dimensions is, so that its parts add up to the total."""
        return all(self.dimensions[slug].exclusive for slug in breakdown)


@lru_cache(maxsize=1024)
def _is_currency(unit: str) -> bool:
    """Whether a unit is a currency's code, sign or name; asked for every number of an import."""
    if unit in CODES or unit.lower() in CURRENCY_WORDS:
        return True
    return any(unicodedata.category(sign) == "Sc" for sign in unit)


def pairs_of(key: str) -> tuple[tuple[str, str], ...]:
    """A canonical key taken apart: (("sex", "female"), ("age", "0-4")); empty for the total."""
    if key == TOTAL:
        return ()
    return tuple((part.partition(":")[0], part.partition(":")[2]) for part in key.split("+"))


def key_of(pairs: Iterable[tuple[str, str]]) -> str:
    return "+".join(f"{dimension}:{category}" for dimension, category in pairs)


def breakdown_of(key: str) -> Breakdown:
    """The breakdown a canonical key belongs to; empty for the total."""
    return tuple(dimension for dimension, _ in pairs_of(key))


def unknown_key(breakdown: Breakdown) -> str:
    """The cell where the rest of a breakdown goes: unknown in each of its dimensions."""
    return key_of((slug, UNKNOWN) for slug in breakdown)


def check_line(line: Line) -> list[Problem]:
    """What is wrong with an indicator's own settings, before any figure is asked for.

    Fields: `kind`, `over_time`, `carry_forward`, `allows_negative`, `dimensions`.
    """
    params = {"indicator": line.slug, "name": line.name}
    try:
        rule = line.rule
    except Refused as refused:
        return list(refused.problems)
    found: list[Problem] = []
    choices = ", ".join(kinds.OVER_TIME)
    if rule.takes_over_time and line.over_time not in kinds.OVER_TIME:
        text = gettext_noop("Say how {name} combines over time: choose one of {choices}.")
        found.append(
            Problem(
                "line.over_time_missing",
                text,
                params | {"choices": choices},
                field="over_time",
                value=cut(line.over_time),
            )
        )
    if line.over_time and not rule.takes_over_time:
        text = gettext_noop("The kind {kind} already says how {name} combines over time: leave over_time empty.")
        found.append(
            Problem(
                "line.over_time_not_here",
                text,
                params | {"kind": rule.slug},
                field="over_time",
                value=cut(line.over_time),
            )
        )
    if line.carry_forward and not rule.takes_carry_forward:
        text = gettext_noop(
            "Only a level at month end (stock) can be carried forward, and {name} is of the kind {kind}."
        )
        found.append(
            Problem(
                "line.carry_not_here",
                text,
                params | {"kind": rule.slug},
                field="carry_forward",
                value=str(line.carry_forward),
            )
        )
    if not 0 <= line.carry_forward <= MONTHS_TO_CARRY_AT_MOST:
        text = gettext_noop("A level can be carried forward for 0 to {limit} months, not {months}.")
        found.append(
            Problem(
                "line.carry_out_of_range",
                text,
                params | {"limit": MONTHS_TO_CARRY_AT_MOST, "months": line.carry_forward},
                field="carry_forward",
                value=str(line.carry_forward),
            )
        )
    if line.allows_negative and not rule.takes_negative:
        text = gettext_noop("Figures of the kind {kind} cannot be below zero.")
        if not rule.is_filed:
            text = gettext_noop("Figures of the kind {kind} may be below zero anyhow: there is nothing to allow.")
        found.append(Problem("line.negative_not_here", text, params | {"kind": rule.slug}, field="allows_negative"))
    for breakdown in line.breakdowns:
        missing = [slug for slug in breakdown if slug not in line.dimensions]
        if missing or not breakdown or len(set(breakdown)) != len(breakdown):
            text = gettext_noop("{name} cannot be split by {wrong}: name dimensions that exist, each once.")
            found.append(
                Problem("line.breakdown", text, params | {"wrong": cut("+".join(breakdown))}, field="dimensions")
            )
    return found
