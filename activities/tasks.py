"""What a worker does for activities: every night it looks whether something is worth a word."""

from __future__ import annotations

import logging

from celery import shared_task

from activities.services import watching
from backbone.models import Initiative, Tenant
from backbone.tenancy import tenant_scope

logger = logging.getLogger(__name__)


@shared_task(name="activities.tasks.watch", time_limit=3600, soft_time_limit=3540)
def watch() -> int:
    """Look at every initiative; returns how many findings are new. One tenant does not stop the next."""
    found = 0
    for tenant in Tenant.objects.order_by("pk"):
        try:
            with tenant_scope(tenant):
                initiatives = list(Initiative.objects.order_by("pk").values_list("pk", flat=True))
            for pk in initiatives:
                with tenant_scope(tenant):
                    initiative = Initiative.objects.select_related("tenant").get(pk=pk)
                    today = tenant.day()
                    found += watching.look(initiative=initiative, today=today)
        except Exception:  # whatever it was, it is this tenant's
            logger.exception("Could not watch the activities of tenant %s.", tenant.pk)
    return found
