"""What a worker does: each minute plan the mails that are due and send what is planned; now and then look at evidence."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from backbone.models import Tenant
from backbone.nudging import nudge
from backbone.tenancy import tenant_scope
from comms.services import evidence, ledger, planning, sending

logger = logging.getLogger(__name__)


@shared_task(name="comms.tasks.tick")
def tick() -> int:
    """Plan what is due for every tenant, each in its own scope, and have it sent; returns for how many there is some.

    Any number of beats may tick, and a missed tick is caught up by the next. A tenant that fails does not stop the
    next one. Sending is a task for each tenant, so that a slow mail server holds up nobody else's planning; a tenant
    whose mails somebody is sending already gets no second sender.
    """
    busy = 0
    for tenant_id in Tenant.objects.order_by("pk").values_list("pk", flat=True):
        try:
            with tenant_scope(tenant_id):
                who = planning.round_of(timezone.now())
        except Exception:  # whatever it was, it is this tenant's; what is planned already is still sent
            logger.exception("Could not see whom the mails of tenant %s are for.", tenant_id)
            who = None
        for step in planning.STEPS if who is not None else ():
            try:
                with tenant_scope(tenant_id):
                    step(timezone.now(), who)
            except Exception:  # as above
                logger.exception("Could not plan the mails of tenant %s.", tenant_id)
        try:
            with tenant_scope(tenant_id):
                waits = ledger.waits(timezone.now())
            if waits:
                nudge(ledger.DELIVER, tenant_id)
                busy += 1
        except Exception:  # as above
            logger.exception("Could not look after the mails of tenant %s.", tenant_id)
    return busy


# Not a TenantTask: that would be one transaction around everything, and the sender commits step by step, in scopes of
# this tenant that it opens itself.
@shared_task(name=ledger.DELIVER)
def deliver(tenant_id: int) -> int:
    """Send what is due of one tenant; returns how many mails were handed over. When its time was up and more waits, it
    stands at the end of the queue again, rather than idle until the next minute's tick."""
    sent = sending.deliver(tenant_id)
    if sent:
        with tenant_scope(tenant_id):
            if ledger.waits(timezone.now()):
                nudge(ledger.DELIVER, tenant_id)
    return sent


@shared_task(name="comms.tasks.check_evidence")
def check_evidence() -> int:
    """Mark decisions whose figures have moved; returns how many citations that are. A tenant that fails does not stop the
    next one."""
    marked = 0
    for tenant_id in Tenant.objects.order_by("pk").values_list("pk", flat=True):
        try:
            with tenant_scope(tenant_id):
                marked += evidence.check_all()
        except Exception:  # whatever it was, it is this tenant's; the next round tries again
            logger.exception("Could not look at what the decisions of tenant %s rest on.", tenant_id)
    return marked
