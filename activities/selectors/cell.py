"""All that is known of one cell of the matrix: what runs there, what is needed, what was agreed, what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Prefetch

from activities.models import Activity, Commitment, Coordination, Need, Place
from activities.rules.cells import is_wanted, runs, same_unit
from activities.selectors.axes import Tag
from backbone.models import Change, Initiative

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Offered:
    """An activity that serves a cell: its share of it, and what that is of its capacity (None: nobody said). `counts`:
    it runs on the day; `is_same_unit`: its capacity is counted as the need is."""

    activity: Activity
    share: Decimal
    amount: Decimal | None
    counts: bool
    is_same_unit: bool


@dataclass(frozen=True, slots=True)
class CellDetail:
    """`inner` are the latest needs of the places directly within, each with its place."""

    offered: list[Offered]
    needs: list[Need]
    inner: list[Need]
    agreed: list[Coordination]
    wanted: Coordination | None
    changes: list[Change]


def cell_detail(initiative: Initiative, tags: list[Tag], day: date, unit: str, row: str) -> CellDetail:
    """Seven queries. `row` is the name by which changes know the cell."""
    strategy, population, place = tags
    named = {"strategy": strategy.id, "population": population.id, "place": place.id}
    needs = Need.objects.filter(initiative=initiative, **named).select_related("by").order_by("-as_of")
    inner = (
        Need.objects.filter(initiative=initiative, strategy=strategy.id, population=population.id, as_of__lte=day)
        .filter(place__within=place.id)
        .select_related("place")
        .order_by("place__position", "place__name", "place", "-as_of")
    )
    latest = {one.place_id: one for one in reversed(inner)}
    agreed = list(
        Coordination.objects.filter(initiative=initiative, **named).select_related("by").order_by("-since", "-pk")
    )
    wanted = next((one for one in agreed if is_wanted(one.since, one.expires_on, one.ended_on, day)), None)
    changes = Change.objects.filter(initiative=initiative, subject=row).select_related("by", "partner")
    return CellDetail(
        _offered(initiative, tags, day, unit),
        list(needs),
        list(latest.values()),
        agreed,
        wanted,
        list(changes.order_by("-at")[:SHOWN]),
    )


def _offered(initiative: Initiative, tags: list[Tag], day: date, unit: str) -> list[Offered]:
    strategy, population, place = tags
    inside = _inside(place.id)
    rows = (
        Activity.objects.filter(
            initiative=initiative, strategies__strategy=strategy.id, populations__population=population.id
        )
        .filter(places__place__in=inside)
        .annotate(
            of_strategy=F("strategies__share"), of_population=F("populations__share"), of_place=F("places__share")
        )
        .select_related("service_type")
        .prefetch_related(Prefetch("commitments", Commitment.objects.select_related("partner")))
        .order_by("name", "pk")
    )
    found: dict[int, Offered] = {}
    for row in rows:
        share = row.of_strategy * row.of_population * row.of_place
        share += found[row.pk].share if row.pk in found else 0
        amount = None if row.capacity is None else row.capacity * share
        counts = runs(row.status, row.starts_on, row.ends_on, day)
        found[row.pk] = Offered(row, share, amount, counts, same_unit(row.capacity_unit) == same_unit(unit))
    return sorted(found.values(), key=lambda one: not one.counts)


def _inside(place: int) -> set[int]:
    inner: dict[int | None, list[int]] = {}
    for pk, within in Place.objects.values_list("pk", "within_id"):
        inner.setdefault(within, []).append(pk)
    found: set[int] = set()
    waiting = [place]
    while waiting:
        at = waiting.pop()
        if at not in found:
            found.add(at)
            waiting += inner.get(at, [])
    return found
