"""What a clever reader can compute of the hidden cells, and which cells would stop it. Linear programs, by HiGHS.

The only module of the rules that computes in floats, since that is what a solver does. Nothing is believed that it
says: where all values are whole numbers, a point counts only when it is one of whole numbers too and every sum holds
exactly. So a wide range is proved by two possible tables that anybody can add up; what cannot be proved is a breach.
Only in large tables of three margins or more, when no such point is near, one of halves and thirds is taken instead,
and the range that it gives is cut down to whole numbers.

scipy is imported when the first program is solved: web processes never come here.

Source: product specification, N15; the attacker's problem, and protection by moving amounts along a cheapest cycle of
cells, as in Kelly, Golden and Assad, *Cell suppression: disclosure protection for sensitive tabular data*, Networks 22
(1992), and Fischetti and Salazar, *Solving the cell suppression problem on tabular data with linear constraints*, Management
Science 47 (2001).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import ROUND_DOWN, Decimal
from math import log10
from typing import Any

from measures.rules.disclosure.board import Board
from measures.rules.figures import ZERO

# What a unit moved in a sensitive cell earns, and what it costs to move one in another cell so that the sums hold: in
# cells that stay hidden anyway next to nothing, in others at least 1, in those that readers come for more, in those of
# nobody the most. A way through ten
# thousand cells still pays, so costs choose among ways and never forbid one.
GAIN, HIDDEN, ONCE, WANTED, NOBODY = 1e5, 0.01, 1.0, 20.0, 50.0
CLOSE = 1e-6
FRUGAL = 500_000  # places times cells: up to here a part is small enough for a program for each place
STEPS = (2, 6)
SEARCHED = 60  # cells: up to here whole numbers are searched for when there is no other way
SECONDS = 2.0  # for one program in whole numbers; then the best of what was found is taken, which errs on the safe side

# By how much each cell that moves is more, or less, than it truly is.
Point = Mapping[int, Decimal]
_NOWHERE: Point = {}


class Ranges:
    """For each sensitive place two possible tables: one in which it is least, one in which it is most.

    They stay possible while more is hidden, and while nothing that moves in one of them is shown again. So whoever is
    wide enough needs no further program.
    """

    def __init__(self, board: Board):
        self.board = board
        self.least: dict[int, Point] = dict.fromkeys(board.sensitive, _NOWHERE)
        self.most: dict[int, Point] = dict.fromkeys(board.sensitive, _NOWHERE)

    def below(self, place: int) -> Decimal:
        """By how much less it can be, in whole numbers where it is one."""
        return -self._change(place, self.least[place])

    def above(self, place: int) -> Decimal:
        return self._change(place, self.most[place])

    def _change(self, place: int, point: Point) -> Decimal:
        change = point.get(place, ZERO)
        value = self.board.values[place]
        return change.to_integral_value(ROUND_DOWN) if value == value.to_integral_value() else change

    def narrow(self) -> list[int]:
        """The places whose range is not wide enough as far as is proved."""
        widths = self.board.widths
        return [place for place in sorted(widths) if self.below(place) + self.above(place) < widths[place]]

    def bounds(self, place: int) -> tuple[Decimal, Decimal]:
        value = self.board.values[place]
        return value - self.below(place), value + self.above(place)

    def moving(self, places: Iterable[int]) -> set[int]:
        """All cells that move in the tables that prove the ranges of these."""
        return {one for place in places for point in (self.least[place], self.most[place]) for one in point}

    def attack(self, places: Collection[int], among: Collection[int], *, is_frugal: bool = False) -> None:
        """Move these places as far as they need, up and down, while only cells `among` may move, at the least cost.

        `is_frugal`: one place after the other, each by cells that others needed before it as far as they go; that
        takes many programs and moves the fewest cells. Else as many as can be at once.
        """
        for part in _parts(self.board, among):
            if aims := [place for place in sorted(places) if place in part]:
                program = _Program(self.board, part)
                if not is_frugal or len(aims) * len(part) > FRUGAL:
                    for sign in (-1, 1):
                        self._move_together(aims, sign, program)
                for place in aims:
                    for sign in (-1, 1):
                        if alone := self._aims([place], sign):
                            program.use(self._keep(program.move(alone, sign)))

    def _move_together(self, places: list[int], sign: int, program: _Program) -> None:
        """Move all at once, then those that did not come far enough, as long as that brings some of them there."""
        aims = self._aims(places, sign)
        while len(aims) > 1 and (point := program.move(aims, sign, is_quick=True)):
            program.use(self._keep(point))
            reached = {place for place in aims if sign * point.get(place, ZERO) >= aims[place]}
            if not reached:
                break
            aims = {place: amount for place, amount in aims.items() if place not in reached}

    def _aims(self, places: Iterable[int], sign: int) -> dict[int, Decimal]:
        """How far each must be moved that way: down to zero if it can, and the rest of its width up."""
        aims = {}
        for place in places:
            needed, below, above = self.board.widths[place], self.below(place), self.above(place)
            if below + above < needed:
                amount = min(needed, self.board.values[place]) if sign < 0 else needed - below
                if amount > (below if sign < 0 else above):
                    aims[place] = amount
        return aims

    def _keep(self, point: Point) -> set[int]:
        """Remember a possible table for every place that it takes farther; return what moves in it, if it is of use."""
        widths, is_used = self.board.widths, False
        for place in point:
            if place in widths and self.below(place) + self.above(place) < widths[place]:
                change = self._change(place, point)
                if change > self.above(place):
                    self.most[place], is_used = point, True
                elif -change > self.below(place):
                    self.least[place], is_used = point, True
        return set(point) if is_used else set()


class _Program:
    """The cells of one connected part that may move; every line must hold. Two columns for each: more, and less."""

    def __init__(self, board: Board, places: Collection[int]):
        import numpy
        from scipy.sparse import csc_array

        self.board, self.places = board, sorted(places)
        self.column = {place: number for number, place in enumerate(self.places)}
        self.lines = sorted({line for place in places for line in board.lines_of[place]})
        rows, columns, signs = [], [], []
        for row, line in enumerate(self.lines):
            total, parts = board.lines[line]
            for place, sign in ((total, -1.0), *((part, 1.0) for part in parts)):
                if place in self.column:
                    rows += [row, row]
                    columns += [self.column[place], len(self.places) + self.column[place]]
                    signs += [sign, -sign]
        self.shape = len(self.lines), 2 * len(self.places)
        self.matrix = csc_array((signs, (rows, columns)), shape=self.shape)
        values = [board.values[place] for place in self.places]
        self.is_whole = all(value == value.to_integral_value() for value in values)
        self.most = numpy.array([numpy.inf] * len(values) + [float(value) for value in values])
        self.costs = numpy.array([_cost(board, place) for place in self.places] * 2)

    def use(self, places: Iterable[int]) -> None:
        """These will be hidden now whatever follows: moving them costs next to nothing."""
        for place in places:
            self.costs[[self.column[place], len(self.places) + self.column[place]]] = HIDDEN

    def move(self, aims: Mapping[int, Decimal], sign: int, *, is_quick: bool = False) -> Point:
        """A possible table with these places as far up (or down) as they can be together, at most by their amounts.

        `is_quick`: do not search long for whole numbers; then nothing moves when none are found.
        """
        import numpy

        costs, most = self.costs.copy(), self.most.copy()
        for place, amount in aims.items():
            more, less = self.column[place], self.column[place] + len(self.places)
            towards, away = (more, less) if sign > 0 else (less, more)
            costs[towards], most[towards], most[away] = -GAIN, float(amount), 0.0
        first = self._solve(costs, most)
        point = self._read(first)
        if point is None and self.is_whole:
            # With three margins or more the best may be halves, thirds …: not where all limits are multiples of two …
            for step in STEPS:
                point = point or self._read(self._solve(costs, numpy.floor(most / step) * step))
            is_short = point is None or any(sign * point.get(place, ZERO) < aims[place] for place in aims)
            if is_short and not is_quick and len(self.places) <= SEARCHED:
                point = self._read(self._solve(costs, most, is_whole=True)) or point
            elif point is None and not is_quick:
                point = self._read(first, is_whole=False)
        return point or _NOWHERE

    def _solve(self, costs: Any, most: Any, *, is_whole: bool = False) -> Any:
        import numpy
        from scipy.optimize import Bounds, LinearConstraint, milp

        constraints = LinearConstraint(self.matrix, 0, 0) if self.lines else None
        integrality = numpy.ones(self.shape[1]) if is_whole else None
        options = {"time_limit": SECONDS} if is_whole else {}
        return milp(costs, integrality=integrality, bounds=Bounds(0, most), constraints=constraints, options=options).x

    def _read(self, columns: Any, *, is_whole: bool | None = None) -> Point | None:
        """The solver's answer as a point, if it is a possible table when it is looked at closely; else None."""
        if columns is None:
            return None
        is_whole = self.is_whole if is_whole is None else is_whole
        changes = columns[: len(self.places)] - columns[len(self.places) :]
        moved = [number for number in abs(changes).nonzero()[0] if abs(changes[number]) > CLOSE]
        if is_whole and any(abs(changes[number] - round(changes[number])) > CLOSE * 100 for number in moved):
            return None
        digits = 0 if is_whole else 9
        point = {self.places[number]: Decimal(str(round(float(changes[number]), digits))) for number in moved}
        slack = ZERO if is_whole else Decimal(str(CLOSE)) * 10
        values = self.board.values
        if any(change < -values[place] - slack for place, change in point.items()):
            return None
        for line in {line for place in point for line in self.board.lines_of[place]}:
            total, parts = self.board.lines[line]
            if abs(sum((point.get(part, ZERO) for part in parts), -point.get(total, ZERO))) > slack * (1 + len(parts)):
                return None
        return point


def _cost(board: Board, place: int) -> float:
    if place in board.primaries or not board.cells[place].is_shown:
        return HIDDEN
    if board.values[place] == 0:
        return NOBODY
    return (WANTED if board.cells[place].is_wanted else ONCE) + log10(1 + board.values[place])


def _parts(board: Board, among: Collection[int]) -> list[set[int]]:
    """The cells that may move, in connected parts; without those that cannot, being alone in one of their lines."""
    free = set(among)
    counts = [0] * len(board.lines)
    for place in free:
        for line in board.lines_of[place]:
            counts[line] += 1
    alone = [line for line, count in enumerate(counts) if count == 1]
    while alone:
        total, parts = board.lines[alone.pop()]
        for place in (total, *parts):
            if place in free:
                free.remove(place)
                for line in board.lines_of[place]:
                    counts[line] -= 1
                    if counts[line] == 1:
                        alone.append(line)
    found = []
    for start in sorted(free):
        if start not in free:
            continue
        part, waiting = {start}, [start]
        free.remove(start)
        while waiting:
            for line in board.lines_of[waiting.pop()]:
                total, rest = board.lines[line]
                for place in (total, *rest):
                    if place in free:
                        free.remove(place)
                        part.add(place)
                        waiting.append(place)
        found.append(part)
    return found
