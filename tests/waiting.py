"""Waiting for what another process does. How long is never judged: a slow machine passes, only a standstill fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE = 120
RUNAWAY = 20  # seconds of a processor


def until(holds: Callable[[], bool], otherwise: str) -> None:
    """Come back when it holds; raises AssertionError with the words when it never does."""
    began = time.monotonic()
    end = began + PATIENCE
    while not holds():
        looked = time.monotonic()
        assert looked < end, otherwise
        time.sleep(max(0.02, looked - began))  # whoever is waited for gets as much of the machine as looking takes
        began = time.monotonic()


@contextmanager
def no_runaway() -> Iterator[None]:
    """What happens inside takes far less of a processor than something that ran wild. No measure of speed: bench/ has those."""
    began = time.process_time()
    yield
    taken = time.process_time() - began
    assert taken < RUNAWAY, f"{taken:.0f} seconds of a processor"
