"""What this condition answers when the backbone asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from backbone.conditions import Condition, Sign
from comms.selectors.signs import signs_of


class CommsEvidence(Condition):
    slug = "comms"

    def signs(self, initiative, as_of: datetime) -> Iterable[Sign]:
        """Meetings missed, and actions that are late."""
        return signs_of(initiative, as_of)
