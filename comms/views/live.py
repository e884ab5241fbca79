"""Whether something happened in a meeting, for whoever has its page open: asked twice a second, so it looks nowhere but
into the cache."""

from __future__ import annotations

from django.core.signing import BadSignature
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from backbone.access import anonymous_allowed, sent_id
from comms.services.live import has_moved

MOVED = "moved"  # the event for which the record waits


@anonymous_allowed
@require_safe
def live(request, seal: str):
    """Nothing to see, ever; `?seen=` is the number that the page has, and another one makes it fetch the record."""
    number = request.GET.get("seen", "")
    try:
        is_moved = has_moved(seal, sent_id(number) or 0)
    except BadSignature as error:
        raise Http404 from error
    response = HttpResponse(status=204)
    if is_moved:
        response["HX-Trigger"] = MOVED
    response["Cache-Control"] = "private, no-store"
    return response
