"""What a worker does for shared measurement: roll-ups are recomputed when nudged, swept up, and checked each night.

Every task may be delivered twice, at once, or not at all: the marks in the database say what there is to do.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial

from celery import shared_task
from django.db import OperationalError, transaction
from django.utils import timezone

from backbone.models import Initiative, Tenant
from backbone.nudging import nudge
from backbone.services import restatements
from backbone.tasks import TenantTask
from backbone.tenancy import tenant_scope
from measures.importing import uploads
from measures.models import StaleMark
from measures.services import rollups
from measures.services import uploads as uploaded

logger = logging.getLogger(__name__)

# A nudge brings a worker within a second; a mark this old has lost its nudge.
OVERDUE = timedelta(minutes=1)


@shared_task(
    base=TenantTask,
    name="measures.tasks.roll_up",
    autoretry_for=(OperationalError,),  # locked too long, or the database was away: the marks are still there
    max_retries=3,
    retry_backoff=2,
)
def roll_up(tenant_id: int) -> None:
    """Recompute what is marked stale, until nothing is; then what is published is held against it. Of fifty that file at
    once one brings all up to date: those who find nothing left to do ask for nothing more."""
    if rollups.drain(tenant_id):
        transaction.on_commit(partial(nudge, restatements.COMPARE, tenant_id))


@shared_task(base=TenantTask, name="measures.tasks.work_on_upload")
def work_on_upload(tenant_id: int, upload_id: int) -> None:
    """Judge an uploaded file, or apply it, whichever it waits for."""
    uploads.work_on(upload_id)


@shared_task(name="measures.tasks.sweep_uploads")
def sweep_uploads() -> int:
    """Take up files whose nudge was lost, or whose worker died; returns how many."""
    taken = 0
    for tenant_id in _tenants():
        try:
            with tenant_scope(tenant_id):
                waiting = uploaded.waiting()
            for upload_id in waiting:
                with tenant_scope(tenant_id):
                    may_try = uploaded.try_again(upload_id)
                if may_try:
                    with tenant_scope(tenant_id):
                        uploads.work_on(upload_id)
                    taken += 1
        except Exception:  # as below
            logger.exception("Could not take up the files of tenant %s.", tenant_id)
    return taken


@shared_task(name="measures.tasks.sweep")
def sweep() -> int:
    """Recompute what a lost nudge left behind; returns for how many tenants. One that fails does not stop the next."""
    swept = 0
    for tenant_id in _tenants():
        try:
            with tenant_scope(tenant_id):
                if StaleMark.objects.filter(made_at__lt=timezone.now() - OVERDUE).exists():
                    rollups.drain(tenant_id)
                    swept += 1
        except Exception:  # whatever it was, it is this tenant's; the next one still gets its turn
            logger.exception("Could not sweep the roll-ups of tenant %s.", tenant_id)
    return swept


@shared_task(name="measures.tasks.nightly_check", time_limit=4 * 3600, soft_time_limit=4 * 3600 - 60)
def nightly_check() -> int:
    """Compute every roll-up aside and compare; returns how many rows differed, which must be none."""
    differing = 0
    for tenant_id in _tenants():
        try:
            with tenant_scope(tenant_id):
                initiatives = list(Initiative.objects.order_by("pk"))
            for initiative in initiatives:
                with tenant_scope(tenant_id):
                    rollups.drain(tenant_id)
                with tenant_scope(tenant_id):
                    differing += rollups.check_and_mend(initiative)
        except Exception:  # as above
            logger.exception("Could not check the roll-ups of tenant %s.", tenant_id)
    return differing


def _tenants() -> list[int]:
    return list(Tenant.objects.order_by("pk").values_list("pk", flat=True))
