"""`manage.py load_bundle FILE.yaml`: make or bring up to date one tenant's initiative. See docs/bundle.md."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backbone.bundles.marked import told
from backbone.problems import Refused
from measures import bundles

SHOWN = 100


class Command(BaseCommand):
    help = "Create or update a tenant's initiative from a YAML bundle. Safe to repeat; never deletes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.yaml")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        try:
            summary = bundles.load(content, file.name)
        except Refused as refused:
            lines = [told(file.name, problem) for problem in refused.problems]
            more = [f"… and {len(lines) - SHOWN} more."] if len(lines) > SHOWN else []
            raise CommandError("\n".join([*lines[:SHOWN], *more, "Nothing was loaded."])) from None
        where = f"{summary.tenant}/{summary.initiative}"
        if not summary.changed:
            self.stdout.write(f"{where}: nothing to change.")
        for what, names in summary.changed.items():
            shown = ", ".join(names[:8]) + (f", … ({len(names)})" if len(names) > 8 else "")
            self.stdout.write(f"{where}: {what}: {shown}")
