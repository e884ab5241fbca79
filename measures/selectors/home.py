"""What home asks of an initiative before anything else, and which it answers with seven plain values."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db import connection

from backbone.models import Initiative
from backbone.tenancy import active_tenant_id
from measures.models import LockRequest
from measures.selectors.corrections import OPEN
from measures.selectors.opening import NEWEST

AT_ONCE = 100  # more changes than a tenant's people make while one of them is being written


class HomeState(NamedTuple):
    """The last changes of the tenant's, those that are no report's (what is owed, by whom, and how it is counted stays as
    it was since), and the last line of its figures' history; whether a roll-up is still to be built anew; the newest
    month that is over and has a figure; whether partners ask for a correction, and for more time.

    Changes are so many because they come to light in another order than they are numbered in: whoever began to write
    first may be done last.
    """

    changes: list[int]
    set_up: list[int]
    event: int
    is_stale: bool
    newest: date | None
    asks_to_correct: bool
    asks_for_time: bool


def home_state(initiative: Initiative, latest: date) -> HomeState:
    """As it is now, with `latest` the last month that is over; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT ARRAY(SELECT id FROM backbone_change WHERE tenant_id = %(tenant)s ORDER BY id DESC LIMIT %(many)s),
                   ARRAY(SELECT id FROM backbone_change WHERE tenant_id = %(tenant)s AND NOT (verb LIKE %(reports)s)
                          ORDER BY id DESC LIMIT %(many)s),
                   coalesce((SELECT pgh_id FROM measures_figureevent WHERE tenant_id = %(tenant)s
                              ORDER BY pgh_id DESC LIMIT 1), 0),
                   EXISTS (SELECT 1 FROM measures_stalemark WHERE tenant_id = %(tenant)s),
                   ({NEWEST}),
                   EXISTS (SELECT 1 FROM measures_correction WHERE tenant_id = %(tenant)s
                              AND initiative_id = %(initiative)s AND state = ANY(%(open)s)),
                   EXISTS (SELECT 1 FROM measures_lockrequest WHERE tenant_id = %(tenant)s
                              AND initiative_id = %(initiative)s AND state = %(asked)s)
            """,  # noqa: S608  (the fragment is ours)
            {
                "tenant": active_tenant_id(),
                "initiative": initiative.pk,
                "latest": latest,
                "reports": "filing.%",
                "many": AT_ONCE,
                "open": list(OPEN),
                "asked": LockRequest.State.OPEN,
            },
        )
        return HomeState(*cursor.fetchone())
