"""Mails of somebody who was forgotten, and what else communication knows of them."""

from __future__ import annotations

from django.db import transaction

from backbone.models import Membership
from comms.models import Away, Mail, MeetingFeed, Note, Unreachable


@transaction.atomic
def forget_mails(membership: Membership, email: str) -> None:
    """Take the words and the address out of every mail to a person; what was not sent yet is left out. Mails to others no
    longer say where an answer to that person goes. Inbox, calendar address and absences go."""
    mails = Mail.objects.filter(recipient=membership)
    mails.filter(status=Mail.Status.PENDING).update(status=Mail.Status.SKIPPED)
    mails.update(to_email=membership.email, subject="", text="", html="", calendar="", headers={})
    Mail.objects.filter(calendar__icontains=email).update(calendar="")
    for mail in Mail.objects.filter(headers__icontains=email).only("pk", "headers", "tenant_id"):
        mail.headers = {name: said for name, said in mail.headers.items() if email.lower() not in said.lower()}
        mail.save(update_fields=["headers"])
    Unreachable.objects.filter(email__iexact=email).delete()
    for sort in (Note, MeetingFeed, Away):
        sort.objects.filter(member=membership).delete()
