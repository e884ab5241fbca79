"""Whether the platform lives, and whether it is ready to serve."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django_prometheus.exports import ExportToDjangoView

from backbone.access import anonymous_allowed
from backbone.selectors.machines import state_of_machines


@anonymous_allowed
def livez(request):
    return HttpResponse("ok", content_type="text/plain")


@anonymous_allowed
def readyz(request):
    """200 when the database answers and is migrated. Redis and beat are reported and do not fail it: filing works
    without them."""
    report = state_of_machines()
    ready = report["database"] == "ok"
    return JsonResponse(report, status=200 if ready else 503, headers={} if ready else {"Retry-After": "5"})


@anonymous_allowed
def metrics(request):
    """Prometheus' figures of this process, for whoever the operator lets through to this address."""
    if request.headers.get("Authorization", "") != f"Bearer {settings.METRICS_TOKEN}" and settings.METRICS_TOKEN:
        return HttpResponse(status=404)
    return ExportToDjangoView(request)
