"""The matrix of 40 strategies, 20 populations and 60 places over 5,000 activities: its statement, and its first page.

The floor is a hand-written query that knows this data: places in two levels, no agreed overlaps, needs where they are.
"""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

from django.db import connection
from django.test import Client

from activities.models import (
    Activity,
    ActivityPlace,
    ActivityPopulation,
    ActivityStrategy,
    Commitment,
    Need,
    Place,
    Population,
    ServiceType,
)
from activities.selectors.axes import axes_of
from activities.selectors.matrix import Question, matrix
from agenda.models import Outcome, Strategy
from backbone.models import Entrance, Membership, Partner, User
from bench import worlds
from bench.measuring import Report, side_by_side

STRATEGIES, POPULATIONS, COUNTIES, DISTRICTS, ACTIVITIES, NEEDS = 40, 20, 10, 5, 5_000, 20_000
ORGANIZATIONS, SHARED, NETWORK_AT_MOST = 300, 600, 1_000  # of the two seconds, half is the browser's
PAGE_AT_MOST = 1_000  # ms at the 95th percentile
DAY = date(2026, 11, 15)
GROUP = 1  # strategies on the first page: 20 rows of 60 cells

FLOOR = """
WITH wide AS (
    SELECT p.id AS place_id, p.id AS in_id FROM activities_place p WHERE p.tenant_id = %(tenant)s
    UNION ALL
    SELECT p.id, p.within_id FROM activities_place p WHERE p.tenant_id = %(tenant)s AND p.within_id IS NOT NULL
), offered AS (
    SELECT s.strategy_id, p.population_id, w.in_id AS place_id, sum(a.capacity * s.share * p.share * l.share) AS supply,
        count(DISTINCT a.id) AS activities, count(DISTINCT c.partner_id) AS leaders
    FROM activities_activity a
    JOIN activities_activitystrategy s ON s.tenant_id = a.tenant_id AND s.activity_id = a.id
    JOIN activities_activitypopulation p ON p.tenant_id = a.tenant_id AND p.activity_id = a.id
    JOIN activities_activityplace l ON l.tenant_id = a.tenant_id AND l.activity_id = a.id
    JOIN wide w ON w.place_id = l.place_id
    LEFT JOIN activities_commitment c ON c.tenant_id = a.tenant_id AND c.activity_id = a.id AND c.part = 'leads'
    WHERE a.tenant_id = %(tenant)s AND a.initiative_id = %(initiative)s AND a.status = 'active'
        AND a.starts_on <= %(day)s AND (a.ends_on IS NULL OR a.ends_on >= %(day)s)
    GROUP BY 1, 2, 3
), needed AS (
    SELECT n.strategy_id, n.population_id, w.in_id AS place_id, sum(n.amount) AS need
    FROM activities_need n JOIN wide w ON w.place_id = n.place_id
    WHERE n.tenant_id = %(tenant)s AND n.initiative_id = %(initiative)s
    GROUP BY 1, 2, 3
), judged AS (
    SELECT strategy_id, population_id, place_id, supply, need, activities, CASE
        WHEN need IS NULL THEN 'unknown' WHEN COALESCE(supply, 0) < need * 0.25 THEN 'gap'
        WHEN leaders > 1 AND supply > need * 1.25 THEN 'twice' WHEN supply >= need THEN 'covered' ELSE 'partly' END AS state
    FROM offered FULL JOIN needed USING (strategy_id, population_id, place_id)
)
SELECT strategy_id, population_id, place_id, supply, need, activities, state FROM judged WHERE strategy_id = %(first)s
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, count(*), state FROM judged GROUP BY state
"""


def matrix_bench(report: Report, quick: bool) -> None:
    world = worlds.make("bench-matrix", partners=60, indicators=1)
    with world.scope():
        fill(world.initiative)
    worlds.analyze()
    samples = 3 if quick else 25
    report.title(
        f"A matrix of {STRATEGIES} x {POPULATIONS} x {COUNTIES * (DISTRICTS + 1)} over {ACTIVITIES:,} activities"
    )
    with world.scope():
        axes = axes_of(world.initiative)
        question = Question(DAY, axes, limit=GROUP)
        params = {
            "tenant": world.tenant.pk,
            "initiative": world.initiative.pk,
            "day": DAY,
            "first": axes.strategy[0].id,
        }
        found = matrix(world.initiative, question)

        def floor(turn: int) -> None:
            with connection.cursor() as cursor:
                cursor.execute(FLOOR, params)
                cursor.fetchall()

        taken = side_by_side({"ours": lambda turn: matrix(world.initiative, question), "floor": floor}, samples)
    report.timing("the statement, with the cells of a page", taken["ours"])
    report.timing("  floor: a hand-written query", taken["floor"])
    report.ratio("statement / floor", taken["ours"], taken["floor"], at_most=2)
    report.fact("cells that somebody said something of", f"{sum(found.counts.values()):8,}")
    client = Client(headers={"host": "localhost"})
    client.force_login(reader(world))
    address = f"/o/{world.tenant.slug}/{world.initiative.slug}/activities/gaps/?day={DAY}"
    answer = client.get(address)
    report.fact("the page", f"{answer.status_code}, {len(answer.content) // 1024} KB", is_met=answer.status_code == 200)
    page = side_by_side({"page": lambda turn: client.get(address)}, samples)["page"]
    report.timing("the first page", page)
    report.fact(
        "the first page, 95th percentile", f"{page.p95:8.0f} ms, at most {PAGE_AT_MOST}", page.p95 <= PAGE_AT_MOST
    )

    network(report, samples)


def network(report: Report, samples: int) -> None:
    """The page of 300 organizations that share 600 activities, as the server makes it; the browser draws it after that."""
    world = worlds.make("bench-network", partners=ORGANIZATIONS, indicators=1, months=0)
    with world.scope():
        tie(world.initiative)
    worlds.analyze()
    client = Client(headers={"host": "localhost"})
    client.force_login(reader(world))
    address = f"/o/{world.tenant.slug}/{world.initiative.slug}/activities/network/"
    answer = client.get(address)
    report.title(f"The network of {ORGANIZATIONS} organizations over {SHARED} joint activities")
    report.fact("the page", f"{answer.status_code}, {len(answer.content) // 1024} KB", is_met=answer.status_code == 200)
    page = side_by_side({"page": lambda turn: client.get(address)}, samples)["page"]
    report.timing("the page", page)
    report.fact(
        "the page, 95th percentile", f"{page.p95:8.0f} ms, at most {NETWORK_AT_MOST}", page.p95 <= NETWORK_AT_MOST
    )


def tie(initiative) -> None:
    chance = random.Random(6)  # noqa: S311
    partners = list(Partner.objects.all())
    rows = Activity.objects.bulk_create(
        Activity(initiative=initiative, slug=f"n{n}", name=f"Shared {n}", status="active", starts_on=date(2026, 1, 1))
        for n in range(SHARED)
    )
    Commitment.objects.bulk_create(
        Commitment(activity=row, partner=partner, part="leads" if at == 0 else "delivers")
        for row in rows
        for at, partner in enumerate(chance.sample(partners, 3))
    )


def reader(world: worlds.World) -> User:
    """The steward, with a login."""
    user = User.objects.create(email=world.steward.email, name="Steward")
    with world.scope():
        Membership.objects.filter(pk=world.steward.pk).update(user_id=user.pk)
    Entrance.objects.create(user=user, tenant_id=world.tenant.pk)
    return user


def fill(initiative) -> None:
    chance = random.Random(5)  # noqa: S311
    outcome = Outcome.objects.create(initiative=initiative, slug="bench", title="Bench")
    strategies = Strategy.objects.bulk_create(
        Strategy(outcome=outcome, slug=f"s{n}", title=f"Strategy {n}") for n in range(STRATEGIES)
    )
    populations = Population.objects.bulk_create(
        Population(slug=f"p{n}", name=f"Population {n}") for n in range(POPULATIONS)
    )
    counties = Place.objects.bulk_create(Place(slug=f"c{n}", name=f"County {n}") for n in range(COUNTIES))
    districts = Place.objects.bulk_create(
        Place(slug=f"d{n}", name=f"District {n}", within=counties[n // DISTRICTS]) for n in range(COUNTIES * DISTRICTS)
    )
    kinds = ServiceType.objects.bulk_create(ServiceType(slug=f"k{n}", name=f"Kind {n}") for n in range(30))
    partners = list(Partner.objects.all())
    rows = Activity.objects.bulk_create(
        Activity(
            initiative=initiative, slug=f"a{n}", name=f"Activity {n}", status="active", starts_on=date(2026, 1, 1),
            service_type=chance.choice(kinds), capacity=chance.randrange(5, 200), capacity_unit="places",
        )
        for n in range(ACTIVITIES)
    )  # fmt: skip
    Commitment.objects.bulk_create(
        Commitment(activity=row, partner=chance.choice(partners), part="leads") for row in rows
    )
    for model, name, tags, most in (
        (ActivityStrategy, "strategy", strategies, 2),
        (ActivityPopulation, "population", populations, 3),
        (ActivityPlace, "place", districts, 3),
    ):
        made = []
        for row in rows:
            some = chance.sample(tags, chance.randrange(1, most + 1))
            made += [model(activity=row, share=round(Decimal(1) / len(some), 6), **{name: tag}) for tag in some]
        model.objects.bulk_create(made, batch_size=5_000)
    cells = [(s, p, d) for s in strategies for p in populations for d in districts]
    Need.objects.bulk_create(
        (
            Need(initiative=initiative, strategy=s, population=p, place=d, amount=chance.randrange(0, 80), unit="places",
                 source="Bench", as_of=date(2026, 1, 1))
            for s, p, d in chance.sample(cells, NEEDS)
        ),
        batch_size=5_000,
    )  # fmt: skip
