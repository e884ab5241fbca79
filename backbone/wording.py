"""A problem in the reader's language: translate the sentence first, fill in its places afterwards."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from backbone.look.numbers import number, period_name, short_date
from backbone.problems import Month, Problem, Refused, Word


def say(problem: Problem) -> str:
    return gettext(problem.text).format_map(_places(problem))


def hint(problem: Problem) -> str:
    return gettext(problem.hint).format_map(_places(problem)) if problem.hint else ""


def in_full(problem: Problem) -> str:
    """The sentence, and the way out behind it."""
    return f"{say(problem)} {hint(problem)}".strip()


def told_at(place: str, refused: Refused) -> list[tuple[str, str]]:
    """What a page lists of a refusal: (the field, words) of each problem."""
    return [(place, in_full(problem)) for problem in refused.problems]


def _places(problem: Problem) -> dict[str, Any]:
    return {name: _shown(value) for name, value in problem.params.items()}


def _shown(value: Any) -> Any:
    if isinstance(value, Month):
        return period_name(value.first_day)
    if isinstance(value, Word):
        return gettext(value.text)
    if isinstance(value, Decimal):
        return number(value)
    return short_date(value) if isinstance(value, date) else value


def as_dict(problem: Problem) -> dict[str, Any]:
    """A problem as the API, a bad-rows file and a stored report show it."""
    return {
        "code": problem.code,
        "row": problem.row,
        "column": problem.column or None,
        "field": problem.field or None,
        "value": problem.value or None,
        "message": say(problem),
        "hint": hint(problem) or None,
        "is_warning": problem.is_warning,
    }


def answer(problems, *, status: int, title: str, shown: int = 100) -> Mapping[str, Any]:
    """The general form of a refusal: the first hundred problems, and how many there are."""
    listed = list(problems)
    return {
        "type": "about:blank",
        "title": title,
        "status": status,
        "errors": [as_dict(problem) for problem in listed[:shown]],
        "error_count": len(listed),
        "truncated": len(listed) > shown,
    }
