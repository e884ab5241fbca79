"""Asking a worker for something by name, from a write that a person waits for."""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

from celery import current_app
from kombu import Connection
from kombu.pools import producers

logger = logging.getLogger(__name__)

# A person waits for the write that nudges: the broker has a quarter of a second to answer, and one more try.
IMPATIENT = {"socket_timeout": 0.25, "socket_connect_timeout": 0.25, "max_retries": 1, "interval_start": 0}


@cache
def _broker(address: str) -> Connection:
    """Where to ask. It names the pool that holds the open connections, and is never opened itself."""
    return current_app.connection_for_write(address, transport_options=IMPATIENT)


def nudge(task: str, *args: Any) -> None:
    """Ask a worker for a task by name. Redis may be away: the mark is in the database, and a sweep finds it."""
    try:
        with producers[_broker(current_app.conf.broker_write_url)].acquire(block=True, timeout=0.25) as producer:
            current_app.send_task(task, args=args, ignore_result=True, producer=producer)
    except Exception as error:  # whatever the broker's client raises, the write that nudged has been committed
        logger.warning("Could not nudge %s: %s", task, type(error).__name__)
