"""The doors: where a person lands, and what an address that leads nowhere says."""

from __future__ import annotations

import sys

from django.conf import settings
from django.db import OperationalError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from redis.exceptions import RedisError

from backbone.access import anonymous_allowed, initiatives_of, login_only, member_can
from backbone.accounts import is_path_here
from backbone.api.refusals import refusal
from backbone.frame import FILERS, own_initiatives
from backbone.models import Entrance
from backbone.problems import gettext_noop
from backbone.roles import Can, Role
from backbone.selectors.begun import side_by_side


@login_only
def start(request):
    """The one tenant a person belongs to, or a choice of tenants."""
    entrances = list(Entrance.objects.filter(user=request.user).select_related("tenant").order_by("tenant__name"))
    if len(entrances) == 1:
        return redirect("backbone:tenant", entrances[0].tenant.slug)
    return render(request, "backbone/start.html", {"tenants": [entrance.tenant for entrance in entrances]})


@member_can(None)
def tenant_home(request):
    """The one initiative there is for a person, or a choice, or what to do first."""
    initiatives = own_initiatives(request.membership, initiatives_of(request))
    if len(initiatives) == 1:
        return redirect("backbone:home", request.tenant.slug, initiatives[0].slug)
    roles = request.membership.roles
    context = {"initiatives": initiatives, "may_begin": request.membership.can(Can.CHANGE_SETTINGS)}
    if initiatives and not roles <= {*FILERS, Role.FUNDER}:
        with_signals = request.membership.can(Can.READ_SIGNALS)
        context |= {
            "beside": side_by_side(initiatives, request.tenant, timezone.now(), with_signals=with_signals),
            "with_signals": with_signals,
            "knows_names": request.membership.partner_ids(Can.READ_PARTNER_FIGURES) is None,
            "may_chase": request.membership.can(Can.ASSIGN_OBLIGATIONS),
        }
    return render(request, "backbone/tenant_home.html", context)


@member_can(None)
def home(request, initiative):
    """Each role lands on what it has to do now: filers on the form, funders on the latest publication, staff on Forest and Trees."""
    roles = request.membership.roles
    if roles <= FILERS:
        page = "measures:filing-current"
    elif roles <= {Role.FUNDER}:
        page = "backbone:published-latest"
    else:
        page = "measures:forest"
    return redirect(page, request.tenant.slug, initiative.slug)


@anonymous_allowed
@require_POST
def theme(request):
    """Remember light or dark in a cookie, so that it works without scripts."""
    response = _back(request)
    chosen = request.POST.get("theme", "")
    if chosen in ("light", "dark"):
        response.set_cookie("theme", chosen, max_age=365 * 86400, samesite="Lax", secure=settings.IS_HTTPS)
    else:
        response.delete_cookie("theme")
    return response


@anonymous_allowed
@require_POST
def language(request):
    """Remember the reader's language."""
    response = _back(request)
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 86400, samesite="Lax", secure=settings.IS_HTTPS
        )
    return response


def _back(request):
    target = request.POST.get("next")
    return HttpResponseRedirect(target if is_path_here(target) else reverse("backbone:start"))


def bad_request(request, exception):
    if _is_api(request):
        return refusal(400, "request.malformed", gettext_noop("The request cannot be read."))
    return _standing_alone("400.html", 400)


def length_required(request):
    """What `middleware.BoundsMiddleware` answers to a body in chunks."""
    if _is_api(request):
        return refusal(411, "body.length", gettext_noop("Say the length of the body (Content-Length), not chunks."))
    return _standing_alone("400.html", 411)


def too_large(request):
    """What `middleware.BoundsMiddleware` answers to a body that nobody is going to read."""
    megabytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024**2
    if _is_api(request):
        return refusal(413, "body.too_large", gettext_noop("The body is over {limit} MB."), limit=megabytes)
    return _standing_alone("413.html", 413, {"limit": megabytes})


def forbidden(request, exception):
    return render(request, "403.html", {"exception": exception}, status=403)


def not_found(request, exception):
    if _is_api(request):
        return refusal(404, "not_found", gettext_noop("There is nothing at this address."))
    is_link = request.path_info.startswith("/s/")  # the same for every one that opens nothing
    return render(request, "404.html", {"is_link": is_link}, status=404)


def too_many_requests(request):
    """django-allauth asks for this page when somebody guesses too often."""
    is_link = request.path_info.startswith("/s/")  # whoever opens one has no password
    response = render(request, "429.html", {"is_link": is_link}, status=429)
    response["Retry-After"] = "300"
    return response


def _is_api(request) -> bool:
    return request.path_info.startswith("/api/")


def server_error(request):
    """A database or a Redis that is away, or a row that somebody else is saving, is not our fault, and passes.

    Without Redis nobody signs in, since guesses could not be counted; pages do not need it.
    """
    error = sys.exc_info()[1]
    if isinstance(error, RedisError):
        return _try_again(request, 503, is_busy=False)
    if isinstance(error, OperationalError):
        busy = getattr(error.__cause__, "pgcode", None) == "55P03"
        return _try_again(request, 409 if busy else 503, is_busy=busy)
    if _is_api(request):
        return refusal(500, "server.error", gettext_noop("Something broke here, and nothing was stored."))
    return _standing_alone("500.html", 500)


def _try_again(request, status: int, *, is_busy: bool) -> HttpResponse:
    if _is_api(request):
        busy = gettext_noop("Somebody else is saving the same thing. Nothing of yours was stored; send it again.")
        away = gettext_noop("The database cannot be reached just now. Nothing was stored; send it again.")
        response: HttpResponse = refusal(status, "server.busy" if is_busy else "server.away", busy if is_busy else away)
    else:
        response = _standing_alone("503.html", status, {"is_busy": is_busy})
    response["Retry-After"] = "5"
    return response


def _standing_alone(template: str, status: int, context: dict | None = None) -> HttpResponse:
    """Rendered without the request, whose frame would ask the database that may just be away."""
    return HttpResponse(render_to_string(template, context), status=status)
