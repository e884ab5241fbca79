from datetime import date

import pytest

from backbone.problems import Problem
from measures.rules.categories import parse_category
from measures.rules.cells import check_cells
from measures.rules.lines import Dimension
from measures.rules.splits import check_retired, check_spans, heirs, known_part, merged, partial_words

from .lines import AUG, DEC, DIMENSIONS, JUL, NOV, OCT, SEP, make_line, not_collected, rate, value

BANDS = Dimension(
    "band", "Age band", True,
    {"child": "Child", "teen": "Teen", "youth": "Youth", "young": "Young"},
    retired={"teen": date(2026, 10, 1), "youth": date(2026, 11, 15)},
    becomes={"teen": "youth", "youth": "young"},
)  # fmt: skip
BANDED = make_line(breakdowns=(("band",),), dimensions={"band": BANDS})
SPANNED = make_line(
    breakdowns=(("age",), ("sex",), ("sex", "age")), spans={("age",): (OCT, NOV), ("sex", "age"): (None, SEP)}
)


@pytest.mark.parametrize(
    ("period", "offered"),
    [
        (SEP, ["child", "teen", "youth", "young", "unknown"]),
        (OCT, ["child", "youth", "young", "unknown"]),  # retired on the first day of it
        (NOV, ["child", "youth", "young", "unknown"]),  # retired within it: still asked for, once more
        (DEC, ["child", "young", "unknown"]),
    ],
)
def test_a_retired_category_is_not_offered_for_periods_that_begin_later(period, offered):
    assert list(BANDED.at(period).dimensions["band"].categories) == offered


@pytest.mark.parametrize(
    ("period", "split_by"),
    [
        (SEP, [("sex",), ("sex", "age")]),
        (OCT, [("age",), ("sex",)]),
        (NOV, [("age",), ("sex",)]),
        (DEC, [("sex",)]),
    ],
)
def test_a_breakdown_begins_and_ends(period, split_by):
    assert list(SPANNED.at(period).breakdowns) == split_by
    assert SPANNED.at(period).at(OCT) == SPANNED.at(OCT)


def test_a_line_that_does_not_change_is_the_same_at_any_time():
    line = make_line(breakdowns=(("age",),))
    assert line.at(OCT) is line


@pytest.mark.parametrize(
    ("line", "period", "text", "code", "says"),
    [
        (BANDED, OCT, "band:teen", "category.retired",
         "Teen (Age band) was retired on 2026-10-01: Young is there instead."),
        (BANDED, DEC, "band:child", "", ""),
        (BANDED, OCT, "band:xxxx", "category.unknown", "Age band has no category xxxx."),
        (SPANNED, SEP, "age:0-4", "category.not_yet", "K1 is not split by Age before 2026-10. Enter the total alone."),
        (SPANNED, DEC, "age:0-4", "category.no_longer", "K1 is not split by Age after 2026-11. Enter the total alone."),
        (SPANNED, OCT, "age:0-4+sex:male", "category.no_longer", "K1 is not split by Sex + Age after 2026-09."),
        (SPANNED, OCT, "age:0-4", "", ""),
    ],
)  # fmt: skip
def test_what_is_not_there_in_a_period_is_refused_by_name(line, period, text, code, says):
    found = parse_category(line.at(period), text)
    assert (found.code if isinstance(found, Problem) else "") == code
    if isinstance(found, Problem):
        assert says in found.message


def test_a_category_without_a_successor_names_those_that_are_left():
    band = Dimension("band", "Age band", True, {"child": "Child", "teen": "Teen"}, retired={"teen": OCT})
    line = make_line(breakdowns=(("band",),), dimensions={"band": band})
    found = parse_category(line.at(NOV), "band:teen")
    assert found.message == "Teen (Age band) was retired on 2026-10-01. The categories are: child, unknown."


def test_parts_and_totals_are_checked_with_the_categories_of_their_period():
    cells = {"": value(10), "band:teen": value(4), "band:child": value(6)}
    assert check_cells(BANDED.at(SEP), cells) == []
    assert [problem.code for problem in check_cells(BANDED.at(OCT), cells)] == ["category.retired", "sum.mismatch"]


def test_figures_of_retired_categories_can_be_read_under_what_they_became():
    assert heirs(BANDED) == {"band:teen": "band:young", "band:youth": "band:young"}
    cells = {
        "": value(40), "band:child": value(10), "band:teen": value(11), "band:youth": value(12), "band:young": value(7),
    }  # fmt: skip
    found = merged(BANDED, cells)
    assert found == {"": value(40), "band:child": value(10), "band:young": value(30)}
    assert sum(entry.value for key, entry in found.items() if key) == 40


def test_what_was_not_collected_does_not_hide_what_was():
    found = merged(BANDED, {"band:teen": not_collected(), "band:young": value(7)})
    assert found == {"band:young": value(7)}
    assert merged(BANDED, {"band:teen": not_collected()})["band:young"].is_not_collected


@pytest.mark.parametrize(
    ("kind", "breakdown", "cells", "expected"),
    [
        ("flow", ("age",), {"": value(300), "age:0-4": value(4), "age:5-17": value(290), "age:unknown": value(6)}, value(294)),
        ("flow", ("age",), {"": value(300), "age:unknown": value(300)}, None),  # it cannot split: all in unknown
        ("flow", ("age",), {"": value(300)}, None),
        ("flow", ("age",), {"": value(0), "age:0-4": value(0)}, value(0)),  # a zero that is known is known
        ("flow", ("age",), {"": value(300), "age:0-4": not_collected(), "age:unknown": value(300)}, None),
        ("flow", ("service",), {"": value(60), "service:meals": value(50), "service:shelter": value(40)}, value(60)),
        ("flow", ("service",), {"": value(60), "service:meals": value(50), "service:unknown": value(10)}, value(50)),
        ("flow", ("service",), {"": value(60), "service:unknown": value(60)}, None),
        ("flow", ("sex", "age"), {"": value(9), "sex:male+age:0-4": value(5), "sex:male+age:unknown": value(4)}, value(5)),
        ("rate", ("age",), {"": rate(15, 50), "age:0-4": rate(10, 30), "age:unknown": rate(5, 20)}, rate(10, 30)),
    ],
)  # fmt: skip
def test_how_much_is_broken_down_other_than_unknown(kind, breakdown, cells, expected):
    assert known_part(make_line(kind, breakdowns=(breakdown,)), breakdown, cells) == expected


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (JUL, SEP, "split.not_before"),
        (JUL, OCT, "split.since"),
        (OCT, NOV, ""),
        (OCT, DEC, "split.until"),
        (DEC, DEC, "split.not_after"),
    ],
)
def test_a_span_says_where_it_is_not_split(first, last, code):
    found = partial_words(SPANNED, ("age",), first, last)
    assert (found.code if found else "") == code
    assert partial_words(SPANNED, ("sex",), first, last) is None


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"retired": {"a": OCT}}, []),
        ({"retired": {"a": OCT}, "becomes": {"a": "b"}}, []),
        ({"becomes": {"a": "b"}}, ["category.heir_of_the_living"]),
        ({"retired": {"a": OCT}, "becomes": {"a": "z"}}, ["category.heir_unknown"]),
        ({"retired": {"a": OCT}, "becomes": {"a": "unknown"}}, ["category.heir_unknown"]),
        ({"retired": {"a": OCT}, "becomes": {"a": "a"}}, ["category.heir_in_circles"]),
        ({"retired": {"a": OCT, "b": OCT}, "becomes": {"a": "b", "b": "a"}}, ["category.heir_in_circles"] * 2),
        ({"retired": {"unknown": OCT}}, ["category.unknown_stays"]),
        ({"retired": {"a": OCT}, "becomes": {"a": "b"}, "exclusive": False}, ["category.heir_overlaps"]),
    ],
)
def test_what_a_category_may_become(changes, codes):
    dimension = Dimension(**{"slug": "d", "name": "D", "categories": {"a": "A", "b": "B"}, **changes})
    assert [problem.code for problem in check_retired(dimension)] == codes


def test_a_breakdown_cannot_end_before_it_begins_or_be_no_breakdown():
    line = make_line(breakdowns=(("age",),), spans={("age",): (OCT, AUG), ("sex",): (JUL, None)})
    assert [problem.code for problem in check_spans(line)] == ["split.ends_first", "split.no_breakdown"]


def test_kinds_whose_parts_do_not_add_up_are_left_as_they_are():
    line = make_line("narrative", breakdowns=(("band",),), dimensions={"band": BANDS})
    assert heirs(line) == {}
    assert DIMENSIONS["age"].heir("0-4") == "0-4"
