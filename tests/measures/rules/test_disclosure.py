"""What a published table hides: worked examples, 500 tables by chance against a reader of their own, and properties."""

from __future__ import annotations

import random
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import measures.rules
from measures.rules.disclosure import Breach, Cell, Sum, Table, Why, attack, audit, suppress
from measures.rules.disclosure.board import boards
from measures.rules.disclosure.complements import complete
from measures.rules.disclosure.primary import (
    dominated,
    few_partners,
    groups,
    is_primary,
    width,
)
from measures.rules.small import counts_of, is_few, is_small

from .tables import by_chance, by_programs, by_trying, cube, one_way, rate, square, to_date, to_protect

K = 11


def hidden(table: Table, threshold: int = K) -> dict:
    """What is hidden, of a table that can be published and that withstands the audit."""
    decision = suppress(table, threshold)
    assert decision.breaches == ()
    assert audit(table, decision.hidden, threshold) == ()
    return dict(decision.hidden)


def by_lines(table: Table) -> set:
    """What is hidden before the attack."""
    (board,) = boards(table, K)
    board.hide_primaries()
    complete(board)
    return {board.cells[place].key for place in board.why}


def changed(table: Table, **cells: dict) -> Table:
    """The same table with other marks on some cells."""
    names = ("value", "is_shown", "is_known", "is_secret", "counts_people")
    return Table(
        tuple(
            Cell(cell.key, **{name: getattr(cell, name) for name in names} | cells.get(str(cell.key), {}))
            for cell in table.cells
        ),
        table.sums,
        table.bonds,
    )


# --- what is hidden for its own sake ---


def test_few_are_hidden_and_nobody_is_not():
    assert [is_few(Decimal(value), K) for value in (0, 1, 10, 11)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("numerator", "denominator", "small"),
    [(3, 50, True), (48, 50, True), (40, 50, True), (39, 50, False), (0, 50, False), (50, 50, False), (2, 3, True),
     (0, 0, False), (0, 5, True)],
)  # fmt: skip
def test_a_rate_tells_of_those_who_are_counted_and_of_those_who_are_not(numerator, denominator, small):
    assert is_small(counts_of(None, Decimal(numerator), Decimal(denominator)), K) is small


def test_a_sum_of_two_partners_or_of_a_dominant_one_is_a_secret():
    assert [few_partners(count) for count in range(4)] == [False, True, True, False]
    assert dominated([Decimal(81), Decimal(10), Decimal(9)])
    assert not dominated([Decimal(80), Decimal(10), Decimal(10)])
    assert not dominated([Decimal(0), Decimal(0)])
    assert not dominated([])


@pytest.mark.parametrize(
    ("partners", "shown", "together"),
    [
        ([("a", 5, True), ("b", 9, True), ("c", 1, True)], "abc", ""),
        ([("a", 5, True), ("b", 9, False), ("c", 1, True), ("d", 7, True)], "d", "abc"),
        ([("a", 5, True), ("b", 9, False), ("c", 5, True), ("d", 5, True), ("e", 0, False)], "cd", "abe"),
        ([("a", 5, False), ("b", 9, False), ("c", 1, False), ("d", 7, True)], "d", "abc"),
        ([("a", 5, True), ("b", 9, False)], "", "ab"),
        ([("a", 5, True), ("b", 9, True)], "ab", ""),
        ([("a", 5, False)], "", "a"),
        ([], "", ""),
    ],
)
def test_others_are_nobody_or_at_least_three(partners, shown, together):
    for order in (partners, partners[::-1]):
        answer = groups((name, Decimal(value), consented) for name, value, consented in order)
        assert answer == (tuple(shown), tuple(together))


def test_how_wide_a_range_must_stay():
    people, money = Cell("a", Decimal(5000)), Cell("b", Decimal(5000), is_secret=True, counts_people=False)
    assert (width(people, K), width(money, K)) == (10, 1000)
    assert width(Cell("c", Decimal(20), is_secret=True, counts_people=False), K) == 10


# --- worked examples ---


def test_the_smallest_goes_with_a_small_one():
    ages = one_way(52, a=4, b=30, c=18)
    assert hidden(ages) == {"a": Why.SMALL, "c": Why.WITH}
    assert by_programs([(ages, {"a", "c"}, ["a"])]) == [{"a": [0, 22]}]


def test_two_small_ones_of_together_fewer_than_the_threshold_need_a_third():
    ages = one_way(300, a=4, b=200, c=90, unknown=6)
    assert hidden(ages) == {"a": Why.SMALL, "unknown": Why.SMALL, "c": Why.WITH}
    assert {one.key for one in audit(ages, {"a", "unknown"}, K)} == {"a", "unknown"}


def test_zero_is_shown():
    assert hidden(one_way(94, a=4, b=0, c=90)) == {"a": Why.SMALL, "c": Why.WITH}
    assert hidden(one_way(90, a=0, b=0, c=90)) == {}


def test_a_total_goes_before_a_zero_and_a_zero_when_nothing_else_is_left():
    lone = changed(one_way(50, a=50, b=0), a={"is_secret": True})
    assert hidden(lone) == {"a": Why.SECRET, "total": Why.WITH}
    assert hidden(changed(lone, total={"is_known": True})) == {"a": Why.SECRET, "b": Why.WITH}


def test_a_part_goes_before_its_total():
    alike = changed(one_way(50, a=0, z=50), a={"is_secret": True})
    assert hidden(alike) == {"a": Why.SECRET, "z": Why.WITH}


def test_a_single_one_goes_before_a_sum():
    ages = one_way(59, a=4, c=30, young=25)
    parts = (Cell("p", Decimal(12)), Cell("q", Decimal(13)))
    assert by_lines(Table((*ages.cells, *parts), (*ages.sums, Sum("young", ("p", "q"))))) == {"a", "c"}


def test_a_lone_secret_gets_company_in_its_line():
    assert by_lines(changed(one_way(100, a=50, b=20, c=30), a={"is_secret": True})) == {"a", "b"}


def test_what_is_not_printed_is_company_enough():
    assert hidden(changed(one_way(52, a=4, b=30, c=18), b={"is_shown": False})) == {"a": Why.SMALL}


def test_nothing_is_hidden_when_the_total_is_hidden_for_itself():
    assert hidden(one_way(9, a=9, b=0)) == {"a": Why.SMALL, "total": Why.SMALL}


def test_what_cannot_be_helped_is_a_breach():
    table = changed(one_way(10, a=4, b=6), total={"is_known": True})
    decision = suppress(table, K)
    assert decision.breaches == (Breach("a", Decimal(0), Decimal(10)), Breach("b", Decimal(0), Decimal(10)))
    alone = changed(one_way(24, a=4, b=20), total={"is_known": True}, b={"is_known": True})
    assert suppress(alone, K).breaches == (Breach("a", Decimal(4), Decimal(4)),)


def test_the_audit_finds_what_is_shown_though_it_is_small():
    table = one_way(52, a=4, b=30, c=18)
    assert audit(table, (), K) == (Breach("a", Decimal(4), Decimal(4)),)
    assert audit(table, {"a"}, K) == (Breach("a", Decimal(4), Decimal(4)),)
    assert audit(table, {"a", "b", "c"}, K) == ()


def test_a_range_that_is_too_narrow_by_one_is_a_breach():
    """15 and 6 could be 11 … 21 and 0 … 10: who is known to be at least 11 leaves ten."""
    table = changed(one_way(27, a=6, b=15, c=6), c={"is_known": True})
    assert audit(table, {"a", "b"}, K) == ()
    assert audit(changed(one_way(15, a=6, b=9), b={"counts_people": False}), {"a", "b"}, K) == ()
    narrow = changed(one_way(10, a=6, b=4), b={"counts_people": False}, total={"is_known": True})
    assert audit(narrow, {"a", "b"}, K) == (Breach("a", Decimal(0), Decimal(10)),)  # wide enough, but the rest is 10
    assert audit(one_way(11, a=6, b=5), {"a", "b"}, K) == ()


def test_months_to_date_tell_a_month():
    """November to date less October to date is November, whether or not it is printed."""
    months = [{"a": 40, "b": 60}, {"a": 4, "b": 50}]
    for are_months_shown in (True, False):
        table = to_date(months, are_months_shown=are_months_shown)
        found = hidden(table)
        assert found["a", 2, 2] is Why.SMALL
        assert {("a", 1, 1), ("a", 1, 2)} & set(found)  # or else their difference would be 4
        low, high = by_programs([(table, found, [("a", 2, 2)])])[0]["a", 2, 2]
        assert high - low >= 10


def test_partners_by_categories_by_months():
    chance = random.Random(3)  # noqa: S311
    values = {
        (p, c, m): chance.choice([3, 7, 15, 40, 80, 120, 0])
        for p in range(1, 5) for c in range(1, 4) for m in range(1, 4)
    }  # fmt: skip
    table = cube(values)
    found = hidden(table)
    small = to_protect(table, K)
    assert small
    ranges = by_programs([(table, found, small)])[0]
    assert all(high - low >= 10 - 1e-6 for low, high in ranges.values())


def test_what_was_published_before_makes_another_complement_necessary():
    table = one_way(100, a=4, b=20, c=30, d=46)
    assert hidden(table) == {"a": Why.SMALL, "b": Why.WITH}
    assert hidden(changed(table, b={"is_known": True})) == {"a": Why.SMALL, "c": Why.WITH}


def test_a_small_one_that_is_known_stays_hidden_and_is_nobodys_breach():
    table = changed(one_way(52, a=4, b=30, c=18), a={"is_known": True})
    assert hidden(table) == {"a": Why.SMALL}


@pytest.mark.parametrize("numerator", [3, 48])
def test_all_of_a_rate_hides_together(numerator):
    assert set(hidden(rate(numerator, 50))) == {"numerator", "rest", "denominator"}


def test_a_rate_of_a_denominator_that_is_known():
    assert set(hidden(rate(3, 50, is_denominator_known=True))) == {"numerator", "rest", "denominator"}
    assert suppress(rate(1, 9, is_denominator_known=True), K).breaches
    assert hidden(rate(25, 50)) == {}


def test_two_ways_leak_line_by_line_and_the_attack_sees_it():
    """Each line that holds a small one has its complement, and still another line gives that away."""
    table = square([4, 20, 50, 60], [30, 70, 80, 90], [15, 61, 71, 81])
    first = by_lines(table)
    assert [one.key for one in audit(table, first, K)] == [(1, 1)]
    assert by_programs([(table, first, [(1, 1)])]) == [{(1, 1): [4, 4]}]
    found = hidden(table)
    assert len(found) == 4  # a rectangle
    assert {row for row, _ in found} == {1, 3}


def test_what_is_of_no_use_in_the_end_is_shown_again():
    """The attack closes a rectangle; what the two lines of the small one had chosen for themselves is let go."""
    table = square([60, 30, 40, 30], [15, 30, 12, 3], [20, 60, 60, 30])
    assert by_lines(table) == {(2, 4), (2, 3), (1, 4)}
    assert set(hidden(table)) == {(2, 4), (2, 1), (3, 4), (3, 1)}


def test_money_of_a_dominant_partner_keeps_a_fifth_of_its_value():
    parts = {"a": 1000, "b": 30, "c": 60, "d": 900}
    table = changed(
        one_way(1990, **parts),
        a={"is_secret": True, "counts_people": False},
        **{name: {"counts_people": False} for name in ("b", "c", "d", "total")},
    )
    found = hidden(table)
    low, high = by_programs([(table, found, ["a"])])[0]["a"]
    assert high - low >= 200
    square_of_money = changed(
        square([1000, 50, 900], [60, 70, 800], [900, 800, 700]),
        **{"(1, 1)": {"is_secret": True, "counts_people": False}},
    )
    corners = {(1, 1), (1, 2), (2, 1), (2, 2)}
    assert audit(square_of_money, corners, K) == (Breach((1, 1), Decimal(930), Decimal(1050)),)


def test_broken_numbers_are_judged_too():
    amounts = {"a": "10.25", "b": "99.50", "c": "33.333333333333"}
    total = sum(map(Decimal, amounts.values()))
    cells = [Cell(name, Decimal(value), counts_people=False, is_secret=name == "a") for name, value in amounts.items()]
    table = Table((*cells, Cell("total", total, counts_people=False)), (Sum("total", ("a", "b", "c")),))
    assert hidden(table) == {"a": Why.SECRET, "c": Why.WITH}


@pytest.mark.parametrize("without", ["STEPS", "SEARCHED"])
def test_nobody_is_half_a_person(without, monkeypatch):
    """3 could be 0 if two others could be 3½; in whole people it is 1 or 3."""
    monkeypatch.setattr(attack, without, () if without == "STEPS" else 0)
    values = {"a": 2, "b": 2, "c": 0, "t": 3, "ab": 7, "bc": 5, "ac": 5}
    cells = (Cell(name, Decimal(value), counts_people=name == "t") for name, value in values.items())
    table = Table(tuple(cells), tuple(Sum(total, (*total, "t")) for total in ("ab", "bc", "ac")))
    assert by_programs([(table, set("abct"), ["t"])]) == [{"t": [0, 3]}]
    assert by_trying(table, set("abct"), most=8)["t"] == {1, 3}
    assert audit(table, set("abct"), 4) == (Breach("t", Decimal(1), Decimal(3)),)


@pytest.mark.parametrize(
    ("more", "less", "why"),
    [([5, 0], [0, 5], "less than nobody"), ([2, 0], [0, 1], "no sum"), ([0.5, 0], [0, 0.5], "half a person")],
)
def test_nothing_is_believed_of_a_solver(more, less, why):
    (board,) = boards(one_way(8, a=4, b=4), K)
    program = attack._Program(board, [0, 1])
    assert program._read(numpy.array([1.0, 0, 0, 1.0])) == {0: 1, 1: -1}
    assert program._read(numpy.array([*more, *less], dtype=numpy.float64)) is None, why


def test_cells_that_nothing_ties_stand_alone():
    cells = (Cell("a", Decimal(4)), Cell("b", Decimal(40)), Cell("c", Decimal(9), counts_people=False))
    assert hidden(Table(cells)) == {"a": Why.SMALL}


def test_it_says_how_far_it_is():
    said = []
    table = Table((Cell("a", Decimal(4)), Cell("b", Decimal(4)), Cell("c", Decimal(40))))
    suppress(table, K, progress=lambda done, of: said.append((done, of)))
    audit(table, {"a", "b"}, K, progress=lambda done, of: said.append((done, of)))
    assert said == [(1, 2), (2, 2)] * 2


@pytest.mark.parametrize(
    ("cells", "sums", "bonds", "words"),
    [
        ([("a", 4), ("a", 5)], [], [], "two cells"),
        ([("a", -4)], [], [], "negative"),
        ([("a", 4), ("b", 5)], [("b", ("a",))], [], "add up to 4, not to 5"),
        ([("a", 8), ("b", 4)], [("a", ("b", "b"))], [], "twice"),
        ([("a", 0)], [("a", ())], [], "no parts"),
        ([("a", 0)], [], [{"a", "z"}], "no cell"),
    ],
)
def test_what_cannot_be_judged_is_refused(cells, sums, bonds, words):
    with pytest.raises(ValueError, match=words):
        Table(
            tuple(Cell(key, Decimal(value)) for key, value in cells),
            tuple(Sum(total, parts) for total, parts in sums),
            tuple(map(frozenset, bonds)),
        )


# --- 500 tables against readers who know nothing of our attack ---


@pytest.mark.parametrize("first", range(0, 500, 100))
def test_no_reader_computes_a_small_cell(first):
    decided = []
    for seed in range(first, first + 100):
        table, threshold = by_chance(seed)
        decision = suppress(table, threshold)
        lost = {one.key for one in decision.breaches}
        assert {one.key for one in audit(table, decision.hidden, threshold)} == lost
        decided.append(
            (seed, table, threshold, decision, [key for key in to_protect(table, threshold) if key not in lost])
        )
    found = by_programs((table, decision.hidden, safe) for _, table, _, decision, safe in decided)
    hopeless = []
    for (seed, table, threshold, decision, safe), ranges in zip(decided, found + [{}] * 100, strict=False):
        cells = {cell.key: cell for cell in table.cells}
        for key in safe:
            low, high = ranges[key]
            assert high - low >= width(cells[key], threshold) - Decimal("1e-5"), f"table {seed}, cell {key}"
        for key in narrow_lines(table, decision.hidden, threshold):
            assert key not in safe, f"table {seed}, the line of {key}"
        if decision.breaches:
            everything = {cell.key for cell in table.cells if cell.is_shown}
            hopeless.append((seed, table, threshold, everything, [one.key for one in decision.breaches]))
    # What is declared a breach is one even when everything that can be hidden is hidden.
    found = by_programs((table, everything, lost) for _, table, _, everything, lost in hopeless)
    for (seed, table, threshold, everything, lost), ranges in zip(hopeless, found, strict=True):
        in_lines = narrow_lines(table, everything, threshold)
        for key in lost:
            low, high = ranges[key]
            assert high - low < threshold - 1 or key in in_lines, f"table {seed}, cell {key} could be helped"


def narrow_lines(table: Table, gone, threshold: int) -> set:
    """Whatever is to be protected in a line whose unknown parts add up to less than the threshold, as all can see."""
    cells = {cell.key: cell for cell in table.cells}
    unknown = {cell.key for cell in table.cells if not cell.is_known and (cell.key in gone or not cell.is_shown)}
    protected = set(to_protect(table, threshold))
    found = set()
    for one in table.sums:
        rest = [key for key in one.parts if key in unknown]
        if one.total not in unknown and sum(cells[key].value for key in rest) < threshold:
            found |= protected.intersection(rest)
    return found


def test_going_through_all_tables_finds_no_small_cell_either():
    tried = 0
    for seed in range(8, 500, 9):  # the tiny ones
        table, threshold = by_chance(seed)
        decision = suppress(table, threshold)
        lost = {one.key for one in decision.breaches}
        singles = [key for key in decision.hidden if 0 not in key]
        if not decision.hidden or len(singles) > 4:
            continue
        possible = by_trying(table, decision.hidden, most=12)
        for key in to_protect(table, threshold):
            if key not in lost:
                assert max(possible[key]) - min(possible[key]) >= threshold - 1, f"table {seed}, cell {key}"
        tried += 1
    assert tried >= 10


# --- properties ---

seeds = st.integers(1000, 10**6)


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_whatever_is_small_is_hidden_and_bonds_hold(seed):
    table, threshold = by_chance(seed)
    found = suppress(table, threshold).hidden
    for cell in table.cells:
        if is_primary(cell, threshold):
            assert found[cell.key] in (Why.SMALL, Why.SECRET)
    for bond in table.bonds:
        assert bond <= set(found) or bond.isdisjoint(found)


@given(seeds, st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_the_order_of_cells_sums_and_parts_makes_no_difference(seed, chance):
    table, threshold = by_chance(seed)

    def mixed(things):
        return tuple(chance.sample(list(things), len(things)))

    sums = tuple(Sum(one.total, mixed(one.parts)) for one in mixed(table.sums))
    other = Table(mixed(table.cells), sums, mixed(table.bonds))
    assert suppress(table, threshold) == suppress(other, threshold) == suppress(table, threshold)


@given(seeds, st.integers(5, 20))
@settings(max_examples=25, deadline=None)
def test_a_higher_threshold_shows_nobody_who_was_small(seed, threshold):
    table, _ = by_chance(seed)
    small = {key for key, why in suppress(table, threshold).hidden.items() if why is not Why.WITH}
    assert small <= set(suppress(table, 20).hidden)


def test_no_solver_is_loaded_where_none_is_asked():
    program = (
        "import sys, measures.rules.disclosure; print([name for name in sys.modules if name in ('scipy', 'numpy')])"
    )
    folder = Path(measures.rules.__file__).parents[2]
    answer = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
