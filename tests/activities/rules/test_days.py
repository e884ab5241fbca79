"""Where an activity stands on a day."""

from __future__ import annotations

from datetime import date

import pytest

from activities.rules.days import is_late_to_begin, runs_on, standing

JAN, JUN, DEC = date(2026, 1, 1), date(2026, 6, 1), date(2026, 12, 1)


@pytest.mark.parametrize(
    ("status", "starts_on", "ends_on", "runs", "stands"),
    [
        ("active", JAN, None, True, "active"),
        ("active", JUN, JUN, True, "active"),
        ("active", JAN, JAN, False, "ended"),
        ("active", DEC, None, False, "planned"),
        ("planned", JAN, None, False, "planned"),
        ("paused", JAN, DEC, False, "paused"),
        ("cancelled", JAN, None, False, "cancelled"),
        ("ended", JAN, None, False, "ended"),
    ],
)
def test_the_status_is_held_against_the_dates(status, starts_on, ends_on, runs, stands):
    assert runs_on(status, starts_on, ends_on, JUN) is runs
    assert standing(status, starts_on, ends_on, JUN) == stands


def test_a_planned_one_is_late_to_begin_after_its_first_day():
    assert is_late_to_begin("planned", JAN, JUN)
    assert not is_late_to_begin("active", JAN, JUN)
    assert not is_late_to_begin("planned", JUN, JUN)
    assert not is_late_to_begin("planned", None, JUN)
