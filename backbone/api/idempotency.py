"""A repeated request is answered, and not done again (the Idempotency-Key header).

The answer is kept in the transaction of what it tells: a server that dies before the commit has done nothing, and one
that dies after it can be asked again. Refusals are not kept, so a corrected request may use the key again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from django.db import connection
from rest_framework.response import Response

from backbone.models import KeptAnswer
from backbone.problems import Problem, Refused, cut, gettext_noop
from backbone.tenancy import active_tenant_id

HEADER = "Idempotency-Key"
LOCK_KIND = 7301
LONGEST = 255
ROUTE_LENGTH = KeptAnswer._meta.get_field("route").max_length or 0


def once(request, *, credential: str, act: Callable[[], Response]) -> Response:
    """`act()`, or the answer it gave before to this credential, route and key. See the module for what it promises."""
    key = request.headers.get(HEADER)
    if key is None:
        return act()
    if not key.strip() or len(key) > LONGEST:
        raise Refused(
            Problem(
                "idempotency.key",
                gettext_noop("An Idempotency-Key has 1 to {limit} characters; this has {length}."),
                {"limit": LONGEST, "length": len(key)},
                value=cut(key),
            )
        )
    identity = {"credential": credential, "route": _route(request), "key": key}
    _lock(identity)
    body_hash = hashlib.sha256(_canonical(request)).hexdigest()
    kept = KeptAnswer.objects.filter(**identity).first()
    if kept is not None:
        if kept.body_hash != body_hash:
            raise Refused(
                Problem(
                    "idempotency.other_body",
                    gettext_noop("This Idempotency-Key was used with another body. Use a new key for a new request."),
                    value=cut(key),
                )
            )
        return Response(kept.body, status=kept.status, headers={"Idempotent-Replayed": "true"})
    response = act()
    if response.status_code < 300:
        body = json.loads(json.dumps(response.data, default=str))
        KeptAnswer.objects.create(**identity, body_hash=body_hash, status=response.status_code, body=body)
    return response


def _route(request) -> str:
    """What names a route: its own words, or of one that is longer than there is room for, what is worked out of all of it."""
    route = f"{request.method} {request.path}"
    return route if len(route) <= ROUTE_LENGTH else f"{request.method} {hashlib.sha256(route.encode()).hexdigest()}"


def _canonical(request) -> bytes:
    files = getattr(request, "FILES", None) or {}
    content = getattr(request.data, "content", None)  # a file that is the body itself
    parts = [content or json.dumps(request.data, sort_keys=True, default=str).encode()] if not files else []
    for name in sorted(files):
        files[name].seek(0)
        parts += [name.encode(), hashlib.sha256(files[name].read()).digest()]
        files[name].seek(0)
    parts += [f"{k}={v}".encode() for k, v in sorted(request.query_params.items())]
    return b"\0".join(parts)


def _lock(identity: dict[str, str]) -> None:
    text = "\0".join([str(active_tenant_id()), *identity.values()])
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_KIND, number])
        if not cursor.fetchone()[0]:
            raise Refused(
                Problem(
                    "idempotency.in_flight",
                    gettext_noop("A request with this Idempotency-Key is being answered. Ask again in a moment."),
                    value=cut(identity["key"]),
                )
            )
