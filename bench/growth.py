"""Growth: the same three works of one tenant while ever more tenants lie beside it in the same tables."""

from __future__ import annotations

import random
from decimal import Decimal
from itertools import count

from bench import worlds
from bench.measuring import Report, Timing, side_by_side
from measures.rules.figures import Entry
from measures.rules.periods import add_months
from measures.selectors.series import series
from measures.services import filings, rollups
from measures.services.figure_rows import FigureRow

# What may become slower, and by how much, from the first stage to the last: a dashboard is read from one index range,
# a filing and a recompute walk several that have become deeper and colder.
LIMITS = {"dashboard read": 1.5, "filing": 2.2, "one roll-up job": 2.2}


def growing(report: Report, quick: bool, most: int) -> None:
    """From one tenant to the most, 24 thousand figures each; at each stage tenants by chance, with a fixed seed."""
    stages = (1, 5) if quick else tuple(sorted({1, min(50, most), most}))
    made: list[worlds.World] = []
    taken: dict[int, dict[str, Timing]] = {}
    for tenants in stages:
        while len(made) < tenants:
            made.append(_another(len(made)))
        worlds.analyze()
        report.title(f"One tenant's work beside {tenants:,} in all ({tenants * 24_000:,} figures)")
        taken[tenants] = _work(made, 10 if quick else 60)
        for name, timing in taken[tenants].items():
            report.timing(name, timing)
    report.title(f"Growth from {stages[0]:,} to {stages[-1]:,} tenants")
    last_one = made[-1]
    with last_one.scope():
        differing = len(rollups.differences(last_one.initiative))
    report.fact("rows of the last tenant that differ from a rebuild", str(differing), is_met=differing == 0)
    first, last = taken[stages[0]], taken[stages[-1]]
    for name, limit in LIMITS.items():
        report.ratio(name, last[name], first[name], at_most=limit)


def _another(number: int) -> worlds.World:
    """One tenant more, like the others in all but its ids. The first is rolled up as ever; the others take its rows."""
    world = worlds.make(f"bench-growth-{number}", partners=50)
    if number:
        worlds.copy_rollups(world)
        return world
    with world.scope():
        rollups.rebuild(world.initiative)
    worlds.keep_rollups(world)
    return world


def _work(made: list[worlds.World], samples: int) -> dict[str, Timing]:
    chance, numbers = random.Random(7), count(1000)  # noqa: S311  (which tenant, not a secret)
    chosen = [chance.choice(made) for _ in range(samples + 3)]
    month = add_months(worlds.FIRST_MONTH, 12)

    def read(turn: int) -> None:
        world = chosen[turn]
        with world.scope():
            series(
                world.initiative, world.indicator_ids, "month", worlds.FIRST_MONTH, add_months(worlds.FIRST_MONTH, 23)
            )

    def file(turn: int) -> None:
        world, number = chosen[turn], next(numbers)
        partner = world.partner_ids[number % len(world.partner_ids)]
        rows = [
            FigureRow(
                partner,
                pk,
                month,
                "",
                Entry(None, Decimal(number % 97), Decimal(100)) if kind == "rate" else Entry(Decimal(number)),
            )
            for pk, kind in zip(world.indicator_ids, world.kinds, strict=True)
        ]
        with world.scope():
            filings.file_many(
                initiative=world.initiative, rows=rows, by=world.steward, submit=True, approve=True,
                replace=True, because="bench",
            )  # fmt: skip

    def job(turn: int) -> None:
        world = chosen[turn]
        with world.scope():
            rollups.drain(world.tenant.pk)

    return side_by_side({"dashboard read": read, "filing": file, "one roll-up job": job}, samples)
