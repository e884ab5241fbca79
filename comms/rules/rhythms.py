"""Rules of recurrence as other programs write them (RFC 5545, 3.3.10): which of them have days, and which days those are.
Pure: no Django, no clock.

Whoever asks for the days of a rule that has none would look for them until the end of time, and a rule that began decades
ago would be counted through day by day: both are known beforehand here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from dateutil.rrule import rrulestr

from comms.rules import recurring

MOST_COUNTED = 1000  # times of an event that says how many there are
_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")


def is_countable(count: str) -> bool:
    return bool(re.fullmatch(r"\d{1,4}", count)) and int(count) <= MOST_COUNTED


def spell_out(parts: dict[str, str], local: datetime) -> None:
    """Say what a rule leaves to the day it begins on, so that it means the same from any of its days on."""
    freq = parts.get("FREQ")
    days = {"BYDAY", "BYMONTHDAY"} & parts.keys()
    if freq == "WEEKLY" and "BYDAY" not in parts:
        parts["BYDAY"] = recurring.DAYS[local.weekday()]
    elif freq == "MONTHLY" and not days:
        parts["BYMONTHDAY"] = str(local.day)
    elif freq == "YEARLY":
        if "BYMONTH" not in parts and days != {"BYDAY"}:
            parts["BYMONTH"] = str(local.month)
        if not days:
            parts["BYMONTHDAY"] = str(local.day)


def is_sound(parts: dict[str, str], local: datetime) -> bool:
    """Whether a rule is of the shapes that calendars write, and has any days: one that has none would be looked for until
    the end of time."""
    freq, interval = parts.get("FREQ"), parts.get("INTERVAL", "1")
    if not re.fullmatch(r"\d{1,3}", interval) or int(interval) < 1 or parts.get("WKST", "MO") not in recurring.DAYS:
        return False
    if not set(parts) <= _SHAPES.get(freq or "", frozenset()) | {"FREQ", "INTERVAL", "WKST"}:
        return False
    days = [_DAY.fullmatch(one) for one in parts["BYDAY"].split(",")] if "BYDAY" in parts else []
    if any(one is None or (one[1] and (freq in ("DAILY", "WEEKLY") or not 1 <= abs(int(one[1])) <= 5)) for one in days):
        return False
    months, of_month = _numbers(parts, "BYMONTH", 12), _numbers(parts, "BYMONTHDAY", 31)
    places = _numbers(parts, "BYSETPOS", 5)
    if months is None or of_month is None or places is None or any(one < 0 for one in months):
        return False
    is_numbered = any(one is not None and one[1] for one in days)
    if places and (not days or of_month or is_numbered):
        return False
    if days and of_month and (is_numbered or int(interval) > 12):  # the first Monday on a 20th
        return False
    if days and freq == "DAILY" and int(interval) % 7 == 0:  # each Monday, from a Tuesday on
        return False
    reached = (
        {(local.month - 1 + step * int(interval)) % 12 + 1 for step in range(12)}
        if freq == "MONTHLY"
        else set(range(1, 13))
    )
    reached &= set(months) or reached
    if reached == {2} and ("5" in parts.get("BYSETPOS", "") or (is_numbered and "5" in parts["BYDAY"])):
        return False
    longest = {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}  # a leap day is not always reached
    return bool(reached) and (
        not of_month or any(abs(day) <= longest.get(month, 31) for day in of_month for month in reached)
    )


_SHAPES = {
    "DAILY": frozenset({"BYDAY"}),
    "WEEKLY": frozenset({"BYDAY"}),
    "MONTHLY": frozenset({"BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"}),
    "YEARLY": frozenset({"BYDAY", "BYMONTHDAY", "BYMONTH"}),
}


def _numbers(parts: dict[str, str], name: str, most: int) -> list[int] | None:
    """The numbers of a part, none of them 0 or further than `most`; None where they are not."""
    if name not in parts:
        return []
    said = parts[name].split(",")
    if not all(re.fullmatch(r"[+-]?\d{1,2}", one) for one in said):
        return None
    found = [int(one) for one in said]
    return found if all(1 <= abs(one) <= most for one in found) else None


def occurrences(
    rule: str, local: datetime, *, most: int | None, until: datetime | None, first: datetime, last: datetime
) -> Iterator[datetime]:
    """When a rule that is sound has a meeting, by its own clock, from `first` to `last`. It begins on `local`, and ends
    after `most` times or with `until`, where it says so."""
    if until is not None and until < first:
        return
    begins = local if most is not None else _nearer(rule, local, first)
    for number, one in enumerate(rrulestr(rule, dtstart=begins)):
        if (most is not None and number >= most) or (until is not None and one > until) or one > last:
            return
        if one >= first and one >= local:
            yield one


def _nearer(rule: str, local: datetime, first: datetime) -> datetime:
    """A day before `first` from which a rule has the same days as from `local`, so that nobody counts through decades."""
    if local >= first:
        return local
    parts = recurring.parts(rule)
    freq, interval = parts["FREQ"], int(parts.get("INTERVAL", "1"))
    days = (first - local).days
    if freq == "DAILY":
        return local + timedelta(days=days // interval * interval)
    if freq == "WEEKLY":
        return local + timedelta(weeks=days // 7 // interval * interval)
    years = first.year - local.year
    if freq == "YEARLY":
        steps = max(years - 1, 0) // interval * interval
        return local.replace(year=local.year + steps, month=1, day=1) if steps else local
    steps = max(years * 12 + first.month - local.month - 1, 0) // interval * interval
    month = local.year * 12 + local.month - 1 + steps
    return local.replace(year=month // 12, month=month % 12 + 1, day=1) if steps else local
