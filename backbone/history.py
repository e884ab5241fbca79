"""Row history kept by triggers: every version of a tracked row, with who and why as its own columns.

The trigger copies the row; `changed_by` and `changed_because` are columns of the row itself, so that no session state
is needed and a distributed PostgreSQL keeps them too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pghistory
import pghistory.models
from django.db import models

from backbone.tenancy import TenantManager


class TenantEvent(pghistory.models.Event):
    """A version of a tenant's row; read in the tenant's scope, ordered by time and then by id."""

    pgh_id = models.BigAutoField(primary_key=True)
    objects = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"


def tracked(*trackers: pghistory.Tracker, model_name: str, found_by: Sequence[str] = ("pgh_obj",)) -> Any:
    """`pghistory.track` the way a tenant's table needs it: bigint ids, one index, no reference out of the tenant.

    A tracker whose `level` is `pghistory.Statement` copies all rows of a statement at once, which costs a file of many
    rows a third of what a call for each row does.

    `found_by` are the columns by which versions are looked up; the row itself may be gone.
    """
    table = model_name.lower().removesuffix("event")
    return pghistory.track(
        *trackers,
        model_name=model_name,
        base_model=TenantEvent,
        obj_field=pghistory.ObjForeignKey(db_index=False, related_name="events"),
        context_field=None,
        context_id_field=None,
        meta={
            "indexes": [models.Index(name=f"{table}_event_by_time", fields=["tenant", *found_by, "pgh_created_at"])],
        },
    )
