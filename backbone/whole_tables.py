"""A migration that makes whole tables: all of them are made known at once, and then one after another in the database.

Django makes a new class for every model that has to do with a table, after each operation that changes it. With us
that is every model there is, since each knows the tenant: an empty database would take half a minute.
"""

from django.db import migrations


class WholeTables(migrations.Migration):
    """For operations that need no state in between: each table with all its columns, and then what hangs on it.

    A table may refer to one further down, where the reference is made by `TenantTable` further down as well.
    """

    def mutate_state(self, project_state, preserve=True):
        state = project_state.clone() if preserve else project_state
        state.__dict__.pop("apps", None)  # the classes of the models; made again when somebody asks for one
        return super().mutate_state(state, preserve=False)

    def apply(self, project_state, schema_editor, collect_sql=False):
        before = project_state.clone()
        after = self.mutate_state(project_state, preserve=False)
        for operation in self.operations:
            if collect_sql:
                schema_editor.collected_sql.append(f"-- {operation.describe()}")
            operation.database_forwards(self.app_label, schema_editor, before, after)
        return after
