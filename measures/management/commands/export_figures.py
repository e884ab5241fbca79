"""Export figures as tidy CSV or XLSX, in the columns that an import reads."""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from backbone.management.naming import initiative_scope
from backbone.tabular import write_csv, write_xlsx
from measures.exporting import Wanted, figure_rows, published_rows, tidy
from measures.importing import COLUMNS
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
        parser.add_argument("--out", type=Path, help="a file ending in .csv or .xlsx; otherwise standard output")

    def handle(self, *, initiative, indicator, since, until, state, out, **options):
        with initiative_scope(initiative) as (_tenant, found):
            wanted = Wanted(
                indicator_ids=_indicators(found, indicator) if indicator else None,
                since=_month(since),
                until=_month(until),
                states=state,
            )
            rows = chain(tidy(figure_rows(found, wanted)), published_rows(found, wanted))
            if out is not None and out.suffix.lower() == ".xlsx":
                with out.open("wb") as file:
                    write_xlsx(file, rows, COLUMNS)
                return
            target = out.open("wb") if out is not None else sys.stdout.buffer
            try:
                for piece in write_csv(rows, COLUMNS):
                    target.write(piece)
            finally:
                if out is not None:
                    target.close()


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
