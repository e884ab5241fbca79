"""What hiding costs: a year of fifty indicators, twenty categories each, with totals and with totals to date."""

from __future__ import annotations

import random
import time
from decimal import Decimal

from bench.measuring import Report
from measures.rules.disclosure import Cell, Key, Sum, Table, audit, suppress

THRESHOLD, AT_MOST, GOAL = 11, 60, 20  # seconds on one core


def disclosure(report: Report, quick: bool) -> None:
    """Suppression and audit of one table, where about 15 % of the months' cells are small."""
    table = make_table(indicators=3 if quick else 50)
    started = time.process_time()  # of this process alone, whatever else the machine does
    decision = suppress(table, THRESHOLD)
    decided = time.process_time()
    breaches = (*decision.breaches, *audit(table, decision.hidden, THRESHOLD))
    total = time.process_time() - started
    primary = sum(0 < cell.value < THRESHOLD for cell in table.cells)
    complements = len(decision.hidden) - primary
    report.title(f"Hiding in a table of {len(table.cells):,} cells and {len(table.sums):,} sums")
    report.fact("suppression", f"{decided - started:8.1f} s")
    report.fact("suppression and audit", f"{total:8.1f} s, at most {AT_MOST}, better {GOAL}", is_met=total <= AT_MOST)
    report.fact("small cells", f"{primary:8,}  {primary / len(table.cells):.1%} of all")
    report.fact("hidden beyond them", f"{complements:8,}  {complements / len(table.cells):.1%} of all")
    report.fact("breaches", f"{len(breaches):8,}", is_met=not breaches)


def make_table(indicators: int, categories: int = 20, months: int = 12, seed: int = 11) -> Table:
    """Each month and each total to date of each indicator, by category and together."""
    chance = random.Random(seed)  # noqa: S311
    cells: list[Cell] = []
    sums: list[Sum] = []
    names = [f"c{number}" for number in range(categories)]
    for indicator in range(indicators):
        values: dict[Key, Decimal] = {}
        for month in range(1, months + 1):
            for name in names:
                draw = chance.random()
                most = 1 if draw < 0.05 else THRESHOLD if draw < 0.21 else 400
                least = 0 if most == 1 else 1 if most == THRESHOLD else THRESHOLD
                values[indicator, name, month, month] = Decimal(chance.randrange(least, most))
            values[indicator, "", month, month] = sum(
                (values[indicator, name, month, month] for name in names), Decimal(0)
            )
            sums.append(Sum((indicator, "", month, month), tuple((indicator, name, month, month) for name in names)))
        for month in range(2, months + 1):
            for name in ("", *names):
                earlier, this = (indicator, name, 1, month - 1), (indicator, name, month, month)
                values[indicator, name, 1, month] = values[earlier] + values[this]
                sums.append(Sum((indicator, name, 1, month), (earlier, this)))
            sums.append(Sum((indicator, "", 1, month), tuple((indicator, name, 1, month) for name in names)))
        cells += [Cell(key, value) for key, value in values.items()]
    return Table(tuple(cells), tuple(sums))
