"""`manage.py create_tenant SLUG NAME --admin EMAIL`: open an account for a backbone organization."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from backbone.models import Tenant
from backbone.problems import Refused
from backbone.roles import Role
from backbone.services import initiatives, members
from backbone.wording import hint, say

# Nobody gives themselves a role, and many backbones begin as one person: the first gets all that setting up takes.
FIRST_ROLES = (Role.BACKBONE_ADMIN, Role.DATA_STEWARD, Role.CONVENER)


class Command(BaseCommand):
    help = "Make a tenant and its first person, who may set everything up and invites everybody else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the short name in addresses, as in riverbend")
        parser.add_argument("name", help="the organization's name, as in “Riverbend”")
        parser.add_argument(
            "--admin",
            required=True,
            metavar="EMAIL",
            help="the first person: backbone admin, data steward and convener",
        )
        parser.add_argument("--admin-name", default="", metavar="NAME", help="their name (default: from the address)")
        parser.add_argument("--timezone", default="UTC", help="as in Europe/London (default %(default)s)")
        parser.add_argument("--locale", default="en", help="en or es (default %(default)s)")
        parser.add_argument("--fiscal-year-starts", type=int, default=1, metavar="MONTH", help="1 to 12 (default 1)")

    def handle(self, *args: Any, slug: str, name: str, admin: str, admin_name: str, **options: Any) -> None:
        try:
            validate_email(admin)
        except ValidationError:
            raise CommandError(f"“{admin}” is no e-mail address.") from None
        if Tenant.objects.filter(slug=slug).exists():
            raise CommandError(f"There is a tenant “{slug}” already. Choose another short name.")
        settings = {key: options[key] for key in ("timezone", "locale", "fiscal_year_starts")}
        scope, _is_new = initiatives.scope_of_tenant(slug)
        try:
            with scope:
                initiatives.create_tenant(slug=slug, name=name, **settings)
                for role in FIRST_ROLES:
                    members.add_member(email=admin, name=admin_name or admin.partition("@")[0], role=role)
        except Refused as refused:
            lines = [" ".join(filter(None, [say(problem), hint(problem)])) for problem in refused.problems]
            raise CommandError("\n".join([*lines, "Nothing was made."])) from None
        self.stdout.write(
            f"{name} is at /o/{slug}/. {admin} signs in there with a code by e-mail, or sets a password by “Forgotten it?”."
        )
