"""What every resource of the API extends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import APIView

from backbone.api import idempotency
from backbone.api.bodies import require_plain_body

MISSING = object()


class MemberAPI(APIView):
    """Base of every resource: `can = {"GET": Can.…}`; `self.kwargs["initiative"]` is the row, not its name."""

    can: Mapping[str, Any] = {}
    policy = "member"

    def initial(self, request, *args, **kwargs):
        if self.right(request.method) is MISSING:
            raise exceptions.MethodNotAllowed(request.method)
        super().initial(request, *args, **kwargs)
        require_plain_body(request)
        kwargs |= self.kwargs

    def right(self, method: str) -> Any:
        """What a method needs; reading the headers alone, or the options, needs what reading needs."""
        reading = next(iter(self.can.values()), MISSING)
        if method == "OPTIONS":
            return self.can.get("GET", reading)
        return self.can.get("GET" if method == "HEAD" else method, MISSING)

    @property
    def membership(self):
        return self.request._request.membership

    @property
    def tenant(self):
        return self.request._request.tenant

    @property
    def initiative(self):
        return self.kwargs["initiative"]

    def once(self, request, act: Callable[[], Response]) -> Response:
        """Do `act()` once for one Idempotency-Key, all of it or nothing; a repetition gets the first answer again.

        A body may ask for several things, and a later one may be refused.

        Raises `Refused`: the key is malformed (400), in flight (409), or was used with another body (422).
        """

        def whole() -> Response:
            with transaction.atomic():
                return act()

        return idempotency.once(request, credential=self.credential, act=whole)

    @property
    def credential(self) -> str:
        key = self.request.auth
        return f"key:{key.pk}" if key is not None else f"member:{self.membership.pk}"


class BearerKeyScheme(OpenApiAuthenticationExtension):
    target_class = "backbone.api.authentication.BearerKey"
    name = "apiKey"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer", "description": "An API key, made on the keys page."}


class BrowserSessionScheme(OpenApiAuthenticationExtension):
    target_class = "backbone.api.authentication.BrowserSession"
    name = "session"

    def get_security_definition(self, auto_schema):
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
