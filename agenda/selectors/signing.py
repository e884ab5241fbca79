"""Who is asked to sign the agenda, who has, and who has not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from agenda.models import AgendaVersion, Signature
from agenda.rules.signing import Coverage, coverage
from backbone.models import Initiative, Participation, Partner
from backbone.tenancy import TenantQuerySet


@dataclass(frozen=True, slots=True)
class Answers:
    """A version's latest answer by each partner that is asked, or None; and `earlier`, all that were given before."""

    version: AgendaVersion
    coverage: Coverage
    rows: list[tuple[Partner, Signature | None]]
    earlier: list[Signature]


def asked_to_sign(initiative: Initiative, on: date | None = None) -> dict[str, Partner]:
    """The partners that are members of an initiative on a day (today in the tenant's zone), by code."""
    day = on or initiative.tenant.day()
    stays = _members_on(day).filter(initiative=initiative)
    return {stay.partner.code: stay.partner for stay in stays.select_related("partner").order_by("partner__code")}


def answers_to(version: AgendaVersion) -> Answers:
    """Who of those asked today has signed a version; two queries."""
    asked = asked_to_sign(version.initiative)
    latest: dict[str, Signature] = {}
    earlier = []
    given = Signature.objects.filter(version=version).select_related("partner", "by").order_by("at", "pk")
    for one in given:
        if one.partner.code in latest:
            earlier.append(latest[one.partner.code])
        latest[one.partner.code] = one
    found = coverage(asked, {code: one.stance for code, one in latest.items()})
    return Answers(version, found, [(partner, latest.get(code)) for code, partner in asked.items()], earlier)


def latest_answer(version: AgendaVersion, partner: Partner) -> Signature | None:
    """What a partner said to a version last."""
    return Signature.objects.filter(version=version, partner=partner).order_by("-at", "-pk").first()


def unanswered(partners: Iterable[int], day: date) -> list[tuple[AgendaVersion, Partner]]:
    """The newest version of each initiative that these partners are asked to sign and have not answered; two queries."""
    mine = set(partners)
    if not mine:
        return []
    newer = AgendaVersion.objects.filter(initiative=OuterRef("initiative"), number__gt=OuterRef("number"))
    newest = {
        row.initiative_id: row
        for row in AgendaVersion.objects.filter(~Exists(newer)).select_related("initiative").defer("body")
    }
    given = Signature.objects.filter(partner=OuterRef("partner"), version__initiative=OuterRef("initiative"))
    given = given.filter(version__in=[row.pk for row in newest.values()])
    stays = _members_on(day).filter(~Exists(given), partner__in=mine, initiative__in=newest)
    found = stays.select_related("partner").order_by("initiative", "partner__code")
    return [(newest[stay.initiative_id], stay.partner) for stay in found]


def _members_on(day: date) -> TenantQuerySet:
    return Participation.objects.filter(Q(leaves_on=None) | Q(leaves_on__gte=day), joins_on__lte=day)
