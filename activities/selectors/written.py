"""The register as plain values, as every door says it, and what its short names stand for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q

from activities.models import (
    Activity,
    ActivityIndicator,
    ActivityPlace,
    ActivityPopulation,
    ActivityStrategy,
    Commitment,
    Funding,
    Milestone,
    Place,
    Population,
    ServiceType,
)
from activities.rules.said import ActivitySaid, MoneySaid, PartSaid, StepSaid
from agenda.models import Strategy
from backbone.models import Initiative, Membership, Partner
from backbone.tenancy import TenantQuerySet
from measures.models import Indicator


@dataclass(frozen=True, slots=True)
class Known:
    """What activities of an initiative may name, each with its id: strategies by "outcome/strategy", partners by code,
    people by e-mail in small letters. `alone` are the strategies whose own short name is nobody else's."""

    service_types: dict[str, int]
    populations: dict[str, int]
    places: dict[str, int]
    strategies: dict[str, int]
    alone: dict[str, str]
    indicators: dict[str, int]
    partners: dict[str, int]
    people: dict[str, int]

    def strategy(self, name: str) -> str:
        """The whole name of a strategy that is named by the second half alone."""
        return self.alone.get(name, name)


def known(initiative: Initiative) -> Known:
    """Seven queries."""
    strategies = {
        f"{outcome}/{slug}": pk
        for pk, outcome, slug in Strategy.objects.filter(outcome__initiative=initiative)
        .order_by("outcome__position", "outcome_id", "position", "pk")
        .values_list("pk", "outcome__slug", "slug")
    }
    ends: dict[str, list[str]] = defaultdict(list)
    for name in strategies:
        ends[name.partition("/")[2]].append(name)
    partners = Partner.objects.of_initiative(initiative)
    return Known(
        service_types=dict(ServiceType.objects.values_list("slug", "pk")),
        populations=dict(Population.objects.values_list("slug", "pk")),
        places=dict(Place.objects.values_list("slug", "pk")),
        strategies=strategies,
        alone={end: names[0] for end, names in ends.items() if len(names) == 1},
        indicators=dict(Indicator.objects.filter(initiative=initiative).values_list("slug", "pk")),
        partners=dict(partners.order_by("code").values_list("code", "pk")),
        people={email.lower(): pk for email, pk in _people().values_list("email", "pk")},
    )


def _people() -> TenantQuerySet:
    """Whoever is here, and whoever has left and still stands as the one who sees to something: what they were to see to can
    be changed without saying who does now."""
    owners = [model.objects.exclude(owner=None).values("owner") for model in (Commitment, Milestone)]
    return Membership.objects.filter(Q(is_active=True) | Q(pk__in=owners[0]) | Q(pk__in=owners[1]))


PLAIN = ("name", "description", "status", "starts_on", "ends_on", "capacity", "capacity_unit", "url", "source",
         "source_key")  # fmt: skip


def written_out(initiative: Initiative, slugs: Collection[str] | None = None) -> dict[str, ActivitySaid]:
    """Every activity, or those of these short names, by short name and in the order of their names; eight queries."""
    rows = Activity.objects.filter(initiative=initiative)
    if slugs is not None:
        rows = rows.filter(slug__in=slugs)
    plain = list(rows.values("pk", "slug", "service_type__slug", *PLAIN))
    # By their ids and not by the initiative: right after many came in PostgreSQL knows nothing yet of how many there are.
    lists = _Lists({"activity__in": [row["pk"] for row in plain]})
    found = {}
    for row in plain:
        pk = row.pop("pk")
        service_type = row.pop("service_type__slug") or ""
        found[row["slug"]] = ActivitySaid(**row, service_type=service_type, **lists.of(pk)).in_order()
    return found


class _Lists:
    """What hangs on activities, by activity."""

    def __init__(self, wanted: dict[str, Any]):
        self.shares: dict[str, dict[int, dict[str, Decimal]]] = {}
        for name, model, label in (
            ("populations", ActivityPopulation, "population__slug"),
            ("places", ActivityPlace, "place__slug"),
        ):
            by_activity: dict[int, dict[str, Decimal]] = defaultdict(dict)
            for pk, tag, share in model.objects.filter(**wanted).order_by("pk").values_list("activity", label, "share"):
                by_activity[pk][tag] = share
            self.shares[name] = by_activity
        strategies: dict[int, dict[str, Decimal]] = defaultdict(dict)
        rows = ActivityStrategy.objects.filter(**wanted).order_by("pk")
        for pk, outcome, slug, share in rows.values_list(
            "activity", "strategy__outcome__slug", "strategy__slug", "share"
        ):
            strategies[pk][f"{outcome}/{slug}"] = share
        self.shares["strategies"] = strategies
        self.indicators: dict[int, list[str]] = defaultdict(list)
        for pk, slug in ActivityIndicator.objects.filter(**wanted).values_list("activity", "indicator__slug"):
            self.indicators[pk].append(slug)
        self.parts: dict[int, list[PartSaid]] = defaultdict(list)
        for pk, *fields in Commitment.objects.filter(**wanted).values_list(
            "activity", "partner__code", "part", "promise", "owner__email", "due_on", "done_on"
        ):
            fields[3] = fields[3] or ""
            self.parts[pk].append(PartSaid(*fields))
        self.steps: dict[int, list[StepSaid]] = defaultdict(list)
        for pk, title, due_on, partner, owner, done_on in Milestone.objects.filter(**wanted).values_list(
            "activity", "title", "due_on", "partner__code", "owner__email", "done_on"
        ):
            self.steps[pk].append(StepSaid(title, due_on, partner or "", owner or "", done_on))
        self.money: dict[int, list[MoneySaid]] = defaultdict(list)
        for pk, *fields in Funding.objects.filter(**wanted).values_list(
            "activity", "funder", "amount", "currency", "starts_on", "ends_on"
        ):
            self.money[pk].append(MoneySaid(*fields))

    def of(self, pk: int) -> dict[str, Any]:
        return {
            **{name: by_activity.get(pk, {}) for name, by_activity in self.shares.items()},
            "indicators": tuple(self.indicators.get(pk, ())),
            "parts": tuple(self.parts.get(pk, ())),
            "steps": tuple(self.steps.get(pk, ())),
            "money": tuple(self.money.get(pk, ())),
        }
