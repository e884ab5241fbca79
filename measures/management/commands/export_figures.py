"""Export figures as tidy CSV or XLSX, in the columns that an import reads."""

from __future__ import annotations

import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from backbone.management.naming import initiative_scope
from backbone.wording import say
from measures.exporting import Wanted
from measures.exporting.formats import EXPORTS, write_export
from measures.management.instants import HELP, instant_of
from measures.models import Indicator
from measures.rules.periods import parse_month


class Command(BaseCommand):
    help = "Export figures: partner, indicator, period, category, value, numerator, denominator, weight, note."

    def add_arguments(self, parser):
        parser.add_argument("initiative", metavar="TENANT/INITIATIVE")
        parser.add_argument("--indicator", metavar="SLUG", action="append", help="only these; may be given again")
        parser.add_argument("--since", metavar="YYYY-MM", help="from this month")
        parser.add_argument("--until", metavar="YYYY-MM", help="up to this month")
        parser.add_argument("--state", action="append", help="only figures in this state; may be given again")
        parser.add_argument(
            "--format", dest="form", choices=list(EXPORTS), help="left out, CSV or what the ending of --out says"
        )  # fmt: skip
        parser.add_argument("--scheme", default="", help="whose codes to write; left out, the format's own")
        parser.add_argument("--as-of", metavar="INSTANT", help=HELP)
        parser.add_argument("--out", type=Path, help="a file ending in .csv or .xlsx; otherwise standard output")

    def handle(self, *, initiative, indicator, since, until, state, form, scheme, as_of, out, **options):
        if form is None:
            form = "xlsx" if out is not None and out.suffix.lower() == ".xlsx" else "csv"
        with initiative_scope(initiative) as (tenant, found):
            wanted = Wanted(
                indicator_ids=_indicators(found, indicator) if indicator else None,
                since=_month(since),
                until=_month(until),
                states=state,
                as_of=instant_of(as_of, tenant.timezone) if as_of else None,
            )
            target = out.open("wb") if out is not None else sys.stdout.buffer
            try:
                left_out = write_export(form, target, found, scheme=scheme, wanted=wanted)
            finally:
                if out is not None:
                    target.close()
        for problem in left_out:
            self.stderr.write(say(problem))


def _indicators(initiative, slugs) -> list[int]:
    known = dict(Indicator.objects.filter(initiative=initiative).values_list("slug", "pk"))
    for slug in slugs:
        if slug not in known:
            raise CommandError(f"There is no indicator “{slug}”. There are: {', '.join(sorted(known))}.")
    return [known[slug] for slug in slugs]


def _month(text):
    if text is None:
        return None
    month = parse_month(text)
    if not hasattr(month, "year"):
        raise CommandError(month.message)
    return month
