"""What this condition answers when the backbone asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from backbone.conditions import DueItem, Reading


class AgendaEvidence:
    slug = "agenda"

    def readings(self, initiative, as_of: datetime) -> Iterable[Reading]:
        """What makes an agenda common. None of it is recorded yet, and what is not known is said to be unknown."""
        return [
            Reading("agenda.ratified", _("Partners have ratified it"), None, _("No version is ratified yet."), as_of),
            Reading("agenda.cited", _("Decisions cite it"), None, _("Decisions are not recorded here yet."), as_of),
        ]

    def due(self, membership, as_of: datetime) -> Iterable[DueItem]:
        return ()

    def published(self, initiative, as_of: datetime, audience: str) -> dict:
        return {}

    def export(self, tenant) -> Iterable[tuple[str, Iterable[Mapping[str, Any]]]]:
        return ()

    def forget(self, membership) -> None:
        return None
