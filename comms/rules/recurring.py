"""Meetings that come again: a rule of RFC 5545, and the days that it makes. Pure: no Django, no clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

MOST = 52  # meetings that are made at once
FURTHEST = timedelta(days=3 * 366)
YEARS = range(1970, 2200)  # in which meetings are; calendars of further ones would reckon with clocks of nobody

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"}


class Often(StrEnum):
    ONCE = "once"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"  # on the same weekday of the month: the third Wednesday
    BIMONTHLY = "bimonthly"
    QUARTERLY = "quarterly"


class BadRule(ValueError):
    """No recurrence that meetings can have."""


class BadDay(ValueError):
    """No day on which a meeting can be."""


def rule_for(often: Often, first: date) -> str:
    """The rule of a rhythm that begins on a day: `FREQ=MONTHLY;BYDAY=3WE`; the fifth of a weekday is the last one."""
    day, week = DAYS[first.weekday()], (first.day - 1) // 7 + 1
    place = f"{week}{day}" if week < 5 else f"-1{day}"
    return {
        Often.ONCE: "",
        Often.WEEKLY: f"FREQ=WEEKLY;BYDAY={day}",
        Often.FORTNIGHTLY: f"FREQ=WEEKLY;INTERVAL=2;BYDAY={day}",
        Often.MONTHLY: f"FREQ=MONTHLY;BYDAY={place}",
        Often.BIMONTHLY: f"FREQ=MONTHLY;INTERVAL=2;BYDAY={place}",
        Often.QUARTERLY: f"FREQ=MONTHLY;INTERVAL=3;BYDAY={place}",
    }[often]


def parts(rule: str) -> dict[str, str]:
    """The parts of a rule by their names: `{"FREQ": "WEEKLY", "BYDAY": "WE"}`."""
    return dict(part.partition("=")[::2] for part in rule.upper().split(";") if part)


def starts(rule: str, first: datetime, count: int) -> list[datetime]:
    """When the next `count` meetings begin, on the clock of the meeting, without a zone; the first one included.

    Raises `BadRule` for what is no rule, or none of days: meetings do not come again every minute.
    """
    named = parts(rule)
    if (
        not rule.strip()
        or not set(named) <= _PARTS
        or named.get("FREQ") not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
    ):
        raise BadRule(rule)
    try:
        found = rrulestr(rule, dtstart=first)
    except (ValueError, TypeError) as error:
        raise BadRule(rule) from error
    made = []
    for one in islice(found, min(count, MOST)):
        if one - first > FURTHEST:
            break
        made.append(one)
    return made


def instant(local: datetime, zone: str) -> datetime:
    """That moment on the clock of a zone, as an aware instant. An hour that the clock leaves out is the one after it.

    Raises `BadDay` for a day on which nobody meets.
    """
    if local.year not in YEARS:
        raise BadDay(local.date().isoformat())
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))
