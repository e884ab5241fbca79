from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measures.rules.cells import check_cells, check_submission, put_rest_in_unknown, rest
from measures.rules.figures import Entry

from .lines import make_line, not_collected, rate, value

BY_AGE = (("age",),)
SPLIT = make_line(breakdowns=(("age",), ("sex",), ("sex", "age"), ("service",)), is_whole=True)
BLANK = Entry()


def cells(**parts):
    """cells(total=300, age__5_17=4) without writing the keys' punctuation out."""
    names = {"total": "", "young": "age:0-4", "older": "age:5-17", "unknown": "age:unknown"}
    return {names[name]: entry if isinstance(entry, Entry) else value(entry) for name, entry in parts.items()}


def codes(line, given_cells):
    return [problem.code for problem in check_cells(line, given_cells)]


def test_short_parts_say_by_how_much_and_what_could_go_into_unknown():
    line = make_line(breakdowns=BY_AGE)
    (problem,) = check_cells(line, cells(total=300, young=4, older=290))
    assert problem.code == "sum.mismatch"
    assert problem.message == "Age: the parts add up to 294. That is 6 short of 300."
    assert problem.field == "k1/age:unknown/value"
    assert problem.params["rest"] == 6
    assert (problem.params["breakdown"], problem.params["margin"]) == ("age", "")
    assert not problem.is_warning


def test_the_rest_put_in_unknown_settles_it():
    line = make_line(breakdowns=BY_AGE)
    short = cells(total=300, young=4, older=285, unknown=5)
    assert rest(line, short, ("age",)) == 6
    settled = put_rest_in_unknown(line, short, ("age",))
    assert settled["age:unknown"].value == 11
    assert codes(line, settled) == []
    assert put_rest_in_unknown(line, settled, ("age",)) == settled


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (cells(total=300), []),
        (cells(total=0), []),
        (cells(total=300, young=BLANK, older=BLANK), []),
        (cells(total=300, young=100, older=200), []),
        (cells(total=300, young=100, older=200, unknown=BLANK), []),
        (cells(total=300, unknown=300), []),
        (cells(total=0, young=0), []),
        (cells(total=300, young=0, older=0), ["sum.mismatch"]),
        (cells(total=300, young=100, older=201), ["sum.mismatch"]),
        (cells(young=100, older=200), ["breakdown.no_total"]),
        (cells(total=BLANK, young=100), ["breakdown.no_total"]),
        (cells(total=BLANK, young=BLANK), []),
        (cells(total=not_collected(), young=100), ["breakdown.total_not_collected"]),
        (cells(total=not_collected(), young=not_collected()), []),
        # not collected is not known, which is not zero: the others may be short, never more
        (cells(total=300, young=100, older=not_collected()), []),
        (cells(total=300, young=301, older=not_collected()), ["sum.mismatch"]),
        (cells(total=300, young=300, older=not_collected()), []),
        (cells(total=300, young=100, older=not_collected(reason="")), ["figure.reason_missing"]),
    ],
)
@pytest.mark.parametrize("kind", ["flow", "stock", "unduplicated"])
def test_exclusive_parts_add_up_to_the_total(kind, parts, expected):
    assert codes(make_line(kind, breakdowns=BY_AGE), parts) == expected


def test_a_cell_that_is_wrong_by_itself_is_still_compared():
    line = make_line(breakdowns=BY_AGE)
    assert codes(line, cells(total=10, young=-1, older=10)) == ["number.negative", "sum.mismatch"]


def test_a_cell_that_is_no_number_stops_the_comparison():
    line = make_line(breakdowns=BY_AGE)
    assert codes(line, cells(total=10, young=value("NaN"), older=10)) == ["number.not_finite"]


def test_both_halves_of_a_rate_add_up():
    line = make_line("rate", breakdowns=BY_AGE)
    assert codes(line, {"": rate(15, 50), "age:0-4": rate(5, 20), "age:5-17": rate(10, 30)}) == []
    found = check_cells(line, {"": rate(15, 50), "age:0-4": rate(5, 20), "age:5-17": rate(8, 25)})
    assert [problem.message for problem in found] == [
        "Age, placed: the parts add up to 13. That is 2 short of 15.",
        "Age, completions: the parts add up to 45. That is 5 short of 50.",
    ]
    assert [problem.field for problem in found] == ["k1/age:unknown/numerator", "k1/age:unknown/denominator"]


def test_the_rest_of_a_rate_is_a_rest_of_both_halves():
    line = make_line("rate", breakdowns=BY_AGE)
    short = {"": rate(15, 50), "age:0-4": rate(13, 45)}
    assert rest(line, short, ("age",), "numerator") == 2
    assert rest(line, short, ("age",), "denominator") == 5
    settled = put_rest_in_unknown(line, short, ("age",))
    assert settled["age:unknown"] == rate(2, 5)
    assert codes(line, settled) == []


def test_there_is_no_rest_where_nothing_can_be_said():
    line = make_line(breakdowns=(("age",), ("service",)))
    assert rest(line, cells(total=300), ("age",)) is None
    assert rest(line, cells(young=300), ("age",)) is None
    assert rest(line, cells(total=300, young=301), ("age",)) is None
    assert rest(line, cells(total=300, young=1, older=not_collected()), ("age",)) is None
    assert rest(line, cells(total=not_collected(), young=1), ("age",)) is None
    assert rest(line, {"": value(9), "service:meals": value(3)}, ("service",)) is None
    assert rest(line, cells(total=300, young=300), ("age",)) == 0


def test_an_overlapping_part_is_at_most_the_total_and_there_is_no_sum():
    line = make_line(breakdowns=(("service",),))
    assert codes(line, {"": value(10), "service:meals": value(8), "service:shelter": value(8)}) == []
    assert codes(line, {"": value(10), "service:meals": value(1)}) == []
    (problem,) = check_cells(line, {"": value(10), "service:meals": value(11)})
    assert problem.code == "breakdown.part_above_total"
    assert problem.message == "Service: Meals has 11. That is 1 more than 10."
    assert problem.field == "k1/service:meals/value"


FULL = {
    "": value(100),
    "age:0-4": value(60),
    "age:5-17": value(40),
    "sex:female": value(55),
    "sex:male": value(45),
    "sex:female+age:0-4": value(30),
    "sex:female+age:5-17": value(25),
    "sex:male+age:0-4": value(30),
    "sex:male+age:5-17": value(15),
}


def test_a_cross_tabulation_matches_the_total_and_both_margins():
    assert codes(SPLIT, FULL) == []


def test_a_cross_tabulation_off_in_one_margin_names_it():
    moved = {**FULL, "sex:male+age:0-4": value(25), "sex:male+age:5-17": value(20)}
    assert [problem.message for problem in check_cells(SPLIT, moved)] == [
        "Sex + Age (0 to 4): the parts add up to 55. That is 5 short of 60.",
        "Sex + Age (5 to 17): the parts add up to 45. That is 5 more than 40.",
    ]


def test_a_margin_without_cells_is_short_and_says_so_once():
    lost = {key: entry for key, entry in FULL.items() if not key.startswith("sex:male+")}
    found = check_cells(SPLIT, lost)
    assert [problem.message for problem in found] == [
        "Sex + Age (Male): the parts add up to 0. That is 45 short of 45.",
        "Sex + Age (0 to 4): the parts add up to 30. That is 30 short of 60.",
        "Sex + Age (5 to 17): the parts add up to 25. That is 15 short of 40.",
    ]
    # What is missing has a sex and an age, so it is not to be put in unknown.
    assert [problem.params["rest"] for problem in found] == [None, None, None]


def test_a_cross_tabulation_without_margins_matches_the_total():
    alone = {key: entry for key, entry in FULL.items() if key == "" or "+" in key}
    assert codes(SPLIT, alone) == []
    assert codes(SPLIT, {**alone, "": value(99)}) == ["sum.mismatch"]


def test_a_cross_tabulation_is_read_in_any_order():
    swapped = {"+".join(reversed(key.split("+"))): entry for key, entry in FULL.items()}
    assert codes(SPLIT, swapped) == []
    assert codes(SPLIT, {**FULL, "age:0-4+sex:female": value(30)}) == ["category.twice"]


def test_a_cross_tabulation_with_an_overlapping_dimension_sums_only_the_exclusive_one():
    line = make_line(breakdowns=(("service",), ("sex", "service")))
    good = {
        "": value(10),
        "service:meals": value(8),
        "sex:female+service:meals": value(5),
        "sex:male+service:meals": value(3),
        "sex:female+service:shelter": value(6),
    }
    assert codes(line, good) == []
    assert codes(line, {**good, "sex:male+service:meals": value(4)}) == ["sum.mismatch"]
    assert codes(line, {**good, "sex:male+service:shelter": value(5)}) == ["sum.mismatch"]  # 11 of 10 in the shelter


def test_an_unknown_category_is_named_at_its_cell():
    line = make_line(breakdowns=BY_AGE)
    (problem,) = check_cells(line, {"": value(1), "age:0-5": value(1)})
    assert problem.code == "category.unknown"
    assert problem.field == "k1/age:0-5/category"


def test_a_blank_total_keeps_a_filing_from_being_submitted():
    (problem,) = check_submission([make_line()], {})
    assert problem.code == "figure.blank"
    assert problem.message == (
        "No answer yet: enter a number, or choose nothing to report or not collected. A blank is not a zero."
    )
    assert problem.field == "k1//value"
    assert problem.params["name"] == "K1"


def test_zero_nothing_to_report_and_not_collected_are_answers():
    lines = [make_line(slug=slug) for slug in ("k1", "k2", "k3")]
    given_cells = {"k1": {"": value(0)}, "k2": {"": not_collected()}, "k3": {"": value(7), "age:0-4": BLANK}}
    assert check_submission([*lines[:2], make_line(slug="k3", breakdowns=BY_AGE)], given_cells) == []


def test_a_submission_shows_every_problem_at_its_place():
    lines = [
        make_line(slug="k1", name="K1", breakdowns=BY_AGE),
        make_line("rate", slug="k2", name="K2"),
        make_line("unduplicated", slug="k3", name="K3"),
        make_line("stock", slug="k4", name="K4"),
    ]
    given_cells = {
        "k1": cells(total=300, young=4, older=290),
        "k2": {"": rate(15, 10)},
        "k3": {"": value(60, new_only=True)},
        "k4": {"": BLANK},
    }
    assert [(problem.code, problem.field) for problem in check_submission(lines, given_cells)] == [
        ("sum.mismatch", "k1/age:unknown/value"),
        ("figure.numerator_above_denominator", "k2//denominator"),
        ("figure.blank", "k4//value"),
    ]


def test_parts_without_a_total_are_one_problem_not_two():
    line = make_line(breakdowns=BY_AGE)
    assert [problem.code for problem in check_submission([line], {"k1": cells(young=4)})] == ["breakdown.no_total"]


def test_an_indicator_that_is_not_asked_for_is_named():
    found = check_submission([make_line(slug="k1")], {"k1": {"": value(1)}, "k11": {"": value(1)}})
    assert [problem.message for problem in found] == ["k11 is not asked for here. Did you mean k1?"]


counts = st.integers(0, 50)


@given(st.lists(counts, min_size=3, max_size=3), st.integers(-5, 5))
def test_a_breakdown_passes_exactly_when_it_adds_up(parts, off):
    line = make_line(breakdowns=BY_AGE)
    total = sum(parts) + off
    found = check_cells(line, cells(total=max(total, 0), young=parts[0], older=parts[1], unknown=parts[2]))
    assert (found == []) == (max(total, 0) == sum(parts))


@given(st.integers(0, 300), st.lists(st.one_of(st.none(), counts), min_size=3, max_size=3))
def test_what_is_put_in_unknown_always_settles_a_short_breakdown(total, parts):
    line = make_line(breakdowns=BY_AGE)
    short = cells(total=total, young=value(parts[0]), older=value(parts[1]), unknown=value(parts[2]))
    settled = put_rest_in_unknown(line, short, ("age",))
    added = sum(part for part in parts if part is not None)
    if added <= total:
        assert check_cells(line, settled) == []
    assert all(settled[key] == entry for key, entry in short.items() if key != "age:unknown")


three_counts = st.lists(counts, min_size=3, max_size=3)


@given(st.dictionaries(st.sampled_from(["female", "male", "unknown"]), three_counts, min_size=1))
def test_margins_computed_from_a_cross_tabulation_always_agree_with_it(table):
    ages = ["0-4", "5-17", "unknown"]
    given_cells = {f"sex:{sex}+age:{age}": value(row[i]) for sex, row in table.items() for i, age in enumerate(ages)}
    given_cells |= {f"sex:{sex}": value(sum(row)) for sex, row in table.items()}
    given_cells |= {f"age:{age}": value(sum(row[i] for row in table.values())) for i, age in enumerate(ages)}
    given_cells[""] = value(sum(map(sum, table.values())))
    assert check_cells(SPLIT, given_cells) == []
    given_cells["age:0-4"] = value(given_cells["age:0-4"].value + Decimal(1))
    assert check_cells(SPLIT, given_cells) != []
