"""`manage.py remove_tenants`: remove the tenants whose admins asked for it and whose day has come. As the owner."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backbone.models import Tenant
from backbone.services import erasing


class Command(BaseCommand):
    help = "Remove tenants whose day has come; run it with the owner's DATABASE_URL, once a day, as migrations are."

    def handle(self, *args: Any, **options: Any) -> None:
        if not erasing.is_possible():
            raise CommandError("DATABASE_URL is the application's. Run this with the owner's, as `migrate` is run.")
        waiting = erasing.due()
        for tenant_id in waiting:
            slug = Tenant.objects.values_list("slug", flat=True).get(pk=tenant_id)
            self.stdout.write(f"{slug}: {erasing.erase(tenant_id):,} rows removed")
        if not waiting:
            self.stdout.write("Nobody’s day has come.")
