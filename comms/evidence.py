"""What this condition answers when the backbone asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from backbone.conditions import DueItem, Reading


class CommsEvidence:
    slug = "comms"

    def readings(self, initiative, as_of: datetime) -> Iterable[Reading]:
        return ()

    def due(self, membership, as_of: datetime) -> Iterable[DueItem]:
        return ()

    def published(self, initiative, as_of: datetime, audience: str) -> dict:
        return {}

    def export(self, tenant) -> Iterable[tuple[str, Iterable[Mapping[str, Any]]]]:
        return ()

    def forget(self, membership) -> None:
        return None
