"""Words about meetings, decisions and actions on pages and in mail."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from backbone.look.numbers import long_date, short_date
from comms.models import Action, Decision, Meeting

register = template.Library()


@register.filter
def held_on(meeting: Meeting) -> str:
    """`Wednesday 18 November 2026, 9:00 to 10:30 (America/Chicago)`: on the meeting's own clock."""
    return f"{held_when(meeting)} ({meeting.timezone})"


@register.filter
def held_when(meeting: Meeting) -> str:
    """`Wednesday 18 November 2026, 9:00 to 10:30`: the same where somebody else says on which clock."""
    zone = ZoneInfo(meeting.timezone)
    start, end = meeting.starts_at.astimezone(zone), meeting.ends_at.astimezone(zone)
    words = {
        "day": long_date(start.date()), "start": time_format(start.time(), "H:i"),
        "end": time_format(end.time(), "H:i"),
    }  # fmt: skip
    if start.date() != end.date():
        return _("%(day)s, %(start)s to the next day, %(end)s") % words
    return _("%(day)s, %(start)s to %(end)s") % words


@register.filter
def held_from(meeting: Meeting) -> str:
    """`18 Nov 2026, 09:00`: when it begins, on its own clock."""
    start = meeting.starts_at.astimezone(ZoneInfo(meeting.timezone))
    return f"{short_date(start.date())}, {time_format(start.time(), 'H:i')}"


@register.filter
def without_whom(decision: Decision) -> str:
    """`Decided without P7.`; empty when nobody was absent."""
    codes = [one.partner.code for one in decision.absences.all()]
    if not codes:
        return ""
    if len(codes) == 1:
        return _("Decided without %(code)s.") % {"code": codes[0]}
    return _("Decided without %(codes)s and %(last)s.") % {"codes": ", ".join(codes[:-1]), "last": codes[-1]}


@register.filter
def standing(action: Action, today: date | None = None) -> str:
    """The state of an action in a word that pages know: one that is not done by its day is overdue."""
    is_late = action.due_on < (today or timezone.localdate()) and action.closed_at is None
    return "overdue" if is_late else action.state


@register.filter
def moves(action: Action) -> list[tuple[str, str]]:
    """Where an action can go from here, and what the button says."""
    state = Action.State
    under_way, done, stop = (
        (state.ACTIVE.value, _("Under way")),
        (state.DONE.value, _("Done")),
        (state.CANCELLED.value, _("Cancel it")),
    )
    found = {state.OPEN.value: [under_way, done, stop], state.ACTIVE.value: [done, stop]}
    return found.get(action.state, [(state.OPEN.value, _("Open again"))])


@register.filter
def decision_state(decision: Decision) -> str:
    """The state of a decision in a word that pages know."""
    known = {"stands": "active", "replaced": "closed"}
    return known.get(decision.state, "withdrawn")


@register.filter
def meeting_state(meeting: Meeting) -> str:
    known = {"planned": "planned", "open": "active", "over": "late", "closed": "done", "cancelled": "cancelled"}
    return known[meeting.state]


@register.filter
def hop_name(names: dict[str, str], slug: str) -> str:
    """What a hop of the clock is called."""
    return names[slug]
