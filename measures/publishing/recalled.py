"""What readers have of other spans, beside what they are about to get: a quarter less two of its months is the third, and
the others of that month are its total less the rows that were shown.

The sums are the same that anybody can do on what is printed. Where a difference is no figure that was ever printed, it
gets a cell that nobody is shown (an `aside`), so that it is protected like any other when it counts few people, or tells
what one or two partners filed who did not agree. What follows from what was read before alone is known for good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from measures.publishing.cells import Sheet, adds_up, exclusive_breakdowns, whats
from measures.publishing.frozen import month, month_from
from measures.publishing.places import Key, Place, together_name
from measures.rules.disclosure import Cell
from measures.rules.lines import TOTAL, Line, breakdown_of
from measures.rules.periods import add_months

NUMBERS = ("value", "numerator", "rest", "denominator", "upper")
_EXACT = Decimal("1e-9")

# Whether what these partners (by code, none: all) have in a category in these months is for nobody to know.
IsSecret = Callable[[Place], bool]


@dataclass(frozen=True, slots=True)
class Recalled:
    """One indicator as far as its earlier figures are concerned."""

    line: Line
    counts_people: bool
    is_over_time: bool  # a longer span is the sum of the shorter ones in it
    is_secret: IsSecret


def recall(sheet: Sheet, indicators: Mapping[str, Recalled]) -> None:
    """Put what was read and what was withheld of other spans beside the sheet's own figures, and tie them: each span to
    what it has of its partners and categories, and spans to the shorter ones that they are made of."""
    own = set(sheet.cells)
    _put(sheet, indicators)
    places: dict[str, set[Place]] = {}
    for key in sheet.cells:
        if not key.aside and key.place.indicator in indicators:
            places.setdefault(key.place.indicator, set()).add(key.place)
    for slug, found in places.items():
        one = indicators[slug]
        if adds_up(one.line):
            _tie_others(sheet, one, found)
            _tie_within(sheet, one, found, own)
        if one.is_over_time:
            _tie_over_time(sheet, one, found, own)


def _put(sheet: Sheet, indicators: Mapping[str, Recalled]) -> None:
    read = [(place, one.numbers, True) for place, one in sheet.known.items()]
    for place, numbers, is_known in (*read, *((place, was, False) for place, was in sheet.withheld.items())):
        one = indicators.get(place.indicator)
        for what, number in numbers.items() if one is not None else ():
            key = Key(what, place)
            if key not in sheet.cells and number >= 0:
                sheet.cells[key] = Cell(
                    key, number, is_shown=is_known, is_known=is_known, counts_people=one.counts_people
                )


# --- within one span ---


def _tie_others(sheet: Sheet, one: Recalled, places: Iterable[Place]) -> None:
    """Several together, and fewer of them in another version: what lies between is a figure too."""
    groups: dict[tuple[str, ...], list[Place]] = {}
    for place in places:
        if place.is_together:
            groups.setdefault((place.category, place.first, place.last), []).append(place)
    for found in groups.values():
        found.sort(key=lambda place: (len(place.codes), place))
        for number, more in enumerate(found):
            for fewer in found[:number]:
                if fewer.codes < more.codes:
                    _tie_difference(sheet, one, more, fewer)


def _tie_difference(sheet: Sheet, one: Recalled, more: Place, fewer: Place) -> None:
    codes = sorted(more.codes - fewer.codes)
    alone = [more._replace(who=code) for code in codes]
    between = more._replace(who=together_name(codes))
    for what in whats(one.line):
        high, low = Key(what, more), Key(what, fewer)
        if high not in sheet.cells or low not in sheet.cells:
            continue
        left = sheet.cells[high].value - sheet.cells[low].value
        if left < 0:
            continue
        singles = [key for place in alone if (key := Key(what, place)) in sheet.cells]
        if abs(sum((sheet.cells[key].value for key in singles), -left)) <= _EXACT and singles:
            sheet.tie_keys(high, [low, *singles])
            continue
        key = Key(what, between, aside="between")
        is_known = sheet.cells[high].is_known and sheet.cells[low].is_known
        _put_aside(sheet, key, left, one, is_known=is_known)
        sheet.tie_keys(high, [low, key])


def _tie_within(sheet: Sheet, one: Recalled, places: Iterable[Place], own: set[Key]) -> None:
    """Of a span that is not wholly on the sheet for itself: the whole is its partners, a total its categories."""
    spans: dict[tuple[str, str], list[Place]] = {}
    for place in sorted(places):
        spans.setdefault((place.first, place.last), []).append(place)
    fresh = {key.place for key in own}
    for here in spans.values():
        by_category: dict[str, list[Place]] = {}
        by_whose: dict[str, dict[str, Place]] = {}
        for place in here:
            by_category.setdefault(place.category, []).append(place)
            by_whose.setdefault(place.who, {})[place.category] = place
        for found in by_category.values():
            for number, parts in enumerate(_partitions(found)):
                if not fresh.issuperset(parts):
                    sheet.tie(parts[0]._replace(who=""), parts, whats(one.line), f"rows {number}")
        for whose in by_whose.values():
            for breakdown in exclusive_breakdowns(one.line) if TOTAL in whose else ():
                parts = [place for key, place in whose.items() if key and breakdown_of(key) == breakdown]
                if not fresh.issuperset(parts):
                    sheet.tie(whose[TOTAL], parts, whats(one.line), f"read {'+'.join(breakdown)}")


def _partitions(places: Iterable[Place]) -> Iterator[list[Place]]:
    """The rows that stood beside each other: each group of others with the partners that are not in it."""
    alone = [place for place in places if place.who and not place.is_together]
    groups = [place for place in places if place.is_together]
    for group in groups:
        yield [*(place for place in alone if not place.codes & group.codes), group]
    if alone and not groups:
        yield alone


# --- over time ---


def _tie_over_time(sheet: Sheet, one: Recalled, places: Iterable[Place], own: set[Key]) -> None:
    whose: dict[tuple[str, str], list[Place]] = {}
    for place in places:
        whose.setdefault((place.who, place.category), []).append(place)
    for found in whose.values():
        made = [_tie_spans(sheet, one, what, found, own) for what in NUMBERS]
        _tie_rates(sheet, set().union(*made))


def _tie_spans(sheet: Sheet, one: Recalled, what: str, places: Iterable[Place], own: set[Key]) -> set[Place]:
    """Whoever has some spans has every difference of them: between each two days that they lead to, all in one sum.

    What is on the sheet for itself counts first, then the shorter, last what was hidden, which may be another by now.
    Answers the places of the differences that are no figures themselves.
    """
    keys = [key for place in places if (key := Key(what, place)) in sheet.cells]

    def order(key: Key) -> tuple[bool, bool, int, Place]:
        return key not in own, not sheet.cells[key].is_shown, _length(key.place), key.place

    days, read = _Days(), _Days()
    agreeing = [key for key in sorted(keys, key=order) if days.join(*_ends(key.place), sheet.cells[key].value)]
    for key in agreeing:
        if sheet.cells[key].is_known:
            read.join(*_ends(key.place), sheet.cells[key].value)
    amounts = days.steps()
    steps = {ends: key for key in agreeing if (ends := _ends(key.place)) in amounts}
    made = set()
    for (start, end), amount in amounts.items():
        if (start, end) in steps or amount < 0:
            continue
        place = keys[0].place._replace(first=month(start), last=month(add_months(end, -1)))
        key = steps[start, end] = Key(what, place, aside="span")
        people = sheet.cells[keys[0]].counts_people
        _put_aside(sheet, key, amount, one, counts_people=people, is_known=read.tells(start, end))
        made.add(place)
    for key in agreeing:
        start, end = _ends(key.place)
        between = [step for step in amounts if start <= step[0] < end and days.group[step[0]] == days.group[start]]
        if len(between) > 1 and all(step in steps for step in between):
            sheet.tie_keys(key, [steps[step] for step in between])
    return made


def _tie_rates(sheet: Sheet, places: Iterable[Place]) -> None:
    """Of a rate between two spans, those who are counted and those who are not are everybody."""
    for place in sorted(places):
        top, rest, bottom = (
            next((key for aside in ("span", "") if (key := Key(what, place, aside)) in sheet.cells), None)
            for what in ("numerator", "rest", "denominator")
        )
        if top and rest and bottom:
            values = [sheet.cells[key].value for key in (top, rest, bottom)]
            if abs(values[0] + values[1] - values[2]) <= _EXACT:
                sheet.tie_keys(bottom, [top, rest])


class _Days:
    """Days in groups in which one knows how much came from each to each."""

    def __init__(self) -> None:
        self.group: dict[date, int] = {}
        self.level: dict[date, Decimal] = {}  # how much had come by then, counted from any day of the group

    def join(self, start: date, end: date, amount: Decimal) -> bool:
        """This much came between the two. False when something else follows from what is known already."""
        for day in (start, end):
            if day not in self.group:
                self.group[day], self.level[day] = len(self.group), Decimal(0)
        if self.group[start] == self.group[end]:
            return abs(self.level[end] - self.level[start] - amount) <= _EXACT
        lift, old = self.level[start] + amount - self.level[end], self.group[end]
        for day in [day for day, group in self.group.items() if group == old]:
            self.group[day], self.level[day] = self.group[start], self.level[day] + lift
        return True

    def steps(self) -> dict[tuple[date, date], Decimal]:
        """From each day to the next of its group, and how much came between."""
        found = {}
        for group in set(self.group.values()):
            days = sorted(day for day in self.group if self.group[day] == group)
            found |= {(one, other): self.level[other] - self.level[one] for one, other in pairwise(days)}
        return found

    def tells(self, start: date, end: date) -> bool:
        """Whether it is known how much came between the two."""
        return start in self.group and end in self.group and self.group[start] == self.group[end]


def _ends(place: Place) -> tuple[date, date]:
    """The first month of a span, and the first one after it."""
    return month_from(place.first), add_months(month_from(place.last), 1)


def _length(place: Place) -> int:
    start, end = _ends(place)
    return (end.year - start.year) * 12 + end.month - start.month


def _put_aside(
    sheet: Sheet, key: Key, amount: Decimal, one: Recalled, *, is_known: bool, counts_people: bool | None = None
) -> None:
    people = one.counts_people if counts_people is None else counts_people
    is_secret = amount > 0 and one.is_secret(key.place)
    cell = Cell(key, amount, is_shown=False, is_known=is_known, is_secret=is_secret, counts_people=people)
    sheet.cells.setdefault(key, cell)
