"""Whoever watches a meeting is told within half a second that something happened, at the price of one look into the cache.

Each meeting has a number in the cache that grows after every commit that touches it. A browser holds the number that it
has seen under a seal of ours, asks with it twice a second, and fetches the record, with everything that is checked then,
only when it is another. Where the cache is away nothing is told, and the page still asks every ten seconds by itself.
"""

from __future__ import annotations

import time
from contextlib import suppress
from functools import partial

from django.core import signing
from django.core.cache import cache
from django.db import transaction
from redis.exceptions import RedisError

from backbone.tenancy import active_tenant_id

SALT = "comms.live"
LASTS = 24 * 3600  # seconds that a seal opens, and that a number is kept


def tell(meeting_id: int) -> None:
    """Something happened in a meeting of the open tenant: told once it is committed."""
    transaction.on_commit(partial(_grow, _key(active_tenant_id(), meeting_id)))


def seal(meeting_id: int) -> str:
    """What lets a browser ask about a meeting of the open tenant, and nothing else."""
    return signing.dumps([active_tenant_id(), meeting_id], salt=SALT)


def seen(meeting_id: int) -> int:
    """The number as it stands, read before the record is; 0 where the cache is away."""
    return _number(_key(active_tenant_id(), meeting_id)) or 0


def has_moved(sealed: str, number: int) -> bool:
    """Whether something happened since a browser saw this number. Raises `BadSignature` for a seal that is not ours."""
    tenant_id, meeting_id = signing.loads(sealed, salt=SALT, max_age=LASTS)
    now = _number(_key(tenant_id, meeting_id))
    return now is not None and now != number


def _key(tenant_id: int, meeting_id: int) -> str:
    return f"platform:live:{tenant_id}:{meeting_id}"


def _number(key: str) -> int | None:
    """It begins with the clock, so that one that was forgotten does not come back as an earlier one."""
    try:
        return cache.get_or_set(key, lambda: int(time.time() * 1000), LASTS)
    except (RedisError, OSError):
        return None


def _grow(key: str) -> None:
    with suppress(RedisError, OSError):
        if not cache.add(key, int(time.time() * 1000), LASTS):
            cache.incr(key)
