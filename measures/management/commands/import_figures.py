"""Import figures from a tidy CSV or XLSX file of any length, or a file in another system's format."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from backbone.management.naming import initiative_scope, member_named
from backbone.problems import Refused
from backbone.tabular import BULK
from backbone.wording import hint, say
from measures.importing.bulk import import_stream
from measures.importing.exchange import formats


class Command(BaseCommand):
    help = "Import figures: partner, indicator, period, category, value, numerator, denominator, weight, note."

    def add_arguments(self, parser):
        parser.add_argument("initiative", metavar="TENANT/INITIATIVE")
        parser.add_argument("file", type=Path)
        parser.add_argument("--as", dest="by", metavar="EMAIL", help="who files; otherwise the platform itself")
        parser.add_argument("--approve", action="store_true", help="enter the figures as approved")
        parser.add_argument("--replace", action="store_true", help="change approved figures too; needs --because")
        parser.add_argument("--because", default="", help="why approved figures change")
        parser.add_argument(
            "--format", dest="source", choices=[formats.TIDY, *formats.FORMATS], default=formats.TIDY,
            help="what the file is; left out, our own table",
        )  # fmt: skip
        parser.add_argument("--scheme", default="", help="whose codes it has; left out, the format's own")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and write nothing")

    def handle(self, *, initiative, file, by, approve, replace, because, dry_run, source, scheme, **options):
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        if source != formats.TIDY:
            asked = formats.Asked(scheme, replace, because, approve=approve)
            self._exchange(initiative, file, by, source, asked, dry_run=dry_run)
            return
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

    def _exchange(self, initiative, file, by, source, asked, *, dry_run) -> None:
        """A file of another system, by the same verbs as its other doors."""
        try:
            with initiative_scope(initiative) as (tenant, found):
                place = {"initiative": found, "tenant": tenant, "by": member_named(by) if by else None}
                content = file.read_bytes()
                checked = formats.check(source, content, file.name, **place, asked=asked, limits=BULK)
                for problem in checked.errors():
                    self.stderr.write(_line(problem))
                report = checked.as_dict()
                self._tell(report)
                if checked.has_errors:
                    count = report["error_count"]
                    raise CommandError(f"Nothing was imported: {count} problem{'s' * (count != 1)} shown above.")
                counts = [report["created"], report["changed"], report["unchanged"]]
                if not dry_run:
                    report, *counts = formats.write(source, content, file.name, **place, asked=asked, limits=BULK)
        except Refused as refused:
            for problem in refused.problems:
                self.stderr.write(_line(problem))
            raise CommandError("Nothing was imported; what is wrong is shown above.") from None
        verb = "would be" if dry_run else "were"
        self.stdout.write("{} {verb} created, {} changed, {} unchanged.".format(*counts, verb=verb))

    def _tell(self, report) -> None:
        """What is not understood, by name and with its count; what else was left out, and why."""
        for one in report.get("exchange", {}).get("unmapped", ()):
            self.stderr.write(f"{one['what']} “{one['code']}” stands for nothing here: {one['count']} values left out")
        for one in report.get("exchange", {}).get("ignored", ()):
            self.stderr.write(f"{one['count']} values left out: {one['why']}")
        for one in report.get("definitions", ()):
            if one["verdict"] in ("not_understood", "understood"):
                self.stderr.write(f"{one['what']} {one['code']} “{one['name']}”: {one['why']}")


def _line(problem) -> str:
    place = f"row {problem.row}" if problem.row else "file"
    place += f", column {problem.column}" if problem.column else ""
    return " ".join(filter(None, [f"{place}: {say(problem)}", hint(problem), f"[{problem.code}]"]))
