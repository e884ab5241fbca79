"""Whether the platform lives, and whether it is ready to serve."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connections
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django_prometheus.exports import ExportToDjangoView

from backbone.access import anonymous_allowed
from backbone.tasks import HEARTBEAT


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


def state_of_machines() -> dict[str, str]:
    """What answers and what does not, in a few words each."""
    return {"database": _database(), "redis": _redis(), "beat": _beat()}


@anonymous_allowed
def metrics(request):
    """Prometheus' figures of this process, for whoever the operator lets through to this address."""
    if request.headers.get("Authorization", "") != f"Bearer {settings.METRICS_TOKEN}" and settings.METRICS_TOKEN:
        return HttpResponse(status=404)
    return ExportToDjangoView(request)


def _database() -> str:
    try:
        applied = MigrationRecorder(connections["default"]).applied_migrations()
    except DatabaseError:
        return "does not answer"
    return "ok" if ("backbone", "0001_initial") in applied else "not migrated"


def _redis() -> str:
    try:
        cache.get(HEARTBEAT)
    except Exception as error:
        return f"does not answer ({type(error).__name__})"
    return "ok"


def _beat() -> str:
    try:
        seen = cache.get(HEARTBEAT)
    except Exception:
        return "unknown"
    if seen is None:
        return "not seen yet"
    return f"{(timezone.now() - datetime.fromisoformat(seen)).total_seconds():.0f} seconds ago"
