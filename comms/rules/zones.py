"""The time zones of calendars that others wrote: the world's by their names, Windows's names for them, and those that a
file describes itself. Pure: no Django, no clock."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from icalendar import Timezone, vRecur
from icalendar.timezone import tzp
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON
from icalendar.timezone.zoneinfo import ZONEINFO

from comms.rules import recurring, rhythms

MOST_CLOCKS = 200  # rules by which the clocks of a file's own zones change
OLDEST_CLOCK = 1600  # calendars let their clocks begin in 1601

_one_at_a_time = threading.Lock()


@contextmanager
def of_one_file() -> Iterator[None]:
    """While one calendar is read. The library keeps the zones that files describe by their names, for the whole process:
    the next file's “Eastern” would be this one's."""
    with _one_at_a_time:
        tzp.use(_Zones())
        try:
            yield
        finally:
            tzp.use_default()


class _Zones(ZONEINFO):
    """The known zones, and those that a file describes by clocks that change once a year. For a clock that changes by any
    other rule one would count through its seconds since 1600; such a zone is none that is known."""

    def __init__(self) -> None:
        self._clocks = 0

    def create_timezone(self, tz: Timezone) -> tzinfo | None:  # type: ignore[override]  # None: nobody knows it
        clocks = [one for one in tz.walk() if one is not tz]
        self._clocks += len(clocks)
        if self._clocks > MOST_CLOCKS or not all(_is_yearly(one) for one in clocks):
            return None
        return super().create_timezone(tz)


def _is_yearly(clock: Any) -> bool:
    start, rule = getattr(clock.get("DTSTART"), "dt", None), clock.get("RRULE")
    if not isinstance(start, datetime) or start.year < OLDEST_CLOCK or "EXRULE" in clock:
        return False
    if rule is None:
        return True
    if not isinstance(rule, vRecur):
        return False
    try:
        parts = recurring.parts(rule.to_ical().decode())
    except (ValueError, AttributeError, TypeError):  # it cannot even be said again
        return False
    parts = {name: value for name, value in parts.items() if name not in ("COUNT", "UNTIL")}
    return parts.get("FREQ") == "YEARLY" and rhythms.is_sound(parts, start)


def agree(moment: datetime, theirs: tzinfo, ours: str) -> bool:
    """Whether a zone of the file and one of the world say the same of a moment on the clock."""
    return moment.replace(tzinfo=theirs).utcoffset() == moment.replace(tzinfo=ZoneInfo(ours)).utcoffset()


def known(named: str) -> str | None:
    """The zone that a name stands for, as the world or as Windows calls it."""
    if named in names():
        return named
    found = WINDOWS_TO_OLSON.get(named)
    return found if found in names() else None


@cache
def names() -> frozenset[str]:
    """What the world calls its zones."""
    return frozenset(available_timezones())
