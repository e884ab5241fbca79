"""The sender: claim, hand over, record, each in a transaction of its own.

`TenantTask` opens one transaction around its whole body, in which a claim would be seen by nobody and a hand-off mark
would vanish with the worker that it is to outlive. So this opens its own short scopes, and must be called outside any.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from smtplib import SMTPException, SMTPNotSupportedError, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.utils import timezone

from backbone.tenancy import NoTenant, has_scope, tenant_scope
from comms.models import Mail
from comms.services import ledger, planning

logger = logging.getLogger(__name__)

SPEND = 120.0  # seconds; then other work gets its turn, and the next tick goes on here


def fault_point(name: str) -> None:
    """A named place at which a test lets the sender die. Does nothing."""


def deliver(tenant_id: int, *, spend: float = SPEND) -> int:
    """Send what is due of one tenant; returns how many mails were handed over. Any number may run at once.

    Raises RuntimeError inside an open scope.
    """
    if has_scope():
        raise NoTenant("The sender commits step by step: call it outside any tenant's scope.")
    until = time.monotonic() + spend
    with tenant_scope(tenant_id):
        ledger.recover(timezone.now())
    sent = 0
    while time.monotonic() < until:
        with tenant_scope(tenant_id):
            claimed = ledger.claim(timezone.now())
            fault_point("before the claim is committed")
        fault_point("after the claim")
        if not claimed:
            break
        handed_over, goes_on = _send(tenant_id, _still_wanted(tenant_id, claimed), until)
        sent += handed_over
        if not goes_on:
            break
    return sent


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


def compose(mail: Mail) -> EmailMultiAlternatives:
    """The mail as it goes out. Raises ValueError (BadHeaderError is one) for what no header may hold."""
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        settings.DEFAULT_FROM_EMAIL,
        [mail.to_email],
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated", **mail.headers},
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    if mail.calendar:
        _attach_calendar(message, mail.calendar)
    message.message()
    return message


def _attach_calendar(message: EmailMultiAlternatives, text: str) -> None:
    """An iCalendar message (RFC 6047): the richest of the alternatives, so that calendar programs offer to answer.

    A provider's API takes no such alternative, and gets it as an attachment, which they read as well.
    """
    method = "CANCEL" if "\r\nMETHOD:CANCEL\r\n" in text else "REQUEST"
    kind = f"text/calendar; method={method}"
    if settings.DELIVERY.startswith("anymail."):
        message.attach("invite.ics", text, kind)
    else:
        message.attach_alternative(text, kind)


def _send(tenant_id: int, mails: Sequence[Mail], until: float) -> tuple[int, bool]:
    """Send a batch over one connection: how many went, and whether the server can take more."""
    connection, sent = None, 0
    try:
        for place, mail in enumerate(mails):
            if time.monotonic() >= until:
                with tenant_scope(tenant_id):
                    ledger.give_back(mails[place:])
                return sent, False
            try:
                message = compose(mail)
            except (ValueError, UnicodeError):
                logger.warning("Mail %s of tenant %s cannot be put into the form of a mail.", mail.pk, tenant_id)
                with tenant_scope(tenant_id):
                    ledger.record_unsendable(mail)
                continue
            if not settings.DELIVERY:
                with tenant_scope(tenant_id):
                    ledger.record_sent(mail, timezone.now(), ledger.KEPT)
                sent += 1
                continue
            try:
                connection = _open(connection)
            except (SMTPException, OSError) as error:
                logger.error("The mail server does not take mails: %s", type(error).__name__)
                with tenant_scope(tenant_id):
                    ledger.pause(mails[place:], _code(error), timezone.now())
                return sent, False
            fault_point("connected")
            with tenant_scope(tenant_id):
                is_ours = ledger.hand_off(mail, timezone.now())
            if not is_ours:
                continue
            fault_point("marked")
            code, is_usable = _hand_over(connection, message)
            fault_point("answered")
            if not is_usable:
                _close(connection)
                connection = None
            with tenant_scope(tenant_id):
                if code == 250:
                    ledger.record_sent(mail, timezone.now())
                else:
                    ledger.record(mail, code, timezone.now())
                fault_point("before the result is committed")
            sent += code == 250
    finally:
        _close(connection)
    return sent, True


def _open(connection):
    """A connection that answers: the one we have, or a new one. Raises SMTPException or OSError.

    Asked before each mail, because a server that closed an idle connection would else be met after the hand-off mark,
    where nobody could tell whether it took the mail.
    """
    if connection is not None:
        session = getattr(connection, "connection", None)
        try:
            if session is None or not hasattr(session, "noop") or session.noop()[0] == 250:
                return connection
        except (SMTPException, OSError):
            pass
        _close(connection)
    connection = get_connection(settings.DELIVERY)
    connection.open()
    return connection


def _hand_over(connection, message) -> tuple[int | None, bool]:
    """The server's answer to one mail (None: there was none), and whether the connection can be used again."""
    try:
        if connection.send_messages([message]) == 0:
            return 550, True
    except SMTPNotSupportedError:
        return 550, True  # raised before anything was sent: the server cannot take such an address
    except (SMTPException, OSError) as error:
        code = _code(error)
        if code is None:
            logger.warning("The connection broke while a mail was handed over: %s", type(error).__name__)
        return code, code is not None and code != 421
    return 250, True


def _code(error: Exception) -> int | None:
    if isinstance(error, SMTPRecipientsRefused):
        return next((code for code, _ in error.recipients.values()), None)
    return error.smtp_code if isinstance(error, SMTPResponseException) else None


def _close(connection) -> None:
    if connection is None:
        return
    try:
        connection.close()
    except (SMTPException, OSError):
        logger.info("The mail server had hung up already.")
