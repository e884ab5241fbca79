"""What this condition answers when the backbone asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from backbone.conditions import Condition, Reading


class AgendaEvidence(Condition):
    slug = "agenda"

    def readings(self, initiative, as_of: datetime) -> Iterable[Reading]:
        """What makes an agenda common. None of it is recorded yet, and what is not known is said to be unknown."""
        return [
            Reading("agenda.ratified", _("Partners have ratified it"), None, _("No version is ratified yet."), as_of),
            Reading("agenda.cited", _("Decisions cite it"), None, _("Decisions are not recorded here yet."), as_of),
        ]
