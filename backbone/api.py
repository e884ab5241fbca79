"""The API's base: who asks, what they may, how a body is read, and how a refusal looks.

A resource of a condition extends `MemberAPI`, says which `Can` each method needs, and gets the initiative and the
partner of its address looked up. It parses its medium and calls the same services as the pages; rules live lower.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions, status
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.response import Response
from rest_framework.views import APIView

from backbone import idempotency
from backbone.access import named_objects, require
from backbone.problems import Problem, Refused, cut, gettext_noop
from backbone.services import keys
from backbone.tabular import nearest
from backbone.wording import answer

BODY_LIMIT = 10 * 1024 * 1024

# What a refusal by a rule is in HTTP where it is not plainly a bad request.
STATUS_OF_CODE = {
    "filing.stale": status.HTTP_409_CONFLICT,
    "period.locked": status.HTTP_409_CONFLICT,
    "idempotency.in_flight": status.HTTP_409_CONFLICT,
    "idempotency.other_body": status.HTTP_422_UNPROCESSABLE_ENTITY,
    "if_match.stale": status.HTTP_412_PRECONDITION_FAILED,
    "partner.forbidden": status.HTTP_403_FORBIDDEN,
    "file.too_large": status.HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    "body.too_large": status.HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    "body.too_many_items": status.HTTP_413_REQUEST_ENTITY_TOO_LARGE,
}


# --- who asks ---------------------------------------------------------------------------------------------------------


class BearerKey(BaseAuthentication):
    """`Authorization: Bearer bb_…`: a machine acts for its key's owner in the key's role."""

    def authenticate(self, request):
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer":
            raise exceptions.AuthenticationFailed("Use “Authorization: Bearer” and an API key.")
        tenant = request._request.tenant
        try:
            belongs_here = tenant is not None and keys.tenant_id_of(token) == tenant.pk
        except keys.BadKey as error:
            raise exceptions.AuthenticationFailed(str(error)) from None
        if not belongs_here:
            raise Http404
        try:
            key = keys.authenticate(token, tenant)
        except keys.BadKey as error:
            raise exceptions.AuthenticationFailed(str(error)) from None
        request._request.membership = keys.acting_membership(key)
        return request._request.membership, key

    def authenticate_header(self, request) -> str:
        return 'Bearer realm="api"'


class BrowserSession(SessionAuthentication):
    """A signed-in member in the browser; unsafe methods need the CSRF token."""

    def authenticate(self, request):
        if request._request.membership is None:
            return None
        self.enforce_csrf(request)
        return request._request.membership, None


class BearerKeyScheme(OpenApiAuthenticationExtension):
    target_class = "backbone.api.BearerKey"
    name = "apiKey"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer", "description": "An API key, made on the keys page."}


class BrowserSessionScheme(OpenApiAuthenticationExtension):
    target_class = "backbone.api.BrowserSession"
    name = "session"

    def get_security_definition(self, auto_schema):
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class MemberCan(BasePermission):
    """The same table as the pages': a stranger gets 404, a member without the right 403, or 404 without even reading."""

    def has_permission(self, request, view) -> bool:
        http = request._request
        if http.membership is None:
            if request.user is None and not getattr(http.user, "is_authenticated", False):
                raise exceptions.NotAuthenticated("Sign in, or send an API key.")
            raise Http404
        view.kwargs |= named_objects(**{k: v for k, v in view.kwargs.items() if k in ("initiative", "partner")})
        require(http.membership, view.can[request.method], view.kwargs.get("partner"), address=http.path)
        if request.auth is not None:
            keys.require_scope(request.auth, request.method)
        return True


class MemberAPI(APIView):
    """Base of every resource: `can = {"GET": Can.…}`; `self.kwargs["initiative"]` is the row, not its name."""

    can: Mapping[str, Any] = {}
    policy = "member"

    def initial(self, request, *args, **kwargs):
        if request.method not in self.can and request.method != "OPTIONS":
            raise exceptions.MethodNotAllowed(request.method)
        super().initial(request, *args, **kwargs)
        kwargs |= self.kwargs

    @property
    def membership(self):
        return self.request._request.membership

    @property
    def tenant(self):
        return self.request._request.tenant

    @property
    def initiative(self):
        return self.kwargs["initiative"]

    @property
    def http_method_names(self):
        return [method.lower() for method in self.can] + ["options"]

    def once(self, request, act) -> Response:
        """Do `act()` once for one Idempotency-Key; a repetition gets the first answer again.

        Raises `Refused`: the key is malformed (400), in flight (409), or was used with another body (422).
        """
        return idempotency.once(request, credential=self.credential, act=act)

    @property
    def credential(self) -> str:
        key = self.request.auth
        return f"key:{key.pk}" if key is not None else f"member:{self.membership.pk}"


# --- what they send ---------------------------------------------------------------------------------------------------


def bad_body(code: str, text: str, *, value: object = "", hint: str = "", **params: Any) -> Refused:
    return Refused(Problem(code, text, params, hint=hint, value=cut(value) if value != "" else ""))


class StrictJSONParser(BaseParser):
    """JSON as its standard has it: UTF-8, no key twice, no NaN; numbers with a point become Decimal."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        request = parser_context["request"]
        raw = self._bytes(request, stream, media_type)
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise bad_body(
                "json.encoding", gettext_noop("The body is not UTF-8 at byte {byte}."), byte=error.start
            ) from None
        try:
            parsed = json.loads(
                text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_no_duplicates
            )
            self._refuse_unstorable(text, parsed)
        except json.JSONDecodeError as error:
            raise bad_body(
                "json.syntax",
                gettext_noop("The body is not JSON at line {line}, column {column}."),
                line=error.lineno,
                column=error.colno,
            ) from None
        except RecursionError:
            raise bad_body("json.depth", gettext_noop("The body is nested too deeply.")) from None
        except ValueError as error:  # Python refuses integers of thousands of digits
            if isinstance(error, Refused):
                raise
            raise bad_body("number.range", gettext_noop("A number in the body has too many digits.")) from None
        return parsed

    @staticmethod
    def _bytes(request, stream, media_type) -> bytes:
        charset = (media_type or "").lower().partition("charset=")[2].strip(' "')
        if charset:
            try:
                charset = codecs.lookup(charset).name
            except LookupError:
                charset = "unknown"
            if charset != "utf-8":
                raise exceptions.UnsupportedMediaType(media_type)
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise exceptions.UnsupportedMediaType(media_type)
        raw = stream.read(BODY_LIMIT + 1)
        if len(raw) > BODY_LIMIT:
            raise bad_body("body.too_large", gettext_noop("The body is over {limit} bytes."), limit=BODY_LIMIT)
        return raw

    @staticmethod
    def _refuse_unstorable(text: str, parsed: Any) -> None:
        if "\\u0000" in text or "\x00" in text:
            raise bad_body("text.nul", gettext_noop("The body holds a NUL character, which no text may."))
        if "\\ud" in text.lower():
            try:
                json.dumps(parsed, ensure_ascii=False, default=str).encode("utf-8")
            except UnicodeEncodeError:
                raise bad_body("text.invalid", gettext_noop("The body holds half a character.")) from None


def _no_constant(name: str) -> NoReturn:
    raise bad_body("number.not_finite", gettext_noop("“{name}” is no number."), name=name, value=name)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise bad_body("json.duplicate_key", gettext_noop("“{name}” is there twice."), name=cut(key), value=key)
        found[key] = value
    return found


def only(body: Any, allowed: tuple[str, ...], read_only: tuple[str, ...] = ()) -> Mapping[str, Any]:
    """The body as an object with none but the allowed fields: a typo is named, never dropped. Raises `Refused`."""
    if not isinstance(body, Mapping):
        raise bad_body("json.object", gettext_noop("The body must be a JSON object."))
    for name in body:
        if name in read_only:
            raise Refused(
                Problem("field.read_only", gettext_noop("“{name}” cannot be set."), {"name": name}, field=name)
            )
        if name not in allowed:
            close = ", ".join(nearest(name, allowed, 1))
            raise Refused(
                Problem(
                    "field.unknown",
                    gettext_noop("There is no field “{name}”."),
                    {"name": cut(name), "close": close},
                    hint=gettext_noop("Did you mean “{close}”?") if close else "",
                    field=cut(name),
                )
            )
    return body


# --- how a refusal looks ----------------------------------------------------------------------------------------------

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
    if isinstance(error, Refused):
        codes = [problem.code for problem in error.problems]
        http = next((STATUS_OF_CODE[code] for code in codes if code in STATUS_OF_CODE), status.HTTP_400_BAD_REQUEST)
        if http == status.HTTP_409_CONFLICT:
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
