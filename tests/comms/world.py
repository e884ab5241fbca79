"""One of each thing of communication, for tests that walk all pages."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from backbone.services import groups
from comms.models import Attendance, Topic
from comms.selectors.talk import subject_of
from comms.services import actions, announcements, decisions, invitations, meetings, pre_reads, pulses, sessions, talk
from measures.models import Indicator


def make_meeting(neighbourhood, indicator: Indicator) -> dict[str, Any]:
    """A group's meeting in session, one of each thing in it: ids and tokens by what they are."""
    people, partners, initiative = neighbourhood.people, neighbourhood.partners, neighbourhood.initiative
    group = groups.make(initiative=initiative, name="East", slug="east", purpose="The east side", by=people.ana)
    groups.put(group=group, member=people.ben, partner=partners[0], is_chair=True, by=people.ana)
    meeting = meetings.plan(
        initiative=initiative, title="Our week", starts=datetime.combine(date(2026, 11, 18), time(9)), minutes=60, zone="America/New_York",
        by=people.ana, group=group, place="Room 1", url="https://call.example/1", topics=[("The figures", 20)],
        people=[(people.ben, partners[0])], rule="FREQ=MONTHLY;BYDAY=3WE", count=1,
    )[0]  # fmt: skip
    meetings.invite(meeting=meeting, people=[], by=people.ana)
    pre_reads.send(meeting=meeting, indicators=[indicator], by=people.ana)
    sessions.open_session(meeting=meeting, by=people.ana)
    sessions.attend(
        meeting=meeting, partner=partners[0], presence=Attendance.Presence.PRESENT, names="Ben", by=people.ana
    )
    sessions.write_minutes(meeting=meeting, text="We met.", number=0, began="", by=people.ana)
    sessions.treat(topic=Topic.objects.get(meeting=meeting), state="discussed", words="It goes well.", by=people.ana)
    decision = decisions.decide(
        initiative=initiative, text="We move the class", reason="It is nearer", by=people.ana, meeting=meeting,
        cite=[indicator], dissent=[(partners[1], "Too far")], review_on=date(2199, 1, 1), decided_on=date(2026, 11, 18),
    )  # fmt: skip
    decision.citations.update(changed_at=timezone.now(), before="12", after="15")
    action = actions.add(
        initiative=initiative, what="Ask the school", owner=people.ben, partner=partners[0], due_on=date(2199, 1, 1),
        by=people.ana, decision=decision,
    )  # fmt: skip
    actions.move(action=action, state="active", note="Called", by=people.ben)
    announced = announcements.announce(
        initiative=initiative, title="The hall is closed", text="Until May", by=people.ana, needs_answer=True,
        url=neighbourhood.url("meetings/"),
    )  # fmt: skip
    subject = subject_of(initiative, f"measures.figure:{indicator.pk}-2026-10", partners[0])
    talk.say(initiative=initiative, subject=subject, text="Is that right?", by=people.ana, mentions=[people.ben])
    section = subject_of(initiative, "agenda.section:vision")
    talk.say(initiative=initiative, subject=section, text="Say it shorter.", by=people.ana)
    pulse = pulses.open_pulse(
        initiative=initiative, asked=["recall", "comms"], opens_on=timezone.localdate(), closes_on=date(2199, 1, 1),
        by=people.ana,
    )  # fmt: skip
    return {
        "pulse": pulse.pk,
        "figure_about": subject.about,
        "meeting": meeting.pk, "announcement": announced.pk, "feed": invitations.make_feed(member=people.ben),
    }  # fmt: skip
