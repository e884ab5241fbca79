"""The matrix, and the needs that it is judged by, as rows of files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from activities.models import Need
from activities.selectors.matrix import Matrix
from activities.selectors.tables import every
from activities.wording import LOOKS
from backbone.models import Initiative

MATRIX_COLUMNS = (
    "strategy", "population", "place", "strategy_name", "population_name", "place_name", "state", "because", "need",
    "supply", "unit", "supply_is_at_least", "activities", "in_words", "day",
)  # fmt: skip


def matrix_rows(found: Matrix) -> Iterator[tuple[Any, ...]]:
    """The cells of which somebody said something; every other one is unknown."""
    for (strategy, population, place), cell in every(found):
        inputs = cell.inputs
        yield (
            strategy.key, population.key, place.key, strategy.label, population.label, place.label, cell.state.value,
            cell.because.value if cell.because else "", inputs.need, inputs.supply, cell.unit, inputs.is_at_least,
            inputs.activities, str(LOOKS[cell.state].word), found.question.day,
        )  # fmt: skip


def need_rows(initiative: Initiative) -> Iterator[tuple[Any, ...]]:
    """Every need, in the columns that an import reads."""
    rows = Need.objects.filter(initiative=initiative).select_related("strategy__outcome", "population", "place")
    for row in rows.order_by("strategy", "population", "place", "as_of"):
        strategy = f"{row.strategy.outcome.slug}/{row.strategy.slug}"
        yield (
            strategy, row.population.slug, row.place.slug, row.amount, row.unit, row.source, row.source_url, row.as_of
        )  # fmt: skip
