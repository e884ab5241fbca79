"""Importing: two years of England's emergency departments, and a million figures, through the door of everybody's files.

The floor under the million is what PostgreSQL costs by itself: the same rows by COPY into a temporary table and from
there into the same table, with the same keys, walls and history, by hand.
"""

from __future__ import annotations

import csv
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from typing import Any

from backbone.models import Initiative, Tenant
from backbone.tabular import write_csv
from backbone.tenancy import tenant_scope
from bench import floors, worlds
from bench.measuring import Report, Timing, peak_mib
from measures import demo
from measures.bundles import loading
from measures.exporting import figure_rows, tidy
from measures.importing import COLUMNS
from measures.importing.bulk import import_stream
from measures.models import Figure, Rollup
from measures.services import rollups

OF_A_FILE, FIGURES_A_SECOND = 5_000, 8_000  # with everything that a file of 42 thousand begins with, and of a million
TIMES_THE_FLOOR = 3.5
MIB_AT_MOST = 300
PARTNERS, INDICATORS, MONTHS = 500, 20, 100  # a million
SINCE = date(2015, 1, 1)


def importing(report: Report, quick: bool) -> None:
    """Figures a second from a file to stored figures with history and marks; then until the roll-ups are right."""
    folder = demo.FOLDER / "nhs_ae"
    rows = list(csv.DictReader((folder / "ae_attendances_2016-04_2018-03.csv").open(newline="")))
    text = (folder / "bundle.yaml").read_text(encoding="utf-8") + demo._providers(rows)
    content = _tidy(rows)
    figures = content.count(b"\n") - 1
    speeds, reads, drains = [], [], []
    report.title(f"Importing {figures:,} figures of {len({row['org_code'] for row in rows})} providers")
    for number in range(1 if quick else 3):
        slug = f"bench-england-{number}"
        loading.load(text.replace("slug: nhs-england", f"slug: {slug}", 1).encode(), "bench.yaml")
        tenant = Tenant.objects.get(slug=slug)
        with tenant_scope(tenant):
            initiative = Initiative.objects.get()
            started = time.perf_counter()
            tally = import_stream(
                io.BytesIO(content), "figures.csv", initiative=initiative, tenant=tenant, by=None, approve=True
            )
            speeds.append(figures / (time.perf_counter() - started))
            assert tally.created == Figure.objects.count() == figures
        started = time.perf_counter()
        with tenant_scope(tenant):
            rollups.drain(tenant.pk)
        drains.append(time.perf_counter() - started)
        with tenant_scope(tenant):
            count = Rollup.objects.count()
            differing = len(rollups.differences(initiative))
            started = time.perf_counter()
            again = import_stream(
                io.BytesIO(content), "figures.csv", initiative=initiative, tenant=tenant, by=None, approve=True
            )
            reads.append(figures / (time.perf_counter() - started))
            assert (again.created, again.changed, again.unchanged) == (0, 0, figures)
    best = sorted(speeds)[len(speeds) // 2]
    report.fact("figures a second, stored", f"{best:,.0f}   n = {len(speeds)}", is_met=best >= OF_A_FILE)
    report.fact("figures a second, the same file again", f"{sorted(reads)[len(reads) // 2]:,.0f}")
    report.fact("until its roll-ups are right", f"{sorted(drains)[len(drains) // 2]:.2f} s for {count:,} rows")
    report.fact("rows that differ from a rebuild", str(differing), is_met=differing == 0)
    _million(report, quick)


def _million(report: Report, quick: bool) -> None:
    """In turns, each time into an empty tenant: our import in a process of its own, and the floor."""
    months = MONTHS // 10 if quick else MONTHS
    figures = PARTNERS * INDICATORS * months
    report.title(f"Importing {figures:,} figures, one file, all or nothing")
    ours, floor, peaks, exports = [], [], [], []
    for number in range(1 if quick else 3):
        floor.append(_by_hand(f"floor-{number}", months))
        done = subprocess.run(
            [sys.executable, "-c", _START, f"million-{number}", str(months)],
            env=os.environ, capture_output=True, text=True, check=True,
        )  # fmt: skip
        seconds, exported, peak = map(float, done.stdout.split()[-3:])
        ours.append(seconds)
        exports.append(exported)
        peaks.append(peak)
    timing = Timing.of(ours)
    report.timing("our import", timing)
    report.timing("COPY and INSERT … SELECT by hand", Timing.of(floor))
    report.ratio("our import over the floor", timing, Timing.of(floor), at_most=TIMES_THE_FLOOR)
    speed = figures / statistics.median(ours)
    report.fact("figures a second, stored", f"{speed:,.0f}", is_met=speed >= FIGURES_A_SECOND)
    report.fact("figures a second, written to a file", f"{figures / statistics.median(exports):,.0f}")
    peak = max(peaks)
    report.fact("peak memory of the process", f"{peak:.0f} MiB, at most {MIB_AT_MOST}", is_met=peak <= MIB_AT_MOST)
    report.fact("load of the machine", f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def grow(slug: str, months: int) -> None:
    """In the process of its own: import the file, export it again; print both times and the peak in MiB."""
    world = worlds.make(slug, partners=PARTNERS, indicators=INDICATORS, months=0, since=SINCE)
    with tempfile.TemporaryFile() as file:
        file.writelines(write_csv(_rows(world, months), COLUMNS))
        file.seek(0)
        started = time.perf_counter()
        with world.scope():
            tally = import_stream(
                file, "figures.csv", initiative=world.initiative, tenant=world.tenant, by=None, approve=True
            )
        seconds = time.perf_counter() - started
    assert tally.created == PARTNERS * INDICATORS * months
    started = time.perf_counter()
    with world.scope(), open(os.devnull, "wb") as out:
        out.writelines(write_csv(tidy(figure_rows(world.initiative)), COLUMNS))
    print(seconds, time.perf_counter() - started, peak_mib())


def _rows(world: worlds.World, months: int) -> Iterator[tuple[Any, ...]]:
    """Figures without chance, in the order of an export."""
    for number, kind in enumerate(world.kinds, start=1):
        for month in range(months):
            period = f"{SINCE.year + month // 12}-{month % 12 + 1:02d}"
            for partner in range(1, PARTNERS + 1):
                value = (partner * 37 + number * 11 + month) % 900
                numbers = (None, value, value + 40) if kind == "rate" else (value, None, None)
                yield (f"P{partner:04d}", f"k{number}", period, "", *numbers, None, "")


def _by_hand(slug: str, months: int) -> float:
    world = worlds.make(slug, partners=PARTNERS, indicators=INDICATORS, months=0, since=SINCE)
    partners = {f"P{number:04d}": pk for number, pk in enumerate(world.partner_ids, start=1)}
    indicators = {f"k{number}": pk for number, pk in enumerate(world.indicator_ids, start=1)}
    with tempfile.TemporaryFile("w+") as file:
        for partner, indicator, period, _, *numbers, _, _ in _rows(world, months):
            said = ("\\N" if number is None else str(number) for number in numbers)
            file.write("\t".join((str(indicators[indicator]), f"{period}-01", str(partners[partner]), *said)) + "\n")
        file.seek(0)
        connection = floors.connect()
        started = time.perf_counter()
        floors.copy_in(connection, world.tenant.pk, world.initiative.pk, file)
        seconds = time.perf_counter() - started
        connection.close()
    return seconds


_START = "import sys, django; django.setup(); from bench.importing import grow; grow(sys.argv[1], int(sys.argv[2]))"


def _tidy(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, demo.COLUMNS, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(demo.figures_of_england(rows))
    return text.getvalue().encode()
