"""Build roll-ups anew from the figures, or check that they are what a rebuild would make them."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from backbone.management.naming import initiative_scope
from backbone.models import Initiative, Tenant
from backbone.tenancy import tenant_scope
from measures.services import rollups


class Command(BaseCommand):
    help = "Build roll-ups anew from the figures; with --check, name those that differ, and exit with 1."

    def add_arguments(self, parser):
        parser.add_argument("initiative", nargs="?", metavar="TENANT/INITIATIVE", help="all of them when left out")
        parser.add_argument(
            "--check", action="store_true", help="mend nothing; do what waits, then list the rows that differ"
        )

    def handle(self, *, initiative, check, **options):
        differing = 0
        for name in [initiative] if initiative else _names():
            with initiative_scope(name) as (tenant, found):
                if not check:
                    self.stdout.write(f"{name}: {rollups.rebuild(found)} roll-ups")
                    continue
                rollups.drain(tenant.pk)  # what waits for a worker is not wrong, only not done yet
                rows = rollups.differences(found)
                for scope, grain, indicator, category, period in rows:
                    where = f"indicator {indicator}, {grain} {period:%Y-%m}, partner {scope or 'all'}"
                    self.stdout.write(f"{name}: {where}, category “{category}” differs")
                self.stdout.write(f"{name}: {len(rows) or 'no'} differences")
                differing += len(rows)
        if differing:
            raise CommandError(f"{differing} roll-ups differ. Run rebuild_rollups without --check.", returncode=1)


def _names() -> list[str]:
    names = []
    for tenant in Tenant.objects.order_by("slug"):
        with tenant_scope(tenant):
            names += [
                f"{tenant.slug}/{slug}" for slug in Initiative.objects.order_by("slug").values_list("slug", flat=True)
            ]
    return names
