"""The one migration operation that makes a table a tenant's: keys, references, walls.

After `CreateModel` add `TenantTable("Figure")`. In the database it then has the primary key `(tenant_id, id)`,
composite references to other tenant tables (NOT DEFERRABLE; NO ACTION, or CASCADE where the model says so), a plain
reference to the tenant, an index for each reference that no key covers, and row-level security, enabled and forced,
for everybody who is not a superuser. One statement per `execute`, as a distributed PostgreSQL needs it.
"""

from django.db import models
from django.db.migrations.operations.base import Operation

CLAUSE = "tenant_id = current_setting('app.tenant_id')::bigint"


# Adding a reference makes PostgreSQL look for rows that break it, as the owner, who is under FORCE like everybody. The
# tables are new, or the column is, so the answer is none for whichever tenant is named; nobody is tenant 0.
NOBODY = "SET LOCAL app.tenant_id = '0'"


def policy_statements(table: str) -> list[str]:
    """Both policies carry the same clause: a later permissive one can then never widen what a tenant sees."""
    return [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'CREATE POLICY tenant_guard ON "{table}" AS RESTRICTIVE FOR ALL USING ({CLAUSE}) WITH CHECK ({CLAUSE})',
        f'CREATE POLICY tenant_rows ON "{table}" AS PERMISSIVE FOR ALL USING ({CLAUSE}) WITH CHECK ({CLAUSE})',
    ]


def foreign_key_statements(model: type[models.Model], field: models.ForeignKey) -> list[str]:
    """The composite reference of one field, and the tenant-first index behind it.

    No index where a key begins with it already, or where nobody looks from the other side (`related_name="+"`).
    """
    table, column = model._meta.db_table, field.column
    target = field.remote_field.model._meta.db_table
    action = " ON DELETE CASCADE" if field.remote_field.on_delete is models.CASCADE else ""
    name = f"{table}_{column}"[:54]
    reference = f'FOREIGN KEY (tenant_id, "{column}") REFERENCES "{target}" (tenant_id, id){action} NOT DEFERRABLE'
    statements = [f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}_tenant_fk" {reference}']
    if not _is_covered(model, field):
        statements.append(f'CREATE INDEX "{name}_tenant_ix" ON "{table}" (tenant_id, "{column}")')
    return statements


def _is_covered(model, field) -> bool:
    if field.remote_field.hidden:
        return True
    keys = [c.fields for c in model._meta.constraints if isinstance(c, models.UniqueConstraint) and not c.condition]
    keys += [index.fields for index in model._meta.indexes]
    return any(tuple(key[:2]) == ("tenant", field.name) for key in keys)


def is_tenant_reference(field) -> bool:
    """Whether a field points from one tenant table to another (in migration state, where our class is kept)."""
    return (
        isinstance(field, models.ForeignKey)
        and field.name not in ("tenant", "pgh_obj")
        and any(f.name == "tenant" for f in field.remote_field.model._meta.concrete_fields)
    )


class TenantTable(Operation):
    """Make the table of a model, just created, one of a tenant's. See the module."""

    reversible = True

    def __init__(self, name: str):
        self.name = name

    def state_forwards(self, app_label, state):
        pass

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.name)
        table = model._meta.db_table
        key = model._meta.pk.column
        owned = 'FOREIGN KEY (tenant_id) REFERENCES "backbone_tenant" (id) NOT DEFERRABLE'
        statements = [
            f'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_pkey"',
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_pkey" PRIMARY KEY (tenant_id, "{key}")',
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_tenant_fk" {owned}',
        ]
        for field in model._meta.concrete_fields:
            if is_tenant_reference(field) and not model._meta.model_name.endswith("event"):
                statements += foreign_key_statements(model, field)
        for statement in [NOBODY, *statements, *policy_statements(table)]:
            schema_editor.execute(statement)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        model = from_state.apps.get_model(app_label, self.name)
        for policy in ("tenant_guard", "tenant_rows"):
            schema_editor.execute(f'DROP POLICY {policy} ON "{model._meta.db_table}"')

    def deconstruct(self):
        return (type(self).__name__, [self.name], {})

    def describe(self):
        return f"Make {self.name} a tenant's table: composite keys and row-level security"


class TenantReference(Operation):
    """The composite reference of a `TenantForeignKey` that a later migration adds to a tenant's table."""

    reversible = True

    def __init__(self, model_name: str, name: str):
        self.model_name, self.name = model_name, name

    def state_forwards(self, app_label, state):
        pass

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        for statement in [NOBODY, *foreign_key_statements(model, model._meta.get_field(self.name))]:
            schema_editor.execute(statement)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        pass

    def deconstruct(self):
        return (type(self).__name__, [self.model_name, self.name], {})
