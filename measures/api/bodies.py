"""A filing's JSON into entries. `0`, `null` and "not_collected" are three different things."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from backbone import tabular
from backbone.api.bodies import only
from backbone.problems import Problem, Refused, cut, gettext_noop
from backbone.tabular import NOT_COLLECTED
from measures.rules.categories import parse_category
from measures.rules.figures import NUMBERS, Entry, read_number
from measures.rules.lines import Line
from measures.services.figure_rows import NOTE_LENGTH

FIELDS = ("indicator", "category", *NUMBERS, "note", "new_only", "as_defined")
MOST_FIGURES = 10_000
CATEGORY_LENGTH = 200


Strange = Callable[[str], Problem]


def cells(
    figures: Any, lines: Mapping[str, Line], strange: Strange
) -> tuple[dict[str, dict[str, Entry]], dict[str, bool]]:
    """({indicator: {category: entry}}, {indicator: counted as defined}). Raises Refused naming each item by its index.

    `strange` says what is wrong with an indicator that is none of these lines.
    """
    if not isinstance(figures, list):
        raise Refused(Problem("json.list", gettext_noop("“figures” is a list of figures."), field="figures"))
    if len(figures) > MOST_FIGURES:
        text = gettext_noop("One request holds at most {limit} figures; this has {count}.")
        raise Refused(Problem("body.too_many_items", text, {"limit": MOST_FIGURES, "count": len(figures)}))
    found: dict[str, dict[str, Entry]] = {}
    as_defined: dict[str, bool] = {}
    problems: list[Problem] = []
    for index, item in enumerate(figures):
        try:
            line, category, entry = _item(item, lines, strange)
        except Refused as refused:
            problems += [p.at(field=f"figures[{index}].{p.field}".rstrip(".")) for p in refused.problems]
            continue
        if found.setdefault(line.slug, {}).setdefault(category, entry) != entry:
            text = gettext_noop("{category} of {indicator} is there twice, with different numbers. Delete one of them.")
            params = {"category": category or "total", "indicator": line.slug}
            problems.append(Problem("row.duplicate", text, params, field=f"figures[{index}]"))
        if item.get("as_defined") is not None:
            as_defined[line.slug] = _boolean(item, "as_defined")
    if problems:
        raise Refused(*problems)
    return found, as_defined


def _item(item: Any, lines: Mapping[str, Line], strange: Strange) -> tuple[Line, str, Entry]:
    only(item, FIELDS, read_only=("tenant", "partner", "period", "state", "id"))
    slug = item.get("indicator")
    if not isinstance(slug, str):
        text = gettext_noop("“indicator” is the short name of one, as a text.")
        raise Refused(Problem("field.type", text, field="indicator", value=cut(slug)))
    line = lines.get(slug)
    if line is None:
        raise Refused(strange(slug))
    category = _text(item, "category", CATEGORY_LENGTH)
    key = parse_category(line, category)
    if isinstance(key, Problem):
        raise Refused(key.at(field="category", value=cut(category)))
    return line, key, _entry(line, item)


def _entry(line: Line, item: Mapping[str, Any]) -> Entry:
    values: dict[str, Decimal | None] = {}
    not_collected = False
    for name in NUMBERS:
        value = _number(line, item, name)
        if value is NOT_COLLECTED:
            not_collected = True
        else:
            values[name] = value
    note = _text(item, "note", NOTE_LENGTH)
    is_told = line.rule.is_words and not not_collected and not any(number is not None for number in values.values())
    return Entry(
        **values,
        is_not_collected=not_collected,
        reason=note,
        new_only=_boolean(item, "new_only"),
        is_told=is_told,
    )


def _text(item: Mapping[str, Any], name: str, limit: int) -> str:
    raw = item.get(name)
    if raw is not None and not isinstance(raw, str):
        raise Refused(
            Problem("field.type", gettext_noop("“{name}” is a text."), {"name": name}, field=name, value=cut(raw))
        )
    text, problem = tabular.text(raw, limit)
    if problem is not None:
        raise Refused(problem.at(field=name))
    return text


def _number(line: Line, item: Mapping[str, Any], name: str) -> Any:
    raw = item.get(name)
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, (int, Decimal, str)):
        text = gettext_noop("“{name}” is a number, null, or the word not_collected.")
        raise Refused(Problem("number.invalid", text, {"name": name}, field=name, value=cut(raw)))
    if isinstance(raw, str) and not raw.strip():
        text = gettext_noop("“{name}” is an empty text: send null for no figure, and 0 for none.")
        raise Refused(Problem("number.invalid", text, {"name": name}, field=name))
    value, problem = read_number(line, name, str(raw))
    if problem is not None:
        raise Refused(problem.at(field=name))
    return value


def _boolean(item: Mapping[str, Any], name: str) -> bool:
    raw = item.get(name, False)
    if not isinstance(raw, bool):
        text = gettext_noop("“{name}” is true or false.")
        raise Refused(Problem("field.type", text, {"name": name}, field=name, value=cut(raw)))
    return raw
