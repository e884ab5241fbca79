"""What else is hidden in the line of a hidden cell, so that the rest of a total does not tell it. Pure.

The classical first step of complementary suppression, line by line. It does not see what several lines tell
together; that is the attack's part. Source: product specification, N15.
"""

from __future__ import annotations

from decimal import Decimal

from measures.rules.disclosure.board import Board


def complete(board: Board) -> None:
    """Hide one cell after the other until every line is settled, or has nothing left that could be hidden."""
    has_changed = True
    while has_changed:
        has_changed = False
        for line in range(len(board.lines)):
            while not board.is_settled(line) and (choices := _choices(board, line)):
                board.hide(min(choices, key=lambda place: _rank(board, place)))
                has_changed = True


def _choices(board: Board, line: int) -> list[int]:
    total, parts = board.lines[line]
    return [place for place in (total, *parts) if board.can_be_hidden(place)]


def _rank(board: Board, place: int) -> tuple[bool, bool, bool, Decimal, int]:
    """Nobody last, before it what readers come for; single ones before sums (so parts before their total), then the
    smallest."""
    value = board.values[place]
    return (value == 0, board.cells[place].is_wanted, place in board.totals, value, place)
