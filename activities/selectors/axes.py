"""The three axes of the matrix: the strategies of an initiative, and a tenant's populations and places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from activities.models import ActivityPlace, ActivityPopulation, Coordination, Need, Place, Population
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


def named_here(axes: Axes, initiative: Initiative) -> Axes:
    """The axes without the words of which nothing in this initiative says anything: a tenant's words are those of all its
    initiatives. A place stays with what it lies in and what lies in it. Where nothing is named at all, everything stays.
    Two queries."""
    named = {}
    for name, tagged in (("population", ActivityPopulation), ("place", ActivityPlace)):
        rows = [tagged.objects.filter(activity__initiative=initiative)]
        rows += [model.objects.filter(initiative=initiative) for model in (Need, Coordination)]
        ids = [one.order_by().values_list(f"{name}_id") for one in rows]
        named[name] = {pk for (pk,) in ids[0].union(*ids[1:])}
    within = {one.id: one.within for one in axes.place}
    above = {at for pk in named["place"] for at in _up(pk, within)}
    populations = tuple(one for one in axes.population if one.id in named["population"])
    places = tuple(
        one for one in axes.place if one.id in above or any(at in named["place"] for at in _up(one.id, within))
    )
    return Axes(axes.strategy, populations or axes.population, places or axes.place)


def _up(pk: int, within: Mapping[int, int | None]) -> Iterable[int]:
    """A place and what it lies in, upwards."""
    at: int | None = pk
    while at is not None:
        yield at
        at = within.get(at)


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
