"""Named places at which a drill lets a process die, fail or hang. Without FAULT_POINTS in the environment they do nothing.

`FAULT_POINTS="marked=kill@0.04, connected=hang@0.1"`: at each place what happens there, and how likely. `kill` is
SIGKILL to the process itself, `raise` an error, `hang` ten seconds. FAULT_LOG names a file to which each one adds a
line first, so that a drill can count them.
"""

from __future__ import annotations

import os
import random
import signal
import time
from functools import lru_cache

from django.conf import settings

HANG = 10.0
ACTS = ("kill", "raise", "hang")


class Fault(RuntimeError):
    """What a drill raises at a fault point."""


@lru_cache(maxsize=8)
def parsed(text: str) -> dict[str, tuple[str, float]]:
    """{name: (act, probability)} of a setting's words. Raises ValueError for words that are no fault."""
    found = {}
    for one in filter(None, (part.strip() for part in text.split(","))):
        name, _, what = one.partition("=")
        act, _, chance = what.partition("@")
        if act not in ACTS:
            raise ValueError(f"“{one}” is no fault: write name=act@probability, the act one of {', '.join(ACTS)}.")
        found[name.strip()] = (act, float(chance or 1))
    return found


def fault_point(name: str) -> None:
    """Die, fail or hang here, when the environment says so."""
    if not settings.FAULT_POINTS:
        return
    act, chance = parsed(settings.FAULT_POINTS).get(name, ("", 0.0))
    if random.random() >= chance:  # noqa: S311  a drill's dice
        return
    if settings.FAULT_LOG:
        with open(settings.FAULT_LOG, "a") as log:
            log.write(f"{name}\n")
            log.flush()
            os.fsync(log.fileno())
    if act == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if act == "hang":
        time.sleep(HANG)
    if act == "raise":
        raise Fault(name)
