"""What the readers of a publication see, as one table of cells: which figures are tied to which by sums that anybody
can do. The rules decide on it what is hidden.

A cell's name says for good what it is, so that the same figure in two publications is one cell: indicator, what of it
(value, numerator…), whose (nobody's for the whole initiative, else codes), category, first and last month.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from measures.publishing.frozen import month
from measures.publishing.gathering import Picture
from measures.rules.combining import Combined
from measures.rules.disclosure import Cell, Decision, Sum, Table, primary, suppress
from measures.rules.kinds import FLOW, MONEY, PERSON_TIME, RATE, RATE_STOCK, UNDUPLICATED, WEIGHTED_AVERAGE
from measures.rules.lines import TOTAL, Line, breakdown_of, pairs_of
from measures.rules.periods import Grain, last_month
from measures.rules.small import counts_in
from measures.windows import Window

WHOLE = ""
REST = "~"  # what of a sum stands in no cell of its own
_EXACT = Decimal("1e-9")


class Place(NamedTuple):
    """Which figure: of what, whose, in which category, over which months."""

    indicator: str
    who: str
    category: str
    first: str
    last: str

    def __str__(self) -> str:
        return ":".join(self)


class Key(NamedTuple):
    """One number of a figure."""

    what: str
    place: Place


@dataclass(frozen=True, slots=True)
class Circle:
    """Whose rows one audience sees of an indicator: these partners each, and those together, by id."""

    shown: tuple[int, ...]
    together: tuple[int, ...]


@dataclass(slots=True)
class Sheet:
    """A table in the making. `codes` are the partners' by id; `known` numbers that the audience has read already, and
    `withheld` places that were hidden from it before, which stay so.
    """

    codes: Mapping[int, str]
    known: Mapping[Key, Decimal] = field(default_factory=dict)
    withheld: Collection[Place] = ()
    cells: dict[Key, Cell] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)
    bonds: list[frozenset[Key]] = field(default_factory=list)
    printed: set[Place] = field(default_factory=set)

    def put(
        self, line: Line, place: Place, one: Combined, *, counts_people: bool, is_printed: bool, is_secret: bool = False
    ) -> None:
        """One figure, with each number that can be read off it."""
        numbers = numbers_of(line, one)
        if is_printed:
            self.printed.add(place)
        if not line.rule.is_filed:
            return  # computed from others, which are attacked themselves, or public anyway
        keys = []
        for what, number in numbers.items():
            key = Key(what, place)
            keys.append(key)
            if key in self.cells or number < 0:
                continue
            is_people = counts_people and what in people_in(line, one)
            self.cells[key] = Cell(
                key,
                number,
                is_shown=is_printed and place not in self.withheld,
                is_known=self.known.get(key) == number,
                is_secret=is_secret,
                counts_people=is_people,
            )
        if len(keys) > 1 and all(key in self.cells for key in keys):
            self.bonds.append(frozenset(keys))
        if {"numerator", "rest", "denominator"} <= numbers.keys():
            top, rest, bottom = (Key(what, place) for what in ("numerator", "rest", "denominator"))
            self._tie(bottom, [top, rest])

    def tie(self, total: Place, parts: Iterable[Place], whats: Iterable[str], *, with_rest: bool = True) -> None:
        """The parts add up to the total, in each of these numbers; what is in neither is a rest that nobody is shown.

        Without a rest a sum that does not come out is no sum, and nothing is said.
        """
        parts = list(parts)
        for what in whats:
            key = Key(what, total)
            there = [Key(what, part) for part in parts if Key(what, part) in self.cells]
            if key not in self.cells or not there or there == [key]:
                continue
            left = self.cells[key].value - sum((self.cells[one].value for one in there), Decimal(0))
            if abs(left) > _EXACT:
                if not with_rest or left < 0:
                    continue
                rest = Key(what, total._replace(who=f"{total.who}{REST}", category=f"{parts[0].category}{REST}"))
                counts_people = self.cells[key].counts_people
                self.cells[rest] = Cell(rest, left, is_shown=False, counts_people=counts_people)
                there.append(rest)
            self._tie(key, there)

    def _tie(self, total: Key, parts: list[Key]) -> None:
        if total in self.cells and all(part in self.cells for part in parts):
            self.sums.append(Sum(total, tuple(parts)))

    def table(self) -> Table:
        return Table(tuple(self.cells.values()), tuple(dict.fromkeys(self.sums)), tuple(dict.fromkeys(self.bonds)))


def numbers_of(line: Line, one: Combined) -> dict[str, Decimal]:
    """Each number that can be read off a figure of this kind, by name; a rate has those who are not counted as well."""
    if line.rule.divides:
        if one.numerator is None or one.denominator is None:
            return {}
        found = {"numerator": one.numerator, "denominator": one.denominator}
        if line.rule.is_ratio and one.denominator >= one.numerator:
            found["rest"] = one.denominator - one.numerator
        return found
    if line.kind == UNDUPLICATED and one.value is None:
        return {name: number for name in ("lower", "upper") if (number := getattr(one, name)) is not None}
    if line.kind == UNDUPLICATED and one.value is not None:
        return {"upper": one.value}
    return {} if one.value is None else {"value": one.value}


def people_in(line: Line, one: Combined) -> set[str]:
    """Which of these numbers count people: of an average those that it is of, of a rate all three, of money none."""
    if line.kind == WEIGHTED_AVERAGE:
        return {"denominator"}
    counted = counts_in(line.kind, one.value, one.numerator, one.denominator, one.lower, one.upper)
    return set(numbers_of(line, one)) if counted else set()


def circles(pictures: Iterable[Picture], consents: Mapping[int, set[int]]) -> dict[str, Circle]:
    """Whose rows are shown, by indicator: those who consented, the others together, never fewer than three."""
    found = {}
    for picture in pictures:
        agreed = consents.get(picture.reading.indicator.pk, set())
        filed = [(pk, _size(picture.line, one), pk in agreed) for pk, one in picture.parts.items() if one.has_something]
        shown, together = primary.groups(filed)
        silent = [pk for pk, one in picture.parts.items() if not one.has_something]
        if together:
            found[picture.slug] = Circle(shown, tuple(sorted({*together, *(pk for pk in silent if pk not in agreed)})))
            silent = [pk for pk in silent if pk in agreed]
        else:
            found[picture.slug] = Circle(shown, ())
        if shown:
            own = found[picture.slug]
            found[picture.slug] = Circle(tuple(sorted({*shown, *silent})), own.together)
    return found


def _size(line: Line, one: Combined) -> Decimal:
    size = one.denominator if line.rule.divides else one.upper if line.kind == UNDUPLICATED else one.value
    return Decimal(0) if size is None else abs(size)


def is_confidential(voices: Mapping[int, Decimal], consented: Collection[int]) -> bool:
    """Whether a sum would tell a partner's own figure to whom it did not consent: one or two make it, or one most."""
    reluctant = {pk for pk in voices if pk not in consented}
    if not reluctant:
        return False
    largest = max(voices, key=lambda pk: (voices[pk], pk))
    return primary.few_partners(len(voices)) or (largest in reluctant and primary.dominated(voices.values()))


def fill(sheet: Sheet, picture: Picture, circle: Circle, consented: Collection[int]) -> None:
    """Put one indicator's figures, and the sums that tie them, on the sheet."""
    line, window, people = picture.line, picture.window, picture.reading.indicator.counts_people
    here = _span(window)
    totals: dict[date, Place] = {}
    for period, one in picture.trend.items():
        place = totals[period] = Place(picture.slug, WHOLE, TOTAL, *_months(window, period))
        is_secret = is_confidential(picture.voices.get((TOTAL, period), {}), consented)
        sheet.put(line, place, one, counts_people=people, is_printed=True, is_secret=is_secret)
    for key, spans in picture.categories.items():
        for period, one in spans.items():
            place = Place(picture.slug, WHOLE, key, *_months(window, period))
            is_secret = is_confidential(picture.voices.get((key, period), {}), consented)
            sheet.put(line, place, one, counts_people=people, is_printed=period in totals, is_secret=is_secret)
    for pk, one in picture.parts.items():
        place = Place(picture.slug, sheet.codes[pk], TOTAL, *here)
        sheet.put(line, place, one, counts_people=people, is_printed=pk in circle.shown)
    for (pk, key), one in picture.own_categories.items():
        if pk in picture.parts:
            place = Place(picture.slug, sheet.codes[pk], key, *here)
            sheet.put(line, place, one, counts_people=people, is_printed=pk in circle.shown)
    if circle.together and circle.shown:
        sizes = [_size(line, picture.parts[pk]) for pk in circle.together]
        sheet.put(
            line, others_place(picture, circle, sheet.codes), together(picture, circle.together),
            counts_people=people, is_printed=True, is_secret=primary.dominated(sizes),
        )  # fmt: skip
    _tie_partners(sheet, picture, circle, here)
    _tie_categories(sheet, picture, totals)
    _put_years(sheet, picture, totals)


def together(picture: Picture, partners: Iterable[int]) -> Combined:
    """What several partners come to together."""
    return picture.reading.whole.of(picture.line, list(partners))


def others_place(picture: Picture, circle: Circle, codes: Mapping[int, str]) -> Place:
    who = "+".join(sorted(codes[pk] for pk in circle.together))
    return Place(picture.slug, who, TOTAL, *_span(picture.window))


def year_place(slug: str, window: Window) -> Place:
    return Place(slug, WHOLE, TOTAL, month(window.period), month(window.last))


def whole_place(slug: str, category: str, window: Window, period: date) -> Place:
    return Place(slug, WHOLE, category, *_months(window, period))


def partner_place(slug: str, code: str, category: str, window: Window) -> Place:
    return Place(slug, code, category, *_span(window))


def decide(sheet: Sheet, threshold: int, tell) -> Decision:
    return suppress(sheet.table(), threshold, progress=tell)


def hidden_places(sheet: Sheet, decision: Decision) -> frozenset[Place]:
    """The figures that are not printed though they would be: one of their numbers is hidden, now or before."""
    return frozenset(key.place for key in decision.hidden if key.place in sheet.printed) | frozenset(
        place for place in sheet.withheld if place in sheet.printed
    )


def _whats(line: Line) -> tuple[str, ...]:
    """The numbers that add up over partners and categories."""
    if line.rule.divides:
        return ("numerator", "denominator")
    return ("upper",) if line.kind == UNDUPLICATED else ("value",)


def _adds_up(line: Line) -> bool:
    return line.rule.only_grows or line.rule.is_ratio or line.kind in (UNDUPLICATED, WEIGHTED_AVERAGE)


def _adds_over_time(line: Line) -> bool:
    if line.kind == RATE_STOCK:
        return line.over_time == PERSON_TIME
    return line.kind in (FLOW, MONEY, RATE, WEIGHTED_AVERAGE, UNDUPLICATED)


def _tie_partners(sheet: Sheet, picture: Picture, circle: Circle, here: tuple[str, str]) -> None:
    if not _adds_up(picture.line):
        return
    whats = _whats(picture.line)
    for key in (TOTAL, *picture.categories):
        total = Place(picture.slug, WHOLE, key, *here)
        sheet.tie(total, [Place(picture.slug, sheet.codes[pk], key, *here) for pk in picture.parts], whats)
    if circle.together and circle.shown:
        members = [Place(picture.slug, sheet.codes[pk], TOTAL, *here) for pk in circle.together]
        sheet.tie(others_place(picture, circle, sheet.codes), members, whats)


def _tie_categories(sheet: Sheet, picture: Picture, totals: Mapping[date, Place]) -> None:
    line = picture.line
    if not _adds_up(line):
        return
    whats = _whats(line)
    whose = [(sheet.codes[pk], [picture.window.period]) for pk in picture.parts]
    for breakdown in line.breakdowns:
        if not line.is_exclusive(breakdown):
            continue
        keys = [key for key in picture.categories if breakdown_of(key) == breakdown]
        for who, periods in [(WHOLE, list(totals)), *whose]:
            for period in periods:
                span = _months(picture.window, period)
                total = Place(picture.slug, who, TOTAL, *span)
                sheet.tie(total, [Place(picture.slug, who, key, *span) for key in keys], whats)
                for margin, cells in _margins(line, breakdown, keys):
                    sheet.tie(
                        Place(picture.slug, who, margin, *span),
                        [Place(picture.slug, who, key, *span) for key in cells],
                        whats,
                        with_rest=False,
                    )


def _margins(line: Line, breakdown: tuple[str, ...], keys: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Of a cross-tabulation, each category of a plain breakdown with the cells that make it up."""
    if len(breakdown) < 2:
        return
    for slug in breakdown:
        if (slug,) in line.breakdowns:
            for key in line.keys((slug,)):
                yield key, [cell for cell in keys if pairs_of(key)[0] in pairs_of(cell)]


def _put_years(sheet: Sheet, picture: Picture, totals: Mapping[date, Place]) -> None:
    for readings in picture.years.values():
        for one in readings:
            if not one.now.has_something:
                continue
            place = year_place(picture.slug, one.window)
            sheet.put(
                picture.line, place, one.now, counts_people=one.indicator.counts_people, is_printed=True,
                is_secret=any(sheet.cells[key].is_secret for key in _inside(sheet, totals, one.window)),
            )  # fmt: skip
            spans = [place for period, place in totals.items() if one.window.period <= period <= one.window.last]
            if _adds_over_time(picture.line) and len(spans) * picture.window.grain.months == _length(one.window):
                sheet.tie(place, spans, _whats(picture.line), with_rest=False)
            elif spans and not _adds_over_time(picture.line):
                sheet.tie(place, spans[-1:], _whats(picture.line), with_rest=False)  # the year is its last span


def _inside(sheet: Sheet, totals: Mapping[date, Place], window: Window) -> Iterator[Key]:
    """The numbers of a year when it is one span alone, which it then is."""
    spans = [place for period, place in totals.items() if window.period <= period <= window.last]
    if len(spans) == 1:
        yield from (key for key in sheet.cells if key.place == spans[0])


def _length(window: Window) -> int:
    return (window.last.year - window.period.year) * 12 + window.last.month - window.period.month + 1


def _span(window: Window) -> tuple[str, str]:
    return _months(window, window.period)


def _months(window: Window, period: date) -> tuple[str, str]:
    return month(period), month(last_month(period, Grain(window.grain)))
