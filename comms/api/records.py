"""GET …/meetings/, …/decisions/ and …/actions/: what was talked about, decided and set."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from backbone.api import parameters
from backbone.api.resource import MemberAPI
from backbone.api.shapes import READING, refusals
from backbone.roles import Can
from comms.api.shapes import ActionsShape, DecisionsShape, MeetingsShape
from comms.models import Action, Citation, Decision, Meeting
from comms.selectors.decisions import actions_of, decisions_of, searched, with_voices, without_others
from comms.selectors.meetings import meetings_of
from comms.selectors.rights import require_inside
from measures.rules.figures import plain

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


class MeetingsAPI(MemberAPI):
    """Meetings with their topics and who was there, the latest first, 200 at a time."""

    can = {"GET": Can.READ_MEETINGS}

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
        return Response({"meetings": [_meeting(one) for one in rows]})


class DecisionsAPI(MemberAPI):
    """The register with what each decision rests on, the latest first, 200 at a time. Figures are as they stood then."""

    can = {"GET": Can.READ_DECISIONS}

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
        return Response({"decisions": [_decision(one) for one in rows]})


class ActionsAPI(MemberAPI):
    """Actions, the latest first, 200 at a time."""

    can = {"GET": Can.READ_DECISIONS}

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
        return Response({"actions": [_action(one) for one in shown]})


def _meeting(row: Meeting) -> dict[str, Any]:
    return {
        "id": row.pk,
        "title": row.title,
        "group": None if row.group is None else row.group.slug,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "timezone": row.timezone,
        "place": row.place,
        "state": row.state,
        "topics": [{"title": one.title, "state": one.state, "minutes": one.minutes} for one in row.topics.all()],
        "attendance": [{"partner": one.partner.code, "presence": one.presence} for one in row.attendance.all()],
    }


def _decision(row: Decision) -> dict[str, Any]:
    return {
        "number": row.number,
        "text": row.text,
        "reason": row.reason,
        "state": row.state,
        "decided_on": row.decided_on,
        "review_on": row.review_on,
        "meeting": row.meeting_id,
        "agenda_version": None if row.agenda_version is None else row.agenda_version.number,
        "strategy": None if row.strategy is None else row.strategy.slug,
        "replaced_by": None if row.replaced_by is None else row.replaced_by.number,
        "evidence_changed": row.has_changed,
        "without": [one.partner.code for one in row.absences.all()],
        "dissent": [{"partner": one.partner.code, "words": one.words} for one in row.dissents.all()],
        "cites": [_citation(one) for one in row.citations.all()],
    }


def _citation(row: Citation) -> dict[str, Any]:
    window, figure, covered = (row.pinned[name] for name in ("window", "figure", "coverage"))
    return {
        "indicator": row.indicator.slug,
        "period": window["period"],
        "grain": window["grain"],
        "value": None if figure["value"] is None else format(plain(Decimal(figure["value"])), "f"),
        "filed": covered["filed"],
        "expected": covered["expected"],
        "excused": covered["excused"],
        "changed_at": row.changed_at,
    }


def _action(row: Action) -> dict[str, Any]:
    return {
        "number": row.number,
        "what": row.what,
        "partner": None if row.partner is None else row.partner.code,
        "owner": row.owner.name,
        "due_on": row.due_on,
        "state": row.state,
        "source": row.source_words,
        "closed_at": row.closed_at,
    }
