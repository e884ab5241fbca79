"""What a page of figures costs at the least: Django's handler without middleware, one statement, 480 rows as JSON."""

from __future__ import annotations

import json
import os
from decimal import Decimal

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backbone.config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402

from bench import floors, worlds  # noqa: E402
from measures.rules.periods import add_months  # noqa: E402

TENANT, INDICATORS = os.environ["BENCH_FLOOR"].split(":")
WHERE = (
    int(TENANT),
    [int(one) for one in INDICATORS.split(",")],
    worlds.FIRST_MONTH,
    add_months(worlds.FIRST_MONTH, 23),
)


def plain(value):
    return float(value) if isinstance(value, Decimal) else value.isoformat()


def rows(request):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.tenant_id = %s", [WHERE[0]])
        found = floors.read(cursor, *WHERE)
    assert len(found) == 480
    return HttpResponse(json.dumps(found, default=plain), content_type="application/json")


urlpatterns = [path("", rows), path("livez", lambda request: HttpResponse("ok"))]
settings.ROOT_URLCONF, settings.MIDDLEWARE = __name__, []
application = WSGIHandler()
