"""Everything of a tenant as one archive, for a backbone admin."""

from __future__ import annotations

from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from backbone import changes
from backbone.access import member_can
from backbone.roles import Can
from backbone.services.moving_zip import archive

changes.register_verbs({"tenant.exported": gettext_noop("{by} took away everything as an archive")})


@member_can(Can.EXPORT_TENANT)
@require_http_methods(["GET", "HEAD", "POST"])
def export(request):
    """GET says what is in it; POST writes down who took it, and sends it while it is made."""
    if request.method != "POST":
        return render(request, "backbone/export.html", {})
    changes.record("tenant.exported", on=request.tenant, by=request.membership)
    response = StreamingHttpResponse(archive(request.tenant), content_type="application/zip")
    name = f"{request.tenant.slug}-{timezone.localdate():%Y-%m-%d}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Accel-Buffering"] = "no"
    return response
