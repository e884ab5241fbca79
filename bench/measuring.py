"""Taking times side by side, and printing them with their number of samples."""

from __future__ import annotations

import gc
import re
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds: the median, the best, the 95th percentile, and of how many samples."""

    median: float
    best: float
    p95: float
    samples: int

    @classmethod
    def of(cls, seconds: list[float]) -> Timing:
        ordered = sorted(1000 * second for second in seconds)
        p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        return cls(statistics.median(ordered), ordered[0], p95, len(ordered))

    def __str__(self):
        return f"{self.median:10.2f} ms   best {self.best:9.2f}   p95 {self.p95:9.2f}   n = {self.samples}"


def peak_mib() -> int:
    """The most memory this process has held, in MiB, of the program that runs in it.

    What `getrusage` tells a child holds its parent's peak from before the child became a program of its own.
    """
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)[1]) // 1024


def once(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def side_by_side(works: Mapping[str, Callable[[int], Any]], samples: int, warm_up: int = 3) -> dict[str, Timing]:
    """Time each work in turns, so that an unquiet hour falls on all of them alike. A work gets the turn's number."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(-warm_up, samples):
        gc.collect()
        for name, work in works.items():
            seconds = once(lambda work=work, turn=turn: work(turn))
            if turn >= 0:
                taken[name].append(seconds)
    return {name: Timing.of(seconds) for name, seconds in taken.items()}


class Report:
    """Prints lines as they come, and remembers which ratios missed their target."""

    def __init__(self):
        self.missed: list[str] = []

    def title(self, text: str) -> None:
        print(f"\n{text}\n{'-' * len(text)}")

    def timing(self, name: str, timing: Timing) -> None:
        print(f"  {name:<52}{timing}")

    def ratio(
        self, name: str, ours: Timing, floor: Timing, at_most: float | None = None, at_least: float | None = None
    ) -> None:
        """The ratio of the medians is judged; that of the best samples, shown beside it, is what an unquiet machine
        leaves of a quiet one."""
        ratio, best = ours.median / floor.median, ours.best / floor.best
        target = f"at most {at_most:g}x" if at_most is not None else f"at least {at_least:g}x"
        is_met = (at_most is None or ratio <= at_most) and (at_least is None or ratio >= at_least)
        print(f"  {name:<52}{ratio:10.2f}x   best {best:8.2f}x   {target}{'' if is_met else '  MISSED'}")
        if not is_met:
            self.missed.append(name)

    def fact(self, name: str, text: str, is_met: bool = True) -> None:
        print(f"  {name:<52}{text}{'' if is_met else '  MISSED'}")
        if not is_met:
            self.missed.append(name)
