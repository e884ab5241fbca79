"""The platform's stock of work, tenant by tenant: what waits, since when, and what needs a person. Counts alone.

It is taken every few minutes, one tenant after the other, each in its own scope, and kept in the cache; whoever runs the
platform reads it there. Where the cache is away it is taken when it is asked for.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from redis import Redis
from redis.exceptions import RedisError

from backbone import conditions
from backbone.conditions import Queue
from backbone.models import Tenant
from backbone.tenancy import tenant_scope

logger = logging.getLogger(__name__)

KEY = "platform:stock"
KEPT_SECONDS = 3600
LATE = timedelta(minutes=10)  # a sweep takes up within a minute or two what lost its nudge; older than this it is stuck
BROKER_QUEUE = "celery"

# The queues there are, in the order of the page, and what each is called.
QUEUES = {
    "measures.rollups": _("Months to roll up"),
    "measures.uploads": _("Uploaded files"),
    "agenda.loops": _("Maps to look for loops in"),
    "backbone.checks": _("Publications to check"),
    "backbone.documents": _("Documents to make"),
    "backbone.deliveries": _("Webhooks to tell"),
    "comms.mails": _("Mails to send"),
    "comms.unknown": _("Mails of unknown outcome"),
}


@dataclass(frozen=True, slots=True)
class Held:
    """What one tenant has in its queues."""

    slug: str
    name: str
    queues: tuple[Queue, ...]

    @property
    def waiting(self) -> int:
        return sum(queue.waiting for queue in self.queues)

    @property
    def stuck(self) -> int:
        return sum(queue.stuck for queue in self.queues)

    @property
    def unknown(self) -> int:
        return sum(queue.stuck for queue in self.queues if queue.slug == "comms.unknown")

    @property
    def oldest(self) -> datetime | None:
        return min((queue.oldest for queue in self.queues if queue.oldest is not None), default=None)


@dataclass(frozen=True, slots=True)
class Stock:
    """Every tenant's, as of one instant."""

    at: datetime
    tenants: tuple[Held, ...]

    def of_all(self) -> list[tuple[str, Queue, int]]:
        """(name, all tenants' together, how many tenants have any) of each queue."""
        found = []
        for slug, label in QUEUES.items():
            rows = [queue for held in self.tenants for queue in held.queues if queue.slug == slug]
            oldest = min((row.oldest for row in rows if row.oldest is not None), default=None)
            whole = Queue(slug, sum(row.waiting for row in rows), oldest, sum(row.stuck for row in rows))
            found.append((str(label), whole, sum(1 for row in rows if row.waiting or row.stuck)))
        return found

    def is_late(self, queue: Queue | Held) -> bool:
        return queue.oldest is not None and self.at - queue.oldest > LATE

    def worst_first(self) -> list[Held]:
        """Those first that need somebody: late, then stuck, then by name."""
        return sorted(self.tenants, key=lambda one: (not self.is_late(one), not one.stuck, one.name))


def take() -> Stock:
    """Count every tenant's, outside any scope. One that cannot be counted is left out, and the log says so."""
    now, found = timezone.now(), []
    for tenant in Tenant.objects.order_by("name"):
        try:
            found.append(of_tenant(tenant, now))
        except Exception:  # whatever it was, it is this tenant's
            logger.exception("Could not count what waits at tenant %s.", tenant.pk)
    return Stock(now, tuple(found))


def of_tenant(tenant: Tenant, now: datetime) -> Held:
    with tenant_scope(tenant):
        queues = tuple(queue for queue in conditions.queues(now) if queue.slug in QUEUES)
    return Held(tenant.slug, tenant.name, queues)


def keep(stock: Stock) -> None:
    try:
        cache.set(KEY, stock, KEPT_SECONDS)
    except (RedisError, OSError) as error:
        logger.warning("Could not keep what waits: %s", type(error).__name__)


def latest() -> Stock:
    """What was counted last; counted now where nothing is kept."""
    try:
        kept = cache.get(KEY)
    except (RedisError, OSError):
        kept = None
    return kept if isinstance(kept, Stock) else take()


def in_the_broker() -> int | None:
    """How many tasks lie in the broker and are not yet taken; None when it does not answer."""
    try:
        client = Redis.from_url(settings.REDIS_URL, socket_timeout=0.25, socket_connect_timeout=0.25)
        return int(client.llen(BROKER_QUEUE))
    except (RedisError, OSError):
        return None
