from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measures.rules.coverage import Coverage, State, combined_coverage, coverage

NINE = [f"P{number}" for number in range(1, 10)]
SEVEN = [partner for partner in NINE if partner not in ("P6", "P8")]
# 1,000 in all, 300 of it P8's and 20 P6's
VOLUMES = {**dict.fromkeys(NINE, Decimal(100)), "P8": Decimal(300), "P6": Decimal(20), "P9": Decimal(80)}


def test_seven_of_nine_by_count_and_by_usual_volume():
    found = coverage(NINE, [], SEVEN, VOLUMES)
    assert (found.filed, found.expected, found.missing) == (7, 9, ("P6", "P8"))
    assert found.state is State.PARTIAL
    assert round(found.share * 100) == 78
    assert found.usual_share == Decimal("0.68")


def test_filing_the_rest_makes_it_complete():
    assert coverage(NINE, [], NINE, VOLUMES).state is State.COMPLETE
    assert coverage(NINE, [], NINE, VOLUMES).usual_share == 1


def test_one_partner_without_history_leaves_only_the_count():
    assert coverage(NINE, [], SEVEN, {**VOLUMES, "P1": None}).usual_share is None
    assert coverage(NINE, [], SEVEN, {"P1": Decimal(1)}).usual_share is None
    assert coverage(NINE, [], SEVEN).usual_share is None


def test_the_excused_are_not_expected_and_do_not_weigh():
    found = coverage(NINE, ["P6"], SEVEN, {**VOLUMES, "P6": None})
    assert (found.filed, found.expected, found.excused, found.missing) == (7, 8, 1, ("P8",))
    assert found.usual_share == Decimal(680) / Decimal(980)


def test_an_excused_partner_that_files_counts_as_expected_again():
    found = coverage(NINE, ["P6"], [*SEVEN, "P6"])
    assert (found.filed, found.expected, found.excused) == (8, 9, 0)


def test_who_files_without_owing_does_not_count():
    found = coverage(["P1"], ["P3"], ["P1", "P2"])
    assert (found.filed, found.expected, found.excused) == (1, 1, 0)


@pytest.mark.parametrize(
    ("expected", "excused", "filed", "state"),
    [
        ([], [], [], "not_expected"),
        (["P1"], ["P1"], [], "not_expected"),
        (["P1"], [], [], "none"),
        (["P1", "P2"], [], ["P2"], "partial"),
        (["P1", "P2"], ["P1"], ["P2"], "complete"),
    ],
)
def test_states(expected, excused, filed, state):
    assert coverage(expected, excused, filed).state == state


def test_nobody_expected_has_no_share():
    assert coverage([], [], []).share is None
    assert coverage(["P1"], [], [], {"P1": Decimal(0)}).usual_share is None


def test_more_filed_than_expected_cannot_be_written_down():
    with pytest.raises(ValueError, match="3 filed of 2 expected"):
        Coverage(filed=3, expected=2)


def test_names_can_be_withheld_while_the_count_stays():
    found = coverage(NINE, [], SEVEN).without_names()
    assert found.missing is None
    assert found.missing_count == 2
    assert combined_coverage([found, coverage(["Q1"], [], [])]).missing is None


partners = st.sets(st.integers(1, 12))


@given(partners, partners, partners)
def test_coverage_never_exceeds_one_hundred_per_cent(expected, excused, filed):
    found = coverage(expected, excused, filed, dict.fromkeys(range(1, 13), Decimal(3)))
    assert 0 <= found.filed <= found.expected <= len(expected)
    assert found.share is None or 0 <= found.share <= 1
    assert found.usual_share is None or 0 <= found.usual_share <= 1
    assert found.missing_count == len(found.missing)


@given(partners, partners, partners, partners)
def test_groups_together_cover_what_everybody_covers(expected, excused, filed, first):
    weights = {number: Decimal(number) for number in range(1, 13)}
    groups = [coverage(expected & first, excused, filed, weights), coverage(expected - first, excused, filed, weights)]
    together, whole = combined_coverage(groups), coverage(expected, excused, filed, weights)
    assert (together.filed, together.expected, together.excused) == (whole.filed, whole.expected, whole.excused)
    assert together.missing == whole.missing
    assert together.usual_share == whole.usual_share
