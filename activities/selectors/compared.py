"""Which cells of the matrix changed their state between two days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from activities.selectors.axes import Tag, axes_of
from activities.selectors.matrix import Cell, Question, matrix
from activities.selectors.tables import ORDER
from backbone.models import Initiative


@dataclass(frozen=True, slots=True)
class Moved:
    """A cell that is in another state than before."""

    strategy: Tag
    population: Tag
    place: Tag
    before: Cell
    after: Cell

    @property
    def path(self) -> str:
        return f"{self.strategy.key}/{self.population.key}/{self.place.key}/"


def compared(initiative: Initiative, since: date, until: date) -> list[Moved]:
    """The cells that changed, in the order of the axes. Two statements beside the axes' own."""
    axes = axes_of(initiative)
    before, after = (matrix(initiative, Question(day, axes)) for day in (since, until))
    named = [axes.by_id(name) for name in ORDER]
    places = [{tag.id: at for at, tag in enumerate(axes.of(name))} for name in ORDER]
    found = []
    for key in before.cells.keys() | after.cells.keys():
        one, other = before.at(key), after.at(key)
        if one.state is not other.state:
            strategy, population, place = (tags[pk] for tags, pk in zip(named, key, strict=True))
            found.append(Moved(strategy, population, place, one, other))
    return sorted(
        found, key=lambda one: (places[0][one.strategy.id], places[1][one.population.id], places[2][one.place.id])
    )
