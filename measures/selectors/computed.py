"""Formulas, indexes and published figures as pages read them: computed at once from what their inputs come to now.

The parts of a computed figure are the partners, each computed from its own inputs; the whole is computed from what the
inputs come to together, so it is not the sum of its parts, and any group of partners is computed the same way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from measures.rules.combining import Combined, combine_partners
from measures.rules.coverage import Coverage, State, combined_coverage
from measures.rules.derived import combined_from, compute_from, coverage_of_partner, input_of
from measures.rules.lines import Line
from measures.rules.periods import Grain, last_month
from measures.selectors.community import Vintage
from measures.selectors.graph import Graph
from measures.selectors.parts import Part, Whole, spans_of
from measures.selectors.spans import Counting, Span
from measures.windows import Window

NOBODY = Coverage(0, 0)


@dataclass(frozen=True, slots=True)
class ComputedWhole(Whole):
    """A computed figure in one span, with what its inputs come to; `lines` are those of the inputs. `missing` names
    the inputs that gave no number."""

    related: Graph
    pk: int
    inputs: Mapping[int, Whole]
    lines: Mapping[int, Line]
    missing: tuple[str, ...] = ()

    def of(self, line: Line, partners: Collection[int]) -> Combined:
        """What these partners' inputs come to together, and what is computed from that."""
        wanted = set(partners)
        inputs = {
            pk: combine_partners(
                self.lines[pk], {part.partner_id: part.combined for part in whole.parts if part.partner_id in wanted}
            )
            if self.related.countings[pk].way
            else Combined(self.related.countings[pk].kind, State.NOT_COMBINABLE, NOBODY)
            for pk, whole in self.inputs.items()
        }
        covered = combined_coverage(part.combined.coverage for part in self.parts if part.partner_id in wanted)
        parts = tuple((part.partner_id, part.combined) for part in self.parts if part.partner_id in wanted)
        return replace(_computed(self.related, self.pk, inputs, covered)[self.pk], parts=parts)


def input_spans(related: Graph, pk: int, window: Window, *, states: tuple[str, ...] | None = None) -> dict[int, Span]:
    """The spans of a window that go into a computed figure, by input."""
    countings = {leaf: related.countings[leaf] for leaf in related.leaves[pk]}
    return spans_of(countings, window, states=states)


def computed_whole(related: Graph, pk: int, inputs: Mapping[int, Whole], lines: Mapping[int, Line]) -> ComputedWhole:
    """A computed figure from what its inputs come to; an input that is not named is not expected."""
    partners = sorted({part.partner_id for whole in inputs.values() for part in whole.parts})
    by_partner = {leaf: {part.partner_id: part for part in whole.parts} for leaf, whole in inputs.items()}
    parts = []
    for partner in partners:
        own = {leaf: found[partner] for leaf, found in by_partner.items() if partner in found}
        covered = coverage_of_partner(partner, [part.combined.coverage for part in own.values()])
        values = {leaf: part.combined for leaf, part in own.items()}
        for leaf in related.leaves[pk]:
            if related.countings[leaf].is_published:
                values[leaf] = Combined(related.countings[leaf].kind, State.NOT_COMBINABLE, NOBODY)
        months = max((part.months for part in own.values()), default=0)
        parts.append(Part(partner, _computed(related, pk, values, covered)[pk], months))
    covered = combined_coverage(part.combined.coverage for part in parts)
    known = _computed(related, pk, {leaf: one.combined for leaf, one in inputs.items()}, covered)
    whole = replace(known[pk], parts=tuple((part.partner_id, part.combined) for part in parts))
    direct = related.inputs[pk]
    found = compute_from(
        related.definitions[pk], {slug: input_of(known[one]) for slug, one in direct.items() if one in known}
    )
    missing = tuple(related.names[direct[slug]] for slug in found.missing)
    return ComputedWhole(whole, tuple(parts), related, pk, dict(inputs), lines, missing)


def _computed(related: Graph, pk: int, values: Mapping[int, Combined], covered: Coverage) -> dict[int, Combined]:
    """These values of inputs, with what is computed from them on the way to one figure, and that."""
    known = dict(values)
    for one in related.with_inputs([pk]):
        definition = related.definitions[one]
        absent = Combined(definition.kind, State.NOT_EXPECTED, NOBODY)
        inputs = {slug: known.get(other, absent) for slug, other in related.inputs[one].items()}
        known[one] = combined_from(definition, inputs, covered)
    return known


def published_in(counting: Counting, vintages: Iterable[Vintage], window: Window) -> tuple[Combined, Vintage | None]:
    """The last figure that a source published for a period up to the end of a window, and its vintage."""
    frequency = Grain(counting.frequency)
    found = None
    for one in vintages:  # by period
        if one.indicator_id == counting.indicator_id and one.category == "" and one.value is not None:
            found = one if one.period <= window.last else found
    if found is None:
        return Combined(counting.kind, State.NONE, NOBODY), None
    ends = last_month(found.period, frequency)
    as_of = None if ends == window.last and window.grain == frequency else ends
    return Combined(counting.kind, State.COMPLETE, NOBODY, value=found.value, as_of_period=as_of), found


def published_exactly(counting: Counting, vintages: Iterable[Vintage], window: Window) -> Combined:
    """What goes into a formula: the figure of that very span, or that there is none."""
    if window.grain != counting.frequency:
        return Combined(counting.kind, State.NOT_COMBINABLE, NOBODY)
    for one in vintages:
        is_it = one.indicator_id == counting.indicator_id and one.category == "" and one.period == window.period
        if is_it and one.value is not None:
            return Combined(counting.kind, State.COMPLETE, NOBODY, value=one.value)
    return Combined(counting.kind, State.NONE, NOBODY)
