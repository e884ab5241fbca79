"""Indicators that nobody files, because they are computed from others: formulas and indexes. Pure.

Inputs are combined first, over months and partners, each by its own kind; then the formula or index is computed from
what came out. It is as complete as its inputs are: one of them partial makes it partial, one without a figure leaves
it without. Source: product specification, 3.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from backbone.problems import Problem, Refused, cut, gettext_noop
from measures.rules import kinds
from measures.rules.combining import Combined
from measures.rules.components import Component, check_components, weighted_mean
from measures.rules.coverage import Coverage, PartnerKey, State
from measures.rules.formula import NUMERATOR, VALUE, Formula, Term, compute, parse, ratio_of
from measures.rules.lines import Line
from measures.rules.periods import Grain

# What never comes out as one number, and so can go into no formula.
NO_INPUTS: Mapping[str, str] = {
    kinds.MEDIAN: gettext_noop(
        "{input} is a median: medians cannot be combined, so nothing can be computed from them."
    ),
    kinds.NARRATIVE: gettext_noop("{input} is told in words: nothing can be computed from them."),
}

# The first of these that an input is in is what the whole is in.
_WORST_FIRST = (State.NOT_COMBINABLE, State.NONE, State.NOT_EXPECTED, State.UNDEFINED, State.PARTIAL, State.COMPLETE)
_WITH_NUMBER = (State.COMPLETE, State.PARTIAL)


@dataclass(frozen=True, slots=True)
class Definition:
    """How one indicator is computed: by a formula, or from components."""

    slug: str
    kind: str
    formula: Formula | None = None
    components: tuple[Component, ...] = ()
    reweight: bool = False

    @property
    def terms(self) -> tuple[Term, ...]:
        if self.formula is not None:
            return self.formula.terms
        return tuple(Term(one.indicator) for one in self.components)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The indicators it is computed from, each once, in their order."""
        return tuple(dict.fromkeys(term.slug for term in self.terms))


@dataclass(frozen=True, slots=True)
class Input:
    """One combined figure that goes in. `is_filed`: everybody who was expected has filed; it decides whether the sums
    of a rate of 0/0 are complete. People of whom only bounds are known have no `value`.
    """

    state: State
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    is_filed: bool = False
    as_of_period: date | None = None


@dataclass(frozen=True, slots=True)
class Computed:
    """What comes out. `missing` are the inputs that gave no number; `parts` counts those that gave one."""

    state: State
    value: Decimal | None = None
    missing: tuple[str, ...] = ()
    parts: int = 0
    as_of_period: date | None = None


def definition_of(line: Line) -> Definition:
    """How a line is computed. Raises Refused for a formula that is not one."""
    formula = _parsed(line.formula) if line.kind == kinds.FORMULA else None
    components = line.composed_of if line.kind == kinds.INDEX else ()
    return Definition(line.slug, line.kind, formula, components, line.reweight)


@lru_cache(maxsize=512)
def _parsed(text: str) -> Formula:
    return parse(text)


def compute_from(definition: Definition, inputs: Mapping[str, Input]) -> Computed:
    """Compute from combined inputs; one that is not named counts as not expected.

    An index with `reweight` leaves out the components without a number and rescales the weights of the others: it is
    then partial, and `missing` says which. Otherwise one input without a number leaves the whole without.
    """
    states: dict[Term, State] = {}
    numbers: dict[Term, Decimal] = {}
    for term in definition.terms:
        states[term], number = _of_term(term, inputs.get(term.slug, Input(State.NOT_EXPECTED)))
        if number is not None:
            numbers[term] = number
    missing = tuple(dict.fromkeys(term.slug for term in definition.terms if term not in numbers))
    carried = [one.as_of_period for slug, one in inputs.items() if slug in definition.inputs and one.as_of_period]
    worst = next(state for state in _WORST_FIRST if state in states.values())
    if missing and not (definition.reweight and numbers):
        return Computed(worst, missing=missing, parts=len(definition.inputs) - len(missing))
    if definition.formula is not None:
        value = compute(definition.formula, numbers)
    else:
        value = weighted_mean(definition.components, {term.slug: number for term, number in numbers.items()})
    state = State.UNDEFINED if value is None else State.PARTIAL if missing else worst
    parts = len(definition.inputs) - len(missing)
    return Computed(state, value, missing, parts, min(carried, default=None))


def _of_term(term: Term, one: Input) -> tuple[State, Decimal | None]:
    """The state of one term, and its number where it has one."""
    if term.part != VALUE:
        number = one.numerator if term.part == NUMERATOR else one.denominator
        if one.state is State.UNDEFINED:  # 0/0 is no rate, and its two halves are known all the same
            return (State.COMPLETE if one.is_filed else State.PARTIAL), number
        if one.state in _WITH_NUMBER and number is None:
            return State.NOT_COMBINABLE, None
        return one.state, number if one.state in _WITH_NUMBER else None
    if one.state not in _WITH_NUMBER:
        return one.state, None
    if one.numerator is not None and one.denominator is not None:
        number = ratio_of(one.numerator, one.denominator)
        return (one.state, number) if number is not None else (State.UNDEFINED, None)
    if one.value is None:
        return State.NOT_COMBINABLE, None
    return one.state, one.value


def input_of(one: Combined) -> Input:
    """A combined figure as the input of another."""
    return Input(
        one.state,
        one.value if one.denominator is None else None,
        one.numerator,
        one.denominator,
        is_filed=one.coverage.filed == one.coverage.expected,
        as_of_period=one.as_of_period,
    )


def combined_from(definition: Definition, inputs: Mapping[str, Combined], covered: Coverage) -> Combined:
    """`compute_from` for combined figures: a combined figure again, with the coverage that it is given."""
    found = compute_from(definition, {slug: input_of(one) for slug, one in inputs.items()})
    return Combined(
        kind=definition.kind,
        state=found.state,
        coverage=covered,
        value=found.value,
        as_of_period=found.as_of_period,
    )


def coverage_of_partner(partner: PartnerKey, inputs: Iterable[Coverage]) -> Coverage:
    """One partner's coverage from that of its inputs: expected when it owes any, filed when it filed all of those."""
    inputs = list(inputs)
    owed = [one for one in inputs if one.expected]
    is_filed = bool(owed) and all(one.filed for one in owed)
    return Coverage(
        filed=int(is_filed),
        expected=int(bool(owed)),
        excused=int(not owed and any(one.excused for one in inputs)),
        missing=(partner,) if owed and not is_filed else (),
    )


# --- is it well defined? ---


@dataclass(frozen=True, slots=True)
class Known:
    """What a definition needs to know of another indicator of its initiative."""

    name: str
    kind: str
    frequency: Grain
    inputs: tuple[str, ...] = ()


def check_derived(line: Line, frequency: Grain | None, others: Mapping[str, Known]) -> list[Problem]:
    """What is wrong with a formula or an index, or with such settings on an indicator that is neither.

    `others` are all indicators of the initiative by slug (its own earlier self may be among them); `frequency` is None
    while it is not settled. Fields: `formula`, `components`, `reweight`, `frequency`.
    """
    found = _misplaced(line)
    if found or not line.rule.is_computed:
        return found
    params = {"indicator": line.slug, "name": line.name}
    if line.kind == kinds.INDEX:
        found = check_components(line.composed_of, params)
    try:
        definition = definition_of(line)
    except Refused as refused:
        return [problem.at(field="formula") for problem in refused.problems]
    known = {**others, line.slug: Known(line.name, line.kind, frequency or Grain.MONTH, definition.inputs)}
    field = "formula" if line.kind == kinds.FORMULA else "components"
    for slug in definition.inputs:
        found += _wrong_input(line, slug, known, field)
    found += _no_halves(line, definition, known)
    if not found:
        found += [problem.at(field=field) for problem in circle(line.slug, known)]
    if not found and frequency is not None:
        found += _too_often(line, definition, frequency, known)
    return found


def coarsest(inputs: Iterable[str], others: Mapping[str, Known]) -> Grain:
    """The frequency at which every one of these inputs is there."""
    return max(
        (others[slug].frequency for slug in inputs if slug in others), key=lambda g: g.months, default=Grain.MONTH
    )


def circle(slug: str, known: Mapping[str, Known]) -> list[Problem]:
    """`formula.circle`, with the whole circle named, when an indicator would be computed from itself."""
    path = _circle_from(slug, known)
    if not path:
        return []
    text = gettext_noop("{name} would be computed from itself: {circle}.")
    words = " → ".join(path)
    params = {"indicator": slug, "name": known[slug].name, "circle": cut(words, 400)}
    return [Problem("formula.circle", text, params, value=cut(words))]


def _circle_from(slug: str, known: Mapping[str, Known]) -> list[str]:
    """The way from an indicator through its inputs back to itself; empty when there is none."""
    came_from: dict[str, str] = {}
    waiting = [slug]
    while waiting:
        here = waiting.pop()
        for one in known[here].inputs if here in known else ():
            if one == slug:
                path = [here]
                while path[-1] != slug:
                    path.append(came_from[path[-1]])
                return [*reversed(path), slug]
            if one not in came_from:
                came_from[one] = here
                waiting.append(one)
    return []


def in_order(inputs: Mapping[str, Sequence[str]]) -> list[str]:
    """Computed indicators so that each comes after its inputs; `inputs` by slug. What lies in a circle is left out."""
    done: dict[str, None] = {}
    waiting = dict(inputs)
    while True:
        ready = [slug for slug, needs in waiting.items() if not any(need in waiting for need in needs)]
        if not ready:
            return list(done)
        for slug in ready:
            done[slug] = None
            del waiting[slug]


def _misplaced(line: Line) -> list[Problem]:
    rule = line.rule
    found = []
    for field, given, belongs in (
        ("formula", line.formula, kinds.FORMULA),
        ("components", line.composed_of, kinds.INDEX),
        ("reweight", line.reweight, kinds.INDEX),
    ):
        if given and rule.slug != belongs:
            text = gettext_noop("Only the kind {belongs} has “{field}”, and {name} is of the kind {kind}.")
            params = {"indicator": line.slug, "name": line.name, "kind": rule.slug, "belongs": belongs, "field": field}
            found.append(Problem(f"line.{field}_not_here", text, params, field=field))
    return found


def _wrong_input(line: Line, slug: str, known: Mapping[str, Known], field: str) -> list[Problem]:
    params: dict[str, Any] = {"indicator": line.slug, "name": line.name, "input": cut(slug)}
    if slug not in known:
        near = get_close_matches(slug, [one for one in known if one != line.slug], n=1)
        text = gettext_noop("There is no indicator “{input}” here.")
        if near:
            text = gettext_noop("There is no indicator “{input}” here. Did you mean {nearest}?")
            params["nearest"] = near[0]
        return [Problem("formula.unknown_indicator", text, params, field=field, value=cut(slug))]
    reason = NO_INPUTS.get(known[slug].kind)
    if reason is None:
        return []
    params["input"] = known[slug].name
    return [Problem("formula.kind_not_input", reason, params, field=field, value=cut(slug))]


def _no_halves(line: Line, definition: Definition, known: Mapping[str, Known]) -> list[Problem]:
    found = []
    for term in definition.terms:
        other = known.get(term.slug)
        if other is None or term.part == VALUE or kinds.KINDS[other.kind].has_halves:
            continue
        text = gettext_noop("{input} is one number and no rate, so it has no {part}: write {{{slug}}}.")
        params = {"indicator": line.slug, "name": line.name, "input": other.name, "part": term.part, "slug": term.slug}
        found.append(Problem("formula.no_halves", text, params, field="formula", value=str(term)))
    return found


def _too_often(line: Line, definition: Definition, frequency: Grain, known: Mapping[str, Known]) -> list[Problem]:
    found = []
    for slug in definition.inputs:
        other = known[slug]
        if other.frequency.months > frequency.months:
            text = gettext_noop(
                "{name} cannot be computed for each {often}: {input} is there for each {rarely} only. Choose {rarely}."
            )
            params: dict[str, Any] = {"indicator": line.slug, "name": line.name, "input": other.name}
            params |= {"often": frequency.word, "rarely": other.frequency.word}
            found.append(Problem("formula.frequency", text, params, field="frequency", value=str(frequency)))
    return found
