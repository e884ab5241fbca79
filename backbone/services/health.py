"""The only writer of the health of the conditions, day by day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation

from backbone.health import health
from backbone.models import HealthSnapshot, Initiative


@transaction.atomic
def take(*, initiative: Initiative, as_of: datetime) -> HealthSnapshot:
    """Work the five conditions out and keep them, one for each day on the tenant's calendar; the last of a day stays.

    The words are kept in every language of the platform, since nobody knows who will read them.
    """
    body: dict[str, list[dict[str, Any]]] = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for one in health(initiative, as_of):
                checks = body.setdefault(one.slug, [])
                for place, check in enumerate(one.checks):
                    if place == len(checks):
                        value = None if check.value is None else f"{check.value:.4f}"
                        checks.append({"slug": check.slug, "value": value, "url": check.url, "label": {}, "words": {}})
                    checks[place]["label"][code] = str(check.label)
                    checks[place]["words"][code] = str(check.words)
    on = initiative.tenant.day(as_of)
    snapshot, _is_new = HealthSnapshot.objects.update_or_create(
        initiative=initiative, on=on, defaults={"as_of": as_of, "body": body}
    )
    return snapshot
