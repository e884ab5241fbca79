"""Query parameters: each is known, or refused by name; each value is settled, or refused with the limit."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from backbone.problems import Problem, Refused, cut, gettext_noop
from backbone.tabular import nearest
from measures.instants import parse_instant
from measures.rules.periods import parse_month

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


def _wrong(name: str, raw: str, text: str, **params: Any) -> Refused:
    return Refused(Problem("filter.invalid", text, {"name": name, **params}, field=name, value=cut(raw)))


def month(name: str, raw: str) -> date:
    found = parse_month(raw) if "\x00" not in raw else None
    if not isinstance(found, date):
        raise _wrong(name, raw, gettext_noop("“{name}” is no month: write it as in 2017-03."))
    return found


def instant(name: str, raw: str) -> datetime:
    """An instant that was, in the tenant's time where it has no offset; a day alone means its end."""
    try:
        if "\x00" in raw:
            raise _wrong(name, raw, gettext_noop("“{name}” is no instant."))
        return parse_instant(raw, timezone.get_current_timezone(), timezone.now())
    except Refused as refused:
        raise Refused(*(problem.at(field=name) for problem in refused.problems)) from None


def flag(name: str, raw: str) -> bool:
    if raw.lower() in TRUE:
        return True
    if raw.lower() in FALSE:
        return False
    raise _wrong(name, raw, gettext_noop("“{name}” is true or false."))


def whole(lowest: int, highest: int) -> Callable[[str, str], int]:
    def settle(name: str, raw: str) -> int:
        if not (raw.isascii() and raw.isdigit() and len(raw) < 10 and lowest <= int(raw) <= highest):
            text = gettext_noop("“{name}” is a whole number from {lowest} to {highest}.")
            raise _wrong(name, raw, text, lowest=lowest, highest=highest)
        return int(raw)

    return settle


def choice(*choices: str) -> Callable[[str, str], str]:
    def settle(name: str, raw: str) -> str:
        if raw not in choices:
            raise _wrong(name, raw, gettext_noop("“{name}” is one of: {choices}."), choices=", ".join(choices))
        return raw

    return settle


def word(name: str, raw: str) -> str:
    if "\x00" in raw or len(raw) > 200:
        raise _wrong(name, raw, gettext_noop("“{name}” is no name of anything here."))
    return raw


def sentence(name: str, raw: str) -> str:
    if "\x00" in raw or len(raw) > SENTENCE:
        raise _wrong(name, raw, gettext_noop("“{name}” is a text of at most {limit} characters."), limit=SENTENCE)
    return raw


def cursor(name: str, raw: str) -> list[Any]:
    """Where the last page ended, as `cursor_at` spelled it."""
    try:
        place = json.loads(base64.urlsafe_b64decode(raw.encode("ascii")))
        _indicator_id, period, _partner_id, category = place
        spelled = date.fromisoformat(period).isoformat()
        if [type(part) for part in place] != [int, str, int, str] or spelled != period or "\x00" in category:
            raise ValueError
    except (ValueError, TypeError, UnicodeError, binascii.Error):
        text = gettext_noop("“{name}” is not the cursor of a page: use the one that the page before gave.")
        raise _wrong(name, raw, text) from None
    return place


def cursor_at(indicator_id: int, period: date, partner_id: int, category: str) -> str:
    place = json.dumps([indicator_id, period.isoformat(), partner_id, category])
    return base64.urlsafe_b64encode(place.encode()).decode()
