"""POST and PATCH of meetings, decisions and actions: the same services as the pages', and who may do it there.

A repeated request with its Idempotency-Key is answered again. A PATCH says what is to be another; with If-Match it is
refused when somebody changed the row since it was read. What the version is, the ETag of every answer says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from agenda.models import AgendaVersion, Learning, Strategy
from backbone.api import parameters, versions
from backbone.api.bodies import only
from backbone.api.resource import MemberAPI
from backbone.api.shapes import KEY, READING, WRITING, refusals
from backbone.api.values import Reader
from backbone.models import Membership, Partner, WorkingGroup
from backbone.problems import Refused
from backbone.roles import Can
from backbone.selectors.groups import may_in, own_groups
from comms.api import shapes
from comms.api.shown import action_shown, decision_shown, meeting_shown
from comms.models import Action, Attendance, Decision, Meeting, Topic
from comms.selectors.decisions import actions_of, decisions_of, with_voices, without_others
from comms.selectors.meetings import meetings_of, usual_people
from comms.selectors.rights import require_inside
from comms.services import actions, decisions, meetings, sessions
from measures.models import Indicator

_NUMBER = {"type": "integer", "minimum": 1}
ID = OpenApiParameter("meeting", _NUMBER, OpenApiParameter.PATH, description="Its id.")
NUMBER = OpenApiParameter("number", _NUMBER, OpenApiParameter.PATH, description="Its number, as the 14 of D-14.")

MEETING_FIELDS = ("title", "group", "starts", "minutes", "timezone", "place", "url", "topics")
WHEN_FIELDS = ("title", "starts", "minutes", "timezone", "place", "url")
MOVED_FIELDS = (*WHEN_FIELDS, "state", "why", "attendance")
DECISION_FIELDS = (
    "text", "reason", "meeting", "topic", "agenda_version", "strategy", "decided_on", "review_on", "cites", "dissent", "entry",
)  # fmt: skip
JUDGED_FIELDS = ("state", "review_on", "replaced_by", "why", "cites", "dissent")
ACTION_FIELDS = ("what", "owner", "partner", "due_on", "meeting", "decision", "entry")
CHANGED_FIELDS = ("state", "owner", "due_on", "note")


class WritingAPI(MemberAPI):
    """Base: one row found, shown with its ETag, and changed by PATCH."""

    def answer(self, shown: Mapping[str, Any], status: int = 200) -> Response:
        """As plain values, so that the answer that is kept for a repetition is this one to the letter."""
        plain = json.loads(JSONEncoder().encode(shown))
        return Response(plain, status=status, headers=versions.headers(versions.state_of(shown)))

    def within(self, group_id: int | None, can: Can) -> None:
        """404 for a chair to whom it is another group's."""
        if not may_in(self.membership, can, group_id):
            raise Http404

    # --- what names in a body stand for ---

    def partner(self, code: Any) -> Partner | None:
        return Partner.objects.of_initiative(self.initiative).filter(code=code).first()

    def person(self, email: Any) -> Membership | None:
        return Membership.objects.filter(is_active=True, email__iexact=str(email)).first()

    def strategy(self, slug: Any) -> Strategy | None:
        return Strategy.objects.filter(outcome__initiative=self.initiative, slug=slug).first()

    def indicator(self, slug: Any) -> Indicator | None:
        return Indicator.objects.filter(initiative=self.initiative, retired_on=None, slug=slug).first()

    def entry(self, pk: Any) -> Learning | None:
        rows = Learning.objects.filter(initiative=self.initiative, state=Learning.State.OPEN)
        return rows.filter(pk=pk).first() if isinstance(pk, int) else None

    def meeting(self, pk: Any) -> Meeting | None:
        rows = meetings_of(self.initiative, self.membership)
        return rows.filter(pk=pk).first() if isinstance(pk, int) else None

    def the_meeting(self, pk: int) -> Meeting:
        """As this person may see it; 404 where there is none."""
        rows = meetings_of(self.initiative, self.membership).prefetch_related("topics", "attendance__partner")
        found = rows.filter(pk=pk).first()
        if found is None:
            raise Http404
        return found

    def decision(self, number: Any) -> Decision | None:
        rows = decisions_of(self.initiative, self.membership)
        return rows.filter(number=number).first() if isinstance(number, int) else None

    def the_action(self, number: int) -> Action:
        """As this person may see it; 404 where there is none."""
        found = actions_of(self.initiative).filter(number=number).first()
        if found is None:
            raise Http404
        return without_others([found], self.initiative, self.membership)[0]

    def dissent(self, read: Reader) -> list[tuple[Partner, str]]:
        def one(inner: Reader) -> tuple[Partner | None, str]:
            return inner.row("partner", self.partner, is_needed=True), inner.text("words", 1000)

        return [(partner, words) for partner, words in read.each("dissent", one, ("partner", "words")) if partner]


class MeetingAPI(WritingAPI):
    """One meeting. A PATCH moves it, renames it or calls it off: whoever was invited gets it by mail. `state` opens, ends
    or closes it as well, and `attendance` notes who is there; its minutes have an address of their own."""

    can = {"GET": Can.READ_MEETINGS, "PATCH": Can.EDIT_MEETINGS}

    @extend_schema(
        operation_id="meetings_retrieve", responses={200: shapes.MeetingShape, **refusals(*READING)}, parameters=[ID]
    )
    def get(self, request, meeting, **named):
        parameters.read(request.query_params, {})
        return self.answer(meeting_shown(self.the_meeting(meeting)))

    @extend_schema(
        operation_id="meetings_change",
        request=shapes.MeetingChangeShape,
        responses={200: shapes.MeetingShape, **refusals(*WRITING, 412)},
        parameters=[ID, KEY, versions.IF_MATCH],
    )
    def patch(self, request, meeting, **named):
        return self.once(request, lambda: self._patch(request, meeting))

    def _patch(self, request, pk: int) -> Response:
        row = self.the_meeting(pk)
        self.within(row.group_id, Can.EDIT_MEETINGS)
        read = Reader(only(request.data, MOVED_FIELDS, ("id", "group", "topics", "ends_at", "starts_at")))
        meetings.locked(row)
        row = self.the_meeting(pk)
        versions.require_unmoved(request, versions.state_of(meeting_shown(row)))
        start = row.starts_at.astimezone(ZoneInfo(row.timezone)).replace(tzinfo=None)
        length = (row.ends_at - row.starts_at) // timedelta(minutes=1)
        said = {
            "title": read.text("title", 200, is_needed=True) if "title" in read else row.title,
            "starts": read.clock("starts") if "starts" in read else start,
            "minutes": read.whole("minutes", 5, 24 * 60) or length,
            "zone": read.zone("timezone", row.timezone),
            "place": read.text("place", 200) if "place" in read else row.place,
            "url": read.address("url", 300) if "url" in read else row.url,
        }
        state, why, there = read.choice("state", shapes.MOVES), read.text("why", 300), self._there(read)
        read.done()
        if state == Meeting.State.CANCELLED:
            meetings.cancel(meeting=row, by=self.membership, reason=why)
        else:
            if not (state or there) or any(name in read for name in WHEN_FIELDS):
                meetings.change(meeting=row, by=self.membership, **said)
            self._run(row, state, there)
        return self.answer(meeting_shown(self.the_meeting(pk)))

    def _there(self, read: Reader) -> list[tuple[Partner, str, str | None]]:
        """Who is there, as the body says it; None for names that stay."""

        def one(inner: Reader) -> tuple[Partner | None, str, str | None]:
            partner = inner.row("partner", self.partner, is_needed=True)
            names = inner.text("names", 300) if "names" in inner else None
            return partner, inner.choice("presence", Attendance.Presence.values, is_needed=True), names

        found = read.each("attendance", one, ("partner", "presence", "names"))
        return [(partner, presence, names) for partner, presence, names in found if partner]

    def _run(self, row: Meeting, state: str, there: list[tuple[Partner, str, str | None]]) -> None:
        """Open it before who is there is noted, and end it after."""
        by = self.membership
        if state == Meeting.State.OPEN:
            sessions.open_session(meeting=row, by=by)
        for partner, presence, names in there:
            sessions.attend(meeting=row, partner=partner, presence=presence, names=names, by=by)
        if state == Meeting.State.OVER:
            sessions.end(meeting=row, by=by)
        elif state == Meeting.State.CLOSED:
            sessions.close(meeting=row, by=by)


def make_meeting(api: WritingAPI, request) -> Response:
    """Plan one; its group's people are on its list, and nobody is told until invitations are sent."""
    read = Reader(only(request.data, MEETING_FIELDS, ("id", "state", "attendance")))

    def group(slug: Any) -> WorkingGroup | None:
        rows = WorkingGroup.objects.filter(initiative=api.initiative, ended_on=None)
        own = own_groups(api.membership, Can.EDIT_MEETINGS)
        return (rows if own is None else rows.filter(pk__in=own)).filter(slug=slug).first()

    of = read.row("group", group)
    said = {
        "title": read.text("title", 200, is_needed=True),
        "starts": read.clock("starts"),
        "minutes": read.whole("minutes", 5, 24 * 60) or 90,
        "zone": read.zone("timezone", api.tenant.timezone),
        "place": read.text("place", 200),
        "url": read.address("url", 300),
        "topics": read.each(
            "topics", lambda one: (one.text("title", 300, is_needed=True), one.whole("minutes", 1, 600)), ("title", "minutes")
        ),
    }  # fmt: skip
    read.done()
    api.within(of.pk if of is not None else None, Can.EDIT_MEETINGS)
    people = usual_people(api.initiative, of, said["starts"].date())
    (made,) = meetings.plan(initiative=api.initiative, group=of, by=api.membership, people=people, **said)
    rows = meetings_of(api.initiative, api.membership).prefetch_related("topics", "attendance__partner")
    return api.answer(meeting_shown(rows.get(pk=made.pk)), 201)


class DecisionAPI(WritingAPI):
    """One decision. A PATCH says that it was looked at and stands, or that it is withdrawn or replaced; `cites` and
    `dissent` are added to what is written."""

    can = {"GET": Can.READ_DECISIONS, "PATCH": Can.DECIDE}

    @extend_schema(
        operation_id="decisions_retrieve", responses={200: shapes.DecisionShape, **refusals(*READING)}, parameters=[NUMBER]
    )  # fmt: skip
    def get(self, request, number, **named):
        require_inside(self.membership)
        parameters.read(request.query_params, {})
        return self.answer(decision_shown(self._found(number)))

    @extend_schema(
        operation_id="decisions_change",
        request=shapes.DecisionChangeShape,
        responses={200: shapes.DecisionShape, **refusals(*WRITING, 412)},
        parameters=[NUMBER, KEY, versions.IF_MATCH],
    )
    def patch(self, request, number, **named):
        require_inside(self.membership)
        return self.once(request, lambda: self._patch(request, number))

    def _found(self, number: int) -> Decision:
        rows = with_voices(decisions_of(self.initiative, self.membership).select_related("replaced_by"))
        found = rows.filter(number=number).first()
        if found is None:
            raise Http404
        return found

    def _patch(self, request, number: int) -> Response:
        row = self._found(number)
        self.within(row.meeting.group_id if row.meeting is not None else None, Can.DECIDE)
        read = Reader(
            only(request.data, JUDGED_FIELDS, ("number", "text", "decided_on", "evidence_changed", "without"))
        )
        Decision.objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
        versions.require_unmoved(request, versions.state_of(decision_shown(self._found(number))))
        state, review_on, why = (
            read.choice("state", Decision.State.values),
            read.day("review_on"),
            read.text("why", 300),
        )
        other = read.row("replaced_by", self.decision, is_needed=state == Decision.State.REPLACED)
        cited, dissent = read.rows("cites", self.indicator), self.dissent(read)
        read.done()
        by = self.membership
        if cited:
            decisions.cite(decision=row, indicators=cited, by=by)
        for partner, words in dissent:
            decisions.dissent(decision=row, partner=partner, words=words, by=by)
        if state == Decision.State.STANDS:
            decisions.review(decision=row, review_on=review_on, by=by)
        elif state == Decision.State.REPLACED and other is not None:
            decisions.replace(decision=row, other=other, by=by)
        elif state == Decision.State.WITHDRAWN:
            _at({"reason": "why"}, lambda: decisions.withdraw(decision=row, reason=why, by=by))
        return self.answer(decision_shown(self._found(number)))


def _at(fields: Mapping[str, str], act: Callable[[], Any]) -> Any:
    """Do it; what it refuses is said at the body's own names."""
    try:
        return act()
    except Refused as refused:
        raise Refused(*(one.at(field=fields.get(one.field, one.field)) for one in refused.problems)) from None


def make_decision(api: WritingAPI, request) -> Response:
    """Write one down: in a meeting that runs, or without one."""
    read = Reader(
        only(request.data, DECISION_FIELDS, ("number", "state", "without", "evidence_changed", "replaced_by"))
    )
    meeting = read.row("meeting", api.meeting)

    def topic(pk: Any) -> Topic | None:
        return Topic.objects.filter(meeting=meeting, pk=pk).first() if isinstance(pk, int) and meeting else None

    def version(number: Any) -> AgendaVersion | None:
        rows = AgendaVersion.objects.filter(initiative=api.initiative)
        return rows.filter(number=number).first() if isinstance(number, int) else None

    said = {
        "text": read.text("text", 1000, lines=True, is_needed=True),
        "reason": read.text("reason", 5000, lines=True),
        "meeting": meeting,
        "topic": read.row("topic", topic),
        "agenda_version": read.row("agenda_version", version),
        "strategy": read.row("strategy", api.strategy),
        "decided_on": read.day("decided_on"),
        "review_on": read.day("review_on"),
        "cite": read.rows("cites", api.indicator),
        "dissent": api.dissent(read),
        "entry": read.row("entry", api.entry),
    }
    read.done()
    api.within(meeting.group_id if meeting is not None else None, Can.DECIDE)
    made = decisions.decide(initiative=api.initiative, by=api.membership, **said)
    rows = with_voices(decisions_of(api.initiative, api.membership).select_related("replaced_by"))
    return api.answer(decision_shown(rows.get(pk=made.pk)), 201)


class ActionAPI(WritingAPI):
    """One action. A PATCH moves it, or gives it to somebody else or until another day; who proposed it is told."""

    can = {"GET": Can.READ_DECISIONS, "PATCH": Can.DECIDE}

    @extend_schema(
        operation_id="actions_retrieve", responses={200: shapes.ActionShape, **refusals(*READING)}, parameters=[NUMBER]
    )
    def get(self, request, number, **named):
        require_inside(self.membership)
        parameters.read(request.query_params, {})
        return self.answer(action_shown(self._found(number)))

    @extend_schema(
        operation_id="actions_change",
        request=shapes.ActionChangeShape,
        responses={200: shapes.ActionShape, **refusals(*WRITING, 412)},
        parameters=[NUMBER, KEY, versions.IF_MATCH],
    )
    def patch(self, request, number, **named):
        require_inside(self.membership)
        return self.once(request, lambda: self._patch(request, number))

    def _found(self, number: int) -> Action:
        return self.the_action(number)

    def _patch(self, request, number: int) -> Response:
        row = self._found(number)
        read = Reader(only(request.data, CHANGED_FIELDS, ("number", "what", "partner", "source", "closed_at")))
        Action.objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
        row = self._found(number)
        versions.require_unmoved(request, versions.state_of(action_shown(row)))
        state, note = read.choice("state", Action.State.values), read.text("note", 500)
        owner = read.row("owner", self.person) or row.owner
        due_on = read.day("due_on") or row.due_on
        read.done()
        by = self.membership
        if (owner.pk, due_on) != (row.owner_id, row.due_on):
            actions.change(action=row, owner=owner, due_on=due_on, note=note, by=by)
        if state:
            actions.move(action=row, state=state, note=note, by=by)
        return self.answer(action_shown(self._found(number)))


def make_action(api: WritingAPI, request) -> Response:
    """Set one, with who does it; they are told."""
    read = Reader(only(request.data, ACTION_FIELDS, ("number", "state", "source", "closed_at")))
    said = {
        "what": read.text("what", 500, is_needed=True),
        "owner": read.row("owner", api.person, is_needed=True),
        "partner": read.row("partner", api.partner),
        "due_on": read.day("due_on", is_needed=True),
        "meeting": read.row("meeting", api.meeting),
        "decision": read.row("decision", api.decision),
        "entry": read.row("entry", api.entry),
    }
    read.done()
    made = actions.add(initiative=api.initiative, by=api.membership, **said)
    return api.answer(action_shown(api.the_action(made.number)), 201)
