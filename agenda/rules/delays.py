"""When something may first be seen of what was begun: the lags of a theory of change, added to the day of the beginning.

Source: product specification, N5. From the beginning s and a lag of (a, m, b) months nothing is judged before s + a, and
by s + b it should have moved.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from agenda.rules.arcs import NO_LAG, Arc, Lag


class Delay(NamedTuple):
    """The first month in which something can have moved, and the month by which it should have; first days of months."""

    since: date
    until: date


def delays(arcs: Iterable[Arc], begun: Mapping[int, date]) -> dict[int, Delay]:
    """What each node waits for: the soonest of all that was begun (by node), until the latest of it. Lags of links in a
    row add up, along the way that most likely is the soonest; a link whose lag nobody said leads nowhere."""
    out: dict[int, list[Arc]] = {}
    for arc in arcs:
        if arc.lag is not None:
            out.setdefault(arc.source, []).append(arc)
    found: dict[int, Delay] = {}
    for source, day in begun.items():
        for node, lag in _lags(out, source).items():
            if node == source:
                continue
            one = Delay(_months_on(day, lag.least), _months_on(day, lag.most))
            other = found.get(node, one)
            found[node] = Delay(min(one.since, other.since), max(one.until, other.until))
    return found


def _lags(out: Mapping[int, list[Arc]], source: int) -> dict[int, Lag]:
    """The lag from a node to each one that it leads to."""
    done: dict[int, Lag] = {}
    waiting = [(0, 0, source, NO_LAG)]
    while waiting:
        _likely, links, node, lag = heapq.heappop(waiting)
        if node in done:
            continue
        done[node] = lag
        for arc in out.get(node, ()):
            if arc.target not in done and arc.lag is not None:
                on = Lag(*(one + more for one, more in zip(lag, arc.lag, strict=True)))
                heapq.heappush(waiting, (on.likely, links + 1, arc.target, on))
    return done


def _months_on(day: date, months: int) -> date:
    whole = day.year * 12 + day.month - 1 + months
    return date(min(whole // 12, 9999), whole % 12 + 1, 1)
