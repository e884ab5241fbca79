"""Whoever sends mail dies at every named place: nothing twice, and nothing that is neither sent nor shown as unknown.

Two workers of two processes, two beats, every message to them sent twice, a mail server that is real. The table is that
of docs/delivery.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backbone.models import Tenant
from bench import drill
from bench.measuring import Report
from bench.post_office import PostOffice

MAILS, REFUSED = 300, 3
DYING = (
    "after the claim",
    "connected",
    "marked",
    "among the words",
    "answered",
    "before the result is committed",
    "recorded",
)
IN_DOUBT = {"marked", "among the words", "answered", "before the result is committed"}


@dataclass(frozen=True)
class Case:
    """One drill. `may_be_unknown`: whether what happens there leaves doubt; each death then leaves at most one."""

    name: str
    faults: str = ""
    office: Callable[[], dict[str, Any]] = dict
    disturb: Callable[[drill.Crew, int], int] | None = None
    may_be_unknown: bool = False


def _kill_a_worker(crew: drill.Crew, turn: int) -> int:
    """A whole worker, its children and all, each four seconds; the other goes on, and it begins anew."""
    if turn % 8 != 7 or turn > 60:
        return 0
    name = f"worker{turn // 8 % 2}"
    crew.kill(name)
    crew.start(name)
    return 1


def _lose_the_queue(crew: drill.Crew, turn: int) -> int:
    """Valkey dies with all that it holds, three times, and comes back empty three seconds later."""
    if turn in (8, 20, 32):
        crew.queue.kill()
        return 1
    if turn in (14, 26, 38):
        crew.queue.start()
    return 0


CASES = [
    Case("nobody dies"),
    Case("killed before the claim is committed", "before the claim is committed=kill@0.5"),
    *(
        Case(f"killed: {point}", f"{point}=kill@{0.5 if 'claim' in point else 0.04}", may_be_unknown=point in IN_DOUBT)
        for point in DYING
    ),
    *(
        Case(f"an error: {point}", f"{point}=raise@0.04", may_be_unknown=point in IN_DOUBT)
        for point in ("connected", "marked", "among the words", "answered")
    ),
    Case("hangs longer than its lease: connected", "connected=hang@0.02"),
    Case("hangs longer than its lease: marked", "marked=hang@0.02", may_be_unknown=True),
    Case("whole workers killed", disturb=_kill_a_worker, may_be_unknown=True),
    Case("the queue lost three times", disturb=_lose_the_queue),
    Case("the server puts off a third", office=lambda: {"put_off": 0.33}),
    Case("the server hangs up instead of answering", office=lambda: {"hung_up": 0.04}, may_be_unknown=True),
    Case("the server hangs up at half of the words", office=lambda: {"cut": 0.1}, may_be_unknown=True),
    Case("the server hears all, keeps nothing, hangs up", office=lambda: {"dropped": 0.04}, may_be_unknown=True),
    Case(
        "it hangs up anywhere, and workers are killed there",
        "among the words=kill@0.03, answered=kill@0.03",
        lambda: {"cut": 0.06, "dropped": 0.03, "hung_up": 0.03},
        may_be_unknown=True,
    ),
    Case("the answer comes after the time-out", office=lambda: {"late": 0.02}, may_be_unknown=True),
    Case("a slow server, killed where it answers", "answered=kill@0.04", lambda: {"delay": 0.05}, may_be_unknown=True),
]


def crashes(report: Report, quick: bool) -> None:
    """Every case; `quick` takes a fifth of the mails and every third case."""
    mails = MAILS // 5 if quick else MAILS
    tenant = Tenant.objects.create(slug="bench-crashes", name="Crashes")
    report.title(
        f"{mails} mails, {REFUSED} of them refused by the server; two workers, two beats, all messages doubled"
    )
    print(f"  {'what happens':<46}{'kills':>6}{'sent':>6}{'failed':>8}{'unknown':>9}{'twice':>7}{'untold':>8}{'s':>7}")
    for case in CASES[::3] if quick else CASES:
        refused = frozenset(f"reader{number}@example.org" for number in range(0, REFUSED * 7, 7))
        with PostOffice(refused=refused, **case.office()) as office:
            found = drill.run(tenant, mails, office, faults=case.faults, disturb=case.disturb)
        least_failed = 0 if "puts off" in case.name else REFUSED
        is_met = found.is_accounted_for and found.failed >= least_failed and (case.may_be_unknown or not found.unknown)
        print(
            f"  {case.name:<46}{found.kills:>6}{found.sent:>6}{found.failed:>8}{found.unknown:>9}{found.duplicates:>7}"
            f"{found.untold + found.false + found.unsettled:>8}{found.seconds:>7.0f}{'' if is_met else '  MISSED'}",
            flush=True,
        )
        if not is_met:
            report.missed.append(case.name)
