"""Where a request's tenant scope is opened, and where its reader's language and clock are set."""

from __future__ import annotations

import re

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import UnreadablePostError
from django.middleware.locale import LocaleMiddleware
from django.utils import timezone, translation

from backbone.models import Membership, Tenant
from backbone.services.keys import opens_elsewhere
from backbone.tenancy import tenant_scope
from backbone.views.doors import bad_request, length_required, too_large

_TENANT_PATH = re.compile(r"^/(?:o|api/v1)/(?P<slug>[a-z0-9][a-z0-9-]*)/")


class ReaderLocaleMiddleware(LocaleMiddleware):
    """Django's own choice by cookie and browser, until a member's page knows better (`TenantMiddleware`)."""


class BoundsMiddleware:
    """Turn away what no page and no call of the API takes: a body over the limit or without a length, and a NUL in the
    address, which no text in PostgreSQL may hold.

    The body is read here, before a tenant's transaction is opened, so that whoever sends slowly holds no lock.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "HTTP_TRANSFER_ENCODING" in request.META:  # its body would be taken for none
            return length_required(request)
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return bad_request(request, None)
        try:
            request.body  # noqa: B018
        except RequestDataTooBig:
            return too_large(request)
        except UnreadablePostError:
            return bad_request(request, None)
        return self.get_response(request)


class TenantMiddleware:
    """Answer everything below a tenant's address inside that tenant's scope, and in one transaction.

    A person enters by the directory of entrances, a machine by its key, which is looked up inside the scope. Whoever
    does neither has no scope: `access.member_can` and the API then answer as if nothing were there; so they do to the
    key of another tenant. An answer of 500 or more rolls the transaction back, since Django has turned the exception
    into a response by then.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.tenant = request.membership = None
        tenant = self._tenant(request)
        request.is_stranger = self._is_stranger(request, tenant)
        if tenant is None:
            return self.get_response(request)
        with tenant_scope(tenant):
            request.tenant = tenant
            request.membership = self._membership(request)
            reader = request.membership
            language = (reader and reader.locale) or tenant.locale
            if language and not request.COOKIES.get("django_language"):
                translation.activate(language)
                request.LANGUAGE_CODE = translation.get_language()
            with timezone.override((reader and reader.timezone) or tenant.timezone):
                response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    @staticmethod
    def _is_stranger(request, tenant: Tenant | None) -> bool:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        is_key = request.path_info.startswith("/api/") and scheme.lower() == "bearer"
        return is_key and opens_elsewhere(token, tenant)

    @staticmethod
    def _tenant(request) -> Tenant | None:
        match = _TENANT_PATH.match(request.path_info)
        if match is None:
            return None
        tenants = Tenant.objects.filter(slug=match["slug"])
        if request.path_info.startswith("/api/") and "Authorization" in request.headers:
            return tenants.first()
        if not request.user.is_authenticated:
            return None
        return tenants.filter(pk__in=request.user.entrances.values("tenant")).first()

    @staticmethod
    def _membership(request) -> Membership | None:
        if not request.user.is_authenticated:
            return None
        return Membership.objects.filter(user_id=request.user.pk, is_active=True).first()
