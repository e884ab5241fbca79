"""`manage.py make_operator EMAIL`: let somebody run the platform; with `--end` not any more."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from backbone.models import User
from backbone.services import members


class Command(BaseCommand):
    help = "Let a login see the platform's queues at /operator/, and ask tenants to be let in to look."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--end", action="store_true", help="take it away again")

    def handle(self, *args: Any, email: str, end: bool, **options: Any) -> None:
        email = email.strip().lower()
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"“{email}” is no e-mail address.") from None
        user = User.objects.filter(email=email).first()
        if user is None and end:
            raise CommandError(f"Nobody here has the address “{email}”.")
        if user is None:
            user = members.new_login(email=email, name=email.partition("@")[0])
        user.is_staff = not end
        user.save(update_fields=["is_staff"])
        if end:
            members.end_sessions(user_id=user.pk)
        self.stdout.write(
            f"{email} runs the platform no more." if end else f"{email} signs in and finds the platform at /operator/."
        )
