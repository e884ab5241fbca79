"""The matrix as pages, files and the API read it: cells with their inputs, counts of states, coverage."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import connection

from activities.rules.cells import Because, Inputs, State, Thresholds, too_many_untagged
from activities.selectors.axes import NAMES, Axes
from activities.selectors.matrix_sql import statement
from backbone.models import Initiative

Key = tuple[int, int, int]  # strategy, population, place


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as it was judged. `unit` is the need's, or what the activities there count in while there is none;
    `is_own`: somebody said this need, it is not the sum of the places within. Whether several partners do the same is asked
    only where more is offered than the overlap's threshold."""

    key: Key
    state: State
    because: Because | None
    inputs: Inputs
    unit: str = ""
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many activities run, and how many of them lack a strategy, a population or a place."""

    running: int
    untagged: int
    most: int

    @property
    def is_too_little(self) -> bool:
        return too_many_untagged(self.untagged, self.running, self.most)


@dataclass(frozen=True, slots=True)
class Question:
    """What of the matrix is asked: of which day, these axes, only cells in these states; `group` is the axis whose values
    pages are cut by, `limit` of them from `offset` on (None: all)."""

    day: date
    axes: Axes
    group: str = "strategy"
    only: Collection[State] = ()
    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Matrix:
    """The cells of the groups asked for, of which somebody said something: every other one is unknown. `counts` are over
    all cells of the axes, `groups` the values of the group's axis on this page, of `group_count` in all."""

    question: Question
    cells: dict[Key, Cell]
    counts: dict[State, int]
    groups: tuple[int, ...]
    group_count: int
    coverage: Coverage
    thresholds: Thresholds = field(default_factory=Thresholds)

    def at(self, key: Key) -> Cell:
        found = self.cells.get(key)
        return found or Cell(key, State.UNKNOWN, Because.NEED, Inputs(None))

    @property
    def size(self) -> int:
        axes = self.question.axes
        return len(axes.strategy) * len(axes.population) * len(axes.place)


def thresholds_of(initiative: Initiative) -> Thresholds:
    tenant = initiative.tenant
    return Thresholds(tenant.gap_below, tenant.overlap_above, tenant.untagged_most)


def matrix(initiative: Initiative, question: Question) -> Matrix:
    """One statement."""
    axes, thresholds = question.axes, thresholds_of(initiative)
    sizes = {name: len(axes.of(name)) for name in NAMES}
    of_group = 1
    for name in NAMES:
        of_group *= 1 if name == question.group else sizes[name]
    only = list(question.only)
    params = {
        "tenant": initiative.tenant_id,
        "initiative": initiative.pk,
        "day": question.day,
        **{name: [one.id for one in axes.of(name)] for name in NAMES},
        "populations": len(axes.population),
        "places": len(axes.place),
        "gap_below": thresholds.gap_below,
        "overlap_above": thresholds.overlap_above,
        "untagged_most": thresholds.untagged_most,
        "only": [str(one) for one in only],
        "is_all": not only,
        "with_unknown": State.UNKNOWN in only,
        "cells_of_group": of_group,
        "limit": question.limit,
        "offset": question.offset,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement(question.group), params)
        rows = cursor.fetchall()
    cells: dict[Key, Cell] = {}
    counts = dict.fromkeys(State, 0)
    groups, total, coverage = [], 0, Coverage(0, 0, thresholds.untagged_most)
    for sort, at, *rest in rows:
        match sort:
            case "cell":
                cell = _cell(_key(axes, at), rest)
                cells[cell.key] = cell
            case "state":
                counts[State(rest[0])] = int(rest[5])
            case "group":
                groups.append(axes.of(question.group)[at].id)
                total = int(rest[5])
            case _:
                coverage = Coverage(int(rest[5]), int(rest[6]), thresholds.untagged_most)
    counts[State.UNKNOWN] += sizes["strategy"] * sizes["population"] * sizes["place"] - sum(counts.values())
    return Matrix(question, cells, counts, tuple(groups), total, coverage, thresholds)


def _key(axes: Axes, at: int) -> Key:
    """The cell of that number: its values stand on their axes where the number says."""
    rest, place = divmod(at, len(axes.place))
    strategy, population = divmod(rest, len(axes.population))
    return axes.strategy[strategy].id, axes.population[population].id, axes.place[place].id


def _cell(key: Key, row) -> Cell:
    state, because, need, unit, is_own, count, supply, is_at_least, is_by_several, is_agreed, has_several = row
    inputs = Inputs(need, int(count), Decimal(supply), is_at_least, is_by_several, is_agreed, has_several)
    return Cell(key, State(state), Because(because) if because else None, inputs, unit or "", bool(is_own))
