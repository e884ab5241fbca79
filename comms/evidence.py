"""What this condition answers when the backbone asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from backbone.conditions import DueItem, Reading
from comms.models import Mail, Run


class CommsEvidence:
    slug = "comms"

    def readings(self, initiative, as_of: datetime) -> Iterable[Reading]:
        """None yet: mails going out say that nobody was forgotten, not that anybody talks with anybody."""
        return ()

    def due(self, membership, as_of: datetime) -> Iterable[DueItem]:
        return ()

    def published(self, initiative, as_of: datetime, audience: str) -> dict:
        return {}

    def export(self, tenant) -> Iterable[tuple[str, Iterable[Mapping[str, Any]]]]:
        """The ledger without its bodies, which may hold secrets, and the tenant's runs."""
        kept = [field.attname for field in Mail._meta.concrete_fields if field.name not in ("text", "html", "headers")]
        yield Mail._meta.db_table, Mail.objects.order_by("pk").values(*kept)
        yield Run._meta.db_table, Run.objects.order_by("pk").values()

    def forget(self, membership) -> None:
        """The mails of a person go, with the address and the words in them."""
        Mail.objects.filter(recipient=membership).delete()
        Mail.objects.filter(to_email__iexact=membership.email, recipient=None).delete()
