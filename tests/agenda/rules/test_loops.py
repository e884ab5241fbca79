"""Loops: all of them in small maps, the shortest of them in large ones, each with the product of its signs."""

from __future__ import annotations

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agenda.rules.arcs import Arc, Lag, chained
from agenda.rules.loops import find_loops

# a balancing loop 1 > 2 > 3 > 1 and a reinforcing one 2 > 4 > 2
ARCS = [Arc(1, 2, 1, Lag(0, 1, 2)), Arc(2, 3, 1, Lag(3, 6, 9)), Arc(3, 1, -1), Arc(2, 4, -1, Lag(1, 1, 1)),
        Arc(4, 2, -1, Lag(2, 2, 2)), Arc(4, 5, 1)]  # fmt: skip


@st.composite
def maps(draw) -> list[Arc]:
    """Up to seven nodes with any links between them."""
    count = draw(st.integers(2, 7))
    ends = [(one, other) for one in range(count) for other in range(count) if one != other]
    chosen = draw(st.lists(st.sampled_from(ends), unique=True, max_size=16))
    lags = st.none() | st.builds(lambda a, b, c: Lag(*sorted((a, b, c))), *[st.integers(0, 30)] * 3)
    return [Arc(one, other, draw(st.sampled_from([1, -1])), draw(lags)) for one, other in chosen]


def brute_force(arcs: list[Arc]) -> dict[tuple[int, ...], int]:
    """Every simple cycle that networkx finds, from its smallest node, with the product of its signs."""
    sign = {(arc.source, arc.target): arc.sign for arc in arcs}
    found = {}
    for cycle in networkx.simple_cycles(networkx.DiGraph(sign.keys())):
        first = cycle.index(min(cycle))
        nodes = tuple(cycle[first:] + cycle[:first])
        product = 1
        for pair in zip(nodes, (*nodes[1:], nodes[0]), strict=True):
            product *= sign[pair]
        found[nodes] = product
    return found


def test_loops_have_a_sign_and_a_delay():
    loops = find_loops(ARCS)
    assert loops.is_all
    two, three = loops.found
    assert (two.nodes, two.is_reinforcing, two.lag, two.unknown) == ((2, 4), True, Lag(3, 3, 3), 0)
    assert (three.nodes, three.is_reinforcing, three.lag, three.unknown) == ((1, 2, 3), False, Lag(3, 7, 11), 1)


@settings(deadline=None)
@given(maps())
def test_every_loop_of_a_small_map_is_found_with_its_sign(arcs):
    loops = find_loops(arcs, most=100_000)
    assert loops.is_all
    assert {chain.nodes: chain.sign for chain in loops.found} == brute_force(arcs)
    assert len({chain.nodes for chain in loops.found}) == len(loops.found)
    lengths = [len(chain.nodes) for chain in loops.found]
    assert lengths == sorted(lengths)


@settings(deadline=None)
@given(maps(), st.integers(0, 5))
def test_the_bound_on_their_number_keeps_the_shortest(arcs, most):
    every = find_loops(arcs, most=100_000).found
    some = find_loops(arcs, most=most)
    assert some.found == every[:most]
    assert some.is_all == (len(every) <= most)


@settings(deadline=None)
@given(maps(), st.integers(1, 7))
def test_the_bound_on_their_length_says_when_it_may_have_hidden_some(arcs, longest):
    every = find_loops(arcs, most=100_000).found
    some = find_loops(arcs, most=100_000, longest=longest)
    assert some.found == tuple(chain for chain in every if len(chain.nodes) <= longest)
    assert not some.is_all or some.found == every


@settings(deadline=None)
@given(maps(), st.randoms(use_true_random=False))
def test_the_order_of_the_links_does_not_matter(arcs, chance):
    shuffled = list(arcs)
    chance.shuffle(shuffled)
    assert find_loops(shuffled) == find_loops(arcs)


def test_when_time_is_up_what_was_found_is_told():
    arcs = [Arc(one, other, 1) for one in range(20) for other in range(20) if one != other]
    asked = []
    loops = find_loops(arcs, most=10**9, is_time_up=lambda: asked.append(1) or len(asked) > 3)
    assert (loops.is_all, loops.because) == (False, "time")
    assert len(loops.found) > 100
    assert all(len(chain.nodes) <= 4 for chain in loops.found)


@pytest.mark.parametrize("arcs", [[], [Arc(1, 2, 1)], [Arc(1, 2, 1), Arc(1, 3, 1), Arc(2, 3, -1)]])
def test_a_map_without_circles_has_no_loops(arcs):
    loops = find_loops(arcs)
    assert (loops.found, loops.is_all) == ((), True)


def test_a_chain_adds_up_what_is_known():
    chain = chained((1, 2, 3), ARCS[1:3])
    assert (chain.sign, chain.lag, chain.unknown) == (-1, Lag(3, 6, 9), 1)
