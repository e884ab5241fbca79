"""Pages as of an instant: what the address asks for, and a clear answer where it is no instant that was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from backbone.problems import Refused
from backbone.wording import say
from measures.instants import instant_text, instant_words, parse_instant


def as_of_of(request) -> datetime | None:
    """The instant that an address asks for, on the reader's clock; None for now. Raises Refused."""
    text = request.GET.get("as_of", "").strip()
    return parse_instant(text, timezone.get_current_timezone(), timezone.now()) if text else None


def shows_as_of(view: Callable) -> Callable:
    """Answer a wrong instant with a page that says what is wrong with it, and leads back to now."""

    @wraps(view)
    def answered(request, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            as_of_of(request)
        except Refused as refused:
            kept = [(name, value) for name, value in request.GET.items() if name != "as_of"]
            context = {
                "initiative": kwargs.get("initiative"),
                "problems": [("as_of", say(problem)) for problem in refused.problems],
                "written": request.GET.get("as_of", ""),
                "kept": kept,
            }
            return render(request, "measures/as_of_wrong.html", context, status=400)
        return view(request, *args, **kwargs)

    return answered


def as_of_context(request, as_of: datetime | None) -> dict[str, Any]:
    """What the templates need to say as of when a page is, and to ask for another instant."""
    return {
        "as_of": as_of,
        "as_of_words": "" if as_of is None else instant_words(as_of),
        "as_of_text": "" if as_of is None else instant_text(as_of),
        "as_of_kept": [(name, value) for name, value in request.GET.items() if name not in ("as_of", "page")],
        "as_of_field": timezone.localtime(as_of or timezone.now()).strftime("%Y-%m-%dT%H:%M"),
    }
