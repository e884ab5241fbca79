"""The worker's side of the first wall: a task works for one tenant, in that tenant's scope.

Arguments are ids, the tenant's first. A task may be delivered twice or lost: it re-reads what there is to do, and a
sweep finds what a lost one left behind.
"""

from __future__ import annotations

import logging
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from celery import Task, shared_task
from django.core.cache import cache
from django.utils import timezone

from backbone.models import HealthSnapshot, Initiative, Tenant
from backbone.selectors import stock
from backbone.selectors.machines import HEARTBEAT
from backbone.services import (
    documents,
    erasing,
    health,
    holding,
    publications,
    restatements,
    retention,
    seals,
    webhooks,
)
from backbone.tenancy import tenant_scope

logger = logging.getLogger(__name__)

SPEND = 60.0  # seconds that a tenant's webhooks get at a time


class TenantTask(Task):
    """Runs `run(tenant_id, …)` inside the tenant's scope; refuses to run without a tenant."""

    abstract = True

    def __call__(self, tenant_id: int, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(tenant_id, int) or isinstance(tenant_id, bool):
            raise TypeError(f"{self.name} works for one tenant: its first argument is the tenant's id.")
        with tenant_scope(tenant_id):
            return super().__call__(tenant_id, *args, **kwargs)


@shared_task(name="backbone.tasks.heartbeat")
def heartbeat() -> None:
    """Beat is alive; `/readyz` shows how long ago."""
    cache.set(HEARTBEAT, timezone.now().isoformat(), timeout=600)


@shared_task(name="backbone.tasks.take_stock", time_limit=280, soft_time_limit=270)
def take_stock() -> int:
    """Count what waits, for whoever runs the platform; returns of how many tenants."""
    found = stock.take()
    stock.keep(found)
    return len(found.tenants)


@shared_task(base=TenantTask, name="backbone.tasks.check_publication", time_limit=1800, soft_time_limit=1740)
def check_publication(tenant_id: int, publication_id: int) -> None:
    """Make a draft's proofs and attack them."""
    publications.check(publication_id)


@shared_task(base=TenantTask, name=restatements.COMPARE)
def compare_publications(tenant_id: int) -> int:
    """Hold what is published against live figures; returns how many lines of the ledger were written."""
    return restatements.compare_all()


@shared_task(name="backbone.tasks.sweep_publications")
def sweep_publications() -> int:
    """Take up checks whose nudge was lost, or whose worker died, and compare what nobody has; returns how many checks.
    One tenant does not stop the next."""
    taken = 0
    for tenant_id in Tenant.objects.order_by("pk").values_list("pk", flat=True):
        try:
            with tenant_scope(tenant_id):
                waiting = publications.waiting()
            for publication_id in waiting:
                with tenant_scope(tenant_id):
                    publications.check(publication_id)
                taken += 1
            with tenant_scope(tenant_id):
                restatements.compare_all()
        except Exception:  # whatever it was, it is this tenant's
            logger.exception("Could not take up the publications of tenant %s.", tenant_id)
    return taken


@shared_task(base=TenantTask, name="backbone.tasks.make_document", time_limit=600, soft_time_limit=570)
def make_document(tenant_id: int, file_id: int) -> None:
    """Make a document of a published body."""
    documents.make(file_id)


@shared_task(name="backbone.tasks.sweep_documents")
def sweep_documents() -> int:
    """Take up documents whose nudge was lost, or whose worker died; returns how many. One tenant does not stop the next."""
    taken = 0
    for tenant_id in Tenant.objects.order_by("pk").values_list("pk", flat=True):
        try:
            with tenant_scope(tenant_id):
                waiting = documents.waiting()
            for file_id in waiting:
                with tenant_scope(tenant_id):
                    documents.make(file_id)
                taken += 1
        except Exception:  # whatever it was, it is this tenant's
            logger.exception("Could not take up the documents of tenant %s.", tenant_id)
    return taken


NIGHT_IS_OVER = 3  # o'clock at the tenant's: from then on a day's health may be worked out


@shared_task(base=TenantTask, name="backbone.tasks.work_out", time_limit=600, soft_time_limit=570)
def work_out(tenant_id: int, initiative_id: int) -> None:
    """Work out an initiative's condition health, and which partners may be drifting away."""
    initiative = Initiative.objects.select_related("tenant").get(pk=initiative_id)
    now = timezone.now()
    holding.work_out(initiative=initiative, as_of=now)
    health.take(initiative=initiative, as_of=now)


@shared_task(name="backbone.tasks.sweep_health")
def sweep_health() -> int:
    """Every initiative's health once a night, by the tenant's clock; returns how many. One tenant does not stop the next."""
    done = 0
    for tenant in Tenant.objects.order_by("pk"):
        here = timezone.now().astimezone(ZoneInfo(tenant.timezone))
        if here.hour < NIGHT_IS_OVER:
            continue
        try:
            with tenant_scope(tenant):
                kept = HealthSnapshot.objects.filter(on=here.date()).values("initiative")
                waiting = list(Initiative.objects.exclude(pk__in=kept).values_list("pk", flat=True))
            for initiative_id in waiting:
                work_out(tenant.pk, initiative_id)
                done += 1
        except Exception:  # whatever it was, it is this tenant's
            logger.exception("Could not work out the health of tenant %s.", tenant.pk)
    return done


@shared_task(name="backbone.tasks.sweep_seals")
def sweep_seals() -> int:
    """Seal what happened since the last time, and tell the log each chain's head; returns how many lines were sealed. One
    tenant does not stop the next."""
    done = 0
    for tenant_id in Tenant.objects.order_by("pk").values_list("pk", flat=True):
        try:
            with tenant_scope(tenant_id):
                count = seals.seal()
                head = seals.head() if count else None
            if head is not None:
                logger.info("Audit chain of tenant %s: %s lines, head %s.", tenant_id, head.number, head.sha256)
            done += count
        except Exception:  # whatever it was, it is this tenant's
            logger.exception("Could not seal the audit log of tenant %s.", tenant_id)
    return done


@shared_task(name=erasing.ERASE, time_limit=3600, soft_time_limit=3540)
def erase(tenant_id: int) -> int:
    """Remove a whole tenant whose day has come."""
    return erasing.erase(tenant_id) if erasing.is_possible() else 0


@shared_task(name="backbone.tasks.sweep_erasures", time_limit=3600, soft_time_limit=3540)
def sweep_erasures() -> int:
    """Remove those whose day has come; returns how many. One tenant does not stop the next. A worker that is no owner
    leaves it to `manage.py remove_tenants`."""
    done = 0
    for tenant_id in erasing.due() if erasing.is_possible() else ():
        try:
            done += bool(erasing.erase(tenant_id))
        except Exception:  # whatever it was, it is this tenant's
            logger.exception("Could not remove tenant %s.", tenant_id)
    return done


@shared_task(name="backbone.tasks.let_go", time_limit=4 * 3600, soft_time_limit=4 * 3600 - 60)
def let_go() -> int:
    """Let go of what tenants do not want to keep any longer; returns of how much. One tenant does not stop the next."""
    gone = 0
    for tenant_id in Tenant.objects.order_by("pk").values_list("pk", flat=True):
        try:
            gone += sum(retention.let_go(tenant_id).values())
        except Exception:  # whatever it was, it is this tenant's
            logger.exception("Could not let go of what tenant %s has kept long enough.", tenant_id)
    return gone


@shared_task(name=webhooks.DELIVER, time_limit=900, soft_time_limit=870)
def deliver(tenant_id: int, spend: float = SPEND) -> int:
    """Send what a tenant's webhooks are to be told and is due; returns how many arrived. Nothing is locked while it waits
    for somebody else's server; one worker at a time does it, and when those are slow the rest is for the next sweep, so that
    other tenants get their turn."""
    with tenant_scope(tenant_id):
        is_ours = webhooks.begin_turn()
    if not is_ours:
        return 0
    try:
        return _deliver(tenant_id, monotonic() + spend)
    finally:
        with tenant_scope(tenant_id):
            webhooks.end_turn()


def _deliver(tenant_id: int, until: float) -> int:
    arrived = 0
    while monotonic() < until:
        with tenant_scope(tenant_id):
            claimed = webhooks.claim()
        for one in claimed:
            status, wrong = webhooks.send(one)
            with tenant_scope(tenant_id):
                webhooks.settle(one, status, wrong)
            arrived += not wrong
        if not claimed:
            break
    return arrived


@shared_task(name="backbone.tasks.sweep_deliveries")
def sweep_deliveries() -> int:
    """Send what is due and whose nudge was lost; returns how many arrived. One tenant does not stop the next."""
    arrived = 0
    for tenant_id in Tenant.objects.order_by("pk").values_list("pk", flat=True):
        try:
            arrived += deliver(tenant_id)
        except Exception:  # whatever it was, it is this tenant's
            logger.exception("Could not send the deliveries of tenant %s.", tenant_id)
    return arrived
