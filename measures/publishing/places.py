"""The names of published figures: what one is says for good which figure it is, in whatever publication it stands."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from measures.publishing.frozen import month
from measures.rules.lines import TOTAL
from measures.rules.periods import Grain, last_month
from measures.windows import Window

WHOLE = ""
_TOGETHER = "\n"  # no partner's code has one


class Place(NamedTuple):
    """Which figure: of what, whose (nobody's for the whole initiative), in which category, over which months.

    `who` of several partners together is `together_name()`.
    """

    indicator: str
    who: str
    category: str
    first: str
    last: str

    def __str__(self) -> str:
        return json.dumps(list(self), ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> Place:
        return cls(*json.loads(text))

    @property
    def is_together(self) -> bool:
        return self.who.startswith(_TOGETHER)

    @property
    def codes(self) -> frozenset[str]:
        """Whose it is: one partner, or several together; nobody's where it is the whole initiative's."""
        return frozenset(code for code in self.who.split(_TOGETHER) if code)


class Key(NamedTuple):
    """One number of a figure. With an `aside` it is none that anybody is shown, but one that follows from such, and the
    `aside` says which: what was read before, what came since, what is left of a total beside its parts, …
    """

    what: str
    place: Place
    aside: str = ""


def together_name(codes: Iterable[str]) -> str:
    """Several partners as one; where a reader may not know which, their count stands for them."""
    return _TOGETHER + _TOGETHER.join(sorted(codes))


def whole_place(slug: str, category: str, window: Window, period: date) -> Place:
    return Place(slug, WHOLE, category, *months_of(window, period))


def year_place(slug: str, window: Window) -> Place:
    return Place(slug, WHOLE, TOTAL, month(window.period), month(window.last))


def partner_place(slug: str, who: str, category: str, window: Window) -> Place:
    return Place(slug, who, category, *months_of(window, window.period))


def months_of(window: Window, period: date) -> tuple[str, str]:
    return month(period), month(last_month(period, Grain(window.grain)))
