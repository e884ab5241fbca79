"""How far a worker is with something long, for whoever waits for it: kept in the cache, so that it is seen before
anything is committed.

It is a courtesy: where the cache is away nothing is told, and nothing else changes.
"""

from __future__ import annotations

import logging

from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

KEPT_SECONDS = 600


def tell(work: str, done: int, total: int | None = None) -> None:
    """So much of this work (“upload:12”) is done by now, of how much where that is known."""
    try:
        cache.set(_key(work), (done, total), KEPT_SECONDS)
    except (RedisError, OSError) as error:
        logger.warning("Could not tell how far %s is: %s", work, type(error).__name__)


def so_far(work: str) -> tuple[int | None, int | None]:
    """(done, total) of this work; None for what nobody has said."""
    try:
        return cache.get(_key(work)) or (None, None)
    except (RedisError, OSError):
        return None, None


def _key(work: str) -> str:
    return f"progress:{work}"
