"""What a share link opens, for whoever holds it. The same publication as for members, through a door of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from backbone.access import anonymous_allowed
from backbone.accounts import address_of
from backbone.by_hand import objects_of
from backbone.forms.links import PassphraseForm
from backbone.models import PublishedBody, ShareLink, Tenant
from backbone.selectors import publications as reads
from backbone.services import links
from backbone.views.doors import too_many_requests
from backbone.views.feeds import EditionFeed
from backbone.views.pictures import show_logo
from backbone.views.published import Door, show_chart, show_data, show_file, show_files, show_ledger, show_page

_TENANT = "SELECT * FROM backbone_tenant WHERE id = %s"  # by hand, as the link itself is looked up
TOLD = "told"  # the cookie of a browser that told the passphrase; for this one address alone


def opens(view: Callable) -> Callable:
    """Let in who holds a link that is alive, and has told its passphrase where it has one.

    The view is called with the link, the body of the publication that it shows now (None: none yet), and its door.
    Only here is the request told whose tenant it is.
    """

    @wraps(view)
    def checked(request, token: str, **named):
        link = _link(token)
        if link.passphrase and not links.is_receipt(link, request.COOKIES.get(TOLD, "")):
            return redirect("backbone:shared-passphrase", token)
        with _tenant_of(request, link):
            return view(request, link, reads.shown_by(link), _door(request.tenant, link, token), **named)

    return anonymous_allowed(checked)


@opens
@require_safe
def page(request, link: ShareLink, body: PublishedBody | None, door: Door):
    """What the link shows; before there is anything, that it will stand here."""
    if body is None:
        return render(request, "backbone/shared_none.html", {"door": door, "initiative": link.initiative})
    return show_page(request, body, door)


@opens
@require_safe
def data(request, link: ShareLink, body: PublishedBody | None, door: Door):
    """The frozen JSON, to the byte."""
    return show_data(_there(body), door)


@opens
@require_safe
def ledger(request, link: ShareLink, body: PublishedBody | None, door: Door):
    """What of it is another figure by now."""
    return show_ledger(request, _there(body), door)


@opens
@require_safe
def file_list(request, link: ShareLink, body: PublishedBody | None, door: Door):
    """Every document of it, with its state."""
    return show_files(request, _there(body), door)


@opens
@require_http_methods(["GET", "HEAD", "POST"])
def file(request, link: ShareLink, body: PublishedBody | None, door: Door, form: str):
    """A document when it is made; a POST has it made."""
    return show_file(request, _there(body), door, form)


@opens
@require_safe
def logo(request, link: ShareLink, body: PublishedBody | None, door: Door, sha256: str):
    """The picture beside the organization's name. As of all below a link, no cache keeps it."""
    return show_logo(request.tenant, sha256, "private")


@opens
@require_safe
def feed(request, link: ShareLink, body: PublishedBody | None, door: Door):
    """What the link shows as a feed of one entry, which a reader sees change."""
    found = [body.publication] if body is not None else []
    return EditionFeed(link.initiative, found, door)(request)


@opens
@require_safe
def chart(request, link: ShareLink, body: PublishedBody | None, door: Door, indicator: str):
    """One chart alone, which other sites may frame: those that the link names, or any."""
    if not link.embeds:
        raise Http404
    response = show_chart(request, _there(body), door, indicator)
    response._csp_replace = {"frame-ancestors": link.sites or ["*"]}
    return response


@anonymous_allowed
@require_http_methods(["GET", "HEAD", "POST"])
def passphrase(request, token: str):
    """Ask for the passphrase; the right one is remembered by this browser, for this address."""
    link = _link(token)
    if not link.passphrase:
        return redirect("backbone:shared", token)
    form = PassphraseForm(request.POST or None)
    if form.is_valid():
        try:
            is_right = links.is_right(link, form.cleaned_data["passphrase"], address=address_of(request))
        except links.TooManyTries:
            return too_many_requests(request)
        if is_right:
            return _remembering(redirect("backbone:shared", token), link, token)
        form.add_error("passphrase", _("That is not the passphrase. Ask whoever gave you the link."))
    context = {"form": form}
    return render(request, "backbone/shared_passphrase.html", context, status=422 if form.is_bound else 200)


def _link(token: str) -> ShareLink:
    link = links.opened(token)
    if link is None:
        raise Http404
    return link


def _there(body: PublishedBody | None) -> PublishedBody:
    if body is None:
        raise Http404
    return body


@contextmanager
def _tenant_of(request, link: ShareLink) -> Iterator[None]:
    """The request is about this tenant, in its time zone."""
    (request.tenant,) = objects_of(Tenant, _TENANT, [link.tenant_id])
    with timezone.override(request.tenant.timezone):
        yield


def _door(tenant: Tenant, link: ShareLink, token: str) -> Door:
    return Door(
        audience=link.audience,
        page=reverse("backbone:shared", args=[token]),
        data=reverse("backbone:shared-data", args=[token]),
        ledger=reverse("backbone:shared-ledger", args=[token]),
        files=reverse("backbone:shared-files", args=[token]),
        feed=reverse("backbone:shared-feed", args=[token]),
        logo=reverse("backbone:shared-logo", args=[token, tenant.logo]) if tenant.logo else "",
        frame="base_open.html",
        link=link,
        secret=token,
    )


def _remembering(response: HttpResponse, link: ShareLink, token: str) -> HttpResponse:
    response.set_cookie(
        TOLD,
        links.receipt(link),
        max_age=links.TOLD_FOR,
        path=reverse("backbone:shared", args=[token]),
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response
