"""The words that activities are tagged with, as trees, and how often each is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from activities.models import Place, Population, ServiceType
from activities.models.words import Word
from activities.rules.trees import below, read_down

SORTS: dict[str, type[Word]] = {"kinds": ServiceType, "populations": Population, "places": Place}
PARENTS = {ServiceType: "under_id", Place: "within_id"}


@dataclass(frozen=True, slots=True)
class Leaf:
    """A word where it stands in its tree: how deep, and how many activities of the tenant are tagged with it."""

    word: Word
    depth: int
    used: int = 0

    @property
    def indented(self) -> str:
        """The name with its depth, for a list of choices."""
        return "\u2003" * self.depth + self.word.name


def tree(sort: type[Word], *, counted: bool = False) -> list[Leaf]:
    """Every word of a sort, each before what lies below it; one query, the same with counts."""
    rows = sort.objects.all()
    if counted:
        rows = rows.annotate(used=Count("activities"))
    words = {row.pk: row for row in rows}
    parent = PARENTS.get(sort)
    parents: dict[int, Any] = {pk: getattr(row, parent) if parent else None for pk, row in words.items()}
    return [Leaf(words[pk], depth, getattr(words[pk], "used", 0)) for pk, depth in read_down(parents, words)]


def ids_below(sort: type[Word], slug: str) -> list[int]:
    """The ids of a word and of all that lies below it; empty when there is none of that short name."""
    parent = PARENTS.get(sort)
    if parent is None:
        return list(sort.objects.filter(slug=slug).values_list("pk", flat=True))
    rows = list(sort.objects.values_list("pk", "slug", parent))
    root = next((pk for pk, name, _ in rows if name == slug), None)
    return sorted(below({pk: above for pk, _, above in rows}, root)) if root is not None else []
