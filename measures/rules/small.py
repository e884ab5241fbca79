"""Which cells of a breakdown are too small to be shown to readers who may not see single people in them. Pure.

A count of 1 to threshold − 1 is withheld (`is_few`, which `disclosure` asks as well), zero may be shown; then as many
further cells as are needed so that no withheld one can be had by taking the shown ones from the total. That is enough
for one table on a page; what is published is attacked, with all that was published before, by `disclosure`.
Source: product specification, 3.8 and N15; ResDAC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from measures.rules.kinds import KINDS, MAXIMUM, MEDIAN, MILESTONE, MINIMUM, MONEY, NARRATIVE, ORDINAL

# Their figures count nobody, whatever they are about: a milestone or a level counts partners, money is not people.
COUNT_NOBODY = (MILESTONE, ORDINAL, MINIMUM, MAXIMUM, MEDIAN, NARRATIVE, MONEY)


def is_of_people(kind: str, counts_people: bool) -> bool:
    """Whether single people could be known in an indicator's figures: it counts them, and its kind counts at all."""
    return counts_people and kind not in COUNT_NOBODY


# The people that can be counted in a cell: (value,) of a count, (numerator, denominator − numerator) of a rate.
Counts = tuple[Decimal, ...]


def is_few(count: Decimal, threshold: int) -> bool:
    """Whether this many people are so few that somebody could be known. Nobody is not few: zero is shown.

    Source: CMS cell size suppression policy (ResDAC): no cell of 1 to 10, directly or derivable; zero may be shown.
    """
    return 0 < abs(count) < threshold


def is_small(counts: Iterable[Decimal], threshold: int) -> bool:
    """Whether one of these groups is few: of a rate those who are counted in it, or those who are not."""
    return any(is_few(count, threshold) for count in counts)


def withheld(cells: Mapping[str, Sequence[Counts]], threshold: int, *, adds_up: bool) -> frozenset[str]:
    """The keys of the cells that are not shown.

    Each cell holds its counts, one entry for each thing that is shown of it. `adds_up`: the cells are parts of a total
    that is shown, so at least two are withheld, and together at least `threshold` people.
    """
    hidden = {key for key, counts in cells.items() if any(is_small(one, threshold) for one in counts)}
    if not hidden or not adds_up:
        return frozenset(hidden)
    sizes = {key: sum((abs(count) for one in counts for count in one), Decimal(0)) for key, counts in cells.items()}
    for key in sorted((key for key in cells if key not in hidden), key=lambda key: (sizes[key], key)):
        if len(hidden) >= 2 and sum(sizes[one] for one in hidden) >= threshold:
            break
        if sizes[key] > 0:
            hidden.add(key)
    return frozenset(hidden)


def counts_in(
    kind: str,
    value: Decimal | None,
    numerator: Decimal | None,
    denominator: Decimal | None,
    lower: Decimal | None,
    upper: Decimal | None,
) -> Counts:
    """The people in one combined figure, by its kind: of bounds both, of an average by weight those that it is of. A
    milestone or a level counts partners, an extreme or a median counts nobody, money is not people.
    """
    if kind in COUNT_NOBODY:
        return ()
    if KINDS[kind].is_weighted:
        return () if denominator is None else (denominator,)
    if lower is not None:
        return (lower,) if upper is None else (lower, upper)
    return counts_of(value, numerator, denominator)


def counts_of(value: Decimal | None, numerator: Decimal | None, denominator: Decimal | None) -> Counts:
    """The people in one figure: of a rate those in the numerator and those who are not."""
    if numerator is not None and denominator is not None:
        return (numerator, denominator - numerator)
    return () if value is None else (value,)
