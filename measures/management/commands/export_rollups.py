"""Export roll-ups as tidy CSV, each with its coverage and state."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from backbone.management.naming import initiative_scope
from measures.management.instants import instant_of
from measures.models import Indicator
from measures.rules.periods import Grain
from measures.selectors.rollup_table import COLUMNS, Wanted, copy_rollups
from measures.services import rollups


class Command(BaseCommand):
    help = f"Export roll-ups: {', '.join(COLUMNS)}. An empty partner is the whole initiative."

    def add_arguments(self, parser):
        parser.add_argument("initiative", metavar="TENANT/INITIATIVE")
        parser.add_argument(
            "--grain",
            choices=[str(grain) for grain in Grain],
            help="all three when left out; a quarter or year that is not over is partial until its last month is in",
        )
        parser.add_argument("--indicator", metavar="SLUG", action="append", help="only these; may be given again")
        parser.add_argument("--by", choices=["initiative", "partner"], default="initiative")
        parser.add_argument("--categories", action="store_true", help="every category too, not the totals alone")
        parser.add_argument(
            "--year-starts", metavar="N", type=int, choices=range(1, 13), help="a fiscal year from month N"
        )
        parser.add_argument(
            "--as-of", metavar="INSTANT", help="as the figures stood then: 2026-11-20T17:00+00:00, or a whole day"
        )
        parser.add_argument("--merged", action="store_true", help="retired categories under what they became")
        parser.add_argument("--out", metavar="FILE", type=Path, help="otherwise standard output")

    def handle(self, *, initiative, grain, indicator, by, categories, year_starts, as_of, merged, out, **options):
        with initiative_scope(initiative) as (tenant, found):
            wanted = Wanted(
                grains=(Grain(grain),) if grain else tuple(Grain),
                indicator_ids=_indicators(found, indicator) if indicator else None,
                by_partner=by == "partner",
                categories=categories,
                year_starts=year_starts,
                as_of=instant_of(as_of, tenant.timezone) if as_of else None,
                merged=merged,
            )
            rollups.drain(tenant.pk)  # what waits for a worker is done first
            if out is None:
                copy_rollups(found, self.stdout, wanted)
                return
            with out.open("wb") as file:
                rows = copy_rollups(found, file, wanted)
            self.stderr.write(f"{rows} roll-ups written to {out}")


def _indicators(initiative, slugs) -> list[int]:
    known = dict(Indicator.objects.filter(initiative=initiative).values_list("slug", "pk"))
    for slug in slugs:
        if slug not in known:
            raise CommandError(f"There is no indicator “{slug}”. There are: {', '.join(sorted(known))}.")
    return [known[slug] for slug in slugs]
