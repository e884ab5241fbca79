"""Every refusal of the API in one form: type, title, status, and errors with code, field, value, message and hint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, JsonResponse, UnreadablePostError
from rest_framework import exceptions, status
from rest_framework.response import Response

from backbone.api.bodies import BODY_LIMIT, bad_body
from backbone.problems import Problem, Refused, gettext_noop
from backbone.wording import answer, say

# What a refusal by a rule is in HTTP where it is not plainly a bad request.
STATUS_OF_CODE = {
    "filing.stale": status.HTTP_409_CONFLICT,
    "period.locked": status.HTTP_409_CONFLICT,
    "idempotency.in_flight": status.HTTP_409_CONFLICT,
    "idempotency.other_body": status.HTTP_422_UNPROCESSABLE_ENTITY,
    "if_match.stale": status.HTTP_412_PRECONDITION_FAILED,
    "filing.not_open": status.HTTP_409_CONFLICT,
    "row.conflict": status.HTTP_409_CONFLICT,
    "partner.forbidden": status.HTTP_403_FORBIDDEN,
    "filter.forbidden": status.HTTP_403_FORBIDDEN,
    "file.too_large": status.HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    "body.too_large": status.HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    "body.too_many_items": status.HTTP_413_REQUEST_ENTITY_TOO_LARGE,
}

_CODES = {
    exceptions.NotAuthenticated: "auth.missing",
    exceptions.AuthenticationFailed: "auth.failed",
    exceptions.MethodNotAllowed: "method.not_allowed",
    exceptions.NotAcceptable: "accept.unavailable",
    exceptions.UnsupportedMediaType: "body.type",
    exceptions.Throttled: "request.throttled",
    exceptions.ParseError: "json.syntax",
}


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Every refusal in one form: type, title, status, and errors with code, field, value, message and hint."""
    headers: dict[str, str] = {}
    if isinstance(error, RequestDataTooBig):
        error = bad_body("body.too_large", gettext_noop("The body is over {limit} bytes."), limit=BODY_LIMIT)
    if isinstance(error, (SuspiciousOperation, UnreadablePostError)):  # too many fields or files; a body cut short
        error = bad_body("request.malformed", gettext_noop("The request cannot be read."))
    if isinstance(error, Refused):
        codes = [problem.code for problem in error.problems]
        http = next((STATUS_OF_CODE[code] for code in codes if code in STATUS_OF_CODE), status.HTTP_400_BAD_REQUEST)
        if "idempotency.in_flight" in codes:
            headers["Retry-After"] = "1"
        problems = list(error.problems)
    elif isinstance(error, (Http404, exceptions.NotFound)):
        http = status.HTTP_404_NOT_FOUND
        problems = [Problem("not_found", gettext_noop("There is nothing at this address."))]
    elif isinstance(error, (PermissionDenied, exceptions.PermissionDenied)):
        http = status.HTTP_403_FORBIDDEN
        problems = [Problem("permission.missing", gettext_noop("You may read this, and not change it."))]
    elif isinstance(error, exceptions.APIException):
        http = error.status_code
        code = next((c for kind, c in _CODES.items() if isinstance(error, kind)), "request.invalid")
        problems = [Problem(code, "{detail}", {"detail": str(error.detail)})]
        if getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = error.auth_header
        if getattr(error, "wait", None):
            headers["Retry-After"] = str(int(error.wait))
    else:
        return None
    title = problems[0].message if problems else ""
    return Response(answer(problems, status=http, title=title), status=http, headers=headers)


def refusal(status: int, code: str, text: str, **params: Any) -> JsonResponse:
    """The same form for what is refused before, or beside, any resource: an unknown address, a database away."""
    problem = Problem(code, text, params)
    return JsonResponse(dict(answer([problem], status=status, title=say(problem))), status=status)
