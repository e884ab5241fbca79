"""What tests of meetings and decisions begin with."""

from __future__ import annotations

from datetime import date, datetime, time

from comms.models import Meeting
from comms.services import meetings, sessions
from measures.services import rollups
from tests import factories

OCTOBER = date(2026, 10, 1)
DAY = date(2026, 11, 18)


def plan(place, **more) -> list[Meeting]:
    """A meeting at Riverside's next week, at nine where it is held."""
    return meetings.plan(
        **{
            "initiative": place.initiative, "title": "Our week", "starts": datetime.combine(DAY, time(9)), "minutes": 90,
            "zone": "America/Chicago", "by": place.people.ana, "people": [(place.people.ben, place.partners[0])],
        }
        | more
    )  # fmt: skip


def in_session(place, *, there: str = "PPA", **more) -> Meeting:
    """A meeting that is open; `there` says for each partner whether it is Present, Absent or eXcused."""
    (meeting,) = plan(place, **more)
    sessions.open_session(meeting=meeting, by=place.people.ana)
    words = {"P": "present", "A": "absent", "X": "excused"}
    for partner, letter in zip(place.partners, there, strict=False):
        sessions.attend(meeting=meeting, partner=partner, presence=words[letter], by=place.people.ana)
    return meeting


def filed(place, *values, **changes):
    """An indicator with October's values of the first partners, added up; None for who is missing."""
    indicator = factories.make_indicator(place.initiative, code="K1", name="Course ends", **changes)
    for partner, value in zip(place.partners, values, strict=False):
        if value is not None:
            factories.make_figure(indicator, partner, OCTOBER, value)
    rollups.rebuild(place.initiative)
    return indicator
