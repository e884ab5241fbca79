"""Statistical disclosure control: what a published table hides, so that nobody can compute what it must not tell.

`suppress` decides what is hidden in a table, `audit` attacks what somebody else decided. In the order of use:

    cells        Cell, Sum, Table, Decision       what a reader sees, and what ties it together
    primary      is_primary(), dominated()…       what is hidden for its own sake; groups() of reluctant partners
    board        Board, boards()                  one connected part of a table, with what is hidden so far
    complements  complete()                       what goes with it, line by line
    attack       Ranges                           what linear programs can still compute, and what stops them

Pure like all rules: no Django, no clock. The order in which cells and sums are given makes no difference.

Source: product specification, 3.8 and N15; reliability, B17.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from types import MappingProxyType

from measures.rules.disclosure.attack import Ranges
from measures.rules.disclosure.board import Board, boards
from measures.rules.disclosure.cells import Breach, Cell, Decision, Key, Sum, Table, Why
from measures.rules.disclosure.complements import complete

__all__ = ["Breach", "Cell", "Decision", "Key", "Sum", "Table", "Why", "audit", "suppress"]

# Told after each connected part of the table: how many are done, of how many.
Progress = Callable[[int, int], None]


def suppress(table: Table, threshold: int, *, progress: Progress | None = None) -> Decision:
    """What is hidden of a table so that of no small or secret cell a reader can compute more than a wide range.

    The reader knows every cell that is shown, every one that is known from before, all sums, and that nothing is
    negative. First the small and the secret ones are hidden with what is bound to them, then a complement in each line
    that would tell them, then what stops the attack; at last complements are shown again that turned out to be of no
    use. Cells that are not shown are named among the hidden ones too when they are small: that they can not be
    computed either is a promise. A cell that is known already is hidden if it is small, and is nobody's breach.
    """
    hidden: dict[Key, Why] = {}
    breaches: list[Breach] = []
    parts = list(boards(table, threshold))
    for done, board in enumerate(parts, 1):
        breaches += _protect(board)
        hidden |= {board.cells[place].key: why for place, why in sorted(board.why.items())}
        if progress is not None:
            progress(done, len(parts))
    return Decision(MappingProxyType(hidden), tuple(breaches))


def audit(
    table: Table, hidden: Collection[Key], threshold: int, *, progress: Progress | None = None
) -> tuple[Breach, ...]:
    """Each small or secret cell of which a reader can tell too much when exactly these are hidden; empty when safe."""
    breaches: list[Breach] = []
    parts = list(boards(table, threshold))
    for done, board in enumerate(parts, 1):
        board.why.update((place, Why.WITH) for place, cell in enumerate(board.cells) if cell.key in hidden)
        ranges = Ranges(board)
        ranges.attack(ranges.narrow(), _unknown(board))
        breaches += _breaches(board, ranges)
        if progress is not None:
            progress(done, len(parts))
    return tuple(breaches)


def _protect(board: Board) -> list[Breach]:
    board.hide_primaries()
    ranges = Ranges(board)
    while True:
        complete(board)
        ranges.attack(ranges.narrow(), _unknown(board))
        narrow = ranges.narrow()
        if not narrow:
            break
        # Which further cells, if they were hidden too, would let these move far enough?
        ranges.attack(narrow, [place for place in range(len(board.cells)) if not board.cells[place].is_known])
        helped = set(narrow).difference(ranges.narrow())
        further = [place for place in sorted(ranges.moving(helped)) if board.can_be_hidden(place)]
        if not further:
            break
        for place in further:
            board.hide(place)
    return _breaches(board, _show_the_useless(board) or ranges)


def _unknown(board: Board) -> list[int]:
    return [place for place in range(len(board.cells)) if board.is_unknown(place)]


def _show_the_useless(board: Board) -> Ranges | None:
    """Show complements again that no line needs and no proof of a range, the largest first; return the proofs.

    What was hidden line by line is often more than enough once it is seen as a whole. None, and all stays: not every
    range can be proved anew.
    """
    ranges = Ranges(board)
    ranges.attack(board.sensitive, _unknown(board), is_frugal=True)
    if ranges.narrow():
        return None
    used = ranges.moving(board.sensitive) | board.primaries
    useless = [place for place in board.why if used.isdisjoint(board.tied(place))]
    for place in sorted(useless, key=lambda place: (not board.cells[place].is_wanted, -board.values[place], place)):
        if place not in board.why:
            continue  # shown with another one that it is bound to
        before = {one: board.why[one] for one in board.tied(place)}
        lines = {line for one in before for line in board.lines_of[one] if board.is_settled(line)}
        board.show(place)
        if not all(map(board.is_settled, lines)):
            board.why |= before
    return ranges


def _breaches(board: Board, ranges: Ranges) -> list[Breach]:
    found = {}
    for line in range(len(board.lines)):
        rest = board.rest_of(line)
        if rest is not None and rest < board.threshold:
            for place in board.sensitive.intersection(board.unknown_in(line)):
                found[place] = Breach(board.cells[place].key, board.values[place] * 0, rest)
    for place in ranges.narrow():
        found[place] = Breach(board.cells[place].key, *ranges.bounds(place))
    return [found[place] for place in sorted(found)]
