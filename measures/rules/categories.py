"""What somebody wrote for a category, as its one spelling; or what is wrong with it, and since or until when it is.

Pure: no Django, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from backbone.problems import Month, Problem, cut, gettext_noop
from measures.rules.lines import TOTAL, Line, breakdown_of, key_of, pairs_of


def parse_category(line: Line, text: str) -> str | Problem:
    """The canonical key for what somebody wrote, whatever the order of its parts; or what is wrong with it.

    Empty text is the total. Problems: `category.malformed`, `category.repeated`, `category.unknown_dimension`,
    `category.unknown`, `category.not_a_breakdown`; and of a line `at` a period `category.retired`, `category.not_yet`,
    `category.no_longer`.
    """
    if text == TOTAL:
        return TOTAL
    found = _parse_category(line, text.strip())
    if line.whole is not None and isinstance(found, Problem):
        other = _parse_category(line.whole, text.strip())
        return _not_now(line, other) if isinstance(other, str) else found
    return found


def _not_now(line: Line, key: str) -> Problem:
    """Why a category that the indicator has is not there in the line's period."""
    assert line.whole is not None
    assert line.period is not None
    for slug, category in pairs_of(key):
        dimension = line.whole.dimensions[slug]
        if category not in dimension.at(line.period).categories:
            heir = dimension.heir(category)
            return _category_problem(
                line,
                key,
                "retired",
                gettext_noop("{wrong} ({dimension}) was retired on {day}: {heir} is there instead."),
                gettext_noop("{wrong} ({dimension}) was retired on {day}. The categories are: {choices}."),
                dimension=dimension.name,
                wrong=dimension.categories[category],
                day=dimension.retired[category],
                **(
                    {"nearest": heir, "heir": dimension.categories[heir]}
                    if heir != category
                    else {"choices": _list(dimension.at(line.period).categories)}
                ),
            )
    since, until = line.whole.spans[breakdown_of(key)]
    about = {"label": line.whole.breakdown_name(breakdown_of(key))}
    if since is not None and line.period < since:
        text = gettext_noop("{name} is not split by {label} before {month}. Enter the total alone.")
        return _category_problem(line, key, "not_yet", text, month=Month(since), **about)
    assert until is not None
    text = gettext_noop("{name} is not split by {label} after {month}. Enter the total alone.")
    return _category_problem(line, key, "no_longer", text, month=Month(until), **about)


def _parse_category(line: Line, text: str) -> str | Problem:
    if text == TOTAL:
        return TOTAL
    chosen: dict[str, str] = {}
    for part in text.split("+"):
        slug, colon, category = (piece.strip() for piece in part.partition(":"))
        if not (slug and colon and category):
            return _category_problem(
                line,
                text,
                "malformed",
                gettext_noop("{category} is not a category: write it as in {example}."),
                example=_example(line),
            )
        dimension = line.dimensions.get(slug)
        if dimension is None:
            return _category_problem(
                line,
                text,
                "unknown_dimension",
                gettext_noop("{name} is not split by {dimension}. Did you mean {nearest}?"),
                gettext_noop("{name} is not split by {dimension}. It is split by: {choices}."),
                dimension=cut(slug),
                **_nearest(slug, line.dimensions),
            )
        if slug in chosen:
            return _category_problem(
                line,
                text,
                "repeated",
                gettext_noop("{category} names {dimension} twice: name it once."),
                dimension=cut(slug),
            )
        if category not in dimension.categories:
            return _category_problem(
                line,
                text,
                "unknown",
                gettext_noop("{dimension} has no category {wrong}. Did you mean {nearest}?"),
                gettext_noop("{dimension} has no category {wrong}. Its categories are: {choices}."),
                dimension=dimension.name,
                wrong=cut(category),
                **_nearest(category, dimension.categories),
            )
        chosen[slug] = category
    for breakdown in line.breakdowns:
        if set(breakdown) == set(chosen):
            return key_of((slug, chosen[slug]) for slug in breakdown)
    return _category_problem(
        line,
        text,
        "not_a_breakdown",
        gettext_noop("{name} is not split by {wrong}. It is split by: {choices}."),
        wrong=cut("+".join(chosen)),
        choices=_list("+".join(breakdown) for breakdown in line.breakdowns),
    )


def _category_problem(
    line: Line, text: str, code: str, sentence: str, without_nearest: str = "", **params: Any
) -> Problem:
    if without_nearest and "nearest" not in params:
        sentence = without_nearest
    params |= {"indicator": line.slug, "name": line.name, "category": cut(text)}
    return Problem(f"category.{code}", sentence, params, field="category", value=cut(text))


def _nearest(wrong: str, right: Iterable[str]) -> dict[str, str]:
    """The nearest right spelling as `nearest`, or all of them as `choices`."""
    choices = list(right)
    close = get_close_matches(cut(wrong), choices, n=1)
    return {"nearest": close[0]} if close else {"choices": _list(choices)}


def _list(choices: Iterable[str]) -> str:
    shown = list(choices)
    return cut(", ".join(shown), 200) if shown else "–"


def _example(line: Line) -> str:
    for breakdown in line.breakdowns:
        return line.keys(breakdown)[0]
    return "age:0-4"
