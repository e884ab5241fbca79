"""Words that stand below one another."""

from __future__ import annotations

import pytest

from activities.rules.trees import above, below, circles, makes_circle, read_down

TREE = {"city": None, "east": "city", "west": "city", "mill": "east", "valley": None}


@pytest.mark.parametrize(
    ("child", "parent", "is_circle"),
    [
        ("mill", "west", False),
        ("city", "mill", True),
        ("city", "city", True),
        ("east", None, False),
        ("valley", "mill", False),
    ],
)
def test_nothing_may_lie_below_itself(child, parent, is_circle):
    assert makes_circle(TREE, child, parent) is is_circle


def test_what_lies_in_what_is_told_both_ways():
    assert below(TREE, "city") == {"city", "east", "west", "mill"}
    assert above(TREE, "mill") == ["east", "city"]
    assert circles({"a": "b", "b": "a", "c": None}) == {"a", "b"}


def test_a_tree_is_read_from_the_top_and_keeps_the_order_of_siblings():
    assert read_down(TREE, ["valley", "west", "mill", "east", "city"]) == [
        ("valley", 0), ("city", 0), ("west", 1), ("east", 1), ("mill", 2),
    ]  # fmt: skip
