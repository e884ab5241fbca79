"""What the demonstration has talked about: two groups, three meetings of the steering committee with their decisions, two
of the other group, what came of them, and a meeting that is to come. Nobody is mailed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from agenda.models import Learning, Strategy
from agenda.services import learning
from backbone.models import Initiative, Membership, Partner, WorkingGroup
from backbone.services import groups
from comms.models import Attendance, Decision, Meeting, Topic
from comms.rules.agendas import BY_SLUG, Template
from comms.services import actions, decisions, meetings, sessions
from measures.models import Indicator
from measures.rules.periods import add_months

ZONE = "America/Chicago"
IN_JOBS = (("p3", "P3"), ("ana", "P4"), ("p6", "P6"), ("p7-lead", "P7"), ("p8-lead", "P8"))
REVIEWED = 9  # the decision that is due for review

# Months before the open one, day, who was not there, who was excused, the minutes, what was decided (and which strategy).
HELD = (
    (
        4, 13, ("P9",), (),
        "Nine organizations signed up for one way to count. The libraries asked for a shorter form.",
        (
            ("Every partner files by the tenth of the month, with who is missing said aloud", ""),
            ("A completion is counted where the last class was held", "evening-training"),
            ("Résumé classes are open to everybody who asks, without a referral", "resume-class"),
            ("Employers hear of graduates two weeks before a course ends", "job-coaching"),
            ("The youth shelter sits in the steering committee for those who left care", ""),
            ("Figures below eleven are not shown to anybody outside", ""),
        ),
    ),
    (
        2, 12, (), ("P6",),
        "Completions held over the summer. Open seats are in the west, the waiting lists in the east.",
        (
            ("Two evening courses move to the school on the east side in January", "evening-training"),
            ("Internships are paid from the first day, or not offered under this agenda", "paid-internships"),
            ("Coaches call within thirty days of a course’s end, for half a year, and then we look", "job-coaching"),
            ("We ask the health centre for its waiting times before winter", ""),
            ("The workforce board keeps one list of open seats for all", "open-seats"),
        ),
    ),
    (
        0, 14, ("P7",), ("P6",),
        "Fewer young people were placed within ninety days. Where a coach calls in the first month, four of five are in work.",
        (
            ("Job coaching goes first to those whose ninety days end before Christmas", "job-coaching"),
            ("P5 may move one résumé class east of the river when the lease allows it", "resume-class"),
        ),
    ),
)  # fmt: skip

# The same of the other group, which decided nothing. The school district sent nobody to either of the last two meetings.
WORKED = (
    (1, 8, (), (), "Where each of the spring’s interns is now. Two firms want to go on."),
    (0, 27, ("P7",), (), "Who calls whom in the first thirty days. The school district’s list has not come."),
)


def fill(initiative: Initiative, open_month: date) -> None:
    """Does nothing where there is a group already. What was done before today is dated then."""
    if initiative.slug != "youth-to-work" or WorkingGroup.objects.filter(initiative=initiative).exists():
        return
    people = {row.email.partition("@")[0]: row for row in Membership.objects.all()}
    partners = {row.code: row for row in Partner.objects.all()}
    steering, jobs = _groups(initiative, people, partners)
    for months, day, absent, excused, minutes, decided in HELD:
        on = add_months(open_month, -months).replace(day=day)
        meeting = _held(initiative, steering, BY_SLUG["steering"], on, minutes, people["dana"])
        _attended(meeting, partners, absent, excused, people["dana"])
        _decide(initiative, meeting, decided, on, people["dana"], partners)
        _close(meeting, on)
    there = {code: partners[code] for _, code in IN_JOBS}
    for months, day, absent, excused, minutes in WORKED:
        on = add_months(open_month, -months).replace(day=day)
        meeting = _held(initiative, jobs, BY_SLUG["working-group"], on, minutes, people["chair"])
        _attended(meeting, there, absent, excused, people["chair"])
        _close(meeting, on)
    _follow_up(initiative, people, partners)
    _to_come(initiative, steering, people)


def _groups(
    initiative: Initiative, people: dict[str, Membership], partners: dict[str, Partner]
) -> tuple[WorkingGroup, WorkingGroup]:
    dana = people["dana"]
    steering, jobs = (
        groups.make(initiative=initiative, name=name, slug=slug, purpose=purpose, is_steering=steers, by=dana)
        for name, slug, purpose, steers in (
            ("Steering committee", "steering", "Keeps the whole in view, and decides what concerns everybody.", True),
            ("Into work", "into-work", "Internships, coaching and the first ninety days.", False),
        )
    )
    for login, code in (("p1-lead", "P1"), ("p2-lead", "P2"), ("p3-lead", "P3"), ("lead", "P4"), ("p5-lead", "P5"),
                        ("p6", "P6"), ("p7-lead", "P7"), ("p8-lead", "P8"), ("p9-lead", "P9")):  # fmt: skip
        groups.put(group=steering, member=people[login], partner=partners[code], by=dana)
    groups.put(group=steering, member=dana, is_chair=True, by=dana)
    groups.put(group=jobs, member=people["chair"], is_chair=True, by=dana)
    for login, code in IN_JOBS:
        groups.put(group=jobs, member=people[login], partner=partners[code], by=dana)
    return steering, jobs


def _held(
    initiative: Initiative, group: WorkingGroup, template: Template, on: date, minutes: str, by: Membership
) -> Meeting:
    people = [(one.member, one.partner) for one in group.members.select_related("member", "partner")]
    (meeting,) = meetings.plan(
        initiative=initiative, group=group, title=group.name, starts=datetime.combine(on, time(9)),
        minutes=template.minutes, zone=ZONE, place="Riverbend town hall, room 2", template=template.slug,
        topics=template.topics, people=people, by=by,
    )  # fmt: skip
    meeting = sessions.open_session(meeting=meeting, by=by)
    sessions.write_minutes(meeting=meeting, text=minutes, number=0, began="", by=by)
    for topic in Topic.objects.filter(meeting=meeting).select_related("meeting"):
        sessions.treat(topic=topic, state=Topic.State.DISCUSSED, by=by)
    return meeting


def _attended(
    meeting: Meeting, partners: dict[str, Partner], absent: Iterable[str], excused: Iterable[str], by: Membership
) -> None:
    for code, partner in partners.items():
        presence = "absent" if code in absent else "excused" if code in excused else "present"
        sessions.attend(meeting=meeting, partner=partner, presence=Attendance.Presence(presence), by=by)


def _decide(
    initiative: Initiative,
    meeting: Meeting,
    decided: Iterable[tuple[str, str]],
    on: date,
    by: Membership,
    partners: dict[str, Partner],
) -> None:
    """Write down what was decided; what rests on a figure cites that of the month before."""
    strategies = {one.slug: one for one in Strategy.objects.filter(outcome__initiative=initiative)}
    placed = Indicator.objects.get(initiative=initiative, slug="placed")
    for text, slug in decided:
        number = Decision.objects.filter(initiative=initiative).count() + 1
        decisions.decide(
            initiative=initiative, text=text, meeting=meeting, strategy=strategies.get(slug), decided_on=on, by=by,
            review_on=initiative.tenant.day() + timedelta(days=12) if number == REVIEWED else None,
            cite=[placed] if slug == "job-coaching" else [], month=add_months(on.replace(day=1), -1),
            dissent=[(partners["P5"], "The east waits longer.")] if slug == "evening-training" and number > 6 else [],
        )  # fmt: skip


def _close(meeting: Meeting, on: date) -> None:
    """Date it when it was, without sending anybody a record of months ago."""
    opened = datetime.combine(on, time(9), tzinfo=ZoneInfo(ZONE))
    closed = opened + timedelta(hours=3)
    Meeting.objects.filter(pk=meeting.pk).update(state=Meeting.State.CLOSED, opened_at=opened, closed_at=closed)
    Decision.objects.filter(meeting=meeting).update(at=opened + timedelta(hours=1))


def _follow_up(initiative: Initiative, people: dict[str, Membership], partners: dict[str, Partner]) -> None:
    """What is being done about decisions, and what nobody has found out yet."""
    by_number = {one.number: one for one in Decision.objects.filter(initiative=initiative)}
    today = initiative.tenant.day()
    for number, what, login, code, days, state in (
        (12, "List whose ninety days end before Christmas", "p8-lead", "P8", 16, "active"),
        (13, "Ask the landlord for a day", "p5-lead", "P5", 30, ""),
        (7, "Find a teacher for Tuesday evenings", "p1-lead", "P1", 20, "done"),
    ):
        action = actions.add(
            initiative=initiative, what=what, owner=people[login], partner=partners[code], by=people["dana"],
            due_on=today + timedelta(days=days), decision=by_number[number],
        )  # fmt: skip
        if state:
            actions.move(action=action, state=state, by=people[login])
    learning.add(
        initiative=initiative, sort=Learning.Sort.UNKNOWN, by=people["chair"], owner=people["chair"],
        learn_by=today - timedelta(days=9), text="Why do young people on the north bank leave in the first month?",
    )  # fmt: skip


def _to_come(initiative: Initiative, group: WorkingGroup, people: dict[str, Membership]) -> None:
    template = BY_SLUG["steering"]
    starts = datetime.combine(initiative.tenant.day() + timedelta(days=26), time(9))
    meetings.plan(
        initiative=initiative, group=group, title="Steering committee", starts=starts, minutes=template.minutes,
        zone=ZONE, place="Riverbend town hall, room 2", template=template.slug, topics=template.topics,
        people=[(one.member, one.partner) for one in group.members.select_related("member", "partner")],
        by=people["dana"],
    )  # fmt: skip
