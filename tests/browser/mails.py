"""The mails that the site handed over to its mail server."""

from __future__ import annotations

import email
import re
from email import policy
from email.message import EmailMessage

from bench.post_office import PostOffice
from tests.waiting import until


def arrived(office: PostOffice, subject: str, count: int = 1) -> list[EmailMessage]:
    """The mails with these words in their subject, when so many have come."""

    def found() -> list[EmailMessage]:
        mails = [email.message_from_bytes(one, policy=policy.default) for one in list(office.mails)]
        return [one for one in mails if subject in one["subject"]]

    until(lambda: len(found()) >= count, f"{count} mails “{subject}” did not come")
    return found()


def invitation(office: PostOffice, address: str) -> str:
    """The link of the last invitation to somebody. The outbox keeps no words of one that has left."""
    subject = "invites you to Riverbend"
    until(lambda: any(address in one["to"] for one in arrived(office, subject)), f"{address} was not invited")
    mail = [one for one in arrived(office, subject) if address in one["to"]][-1]
    return re.search(r"https?://\S+/accounts/invitations/\S+/", mail.get_body(("plain",)).get_content())[0]
