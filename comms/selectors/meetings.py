"""Meetings as their pages and the reminders read them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Prefetch, Q

from backbone.models import Grant, GroupMember, Initiative, Membership, Partner
from backbone.roles import Can, Role
from backbone.selectors.groups import own_groups, partners_of_group, partners_on
from backbone.tenancy import TenantQuerySet
from comms.models import Action, Attendance, Decision, Invited, Meeting, PreRead, Topic

State = Meeting.State
UNREPORTED = (State.PLANNED, State.OPEN, State.OVER)


def meetings_of(initiative: Initiative, membership: Membership) -> TenantQuerySet:
    """The meetings of an initiative that a person may know of, with their group; of others' groups a chair knows those to
    which they are invited."""
    rows = Meeting.objects.filter(initiative=initiative).select_related("group", "initiative", "by")
    own = own_groups(membership, Can.READ_MEETINGS)
    if own is None:
        return rows
    called = Exists(Invited.objects.filter(meeting=OuterRef("pk"), member=membership))
    return rows.filter(Q(group=None) | Q(group__in=own) | Q(called))


def coming(initiative: Initiative, membership: Membership, now: datetime) -> TenantQuerySet:
    """Those that are not over, soonest first, with how many topics and yeses each has."""
    rows = meetings_of(initiative, membership).filter(state__in=[State.PLANNED, State.OPEN], ends_at__gte=now)
    return _counted(rows).order_by("starts_at", "pk")


def unreported(initiative: Initiative, membership: Membership, now: datetime) -> list[Meeting]:
    """Those that are over, by the clock or because somebody ended them early, and that nobody closed, the oldest first."""
    is_over = Q(ends_at__lt=now) | Q(state=State.OVER)
    rows = meetings_of(initiative, membership).filter(is_over, state__in=UNREPORTED)
    return list(_counted(rows).order_by("starts_at", "pk"))


def past(initiative: Initiative, membership: Membership) -> TenantQuerySet:
    """Those that are closed or were called off, the newest first."""
    rows = meetings_of(initiative, membership).filter(state__in=[State.CLOSED, State.CANCELLED])
    return _counted(rows).order_by("-starts_at", "-pk")


def _counted(rows: TenantQuerySet) -> TenantQuerySet:
    return rows.annotate(
        topic_count=Count("topics", distinct=True),
        decision_count=Count("decisions", distinct=True),
        yes_count=Count("invited", filter=Q(invited__answer="yes"), distinct=True),
        invited_count=Count("invited", distinct=True),
    )


def meeting_of(initiative: Initiative, pk: int, membership: Membership) -> Meeting | None:
    return meetings_of(initiative, membership).select_related("series").filter(pk=pk).first()


def following(meeting: Meeting) -> list[Meeting]:
    """Those of the same series that come after it and have not begun, the next first; one statement, none without a
    series."""
    if meeting.series_id is None:
        return []
    rows = Meeting.objects.filter(series=meeting.series_id, state=State.PLANNED, starts_at__gt=meeting.starts_at)
    return list(rows.select_related("initiative", "group", "by", "series").order_by("starts_at", "pk"))


def the_next(meeting: Meeting) -> Meeting | None:
    """The planned meeting of the same people that comes after it; one statement."""
    rows = Meeting.objects.filter(initiative=meeting.initiative_id, group=meeting.group_id, state=State.PLANNED)
    return rows.filter(starts_at__gt=meeting.starts_at).order_by("starts_at", "pk").first()


def not_discussed(meeting: Meeting) -> list[Topic]:
    """What is still to be discussed, in its order; one statement."""
    return list(Topic.objects.filter(meeting=meeting, state=Topic.State.OPEN))


@dataclass(frozen=True, slots=True)
class Place:
    """An organization that is expected, and whether it was there; `presence` is empty while nobody said."""

    partner: Partner
    presence: str
    names: str
    answers: tuple[str, ...]


def expected_at(meeting: Meeting) -> list[Partner]:
    """The organizations that should be at a meeting, by code: its group's, or all that take part on that day."""
    if meeting.group_id is not None:
        return partners_of_group(meeting.group)
    return partners_on(meeting.initiative, meeting.starts_at.astimezone(ZoneInfo(meeting.timezone)).date())


def attendance_of(meeting: Meeting) -> list[Place]:
    """Every organization that is expected, is invited or was there, by code, with who of it said to come; four
    statements."""
    noted = {one.partner_id: one for one in Attendance.objects.filter(meeting=meeting).select_related("partner")}
    people: dict[int, list[Invited]] = {}
    partners = {one.pk: one for one in expected_at(meeting)}
    invited = Invited.objects.filter(meeting=meeting, partner__isnull=False).select_related("member", "partner")
    for one in invited:
        people.setdefault(one.partner_id, []).append(one)
        partners.setdefault(one.partner_id, one.partner)
    partners |= {one.partner_id: one.partner for one in noted.values()}
    found = []
    for partner in sorted(partners.values(), key=lambda one: one.code):
        row = noted.get(partner.pk)
        answers = tuple(one.member.name for one in people.get(partner.pk, ()) if one.answer == Invited.Answer.YES)
        found.append(Place(partner, row.presence if row else "", row.names if row else "", answers))
    return found


@dataclass(frozen=True, slots=True)
class Record:
    """What a meeting has come to so far, as its page and its mail show it."""

    meeting: Meeting
    topics: list[Topic]
    places: list[Place]
    decisions: list[Decision]
    actions: list[Action]

    @property
    def absent(self) -> list[Partner]:
        return [one.partner for one in self.places if one.presence == Attendance.Presence.ABSENT]

    @property
    def is_attendance_taken(self) -> bool:
        return any(one.presence for one in self.places)


def record_of(meeting: Meeting) -> Record:
    """Eleven statements, whatever happened in it."""
    decisions = Decision.objects.filter(meeting=meeting).select_related("strategy", "topic")
    decisions = decisions.prefetch_related(
        "citations__indicator", "dissents__partner", Prefetch("absences"), "absences__partner"
    )
    sources = [f"comms.meeting:{meeting.pk}", *(f"comms.decision:{one.pk}" for one in decisions)]
    actions = Action.objects.filter(source__in=sources).select_related("owner", "partner").order_by("number")
    return Record(
        meeting,
        list(Topic.objects.filter(meeting=meeting)),
        attendance_of(meeting),
        sorted(decisions, key=lambda one: one.number),
        list(actions),
    )


def invited_to(meeting: Meeting) -> list[Invited]:
    rows = Invited.objects.filter(meeting=meeting).select_related("member", "partner")
    return list(rows.order_by("member__name", "pk"))


def pre_reads_of(meeting: Meeting) -> list[PreRead]:
    return list(PreRead.objects.filter(meeting=meeting).select_related("by").defer("body"))


def usual_people(initiative: Initiative, group, day) -> list[tuple[Membership, Partner | None]]:
    """Whom a meeting usually invites: the people of its group, or the leads of the partners and whoever convenes."""
    if group is not None:
        rows = GroupMember.objects.filter(group=group, member__is_active=True).select_related("member", "partner")
        return [(one.member, one.partner) for one in rows]
    partners = {one.pk: one for one in partners_on(initiative, day)}
    roles = [Role.PARTNER_LEAD, Role.CONVENER, Role.BACKBONE_ADMIN, Role.DATA_STEWARD]
    grants = Grant.objects.in_force().filter(role__in=roles, membership__is_active=True)
    found: dict[int, tuple[Membership, Partner | None]] = {}
    for grant in grants.select_related("membership").order_by("membership__name", "pk"):
        if grant.partner_id is None or grant.partner_id in partners:
            found.setdefault(grant.membership_id, (grant.membership, partners.get(grant.partner_id)))
    return list(found.values())


def to_report(member_ids: Collection[int], now: datetime) -> list[Meeting]:
    """Meetings that these people run, that are over and that nobody closed, the oldest first; one statement."""
    rows = Meeting.objects.filter(by__in=member_ids, state__in=UNREPORTED, ends_at__lt=now)
    return list(rows.select_related("initiative").order_by("ends_at", "pk"))


def for_calendar(member: Membership, since: datetime) -> list[Invited]:
    """What a person's calendar shows: the meetings that they are invited to, from an instant on; two statements."""
    rows = Invited.objects.filter(member=member, meeting__ends_at__gte=since)
    return list(
        rows.select_related("meeting__initiative", "meeting__by", "meeting__series", "member").order_by(
            "meeting__starts_at", "pk"
        )
    )
