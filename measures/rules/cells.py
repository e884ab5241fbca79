"""A total and its parts: do they agree? And a whole submission: is every question answered? Pure.

Parts of an exclusive breakdown, unknown included, add up to the total; in an overlapping one each part is at most the
total; a cross-tabulation also matches its margins. A part that was not collected is not known, which is not zero.
Where a kind does not add up its parts, `Kind.parts` says what holds instead (`_check_margin`).
Source: product specification, 3.3 and 3.5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from difflib import get_close_matches
from itertools import combinations
from typing import Any

from backbone.problems import Problem, cut, gettext_noop
from measures.rules.categories import parse_category
from measures.rules.figures import Entry, Place, check_figure, has_answer, problem_at, total_of
from measures.rules.kinds import FREE, GREATEST, LEAST, SUM, WEIGHTED
from measures.rules.lines import TOTAL, Breakdown, Line, breakdown_of, pairs_of, unknown_key

Cells = Mapping[str, Entry]


def check_cells(line: Line, cells: Cells) -> list[Problem]:
    """Everything wrong with one indicator's total ("") and parts, blanks allowed.

    `Problem.field` is a `Place` as text ("k1/age:unknown/value"). `sum.mismatch` carries
    `breakdown` ("age"), `margin` (the key that the parts should add up to), `sum`, `total`, `difference` and `rest`:
    what a door may offer to put in unknown, None when that would not help.
    """
    found: list[Problem] = []
    known: dict[str, Entry] = {}
    for written, entry in cells.items():
        key = parse_category(line, written)
        if isinstance(key, Problem):
            found.append(key.at(field=str(Place(line.slug, cut(written).replace("/", " "), "category"))))
        elif key in known:
            text = gettext_noop("{category} is there twice: keep one.")
            found.append(_placed(line, problem_at(line, "category", "category.twice", text, key)))
        else:
            known[key] = entry
    broken = set()
    for key, entry in known.items():
        wrong = check_figure(line, entry, key)
        if wrong and not _can_be_compared(line, entry):
            broken.add(key)
        found += [_placed(line, problem) for problem in wrong]
    for breakdown in line.breakdowns:
        if not any(key == TOTAL or set(breakdown_of(key)) <= set(breakdown) for key in broken):
            found += [_placed(line, problem) for problem in _check_breakdown(line, known, breakdown)]
    return found


def check_submission(lines: Sequence[Line], cells_by_line: Mapping[str, Cells]) -> list[Problem]:
    """Everything that keeps a filing from being submitted: what `check_cells` finds, blank totals, and indicators
    that are not asked for. `Problem.field` is a `Place` as text; `params["name"]` names the indicator.
    """
    found: list[Problem] = []
    asked = {line.slug: line for line in lines}
    for slug in cells_by_line:
        if slug not in asked:
            found.append(_not_asked(slug, asked))
    for line in lines:
        cells = cells_by_line.get(line.slug, {})
        wrong = check_cells(line, cells)
        total = cells.get(TOTAL)
        if (total is None or total.is_blank) and not any(problem.code == "breakdown.no_total" for problem in wrong):
            wrong.append(_placed(line, problem_at(line, line.first_place, "figure.blank", _no_answer(line))))
        found += wrong
    return found


def _no_answer(line: Line) -> str:
    if line.rule.is_words:
        return gettext_noop("No answer yet: write it in your own words, or say that it was not collected.")
    if not line.rule.takes_nil:
        return gettext_noop("No answer yet: give one, or say that it was not collected. A blank is not a zero.")
    return gettext_noop(
        "No answer yet: enter a number, or choose nothing to report or not collected. A blank is not a zero."
    )


def rest(line: Line, cells: Cells, breakdown: Breakdown, component: str = "value") -> Decimal | None:
    """What is still to be put in unknown so that an exclusive breakdown adds up to the total; 0 when it does.

    None when nothing can be said: no total, no parts, a part not collected, an overlapping dimension, parts that are
    already more than the total, or a kind whose parts are no sum. For a rate ask once for `numerator` and once for `denominator`.
    """
    total = cells.get(TOTAL)
    parts = [entry for key, entry in cells.items() if breakdown_of(key) == breakdown and not entry.is_blank]
    if not parts or not line.is_exclusive(breakdown) or line.rule.parts != SUM:
        return None
    if not all(_can_be_compared(line, entry) for entry in [*parts, total]):
        return None
    difference = getattr(total, component) - total_of(getattr(entry, component) for entry in parts)
    return difference if difference >= 0 or line.may_be_negative else None


def put_rest_in_unknown(line: Line, cells: Cells, breakdown: Breakdown) -> dict[str, Entry]:
    """The same cells with the rest of that breakdown added to its unknown cell; unchanged when there is no rest."""
    rests = {component: rest(line, cells, breakdown, component) for component in line.components}
    if any(number is None for number in rests.values()) or not any(rests.values()):
        return dict(cells)
    key = unknown_key(breakdown)
    unknown = cells.get(key, Entry())
    more: dict[str, Any] = {name: total_of((getattr(unknown, name), number)) for name, number in rests.items()}
    return {**cells, key: replace(unknown, **more)}


def _check_breakdown(line: Line, cells: Cells, breakdown: Breakdown) -> list[Problem]:
    parts = {key: entry for key, entry in cells.items() if breakdown_of(key) == breakdown and not entry.is_blank}
    if not any(has_answer(line, entry) for entry in parts.values()):
        return []
    params: dict[str, Any] = {"breakdown": "+".join(breakdown), "label": line.breakdown_name(breakdown)}
    total = cells.get(TOTAL)
    if total is None or total.is_blank:
        text = gettext_noop("{label} has numbers, but there is no total. Enter the total as well.")
        return [problem_at(line, line.first_place, "breakdown.no_total", text, **params)]
    if total.is_not_collected:
        text = gettext_noop(
            "The total is marked as not collected, but {label} has numbers. Enter the total, or empty the parts."
        )
        return [problem_at(line, line.first_place, "breakdown.total_not_collected", text, **params)]
    found: list[Problem] = []
    if line.rule.parts == FREE:
        return found
    for kept in _margins(breakdown):
        if kept == () and found:
            break  # the margins that do not add up already say what is wrong with the total
        for margin, target in cells.items():
            if set(breakdown_of(margin)) == set(kept) and has_answer(line, target):
                found += _check_margin(line, breakdown, parts, margin, target)
    return found


def _check_margin(line: Line, breakdown: Breakdown, parts: Cells, margin: str, target: Entry) -> list[Problem]:
    """The parts under one margin (the total, or one category of a smaller breakdown) against its figure.

    Exclusive dimensions are summed; of an overlapping one each category by itself is at most the margin. Of an average
    by weight the weights are summed so, and the parts together are the average. The smallest part is the minimum, the
    largest the maximum, overlapping or not; while one of them is not known, none lies beyond. Medians, levels, yes and
    no, and words say nothing of their total.
    """
    wanted = set(pairs_of(margin))
    kept = {dimension for dimension, _ in wanted}
    overlapping = [slug for slug in breakdown if slug not in kept and not line.dimensions[slug].exclusive]
    if line.rule.parts in (LEAST, GREATEST):
        overlapping = []
    groups: dict[tuple[str, ...], list[tuple[str, Entry]]] = {} if overlapping else {(): []}
    for key, entry in parts.items():
        pairs = dict(pairs_of(key))
        if wanted <= set(pairs.items()):
            groups.setdefault(tuple(pairs[slug] for slug in overlapping), []).append((key, entry))
    found = []
    for members in groups.values():
        answers = [entry for _, entry in members if has_answer(line, entry)]
        is_known = len(answers) == len(members)
        if line.rule.parts in (LEAST, GREATEST):
            found += _extreme_mismatch(line, breakdown, margin, members, target)
            continue
        for component in _added(line):
            figure = getattr(target, component)
            added = total_of(getattr(entry, component) for entry in answers)
            is_over = added > figure and not (line.may_be_negative and (overlapping or not is_known))
            is_short = added < figure and is_known and not overlapping
            if is_over or is_short:
                found.append(_mismatch(line, breakdown, margin, component, members, added, figure, bool(overlapping)))
        if line.rule.parts == WEIGHTED and not found and is_known and not overlapping:
            found += _average_mismatch(line, breakdown, margin, members, target)
    return found


def _added(line: Line) -> Sequence[str]:
    """The components of which parts are summed: of an average its weight alone."""
    return ("weight",) if line.rule.parts == WEIGHTED else line.components


def _extreme_mismatch(
    line: Line, breakdown: Breakdown, margin: str, members: Sequence[tuple[str, Entry]], target: Entry
) -> list[Problem]:
    """The smallest (or largest) of the parts is the margin's; with parts that are not known, none lies beyond it."""
    answers = [(key, entry.value) for key, entry in members if has_answer(line, entry) and entry.value is not None]
    if not answers or target.value is None:
        return []
    is_least = line.rule.parts == LEAST
    key, part = (min if is_least else max)(answers, key=lambda one: one[1])
    is_beyond = part < target.value if is_least else part > target.value
    if part == target.value or (not is_beyond and len(answers) < len(members)):
        return []
    params: dict[str, Any] = {
        "breakdown": "+".join(breakdown),
        "margin": margin,
        "label": _label(line, breakdown, margin),
        "part": part,
        "total": target.value,
    }
    if is_least:
        text = gettext_noop("{label}: the smallest part is {part}, so the smallest of all is not {total}.")
    else:
        text = gettext_noop("{label}: the largest part is {part}, so the largest of all is not {total}.")
    return [problem_at(line, "value", "parts.extreme", text, key, **params)]


def _average_mismatch(
    line: Line, breakdown: Breakdown, margin: str, members: Sequence[tuple[str, Entry]], target: Entry
) -> list[Problem]:
    """The parts, each by its weight, are the margin's average, as far as all of them were rounded."""
    known = [
        (entry.value, entry.weight) for _, entry in members if entry.value is not None and entry.weight is not None
    ]
    weights = total_of(weight for _, weight in known)
    if not known or weights == 0 or target.value is None:
        return []
    places = max(_places(number) for number in (target.value, *(value for value, _ in known)))
    together = total_of(value * weight for value, weight in known) / weights
    if abs(together - target.value) <= Decimal(1).scaleb(-places):
        return []
    params: dict[str, Any] = {
        "breakdown": "+".join(breakdown),
        "margin": margin,
        "label": _label(line, breakdown, margin),
        "together": round(together, places + 1),
        "total": target.value,
    }
    text = gettext_noop("{label}: the parts, each by its weight, are {together} together, not {total}.")
    return [problem_at(line, "value", "parts.average", text, members[0][0], **params)]


def _places(number: Decimal) -> int:
    """How many decimals somebody wrote."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _label(line: Line, breakdown: Breakdown, margin: str) -> str:
    label = line.breakdown_name(breakdown)
    return label if margin == TOTAL else f"{label} ({line.category_name(margin)})"


def _mismatch(
    line: Line,
    breakdown: Breakdown,
    margin: str,
    component: str,
    members: Sequence[tuple[str, Entry]],
    added: Decimal,
    figure: Decimal,
    is_overlapping: bool,
) -> Problem:
    label = _label(line, breakdown, margin)
    if len(line.components) > 1:
        label += f", {line.component_name(component)}"
    params: dict[str, Any] = {
        "breakdown": "+".join(breakdown),
        "margin": margin,
        "label": label,
        "sum": added,
        "total": figure,
        "difference": abs(figure - added),
        "rest": None,
    }
    if added < figure:
        text = gettext_noop("{label}: the parts add up to {sum}. That is {difference} short of {total}.")
        if margin == TOTAL and line.rule.parts == SUM:
            params["rest"] = figure - added
        return problem_at(line, component, "sum.mismatch", text, unknown_key(breakdown), **params)
    if is_overlapping and len(members) == 1:
        key = members[0][0]
        params["part"] = line.category_name(key)
        text = gettext_noop("{label}: {part} has {sum}. That is {difference} more than {total}.")
        return problem_at(line, component, "breakdown.part_above_total", text, key, **params)
    text = gettext_noop("{label}: the parts add up to {sum}. That is {difference} more than {total}.")
    return problem_at(line, component, "sum.mismatch", text, members[0][0], **params)


def _margins(breakdown: Breakdown) -> Iterable[Breakdown]:
    """Every smaller set of its dimensions, the largest first, the total (the empty one) last."""
    for size in range(len(breakdown) - 1, -1, -1):
        yield from combinations(breakdown, size)


def _can_be_compared(line: Line, entry: Entry | None) -> bool:
    """A figure may be wrong by itself and still be compared with others, so that all its problems show at once."""
    if entry is None or not has_answer(line, entry):
        return False
    return all(getattr(entry, component).is_finite() for component in line.components)


def _placed(line: Line, problem: Problem) -> Problem:
    return problem.at(field=str(Place(line.slug, problem.params["category"], problem.field)))


def _not_asked(slug: str, asked: Mapping[str, Line]) -> Problem:
    params = {"indicator": cut(slug), "name": cut(slug), "choices": cut(", ".join(asked), 200)}
    nearest = get_close_matches(cut(slug), list(asked), n=1)
    if nearest:
        params["nearest"] = nearest[0]
        text = gettext_noop("{indicator} is not asked for here. Did you mean {nearest}?")
    else:
        text = gettext_noop("{indicator} is not asked for here. Asked for are: {choices}.")
    return Problem("indicator.not_asked", text, params, field="indicator", value=cut(slug))
