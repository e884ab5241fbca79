"""What a person wants by mail, said through a signed link in the mail itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing
from django.db import transaction

from backbone import changes
from backbone.models import Membership
from backbone.problems import gettext_noop
from comms.services.composing import DIGESTS, REMINDERS, SALT

changes.register_verbs({"member.unsubscribed": gettext_noop("{person} stopped their {what}")})

_FIELDS = {DIGESTS: "wants_digest", REMINDERS: "wants_reminders"}


@dataclass(frozen=True, slots=True)
class Token:
    tenant_id: int
    membership_id: int
    what: str


def read_token(token: str) -> Token | None:
    """What an unsubscribe link says, or None when we did not sign it. Needs no tenant."""
    try:
        tenant_id, membership_id, what = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Token(tenant_id, membership_id, what) if what in _FIELDS else None


@transaction.atomic
def unsubscribe(*, membership: Membership, what: str) -> None:
    """Stop one sort of mail to one person; said twice it changes nothing."""
    field = _FIELDS[what]
    if not getattr(membership, field):
        return
    setattr(membership, field, False)
    membership.save(update_fields=[field])
    changes.record("member.unsubscribed", on=membership, by=membership, person=membership.name, what=what)
