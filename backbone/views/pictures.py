"""A tenant's logo as a picture, through whichever door somebody sees the tenant's name."""

from __future__ import annotations

from django.http import Http404, HttpResponse

from backbone.models import Tenant
from backbone.services import logos

DAY = 24 * 3600


def show_logo(tenant: Tenant, sha256: str, kept_by: str) -> HttpResponse:
    """The picture that stands; `kept_by` says which caches may have it: its address changes with it. Raises Http404 for
    another, and without one."""
    found = logos.standing(tenant) if sha256 == tenant.logo else None
    if found is None:
        raise Http404
    response = HttpResponse(bytes(found.content), content_type=found.media_type)
    response["Cache-Control"] = f"{kept_by}, max-age={DAY}"
    response["X-Content-Type-Options"] = "nosniff"
    return response
