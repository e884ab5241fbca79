"""Mails of somebody who was forgotten."""

from __future__ import annotations

from django.db import transaction

from backbone.models import Membership
from comms.models import Mail


@transaction.atomic
def forget_mails(membership: Membership) -> None:
    """Take the words and the address out of every mail to a person; what was not sent yet is left out. One statement each."""
    mails = Mail.objects.filter(recipient=membership)
    mails.filter(status=Mail.Status.PENDING).update(status=Mail.Status.SKIPPED)
    mails.update(to_email=membership.email, subject="", text="", html="")
