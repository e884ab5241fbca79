"""The network of an initiative: its organizations and what ties them, gathered from every condition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import Q

from activities.rules.network import Pair, Place, network, pair_of
from backbone import conditions
from backbone.conditions import Tie
from backbone.models import Initiative, Partner, Tenant

KINDS = ("activity", "hand_off", "meeting", "action")


@dataclass(frozen=True, slots=True)
class Member:
    """An organization with its place; `kinds` are how many ties of each kind it has."""

    partner: Partner
    place: Place
    kinds: Counter = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Tied:
    """Two organizations with everything that ties them."""

    first: Partner
    second: Partner
    ties: list[Tie]

    @property
    def kinds(self) -> Counter:
        return Counter(tie.kind for tie in self.ties)


@dataclass(frozen=True, slots=True)
class Net:
    """The organizations that take part, those tied with most first; the pairs, those with most ties first."""

    members: list[Member]
    pairs: list[Tied]
    alone: list[Partner]
    groups: int


def net_of(initiative: Initiative, as_of: datetime, kinds: Collection[str] = ()) -> Net:
    """One query for who takes part, and those that the conditions need for their ties; of these kinds where some are
    asked for."""
    tenant = Tenant.objects.get(pk=initiative.tenant_id)
    day = tenant.day(as_of)
    there = Partner.objects.filter(
        Q(participations__leaves_on=None) | Q(participations__leaves_on__gte=day),
        participations__initiative=initiative,
        participations__joins_on__lte=day,
    ).distinct()
    partners = {partner.pk: partner for partner in there}
    by_pair: dict[Pair, list[Tie]] = {}
    for condition in conditions.registered():
        for tie in condition.ties(initiative, as_of):
            ends = {tie.partner_id, tie.other_id}
            if len(ends) == 2 and ends <= partners.keys() and (not kinds or tie.kind in kinds):
                by_pair.setdefault(pair_of(tie.partner_id, tie.other_id), []).append(tie)
    found = network(partners, by_pair)
    counted: dict[int, Counter] = {pk: Counter() for pk in partners}
    for pair, ties in by_pair.items():
        for pk in pair:
            counted[pk].update(tie.kind for tie in ties)
    members = [Member(partner, found.places[pk], counted[pk]) for pk, partner in partners.items()]
    members.sort(key=lambda one: (-one.place.tied, -one.place.holds, one.partner.code))
    pairs = []
    for pair, ties in by_pair.items():
        first, second = sorted((partners[pk] for pk in pair), key=_code)
        pairs.append(Tied(first, second, ties))
    pairs.sort(key=lambda one: (-len(one.ties), one.first.code, one.second.code))
    return Net(members, pairs, sorted((partners[pk] for pk in found.alone), key=_code), len(found.groups))


def readable(ties: Sequence[Tie], own: Collection[int] | None) -> list[Tie]:
    """Those whose names a person may read, who reads of meetings only these groups' (None: all)."""
    return [one for one in ties if own is None or one.group_id is None or one.group_id in own]


def around(net: Net, code: str) -> Net | None:
    """One organization with those it is tied with, and every tie among them; None where there is no such organization.

    Places stay what they are in the whole network.
    """
    middle = next((one.partner for one in net.members if one.partner.code == code), None)
    if middle is None:
        return None
    kept = {middle.pk}
    for pair in net.pairs:
        if middle.pk in (pair.first.pk, pair.second.pk):
            kept |= {pair.first.pk, pair.second.pk}
    members = [one for one in net.members if one.partner.pk in kept]
    members.sort(key=lambda one: one.partner.pk != middle.pk)
    pairs = [one for one in net.pairs if {one.first.pk, one.second.pk} <= kept]
    pairs.sort(key=lambda one: middle.pk not in (one.first.pk, one.second.pk))
    return replace(net, members=members, pairs=pairs)


def _code(partner: Partner) -> str:
    return partner.code
