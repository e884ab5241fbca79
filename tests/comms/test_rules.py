"""The clock of mails, over zones, both nights of summer time, ends of years and leap days; and what names a mail."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from comms import rules
from comms.rules import Often

ZONES = [
    "Pacific/Kiritimati", "Pacific/Auckland", "Australia/Lord_Howe", "Asia/Kathmandu", "Asia/Kolkata", "Europe/Moscow",
    "Africa/Cairo", "Europe/London", "UTC", "Atlantic/Azores", "America/St_Johns", "America/New_York",
    "America/Los_Angeles", "Pacific/Marquesas", "Pacific/Pago_Pago", "Etc/GMT+12", "America/Santiago",
]  # fmt: skip
STEP = timedelta(minutes=7)


def ticks(first: datetime, days: int):
    now = first
    while now < first + timedelta(days=days):
        yield now
        now += STEP


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    "first",
    [
        datetime(2026, 3, 5, tzinfo=UTC),  # summer time begins in America on the 8th
        datetime(2026, 3, 26, tzinfo=UTC),  # and in Europe on the 29th
        datetime(2026, 10, 22, tzinfo=UTC),
        datetime(2026, 10, 29, tzinfo=UTC),
        datetime(2026, 12, 30, tzinfo=UTC),
        datetime(2028, 2, 26, tzinfo=UTC),
    ],
)
def test_each_day_and_each_week_comes_up_once_and_not_before_eight(zone, first):
    days, weeks = {}, {}
    for now in ticks(first, 14):
        here = rules.local(now, zone)
        if rules.is_open(now, zone):
            days.setdefault(here.date(), here)
        if (key := rules.bundle_due(Often.WEEKLY, now, zone)) is not None:
            weeks.setdefault(key, here)
    assert {here.hour for day, here in list(days.items())[1:]} == {8}
    assert len(days) in (14, 15)
    full = [here for here in weeks.values() if here.weekday() == 0]
    assert len(full) == 2
    assert {here.hour for here in full} == {8}
    assert all(rules.day_of(key) <= here.date() < rules.day_of(key) + timedelta(days=3)
               for key, here in weeks.items())  # fmt: skip


def test_a_missed_monday_is_caught_up_until_wednesday_evening_and_then_left_out():
    zone = ZoneInfo("Europe/London")
    due = {
        moment: rules.bundle_due(Often.WEEKLY, datetime(2026, 11, *moment, tzinfo=zone), "Europe/London")
        for moment in [(16, 7, 59), (16, 8, 0), (16, 20, 0), (17, 12, 0), (18, 19, 59), (19, 8, 0), (22, 12, 0)]
    }
    assert list(due.values()) == [None, "2026-W47", None, "2026-W47", "2026-W47", None, None]


@pytest.mark.parametrize(
    ("day", "key"),
    [
        (date(2026, 12, 31), "2026-W53"), (date(2027, 1, 3), "2026-W53"), (date(2027, 1, 4), "2027-W01"),
        (date(2028, 2, 29), "2028-W09"), (date(2024, 12, 30), "2025-W01"),
    ],
)  # fmt: skip
def test_weeks_are_named_over_the_turn_of_the_year(day, key):
    assert rules.week_key(day) == key
    assert rules.day_of(key) <= day < rules.day_of(key) + timedelta(days=7)


def test_the_same_instant_lies_in_two_weeks_at_the_ends_of_the_world():
    now = datetime(2026, 11, 15, 19, 0, tzinfo=UTC)
    assert rules.bundle_due(Often.WEEKLY, now, "Pacific/Kiritimati") == "2026-W47"
    assert rules.bundle_due(Often.WEEKLY, now, "Etc/GMT+12") is None


@pytest.mark.parametrize(
    ("days", "stage"),
    [
        (-6, None), (-5, "soon"), (-1, "soon"), (0, "due"), (2, "due"), (3, "late-0"), (9, "late-0"), (10, "late-1"),
        (16, "late-1"), (17, "late-2"), (20, "late-2"), (21, None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("due", [date(2026, 11, 10), date(2028, 2, 29), date(2026, 12, 31), date(2027, 3, 1)])
def test_reminders_come_before_on_and_after_the_day_and_stop_at_the_lock(due, days, stage):
    assert rules.stage(due, due + timedelta(days=20), due + timedelta(days=days)) == stage


def test_a_report_that_is_late_is_told_once_a_week():
    due = date(2026, 1, 31)
    told = [rules.stage(due, None, due + timedelta(days=day)) for day in range(-10, 60)]
    changes = [stage for before, stage in zip([None, *told], told, strict=False) if stage != before]
    assert changes == ["soon", "due", *[f"late-{week}" for week in range(9)]]


def test_back_off_grows_and_ends():
    waits = [rules.retry_in(attempt, 0.5) for attempt in (1, 2, 3, 4, 5)]
    assert waits == [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), None]
    assert rules.retry_in(4, 0.0) == timedelta(minutes=54)
    assert rules.retry_in(4, 1.0) == timedelta(minutes=66)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (None, "unknown"),
        (-1, "unknown"),
        (250, "unknown"),
        (421, "retry"),
        (451, "retry"),
        (550, "failed"),
        (535, "failed"),
    ],
)
def test_what_an_answer_means(code, outcome):
    assert rules.outcome(code) == outcome


def test_a_message_id_names_the_mail_and_nothing_else():
    one = rules.message_id(1, "digest", "7", "2026-W47", "backbone.example")
    assert one == rules.message_id(1, "digest", "7", "2026-W47", "backbone.example")
    others = {
        rules.message_id(*changed, "backbone.example")
        for changed in [(2, "digest", "7", "2026-W47"), (1, "nudge", "7", "2026-W47"), (1, "digest", "72", "026-W47")]
    }
    assert len(others | {one}) == 4


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("P4\r\nBcc: eve@example.org", "P4 Bcc: eve@example.org"),
        ("one\u2028two\u2029three", "one two three"),
        ("nul\x00 and bell\x07", "nul and bell"),
        ("\u202eevil\u202c", "evil"),
        ("tab\tand\x0bmore\x85here", "tab and more here"),
        ("x" * 500, "x" * 199 + "…"),
        ("مرحبا", "مرحبا"),
    ],
)
def test_a_header_is_one_line_whatever_a_name_holds(text, line):
    assert rules.one_line(text) == line


def test_a_day_a_week_and_a_month_each_come_up_at_the_readers_hour():
    def due(often, day, hour, wish=8):
        return rules.bundle_due(often, datetime(2026, 12, day, hour, tzinfo=ZoneInfo("Asia/Tokyo")), "Asia/Tokyo", wish)

    assert [due(Often.DAILY, 5, hour) for hour in (7, 8, 19, 20)] == [None, "2026-12-05", "2026-12-05", None]
    assert [due(Often.MONTHLY, day, 9) for day in (1, 2, 3, 4)] == ["2026-12", "2026-12", "2026-12", None]
    assert due(Often.WEEKLY, 7, 9) == "2026-W50"
    assert [due(Often.DAILY, 5, hour, wish=17) for hour in (8, 16, 17, 19, 20)] == [None, None] + ["2026-12-05"] * 2 + [
        None
    ]
    assert [due(Often.DAILY, 5, hour, wish=22) for hour in (8, 21, 22, 23)] == [None, None] + ["2026-12-05"] * 2
    assert due(Often.OFF, 7, 9) is None
    assert [rules.day_of(key) for key in ("2026-12-05", "2026-W50", "2026-12")] == [
        date(2026, 12, 5), date(2026, 12, 7), date(2026, 12, 1)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("mailed", "allowed"),
    [
        ([], True),
        ([(16, 9)], True),
        ([(16, 9), (17, 9)], False),
        ([(18, 8)], False),
        ([(13, 9), (14, 9), (15, 23)], True),
        ([(15, 23), (16, 0)], True),
    ],
)
def test_a_week_has_two_routine_mails_and_a_day_one(mailed, allowed):
    zone = ZoneInfo("America/New_York")
    now = datetime(2026, 11, 18, 9, tzinfo=zone)
    sent = [datetime(2026, 11, day, hour, tzinfo=zone) for day, hour in mailed]
    assert rules.may_mail(sent, now, "America/New_York", 2) is allowed
