"""Import figures from a tidy CSV or XLSX file of any length."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from backbone.management.naming import initiative_scope, member_named
from backbone.problems import Refused
from backbone.wording import hint, say
from measures.importing.bulk import import_stream


class Command(BaseCommand):
    help = "Import figures: partner, indicator, period, category, value, numerator, denominator, weight, note."

    def add_arguments(self, parser):
        parser.add_argument("initiative", metavar="TENANT/INITIATIVE")
        parser.add_argument("file", type=Path)
        parser.add_argument("--as", dest="by", metavar="EMAIL", help="who files; otherwise the platform itself")
        parser.add_argument("--approve", action="store_true", help="enter the figures as approved")
        parser.add_argument("--replace", action="store_true", help="change approved figures too; needs --because")
        parser.add_argument("--because", default="", help="why approved figures change")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and write nothing")

    def handle(self, *, initiative, file, by, approve, replace, because, dry_run, **options):
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        try:
            with initiative_scope(initiative) as (tenant, found), file.open("rb") as content:
                tally = import_stream(
                    content,
                    file.name,
                    initiative=found,
                    tenant=tenant,
                    by=member_named(by) if by else None,
                    approve=approve,
                    replace=replace,
                    because=because,
                    dry_run=dry_run,
                )
        except Refused as refused:
            for problem in refused.problems:
                self.stderr.write(_line(problem))
            count = len(refused.problems)
            raise CommandError(f"Nothing was imported: {count} problem{'s' * (count != 1)} shown above.") from None
        for problem in tally.findings.shown:
            self.stderr.write(_line(problem))
        verb = "would be" if dry_run else "were"
        self.stdout.write(
            f"{tally.created} figures {verb} created, {tally.changed} changed, {tally.unchanged} unchanged; "
            f"{tally.blank} blank rows left alone."
        )


def _line(problem) -> str:
    place = f"row {problem.row}" if problem.row else "file"
    place += f", column {problem.column}" if problem.column else ""
    return " ".join(filter(None, [f"{place}: {say(problem)}", hint(problem), f"[{problem.code}]"]))
