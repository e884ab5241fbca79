"""What this condition answers when the backbone asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.urls import reverse

from backbone.conditions import Attachment, Condition, DueItem, Proposed, Sign
from backbone.models import Tenant
from comms import duties
from comms.models import Action
from comms.selectors import proposing
from comms.selectors.signs import signs_of
from comms.services import evidence


class CommsEvidence(Condition):
    slug = "comms"

    def signs(self, initiative, as_of: datetime) -> Iterable[Sign]:
        """Meetings missed, and actions that are late."""
        return signs_of(initiative, as_of)

    def due(self, membership, as_of: datetime) -> Iterable[DueItem]:
        """Actions, decisions to look at again, meetings to close, announcements to read."""
        return duties.due(membership, as_of)

    def proposed(self, initiative, as_of: datetime) -> Iterable[Proposed]:
        """Decisions due for review or whose evidence changed, overdue actions, what was put off."""
        return proposing.proposed(initiative, as_of)

    def attached(self, initiative) -> Iterable[Attachment]:
        """Actions, on the curve that they came from."""
        tenant = Tenant.objects.get(pk=initiative.tenant_id)
        rows = Action.objects.filter(initiative=initiative, source__startswith="measures.curve:")
        for action in rows.select_related("owner"):
            url = reverse("comms:action", args=[tenant.slug, initiative.slug, action.number])
            yield Attachment(action.source, action.what, code=str(action), words=action.owner.name, url=url)

    def evidence_changed(self, initiative, figures: Sequence[str]) -> None:
        """Mark the decisions that rest on what moved."""
        evidence.check(initiative)
