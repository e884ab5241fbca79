"""…/meetings/<id>/minutes/: what was said, as the page of the meeting keeps it."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from backbone.api import parameters, versions
from backbone.api.bodies import only
from backbone.api.shapes import KEY, READING, WRITING, refusals
from backbone.api.values import Reader
from backbone.problems import gettext_noop
from backbone.roles import Can
from comms.api import shapes
from comms.api.shown import minutes_shown
from comms.api.writing import ID, WritingAPI
from comms.services import meetings, sessions


class MinutesAPI(WritingAPI):
    """What was said in a meeting, as one text. A PUT replaces it while the meeting runs, and until it is closed."""

    can = {"GET": Can.READ_MEETINGS, "PUT": Can.EDIT_MEETINGS}

    @extend_schema(
        operation_id="minutes_retrieve", responses={200: shapes.MinutesShape, **refusals(*READING)}, parameters=[ID]
    )
    def get(self, request, meeting, **named):
        parameters.read(request.query_params, {})
        return self.answer(minutes_shown(self.the_meeting(meeting)))

    @extend_schema(
        operation_id="minutes_replace",
        request=shapes.MinutesBodyShape,
        responses={200: shapes.MinutesShape, **refusals(*WRITING, 412)},
        parameters=[ID, KEY, versions.IF_MATCH],
    )
    def put(self, request, meeting, **named):
        return self.once(request, lambda: self._put(request, meeting))

    def _put(self, request, pk: int) -> Response:
        row = self.the_meeting(pk)
        self.within(row.group_id, Can.EDIT_MEETINGS)
        read = Reader(only(request.data, ("text",), ("meeting", "state", "number")))
        meetings.locked(row)
        row = self.the_meeting(pk)
        versions.require_unmoved(request, versions.state_of(minutes_shown(row)))
        if "text" not in read:
            read.note("text", "field.missing", gettext_noop("“{name}” is missing."))
        text = read.text("text", sessions.MINUTES_LENGTH, lines=True)
        read.done()
        sessions.write_minutes(meeting=row, text=text, number=row.number, began=row.minutes, by=self.membership)
        return self.answer(minutes_shown(self.the_meeting(pk)))
