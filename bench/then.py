"""As it stood: combined figures of an instant in the past, computed from the history of figures, against those of now."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, connections, transaction
from django.utils import timezone

from bench import worlds
from bench.measuring import Report, side_by_side
from measures.models import Indicator
from measures.rules.periods import Grain, text_of
from measures.selectors.opening import window_for
from measures.selectors.reading import read
from measures.selectors.rollup_table import Wanted, copy_rollups
from measures.services import rollups

VERSIONS = 3  # of every figure: submitted, approved, and corrected since

_HISTORY = """
    INSERT INTO measures_figureevent (pgh_created_at, pgh_label, pgh_obj_id, {names})
    SELECT %(then)s::timestamptz + make_interval(hours => n), CASE n WHEN 0 THEN 'insert' ELSE 'update' END, f.id, {names}
      FROM measures_figure f, generate_series(0, %(versions)s - 1) n
     WHERE f.tenant_id = %(tenant)s ORDER BY n, f.id
"""


def reading_then(report: Report, quick: bool) -> None:
    """One indicator over 24 months: as it stands, and as it stood at an instant, from three versions of each figure."""
    world = worlds.make("bench-then", partners=50)
    with world.scope():
        rollups.rebuild(world.initiative)
    then = timezone.now() - timedelta(days=2)
    write_history(world, then - timedelta(days=1))
    worlds.analyze()
    report.title(f"One indicator over 24 months as it stood, of {24_000 * VERSIONS:,} versions of 24,000 figures")
    with world.scope():
        indicator = Indicator.objects.select_related("tenant").get(pk=world.indicator_ids[0])
        assert _table(world, indicator, None) == _table(world, indicator, then), "nothing has changed since"

        def page(as_of: datetime | None) -> Any:
            asked = {"grain": "month", "period": text_of(_last(world))}
            window = window_for(world.initiative, asked, world.tenant, as_of=as_of)
            return read(world.initiative, [indicator], window, trend=24)

        times = side_by_side(
            {
                "table of roll-ups": lambda _: _table(world, indicator, None),
                "table of roll-ups, as of": lambda _: _table(world, indicator, then),
                "reading for its page": lambda _: page(None),
                "reading for its page, as of": lambda _: page(then),
            },
            10 if quick else 40,
        )
    for name, timing in times.items():
        report.timing(name, timing)
    for name in ("table of roll-ups", "reading for its page"):
        report.ratio(f"{name}: as of / now", times[f"{name}, as of"], times[name], at_most=10)


def _table(world: worlds.World, indicator: Indicator, as_of: datetime | None) -> list[str]:
    """The rows without their instants."""
    out = io.StringIO()
    copy_rollups(world.initiative, out, Wanted(grains=[Grain.MONTH], indicator_ids=[indicator.pk], as_of=as_of))
    return [row.rpartition(",")[0] for row in out.getvalue().splitlines()]


def _last(world: worlds.World) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(period) FROM measures_figure WHERE tenant_id = %s", [world.tenant.pk])
        return cursor.fetchone()[0]


def write_history(world: worlds.World, then: datetime) -> None:
    """What the triggers would have kept: every figure in so many versions, the last as it stands."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SET LOCAL app.tenant_id = %s", [world.tenant.pk])
        cursor.execute(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_name = 'measures_figureevent' AND column_name NOT LIKE 'pgh%%'"
        )
        names = ", ".join(row[0] for row in cursor)
        cursor.execute(_HISTORY.format(names=names), {"then": then, "versions": VERSIONS, "tenant": world.tenant.pk})
