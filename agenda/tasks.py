"""What a worker does for the agenda: it finds the loops of a theory of change after a change, and after a lost nudge."""

from __future__ import annotations

import logging

from celery import shared_task

from agenda.services import map_loops
from backbone.models import Tenant
from backbone.tasks import TenantTask
from backbone.tenancy import tenant_scope

logger = logging.getLogger(__name__)


@shared_task(base=TenantTask, name=map_loops.FIND_LOOPS, time_limit=60, soft_time_limit=50)
def find_loops(tenant_id: int, initiative_id: int) -> bool:
    """Find the loops of one map; what changed meanwhile brings a nudge of its own."""
    return map_loops.find(initiative_id)


@shared_task(name="agenda.tasks.sweep_loops")
def sweep_loops() -> int:
    """Look for loops where a nudge was lost; returns in how many maps. One tenant does not stop the next."""
    swept = 0
    for tenant_id in Tenant.objects.order_by("pk").values_list("pk", flat=True):
        try:
            with tenant_scope(tenant_id):
                waiting = map_loops.waiting()
            for initiative_id in waiting:
                with tenant_scope(tenant_id):
                    swept += map_loops.find(initiative_id)
        except Exception:  # whatever it was, it is this tenant's
            logger.exception("Could not look for the loops of tenant %s.", tenant_id)
    return swept
