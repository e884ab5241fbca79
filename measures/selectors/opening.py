"""What a page opens on: which span of time, in which an indicator can be read, and which names its reader may know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from django.db import connection

from backbone.models import Initiative, Membership, Partner, Tenant
from backbone.roles import Can
from backbone.tenancy import active_tenant_id
from measures.models import Indicator
from measures.rules.periods import Grain, add_months
from measures.selectors.goals import periods_of
from measures.windows import Window, latest_month

QUIET = 3  # months without any figure after which a page opens on the last month that has some

# The newest month that is over and has a figure, of the parameters `tenant`, `initiative` and `latest`.
NEWEST = """
    SELECT max(f.period)
      FROM measures_indicator i
     CROSS JOIN LATERAL (SELECT f.period FROM measures_figure f
                          WHERE f.tenant_id = %(tenant)s AND f.indicator_id = i.id AND f.period <= %(latest)s
                          ORDER BY f.period DESC LIMIT 1) f
     WHERE i.tenant_id = %(tenant)s AND i.initiative_id = %(initiative)s
"""

Codes = Mapping[int, str]


def window_for(
    initiative: Initiative,
    params: Mapping[str, str],
    tenant: Tenant,
    grain: Grain = Grain.MONTH,
    *,
    as_of: datetime | None = None,
    lively: date | None = None,
    today: date | None = None,
) -> Window:
    """The window a page of this initiative shows: what the address says, else the last month that is over.

    Where nothing was filed for months, it opens on the last month that has a figure; at most one statement, none where
    that month is known (`lively`). `as_of`: the figures in it as they stood then; `today`: opened on another day.
    """
    latest = latest_month(today or tenant.day())
    window = Window.chosen(
        params,
        latest=latest,
        default=latest if "period" in params else lively or last_lively_month(initiative, latest),
        tenant_starts=tenant.fiscal_year_starts,
        grain=grain,
    )
    return replace(window, as_of=as_of)


def last_lively_month(initiative: Initiative, latest: date) -> date:
    """The last month that is over, or the last with any figure when that lies further back than `QUIET` months."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, {"tenant": active_tenant_id(), "initiative": initiative.pk, "latest": latest})
        return lively_month(cursor.fetchone()[0], latest)


def lively_month(newest: date | None, latest: date) -> date:
    """The same where the newest month with a figure is known, None for none."""
    return latest if newest is None or newest >= add_months(latest, -QUIET) else newest


def codes_for(initiative: Initiative, membership: Membership) -> Codes | None:
    """Partners' codes by id for a reader who may know who is missing; None for one who may not."""
    if membership.partner_ids(Can.READ_PARTNER_FIGURES) is not None:
        return None
    return dict(Partner.objects.of_initiative(initiative).values_list("pk", "code"))


def own_window(indicator: Indicator, window: Window) -> Window:
    """The window in which this indicator can be read: a quarterly one has no months, and one that is filed for the
    tenant's year none of another year.
    """
    frequency = Grain(indicator.frequency)
    if frequency.months <= window.grain.months and periods_of(indicator, window)[1]:
        return window
    own = replace(window, year_starts=window.tenant_starts).at(frequency)
    return own.previous if own.is_running else own
