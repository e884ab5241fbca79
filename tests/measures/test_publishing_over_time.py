"""What several publications tell together, held against a reader who has read them all and can do sums."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine

from measures.services import rollups
from tests.factories import make_figure, make_indicator, make_partner
from tests.measures.published import Reader, agree, part_of, published

JULY, AUGUST, SEPTEMBER = (date(2026, month, 1) for month in (7, 8, 9))
OTHERS = ("P6", "P7", "P8")
WIDTH = 10  # threshold - 1


@pytest.fixture(autouse=True)
def in_november():
    with time_machine.travel("2026-11-28T15:00:00Z"):
        yield


@pytest.fixture
def place(riverside):
    """Eight partners, and a sum that nobody has filed yet."""
    with riverside.scope():
        riverside.partners = [
            *riverside.partners,
            *(make_partner(riverside.initiative, f"P{number}") for number in range(4, 9)),
        ]
        riverside.indicator = make_indicator(riverside.initiative, code="K1", baseline_period=date(2026, 6, 1))
    return riverside


def file(place, month: date, amounts: dict[str, int], indicator=None) -> None:
    by_code = {partner.code: partner for partner in place.partners}
    for code, amount in amounts.items():
        make_figure(indicator or place.indicator, by_code[code], month, amount)


def everybody(place, amount: int, **others: int) -> dict[str, int]:
    return {partner.code: others.get(partner.code, amount) for partner in place.partners}


def test_a_quarter_of_the_others_does_not_tell_their_small_month(place):
    """In September the three who did not agree had 5 together, which was hidden; July and August were shown."""
    with place.scope():
        agree(place, "P1", "P2", "P3", "P4", "P5")
        for month, others in ((JULY, (40, 30, 35)), (AUGUST, (35, 30, 40)), (SEPTEMBER, (5, 0, 0))):
            file(place, month, everybody(place, 60, **dict(zip(OTHERS, others, strict=True))))
        rollups.rebuild(place.initiative)
        for month in (JULY, AUGUST, SEPTEMBER):
            published(place, month)
        before = Reader(place, "completions").range_of(OTHERS, "2026-09", "2026-09")
        (quarter,) = part_of(published(place, JULY, "quarter"))["indicators"]
        low, high = Reader(place, "completions").range_of(OTHERS, "2026-09", "2026-09")
        assert before[1] - before[0] >= WIDTH
        assert high - low >= WIDTH
        assert quarter["partners"]["others"]["figure"].get("hidden")


def test_what_the_others_of_a_month_tell_of_the_row_beside_them(place):
    """P4 alone agreed and had 5 in September, hidden with the others' 420. Their quarter would tell the 420, and so the
    5."""
    with place.scope():
        agree(place, "P4")
        for month, few in ((JULY, 60), (AUGUST, 60), (SEPTEMBER, 5)):
            file(place, month, everybody(place, 60, P4=few))
        rollups.rebuild(place.initiative)
        for month in (JULY, AUGUST, SEPTEMBER):
            published(place, month)
        published(place, JULY, "quarter")
        low, high = Reader(place, "completions").range_of(["P4"], "2026-09", "2026-09")
        assert high - low >= WIDTH


def test_a_month_that_was_never_published_is_not_what_its_quarter_leaves_over(place):
    """July and August were published, September had 5 in all: the quarter would tell them."""
    with place.scope():
        for month in (JULY, AUGUST):
            file(place, month, everybody(place, 60))
        file(place, SEPTEMBER, everybody(place, 0, P1=2, P2=2, P3=1))
        rollups.rebuild(place.initiative)
        for month in (JULY, AUGUST):
            published(place, month)
        published(place, JULY, "quarter")
        low, high = Reader(place, "completions").range_of(everybody(place, 0), "2026-09", "2026-09")
        assert high - low >= WIDTH
