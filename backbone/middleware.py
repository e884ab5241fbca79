"""Where a request's tenant scope is opened, and where its reader's language and clock are set."""

from __future__ import annotations

import re

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import UnreadablePostError
from django.middleware.locale import LocaleMiddleware
from django.utils import timezone, translation

from backbone.models import Membership, Tenant
from backbone.selectors.able import person_of
from backbone.services import operating
from backbone.services.keys import opens_elsewhere
from backbone.tenancy import tenant_scope
from backbone.views.doors import bad_request, forbidden, length_required, too_large

_OPEN_PATH = re.compile(r"^/(?:s/(?P<number>[0-9]{1,18})-|p/(?P<slug>[-a-zA-Z0-9_]+)/)")
_READING = ("GET", "HEAD", "OPTIONS")
_NOBODY = 0  # no tenant's number
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


class LinkManners:
    """What goes with every answer below /s/, /u/ and /c/, whatever it is: the address is a secret, so no page that is opened
    from here is told of it, no search engine keeps it, and no cache does."""

    SECRETS = ("/s/", "/u/", "/c/")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.path_info.startswith(self.SECRETS):
            response.headers["Referrer-Policy"] = "no-referrer"
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
            response.headers["Cache-Control"] = "private, no-store"
        return response


class TenantMiddleware:
    """Answer everything below a tenant's address inside that tenant's scope, and in one transaction.

    A person enters by the directory of entrances, a machine by its key, which is looked up inside the scope, and an
    operator of the platform while an admin lets them look: each of their requests is a line of the audit log, and none
    writes. Whoever does none of it has no scope: `access.member_can` and the API then answer as if nothing were there; so they do to the
    key of another tenant. An answer of 500 or more rolls the transaction back, since Django has turned the exception
    into a response by then.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.tenant = request.membership = None
        request.entrances = []  # of a person alone: a key has one tenant
        tenant = self._tenant(request)
        request.is_stranger = self._is_stranger(request, tenant)
        if tenant is None:
            return self.get_response(request)
        with tenant_scope(tenant):
            request.tenant = tenant
            request.membership = self._membership(request)
            if request.membership is None and operating.is_operator(request.user) and not _is_by_key(request):
                request.membership = operating.acting(request.user)
                if request.membership is not None:
                    operating.note(request.membership, request.path, was_read=request.method in _READING)
            reader = request.membership
            language = (reader and reader.locale) or tenant.locale
            if language and not request.COOKIES.get("django_language"):
                translation.activate(language)
                request.LANGUAGE_CODE = translation.get_language()
            with timezone.override((reader and reader.timezone) or tenant.timezone):
                if reader is not None and reader.visits_until is not None and request.method not in _READING:
                    response = forbidden(request, None)
                else:
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
        if _is_by_key(request):
            return tenants.first()
        if not request.user.is_authenticated:
            return None
        request.entrances = list(request.user.entrances.select_related("tenant").order_by("tenant__name"))
        found = next((one.tenant for one in request.entrances if one.tenant.slug == match["slug"]), None)
        if found is None and operating.is_operator(request.user):
            return _visited(tenants.first(), request.user)
        return found

    @staticmethod
    def _membership(request) -> Membership | None:
        if not request.user.is_authenticated:
            return None
        return person_of(request.user.pk)


def _visited(tenant: Tenant | None, user) -> Tenant | None:
    """The tenant that an operator may look at; None, as for every stranger, when nobody let them in, or not any more."""
    if tenant is None:
        return None
    with tenant_scope(tenant):
        return tenant if operating.access_of(user) is not None else None


def _is_by_key(request) -> bool:
    return request.path_info.startswith("/api/") and "Authorization" in request.headers


class OpenDoorMiddleware:
    """Answer what lies below /s/ (share links) and /p/ (public pages) in the scope of the tenant that the address names,
    and with no membership, whoever asks.

    A number or a name of no tenant gets a scope in which nothing is found: that takes as long. Whose tenant it is the
    request is told of a public page; of a link only when it opens (`views.shared`). The language is the reader's own:
    what `?language=` says, else cookie and browser.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        match = _OPEN_PATH.match(request.path_info)
        if match is None:
            return self.get_response(request)
        chosen = request.GET.get("language")
        if chosen in dict(settings.LANGUAGES):
            translation.activate(chosen)
            request.LANGUAGE_CODE = translation.get_language()
        if match["number"]:
            number = int(match["number"])
        else:
            request.tenant = Tenant.objects.filter(slug=match["slug"]).first()
            number = request.tenant.pk if request.tenant is not None else _NOBODY
        with tenant_scope(number):
            with timezone.override(request.tenant and request.tenant.timezone):
                response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response
