"""Apples to apples: the share of a figure that is counted as defined."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from measures.rules.attested import same_definition
from measures.rules.combining import combine
from tests.measures.rules.lines import make_line, rate, value

OCT = date(2026, 10, 1)


def whole(kind, **entries):
    months = dict.fromkeys(entries, (OCT,))
    filed = {(partner, OCT): entry for partner, entry in entries.items() if entry is not None}
    return combine(make_line(kind), filed, months, {}, (OCT,), year_starts=7)


FOUR = {"P1": value(500), "P2": value(250), "P3": value(50), "P4": value(200)}


@pytest.mark.parametrize(
    ("kind", "entries", "deviating", "share"),
    [
        ("flow", FOUR, {"P4"}, "0.8"),
        ("flow", FOUR, set(), "1"),
        ("flow", FOUR, set(FOUR), "0"),
        ("flow", FOUR, {"P9"}, "1"),
        ("flow", {**FOUR, "P5": None}, {"P4", "P5"}, "0.8"),
        ("flow", {**FOUR, "P5": value(0)}, {"P5"}, "1"),
        ("stock", FOUR, {"P4"}, "0.8"),
        # A rate is weighed by how many it is of, not by how many succeeded.
        ("rate", {"P1": rate(10, 300), "P2": rate(90, 100)}, {"P2"}, "0.75"),
        ("flow", {"P1": value(0), "P2": value(0)}, {"P2"}, None),
        ("flow", {"P1": None}, {"P1"}, None),
        ("money", {"P1": value(100), "P2": value(-20)}, {"P2"}, None),
        ("unduplicated", FOUR, {"P4"}, None),
        ("maximum", FOUR, {"P4"}, None),
        ("median", FOUR, {"P4"}, None),
    ],
)
def test_the_share_is_of_the_volume_that_is_counted_as_defined(kind, entries, deviating, share):
    assert same_definition(whole(kind, **entries), deviating) == (None if share is None else Decimal(share))
