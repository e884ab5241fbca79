"""Shares over tags: even unless said otherwise, and 1 together, exactly."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from activities.rules.shares import even, is_even, settle

D = Decimal


def test_even_shares_sum_to_one_and_the_last_takes_the_rounding():
    assert even(["a", "b", "c"]) == {"a": D("0.333333"), "b": D("0.333333"), "c": D("0.333334")}
    assert even([]) == {}


@pytest.mark.parametrize(
    ("said", "settled"),
    [
        ({"a": None, "b": None}, {"a": D("0.5"), "b": D("0.5")}),
        ({"a": D("0.6"), "b": None, "c": None}, {"a": D("0.6"), "b": D("0.2"), "c": D("0.2")}),
        ({"a": D("0.33"), "b": D("0.33"), "c": D("0.33")}, {"a": D("0.33"), "b": D("0.33"), "c": D("0.34")}),
        ({"a": D(1)}, {"a": D(1)}),
        ({}, {}),
    ],
)
def test_what_is_not_said_shares_evenly_what_is_left(said, settled):
    assert settle(said) == (settled, [])


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"a": D("0.5"), "b": D("0.4")}, "share.sum"),
        ({"a": D("0.9"), "b": D("0.9")}, "share.sum"),
        ({"a": D(0), "b": D(1)}, "share.range"),
        ({"a": D("1.2")}, "share.range"),
        ({"a": D(1), "b": None}, "share.nothing_left"),
        ({"a": D(1), "b": D("0.000001")}, "share.sum"),
    ],
)
def test_shares_that_do_not_make_a_whole_are_refused(said, code):
    settled, problems = settle(said)
    assert settled == {}
    assert [problem.code for problem in problems] == [code]


@given(some.integers(1, 400))
@settings(max_examples=60, deadline=None)
def test_any_number_of_even_shares_makes_a_whole(count):
    shares = even(list(range(count)))
    assert sum(shares.values()) == 1
    assert min(shares.values()) > 0
    assert is_even(shares)
    assert settle({str(n): share for n, share in shares.items()})[0]
