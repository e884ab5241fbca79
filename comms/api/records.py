"""…/meetings/, …/decisions/ and …/actions/: what was talked about, decided and set, and adding to it."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from backbone.api import parameters
from backbone.api.shapes import KEY, READING, WRITING, refusals
from backbone.roles import Can
from comms.api.shapes import (
    ActionBodyShape,
    ActionShape,
    ActionsShape,
    DecisionBodyShape,
    DecisionShape,
    DecisionsShape,
    MeetingBodyShape,
    MeetingShape,
    MeetingsShape,
)
from comms.api.shown import action_shown, decision_shown, meeting_shown
from comms.api.writing import WritingAPI, make_action, make_decision, make_meeting
from comms.models import Action, Decision, Meeting
from comms.selectors.decisions import actions_of, decisions_of, searched, with_voices, without_others
from comms.selectors.meetings import meetings_of
from comms.selectors.rights import require_inside

MOST = 200

BEFORE = OpenApiParameter(
    "before",
    {"type": "integer", "minimum": 1},
    OpenApiParameter.QUERY,
    description="Only those with a smaller number: the smallest of the answer before gives the next 200.",
)


def _state(name: str, choices: list[str]) -> OpenApiParameter:
    return OpenApiParameter(
        name, {"type": "string", "enum": choices}, OpenApiParameter.QUERY, description="Only those in this state."
    )


class MeetingsAPI(WritingAPI):
    """Meetings with their topics and who was there, the latest first, 200 at a time."""

    can = {"GET": Can.READ_MEETINGS, "POST": Can.EDIT_MEETINGS}

    @extend_schema(
        operation_id="meetings_list",
        responses={200: MeetingsShape, **refusals(*READING)},
        parameters=[_state("state", Meeting.State.values), BEFORE],
    )
    def get(self, request, **named):
        known = {"state": parameters.choice(*Meeting.State.values), "before": parameters.whole(1, 10**18)}
        asked = parameters.read(request.query_params, known)
        rows = meetings_of(self.initiative, self.membership)
        if asked["state"] is not None:
            rows = rows.filter(state=asked["state"])
        if asked["before"] is not None:
            rows = rows.filter(pk__lt=asked["before"])
        rows = rows.prefetch_related("topics", "attendance__partner").order_by("-pk")[:MOST]
        return Response({"meetings": [meeting_shown(one) for one in rows]})

    @extend_schema(
        operation_id="meetings_create",
        request=MeetingBodyShape,
        responses={201: MeetingShape, **refusals(*WRITING)},
        parameters=[KEY],
    )
    def post(self, request, **named):
        return self.once(request, lambda: make_meeting(self, request))


class DecisionsAPI(WritingAPI):
    """The register with what each decision rests on, the latest first, 200 at a time. Figures are as they stood then."""

    can = {"GET": Can.READ_DECISIONS, "POST": Can.DECIDE}

    @extend_schema(
        operation_id="decisions_list",
        responses={200: DecisionsShape, **refusals(*READING)},
        parameters=[_state("state", Decision.State.values), BEFORE],
    )
    def get(self, request, **named):
        require_inside(self.membership)
        known = {"state": parameters.choice(*Decision.State.values), "before": parameters.whole(1, 10**9)}
        asked = parameters.read(request.query_params, known)
        rows = searched(decisions_of(self.initiative, self.membership), state=asked["state"] or "")
        if asked["before"] is not None:
            rows = rows.filter(number__lt=asked["before"])
        rows = with_voices(rows.select_related("replaced_by"))[:MOST]
        return Response({"decisions": [decision_shown(one) for one in rows]})

    @extend_schema(
        operation_id="decisions_create",
        request=DecisionBodyShape,
        responses={201: DecisionShape, **refusals(*WRITING)},
        parameters=[KEY],
    )
    def post(self, request, **named):
        require_inside(self.membership)
        return self.once(request, lambda: make_decision(self, request))


class ActionsAPI(WritingAPI):
    """Actions, the latest first, 200 at a time."""

    can = {"GET": Can.READ_DECISIONS, "POST": Can.DECIDE}

    @extend_schema(
        operation_id="actions_list",
        responses={200: ActionsShape, **refusals(*READING)},
        parameters=[_state("state", Action.State.values), BEFORE],
    )
    def get(self, request, **named):
        require_inside(self.membership)
        known = {"state": parameters.choice(*Action.State.values), "before": parameters.whole(1, 10**9)}
        asked = parameters.read(request.query_params, known)
        rows = actions_of(self.initiative, state=asked["state"] or "")
        if asked["before"] is not None:
            rows = rows.filter(number__lt=asked["before"])
        shown = without_others(rows.order_by("-number")[:MOST], self.initiative, self.membership)
        return Response({"actions": [action_shown(one) for one in shown]})

    @extend_schema(
        operation_id="actions_create",
        request=ActionBodyShape,
        responses={201: ActionShape, **refusals(*WRITING)},
        parameters=[KEY],
    )
    def post(self, request, **named):
        require_inside(self.membership)
        return self.once(request, lambda: make_action(self, request))
