"""GET …/agenda/: the document with its results, as it is written now or as a version was published, and who signed it;
GET …/learning/: what if, what is known, what is not known yet."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from agenda.api.shapes import AgendaShape, LearningsShape
from agenda.models import AgendaVersion, Learning
from agenda.selectors.document import content, newest_version, written_out
from agenda.selectors.signing import answers_to
from backbone.api import parameters
from backbone.api.resource import MemberAPI
from backbone.api.shapes import READING, refusals
from backbone.roles import Can, Reach

VERSION = OpenApiParameter(
    "version",
    {"type": "integer", "minimum": 1},
    OpenApiParameter.QUERY,
    description="A published version. Left out, the agenda as it is written now; for who reads only what is published, "
    "the newest version.",
)
STATE = OpenApiParameter(
    "state", {"type": "string", "enum": Learning.State.values}, OpenApiParameter.QUERY, description="Left out, all."
)
MOST = 1_000


class AgendaAPI(MemberAPI):
    """The common agenda: its sections, its results with what leads to them, and which partners signed which version."""

    can = {"GET": Can.READ_AGENDA}

    @extend_schema(responses={200: AgendaShape, **refusals(*READING)}, parameters=[VERSION])
    def get(self, request, **named):
        asked = parameters.read(request.query_params, {"version": parameters.whole(1, 10**9)})["version"]
        only_published = self.membership.reach_of(Can.READ_AGENDA) == {Reach.PUBLISHED}
        newest = newest_version(self.initiative)
        version = newest if asked is None and only_published else self._version(asked)
        if version is None and only_published:
            raise Http404
        body = written_out(self.initiative) if version is None else content(version)
        signed = newest if version is None else version
        answers = None if signed is None or only_published else answers_to(signed)
        return Response(
            {
                "version": None if version is None else _about(version),
                "sections": body["sections"],
                "results": body["results"],
                "signed": None if answers is None else _signed(answers),
            }
        )

    def _version(self, number: int | None) -> AgendaVersion | None:
        if number is None:
            return None
        found = AgendaVersion.objects.filter(initiative=self.initiative, number=number).first()
        if found is None:
            raise Http404
        return found


class LearningAPI(MemberAPI):
    """The learning ledger, the newest first, a thousand entries at the most."""

    can = {"GET": Can.LISTEN_IN}

    @extend_schema(responses={200: LearningsShape, **refusals(*READING)}, parameters=[STATE])
    def get(self, request, **named):
        state = parameters.read(request.query_params, {"state": parameters.choice(*Learning.State.values)})["state"]
        rows = Learning.objects.filter(initiative=self.initiative).select_related("by", "partner", "owner")
        if state is not None:
            rows = rows.filter(state=state)
        return Response({"entries": [_entry(row) for row in rows.prefetch_related("about")[:MOST]]})


def _about(version: AgendaVersion) -> dict[str, Any]:
    return {"number": version.number, "at": version.at, "note": version.note, "sha256": version.sha256}


def _signed(answers: Any) -> dict[str, Any]:
    found = answers.coverage
    return {
        "version": answers.version.number,
        "asked": list(found.asked),
        "signed": list(found.signed),
        "reserved": list(found.reserved),
        "refused": list(found.refused),
        "missing": list(found.missing),
        "answers": [
            {"partner": partner.code, "stance": one.stance, "name": one.name, "words": one.words, "at": one.at}
            for partner, one in answers.rows
            if one is not None
        ],
    }


def _entry(row: Learning) -> dict[str, Any]:
    return {
        "id": row.pk,
        "sort": row.sort,
        "text": row.text,
        "state": row.state,
        "by": row.by.name,
        "partner": row.partner.code if row.partner else None,
        "at": row.at,
        "owner": row.owner.name if row.owner else None,
        "learn_by": row.learn_by,
        "answer": row.answer,
        "taken_up": row.taken_up,
        "about": [one.label for one in row.about.all()],
    }
