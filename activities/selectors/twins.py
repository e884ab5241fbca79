"""Pairs of activities that may be one and the same work, and the figures in which they may count twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection

from activities.models import Activity, Commitment, Twins
from activities.rules.twins import DAYS_APART, are_alike
from backbone.models import Initiative
from backbone.tenancy import active_tenant_id
from measures.models import Figure, Indicator, SharedCount
from measures.models.filings import OPEN_STATES
from measures.rules.periods import Grain, start_of
from measures.rules.shared import KINDS_THAT_ADD


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure that both sides file for the time of the work; `is_once` when it counts once already."""

    indicator: Indicator
    period: date
    is_once: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Two activities that look alike, the partners who deliver each, and what was said about them, if anything."""

    one: Activity
    other: Activity
    partners: tuple[str, ...]
    verdict: Twins | None
    claims: tuple[Claim, ...] = ()

    @property
    def is_open(self) -> bool:
        """Nobody has looked, or it is the same work and a figure of it still counts twice."""
        if self.verdict is None:
            return True
        return self.verdict.verdict == Twins.Verdict.SAME and any(not claim.is_once for claim in self.claims)


def pairs(initiative: Initiative) -> list[Pair]:
    """All pairs of an initiative, the open ones first; six statements, whatever their number."""
    found = _candidates(initiative)
    rows = Activity.objects.filter(pk__in={pk for pair in found for pk in pair}).select_related("service_type")
    rows = {row.pk: row for row in rows}
    alike = [(one, other) for one, other in found if are_alike(rows[one].name, rows[other].name)]
    codes = _partners(pk for pair in alike for pk in pair)
    said = {(row.one_id, row.other_id): row for row in Twins.objects.filter(one__initiative=initiative)}
    said_of = [pair for pair in alike if len({*codes.get(pair[0], {}), *codes.get(pair[1], {})}) > 1]
    claims = _claims(initiative, [(rows[one], rows[other]) for one, other in said_of], codes)
    listed = [
        Pair(
            rows[one],
            rows[other],
            tuple(sorted({**codes.get(one, {}), **codes.get(other, {})}.values())),
            said.get((one, other)),
            tuple(claims.get((one, other), ())),
        )
        for one, other in said_of
    ]
    return sorted(listed, key=lambda pair: (not pair.is_open, pair.one.starts_on or date.max, pair.one.name))


def _candidates(initiative: Initiative) -> list[tuple[int, int]]:
    """Pairs of the same kind of service, in one place, that begin a day apart at the most; by the index of places."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT a.id, b.id
              FROM activities_activity a
              JOIN activities_activity b ON b.tenant_id = %(tenant)s AND b.initiative_id = a.initiative_id
                   AND b.service_type_id = a.service_type_id AND b.id > a.id
                   AND b.starts_on BETWEEN a.starts_on - %(days)s AND a.starts_on + %(days)s
              JOIN activities_activityplace p ON p.tenant_id = %(tenant)s AND p.activity_id = a.id
              JOIN activities_activityplace q ON q.tenant_id = %(tenant)s AND q.activity_id = b.id
                   AND q.place_id = p.place_id
             WHERE a.tenant_id = %(tenant)s AND a.initiative_id = %(initiative)s
               AND a.status <> 'cancelled' AND b.status <> 'cancelled'
             ORDER BY a.id, b.id
            """,
            {"tenant": active_tenant_id(), "initiative": initiative.pk, "days": DAYS_APART},
        )
        return cursor.fetchall()


def _partners(activity_ids: Iterable[int]) -> dict[int, dict[int, str]]:
    """By activity: the codes of those who deliver it, by partner."""
    found: dict[int, dict[int, str]] = {}
    rows = Commitment.objects.filter(activity__in=set(activity_ids)).exclude(part=Commitment.Part.REFERS)
    for activity, partner, code in rows.values_list("activity_id", "partner_id", "partner__code"):
        found.setdefault(activity, {})[partner] = code
    return found


def _claims(
    initiative: Initiative, found: list[tuple[Activity, Activity]], codes: dict[int, dict[int, str]]
) -> dict[tuple[int, int], list[Claim]]:
    """By pair: the figures for the month of the work that partners of both sides have filed."""
    if not found:
        return {}
    indicators = list(Indicator.objects.filter(initiative=initiative, kind__in=KINDS_THAT_ADD).select_related("tenant"))
    wanted = {
        (pair, one.pk): start_of(Grain(one.frequency), pair[0].starts_on.replace(day=1), one.tenant.fiscal_year_starts)
        for pair in found
        for one in indicators
        if pair[0].starts_on is not None
    }
    periods = set(wanted.values())
    filed: dict[tuple[int, date], set[int]] = {}
    rows = Figure.objects.filter(indicator__in=indicators, period__in=periods, category="", is_not_collected=False)
    rows = rows.filter(partner__in={pk for partners in codes.values() for pk in partners}).exclude(
        state__in=OPEN_STATES
    )
    for indicator, period, partner in rows.values_list("indicator_id", "period", "partner_id"):
        filed.setdefault((indicator, period), set()).add(partner)
    once = set(
        SharedCount.objects.filter(indicator__in=indicators, period__in=periods)
        .exclude(about="")
        .values_list("indicator_id", "period", "about")
    )
    by_id = {one.pk: one for one in indicators}
    claims: dict[tuple[int, int], list[Claim]] = {}
    for (pair, indicator), period in wanted.items():
        there = filed.get((indicator, period), set())
        sides = [there & codes.get(one.pk, {}).keys() for one in pair]
        if not all(sides) or len(sides[0] | sides[1]) < 2:
            continue
        is_once = any((indicator, period, f"activities.activity:{one.pk}") in once for one in pair)
        claims.setdefault((pair[0].pk, pair[1].pk), []).append(Claim(by_id[indicator], period, is_once))
    return claims
