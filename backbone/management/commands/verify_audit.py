"""`manage.py verify_audit [TENANT]`: follow the chain over what happened, and name the line that does not fit."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backbone.models import Tenant
from backbone.services import seals
from backbone.tenancy import tenant_scope


class Command(BaseCommand):
    help = "Follow the chain over what happened, of one tenant or of all; fails when a line does not fit."

    def add_arguments(self, parser) -> None:
        parser.add_argument("tenant", nargs="?", help="short name of the tenant; all without it")

    def handle(self, *args: Any, **options: Any) -> None:
        tenants = Tenant.objects.order_by("slug")
        if options["tenant"]:
            tenants = tenants.filter(slug=options["tenant"])
            if not tenants:
                raise CommandError(f"There is no tenant {options['tenant']}.")
        broken = 0
        for tenant in tenants:
            with tenant_scope(tenant):
                head, fault = seals.head(), seals.verify()
            if fault is None:
                self.stdout.write(f"{tenant.slug}: {head.number} lines hold; head {head.sha256}; {head.waiting} wait.")
            else:
                broken += 1
                self.stdout.write(f"{tenant.slug}: line {fault.change_id} (seal {fault.number}): {fault.kind}.")
        if broken:
            raise CommandError(f"The chain of {broken} tenants is broken.")
