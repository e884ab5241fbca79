"""Ways to split: a dimension and its categories over time. Pure: no Django, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from backbone.problems import gettext_noop

UNKNOWN = "unknown"
UNKNOWN_NAME = gettext_noop("Unknown")


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to split: its categories (slug to name, in order) always include "unknown".

    `exclusive`: each counted thing stands in exactly one category, so the parts add up to the total. `retired` says
    from which day a category is no longer offered; `becomes` under which other one its old figures may be shown.
    """

    slug: str
    name: str
    exclusive: bool = True
    categories: Mapping[str, str] = field(default_factory=dict)
    retired: Mapping[str, date] = field(default_factory=dict)
    becomes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        categories = dict(self.categories)
        categories.setdefault(UNKNOWN, UNKNOWN_NAME)
        object.__setattr__(self, "categories", categories)

    def at(self, period: date) -> Dimension:
        """The dimension as it is offered for a period: without what was retired on its first day or before."""
        gone = {slug for slug, day in self.retired.items() if day <= period}
        if not gone:
            return self
        return replace(self, categories={slug: name for slug, name in self.categories.items() if slug not in gone})

    def heir(self, category: str) -> str:
        """The category under which the figures of this one may be shown: itself, or what it became in the end."""
        for _ in self.categories:
            category = self.becomes.get(category, category)
        return category
