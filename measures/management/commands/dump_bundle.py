"""`manage.py dump_bundle TENANT/INITIATIVE`: write an initiative's set-up as YAML. See docs/bundle.md."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backbone.models import Initiative, Tenant
from backbone.tenancy import tenant_scope
from measures import bundles


class Command(BaseCommand):
    help = "Write an initiative's set-up as a YAML bundle that load_bundle reads."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("initiative", metavar="TENANT/INITIATIVE")
        parser.add_argument("--out", type=Path, help="a file to write instead of the standard output")

    def handle(self, *args: Any, initiative: str, out: Path | None, **options: Any) -> None:
        slug, _, initiative_slug = initiative.partition("/")
        tenant = Tenant.objects.filter(slug=slug).first()
        if tenant is None:
            raise CommandError(f"There is no tenant “{slug}”. Name it as TENANT/INITIATIVE, as in england/urgent-care.")
        with tenant_scope(tenant):
            row = Initiative.objects.filter(slug=initiative_slug).first()
            if row is None:
                known = ", ".join(Initiative.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
                raise CommandError(f"{slug} has no initiative “{initiative_slug}”. There are: {known}.")
            text = bundles.dump(tenant, row)
        if out is None:
            self.stdout.write(text, ending="")
        else:
            out.write_text(text, encoding="utf-8")
