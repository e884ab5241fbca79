"""What the application's role may do with the tables that the owner has made."""

from django.conf import settings
from django.db import connections

# History and marks of what happened are written once: the application may add and read, never alter or remove.
APPEND_ONLY = (
    "backbone_change",
    "backbone_publishedbody",
    "backbone_restated",
    "backbone_seal",
    "measures_figureevent",
)

# Never altered, and removed when its time is over; a trigger of the table says which may go.
NEVER_ALTERED = ("backbone_visit",)


def grant_to_application(using, **kwargs) -> None:
    """Run after every migration, as the owner; harmless to repeat."""
    if using != "owner":
        return
    role = settings.DATABASES["default"]["USER"]
    with connections[using].cursor() as cursor:
        quoted = connections[using].ops.quote_name(role)
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quoted}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
        tables = connections[using].introspection.table_names(cursor)
        for table in APPEND_ONLY:
            if table in tables:
                cursor.execute(f'REVOKE UPDATE, DELETE ON "{table}" FROM {quoted}')
        for table in NEVER_ALTERED:
            if table in tables:
                cursor.execute(f'GRANT DELETE ON "{table}" TO {quoted}')
                cursor.execute(f'REVOKE UPDATE ON "{table}" FROM {quoted}')
