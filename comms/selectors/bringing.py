"""Meetings that somebody brings along in a calendar, held against those that are here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from backbone.models import Grant, Initiative, Membership, Partner, WorkingGroup
from backbone.problems import Problem, gettext_noop
from backbone.roles import Can
from backbone.selectors.able import people_who
from comms.models import Meeting, Series
from comms.rules.bringing import MOST_MEETINGS, Coming, Found, Left, Time
from comms.selectors.meetings import meetings_of


@dataclass(frozen=True, slots=True)
class Bringing:
    """What bringing a calendar in comes to: `new` events with those of their times that are not here, how many times are
    `here` as they are, those that stand here `otherwise`, and what is `left` out."""

    new: tuple[Coming, ...]
    here: int
    otherwise: tuple[tuple[Time, Meeting], ...]
    left: tuple[Left, ...]

    @property
    def count(self) -> int:
        """How many meetings are new."""
        return sum(len(one.times) for one in self.new)

    @property
    def problem(self) -> Problem | None:
        """What is in the way of bringing it in at all."""
        if self.count <= MOST_MEETINGS:
            return None
        text = gettext_noop("These are {count} new meetings; {limit} at once are the most. Export fewer months.")
        return Problem("calendar.many_meetings", text, {"count": self.count, "limit": MOST_MEETINGS}, field="file")


def held_against(
    found: Found, initiative: Initiative, membership: Membership, group: WorkingGroup | None = None
) -> Bringing:
    """What of a calendar is new in an initiative, for a group or for everybody; four statements at most. Nothing that is
    here is ever changed. A series stays with whom it is for: who may plan for one group, and call a whole series off, would
    otherwise reach another's meetings by one of their own among them."""
    uids = [one.uid for one in found.events]
    alone = {one.uid: one for one in Meeting.objects.filter(uid__in=uids)}
    series = {one.uid: one for one in Series.objects.filter(uid__in=uids).order_by("-pk")}
    of_series: dict[tuple[str, datetime | None], Meeting] = {}
    groups: dict[str, set[int | None]] = {}
    for one in Meeting.objects.filter(series__in=series.values()).select_related("series"):
        if one.series is not None:
            of_series[one.series.uid, one.recurs_at] = one
            groups.setdefault(one.series.uid, set()).add(one.group_id)
    known = [*(one.pk for one in alone.values()), *(one.pk for one in of_series.values())]
    seen = {one.pk: one for one in meetings_of(initiative, membership).filter(pk__in=known)} if known else {}
    new, left, otherwise, here = [], list(found.left), [], 0
    for event in found.events:
        alone_here, series_here = alone.get(event.uid), series.get(event.uid)
        there = [of_series.get((event.uid, time.recurs_at)) if event.rule else alone_here for time in event.times]
        missing = [time for time, one in zip(event.times, there, strict=True) if one is None]
        is_elsewhere = series_here is not None and series_here.initiative_id != initiative.pk
        is_of_others = missing and groups.get(event.uid, set()) - {group.pk if group is not None else None}
        if is_elsewhere or is_of_others or any(one is not None and one.pk not in seen for one in (alone_here, *there)):
            text = gettext_noop("It is in this account already, in another initiative or another group.")
            left.append(Left(event.title, Problem("event.elsewhere", text)))
            continue
        is_once_here = bool(event.rule) and alone_here is not None
        if missing and (is_once_here or (series_here is not None and series_here.rule != event.rule)):
            text = gettext_noop("It is here already in another rhythm.")
            hint = gettext_noop("Plan what is new here by hand.")
            left.append(Left(event.title, Problem("event.rhythm", text, hint=hint)))
        elif missing:
            new.append(replace(event, times=tuple(missing)))
        for time, one in zip(event.times, there, strict=True):
            if one is not None and _differs(time, one):
                otherwise.append((time, seen[one.pk]))
            elif one is not None:
                here += 1
    return Bringing(tuple(new), here, tuple(otherwise), tuple(left))


def _differs(time: Time, meeting: Meeting) -> bool:
    """Whether a meeting that is planned here is at another time than its calendar says, or is called otherwise."""
    if meeting.state != Meeting.State.PLANNED:
        return False
    return (time.starts_at, time.ends_at, time.title) != (meeting.starts_at, meeting.ends_at, meeting.title)


def people_of(emails: Iterable[str]) -> dict[str, tuple[Membership, Partner | None]]:
    """Who of these may read here what meetings are about, by e-mail in small letters, with the first organization that
    they act for; two statements."""
    wanted = set(emails)
    if not wanted:
        return {}
    members = {one.pk: one for one in people_who(Can.READ_MEETINGS) if one.email.lower() in wanted}
    grants = Grant.objects.in_force().filter(membership__in=members, partner__isnull=False)
    partners = {grant.membership_id: grant.partner for grant in grants.select_related("partner").order_by("-pk")}
    return {one.email.lower(): (one, partners.get(pk)) for pk, one in members.items()}
