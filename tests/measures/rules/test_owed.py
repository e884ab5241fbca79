"""What a partner owes, how often, and why something may not be filed: plain days in, plain answers out."""

from __future__ import annotations

from datetime import date

import pytest

from measures.rules import owed
from measures.rules.owed import Assignment, Duty
from measures.rules.periods import Grain, parse_month, periods_between, text_of

TODAY = date(2027, 6, 15)


def month(text: str) -> date:
    found = parse_month(text)
    assert isinstance(found, date)
    return found


def duty(*assignments, frequency="month", retired_on=None, stay=(date(2020, 1, 1), date.max)) -> Duty:
    return Duty("Completions", "P4", Grain(frequency), 7, retired_on, stay, tuple(assignments or [Assignment()]))


def owes(one: Duty, first="2026-07", last="2026-12") -> list[str]:
    """Each month from first to last: the period it begins, spelled `2026-07` or `2026-07 quarter`, a `?` when optional."""
    found = []
    for start in periods_between(month(first), month(last)):
        period = owed.period_at(one, start)
        if period is not None and period.start == start:
            length = "" if period.frequency is Grain.MONTH else f" {period.frequency}"
            found.append(text_of(start) + length + ("?" if period.is_optional else ""))
    return found


@pytest.mark.parametrize(
    ("stay", "since", "until", "is_owed"),
    [
        ((date(2026, 8, 31), date.max), date.min, date.max, True),
        ((date(2020, 1, 1), date(2026, 8, 1)), date.min, date.max, True),
        ((date(2020, 1, 1), date.max), date(2026, 8, 31), date.max, True),
        ((date(2020, 1, 1), date.max), date.min, date(2026, 8, 1), True),
        ((date(2026, 8, 10), date.max), date.min, date(2026, 8, 10), True),
        ((date(2026, 8, 20), date.max), date.min, date(2026, 8, 10), False),  # both touch August, and share no day
        ((date(2020, 1, 1), date(2026, 8, 9)), date(2026, 8, 10), date.max, False),
        ((date(2026, 9, 1), date.max), date.min, date.max, False),
        ((date(2020, 1, 1), date.max), date.min, date(2026, 7, 31), False),
    ],
)
def test_a_period_is_owed_when_assignment_and_stay_share_a_day_of_it(stay, since, until, is_owed):
    assert owed.is_owed(duty(Assignment(since, until), stay=stay), month("2026-08")) is is_owed


@pytest.mark.parametrize(
    ("retired_on", "found"),
    [
        (date(2026, 9, 1), ["2026-07", "2026-08"]),
        (date(2026, 9, 2), ["2026-07", "2026-08", "2026-09"]),
    ],
)
def test_from_its_retirement_on_nothing_is_owed(retired_on, found):
    assert owes(duty(retired_on=retired_on)) == found


def test_a_quarterly_partner_owes_no_month():
    assert owes(duty(Assignment(frequency=Grain.QUARTER))) == ["2026-07 quarter", "2026-10 quarter"]


def test_of_several_frequencies_the_rarest_holds_and_no_month_is_owed_twice():
    from_october = Assignment(since=date(2026, 10, 1), frequency=Grain.QUARTER)
    assert owes(duty(Assignment(), from_october)) == ["2026-07", "2026-08", "2026-09", "2026-10 quarter"]
    from_november = Assignment(since=date(2026, 11, 20), frequency=Grain.QUARTER)
    assert owes(duty(Assignment(), from_november)) == ["2026-07", "2026-08", "2026-09", "2026-10 quarter"]


def test_nobody_owes_an_indicator_more_often_than_it_asks():
    assert owes(duty(Assignment(frequency=Grain.MONTH), frequency="quarter")) == ["2026-07 quarter", "2026-10 quarter"]
    problem = owed.check_frequency("Completions", Grain.QUARTER, Grain.MONTH)
    assert problem is not None
    assert problem.code == "obligation.finer"
    assert owed.check_frequency("Completions", Grain.QUARTER, Grain.YEAR) is None


@pytest.mark.parametrize(
    ("assignment", "stay", "found"),
    [
        (Assignment(date(2026, 8, 15), first_is_optional=True), (date(2020, 1, 1), date.max), ["2026-08?", "2026-09"]),
        (Assignment(date(2026, 8, 1), first_is_optional=True), (date(2020, 1, 1), date.max), ["2026-08", "2026-09"]),
        (Assignment(first_is_optional=True), (date(2026, 8, 15), date.max), ["2026-08?", "2026-09"]),
        (Assignment(date(2026, 8, 15)), (date(2020, 1, 1), date.max), ["2026-08", "2026-09"]),
    ],
)
def test_a_first_period_that_began_before_may_be_optional(assignment, stay, found):
    assert owes(duty(assignment, stay=stay), last="2026-09") == found


def test_a_first_period_is_optional_only_if_every_assignment_says_so():
    late, common = Assignment(date(2026, 8, 15), first_is_optional=True), Assignment(date(2026, 8, 20))
    assert owes(duty(late, common), last="2026-09") == ["2026-08", "2026-09"]


def test_periods_within_a_span_lie_wholly_in_it():
    one = duty(Assignment(frequency=Grain.QUARTER))
    assert owed.periods_within(one, [month("2026-09")]) == []
    [quarter] = owed.periods_within(one, periods_between(month("2026-07"), month("2026-09")))
    assert (quarter.start, quarter.stands_at) == (month("2026-07"), month("2026-09"))
    [later] = owed.periods_within(one, periods_between(month("2026-08"), month("2027-01")))
    assert later.start == month("2026-10")


def test_a_month_inside_a_quarter_is_refused_by_the_partners_name():
    problem = owed.why_not(duty(Assignment(frequency=Grain.QUARTER)), month("2026-08"), TODAY)
    assert problem is not None
    assert problem.code == "period.not_a_start"
    assert problem.message == (
        "2026-08 is not the first month of a quarter: P4 files Completions once a quarter, this one under 2026-07."
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"retired_on": date(2026, 8, 1)}, "indicator.inactive"),
        ({"stay": (date(2020, 1, 1), date(2026, 7, 31))}, "partner.inactive"),
        ({"stay": (date(2026, 9, 1), date.max)}, "period.out_of_range"),
        ({}, None),
    ],
)
def test_why_nothing_is_owed(changes, code):
    problem = owed.why_not(duty(**changes), month("2026-08"), TODAY)
    assert (problem and problem.code) == code


def test_a_figure_that_stands_keeps_its_length():
    monthly, quarterly = duty(Assignment()), duty(Assignment(frequency=Grain.QUARTER))
    filed = [month("2026-07"), month("2026-08")]
    assert [found[1:] for found in owed.changed_lengths(monthly, quarterly, filed)] == [("month", "quarter")] * 2
    assert owed.changed_lengths(quarterly, monthly, filed) == [(month("2026-07"), Grain.QUARTER, Grain.MONTH)]
    assert owed.changed_lengths(monthly, monthly, filed) == []
