"""Everything of a tenant as one archive, for a backbone admin."""

from __future__ import annotations

from django.contrib import messages
from django.http import StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from backbone import changes
from backbone.access import member_can
from backbone.forms.people import refuse
from backbone.forms.settings import ErasingForm
from backbone.problems import Refused
from backbone.roles import Can
from backbone.services import erasing
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
    name = f"{request.tenant.slug}-{request.tenant.day():%Y-%m-%d}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Accel-Buffering"] = "no"
    return response


@member_can(Can.EXPORT_TENANT)
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request):
    """Have the whole tenant removed, or keep it after all. A sample goes at once, at one click."""
    if request.POST.get("form") == "keep":
        erasing.keep(tenant=request.tenant, by=request.membership)
        messages.success(request, _("It is kept."))
        return redirect("backbone:erase", request.tenant.slug)
    form = ErasingForm(request.POST if request.method == "POST" and not request.tenant.is_sample else None)
    if request.method == "POST" and (request.tenant.is_sample or form.is_valid()):
        slug = "" if request.tenant.is_sample else form.cleaned_data["slug"]
        try:
            erasing.ask(tenant=request.tenant, by=request.membership, slug=slug)
        except Refused as refused:
            refuse(form, refused)
        else:
            if request.tenant.is_sample:
                messages.success(request, _("The sample data are on their way out."))
                return redirect("backbone:start")
            return redirect("backbone:erase", request.tenant.slug)
    context = {"form": form, "days": erasing.DAYS_TO_THINK}
    return render(request, "backbone/erase.html", context, status=422 if form.is_bound else 200)
