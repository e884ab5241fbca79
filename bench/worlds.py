"""Synthetic tenants, made in sets: partners, indicators and figures without chance, by generate_series.

Fourteen sums, four rates and two levels of every twenty indicators; each partner files each indicator each month.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection, connections, transaction

from backbone.models import Grant, Initiative, Membership, Tenant
from backbone.roles import Role
from backbone.tenancy import tenant_scope
from measures.models import Category, Dimension, Indicator

FIRST_MONTH = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class World:
    """One tenant with its numbers of things."""

    tenant: Tenant
    initiative: Initiative
    steward: Membership
    partner_ids: list[int]
    indicator_ids: list[int]
    kinds: list[str]

    def scope(self):
        return tenant_scope(self.tenant)


def make(
    slug: str, *, partners: int, indicators: int = 20, months: int = 24, since: date = FIRST_MONTH, categories: int = 0
) -> World:
    """A new tenant of that size, whose partners take part since that month; every figure split into so many categories."""
    tenant = Tenant.objects.create(slug=slug, name=slug.capitalize(), fiscal_year_starts=1)
    with tenant_scope(tenant):
        initiative = Initiative.objects.create(slug="all", name="All", starts_on=since)
        steward = Membership.objects.create(user_id=0, email=f"steward@{slug}.example", name="Steward")
        for role in (Role.BACKBONE_ADMIN, Role.DATA_STEWARD):
            Grant.objects.create(membership=steward, role=role)
        names = {"tenant": tenant.pk, "initiative": initiative.pk, "partners": partners, "indicators": indicators}
        names |= {"months": months, "first": since, "categories": categories}
        if categories:
            group = Dimension.objects.create(initiative=initiative, slug="group", name="Group")
            Category.objects.bulk_create(
                Category(dimension=group, slug=f"g{i}", name=f"Group {i}", position=i) for i in range(categories)
            )
        Indicator.objects.bulk_create(
            Indicator(
                initiative=initiative,
                slug=f"k{i}",
                name=f"Indicator {i}",
                kind=kind_of(i),
                position=i,
                breakdowns=["group"] if categories else [],
            )
            for i in range(1, indicators + 1)
        )
        with connection.cursor() as cursor:
            for statement in _SET_UP:
                cursor.execute(statement, names)
            cursor.execute("SELECT id FROM backbone_partner WHERE tenant_id = %s ORDER BY code", [tenant.pk])
            partner_ids = [row[0] for row in cursor]
            cursor.execute(
                "SELECT id, kind FROM measures_indicator WHERE tenant_id = %s ORDER BY position", [tenant.pk]
            )
            found = cursor.fetchall()
    if months:
        _without_history([*_FIGURES, *([_SPLIT] if categories else [])], names)
    return World(tenant, initiative, steward, partner_ids, [row[0] for row in found], [row[1] for row in found])


def kind_of(number: int) -> str:
    """Four rates and two levels among every twenty; the others are sums."""
    return {3: "rate", 7: "rate", 13: "rate", 17: "rate", 5: "stock", 15: "stock"}.get(number % 20, "flow")


def keep_rollups(world: World) -> None:
    """Keep this tenant's roll-ups at hand for `copy_rollups`, as the owner's, until its connection ends."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SET LOCAL app.tenant_id = %s", [world.tenant.pk])
        cursor.execute(_KEPT)


def copy_rollups(world: World) -> None:
    """Give a tenant made alike the roll-ups that were kept: alike in figures, so what a rebuild would write, at the price of
    an insert."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SET LOCAL app.tenant_id = %s", [world.tenant.pk])
        cursor.execute(_COPIED, {"tenant": world.tenant.pk})


def hand_in(world: World, month: date) -> None:
    """Let that month's figures wait for review, and count all the same, as where a tenant counts what is submitted."""
    with world.scope(), connection.cursor() as cursor:
        Tenant.objects.filter(pk=world.tenant.pk).update(counting="submitted")
        cursor.execute(
            "UPDATE measures_figure SET state = 'submitted' WHERE tenant_id = %s AND period = %s",
            [world.tenant.pk, month],
        )


def analyze() -> None:
    """Tell the planner what is there now, as autovacuum would within the hour."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")


def _without_history(statements: list[str], names: dict) -> None:
    """Fill in figures as the owner, without the triggers that keep history: nobody changed them."""
    owner = connections["owner"]
    with transaction.atomic(using="owner"), owner.cursor() as cursor:
        cursor.execute("SET LOCAL app.tenant_id = %s", [names["tenant"]])
        cursor.execute("ALTER TABLE measures_figure DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement, names)
        cursor.execute("ALTER TABLE measures_figure ENABLE TRIGGER USER")


_SET_UP = [
    """
    INSERT INTO backbone_partner (tenant_id, code, name, sector)
    SELECT %(tenant)s, 'P' || lpad(p::text, 4, '0'), 'Partner ' || p, '' FROM generate_series(1, %(partners)s) p
    """,
    """
    INSERT INTO backbone_participation (tenant_id, initiative_id, partner_id, joins_on)
    SELECT %(tenant)s, %(initiative)s, id, %(first)s FROM backbone_partner WHERE tenant_id = %(tenant)s
    """,
    """
    INSERT INTO measures_obligation (tenant_id, indicator_id, frequency, first_partial)
    SELECT %(tenant)s, id, '', 'expected' FROM measures_indicator WHERE tenant_id = %(tenant)s
    """,
]

_FIGURES = [
    """
    INSERT INTO measures_filing (tenant_id, initiative_id, partner_id, period, version, opened_at)
    SELECT %(tenant)s, %(initiative)s, p.id, (%(first)s::date + make_interval(months => m))::date, 1, now()
      FROM backbone_partner p, generate_series(0, %(months)s - 1) m WHERE p.tenant_id = %(tenant)s
    """,
    """
    INSERT INTO measures_figure (tenant_id, filing_id, indicator_id, period, partner_id, category, value, numerator,
                                 denominator, is_not_collected, new_only, note, state, changed_because, changed_at)
    SELECT %(tenant)s, f.id, i.id, f.period, f.partner_id, '',
           CASE WHEN i.kind <> 'rate' THEN (p.n * 37 + i.position * 11 + date_part('month', f.period)::int) %% 900 END,
           CASE WHEN i.kind = 'rate' THEN (p.n * 7 + i.position) %% 80 END,
           CASE WHEN i.kind = 'rate' THEN 80 + (p.n * 5 + i.position) %% 40 END,
           false, false, '', 'approved', '', now()
      FROM measures_filing f
      JOIN (SELECT id, right(code, -1)::int AS n FROM backbone_partner WHERE tenant_id = %(tenant)s) p
        ON p.id = f.partner_id
      JOIN measures_indicator i ON i.tenant_id = %(tenant)s
     WHERE f.tenant_id = %(tenant)s
     ORDER BY i.id, f.period, f.partner_id
    """,
]

# The parts of n are n, n + 1, n + 2 … divided by how many there are, rounded down: they add up to n.
_SPLIT = """
    INSERT INTO measures_figure (tenant_id, filing_id, indicator_id, period, partner_id, category, value, numerator,
                                 denominator, is_not_collected, new_only, note, state, changed_because, changed_at)
    SELECT f.tenant_id, f.filing_id, f.indicator_id, f.period, f.partner_id, 'group:g' || n,
           div(f.value + n, %(categories)s), div(f.numerator + n, %(categories)s), div(f.denominator + n, %(categories)s),
           false, false, '', f.state, '', f.changed_at
      FROM measures_figure f, generate_series(0, %(categories)s - 1) n
     WHERE f.tenant_id = %(tenant)s
     ORDER BY f.indicator_id, f.period, f.partner_id, n
"""

_ROLLED_UP = """grain, category, period, value, numerator, denominator, lower, upper, is_exact, parts, filed, expected,
    excused, value_period, state, as_of"""

# Of each row it is kept which indicator's and which partner's it is by what they are called: every tenant has its own ids.
_KEPT = f"""
    CREATE TEMPORARY TABLE bench_kept AS
    SELECT i.slug AS indicator, p.code AS partner, {", ".join(f"r.{name.strip()}" for name in _ROLLED_UP.split(","))}
      FROM measures_rollup r
      JOIN measures_indicator i ON (i.tenant_id, i.id) = (r.tenant_id, r.indicator_id)
      LEFT JOIN backbone_partner p ON (p.tenant_id, p.id) = (r.tenant_id, r.scope)
"""  # noqa: S608

_COPIED = f"""
    INSERT INTO measures_rollup (tenant_id, indicator_id, scope, {_ROLLED_UP})
    SELECT %(tenant)s, i.id, coalesce(p.id, 0), {_ROLLED_UP}
      FROM bench_kept k
      JOIN (SELECT id, slug FROM measures_indicator WHERE tenant_id = %(tenant)s) i ON i.slug = k.indicator
      LEFT JOIN (SELECT id, code FROM backbone_partner WHERE tenant_id = %(tenant)s) p ON p.code = k.partner
     ORDER BY coalesce(p.id, 0), grain, i.id, category, period
"""  # noqa: S608
