"""The order in which a file's indicators are put: what others are computed from comes first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from backbone.bundles.ground import Item
from backbone.problems import Refused
from measures.lines import components_of
from measures.models import Indicator
from measures.rules import kinds
from measures.rules.derived import Known, circle, definition_of, in_order
from measures.rules.lines import Line
from measures.rules.periods import Grain

Spelled = tuple[Item, list[Item]]


def inputs_of(fields: Mapping[str, Any], row: Indicator | None = None) -> tuple[str, ...]:
    """The indicators that a formula or index names, as the file says it or else as it stands; empty for others."""

    def said(name: str, nothing: Any) -> Any:
        return fields.get(name, nothing if row is None else getattr(row, name))

    kind = said("kind", "")
    if kind not in (kinds.FORMULA, kinds.INDEX):
        return ()
    line = Line(fields.get("slug", ""), "", kind, formula=said("formula", ""),
                composed_of=components_of(said("components", [])))  # fmt: skip
    try:
        return definition_of(line).inputs
    except Refused:
        return ()


def inputs_first(items: Collection[Spelled], rows: Mapping[str, Indicator]) -> list[tuple[int, Spelled]]:
    """The items with their places in the file, each after its inputs; a circle is noted, and nothing of it is sound."""
    inputs = {one.fields["slug"]: inputs_of(one.fields, rows.get(one.fields["slug"])) for one, _ in items}
    everything = {slug: inputs_of({}, row) for slug, row in rows.items()} | inputs
    order = {slug: number for number, slug in enumerate(in_order(everything))}
    known = {slug: Known(slug, "", Grain.MONTH, named) for slug, named in everything.items()}
    for one, _ in items:
        slug = one.fields["slug"]
        if slug not in order:
            one.is_sound = False
            for problem in circle(slug, known):
                key = "formula" if "formula" in one.section else "components"
                one.section.note_problem(problem.at(field=key), key)
    return sorted(enumerate(items), key=lambda it: order.get(it[1][0].fields["slug"], len(order)))
