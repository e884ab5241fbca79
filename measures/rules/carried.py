"""When a number that is filed for one indicator may answer another. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from backbone.problems import Problem, gettext_noop


@dataclass(frozen=True, slots=True)
class Defined:
    """What makes two indicators the same question, whatever they are called."""

    kind: str
    unit: str
    frequency: str
    over_time: str = ""
    numerator: str = ""
    denominator: str = ""
    levels: tuple[str, ...] = ()
    is_whole: bool = True


def is_same(one: Defined, other: Defined) -> bool:
    """Whether a figure of one can stand in the other as it is. What a rate is of has to agree where both say it."""
    if (one.kind, one.frequency, one.over_time, one.levels) != (
        other.kind,
        other.frequency,
        other.over_time,
        other.levels,
    ):
        return False
    if one.is_whole is False and other.is_whole:
        return False
    if _plain(one.unit) != _plain(other.unit):
        return False
    pairs = ((one.numerator, other.numerator), (one.denominator, other.denominator))
    return all(not a or not b or _plain(a) == _plain(b) for a, b in pairs)


def is_worded_alike(one: str, other: str) -> bool:
    """Whether two definitions read the same."""
    return _plain(one) == _plain(other)


def check_direction(source: int, target: int, giving: set[int], taking: set[int]) -> Problem | None:
    """An initiative gives a partner's numbers to others or takes them, never both: nothing goes round in a circle, and no
    two reports wait for each other. `giving` and `taking` are those that do so for this partner already."""
    if source in taking or target in giving or source == target:
        text = gettext_noop("An initiative either gives numbers to others or takes them, for one partner.")
        hint = gettext_noop("File in one initiative, and let its figures answer all the others.")
        return Problem("carried.both_ways", text, hint=hint, field="source")
    return None


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())
