"""bin/bench [SUBJECT …] [--quick]: run the benchmarks and exit with 1 when a target is missed."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial

from bench import databases

SUBJECTS = (
    "filing",
    "reading",
    "rebuilding",
    "categories",
    "importing",
    "workbooks",
    "memory",
    "disclosure",
    "sharing",
    "documents",
    "maps",
    "matrix",
    "meeting",
    "browsing",
    "digests",
    "standing",
)
# Only when they are named: the first two load 24 and 30 million figures, which takes a quarter of an hour and 20 GB; the
# last lets workers die for a quarter of an hour.
ON_REQUEST = ("growing", "crowded", "crashes")


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument(
        "subjects",
        nargs="*",
        metavar="SUBJECT",
        help=f"{', '.join(SUBJECTS)}; all of these when left out; {', '.join(ON_REQUEST)} when named",
    )
    parser.add_argument(
        "--tenants", type=int, default=1000, help="how many tenants growing ends with; 1,000 take 24 million figures"
    )
    parser.add_argument("--quick", action="store_true", help="fewer samples and no large data: to see that it runs")
    arguments = parser.parse_args()
    unknown = set(arguments.subjects) - set(SUBJECTS + ON_REQUEST)
    if unknown:
        parser.error(f"there is no subject {', '.join(sorted(unknown))}; there are {', '.join(SUBJECTS + ON_REQUEST)}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backbone.config.settings")
    os.environ.setdefault("WHITENOISE_USE_FINDERS", "true")  # no collected files needed to draw a page
    with databases.fresh():
        return _run(arguments)


def _run(arguments: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from backbone.config.collecting import look_seldom
    from bench import (
        browsing,
        crashes,
        digests,
        disclosure,
        documents,
        growth,
        importing,
        maps,
        matrix,
        meeting,
        memory,
        rollups,
        sharing,
        standing,
        then,
        workbooks,
    )
    from bench.measuring import Report

    look_seldom()  # as each of our processes does

    def reading(report: Report, quick: bool) -> None:
        rollups.reading(report, quick)
        then.reading_then(report, quick)

    report = Report()
    works = {
        "filing": rollups.filing,
        "reading": reading,
        "rebuilding": rollups.rebuilding,
        "categories": rollups.rebuilding_categories,
        "importing": importing.importing,
        "workbooks": workbooks.workbooks,
        "memory": memory.memory,
        "disclosure": disclosure.disclosure,
        "sharing": sharing.sharing,
        "documents": documents.documents,
        "maps": maps.maps,
        "matrix": matrix.matrix_bench,
        "meeting": meeting.meeting,
        "browsing": browsing.browsing,
        "digests": digests.digests,
        "standing": partial(standing.standing, most=min(arguments.tenants, 500)),
        "crowded": partial(standing.standing, most=min(arguments.tenants, 500), months=standing.MANY_MONTHS),
        "crashes": crashes.crashes,
        "growing": partial(growth.growing, most=arguments.tenants),
    }
    for subject in arguments.subjects or SUBJECTS:
        works[subject](report, arguments.quick)
    if report.missed:
        print(f"\nMissed: {'; '.join(report.missed)}")
    return 1 if report.missed else 0


if __name__ == "__main__":
    sys.exit(main())
