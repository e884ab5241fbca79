"""Who leads which condition, who is expected for which strategy, whose seats are taken."""

from __future__ import annotations

from dataclasses import dataclass

from agenda.models import Seat, Steward, Strategy, StrategyPartner
from backbone import conditions
from backbone.models import Initiative, Membership, Partner


@dataclass(frozen=True, slots=True)
class Expected:
    """The organizations whose voice a strategy's totals, meetings and decisions wait for, and the people in seats."""

    partners: tuple[Partner, ...]
    seats: tuple[Seat, ...]


def stewards_of(initiative: Initiative) -> dict[str, Steward | None]:
    """Each condition's steward now, in the conditions' order; None where nobody is named."""
    rows = Steward.objects.filter(initiative=initiative, until=None).select_related("member")
    found = {row.condition: row for row in rows}
    return {slug: found.get(slug) for slug in conditions.SLUGS}


def former_stewards(initiative: Initiative) -> list[Steward]:
    rows = Steward.objects.filter(initiative=initiative, until__isnull=False).select_related("member")
    return list(rows.order_by("-until", "-pk"))


def leads(membership: Membership, initiative: Initiative) -> set[str]:
    """The conditions that this person leads."""
    rows = Steward.objects.filter(initiative=initiative, until=None, member=membership)
    return set(rows.values_list("condition", flat=True))


def seats_of(initiative: Initiative) -> list[Seat]:
    return list(Seat.objects.filter(initiative=initiative).select_related("partner", "member"))


def strategies_with_partners(initiative: Initiative) -> list[tuple[Strategy, list[Partner]]]:
    """Every strategy in the order of the tree, and the partners that are expected for it; two queries."""
    rows = Strategy.objects.filter(outcome__initiative=initiative).select_related("outcome")
    rows = rows.order_by("outcome__position", "outcome_id", "position", "pk")
    partners: dict[int, list[Partner]] = {}
    given = StrategyPartner.objects.filter(strategy__outcome__initiative=initiative).select_related("partner")
    for one in given.order_by("partner__code"):
        partners.setdefault(one.strategy_id, []).append(one.partner)
    return [(row, partners.get(row.pk, [])) for row in rows]


def expected_for(strategy: Strategy) -> Expected:
    """Who should be there when a strategy is discussed or decided, and is named when absent; two queries."""
    given = StrategyPartner.objects.filter(strategy=strategy).select_related("partner").order_by("partner__code")
    seats = Seat.objects.filter(initiative=strategy.outcome.initiative_id).select_related("partner", "member")
    return Expected(tuple(one.partner for one in given), tuple(seats))
