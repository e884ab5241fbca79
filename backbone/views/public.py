"""What everybody may read of an initiative that says so: its publications, cut for the public. Without a login."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date
from django.views.decorators.http import require_http_methods, require_safe

from backbone.access import anonymous_allowed
from backbone.models import Audience, Initiative, Publication, PublishedBody, Tenant
from backbone.selectors import publications as reads
from backbone.selectors.publications import EditionName
from backbone.views.feeds import ENTRIES, EditionFeed
from backbone.views.pictures import show_logo
from backbone.views.published import Door, named, show_chart, show_data, show_file, show_files, show_ledger, show_page

FRESH = 60  # seconds for which a cache need not ask again


def everybody(view: Callable) -> Callable:
    """Let everybody in where the initiative is public and has published something; else there is nothing here.

    The view is called with the body of the publication (the latest where the address names none) and its door; its answer may be
    kept by any cache for a minute.
    """

    @wraps(view)
    def checked(request, tenant: str, initiative: str, edition: EditionName | None = None, **words):
        body, newer, door = _opened(request, initiative, edition)
        response = view(request, body, door, **words)
        times = [(newer or body.publication).published_at]
        if body.has_moved:
            times.append(reads.moved_at(body.publication, Audience.PUBLIC))
        return _kept(request, response, max(one for one in times if one is not None))

    return anonymous_allowed(require_safe(checked))


def everybody_now(view: Callable) -> Callable:
    """The same for a page with a form, which no cache may keep."""

    @wraps(view)
    def checked(request, tenant: str, initiative: str, edition: EditionName | None = None, **words):
        body, _newer, door = _opened(request, initiative, edition)
        return view(request, body, door, **words)

    return anonymous_allowed(require_http_methods(["GET", "HEAD", "POST"])(checked))


def _opened(request, initiative: str, edition: EditionName | None) -> tuple[PublishedBody, Publication | None, Door]:
    found = Initiative.objects.filter(slug=initiative, is_public=True).first()
    if found is None:
        raise Http404
    publication, newer = (reads.latest(found), None) if edition is None else named(found, edition)
    if publication is None:
        raise Http404
    return reads.body_of(publication, Audience.PUBLIC), newer, _door(request.tenant, found, edition, newer)


@everybody
def page(request, body: PublishedBody, door: Door):
    return show_page(request, body, door)


@everybody
def data(request, body: PublishedBody, door: Door):
    return show_data(body, door)


@everybody
def ledger(request, body: PublishedBody, door: Door):
    return show_ledger(request, body, door)


@everybody_now
def file_list(request, body: PublishedBody, door: Door):
    return show_files(request, body, door)


@everybody_now
def file(request, body: PublishedBody, door: Door, form: str):
    return show_file(request, body, door, form)


@everybody
def chart(request, body: PublishedBody, door: Door, indicator: str):
    """One chart alone; whoever has a site may show it there."""
    response = show_chart(request, body, door, indicator)
    response._csp_replace = {"frame-ancestors": ["*"]}
    return response


@anonymous_allowed
@require_safe
def logo(request, tenant: str, initiative: str, sha256: str):
    """The picture beside the organization's name, for any cache: its address changes with it."""
    _opened(request, initiative, None)
    return show_logo(request.tenant, sha256, "public")


@everybody
def feed(request, body: PublishedBody, door: Door):
    initiative = body.publication.initiative
    place = [request.tenant.slug, initiative.slug]

    def at(one: Publication) -> str:
        return reverse("backbone:public-edition", args=[*place, EditionName.of(one)])

    return EditionFeed(initiative, list(reads.published(initiative)[:ENTRIES]), door, at)(request)


def _door(tenant: Tenant, initiative: Initiative, edition: EditionName | None, newer: Publication | None) -> Door:
    place = [tenant.slug, initiative.slug]

    def at(rest: str = "", which: EditionName | None = edition) -> str:
        if which is None:
            return reverse(f"backbone:public{rest}", args=place)
        return reverse(f"backbone:public-edition{rest}", args=[*place, which])

    return Door(
        audience=Audience.PUBLIC,
        page=at(),
        data=at("-data"),
        ledger=at("-ledger"),
        files=at("-files"),
        feed=reverse("backbone:public-feed", args=place),
        logo=reverse("backbone:public-logo", args=[*place, tenant.logo]) if tenant.logo else "",
        newer=newer and {"publication": newer, "url": at(which=EditionName.of(newer))},
        frame="base_open.html",
        is_indexed=True,
    )


def _kept(request, response: HttpResponse, changed_at: datetime) -> HttpResponse:
    """The answer as caches may keep it, or, to one that has it already, that it has not changed."""
    content = response.content
    if request.csp_nonce:  # another one in each answer, and nothing that a reader sees
        content = content.replace(str(request.csp_nonce).encode(), b"")
    etag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(changed_at.timestamp())
    response.headers["Cache-Control"] = f"public, max-age={FRESH}"
    patch_vary_headers(response, ("Accept-Language", "Cookie"))
    answer = get_conditional_response(request, etag=etag, last_modified=int(changed_at.timestamp()), response=response)
    assert answer is not None
    if answer.status_code == 304:
        answer._csp_exempt = True  # the policy that came with the kept page names the kept page's nonce
    return answer
