"""Hand-offs: lags, lateness, the chain that decides, rings and bottlenecks."""

from datetime import date

from activities.rules.handoffs import Step, actual_days, chains, late_by, on_time

JULY = date(2026, 7, 1)


def came(*days: int | None) -> list[tuple[date, date | None]]:
    return [
        (date(2026, month, 1), None if days is None else date(2026, month, 1 + days))
        for month, days in enumerate(days, start=1)
    ]


def test_the_actual_lag_is_the_median_of_the_last_five_that_came():
    assert actual_days([]) is None
    assert actual_days(came(None)) is None
    assert actual_days(came(20, 20, 2, 4, 6, 8, 10)) == 6
    assert actual_days(came(3, None, 6)) == 4
    assert actual_days(came(0)) == 0


def test_what_is_waited_for_is_late_by_its_promise():
    assert late_by(JULY, 10, date(2026, 7, 11)) == 0
    assert late_by(JULY, 10, date(2026, 7, 14)) == 3
    assert late_by(JULY, None, date(2027, 7, 14)) is None
    assert on_time([(JULY, date(2026, 7, 5), 4), (JULY, date(2026, 7, 6), 4), (JULY, None, 4), (JULY, JULY, None)]) == (
        1,
        2,
    )


def test_the_chain_that_takes_longest_decides():
    found = chains([Step(1, 2, 10), Step(2, 4, 5), Step(1, 3, 2), Step(3, 4, 20), Step(4, 5, None)])
    assert (found.longest, found.days, found.unknown) == ((1, 3, 4, 5), 22, 1)
    assert found.waits == {2: 10, 3: 2, 4: 22, 5: 22}
    assert found.bottlenecks[:2] == ((1, 4), (2, 2))
    assert found.rings == ()


def test_activities_that_wait_for_each_other_are_named_and_have_no_path():
    found = chains([Step(1, 2, 10), Step(2, 1, 5), Step(3, 4, 7)])
    assert found.rings == ((1, 2),)
    assert (found.longest, found.days) == ((3, 4), 7)
    assert chains([]).longest == ()
