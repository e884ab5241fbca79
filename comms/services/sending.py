"""The sender: claim, hand over, record, each in a transaction of its own.

`TenantTask` opens one transaction around its whole body, in which a claim would be seen by nobody and a hand-off mark
would vanish with the worker that it is to outlive. So this opens its own short scopes, and must be called outside any.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from email.mime.image import MIMEImage

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from backbone.tenancy import NoTenant, has_scope, tenant_scope
from comms.faults import fault_point
from comms.models import Mail
from comms.models.mail import KEPT
from comms.services import ledger, planning
from comms.services.lines import TAKEN, Away, Envelope, Line, is_mail_server, open_line
from comms.services.pictures import contents
from comms.services.wire import calendar_method, picture_kind, written

logger = logging.getLogger(__name__)

SPEND = 120.0  # seconds; then other work gets its turn, and the next tick goes on here
MOST = 400  # mails claimed at once
QUICK, SLOW = 1.0, 3.0  # seconds for a batch


def deliver(tenant_id: int, *, spend: float = SPEND) -> int:
    """Send what is due of one tenant; returns how many mails were handed over. Any number may run at once.

    Raises RuntimeError inside an open scope.
    """
    if has_scope():
        raise NoTenant("The sender commits step by step: call it outside any tenant's scope.")
    until = time.monotonic() + spend
    with tenant_scope(tenant_id):
        ledger.recover(timezone.now())
    sent, most = 0, ledger.BATCH
    while time.monotonic() < until:
        began = time.monotonic()
        with tenant_scope(tenant_id):
            claimed = ledger.claim(timezone.now(), most)
            fault_point("before the claim is committed")
        fault_point("after the claim")
        if not claimed:
            break
        handed_over, goes_on = _send(tenant_id, _still_wanted(tenant_id, claimed), until)
        sent += handed_over
        if not goes_on:
            break
        most = _next_most(most, time.monotonic() - began)
    return sent


def _next_most(most: int, seconds: float) -> int:
    """How many mails to claim next. What is still wanted is asked once for a batch, so large ones cost less of each mail;
    but a mail goes out on an answer as old as its batch, so only a server that takes them quickly gets more at once."""
    if seconds < QUICK:
        return min(2 * most, MOST)
    return max(most // 2, ledger.BATCH) if seconds > SLOW else most


def _still_wanted(tenant_id: int, claimed: Sequence[Mail]) -> list[Mail]:
    """Ask again what of a batch is to be sent; one mail that cannot even be asked about fails alone."""
    with tenant_scope(tenant_id):
        try:
            with transaction.atomic():
                return planning.still_wanted(claimed, timezone.now())
        except Exception:  # a bug met by one of them; which one is found below
            logger.exception("Could not ask again about %s mails of tenant %s.", len(claimed), tenant_id)
    wanted = []
    for mail in claimed:
        with tenant_scope(tenant_id):
            try:
                with transaction.atomic():
                    wanted += planning.still_wanted([mail], timezone.now())
            except Exception:  # logged above
                ledger.record_unsendable(mail)
    return wanted


def compose(mail: Mail, pictures: Mapping[str, bytes]) -> Envelope | EmailMultiAlternatives:
    """The mail as it goes out, the pictures of its HTML inside it: the bytes for a mail server, a message of Django's for
    a provider.

    Raises ValueError (BadHeaderError is one) for what no header may hold.
    """
    if settings.DELIVERY and is_mail_server():
        sender = settings.DEFAULT_FROM_EMAIL
        return Envelope(sender, mail.to_email, written(mail, sender, pictures))
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        settings.DEFAULT_FROM_EMAIL,
        [mail.to_email],
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated", **mail.headers},
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    if mail.calendar:  # a provider's API takes no such alternative; calendar programs read an attachment as well
        message.attach("invite.ics", mail.calendar, f"text/calendar; method={calendar_method(mail.calendar)}")
    for cid, sha256 in mail.images:
        media_type, name = picture_kind(cid, pictures[sha256])
        image = MIMEImage(pictures[sha256], media_type.partition("/")[2])
        image.add_header("Content-ID", f"<{cid}>")
        image.add_header("Content-Disposition", "inline", filename=name)
        message.mixed_subtype = "related"
        message.attach(image)
    if settings.DELIVERY.startswith("anymail."):
        message.metadata = {"tenant": mail.tenant_id, "mail": mail.pk}  # what its reports give back
    else:
        message.message()  # says now what no header may hold
    return message


def _pictures(tenant_id: int, mails: Sequence[Mail]) -> dict[str, bytes]:
    names = sorted({sha256 for mail in mails for _cid, sha256 in mail.images})
    if not names:
        return {}
    with tenant_scope(tenant_id):
        return contents(names)


def _send(tenant_id: int, mails: Sequence[Mail], until: float) -> tuple[int, bool]:
    """Send a batch over one line: how many went, and whether the server can take more."""
    line, sent = None, 0
    pictures = _pictures(tenant_id, mails)
    try:
        for place, mail in enumerate(mails):
            if time.monotonic() >= until:
                with tenant_scope(tenant_id):
                    ledger.give_back(mails[place:])
                return sent, False
            try:
                message = compose(mail, pictures)
            except (ValueError, UnicodeError, KeyError):
                logger.warning("Mail %s of tenant %s cannot be put into the form of a mail.", mail.pk, tenant_id)
                with tenant_scope(tenant_id):
                    ledger.record_unsendable(mail)
                continue
            if not settings.DELIVERY:
                ledger.record_sent(mail, timezone.now(), KEPT)
                sent += 1
                continue
            try:
                line, code = _ready(line, message)
            except Away as away:
                logger.error("The mail server does not take mails: %s", away.code or "no answer")
                with tenant_scope(tenant_id):
                    ledger.pause(mails[place:], away.code, timezone.now())
                return sent, False
            fault_point("connected")
            if code is None:
                if not ledger.hand_off(mail, timezone.now()):
                    _hang_up(line)  # it waits for words that do not come
                    line = None
                    continue
                fault_point("marked")
                code = line.give()
            fault_point("answered")
            fault_point("before the result is committed")
            if code == TAKEN:
                ledger.record_sent(mail, timezone.now())
            else:
                with tenant_scope(tenant_id):
                    ledger.record(mail, code, timezone.now())
            fault_point("recorded")
            sent += code == TAKEN
    finally:
        _hang_up(line)
    return sent, True


def _ready(line: Line | None, message: Envelope | EmailMultiAlternatives) -> tuple[Line, int | None]:
    """A line that is ready for this mail, the one we have or a new one, and the code where it refuses the mail.

    A server that closed an idle connection is met here, before the hand-off mark, and asked again. Raises Away.
    """
    if line is not None and line.is_usable:
        try:
            return line, line.ready(message)
        except Away as away:
            if away.code is not None:
                raise
    _hang_up(line)
    line = open_line()
    try:
        return line, line.ready(message)
    except Away:
        _hang_up(line)
        raise


def _hang_up(line: Line | None) -> None:
    if line is not None:
        line.close()
