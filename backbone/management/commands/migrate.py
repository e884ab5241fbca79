"""`manage.py migrate`, as the role that owns the tables, one run at a time."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from backbone.database.grants import grant_to_application

# Any number will do, as long as it is ours and stays the same: "backbone" read as a number in base 36.
MIGRATING = int("backbone", 36)


class Command(migrate.Command):
    """Django's migrate on the database alias `owner`; a second run waits for the first, then finds nothing to do."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--if-needed", action="store_true", help="Where every migration is applied, see to the rights alone: quick."
        )
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        with connection.cursor() as cursor:
            # Waiting for the other run may take as long as its migrations take, whatever lock_timeout says elsewhere.
            cursor.execute("SET lock_timeout = 0")
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
            cursor.execute("RESET lock_timeout")
        try:
            if options["if_needed"] and not self._is_behind(connection):
                grant_to_application(using=options["database"])
            else:
                super().handle(*args, **options)
        finally:
            if connection.is_usable():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])

    def _is_behind(self, connection: Any) -> bool:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
