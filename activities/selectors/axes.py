"""The three axes of the matrix: the strategies of an initiative, and a tenant's populations and places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from activities.models import ActivityPlace, ActivityPopulation, Need, Place, Population
from agenda.models import Strategy
from backbone.models import Initiative

NAMES = ("strategy", "population", "place")


@dataclass(frozen=True, slots=True)
class Tag:
    """One value of an axis. `key` names it in addresses and files: a strategy as result/strategy, since another result
    may have one of the same short name. `within` is the place that a place lies in, `depth` how deep it lies."""

    id: int
    key: str
    label: str
    within: int | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Axes:
    """All values of each axis, in the order of their pages; a place stands before those within it."""

    strategy: tuple[Tag, ...]
    population: tuple[Tag, ...]
    place: tuple[Tag, ...]

    def of(self, name: str) -> tuple[Tag, ...]:
        return {"strategy": self.strategy, "population": self.population, "place": self.place}[name]

    def find(self, name: str, key: str) -> Tag | None:
        """The value that a key names; a strategy's short name alone will do where only one has it."""
        values = self.of(name)
        found = next((one for one in values if one.key == key), None)
        if found is None and name == "strategy":
            like = [one for one in values if one.key.rpartition("/")[2] == key]
            found = like[0] if len(like) == 1 else None
        return found

    def by_id(self, name: str) -> dict[int, Tag]:
        return {one.id: one for one in self.of(name)}


def axes_of(initiative: Initiative) -> Axes:
    """Three queries. A retired word is there as long as something is tagged with it."""
    strategies = Strategy.objects.filter(outcome__initiative=initiative).select_related("outcome")
    strategies = strategies.order_by("outcome__position", "outcome_id", "position", "pk")
    return Axes(
        tuple(Tag(one.pk, f"{one.outcome.slug}/{one.slug}", one.title) for one in strategies),
        tuple(Tag(one.pk, one.slug, one.name) for one in _in_use(Population, ActivityPopulation, "population")),
        tuple(_read_down(_in_use(Place, ActivityPlace, "place"))),
    )


def _in_use(model, tagged, name: str):
    used = Exists(tagged.objects.filter(**{name: OuterRef("pk")})) | Exists(
        Need.objects.filter(**{name: OuterRef("pk")})
    )
    return model.objects.filter(Q(is_retired=False) | Q(used)).order_by("position", "name", "pk")


def _read_down(places: Iterable[Place]) -> list[Tag]:
    rows = {place.pk: place for place in places}
    inner: dict[int | None, list[Place]] = {}
    for place in rows.values():
        inner.setdefault(place.within_id if place.within_id in rows else None, []).append(place)
    found: list[Tag] = []

    def add(place: Place, depth: int) -> None:
        found.append(Tag(place.pk, place.slug, place.name, place.within_id, depth))
        for one in inner.get(place.pk, ()):
            add(one, depth + 1)

    for place in inner.get(None, ()):
        add(place, 0)
    return found


def chosen(axes: Axes, keys: Mapping[str, str]) -> Axes:
    """The axes cut to what an address asks for: one strategy, one population, one place with those directly within it.
    What nobody knows cuts nothing."""
    found = {}
    for name in NAMES:
        values, tag = axes.of(name), axes.find(name, keys.get(name, ""))
        if tag is not None:
            values = tuple(one for one in values if one.id == tag.id or (name == "place" and one.within == tag.id))
        found[name] = values
    return Axes(**found)
