"""Which state of a row a caller saw: every answer names it in its ETag, and a change may carry it back in If-Match.

So of two who change the same row from the same state, the second is told (RFC 9110, sections 8.8.3 and 13.1.1).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.utils.encoders import JSONEncoder

from backbone.problems import Problem, Refused, cut, gettext_noop

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag of what you saw: refused when it is another by now."
)
_LONGEST = 64


def state_of(shown: Mapping[str, Any]) -> str:
    """A name for a state of a row, by all that is shown of it."""
    words = JSONEncoder(ensure_ascii=True, sort_keys=True).encode(shown)
    return hashlib.sha256(words.encode()).hexdigest()[:32]


def headers(state: object) -> dict[str, str]:
    """What an answer says of the state that it shows."""
    return {"ETag": f'"{state}"'}


def seen(request) -> str | None:
    """The state that If-Match names; None where a caller does not say, or takes any."""
    raw = request.headers.get("If-Match", "").strip()
    return None if raw in ("", "*") else raw.removeprefix("W/").strip('"')[:_LONGEST]


def require_unmoved(request, state: object) -> None:
    """Raises `Refused` (412) when a row is not any more what If-Match names. Call it with the row locked."""
    named = seen(request)
    if named is not None and named != str(state):
        raise stale(named)


def stale(named: str) -> Refused:
    text = gettext_noop("It is not as you saw it any more. Read it again before you write it.")
    return Refused(Problem("if_match.stale", text, value=cut(named)))
