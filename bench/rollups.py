"""Roll-ups: filing until they are right, reading them, and building all of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count

from django.conf import settings
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from bench import floors, worlds
from bench.measuring import Report, Timing, once, side_by_side
from measures.models import Rollup, StaleMark
from measures.rules.figures import Entry
from measures.rules.periods import add_months
from measures.selectors.series import series
from measures.services import filings, rollups
from measures.services.figure_rows import FigureRow

_MONTH = add_months(worlds.FIRST_MONTH, 12)


def filing(report: Report, quick: bool) -> None:
    """One partner's month of twenty figures: by hand, by the service, and until the roll-ups are right.

    The figures are submitted, and count; to override approved ones, each with a row in the ledger, is timed beside it.
    """
    statements = {}
    for partners in (10, 50, 200):
        world = worlds.make(f"bench-{partners}", partners=partners)
        other = worlds.make(f"bench-{partners}-by-hand", partners=partners)  # it marks nothing stale
        worlds.hand_in(world, _MONTH)
        with world.scope():
            rollups.rebuild(world.initiative)
        worlds.analyze()
        report.title(f"Filing twenty figures, {partners} partners, 24 months of history")
        statements[partners] = _filing(report, world, other, 10 if quick else 40)
    counts = set(statements.values())
    report.fact("statements, the same whatever the partners", str(statements), is_met=len(counts) == 1)


def _filing(report: Report, world: worlds.World, other: worlds.World, samples: int) -> tuple[int, int]:
    raw = floors.connect()
    month = _MONTH
    with other.scope(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT partner_id, id FROM measures_filing WHERE tenant_id = %s AND period = %s", [other.tenant.pk, month]
        )
        filing_ids = dict(cursor.fetchall())
    numbers = count(1000)

    def figures(world: worlds.World, number: int) -> list[tuple]:
        return [
            (pk, None, number % 97, 100 + number % 9) if kind == "rate" else (pk, number % 977, None, None)
            for pk, kind in zip(world.indicator_ids, world.kinds, strict=True)
        ]

    def by_hand(turn: int) -> None:
        partner = other.partner_ids[(turn * 7 + 1) % len(other.partner_ids)]
        floors.upsert(raw, other.tenant.pk, filing_ids[partner], partner, month, figures(other, next(numbers)))

    def rows(turn: int, month: date) -> list[FigureRow]:
        partner = world.partner_ids[(turn * 7 + 2) % len(world.partner_ids)]
        return [
            FigureRow(partner, pk, month, "", Entry(*(None if n is None else Decimal(n) for n in said)))
            for pk, *said in figures(world, next(numbers))
        ]

    def by_service(turn: int) -> None:
        with world.scope():
            filings.file_many(initiative=world.initiative, rows=rows(turn, month), by=world.steward, submit=True)

    def by_override(turn: int) -> None:
        with world.scope():
            filings.file_many(
                initiative=world.initiative, rows=rows(turn, add_months(month, 1)), by=world.steward, submit=True,
                replace=True, because="bench",
            )  # fmt: skip

    def until_right(turn: int) -> None:
        by_service(turn)
        drain()

    def drain() -> None:
        with world.scope():
            rollups.drain(world.tenant.pk)

    times = side_by_side({"raw upsert": by_hand, "service": by_service, "service and roll-ups": until_right}, samples)
    drain()
    for name, timing in times.items():
        report.timing(name, timing)
    floor = times["raw upsert"]
    report.ratio("service / raw upsert", times["service"], floor, at_most=4)
    report.ratio("until the roll-ups are right / raw upsert", times["service and roll-ups"], floor, at_most=8)
    overriding = side_by_side({"raw upsert": by_hand, "service": by_override}, samples)
    drain()
    report.timing("service, overriding approved figures", overriding["service"])
    times_slower = overriding["service"].median / overriding["raw upsert"].median
    report.fact("overriding approved figures / raw upsert", f"{times_slower:.2f}x")
    with CaptureQueriesContext(connection) as one:
        by_service(0)
    with CaptureQueriesContext(connection) as two:
        drain()
    report.fact("statements of the filing, of the recompute", f"{len(one)} and {len(two)}", is_met=len(one) <= 15)
    with world.scope():
        differing = rollups.differences(world.initiative)
    report.fact("rows that differ from a rebuild", str(len(differing)), is_met=not differing)
    raw.close()
    return len(one), len(two)


def reading(report: Report, quick: bool) -> None:
    """The dashboard's read: 20 indicators, 24 months, 480 rows."""
    world = worlds.make("bench-read", partners=50)
    with world.scope():
        rollups.rebuild(world.initiative)
    worlds.analyze()
    since, until = worlds.FIRST_MONTH, add_months(worlds.FIRST_MONTH, 23)
    raw = floors.connect()
    report.title("Reading 480 roll-ups of 24,000 figures")
    where = (world.tenant.pk, world.indicator_ids, since, until)
    with world.scope(), floors.transaction(raw, world.tenant.pk) as cursor:
        ours = series(world.initiative, world.indicator_ids, "month", since, until)
        assert [tuple(row) for row in ours] == floors.read(cursor, *where)
        assert len(ours) == 480
        times = side_by_side(
            {
                "raw read": lambda _: floors.read(cursor, *where),
                "series()": lambda _: series(world.initiative, world.indicator_ids, "month", since, until),
                "raw sums of the figures": lambda _: floors.aggregate(cursor, *where),
            },
            20 if quick else 100,
        )
    for name, timing in times.items():
        report.timing(name, timing)
    report.ratio("series() / raw read", times["series()"], times["raw read"], at_most=1.5)
    report.ratio("sums of the figures / series()", times["raw sums of the figures"], times["series()"], at_least=4)
    raw.close()


def rebuilding(report: Report, quick: bool) -> None:
    """Every roll-up from nothing, of one tenant and of fifty."""
    floors.make_table(connections["owner"], settings.DATABASES["default"]["USER"])
    for tenants in (1,) if quick else (1, 50):
        made = [worlds.make(f"bench-all-{tenants}-{number}", partners=50) for number in range(tenants)]
        worlds.analyze()
        report.title(f"Building every roll-up of {tenants * 24_000:,} figures ({tenants} tenants)")
        compare_rebuilds(report, made, 5 if tenants == 1 else 3, at_most=1.3)
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"DROP TABLE {floors.FLOOR_TABLE}")


def rebuilding_categories(report: Report, quick: bool) -> None:
    """Every roll-up from nothing of 1.2 million figures, five of every six of them a category's."""
    floors.make_table(connections["owner"], settings.DATABASES["default"]["USER"])
    tenants, partners = (1 if quick else 8), 52
    made = [worlds.make(f"bench-split-{number}", partners=partners, categories=5) for number in range(tenants)]
    worlds.analyze()
    figures = tenants * partners * 20 * 24 * 6
    report.title(f"Building every roll-up of {figures:,} figures, totals with five categories each ({tenants} tenants)")
    compare_rebuilds(report, made, 3, at_most=1.5)
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"DROP TABLE {floors.FLOOR_TABLE}")


def compare_rebuilds(report: Report, made: list[worlds.World], samples: int, *, at_most: float) -> None:
    """Every roll-up of these tenants from nothing, by hand and by us, and whether they are the same."""
    raw = floors.connect()

    def empty() -> None:
        for world in made:
            with world.scope():
                Rollup.objects.all().delete()
                StaleMark.objects.all().delete()
            with floors.transaction(raw, world.tenant.pk) as cursor:
                cursor.execute(floors.EMPTY, [world.tenant.pk])
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"VACUUM ANALYZE measures_rollup, {floors.FLOOR_TABLE}")

    def ours() -> None:
        for world in made:
            with world.scope():
                rollups.rebuild(world.initiative)

    def by_hand() -> None:
        for world in made:
            floors.rebuild(raw, world.tenant.pk, len(world.partner_ids))

    taken: dict[str, list[float]] = {"by hand": [], "rebuild()": [], "rebuild() when nothing changed": []}
    for turn in range(samples + 1):
        empty()
        found = {"by hand": once(by_hand), "rebuild()": once(ours), "rebuild() when nothing changed": once(ours)}
        if turn:
            for name, seconds in found.items():
                taken[name].append(seconds)
    times = {name: Timing.of(seconds) for name, seconds in taken.items()}
    for name, timing in times.items():
        report.timing(name, timing)
    report.ratio("rebuild() / by hand", times["rebuild()"], times["by hand"], at_most=at_most)
    differing = 0
    for world in made:
        with floors.transaction(raw, world.tenant.pk) as cursor:
            cursor.execute(_DIFFERENCES, {"tenant": world.tenant.pk})
            differing += cursor.fetchone()[0]
        with world.scope():
            differing += len(rollups.differences(world.initiative))
    report.fact("rows that differ from those by hand", str(differing), is_met=differing == 0)
    raw.close()


_COMPARED = "scope, grain, indicator_id, category, period, value, numerator, denominator, parts, filed, expected, state"
_DIFFERENCES = f"""
    SELECT (SELECT count(*) FROM (SELECT {_COMPARED} FROM measures_rollup WHERE tenant_id = %(tenant)s
                                  EXCEPT SELECT {_COMPARED} FROM {floors.FLOOR_TABLE} WHERE tenant_id = %(tenant)s) a)
         + (SELECT count(*) FROM (SELECT {_COMPARED} FROM {floors.FLOOR_TABLE} WHERE tenant_id = %(tenant)s
                                  EXCEPT SELECT {_COMPARED} FROM measures_rollup WHERE tenant_id = %(tenant)s) b)
"""  # noqa: S608  (our own names)
