"""The register as its pages read it: found, in lines, on a board, along time. Query counts do not grow with the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Case, Count, F, Prefetch, Q, Value, When, Window
from django.db.models.functions import RowNumber

from activities.models import (
    Activity,
    ActivityIndicator,
    ActivityPlace,
    ActivityPopulation,
    ActivityStrategy,
    Commitment,
    Milestone,
    Place,
    Population,
    ServiceType,
)
from activities.rules.days import is_late_to_begin, standing
from activities.rules.spans import Axis, axis_over
from activities.selectors.vocabulary import ids_below
from backbone.models import Initiative
from backbone.tenancy import TenantQuerySet

ORDER = ("active", "planned", "paused", "ended", "cancelled")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the register is asked for; short names, empty for everything. `strategy` is "outcome/strategy"; a place
    stands for all that lies in it, a kind of service for all below it; `status` is that of the day `today`."""

    strategy: str = ""
    kind: str = ""
    population: str = ""
    place: str = ""
    partner: str = ""
    status: str = ""
    on: date | None = None
    q: str = ""

    @property
    def is_anything(self) -> bool:
        return bool(self.strategy or self.kind or self.population or self.place or self.partner or self.status
                    or self.on or self.q)  # fmt: skip


def standing_is(status: str, day: date) -> Q:
    """Activities that have a status on a day, as `rules.days.standing` says it."""
    if status == "active":
        return Q(status="active", starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gte=day))
    if status == "planned":
        return Q(status="planned") | Q(status="active", starts_on__gt=day)
    if status == "ended":
        return Q(status="ended") | Q(status="active", starts_on__lte=day, ends_on__lt=day)
    return Q(status=status)


def running_on(day: date) -> Q:
    """Activities that run on a day, as `rules.days.runs_on` says it."""
    return standing_is("active", day)


def found(initiative: Initiative, wanted: Wanted, today: date) -> TenantQuerySet:
    """The activities that are asked for, by name."""
    rows = Activity.objects.filter(initiative=initiative)
    if wanted.strategy:
        outcome, _, slug = wanted.strategy.partition("/")
        tags = ActivityStrategy.objects.filter(strategy__slug=slug, strategy__outcome__slug=outcome)
        rows = rows.filter(pk__in=tags.values("activity"))
    if wanted.kind:
        rows = rows.filter(service_type__in=ids_below(ServiceType, wanted.kind))
    if wanted.population:
        ids = ids_below(Population, wanted.population)
        rows = rows.filter(pk__in=ActivityPopulation.objects.filter(population__in=ids).values("activity"))
    if wanted.place:
        ids = ids_below(Place, wanted.place)
        rows = rows.filter(pk__in=ActivityPlace.objects.filter(place__in=ids).values("activity"))
    if wanted.partner:
        rows = rows.filter(pk__in=Commitment.objects.filter(partner__code=wanted.partner).values("activity"))
    if wanted.status:
        rows = rows.filter(standing_is(wanted.status, today))
    if wanted.on:
        rows = rows.filter(running_on(wanted.on))
    for word in wanted.q.split()[:8]:
        rows = rows.filter(Q(name__icontains=word) | Q(description__icontains=word) | Q(slug__icontains=word))
    return rows


@dataclass(slots=True)
class Line:
    """One activity as lists show it."""

    activity: Activity
    standing: str
    is_late: bool
    partners: list[Commitment] = field(default_factory=list)
    next_step: Milestone | None = None
    bar: tuple[float, float] | None = None
    steps: list[tuple[float, Milestone]] = field(default_factory=list)

    @property
    def word(self) -> str:
        """The state word of its standing."""
        return word_of(self.standing)

    @property
    def label(self) -> str:
        return str(Activity.Status(self.standing).label)


def word_of(standing: str) -> str:
    """The state word that has the shape of a status."""
    return {"ended": "done"}.get(standing, standing)


def with_tags(rows: TenantQuerySet) -> TenantQuerySet:
    """The same activities with all that a line shows, in six further queries."""
    return rows.select_related("service_type").prefetch_related(
        Prefetch("commitments", Commitment.objects.select_related("partner").order_by(*LEADS_FIRST)),
        Prefetch("strategies", ActivityStrategy.objects.select_related("strategy").order_by("pk")),
        Prefetch("populations", ActivityPopulation.objects.select_related("population").order_by("pk")),
        Prefetch("places", ActivityPlace.objects.select_related("place").order_by("pk")),
        Prefetch("milestones", Milestone.objects.order_by("due_on", "pk")),
    )


LEADS_FIRST = (Case(When(part="leads", then=0), When(part="delivers", then=1), default=2), "partner__code")


def lines(rows: Iterable[Activity], today: date) -> list[Line]:
    """Rows that came with their tags, as lines."""
    return [
        Line(
            row,
            standing(row.status, row.starts_on, row.ends_on, today),
            is_late_to_begin(row.status, row.starts_on, today),
            list(row.commitments.all()),
            next((one for one in row.milestones.all() if one.done_on is None), None),
        )
        for row in rows
    ]


def along(found: Sequence[Line], today: date) -> Axis:
    """The line of days on which these activities and their milestones are drawn; each line learns where it lies."""
    days: list[date | None] = []
    for line in found:
        days += [line.activity.starts_on, line.activity.ends_on]
        days += [step.due_on for step in line.activity.milestones.all()]
    axis = axis_over(days, today)
    for line in found:
        line.bar = axis.bar(line.activity.starts_on, line.activity.ends_on)
        line.steps = [
            (axis.at(step.due_on), step)
            for step in line.activity.milestones.all()
            if axis.first <= step.due_on <= axis.last
        ]
    return axis


@dataclass(frozen=True, slots=True)
class Column:
    """A status of the board with how many activities have it; `lines` are the first of them by name."""

    status: str
    label: str
    count: int
    lines: list[Line]


def board(rows: TenantQuerySet, today: date, most: int) -> list[Column]:
    """Columns by the status of today, each with its first activities; eight queries."""
    whens = [When(standing_is(status, today), then=Value(status)) for status in ORDER]
    stood = rows.annotate(stands=Case(*whens, default=Value("planned")))
    counts: dict[str, int] = dict(stood.order_by().values_list("stands").annotate(n=Count("pk")))
    ranked = stood.annotate(
        place=Window(RowNumber(), partition_by=F("stands"), order_by=[F("name").asc(), F("pk").asc()])
    )
    first = lines(with_tags(ranked.filter(place__lte=most)), today)
    labels: dict[str, Any] = dict(Activity.Status.choices)
    return [
        Column(status, str(labels[status]), counts.get(status, 0), [one for one in first if one.standing == status])
        for status in ORDER
    ]


def activity_of(initiative: Initiative, slug: str) -> Activity | None:
    """One activity with all that hangs on it; nine queries."""
    rows = Activity.objects.filter(initiative=initiative, slug=slug).select_related("service_type", "initiative")
    return rows.prefetch_related(
        Prefetch("commitments", Commitment.objects.select_related("partner", "owner").order_by(*LEADS_FIRST)),
        Prefetch("strategies", ActivityStrategy.objects.select_related("strategy__outcome").order_by("pk")),
        Prefetch("populations", ActivityPopulation.objects.select_related("population").order_by("pk")),
        Prefetch("places", ActivityPlace.objects.select_related("place").order_by("pk")),
        Prefetch("milestones", Milestone.objects.select_related("partner", "owner").order_by("due_on", "pk")),
        Prefetch("indicators", ActivityIndicator.objects.select_related("indicator").order_by("pk")),
        "fundings",
    ).first()
