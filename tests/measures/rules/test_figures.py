from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measures.rules.figures import Entry, Place, check_figure, has_answer, nil, ratio

from .lines import make_line, not_collected, rate, value

KINDS = ["flow", "rate", "rate_stock", "stock", "unduplicated"]


def codes(line, entry):
    return [(problem.code, problem.field) for problem in check_figure(line, entry)]


@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        ("flow", value(0)),
        ("flow", value("12.5")),
        ("flow", Entry()),
        ("flow", not_collected()),
        ("stock", value(0)),
        ("rate", rate(15, 50)),
        ("rate", rate(50, 50)),
        ("rate", rate(0, 50)),
        ("rate", rate(0, 0)),
        ("rate", Entry()),
        ("rate_stock", rate(1, 3)),
        ("unduplicated", value(60)),
        ("unduplicated", value(60, new_only=True)),
    ],
)
def test_well_formed_figures(kind, entry):
    assert codes(make_line(kind), entry) == []


def test_a_rate_whose_halves_have_no_names_is_told_of_numerator_and_denominator():
    (problem,) = check_figure(make_line("rate", numerator_name=""), rate(15, 10))
    assert "10 is less than the numerator, 15." in problem.message


@pytest.mark.parametrize(
    ("kind", "entry", "expected", "words"),
    [
        ("flow", value(-1), ("number.negative", "value"), "-1 is below zero."),
        ("unduplicated", value("3.5"), ("number.not_integer", "value"), "3.5 is not a whole number."),
        ("flow", rate(1, 2), ("figure.mixed", "numerator"), "K1 is one number, and nothing else. Take 1 away."),
        ("flow", Entry(value=Decimal(1), weight=Decimal(2)), ("figure.mixed", "weight"), "Take 2 away."),
        ("rate", value(45), ("figure.bare_rate", "value"), "Give numerator and denominator, not 45%."),
        (
            "rate",
            Entry(value=Decimal("0.3"), numerator=Decimal(15), denominator=Decimal(50)),
            ("figure.mixed", "value"),
            "the rate is computed from them. Take 0.3 away.",
        ),
        (
            "rate",
            rate(15, 10),
            ("figure.numerator_above_denominator", "denominator"),
            "“completions” is 10, less than “placed”, 15.",
        ),
        ("rate", rate(15, None), ("figure.half_a_rate", "denominator"), "The denominator is missing"),
        ("rate", rate(None, 0), ("figure.half_a_rate", "numerator"), "The numerator is missing"),
        (
            "rate",
            rate(3, 0),
            ("figure.denominator_zero", "denominator"),
            "The denominator is 0, but the numerator is 3.",
        ),
        ("rate", rate(-3, 5), ("number.negative", "numerator"), "-3 is below zero."),
        ("flow", Entry(is_not_collected=True), ("figure.reason_missing", "reason"), "Say why"),
        ("flow", Entry(is_not_collected=True, reason="  "), ("figure.reason_missing", "reason"), "Say why"),
        (
            "flow",
            value(0, is_not_collected=True, reason="Closed"),
            ("figure.not_collected_with_numbers", "value"),
            "Zero is a number.",
        ),
        ("flow", value(1, new_only=True), ("figure.new_only_not_here", "new_only"), "Only unduplicated people"),
        ("flow", value("NaN"), ("number.not_finite", "value"), "This is not a number."),
        ("flow", value("Infinity"), ("number.not_finite", "value"), "This is not a number."),
        ("flow", value("1E+14"), ("number.range", "value"), "100000000000000 is too large"),
        ("flow", value("1E+999999"), ("number.range", "value"), "1E+999999 is too large"),
        ("flow", value("0.1234567"), ("number.precision", "value"), "0.1234567 has too many decimal places"),
        ("flow", value("1E-999999"), ("number.precision", "value"), "1E-999999 has too many decimal places"),
    ],
)
def test_a_malformed_figure_is_refused_in_words(kind, entry, expected, words):
    (problem,) = check_figure(make_line(kind), entry)
    assert (problem.code, problem.field) == expected
    assert words in problem.message
    assert problem.params["name"] == "K1"
    assert not problem.is_warning


def test_counts_must_be_whole_where_the_indicator_says_so():
    assert codes(make_line(is_whole=True), value("2.5")) == [("number.not_integer", "value")]
    assert codes(make_line("rate", is_whole=True), rate("1.5", 3)) == [("number.not_integer", "numerator")]
    assert codes(make_line(is_whole=True), value("2.0")) == []


def test_below_zero_is_allowed_only_where_it_makes_sense():
    assert codes(make_line(allows_negative=True), value(-5)) == []
    assert codes(make_line("stock", allows_negative=True), value(-5)) == []
    assert codes(make_line("unduplicated", allows_negative=True), value(-5)) == [("number.negative", "value")]
    average = make_line("weighted_average", allows_negative=True)
    assert codes(average, Entry(value=Decimal(-5), weight=Decimal(3))) == []
    assert codes(average, Entry(value=Decimal(5), weight=Decimal(-3))) == [("number.negative", "weight")]


@pytest.mark.parametrize("unit", ["per_1000", "ratio", ""])
def test_only_a_proportion_keeps_its_numerator_within_its_denominator(unit):
    assert codes(make_line("rate", unit=unit), rate(15, 10)) == []


def test_both_halves_of_a_rate_are_reported_at_once():
    assert codes(make_line("rate"), rate(-1, "0.1234567")) == [
        ("number.negative", "numerator"),
        ("number.precision", "denominator"),
    ]


def test_a_bare_number_for_another_rate_is_not_called_a_percentage():
    (problem,) = check_figure(make_line("rate", unit="per_1000"), value("3.20"))
    assert problem.message == "Give numerator and denominator, not 3.2."
    assert problem.value == "3.2"


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_to_report_is_a_figure_and_silence_is_not(kind):
    line = make_line(kind)
    assert has_answer(line, nil(line))
    assert check_figure(line, nil(line)) == []
    assert not nil(line).is_blank
    assert not has_answer(line, Entry())
    assert not has_answer(line, None)
    assert not has_answer(line, not_collected())
    assert Entry().is_blank
    assert not not_collected().is_blank


def test_half_a_rate_is_no_answer():
    assert not has_answer(make_line("rate"), rate(0, None))
    assert not has_answer(make_line("rate"), rate(None, 5))


@pytest.mark.parametrize(
    ("entry", "expected"), [(rate(15, 50), "0.3"), (rate(0, 50), "0"), (rate(0, 0), None), (Entry(), None)]
)
def test_a_ratio_is_plain_and_undefined_over_zero(entry, expected):
    assert ratio(entry) == (None if expected is None else Decimal(expected))


def test_a_place_reads_back():
    assert Place.of(str(Place("k1", "sex:female+age:0-4", "value"))) == Place("k1", "sex:female+age:0-4", "value")
    assert Place.of("k1//value") == Place("k1", "", "value")


numbers = st.one_of(st.none(), st.decimals(allow_nan=True, allow_infinity=True))
entries = st.builds(
    Entry,
    value=numbers,
    numerator=numbers,
    denominator=numbers,
    weight=numbers,
    is_not_collected=st.booleans(),
    reason=st.sampled_from(["", "Closed"]),
    new_only=st.booleans(),
)


@given(st.sampled_from(KINDS), entries)
def test_whatever_is_typed_the_answer_is_a_sentence(kind, entry):
    for problem in check_figure(make_line(kind), entry):
        assert problem.message
        assert len(problem.message) < 300
        assert len(problem.value) <= 80
