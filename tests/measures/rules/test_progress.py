from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measures.rules.combining import combine
from measures.rules.progress import Status, check_target, path, progress, status, status_of_sum

from .lines import OCT, make_line, rate, value


@pytest.mark.parametrize(
    ("actual", "baseline", "target", "expected"),
    [
        (30, 40, 20, "0.5"),
        (45, 40, 20, "-0.25"),
        (20, 40, 20, "1"),
        (10, 40, 20, "1.5"),  # no cap
        (50, 40, 60, "0.5"),
        (35, 40, 60, "-0.25"),
        (0, 0, 10, "0"),
        (40, 40, 40, None),
        (None, 40, 20, None),
        (30, None, 20, None),
        (30, 40, None, None),
    ],
)
def test_progress_from_baseline_to_target(actual, baseline, target, expected):
    given_numbers = [None if number is None else Decimal(number) for number in (actual, baseline, target)]
    assert progress(*given_numbers) == (None if expected is None else Decimal(expected))


JAN27, APR27, OCT27, NOV27 = date(2027, 1, 1), date(2027, 4, 1), date(2027, 10, 1), date(2027, 11, 1)


@pytest.mark.parametrize(
    ("period", "expected"),
    [(OCT, "40"), (JAN27, "40"), (APR27, "46.67"), (OCT27, "60"), (NOV27, "60")],
)
def test_the_path_is_a_straight_line_by_the_calendar(period, expected):
    assert round(path(Decimal(40), Decimal(60), JAN27, OCT27, period), 2) == Decimal(expected)


def now(*numbers, line=None, missing=0):
    line = line or make_line()
    filed = {(number, OCT): one if not isinstance(one, int) else value(one) for number, one in enumerate(numbers)}
    partners = range(len(numbers) + missing)
    return combine(line, filed, {partner: [OCT] for partner in partners}, {}, (OCT,))


def stands(actual, baseline, target, **more):
    settings = {
        "direction": "up",
        "period": OCT,
        "baseline_period": date(2026, 1, 1),
        "target_period": date(2027, 7, 1),
    }
    as_decimal = [None if number is None else Decimal(number) for number in (baseline, target)]
    return status(actual, baseline=as_decimal[0], target=as_decimal[1], **{**settings, **more})


# In October, nine of eighteen months have gone: the path from 40 stands half way to the target.
@pytest.mark.parametrize(
    ("direction", "actual", "baseline", "target", "expected"),
    [
        ("up", 60, 40, 60, "reached"),
        ("up", 61, 40, 60, "reached"),
        ("up", 50, 40, 60, "on_track"),
        ("up", 49, 40, 60, "behind"),
        ("up", 40, 40, 60, "behind"),
        ("up", 39, 40, 60, "worse_than_baseline"),
        ("down", 20, 40, 20, "reached"),
        ("down", 30, 40, 20, "on_track"),
        ("down", 31, 40, 20, "behind"),
        ("down", 45, 40, 20, "worse_than_baseline"),
        ("up", 40, 40, 40, "on_track"),
        ("up", 38, 40, 40, "on_track"),  # within the band of 5 %
        ("up", 37, 40, 40, "worse_than_baseline"),
        ("down", 42, 40, 40, "on_track"),
        ("down", 43, 40, 40, "worse_than_baseline"),
        ("up", 55, None, 60, "not_judged"),
        ("up", 65, None, 60, "reached"),
        ("up", 55, 40, None, "not_judged"),
        ("down", 0, 40, 0, "reached"),
    ],
)
def test_where_a_complete_value_stands(direction, actual, baseline, target, expected):
    assert stands(now(actual), baseline, target, direction=direction) == expected


@pytest.mark.parametrize(
    ("actual", "band", "expected"),
    [
        (40, "0.05", "held"),
        (42, "0.05", "held"),
        (38, "0.05", "held"),
        (43, "0.05", "slipped"),
        (37, "0.05", "slipped"),
        (43, "0.1", "held"),
        (41, "0", "slipped"),
    ],
)
def test_a_level_to_be_maintained_has_a_band_on_both_sides(actual, band, expected):
    assert stands(now(actual), 40, 40, direction="maintain", band=Decimal(band)) == expected
    assert stands(now(actual, missing=1), 40, 40, direction="maintain", band=Decimal(band)) == Status.NOT_JUDGED


def test_people_are_kept_within_a_band_only_when_both_bounds_are():
    line = make_line("unduplicated")
    assert stands(now(40, 1, line=line), 40, 40, direction="maintain") == Status.HELD
    assert stands(now(40, 20, line=line), 40, 40, direction="maintain") == Status.NOT_JUDGED
    assert stands(now(30, 30, line=line), 40, 40, direction="maintain") == Status.NOT_JUDGED
    assert stands(now(50, 20, line=line), 40, 40, direction="maintain") == Status.SLIPPED


@pytest.mark.parametrize(("actual", "expected"), [(50, "on_track"), (49, "behind"), (60, "reached")])
def test_a_plan_through_several_targets_is_what_counts(actual, expected):
    assert stands(now(actual), 40, 60, expected=Decimal(50)) == expected
    assert stands(now(actual), None, 60, expected=Decimal(50)) == expected


@pytest.mark.parametrize(
    ("direction", "actual", "missing", "is_running", "expected"),
    [
        ("up", 4000, 0, True, "on_track"),
        ("up", 3999, 0, True, "behind"),
        ("up", 12000, 0, True, "reached"),
        ("up", 12000, 1, True, "reached"),  # what is missing can only make it more
        ("up", 4000, 1, True, "not_judged"),
        ("up", 12000, 0, False, "reached"),
        ("up", 11999, 0, False, "behind"),
        ("down", 4000, 0, True, "on_track"),  # it may still grow beyond
        ("down", 4001, 0, True, "behind"),
        ("down", 12000, 0, False, "reached"),
        ("down", 12001, 0, False, "behind"),
        ("down", 100, 1, True, "not_judged"),
        ("maintain", 4100, 0, True, "held"),
        ("maintain", 4300, 0, True, "slipped"),
    ],
)
def test_where_a_sum_stands_against_its_target_and_its_plan_so_far(direction, actual, missing, is_running, expected):
    found = status_of_sum(
        now(actual, missing=missing),
        direction=direction,
        planned=Decimal(4000),
        target=Decimal(12000),
        is_running=is_running,
        period=OCT,
    )
    assert found == expected


def test_a_sum_is_not_judged_before_it_could_move_nor_without_a_plan():
    about = {"direction": "up", "is_running": True, "period": OCT}
    assert status_of_sum(now(1), planned=Decimal(4), target=Decimal(9), judged_from=JAN27, **about) == Status.TOO_EARLY
    assert status_of_sum(now(1), planned=None, target=None, **about) == Status.NOT_JUDGED
    assert status_of_sum(now(1), planned=None, target=Decimal(9), **about) == Status.NOT_JUDGED
    assert status_of_sum(now(missing=2), planned=Decimal(4), target=Decimal(9), **about) == Status.NOT_JUDGED


def test_after_its_date_a_target_that_was_not_reached_is_behind():
    assert stands(now(59), 40, 60, target_period=OCT) == Status.BEHIND
    assert stands(now(59), None, 60, target_period=OCT) == Status.BEHIND


def test_a_partial_value_is_not_judged():
    assert stands(now(50, missing=1), 40, 60) == Status.NOT_JUDGED
    assert stands(now(30, missing=1), 40, 60) == Status.NOT_JUDGED


def test_a_partial_sum_may_already_have_reached_a_rising_target():
    assert stands(now(60, missing=1), 40, 60) == Status.REACHED
    assert stands(now(10, missing=1), 40, 20, direction="down") == Status.NOT_JUDGED
    assert stands(now(60, missing=1, line=make_line(allows_negative=True)), 40, 60) == Status.NOT_JUDGED
    assert stands(now(rate(9, 10), missing=1, line=make_line("rate")), "0.4", "0.6") == Status.NOT_JUDGED


def test_people_are_judged_by_the_bound_that_is_certain():
    line = make_line("unduplicated")
    assert stands(now(60, 10, line=line), 40, 60) == Status.REACHED
    assert stands(now(50, 20, line=line), 40, 60) == Status.NOT_JUDGED
    assert stands(now(60, line=line, missing=1), 40, 60) == Status.REACHED
    assert stands(now(10, 10, line=line), 40, 20, direction="down") == Status.REACHED
    assert stands(now(10, 11, line=line), 40, 20, direction="down") == Status.NOT_JUDGED
    assert stands(now(10, line=line, missing=1), 40, 20, direction="down") == Status.NOT_JUDGED


def test_nothing_filed_and_an_undefined_rate_are_not_judged():
    assert stands(now(missing=2), 40, 60) == Status.NOT_JUDGED
    assert stands(now(rate(0, 0), line=make_line("rate")), 40, 60) == Status.NOT_JUDGED


def test_an_outcome_is_not_judged_before_it_could_move_and_then_from_there():
    lag = {"judged_from": JAN27, "target_period": OCT27}
    assert stands(now(40), 40, 60, period=date(2026, 12, 1), **lag) == Status.TOO_EARLY
    assert stands(now(47), 40, 60, period=APR27, **lag) == Status.ON_TRACK
    assert stands(now(46), 40, 60, period=APR27, **lag) == Status.BEHIND
    assert stands(now(40), 40, 60, period=NOV27, **lag) == Status.BEHIND


def test_what_should_have_moved_by_now_and_did_not_challenges_the_theory():
    lag = {"judged_from": JAN27, "moves_by": OCT27, "target_period": date(2028, 12, 1)}
    assert stands(now(40), 40, 60, period=date(2026, 12, 1), **lag) == Status.TOO_EARLY
    assert stands(now(value(Decimal("46.67"))), 40, 60, period=APR27, **lag) == Status.ON_TRACK
    assert stands(now(value(Decimal("46.66"))), 40, 60, period=APR27, **lag) == Status.BEHIND
    assert stands(now(40), 40, 60, period=OCT27, **lag) == Status.BEHIND
    assert stands(now(40), 40, 60, period=NOV27, **lag) == Status.CHALLENGED
    assert stands(now(39), 40, 60, period=NOV27, **lag) == Status.CHALLENGED
    assert stands(now(41), 40, 60, period=NOV27, **lag) == Status.BEHIND
    assert stands(now(40, missing=1), 40, 60, period=NOV27, **lag) == Status.NOT_JUDGED


@pytest.mark.parametrize(
    ("direction", "baseline", "target", "codes"),
    [
        ("up", 40, 60, []),
        ("up", 40, 40, []),
        ("up", 40, 20, ["target.wrong_way"]),
        ("down", 40, 20, []),
        ("down", 20, 40, ["target.wrong_way"]),
        ("down", None, 40, []),
    ],
)
def test_a_target_on_the_wrong_side_of_its_baseline(direction, baseline, target, codes):
    numbers = [None if number is None else Decimal(number) for number in (baseline, target)]
    found = check_target(direction, *numbers)
    assert [problem.code for problem in found] == codes
    if found:
        assert str(target) in found[0].message


numbers = st.integers(0, 100).map(Decimal)


@given(numbers, numbers, numbers)
def test_rising_and_falling_targets_are_one_formula(actual, baseline, target):
    """Counting what is left instead of what is there turns every direction around and changes no judgement."""
    mirrored = [100 - number for number in (actual, baseline, target)]
    assert progress(actual, baseline, target) == progress(*mirrored)
    if target != baseline:
        up, down = ("up", "down") if target > baseline else ("down", "up")
        assert stands(now(int(actual)), baseline, target, direction=up) == stands(
            now(int(mirrored[0])), mirrored[1], mirrored[2], direction=down
        )
