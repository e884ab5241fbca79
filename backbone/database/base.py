"""PostgreSQL as our tables need it.

In the database every primary key is `(tenant_id, id)` while Django's models keep `id` alone. Django would group by
that `id` and trust PostgreSQL to infer the other columns from it, which needs the primary key to be `id`: with ours
each `annotate(Count(...))` would fail with 42803. So all selected columns are named in GROUP BY.
"""

from django.db.backends.postgresql import base, features


class DatabaseFeatures(features.DatabaseFeatures):
    allows_group_by_selected_pks = False


class DatabaseWrapper(base.DatabaseWrapper):
    features_class = DatabaseFeatures
