"""GET …/exports/<format>/: the figures that the caller may see, as one file in a format of other systems."""

from __future__ import annotations

import tempfile
from dataclasses import replace

from django.http import FileResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.negotiation import DefaultContentNegotiation

from backbone.api.resource import MemberAPI
from backbone.api.shapes import READING, refusals
from backbone.problems import Problem, Refused, cut, gettext_noop
from backbone.roles import Can
from measures.api import parameters
from measures.api.shapes import MONTH, query
from measures.exporting import seen_by
from measures.exporting.formats import EXPORTS, write_export

PARAMETERS = {"since": parameters.month, "until": parameters.month, "scheme": parameters.word}
BINARY = {"type": "string", "format": "binary"}


class AnyFile(DefaultContentNegotiation):
    """The address says which format the answer has; what `Accept` asks for is not looked at."""

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class ExportsAPI(MemberAPI):
    """Every figure handed in that the caller may see, in one file.

    What a format has no words for is counted in the header `X-Left-Out`.
    """

    can = {"GET": Can.READ_PARTNER_FIGURES}
    content_negotiation_class = AnyFile

    @extend_schema(
        parameters=[
            OpenApiParameter("form", {"type": "string", "enum": list(EXPORTS)}, OpenApiParameter.PATH),
            query("since", MONTH, "From this month."),
            query("until", MONTH, "Up to this month."),
            query("scheme", {"type": "string", "maxLength": 200}, "Whose codes to write; left out, the format's own."),
        ],
        responses={
            **{(200, one.content_type.partition(";")[0]): BINARY for one in EXPORTS.values()},
            **refusals(*READING),
        },
    )
    def get(self, request, form, **named):
        if form not in EXPORTS or not EXPORTS[form].is_for(self.membership):
            text = gettext_noop("There is no format “{value}”. There are: {formats}.")
            params = {"value": cut(form), "formats": ", ".join(EXPORTS)}
            raise Refused(Problem("format.unknown", text, params, field="form", value=cut(form)))
        asked = parameters.read(request.query_params, PARAMETERS)
        seen = seen_by(self.membership, with_drafts=False)
        # Written out now, while the tenant's scope is open, and not in memory; the answer then sends the file.
        file = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
        try:
            left_out = write_export(
                form, file, self.initiative, scheme=asked["scheme"] or "",
                wanted=replace(seen, since=asked["since"], until=asked["until"]),
            )  # fmt: skip
        except BaseException:
            file.close()
            raise
        file.seek(0)
        answer = FileResponse(
            file, as_attachment=True, filename=f"{self.initiative.slug}-{EXPORTS[form].ending}",
            content_type=EXPORTS[form].content_type,
        )  # fmt: skip
        answer["X-Left-Out"] = str(sum(problem.params["count"] for problem in left_out))
        return answer
