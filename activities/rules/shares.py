"""How an activity is shared out over its tags of one sort: even shares unless said otherwise, and 1 together, exactly."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from backbone.problems import Problem, cut, gettext_noop

Name = TypeVar("Name", bound=Hashable)
ONE, SMALLEST = Decimal(1), Decimal("0.000001")
ROUNDED = Decimal("0.01")  # how far rounded percentages of any number of tags may be off together


def even(names: Collection[Name]) -> dict[Name, Decimal]:
    """Equal shares of six decimals; the last takes what rounding leaves."""
    return _whole({name: ONE / len(names) for name in names}) if names else {}


def settle(given: Mapping[str, Decimal | None]) -> tuple[dict[str, Decimal], list[Problem]]:
    """Shares that sum to exactly 1, of what was said for each tag in order; None: nothing was said.

    Tags without a share divide evenly what the others leave. Shares of all tags may miss 1 by a rounding, which the last
    one takes; anything further is a problem, as is a share that is not above 0.
    """
    if not given:
        return {}, []
    said = {name: share for name, share in given.items() if share is not None}
    for name, share in said.items():
        if not SMALLEST <= share <= ONE:
            sentence = gettext_noop("The share of {tag} is {share}; a share is above 0 and at most 1, or 100%.")
            return {}, [
                Problem("share.range", sentence, {"tag": cut(name), "share": _plain(share)}, value=_plain(share))
            ]
    left, silent = ONE - sum(said.values()), [name for name in given if name not in said]
    if silent:
        if left < SMALLEST * len(silent):
            sentence = gettext_noop("The shares that are given take everything; nothing is left for {tag}.")
            return {}, [Problem("share.nothing_left", sentence, {"tag": cut(silent[0])})]
        return _whole({name: said.get(name, left / len(silent)) for name in given}), []
    if abs(left) > ROUNDED:
        sentence = gettext_noop("The shares sum to {sum}; together they are 1, or 100%.")
        return {}, [Problem("share.sum", sentence, {"sum": _plain(ONE - left)}, value=_plain(ONE - left))]
    settled = _whole(said)
    if min(settled.values()) < SMALLEST:
        sentence = gettext_noop("The shares sum to {sum}; together they are 1, or 100%.")
        return {}, [Problem("share.sum", sentence, {"sum": _plain(ONE - left)}, value=_plain(ONE - left))]
    return settled, []


def is_even(shares: Mapping[str, Decimal]) -> bool:
    """Whether shares are what `even` makes of their tags."""
    return dict(shares) == even(list(shares)) if shares else True


def _whole(shares: Mapping[Name, Decimal]) -> dict[Name, Decimal]:
    rounded = {name: share.quantize(SMALLEST, ROUND_HALF_UP) for name, share in shares.items()}
    last = next(reversed(rounded))
    rounded[last] += ONE - sum(rounded.values())
    return rounded


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
