"""How widely leadership is spread, condition by condition; never person by person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backbone import conditions
from backbone.conditions import SLUGS, Act
from backbone.health import NAMES
from backbone.models import Grant, Initiative, Partner
from backbone.roles import Role
from backbone.rules.spread import DAYS, share, spread

# What was led in, in the order of the page. What was decided is told of as well and is no act of the spread.
KINDS = {
    "convened": _("Meetings convened"),
    "decided": _("Decisions written down"),
    "closed": _("Actions closed"),
    "idea": _("Ideas"),
    "shared": _("Knowledge shared"),
    "answered": _("Unknowns answered"),
}
NO_ACT = "decided"
# Whoever leads an organization here, a partner or the backbone; everybody else leads from another level.
DIRECTORS = (Role.PARTNER_LEAD, Role.BACKBONE_ADMIN)


@dataclass(frozen=True, slots=True)
class Shares:
    """Of so many acts, the share by people who lead no organization, and by small ones among those whose size is known;
    None where there are too few to say."""

    acts: int
    others: Decimal | None
    small: Decimal | None


@dataclass(frozen=True, slots=True)
class Led:
    """One condition: how many acts of leadership there were, of how many organizations, and how they are spread (0 to 1).

    `by_kind` counts what they were: convened, idea, shared, closed, answered.
    """

    slug: str
    acts: int
    organizations: int
    spread: Decimal | None
    by_kind: dict[str, int]
    shares: Shares

    @property
    def name(self) -> str | Promise:
        return NAMES[self.slug]


@dataclass(frozen=True, slots=True)
class KindLed:
    """One kind of act, over all conditions."""

    name: str | Promise
    shares: Shares


class Levels:
    """Who leads an organization, and which organizations are small; two statements."""

    def __init__(self) -> None:
        directors = Grant.objects.in_force().filter(role__in=DIRECTORS, membership__is_active=True)
        self.directors = set(directors.values_list("membership_id", flat=True))
        sizes = Partner.objects.exclude(is_small=None).values_list("pk", "is_small")
        self.sizes: dict[int | None, bool] = dict(sizes)

    def shares(self, acts: Iterable[Act]) -> Shares:
        acts = list(acts)
        sized = [act for act in acts if act.partner_id in self.sizes]
        others = sum(act.by_id not in self.directors for act in acts)
        return Shares(
            len(acts),
            share(others, len(acts)),
            share(sum(self.sizes[act.partner_id] for act in sized), len(sized)),
        )


def acts_of(initiative: Initiative, as_of: datetime) -> list[Act]:
    """Everything that all five conditions know of, over the last 90 days."""
    since = as_of - timedelta(days=DAYS)
    return [act for condition in conditions.registered() for act in condition.acts(initiative, since, as_of)]


def leadership(initiative: Initiative, as_of: datetime, acts: list[Act] | None = None) -> list[Led]:
    """The five conditions in their order. The backbone's own people count as one organization."""
    acts = acts_of(initiative, as_of) if acts is None else acts
    levels, found = Levels(), []
    for slug in SLUGS:
        own = [act for act in acts if act.condition == slug and act.kind != NO_ACT]
        counts = Counter(act.partner_id for act in own)
        kinds = dict(Counter(act.kind for act in own))
        found.append(Led(slug, len(own), len(counts), spread(counts), kinds, levels.shares(own)))
    return found


def by_kind(acts: list[Act]) -> list[KindLed]:
    """Who led in meetings, decisions, actions and the rest, over all conditions."""
    levels = Levels()
    return [KindLed(name, levels.shares(act for act in acts if act.kind == kind)) for kind, name in KINDS.items()]
