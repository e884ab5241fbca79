"""Rows of activities for tests, straight through the models."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from activities.models import (
    Activity,
    ActivityPlace,
    ActivityPopulation,
    ActivityStrategy,
    Commitment,
    Coordination,
    Need,
    Place,
    Population,
    ServiceType,
)
from agenda.models import Outcome, Strategy
from backbone.models import Initiative, Partner

DAY = date(2026, 11, 15)


def strategy(initiative: Initiative, slug: str) -> Strategy:
    outcome = Outcome.objects.filter(initiative=initiative).first()
    return Strategy.objects.create(outcome=outcome, slug=slug, title=slug.replace("-", " ").capitalize())


def population(slug: str) -> Population:
    return Population.objects.create(slug=slug, name=slug.replace("-", " ").capitalize())


def place(slug: str, within: Place | None = None) -> Place:
    return Place.objects.create(slug=slug, name=slug.replace("-", " ").capitalize(), within=within)


def kind(slug: str) -> ServiceType:
    return ServiceType.objects.create(slug=slug, name=slug.replace("-", " ").capitalize())


def activity(
    initiative: Initiative,
    slug: str,
    *,
    leader: Partner | None = None,
    strategies: Mapping[Strategy, Decimal] | Strategy | None = None,
    populations: Mapping[Population, Decimal] | Population | None = None,
    places: Mapping[Place, Decimal] | Place | None = None,
    capacity: int | Decimal | None = None,
    unit: str = "places",
    **changes,
) -> Activity:
    """An active activity since July 2026; tags with their shares, or a single one that has all of it."""
    row = Activity.objects.create(
        **{
            "initiative": initiative,
            "slug": slug,
            "name": slug.replace("-", " ").capitalize(),
            "status": "active",
            "starts_on": date(2026, 7, 1),
            "capacity": capacity,
            "capacity_unit": "" if capacity is None else unit,
            **changes,
        }
    )
    if leader is not None:
        Commitment.objects.create(activity=row, partner=leader, part="leads")
    for model, name, tags in (
        (ActivityStrategy, "strategy", strategies),
        (ActivityPopulation, "population", populations),
        (ActivityPlace, "place", places),
    ):
        shares = tags if isinstance(tags, Mapping) else {} if tags is None else {tags: Decimal(1)}
        for tag, share in shares.items():
            model.objects.create(activity=row, **{name: tag}, share=share)
    return row


def need(
    initiative: Initiative, strategy, population, place, amount, unit: str = "places", as_of=date(2026, 7, 1)
) -> Need:
    return Need.objects.create(
        initiative=initiative, strategy=strategy, population=population, place=place, amount=amount, unit=unit,
        source="intake lists", as_of=as_of,
    )  # fmt: skip


def agreed(initiative: Initiative, strategy, population, place, since=date(2026, 8, 1), **changes) -> Coordination:
    return Coordination.objects.create(
        **{
            "initiative": initiative, "strategy": strategy, "population": population, "place": place, "since": since,
            "reason": "one in the morning, one at night", "expires_on": since.replace(year=since.year + 1), **changes,
        }
    )  # fmt: skip
