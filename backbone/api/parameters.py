"""Query parameters: each is known, or refused by name; each value is settled, or refused with the limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import QueryDict

from backbone.problems import Problem, Refused, cut, gettext_noop
from backbone.tabular import nearest

SENTENCE = 500
TRUE, FALSE = ("1", "true", "yes"), ("0", "false", "no", "")


def read(query: QueryDict, known: Mapping[str, Callable[[str, str], Any]]) -> dict[str, Any]:
    """The settled parameters; those left out are None. Raises Refused: `filter.unknown`, and what settling refuses."""
    problems: list[Problem] = []
    for name in query:
        if name not in known:
            close = nearest(name, known, 1)
            problems.append(
                Problem(
                    "filter.unknown",
                    gettext_noop("There is no parameter “{name}”."),
                    {"name": cut(name), "close": close[0] if close else ""},
                    hint=gettext_noop("Did you mean “{close}”?") if close else "",
                    field=cut(name),
                )
            )
    found: dict[str, Any] = {}
    for name, settle in known.items():
        raw = query.get(name)
        try:
            found[name] = None if raw is None or raw == "" else settle(name, raw)
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(*problems)
    return found


def wrong(name: str, raw: str, text: str, **params: Any) -> Refused:
    """What settling raises for a value that makes no sense; `text` has a place for the name."""
    return Refused(Problem("filter.invalid", text, {"name": name, **params}, field=name, value=cut(raw)))


def flag(name: str, raw: str) -> bool:
    if raw.lower() in TRUE:
        return True
    if raw.lower() in FALSE:
        return False
    raise wrong(name, raw, gettext_noop("“{name}” is true or false."))


def whole(lowest: int, highest: int) -> Callable[[str, str], int]:
    def settle(name: str, raw: str) -> int:
        if not (raw.isascii() and raw.isdigit() and len(raw) < 10 and lowest <= int(raw) <= highest):
            text = gettext_noop("“{name}” is a whole number from {lowest} to {highest}.")
            raise wrong(name, raw, text, lowest=lowest, highest=highest)
        return int(raw)

    return settle


def choice(*choices: str) -> Callable[[str, str], str]:
    def settle(name: str, raw: str) -> str:
        if raw not in choices:
            raise wrong(name, raw, gettext_noop("“{name}” is one of: {choices}."), choices=", ".join(choices))
        return raw

    return settle


def word(name: str, raw: str) -> str:
    if "\x00" in raw or len(raw) > 200:
        raise wrong(name, raw, gettext_noop("“{name}” is no name of anything here."))
    return raw


def sentence(name: str, raw: str) -> str:
    if "\x00" in raw or len(raw) > SENTENCE:
        raise wrong(name, raw, gettext_noop("“{name}” is a text of at most {limit} characters."), limit=SENTENCE)
    return raw
