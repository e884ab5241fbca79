"""Where every mail of the platform goes first: Django's mail backend.

Inside a tenant's scope a mail becomes a row of the tenant's outbox, in the transaction of whatever asked for it: an
invitation that is rolled back was never mailed. Outside any scope (codes to sign in, new passwords) there is no row to
write; the mail goes to the server at once, or, without one, into a file that only this account may read.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from email.utils import parseaddr
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from backbone.tenancy import has_scope
from comms.services import ledger
from comms.services.press import inliner


class OutboxBackend(BaseEmailBackend):
    """Keeps a tenant's mails as rows, hands over all others."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        messages = [message for message in email_messages if message.recipients()]
        if not messages:
            return 0
        if has_scope():
            for message in messages:
                _keep(message)
        elif settings.DELIVERY:
            get_connection(settings.DELIVERY, fail_silently=self.fail_silently).send_messages(messages)
        else:
            for message in messages:
                _write(message, Path(settings.STATE_DIR) / "mail")
        return len(messages)


def _keep(message: EmailMessage) -> None:
    """One row for each address, so that one that bounces does not hold up the others."""
    if message.attachments:
        raise ValueError("A tenant's outbox keeps no attachments: put what is to be read behind a link.")
    html = next((part.content for part in getattr(message, "alternatives", ()) if part.mimetype == "text/html"), "")
    message.message()  # raises BadHeaderError here, where the caller is, rather than in a worker
    headers = {"Reply-To": ", ".join(message.reply_to)} if message.reply_to else {}
    html = inliner().inline(html) if html else ""  # as every mail: many programs read no style sheet
    for address in message.recipients():
        ledger.post(to=parseaddr(address)[1], subject=message.subject, text=message.body, html=html, headers=headers)


def _write(message: EmailMessage, folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{timezone.now():%Y%m%d-%H%M%S-%f}-{uuid.uuid4().hex[:8]}.eml"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(message.message().as_bytes())
