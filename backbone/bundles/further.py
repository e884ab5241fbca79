"""Parts of a bundle that conditions above shared measurement add: `measures.bundles`, which puts it all together, cannot
know them, so each says here under which key it reads and writes."""

from __future__ import annotations

from typing import Any, Protocol

from backbone.bundles.marked import Section
from backbone.models import Initiative


class Further(Protocol):
    """`read` notes what is wrong with a section at its lines; `put` brings the initiative up to what was read, once all
    else of the file is there, and answers what changed; `written` is what a bundle writes, None for nothing."""

    def read(self, section: Section | None) -> Any: ...
    def put(self, initiative: Initiative, said: Any) -> list[str]: ...
    def written(self, initiative: Initiative) -> dict[str, Any] | None: ...


_parts: dict[str, Further] = {}
_last: set[str] = set()


def register(key: str, part: Further, *, is_last: bool = False) -> None:
    """Answer for a key at the top of a bundle; called once, from `AppConfig.ready()`. `is_last`: it may speak of what any
    other part brings."""
    _parts[key] = part
    if is_last:
        _last.add(key)


def registered() -> dict[str, Further]:
    """The parts by their key, in the order in which they are read and written."""
    return dict(sorted(_parts.items(), key=lambda one: one[0] in _last))
