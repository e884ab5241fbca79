"""What a caller sends: JSON as its standard has it, and objects with none but known fields."""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

from rest_framework import exceptions
from rest_framework.parsers import BaseParser

from backbone.problems import Problem, Refused, cut, gettext_noop
from backbone.tabular import nearest

BODY_LIMIT = 10 * 1024 * 1024


def bad_body(code: str, text: str, *, value: object = "", hint: str = "", **params: Any) -> Refused:
    return Refused(Problem(code, text, params, hint=hint, value=cut(value) if value != "" else ""))


def require_plain_body(request) -> None:
    """A body comes as it is, in UTF-8 where it says: what is packed or in another encoding answers 415."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise exceptions.UnsupportedMediaType(request.headers["Content-Encoding"])
    charset = request._request.content_params.get("charset")
    if charset is None:
        return
    try:
        is_utf_8 = codecs.lookup(charset).name == "utf-8"
    except (LookupError, ValueError):
        is_utf_8 = False
    if not is_utf_8:
        raise exceptions.UnsupportedMediaType(f"{request._request.content_type}; charset={cut(charset)}")


def read_limited(stream) -> bytes:
    raw = stream.read(BODY_LIMIT + 1)
    if len(raw) > BODY_LIMIT:
        raise bad_body("body.too_large", gettext_noop("The body is over {limit} bytes."), limit=BODY_LIMIT)
    return raw


class StrictJSONParser(BaseParser):
    """JSON as its standard has it: UTF-8, no key twice, no NaN; numbers with a point become Decimal."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        raw = read_limited(stream)
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise bad_body(
                "json.encoding", gettext_noop("The body is not UTF-8 at byte {byte}."), byte=error.start
            ) from None
        try:
            parsed = json.loads(
                text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_no_duplicates
            )
            self._refuse_unstorable(text, parsed)
        except json.JSONDecodeError as error:
            raise bad_body(
                "json.syntax",
                gettext_noop("The body is not JSON at line {line}, column {column}."),
                line=error.lineno,
                column=error.colno,
            ) from None
        except RecursionError:
            raise bad_body("json.depth", gettext_noop("The body is nested too deeply.")) from None
        except ValueError as error:  # Python refuses integers of thousands of digits
            if isinstance(error, Refused):
                raise
            raise bad_body("number.range", gettext_noop("A number in the body has too many digits.")) from None
        return parsed

    @staticmethod
    def _refuse_unstorable(text: str, parsed: Any) -> None:
        if "\\u0000" in text or "\x00" in text:
            raise bad_body("text.nul", gettext_noop("The body holds a NUL character, which no text may."))
        if "\\ud" in text.lower():
            try:
                json.dumps(parsed, ensure_ascii=False, default=str).encode("utf-8")
            except UnicodeEncodeError:
                raise bad_body("text.invalid", gettext_noop("The body holds half a character.")) from None


def _no_constant(name: str) -> NoReturn:
    raise bad_body("number.not_finite", gettext_noop("“{name}” is no number."), name=name, value=name)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise bad_body("json.duplicate_key", gettext_noop("“{name}” is there twice."), name=cut(key), value=key)
        found[key] = value
    return found


def only(body: Any, allowed: tuple[str, ...], read_only: tuple[str, ...] = ()) -> Mapping[str, Any]:
    """The body as an object with none but the allowed fields: a typo is named, never dropped. Raises `Refused`."""
    if not isinstance(body, Mapping):
        raise bad_body("json.object", gettext_noop("The body must be a JSON object."))
    for name in body:
        if name in read_only:
            raise Refused(
                Problem("field.read_only", gettext_noop("“{name}” cannot be set."), {"name": name}, field=name)
            )
        if name not in allowed:
            close = ", ".join(nearest(name, allowed, 1))
            raise Refused(
                Problem(
                    "field.unknown",
                    gettext_noop("There is no field “{name}”."),
                    {"name": cut(name), "close": close},
                    hint=gettext_noop("Did you mean “{close}”?") if close else "",
                    field=cut(name),
                )
            )
    return body
