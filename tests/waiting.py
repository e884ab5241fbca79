"""Waiting for what another process does. How long is never judged: a slow machine passes, only a standstill fails."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 120


def until(holds: Callable[[], bool], otherwise: str) -> None:
    """Come back when it holds; raises AssertionError with the words when it never does."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, otherwise
        time.sleep(0.02)
