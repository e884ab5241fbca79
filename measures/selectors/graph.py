"""What is computed from what: the formulas and indexes of a tenant's initiatives, down to what partners file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import connection

from backbone.problems import Refused
from backbone.tenancy import active_tenant_id
from measures.lines import components_of
from measures.rules import kinds
from measures.rules.derived import Definition, definition_of, in_order
from measures.rules.lines import Line
from measures.rules.periods import Grain
from measures.selectors.spans import Counting, Span, countings, span_of, touched


@dataclass(frozen=True)
class Graph:
    """What is computed from what, in one tenant: `definitions` by id, each after those that it is computed from.

    `inputs` are the ids that a definition names, by slug; `leaves` the filed or published indicators at the end of its
    branches; `users` what is computed from an indicator, directly or not. `countings` and `names` are of all of them.
    """

    definitions: Mapping[int, Definition]
    inputs: Mapping[int, Mapping[str, int]]
    leaves: Mapping[int, tuple[int, ...]]
    users: Mapping[int, tuple[int, ...]]
    countings: Mapping[int, Counting]
    names: Mapping[int, str]

    def __bool__(self) -> bool:
        return bool(self.definitions)

    def with_inputs(self, ids: Iterable[int]) -> list[int]:
        """These computed indicators and those that they are computed from, in the order of computing."""
        wanted = {one for one in ids if one in self.definitions}
        for one in reversed(list(self.definitions)):
            if one in wanted:
                wanted |= {other for other in self.inputs[one].values() if other in self.definitions}
        return [one for one in self.definitions if one in wanted]


NOTHING = Graph({}, {}, {}, {}, {}, {})


def graph(initiative_ids: Iterable[int]) -> Graph:
    """Everything that is computed in these initiatives; two statements."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT i.id, i.initiative_id, i.slug, i.name, i.kind, i.formula, i.components, i.reweight
              FROM measures_indicator i WHERE i.tenant_id = %s AND i.initiative_id = ANY(%s)
            """,
            [active_tenant_id(), list(initiative_ids)],
        )
        rows = cursor.fetchall()
    ids = {(initiative, slug): pk for pk, initiative, slug, *_ in rows}
    definitions: dict[int, Definition] = {}
    inputs: dict[int, dict[str, int]] = {}
    for pk, initiative, slug, name, kind, formula, components, reweight in rows:
        definition = _definition(Line(slug, name, kind, formula=formula, reweight=reweight), components)
        if definition is not None:
            definitions[pk] = definition
            inputs[pk] = {one: ids[initiative, one] for one in definition.inputs if (initiative, one) in ids}
    order = in_order({pk: [one for one in inputs[pk].values() if one in definitions] for pk in definitions})
    leaves: dict[int, tuple[int, ...]] = {}
    users: dict[int, list[int]] = {}
    for pk in order:
        below: dict[int, None] = {}
        for one in inputs[pk].values():
            below |= dict.fromkeys(leaves.get(one, (one,)))
        leaves[pk] = tuple(below)
    for pk in order:
        for one in _below(pk, inputs):
            users.setdefault(one, []).append(pk)
    return Graph(
        definitions={pk: definitions[pk] for pk in order},
        inputs=inputs,
        leaves=leaves,
        users={pk: tuple(found) for pk, found in users.items()},
        countings=countings([pk for pk, *_ in rows]) if order else {},
        names={pk: name for pk, _initiative, _slug, name, *_ in rows},
    )


def _definition(line: Line, components: Any) -> Definition | None:
    """How it is computed; None for what is filed, and for a definition that the rules would not let in."""
    if line.kind not in (kinds.FORMULA, kinds.INDEX):
        return None
    if isinstance(components, str):  # a raw cursor gives JSON as its text
        components = json.loads(components)
    try:
        definition = definition_of(replace(line, composed_of=components_of(components)))
    except Refused:
        return None
    return definition if definition.inputs else None


def _below(pk: int, inputs: Mapping[int, Mapping[str, int]]) -> set[int]:
    found: set[int] = set()
    waiting = [pk]
    while waiting:
        for one in inputs.get(waiting.pop(), {}).values():
            if one not in found:
                found.add(one)
                waiting.append(one)
    return found


@dataclass(frozen=True, slots=True)
class Source:
    """Where the inputs are read: the stored rows, or (`is_stored` False) the figures of now, or of an instant."""

    is_stored: bool = True
    as_of: datetime | None = None
    year_starts: int | None = None


STORED = Source()


def changed_spans(known: Graph, changed: Iterable[tuple[int, date, int | None]]) -> tuple[list[Span], list[Span]]:
    """The spans of computed indicators that a change of these figures or definitions touches: partners' own quarters
    and years, and the whole initiative's. `changed` are (indicator, period, partner or None for everybody)."""
    own: set[Span] = set()
    whole: set[Span] = set()
    for indicator, period, partner in changed:
        counting = known.countings.get(indicator)
        if counting is None:
            continue
        above = known.users.get(indicator, ())
        for pk in (indicator, *above) if indicator in known.definitions else above:
            for month in touched(counting, period):
                for grain in Grain:
                    span = span_of(known.countings[pk], grain, month)
                    if span is not None:
                        whole.add(span)
                        if grain is not Grain.MONTH:
                            own.add(span._replace(partner_id=partner))
    everybody = {span for span in own if span.partner_id is None}
    own = {span for span in own if span.partner_id is None or span._replace(partner_id=None) not in everybody}
    return list(own), list(whole)
