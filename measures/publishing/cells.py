"""What the readers of a publication see, as one table of cells: which figures are tied to which by sums that anybody
can do. The rules decide on it what is hidden.

What readers have from earlier publications stands on the same table. A number that is another by now is a cell of its
own, tied to the new one by what came or went between them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from measures.publishing import circles
from measures.publishing.circles import EXTREMES, Circle
from measures.publishing.gathering import Picture, Voice
from measures.publishing.places import (
    WHOLE,
    Key,
    Place,
    months_of,
    partner_place,
    whole_place,
    year_place,
)
from measures.publishing.since import Since
from measures.rules.combining import Combined
from measures.rules.disclosure import Cell, Decision, Sum, Table, primary
from measures.rules.kinds import (
    AVERAGE_STOCK,
    FLOW,
    MONEY,
    PERSON_TIME,
    RATE,
    RATE_STOCK,
    TO_DATE,
    UNDUPLICATED,
    WEIGHTED_AVERAGE,
)
from measures.rules.lines import TOTAL, Line, breakdown_of, pairs_of
from measures.rules.periods import Grain, add_months, start_of
from measures.rules.small import counts_in

_EXACT = Decimal("1e-9")


class Seen(Enum):
    """How a figure stands before its readers."""

    PRINTED = "printed"
    IMPLIED = "implied"  # not printed, but something that is computed of it
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Read:
    """What somebody has read of a figure before: its numbers, and as of which instant they were true."""

    numbers: Mapping[str, Decimal]
    as_of: datetime | None


@dataclass(slots=True)
class Sheet:
    """A table in the making. `known` is what the audience has read of a place, `withheld`
    what was hidden from it there, with the numbers that it then was. `bounds`: where a lower bound is shown rounded, it.
    `late`: where what came since it was read would tell of few. `implied`: the figures that are not printed and that a
    reader may compute all the same, of what is computed from them.
    """

    threshold: int
    since: Since
    known: Mapping[Place, Read] = field(default_factory=dict)
    withheld: Mapping[Place, Mapping[str, Decimal]] = field(default_factory=dict)
    cells: dict[Key, Cell] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)
    bonds: list[frozenset[Key]] = field(default_factory=list)
    printed: set[Place] = field(default_factory=set)
    implied: set[Place] = field(default_factory=set)
    secret: set[Place] = field(default_factory=set)
    untied: dict[Place, list[Place]] = field(default_factory=dict)
    bounds: dict[Place, Decimal] = field(default_factory=dict)
    late: set[Place] = field(default_factory=set)
    below_zero: set[str] = field(default_factory=set)

    def put(
        self,
        line: Line,
        place: Place,
        one: Combined,
        *,
        counts_people: bool,
        seen: Seen,
        is_secret: bool = False,
        tells_one: bool = False,
        is_wanted: bool = False,
    ) -> None:
        """One figure, with each number that can be read off it. `tells_one`: its lower end is one partner's number, and
        is rounded down where people are never summed."""
        if seen is Seen.PRINTED:
            self.printed.add(place)
        elif seen is Seen.IMPLIED:
            self.implied.add(place)
        if is_secret:
            self.secret.add(place)
        if tells_one and line.kind == UNDUPLICATED and one.lower is not None and one.value is None:
            self.bounds[place] = primary.coarse(one.lower, self.threshold)
        if not line.rule.is_filed:
            return  # computed from others, which are attacked themselves, or public anyway
        numbers = numbers_of(line, one)
        stays_hidden = self.stays_hidden(place, numbers)
        keys = []
        for what, number in numbers.items():
            key = Key(what, place)
            keys.append(key)
            read = self.known.get(place)
            before = None if read is None else read.numbers.get(what)
            if key in self.cells:
                continue
            if number < 0 or (before is not None and before < 0):
                self.below_zero.add(place.indicator)
                if before not in (None, number) and read is not None:
                    self._keep_who_came(place, read)
                if number < 0:
                    continue
                before = before if before == number else None
            self.cells[key] = Cell(
                key,
                number,
                is_shown=seen is not Seen.NOT and not stays_hidden,
                is_known=before == number,
                is_secret=is_secret,
                counts_people=counts_people and what in people_in(line, one),
                is_wanted=is_wanted,
            )
            if read is not None and before not in (None, number) and adds_up(line) and what in (*whats(line), "rest"):
                self._tie_to_what_was_read(key, read)
        if len(keys) > 1 and all(key in self.cells for key in keys):
            self.bonds.append(frozenset(keys))
        if {"numerator", "rest", "denominator"} <= numbers.keys():
            top, rest, bottom = (Key(what, place) for what in ("numerator", "rest", "denominator"))
            self.tie_keys(bottom, [top, rest])

    def stays_hidden(self, place: Place, numbers: Mapping[str, Decimal]) -> bool:
        """Whether it was hidden before and is still the same: shown now, it would undo what it was hidden for."""
        before = self.withheld.get(place)
        return before is not None and all(numbers.get(what) == number for what, number in before.items())

    def _keep_who_came(self, place: Place, read: Read) -> None:
        """As `_tie_to_what_was_read`, of what no sum can say: where one partner's number came since, it is not told."""
        if read.as_of is None or not self.since.has_come(place, read.as_of):
            return
        if self.since.tells_one(place, read.as_of):
            self.secret.add(place)
            self.late.add(place)

    def _tie_to_what_was_read(self, key: Key, read: Read) -> None:
        """The number that was read before, and what those brought who filed since: of few people, and of a partner that
        did not agree, it must not be told."""
        if read.as_of is None or not self.since.has_come(key.place, read.as_of):
            return
        new, before = self.cells[key], read.numbers[key.what]
        old, came = key._replace(aside="before"), key._replace(aside="since")
        amount, is_secret = abs(new.value - before), self.since.tells_one(key.place, read.as_of)
        self.cells[old] = Cell(old, before, is_known=True, counts_people=new.counts_people)
        self.cells[came] = Cell(came, amount, is_shown=False, is_secret=is_secret, counts_people=new.counts_people)
        if primary.is_primary(self.cells[came], self.threshold):
            self.late.add(key.place)
        low, high = (old, key) if before < new.value else (key, old)
        self.tie_keys(high, [low, came])

    def tie(
        self, total: Place, parts: Iterable[Place], numbers: Iterable[str], by: str, *, with_rest: bool = True
    ) -> bool:
        """The parts add up to the total, in each of these numbers; what is in neither is a rest that nobody is shown,
        named after what it is left of (`by`). Answers whether everything was tied.

        Without a rest a sum that does not come out is no sum, and nothing is said.
        """
        parts = list(parts)
        is_tied = True
        for what in numbers:
            key = Key(what, total)
            there = [Key(what, part) for part in parts if Key(what, part) in self.cells]
            if key not in self.cells or not there or there == [key]:
                is_tied &= there == [key]
                continue
            left = self.cells[key].value - sum((self.cells[one].value for one in there), Decimal(0))
            if abs(left) > _EXACT:
                if not with_rest or left < 0:
                    is_tied = False
                    continue
                rest = key._replace(aside=f"rest {by}")
                if rest in self.cells:
                    raise ValueError(f"{total} has two rests beside its {by}.")
                is_known = all(self.cells[one].is_known for one in (key, *there))
                people = self.cells[key].counts_people
                self.cells[rest] = Cell(rest, left, is_shown=False, is_known=is_known, counts_people=people)
                there.append(rest)
            self.tie_keys(key, there)
        return is_tied

    def tie_keys(self, total: Key, parts: Sequence[Key]) -> None:
        """The parts add up to the total, exactly; nothing is said of what is not on the sheet."""
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


def adds_over_time(line: Line) -> bool:
    """Whether a longer span is the sum of the shorter ones in it."""
    if line.kind == RATE_STOCK:
        return line.over_time == PERSON_TIME
    return line.kind in (FLOW, MONEY, RATE, WEIGHTED_AVERAGE, UNDUPLICATED)


def fill(sheet: Sheet, picture: Picture, circle: Circle, consented: Collection[int]) -> None:
    """Put one indicator's figures, and the sums that tie them, on the sheet."""
    line, window = picture.line, picture.window
    totals: dict[date, Place] = {}
    for period, one in picture.trend.items():
        place = totals[period] = whole_place(picture.slug, TOTAL, window, period)
        voices = circles.voices_of(picture, TOTAL, *circles.from_to(window, period))
        _put_whole(sheet, picture, place, one, voices, circle, consented, is_wanted=period == window.period)
    for key, spans in picture.categories.items():
        for period, one in spans.items():
            place = whole_place(picture.slug, key, window, period)
            voices = circles.voices_of(picture, key, *circles.from_to(window, period))
            seen = Seen.PRINTED if period in totals else Seen.NOT
            _put_whole(sheet, picture, place, one, voices, circle, consented, seen=seen)
    _put_partners(sheet, picture, circle, consented)
    _tie_partners(sheet, picture, circle)
    _tie_categories(sheet, picture, totals)
    _put_years(sheet, picture, totals, circle, consented)
    if line.kind == TO_DATE:
        _put_increments(sheet, picture, totals)


def imply(sheet: Sheet, picture: Picture, consented: Collection[int]) -> None:
    """Put the totals of an indicator on the sheet of which something else that is published is computed.

    Whoever has a formula, its result and its other inputs has this one, so it is judged as if it were printed: where it
    must be hidden, what is computed from it is.
    """
    nobody = Circle((), ())
    totals: dict[date, Place] = {}
    for period, one in picture.trend.items():
        place = totals[period] = whole_place(picture.slug, TOTAL, picture.window, period)
        voices = circles.voices_of(picture, TOTAL, *circles.from_to(picture.window, period))
        _put_whole(
            sheet, picture, place, one, voices, nobody, consented,
            seen=Seen.IMPLIED, is_wanted=period == picture.window.period,
        )  # fmt: skip
    _put_years(sheet, picture, totals, nobody, consented, seen=Seen.IMPLIED)
    if picture.line.kind == TO_DATE:
        _put_increments(sheet, picture, totals)


def _put_whole(
    sheet: Sheet,
    picture: Picture,
    place: Place,
    one: Combined,
    voices: Mapping[int, Voice],
    circle: Circle,
    consented: Collection[int],
    *,
    seen: Seen = Seen.PRINTED,
    is_wanted: bool = False,
) -> None:
    """A figure of everybody. Whoever is shown alone is named; where nobody is, whoever agreed may be."""
    named = circle.shown or consented
    sheet.put(
        picture.line, place, one, counts_people=picture.reading.indicator.counts_people, seen=seen,
        is_secret=circles.is_confidential_cell(picture.line, one, voices, consented, named),
        tells_one=circles.tells_one(picture.line, one, voices, named),
        is_wanted=is_wanted,
    )  # fmt: skip


def _put_partners(sheet: Sheet, picture: Picture, circle: Circle, consented: Collection[int]) -> None:
    """Each partner's own figures. Where some are shown, those of the others must not be left over by subtraction."""
    line, window, people = picture.line, picture.window, picture.reading.indicator.counts_people
    own = [(pk, TOTAL, one) for pk, one in picture.parts.items()]
    own += [(pk, key, one) for (pk, key), one in picture.own_categories.items() if pk in picture.parts]
    for pk, key, one in own:
        is_secret = bool(circle.shown) and pk not in consented and circles.size(line, one) > 0
        place = partner_place(picture.slug, picture.codes[pk], key, window)
        seen = Seen.PRINTED if pk in circle.shown else Seen.NOT
        sheet.put(line, place, one, counts_people=people, seen=seen, is_secret=is_secret)
    if circle.together and circle.shown:
        sizes = [circles.size(line, picture.parts[pk]) for pk in circle.together]
        sheet.put(
            line, circles.others_place(picture, circle), circles.together(picture, circle.together),
            counts_people=people, seen=Seen.PRINTED, is_secret=line.kind in EXTREMES or primary.dominated(sizes),
            tells_one=True,
        )  # fmt: skip


def whats(line: Line) -> tuple[str, ...]:
    """The numbers that add up over partners and categories."""
    if line.rule.divides:
        return ("numerator", "denominator")
    return ("upper",) if line.kind == UNDUPLICATED else ("value",)


def adds_up(line: Line) -> bool:
    """Whether partners, and exclusive categories, add up."""
    return line.rule.only_grows or line.rule.is_ratio or line.kind in (UNDUPLICATED, WEIGHTED_AVERAGE)


def exclusive_breakdowns(line: Line) -> list[tuple[str, ...]]:
    """Those whose categories add up to the total."""
    return [breakdown for breakdown in line.breakdowns if line.is_exclusive(breakdown)]


def _tie_partners(sheet: Sheet, picture: Picture, circle: Circle) -> None:
    if not adds_up(picture.line):
        return
    numbers, window = whats(picture.line), picture.window
    for key in (TOTAL, *picture.categories):
        parts = [partner_place(picture.slug, picture.codes[pk], key, window) for pk in picture.parts]
        sheet.tie(whole_place(picture.slug, key, window, window.period), parts, numbers, "partners")
    if circle.together and circle.shown:
        members = [partner_place(picture.slug, picture.codes[pk], TOTAL, window) for pk in circle.together]
        sheet.tie(circles.others_place(picture, circle), members, numbers, "partners")


def _tie_categories(sheet: Sheet, picture: Picture, totals: Mapping[date, Place]) -> None:
    line = picture.line
    if not adds_up(line):
        return
    numbers = whats(line)
    whose = [(picture.codes[pk], [picture.window.period]) for pk in picture.parts]
    for breakdown in exclusive_breakdowns(line):
        keys = [key for key in picture.categories if breakdown_of(key) == breakdown]
        for who, periods in [(WHOLE, list(totals)), *whose]:
            for period in periods:
                span = months_of(picture.window, period)
                cells = [Place(picture.slug, who, key, *span) for key in keys]
                sheet.tie(Place(picture.slug, who, TOTAL, *span), cells, numbers, "+".join(breakdown))
                for margin, inside in _margins(line, breakdown, keys):
                    cells = [Place(picture.slug, who, key, *span) for key in inside]
                    sheet.tie(Place(picture.slug, who, margin, *span), cells, numbers, "margin", with_rest=False)


def _margins(line: Line, breakdown: tuple[str, ...], keys: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Of a cross-tabulation, each category of a plain breakdown with the cells that make it up."""
    if len(breakdown) < 2:
        return
    for slug in breakdown:
        if (slug,) in line.breakdowns:
            for key in line.keys((slug,)):
                yield key, [cell for cell in keys if pairs_of(key)[0] in pairs_of(cell)]


def _put_years(
    sheet: Sheet,
    picture: Picture,
    totals: Mapping[date, Place],
    circle: Circle,
    consented: Collection[int],
    *,
    seen: Seen = Seen.PRINTED,
) -> None:
    line = picture.line
    for readings in picture.years.values():
        for one in readings:
            if not one.now.has_something:
                continue
            place = year_place(picture.slug, one.window)
            inside = [period for period in sorted(totals) if one.window.period <= period <= one.window.last]
            voices = circles.voices_of(picture, TOTAL, one.window.period, one.window.last)
            _put_whole(sheet, picture, place, one.now, voices, circle, consented, seen=seen)
            spans = [totals[period] for period in inside]
            if adds_over_time(line):
                by = f"year {one.window.year_starts} {picture.window.grain}"
                is_tied = sheet.tie(place, spans, whats(line), by)
            else:
                is_tied = sheet.tie(place, spans[-1:], whats(line), "last", with_rest=False)
            if not is_tied or line.kind == AVERAGE_STOCK:
                sheet.untied[place] = spans  # how it hangs together is not said, so it falls with any of them


def raise_bounds(sheet: Sheet, picture: Picture, hidden: Collection[Place]) -> None:
    """A year's lower end that is rounded down is no less than that of a span in it which readers see: they know that
    much, and would not understand less."""
    for readings in picture.years.values():
        for one in readings:
            place = year_place(picture.slug, one.window)
            if place not in sheet.bounds:
                continue
            true = sheet.cells[Key("lower", place)].value
            for period in picture.trend:
                inside = whole_place(picture.slug, TOTAL, picture.window, period)
                key = Key("lower", inside)
                if key in sheet.cells and one.window.period <= period <= one.window.last and inside not in hidden:
                    shown = sheet.bounds.get(inside, sheet.cells[key].value)
                    if sheet.bounds[place] < shown <= true:
                        sheet.bounds[place] = shown


def _put_increments(sheet: Sheet, picture: Picture, totals: Mapping[date, Place]) -> None:
    """What came between two totals to date of one year: whoever has both has it."""
    grain, starts = Grain(picture.window.grain), picture.window.tenant_starts
    for period, place in totals.items():
        before = totals.get(add_months(period, -grain.months))
        if before is None or start_of(Grain.YEAR, period, starts) == period:
            continue
        now, then = (sheet.cells.get(Key("value", one)) for one in (place, before))
        if now is None or then is None or now.value < then.value:
            continue
        came = Key("value", place, aside="came")
        sheet.cells[came] = Cell(
            came, now.value - then.value, is_shown=False, is_known=now.is_known and then.is_known,
            counts_people=now.counts_people,
        )  # fmt: skip
        sheet.sums.append(Sum(now.key, (then.key, came)))


def hidden_places(sheet: Sheet, decision: Decision) -> frozenset[Place]:
    """The figures that are not printed though they would be, and those that must not follow from what is: one of their
    numbers is hidden now, was before and is still the same, or the whole of it is somebody's secret."""
    gone = {key.place for key in decision.hidden if not key.aside} | sheet.secret
    here: dict[Place, dict[str, Decimal]] = {}
    for key, cell in sheet.cells.items():
        if not key.aside:
            here.setdefault(key.place, {})[key.what] = cell.value
    gone |= {place for place in sheet.withheld if place in here and sheet.stays_hidden(place, here[place])}
    gone |= {place for place, spans in sheet.untied.items() if any(span in gone for span in spans)}
    there = sheet.printed | sheet.implied
    for slug in sheet.below_zero:
        # No sum with what is below zero takes part in the attack, so that one hidden figure takes all others along.
        others = {place for place in there if place.indicator == slug}
        if others & gone:
            gone |= others
    return frozenset(gone & there)
