import pytest
from hypothesis import given
from hypothesis import strategies as st

from backbone.problems import Problem
from measures.rules.categories import parse_category
from measures.rules.lines import Dimension, check_line

from .lines import make_line

LINE = make_line(breakdowns=(("age",), ("sex", "age"), ("service",)))


def test_every_dimension_has_the_category_unknown():
    assert list(Dimension("age", "Age", True, {"0-4": "0 to 4"}).categories) == ["0-4", "unknown"]
    assert list(Dimension("age", "Age", True, {"unknown": "Not said", "0-4": "0 to 4"}).categories) == [
        "unknown",
        "0-4",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("  ", ""),
        ("age:0-4", "age:0-4"),
        (" age : 0-4 ", "age:0-4"),
        ("sex:female+age:0-4", "sex:female+age:0-4"),
        ("age:0-4+sex:female", "sex:female+age:0-4"),
        ("age:unknown + sex:unknown", "sex:unknown+age:unknown"),
    ],
)
def test_a_category_is_read_whatever_the_order(text, expected):
    assert parse_category(LINE, text) == expected


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("0-4", "category.malformed", "write it as in age:0-4"),
        ("age:", "category.malformed", "write it as in age:0-4"),
        ("age:0-4+", "category.malformed", "write it as in age:0-4"),
        ("agee:0-4", "category.unknown_dimension", "K1 is not split by agee. Did you mean age?"),
        ("county:12", "category.unknown_dimension", "It is split by: age, sex, service."),
        ("age:0-5", "category.unknown", "Age has no category 0-5. Did you mean 0-4?"),
        ("age:zzz", "category.unknown", "Its categories are: 0-4, 5-17, unknown."),
        ("age:0-4+age:5-17", "category.repeated", "names age twice"),
        ("sex:female", "category.not_a_breakdown", "K1 is not split by sex. It is split by: age, sex+age, service."),
    ],
)
def test_a_wrong_category_is_named_with_the_way_out(text, code, words):
    found = parse_category(LINE, text)
    assert isinstance(found, Problem)
    assert (found.code, found.field) == (code, "category")
    assert words in found.message


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading_of_a_category(text):
    found = parse_category(LINE, text)
    if isinstance(found, Problem):
        assert len(found.message) < 600
    else:
        assert parse_category(LINE, found) == found


def test_every_key_of_a_breakdown_reads_as_itself():
    for breakdown in LINE.breakdowns:
        for key in LINE.keys(breakdown):
            assert parse_category(LINE, key) == key
    assert len(LINE.keys(("sex", "age"))) == 9
    assert LINE.category_name("sex:female+age:0-4") == "Female, 0 to 4"


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"kind": "mean"}, ["kind.unknown"]),
        ({"kind": "rate_stock", "over_time": ""}, ["line.over_time_missing"]),
        ({"kind": "rate_stock", "over_time": "mean"}, ["line.over_time_missing"]),
        ({"kind": "rate_stock", "over_time": "period_rate"}, []),
        ({"over_time": "last"}, ["line.over_time_not_here"]),
        ({"carry_forward": 1}, ["line.carry_not_here"]),
        ({"kind": "stock", "carry_forward": 1}, []),
        ({"kind": "stock", "carry_forward": 13}, ["line.carry_out_of_range"]),
        ({"kind": "stock", "carry_forward": -1}, ["line.carry_out_of_range"]),
        ({"kind": "unduplicated", "allows_negative": True}, ["line.negative_not_here"]),
        ({"allows_negative": True}, []),
        ({"breakdowns": (("age", "county"),)}, ["line.breakdown"]),
        ({"breakdowns": (("age", "age"),)}, ["line.breakdown"]),
    ],
)
def test_an_indicators_own_settings(changes, codes):
    assert [problem.code for problem in check_line(make_line(**{"kind": "flow", **changes}))] == codes
