"""The layout: no card on another, activities left and results right, what somebody placed stays there."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from agenda.rules.arcs import Arc
from agenda.rules.layout import HEIGHT, WIDTH, Spot, overlaps, places


@st.composite
def drawings(draw):
    """Nodes of any sorts with any links, some of them placed somewhere."""
    count = draw(st.integers(1, 60))
    spots = [Spot(node, draw(st.integers(0, 3))) for node in range(count)]
    node = st.integers(0, count - 1)
    ends = draw(st.lists(st.tuples(node, node), max_size=3 * count))
    arcs = [Arc(one, other, 1) for one, other in ends if one != other]
    spread = st.tuples(st.integers(-20, 20), st.integers(-20, 20))
    grid = draw(st.lists(spread, unique=True, max_size=count // 2))
    placed = {node: (float(x * WIDTH * 1.1), float(y * HEIGHT * 1.2)) for node, (x, y) in enumerate(grid)}
    return spots, arcs, placed


@settings(deadline=None)
@given(drawings())
def test_no_two_cards_overlap_and_placed_ones_stay(drawing):
    spots, arcs, placed = drawing
    found = places(spots, arcs, placed)
    assert set(found) == {spot.node for spot in spots}
    assert {node: found[node] for node in placed} == placed
    for one, other in combinations(found.values(), 2):
        assert not overlaps(one, other)


@settings(deadline=None)
@given(drawings())
def test_what_we_do_stands_left_of_everything_and_results_right(drawing):
    spots, arcs, _placed = drawing
    found = places(spots, arcs, {})
    ranks = {}
    for spot in spots:
        ranks.setdefault(spot.rank, []).append(found[spot.node][0])
    between = ranks.get(1, []) + ranks.get(2, [])
    for first in ranks.get(0, []):
        assert all(first < x for x in between + ranks.get(3, []))
    for last in ranks.get(3, []):
        assert all(x < last for x in between)


@settings(deadline=None)
@given(drawings())
def test_the_same_map_always_looks_the_same(drawing):
    spots, arcs, placed = drawing
    assert places(spots, arcs, placed) == places(spots, list(reversed(arcs)), placed)


def test_a_chain_runs_from_left_to_right():
    arcs = [Arc(1, 2, 1), Arc(2, 3, 1), Arc(3, 4, 1), Arc(4, 2, -1)]
    found = places([Spot(1, 0), Spot(2, 1), Spot(3, 2), Spot(4, 3)], arcs, {})
    across = [found[node][0] for node in (1, 2, 3, 4)]
    assert across == sorted(set(across))
    assert len({found[node][1] for node in (1, 2, 3, 4)}) == 1


def test_a_long_chain_shares_columns_so_that_it_fits_a_page():
    spots = [Spot(node, 1) for node in range(30)]
    found = places(spots, [Arc(node, node + 1, 1) for node in range(29)], {})
    assert len({x for x, _y in found.values()}) == 5


def test_something_new_comes_beside_what_it_is_linked_with():
    placed = {1: (0.0, 0.0), 2: (300.0, 0.0)}
    spots = [Spot(1, 0), Spot(2, 3), Spot(3, 1), Spot(4, 1)]
    found = places(spots, [Arc(2, 3, 1)], placed)
    assert found[3][0] > 300
    assert found[3][1] == 0
    assert found[4][1] > 0
