"""The writer of meetings that come from somebody's calendar: under the names that they have there, and nobody is told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from backbone.models import Initiative, Membership, Partner, WorkingGroup
from backbone.problems import Refused
from backbone.services.fields import checked
from comms.models import Invited, Meeting, Series
from comms.rules.bringing import Coming, Found
from comms.selectors.bringing import Bringing, held_against, people_of
from comms.selectors.meetings import usual_people
from comms.services.meetings import new_uid, record

Places = Collection[tuple[Membership, Partner | None]]


@transaction.atomic
def bring_in(*, initiative: Initiative, found: Found, by: Membership, group: WorkingGroup | None = None) -> Bringing:
    """Plan the meetings of a calendar that are not here yet; answers what that came to. The same twice changes nothing.

    On the list are those of the calendar's people who may read here what meetings are about, or else whoever is usually
    invited; nobody is told. Raises `Refused` for more meetings than are brought in at once, and then none of them is.
    """
    Initiative.objects.select_for_update(of=("self",), no_key=True).get(pk=initiative.pk)
    plan = held_against(found, initiative, by, group)
    if plan.problem is not None:
        raise Refused(plan.problem)
    known = people_of(email for event in plan.new for email in event.emails)
    usual: dict[date | None, Places] = {}
    for event in plan.new:
        listed = {known[email][0].pk: known[email] for email in sorted(event.emails) if email in known}
        made = _meetings(initiative, event, group, by)
        Invited.objects.bulk_create(
            Invited(meeting=row, member=member, partner=partner)
            for row in made
            for member, partner in listed.values() or _usual(usual, initiative, group, row.starts_at, row.timezone)
        )
        if event.rule:
            record("meeting.series", made[0], by, count=len(made))
        else:
            record("meeting.planned", made[0], by)
    return plan


def _usual(
    known: dict[date | None, Places], initiative: Initiative, group: WorkingGroup | None, at: datetime, zone: str
) -> Places:
    """Whom a meeting on that day usually invites, asked once for each day; a group's people once."""
    day = at.astimezone(ZoneInfo(zone)).date()
    key = day if group is None else None
    if key not in known:
        known[key] = {member.pk: (member, partner) for member, partner in usual_people(initiative, group, day)}.values()
    return known[key]


def _meetings(initiative: Initiative, event: Coming, group: WorkingGroup | None, by: Membership) -> list[Meeting]:
    series = None
    if event.rule:
        series = Series.objects.filter(initiative=initiative, uid=event.uid).order_by("pk").first()
        if series is None:
            series = Series(
                initiative=initiative, title=event.title, rule=event.rule, uid=event.uid, timezone=event.zone
            )
            checked(series).save(force_insert=True)
    made = []
    for time in event.times:
        row = Meeting(
            initiative=initiative, group=group, series=series, title=time.title, starts_at=time.starts_at,
            ends_at=time.ends_at, timezone=time.timezone, place=time.place, url=time.url,
            uid=new_uid() if event.rule else event.uid, by=by, recurs_at=time.recurs_at,
        )  # fmt: skip
        checked(row).save(force_insert=True)
        made.append(row)
    return made
