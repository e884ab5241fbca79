"""How far a file is, for whoever waits for it: kept in the cache, so that it is seen before anything is committed.

It is a courtesy: where the cache is away nothing is told, and nothing else changes.
"""

from __future__ import annotations

import logging

from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

KEPT_SECONDS = 600


def tell(upload_id: int, rows: int) -> None:
    """So many rows of the file are read by now."""
    try:
        cache.set(_key(upload_id), rows, KEPT_SECONDS)
    except (RedisError, OSError) as error:
        logger.warning("Could not tell how far upload %s is: %s", upload_id, type(error).__name__)


def rows_so_far(upload_id: int) -> int | None:
    """How many rows of the file are read by now; None when nobody has said."""
    try:
        return cache.get(_key(upload_id))
    except (RedisError, OSError):
        return None


def _key(upload_id: int) -> str:
    return f"upload:{upload_id}:rows"
