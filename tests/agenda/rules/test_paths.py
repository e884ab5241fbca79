"""Ways between two nodes: none twice over a node, the soonest first, with sign and months."""

from __future__ import annotations

from itertools import pairwise

import networkx
from hypothesis import given, settings
from hypothesis import strategies as st

from agenda.rules.arcs import Arc, Lag, neighbours
from agenda.rules.paths import ways_between
from tests.agenda.rules.test_loops import maps

ARCS = [Arc(1, 2, 1, Lag(0, 1, 2)), Arc(2, 3, -1, Lag(3, 6, 9)), Arc(1, 3, 1, Lag(6, 12, 24)), Arc(3, 4, -1)]


def test_the_soonest_way_comes_first_and_the_span_is_of_all():
    ways = ways_between(ARCS, 1, 3)
    assert [chain.nodes for chain in ways.chains] == [(1, 2, 3), (1, 3)]
    assert [(chain.sign, chain.lag) for chain in ways.chains] == [(-1, Lag(3, 7, 11)), (1, Lag(6, 12, 24))]
    assert (ways.sign, ways.span, ways.is_all) == (0, Lag(3, 7, 24), True)


def test_a_lag_that_nobody_said_leaves_the_span_open():
    ways = ways_between(ARCS, 2, 4)
    assert [(chain.nodes, chain.sign, chain.lag, chain.unknown) for chain in ways.chains] == [
        ((2, 3, 4), 1, Lag(3, 6, 9), 1)
    ]
    assert (ways.sign, ways.span) == (1, None)


def test_when_time_is_up_one_way_at_least_is_told():
    ways = ways_between(ARCS, 1, 3, is_time_up=lambda: True)
    assert [chain.nodes for chain in ways.chains] == [(1, 2, 3)]
    assert not ways.is_all


def test_without_a_way_there_is_none():
    for source, target in ((4, 1), (1, 1), (1, 99), (99, 1)):
        ways = ways_between(ARCS, source, target)
        assert (ways.chains, ways.sign, ways.span, ways.soonest) == ((), 0, None, None)


@settings(deadline=None)
@given(maps())
def test_every_way_is_found_in_a_small_map(arcs):
    graph = networkx.DiGraph((arc.source, arc.target) for arc in arcs)
    if not {0, 1} <= set(graph):
        return
    ways = ways_between(arcs, 0, 1, most=100_000)
    assert {chain.nodes for chain in ways.chains} == set(map(tuple, networkx.all_simple_paths(graph, 0, 1)))
    by_ends = {(arc.source, arc.target): arc for arc in arcs}
    for chain in ways.chains:
        own = [by_ends[pair] for pair in pairwise(chain.nodes)]
        assert chain.lag.likely == sum(arc.lag.likely for arc in own if arc.lag)
        assert chain.unknown == sum(arc.lag is None for arc in own)
    likely = [chain.lag.likely for chain in ways.chains]
    assert likely == sorted(likely)


@settings(deadline=None)
@given(maps(), st.integers(1, 3))
def test_a_bound_keeps_the_soonest_and_says_so(arcs, most):
    every, some = ways_between(arcs, 0, 1, most=100_000), ways_between(arcs, 0, 1, most=most)
    assert [c.lag.likely for c in some.chains] == [c.lag.likely for c in every.chains[:most]]
    assert some.is_all == (len(every.chains) <= most)


def test_neighbours_go_both_ways():
    assert neighbours(ARCS, 2, 0) == {2}
    assert neighbours(ARCS, 2, 1) == {1, 2, 3}
    assert neighbours(ARCS, 1, 2) == {1, 2, 3, 4}
    assert neighbours(ARCS, 9, 2) == {9}
