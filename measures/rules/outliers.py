"""Is a figure far from this partner's own history? Its z-score and its modified z-score, and the range that is usual.

Pure: no Django, no clock. The z-score holds a number against mean and standard deviation, the modified one against
median and median absolute deviation, which a single slip does not move (Iglewicz and Hoaglin, How to Detect and Handle
Outliers, 1993: 0.6745 (x - median) / MAD, beyond 3.5). Where more than half of the history is one number, its MAD is 0
and the mean absolute deviation stands in: (x - median) / (1.253314 MeanAD), from the same source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from measures.rules.figures import Entry, has_answer, ratio
from measures.rules.lines import Line

LOOKED_BACK = 24  # periods
LEAST = 6  # fewer say nothing about what is usual

# Kinds whose numbers stand for something else than an amount, so that no range of them is usual.
NO_AMOUNTS = frozenset({"milestone", "ordinal", "index", "formula", "community", "narrative"})

_OF_MAD = Decimal("0.6745")
_OF_MEAN_AD = Decimal("1.253314")
_PLACES = Decimal("1e-6")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Beyond how many deviations a figure is an outlier: of the mean, and of the median."""

    z: Decimal = Decimal(3)
    modified_z: Decimal = Decimal("3.5")


COMMON = Thresholds()


@dataclass(frozen=True, slots=True)
class History:
    """What is known of a partner's earlier figures. `spread` is what one modified z-score is worth; 0 when they were
    always the same."""

    count: int
    mean: Decimal
    deviation: Decimal
    median: Decimal
    spread: Decimal

    def z(self, level: Decimal) -> Decimal | None:
        """None when they were always the same, so that nothing is usual but that."""
        return None if self.deviation == 0 else ((level - self.mean) / self.deviation).quantize(_PLACES)

    def modified_z(self, level: Decimal) -> Decimal | None:
        return None if self.spread == 0 else ((level - self.median) / self.spread).quantize(_PLACES)

    def usual(self, limits: Thresholds, *, may_be_negative: bool = False) -> tuple[Decimal, Decimal]:
        """From where to where a figure is no outlier by either score."""
        low = min(self.mean - limits.z * self.deviation, self.median - limits.modified_z * self.spread)
        high = max(self.mean + limits.z * self.deviation, self.median + limits.modified_z * self.spread)
        return (low if may_be_negative else max(low, Decimal(0))), high


@dataclass(frozen=True, slots=True)
class Score:
    """One figure against its partner's history. `size` sorts: the larger of both scores, each by its threshold."""

    level: Decimal
    history: History
    z: Decimal | None
    modified_z: Decimal | None
    low: Decimal
    high: Decimal
    size: Decimal
    is_by_z: bool
    is_by_modified_z: bool

    @property
    def is_outlier(self) -> bool:
        """By either score; a warning while filing asks for both, so that few are read."""
        return self.is_by_z or self.is_by_modified_z

    @property
    def is_far_out(self) -> bool:
        return not self.low <= self.level <= self.high


def level_of(line: Line, entry: Entry | None) -> Decimal | None:
    """The one number that is held against history: the value, of a rate its ratio; None without a full answer."""
    if entry is None or line.kind in NO_AMOUNTS or not has_answer(line, entry):
        return None
    return ratio(entry) if line.rule.is_ratio else entry.value


def history_of(line: Line, entries: Sequence[Entry]) -> History | None:
    """The last 24 full answers, oldest first, as one history; None with fewer than six. Percentages are ratios."""
    levels = _levels(line, entries)
    return _history(levels) if len(levels) >= LEAST else None


def is_near_mean(line: Line, level: Decimal, entries: Sequence[Entry], limits: Thresholds = COMMON) -> bool:
    """Whether it is no outlier by its z-score, or there is too little history to say. Most figures are none, and this
    takes neither a root nor a sort."""
    levels = _levels(line, entries)
    if len(levels) < LEAST:
        return True
    mean = sum(levels, Decimal(0)) / len(levels)
    squares = _squares(levels, mean)
    return (level - mean) * (level - mean) * (len(levels) - 1) <= limits.z * limits.z * squares


def _levels(line: Line, entries: Sequence[Entry]) -> list[Decimal]:
    """Of the last 24 full answers, in no order that matters."""
    known = (level for entry in reversed(entries) if (level := level_of(line, entry)) is not None)
    return list(islice(known, LOOKED_BACK))


def _squares(levels: Sequence[Decimal], mean: Decimal) -> Decimal:
    return sum(((apart := one - mean) * apart for one in levels), Decimal(0))


def score(line: Line, entry: Entry, entries: Sequence[Entry], thresholds: Thresholds = COMMON) -> Score | None:
    """A figure against its partner's earlier ones; None where either says nothing."""
    level, history = level_of(line, entry), history_of(line, entries)
    if level is None or history is None:
        return None
    z, modified = history.z(level), history.modified_z(level)
    low, high = history.usual(thresholds, may_be_negative=line.may_be_negative)
    sizes = [
        abs(one) / limit for one, limit in ((z, thresholds.z), (modified, thresholds.modified_z)) if one is not None
    ]
    is_new = z is None and level != history.mean  # always the same until now
    return Score(
        level, history, z, modified, low, high,
        size=max(sizes, default=Decimal(1 if is_new else 0)),
        is_by_z=is_new or (z is not None and abs(z) > thresholds.z),
        is_by_modified_z=modified is not None and abs(modified) > thresholds.modified_z,
    )  # fmt: skip


def _history(levels: Sequence[Decimal]) -> History:
    count = Decimal(len(levels))
    mean = sum(levels, Decimal(0)) / count
    deviation = (_squares(levels, mean) / (count - 1)).sqrt()
    middle = median(levels)
    mad = median([abs(one - middle) for one in levels])
    if mad:
        spread = mad / _OF_MAD
    else:
        spread = sum((abs(one - middle) for one in levels), Decimal(0)) / count * _OF_MEAN_AD
    return History(len(levels), mean, deviation, middle, spread)


def median(numbers: Sequence[Decimal]) -> Decimal:
    ordered = sorted(numbers)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
