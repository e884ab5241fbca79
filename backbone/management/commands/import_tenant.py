"""`manage.py import_tenant FOLDER`: a tenant that another database exported, all or nothing."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backbone.services import moving


class Command(BaseCommand):
    help = "Bring in a tenant that `export_tenant` wrote, and compare every table's count and checksum."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            arrival = moving.import_tenant(options["folder"])
        except moving.CannotMove as error:
            raise CommandError(str(error)) from error
        for line in moving.describe(arrival.counted):
            self.stdout.write(line)
        if arrival.withdrawn:
            self.stdout.write(
                f"{arrival.withdrawn} mails and messages that waited are withdrawn here: the old home sends them."
            )
