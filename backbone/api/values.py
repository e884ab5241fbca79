"""Values of a body: each settled, or refused at its place in it, all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from backbone import tabular
from backbone.problems import Problem, Refused, cut, gettext_noop

MOST = 200  # in any list of a body
Row = TypeVar("Row")
_is_address = URLValidator(schemes=["http", "https"])


class Reader:
    """Reads values of a body, noting what is wrong with each at its place. `done` raises what was noted."""

    def __init__(self, body: Mapping[str, Any]):
        self._body, self.problems, self._place = body, [], ""

    def __contains__(self, name: str) -> bool:
        return name in self._body

    def note(self, name: str, code: str, text: str, /, **params: Any) -> None:
        value = cut(self._body.get(name)) if self._body.get(name) is not None else ""
        params["name"] = name
        self.problems.append(Problem(code, text, params, field=f"{self._place}{name}", value=value))

    def done(self) -> None:
        if self.problems:
            raise Refused(*self.problems)

    def text(self, name: str, limit: int, *, lines: bool = False, is_needed: bool = False) -> str:
        """A text, tidied; empty for null and for what is left out."""
        raw = self._body.get(name)
        if raw is not None and not isinstance(raw, str):
            self.note(name, "text.wrong", gettext_noop("“{name}” is a text."))
            return ""
        value, problem = (tabular.text if lines else tabular.name)(raw or "", limit)
        if problem is not None:
            self.problems.append(problem.at(field=f"{self._place}{name}"))
        elif is_needed and not value:
            self.note(name, "field.missing", gettext_noop("“{name}” is missing."))
        return value

    def address(self, name: str, limit: int) -> str:
        value = self.text(name, limit)
        if value:
            try:
                _is_address(value)
            except ValidationError:
                self.note(name, "url.wrong", gettext_noop("“{name}” is an address, as in https://example.org/call."))  # fmt: skip
        return value

    def day(self, name: str, *, is_needed: bool = False) -> date | None:
        raw = self._body.get(name)
        if raw is None:
            if is_needed:
                self.note(name, "field.missing", gettext_noop("“{name}” is missing."))
            return None
        try:
            return date.fromisoformat(raw)
        except (TypeError, ValueError):
            self.note(name, "date.invalid", gettext_noop("“{name}” is a day, written as in 2026-10-31."))
            return None

    def clock(self, name: str) -> datetime | None:
        """A day and a time of day, without a zone."""
        raw = self._body.get(name)
        try:
            found = datetime.fromisoformat(raw)
        except (TypeError, ValueError):
            found = None
        if found is None or found.tzinfo is not None or len(raw) < len("2026-10-31T09:00"):
            sentence = gettext_noop("“{name}” is a day and a time on the clock of its zone, as in 2026-10-31T09:00.")
            self.note(name, "time.invalid", sentence)
            return None
        return found

    def zone(self, name: str, default: str) -> str:
        raw = self._body.get(name)
        if raw is None:
            return default
        if not isinstance(raw, str) or raw not in available_timezones():
            self.note(name, "zone.unknown", gettext_noop("“{name}” is a time zone, as in America/Chicago."))
            return default
        return raw

    def whole(self, name: str, least: int, most: int) -> int | None:
        raw = self._body.get(name)
        if raw is None:
            return None
        if not isinstance(raw, int) or isinstance(raw, bool) or not least <= raw <= most:
            sentence = gettext_noop("“{name}” is a whole number from {least} to {most}.")
            self.note(name, "number.range", sentence, least=least, most=most)
            return None
        return raw

    def flag(self, name: str) -> bool:
        """True or false, which has to be said."""
        raw = self._body.get(name)
        if not isinstance(raw, bool):
            self.note(name, "flag.wrong", gettext_noop("“{name}” is true or false."))
        return raw is True

    def choice(self, name: str, allowed: Collection[str], *, is_needed: bool = False) -> str:
        raw = self._body.get(name)
        if raw is None:
            if is_needed:
                self.note(name, "field.missing", gettext_noop("“{name}” is missing."))
            return ""
        if not isinstance(raw, str) or raw not in allowed:
            sentence = gettext_noop("“{name}” is one of: {allowed}.")
            self.note(name, "choice.unknown", sentence, allowed=", ".join(allowed))
            return ""
        return raw

    def row(self, name: str, find: Callable[[Any], Row | None], *, is_needed: bool = False) -> Row | None:
        """What a name in the body stands for; `find` answers None for nothing that the caller may know of."""
        raw = self._body.get(name)
        if raw is None:
            if is_needed:
                self.note(name, "field.missing", gettext_noop("“{name}” is missing."))
            return None
        is_known = (
            isinstance(raw, str | int) and not isinstance(raw, bool) and (isinstance(raw, str) or 0 < raw < 10**18)
        )
        found = find(raw) if is_known else None
        if found is None:
            self.note(name, "row.unknown", gettext_noop("There is no such “{name}” here."))
        return found

    def each(self, name: str, read: Callable[[Reader], Row], allowed: tuple[str, ...]) -> list[Row]:
        """The objects of a list, each read by `read`, which notes what is wrong at its own place."""
        found = []
        for place, one in enumerate(self._list(name)):
            if not isinstance(one, Mapping) or set(one) - set(allowed):
                sentence = gettext_noop("Each of “{name}” is an object of: {allowed}.")
                self.note(name, "object.wrong", sentence, allowed=", ".join(allowed))
                continue
            inner = Reader(one)
            inner._place = f"{self._place}{name}[{place}]."
            found.append(read(inner))
            self.problems += inner.problems
        return found

    def rows(self, name: str, find: Callable[[Any], Row | None]) -> list[Row]:
        """What the names of a list stand for."""
        found = []
        for place, raw in enumerate(self._list(name)):
            one = find(raw) if isinstance(raw, str) else None
            if one is None:
                sentence = gettext_noop("There is no such “{name}” here.")
                field = f"{self._place}{name}[{place}]"
                self.problems.append(Problem("row.unknown", sentence, {"name": name}, field=field, value=cut(raw)))
            else:
                found.append(one)
        return found

    def _list(self, name: str) -> list[Any]:
        raw = self._body.get(name)
        if raw is None:
            return []
        if not isinstance(raw, list) or len(raw) > MOST:
            self.note(name, "list.wrong", gettext_noop("“{name}” is a list of at most {most}."), most=MOST)
            return []
        return raw
