"""Hand-offs as their page reads them: promised and actual lag, who waits for whom, and chains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Prefetch
from django.urls import reverse

from activities.models import Activity, ActivityStrategy, Commitment, Delivery, HandOff
from activities.rules.handoffs import Chains, Step, actual_days, chains, late_by
from agenda.models import Link, Node
from agenda.rules.delays import delays
from agenda.selectors.map_written import arc_of
from backbone.conditions import Tie
from backbone.models import Initiative, Membership, Partner, Tenant
from backbone.roles import Can

DAYS_OF_A_MONTH = 30
GONE = (Activity.Status.ENDED, Activity.Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class HandOffView:
    """A hand-off with its lags in days, and what is being waited for through it, the oldest first."""

    row: HandOff
    actual: int | None
    came: int
    waiting: tuple[Delivery, ...] = ()

    @property
    def giver(self) -> Activity:
        return self.row.giver

    @property
    def taker(self) -> Activity:
        return self.row.taker

    @property
    def is_slower(self) -> bool:
        promised = self.row.promised_days
        return self.actual is not None and promised is not None and self.actual > promised


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that was asked for and has not come: since when, and by how many days it is late (None: no promise)."""

    view: HandOffView
    delivery: Delivery
    late: int | None
    days: int


@dataclass(frozen=True, slots=True)
class TooLong:
    """A chain that takes longer than the theory of change gives what it leads to: `node` is expected within `expected`
    days of the beginning."""

    activity: Activity
    node: Node
    days: int
    expected: int


@dataclass(frozen=True, slots=True)
class HandOffs:
    views: list[HandOffView]
    waiting: list[Waiting]
    found: Chains
    activities: dict[int, Activity]
    too_long: list[TooLong] = field(default_factory=list)

    @property
    def path(self) -> list[Activity]:
        return [self.activities[pk] for pk in self.found.longest]

    @property
    def rings(self) -> list[list[Activity]]:
        return [[self.activities[pk] for pk in ring] for ring in self.found.rings]

    @property
    def bottlenecks(self) -> list[tuple[Activity, int]]:
        return [(self.activities[pk], count) for pk, count in self.found.bottlenecks[:5]]


def leader_of(activity: Activity) -> Partner | None:
    """The partner that leads an activity, of commitments that came with it."""
    return next((one.partner for one in activity.commitments.all() if one.part == Commitment.Part.LEADS), None)


def _rows(initiative: Initiative):
    led = Commitment.objects.filter(part=Commitment.Part.LEADS).select_related("partner")
    rows = HandOff.objects.filter(giver__initiative=initiative).select_related("giver", "taker")
    return rows.prefetch_related(
        Prefetch("giver__commitments", led),
        Prefetch("taker__commitments", led),
        Prefetch("deliveries", Delivery.objects.order_by("asked_on", "pk")),
    ).order_by("giver__name", "taker__name", "pk")


def hand_off(initiative: Initiative, giver: str, taker: str) -> HandOffView | None:
    """The hand-off between two activities, by their short names; one query and those of what comes with it."""
    row = _rows(initiative).filter(giver__slug=giver, taker__slug=taker).first()
    return None if row is None else _view(row)


def hand_offs(initiative: Initiative, today: date) -> HandOffs:
    """All hand-offs of an initiative; seven queries, and those of the map where a node stands for a strategy."""
    views = [_view(row) for row in _rows(initiative)]
    activities = {one.pk: one for view in views for one in (view.giver, view.taker)}
    waiting = [
        Waiting(view, one, late_by(one.asked_on, view.row.promised_days, today), (today - one.asked_on).days)
        for view in views
        for one in view.waiting
    ]
    waiting.sort(key=lambda one: (-(one.late or 0), one.delivery.asked_on, one.delivery.pk))
    going = [one for one in views if one.giver.status not in GONE and one.taker.status not in GONE]
    steps = [
        Step(one.giver.pk, one.taker.pk, one.row.promised_days if one.actual is None else one.actual) for one in going
    ]
    found = chains(steps) if steps else Chains()
    return HandOffs(views, waiting, found, activities, _too_long(initiative, found, activities))


def waited_on(membership: Membership) -> Iterator[tuple[HandOff, Delivery, Partner]]:
    """What a person's own partners were asked for and have not handed on, over all initiatives; one query and two more."""
    own = membership.partner_ids(Can.EDIT_ACTIVITIES)
    if not own:
        return
    led = Commitment.objects.filter(part=Commitment.Part.LEADS, partner__in=own).select_related("partner")
    rows = (
        Delivery.objects.filter(came_on=None, hand_off__giver__in=led.values("activity"))
        .select_related("hand_off__giver__initiative", "hand_off__taker")
        .prefetch_related(Prefetch("hand_off__giver__commitments", led))
        .order_by("asked_on", "pk")
    )
    for row in rows:
        partner = leader_of(row.hand_off.giver)
        if partner is not None:
            yield row.hand_off, row, partner


def late_hand_offs(initiative: Initiative, today: date) -> list[tuple[Delivery, int]]:
    """What was asked for, promised and has not come, with the days by which it is late, the latest first; one query."""
    rows = Delivery.objects.filter(hand_off__giver__initiative=initiative, came_on=None)
    rows = rows.exclude(hand_off__promised_days=None).select_related("hand_off__giver", "hand_off__taker")
    found = [(row, late_by(row.asked_on, row.hand_off.promised_days, today) or 0) for row in rows]
    return sorted(((row, days) for row, days in found if days), key=lambda one: (-one[1], one[0].pk))


def hand_off_ties(initiative: Initiative) -> Iterator[Tie]:
    """One tie for each hand-off between activities that two partners lead; one query and two more."""
    tenant = Tenant.objects.get(pk=initiative.tenant_id)
    url = reverse("activities:hand-offs", args=[tenant.slug, initiative.slug])
    for row in _rows(initiative):
        giver, taker = leader_of(row.giver), leader_of(row.taker)
        if giver is not None and taker is not None and giver.pk != taker.pk:
            yield Tie(giver.pk, taker.pk, "hand_off", row.what, f"{url}#h{row.pk}")


def _view(row: HandOff) -> HandOffView:
    deliveries = list(row.deliveries.all())
    came = [one for one in deliveries if one.came_on is not None]
    waiting = tuple(one for one in deliveries if one.came_on is None)
    return HandOffView(row, actual_days((one.asked_on, one.came_on) for one in came), len(came), waiting)


def _too_long(initiative: Initiative, found: Chains, activities: dict[int, Activity]) -> list[TooLong]:
    """Activities whose chain alone takes longer than the most that the map gives what they, or their strategy, act on."""
    if not found.waits:
        return []
    tags = ActivityStrategy.objects.filter(activity__in=list(found.waits)).values_list("activity", "strategy")
    named: dict[str, list[int]] = {f"activities.activity:{pk}": [pk] for pk in found.waits}
    for activity, strategy in tags:
        named.setdefault(f"agenda.strategy:{strategy}", []).append(activity)
    nodes = {node.pk: node for node in Node.objects.filter(initiative=initiative)}
    sources = {node.pk: named[node.stands_for] for node in nodes.values() if node.stands_for in named}
    if not sources:
        return []
    arcs = [arc_of(link) for link in Link.objects.filter(initiative=initiative)]
    epoch, result = date(2000, 1, 1), []
    for source, pks in sources.items():
        for target, delay in delays(arcs, {source: epoch}).items():
            months = (delay.until.year - epoch.year) * 12 + delay.until.month - epoch.month
            for pk in pks:
                if found.waits[pk] > months * DAYS_OF_A_MONTH and nodes[target].sort in ("outcome", "result"):
                    result.append(TooLong(activities[pk], nodes[target], found.waits[pk], months * DAYS_OF_A_MONTH))
    return sorted(result, key=lambda one: (one.expected - one.days, one.activity.name, one.node.label))
