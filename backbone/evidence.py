"""The fifth condition answers for itself: the backbone's own evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from backbone.conditions import DueItem, Reading
from backbone.models import Change, Grant, Initiative, Invitation, Membership, Participation, Partner


class BackboneEvidence:
    slug = "backbone"

    def readings(self, initiative, as_of: datetime) -> Iterable[Reading]:
        return ()

    def due(self, membership, as_of: datetime) -> Iterable[DueItem]:
        return ()

    def published(self, initiative, as_of: datetime, audience: str) -> dict:
        return {"name": initiative.name, "starts_on": initiative.starts_on.isoformat()}

    def export(self, tenant) -> Iterable[tuple[str, Iterable[Mapping[str, Any]]]]:
        for model in (Initiative, Partner, Participation, Membership, Grant, Invitation, Change):
            yield model._meta.db_table, model.objects.order_by("pk").values()

    def forget(self, membership) -> None:
        membership.name, membership.email, membership.is_active = "", "", False
        membership.save(update_fields=["name", "email", "is_active"])
