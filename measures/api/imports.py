"""POST …/imports/: a file of figures, judged; applied only when asked to."""

from __future__ import annotations

from dataclasses import dataclass

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.response import Response

from backbone.api.bodies import BODY_LIMIT, bad_body, only, read_limited
from backbone.api.resource import MemberAPI
from backbone.api.shapes import KEY, WRITING, refusals
from backbone.problems import gettext_noop
from backbone.roles import Can
from backbone.wording import answer
from measures.api import parameters
from measures.api.shapes import TRUTH, ImportShape, RefusedImportShape, query
from measures.importing import apply, check_file
from measures.importing.exchange import formats

PARAMETERS = {
    "dry_run": parameters.flag,
    "submit": parameters.flag,
    "replace": parameters.flag,
    "because": parameters.sentence,
    "format": parameters.choice(formats.TIDY, *formats.FORMATS),
    "scheme": parameters.word,
}


REFUSED = "The file has errors; nothing was imported."


@dataclass(frozen=True, slots=True)
class FileBody:
    """The file as the body itself."""

    content: bytes


class CSVBody(BaseParser):
    media_type = "text/csv"

    def parse(self, stream, media_type=None, parser_context=None):
        return FileBody(read_limited(stream))


class XLSXBody(CSVBody):
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class JSONBody(CSVBody):
    media_type = "application/json"


class XMLBody(CSVBody):
    media_type = "application/xml"


BODIES = (CSVBody, XLSXBody, JSONBody, XMLBody)


class ImportsAPI(MemberAPI):
    """Import a file, as the form field `file` or as the body: figures, in a tidy CSV or XLSX file or in the format of
    another system; or, by `format`, definitions and codes.

    Without `dry_run=false` nothing is written: the answer says what would change, and every problem by row and column.
    """

    can = {"POST": (Can.DRAFT, Can.OVERRIDE)}  # who may define what is measured may override as well
    parser_classes = (MultiPartParser, *BODIES)

    @extend_schema(
        parameters=[
            KEY,
            query("dry_run", TRUTH, "Only say what would change; left out, so it is."),
            query("submit", TRUTH, "False keeps the figures as drafts; left out, they are submitted."),
            query("replace", TRUTH, "Change approved figures too, for those who may."),
            query(
                "format",
                {"type": "string", "enum": [formats.TIDY, *formats.FORMATS], "default": formats.TIDY},
                "What the file is: our own table, or another system's format.",
            ),
            query("scheme", {"type": "string", "maxLength": 200}, "Whose codes it has; left out, the format's own."),
            query("because", {"type": "string", "maxLength": parameters.SENTENCE}, "Why approved figures change."),
        ],
        request={
            "multipart/form-data": {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary"}},
                "required": ["file"],
                "additionalProperties": False,
            },
            **{body.media_type: {"type": "string", "format": "binary"} for body in BODIES},
        },
        responses={
            200: ImportShape,
            **refusals(*WRITING),
            400: OpenApiResponse(RefusedImportShape, "The file has errors; nothing was imported."),
        },
    )
    def post(self, request, **named):
        asked = parameters.read(request.query_params, PARAMETERS)
        content, filename = self._file(request)
        return self.once(request, lambda: self._import(content, filename, asked))

    def _import(self, content: bytes, filename: str, asked) -> Response:
        if asked["format"] not in (None, formats.TIDY):
            return self._exchange(content, filename, asked)
        preview = check_file(
            content,
            filename,
            initiative=self.initiative,
            tenant=self.tenant,
            by=self.membership,
            replace=bool(asked["replace"]),
        )
        is_dry = asked["dry_run"] is not False
        report = {"dry_run": is_dry, "applied": False, **preview.as_dict()}
        if preview.has_errors:
            problems = [p for p in preview.findings.shown if not p.is_warning]
            refusal = answer(problems, status=400, title=REFUSED)
            return Response(
                {
                    **report,
                    **refusal,
                    "error_count": preview.findings.error_count,
                    "truncated": preview.findings.truncated,
                },
                status=400,
            )
        if not is_dry:
            apply(preview, by=self.membership, submit=asked["submit"] is not False, because=asked["because"] or "")
            report["applied"] = True
        return Response(report)

    def _exchange(self, content: bytes, filename: str, asked) -> Response:
        """A file of another system, by the same verbs as its other doors."""
        wish = formats.Asked(
            asked["scheme"] or "", bool(asked["replace"]), asked["because"] or "", asked["submit"] is not False
        )
        place = {"initiative": self.initiative, "tenant": self.tenant, "by": self.membership}
        found = formats.check(asked["format"], content, filename, **place, asked=wish)
        report = {"dry_run": asked["dry_run"] is not False, "applied": False, **found.as_dict()}
        if found.has_errors:
            problems = [problem for problem in found.errors() if not problem.is_warning]
            refusal = answer(problems, status=400, title=REFUSED)
            return Response(
                {**report, **refusal, "error_count": report["error_count"], "truncated": report["truncated"]},
                status=400,
            )
        if not report["dry_run"]:
            outcome, created, changed, unchanged = formats.write(
                asked["format"], content, filename, **place, asked=wish
            )
            report |= outcome | {"created": created, "changed": changed, "unchanged": unchanged, "applied": True}
        return Response(report)

    @staticmethod
    def _file(request) -> tuple[bytes, str]:
        if isinstance(request.data, FileBody):
            return request.data.content, "body"
        if request._request.content_type in {body.media_type for body in BODIES}:
            return b"", "body"  # the framework parses no empty body
        only(request.data, ("file",))
        upload = request.FILES.get("file")
        if upload is None:
            raise bad_body("file.missing", gettext_noop("Send the file as the form field “file”, or as the body."))
        if upload.size > BODY_LIMIT:
            raise bad_body("file.too_large", gettext_noop("The file is over {limit} bytes."), limit=BODY_LIMIT)
        return upload.read(), upload.name
