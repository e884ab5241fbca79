"""Who asks the API, and whether they may. Named by the settings, so it imports no view."""

from __future__ import annotations

from django.http import Http404
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.permissions import BasePermission

from backbone.access import named_objects, require
from backbone.services import keys


class BearerKey(BaseAuthentication):
    """`Authorization: Bearer bb_…`: a machine acts for its key's owner in the key's role."""

    def authenticate(self, request):
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer":
            raise exceptions.AuthenticationFailed("Use “Authorization: Bearer” and an API key.")
        if request._request.is_stranger:
            raise Http404
        try:
            key = keys.authenticate(token, request._request.tenant)
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
            if request._request.user.is_authenticated:  # somebody, but nobody here: the same 404 as on a page
                raise Http404
            return None
        self.enforce_csrf(request)
        return request._request.membership, None


class MemberCan(BasePermission):
    """The same table as the pages': a stranger gets 404, a member without the right 403, or 404 without even reading."""

    def has_permission(self, request, view) -> bool:
        http = request._request
        if http.membership is None:
            raise exceptions.NotAuthenticated("Sign in, or send an API key.")
        view.kwargs |= named_objects(**{k: v for k, v in view.kwargs.items() if k in ("initiative", "partner")})
        require(http.membership, view.right(request.method), view.kwargs.get("partner"), address=http.path)
        if request.auth is not None:
            keys.require_scope(request.auth, request.method)
        return True
