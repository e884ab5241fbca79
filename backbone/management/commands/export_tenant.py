"""`manage.py export_tenant riverside FOLDER`: every row of one tenant, as of one instant."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backbone.models import Tenant
from backbone.services import moving


class Command(BaseCommand):
    help = "Write every row of one tenant into a folder, one CSV file for each table, with counts and checksums."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tenant", help="the tenant's short name")
        parser.add_argument("folder", type=Path, help="a new or empty folder")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant “{options['tenant']}”.")
        try:
            counted = moving.export_tenant(tenant, options["folder"])
        except moving.CannotMove as error:
            raise CommandError(str(error)) from error
        for line in moving.describe(counted):
            self.stdout.write(line)
