"""One view, two answers: the whole page, or the part of it that htmx swaps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers


def wants_part(request: HttpRequest) -> bool:
    """Whether htmx asks for a part: not for a boosted link, and not when the browser's history lost the page."""
    htmx = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def page_or_part(
    request: HttpRequest, page: str, part: str, context: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """`page`, or `part` alone when htmx asks for it, both from one `context`.

    A form with errors comes back with status 422, with and without htmx (the page lets htmx swap it). Messages that a
    view left are not lost on a part: they come along and take their place on the page.
    """
    as_part = wants_part(request)
    response = render(request, part if as_part else page, dict(context or {}), status=status)
    patch_vary_headers(response, ["HX-Request"])
    if as_part and (messages := list(get_messages(request))):
        swapped = render_to_string("_messages.html", {"messages": messages, "is_swapped": True}, request)
        response.write(swapped)
    return response
