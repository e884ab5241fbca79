"""The line over which mails are handed over: to a mail server, or to a provider's service.

A mail server is asked first whether it takes mail for the address at all (`ready`). Only then, and after the sender has
left its mark, are the words handed over (`give`), so that what is in doubt is as short as it can be. The line that ends a
mail goes over by itself, last: a mail whose end was never said was not taken (RFC 5321, 4.1.1.10), and may be sent again.
"""

from __future__ import annotations

import logging
import re
import socket
from dataclasses import dataclass
from functools import lru_cache
from smtplib import SMTPException, SMTPResponseException, quoteaddr
from typing import Any, Protocol

from anymail.exceptions import AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address
from django.utils.module_loading import import_string
from requests.exceptions import ConnectTimeout

from comms.faults import fault_point
from comms.rules import BROKEN_OFF

logger = logging.getLogger(__name__)

TAKEN, REFUSED, PUT_OFF, SHUTTING_DOWN = 250, 550, 451, 421
GO_ON = 354
NOT_LET_IN = (530, 534, 535, 538)  # the login is refused: nothing of any mail


class Away(Exception):
    """There is nobody to hand mails to: no server, or one that does not let us in. `code` is its answer, if any."""

    def __init__(self, code: int | None = None):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail as a mail server takes it: from whom, to whom, and the bytes."""

    sender: str
    to: str
    content: bytes


def is_mail_server() -> bool:
    """Whether mails are delivered in SMTP, and so as an `Envelope`; as a message of Django's otherwise."""
    return _speaks_smtp(settings.DELIVERY)


@lru_cache
def _speaks_smtp(backend: str) -> bool:
    return issubclass(import_string(backend), EmailBackend)


_PLAIN = re.compile(r"[\w.+-]+@[\w.-]+", re.ASCII)


@lru_cache(maxsize=128)
def _path(address: str) -> str:
    """An address as it is said to a mail server. Raises ValueError for what is none."""
    return (
        f"<{address}>" if _PLAIN.fullmatch(address) else quoteaddr(sanitize_address(address, settings.DEFAULT_CHARSET))
    )


class Line(Protocol):
    """`ready` answers None when the mail may be handed over, else the code with which it was refused; `give` the code of
    the answer, None when there was none. Both say through `is_usable` whether another mail can go over it."""

    is_usable: bool

    def ready(self, message: Any) -> int | None: ...

    def give(self) -> int | None: ...

    def close(self) -> None: ...


def open_line() -> Line:
    """A new line to where mails are delivered. Raises Away."""
    connection = get_connection(settings.DELIVERY)
    try:
        connection.open()
    except SMTPResponseException as error:
        raise Away(error.smtp_code) from error
    except (SMTPException, OSError) as error:
        raise Away from error
    return MailServer(connection) if isinstance(connection, EmailBackend) else Provider(connection)


class MailServer:
    """A conversation in SMTP, one step at a time."""

    def __init__(self, backend: EmailBackend):
        self._backend, self._session = backend, backend.connection
        # The end of a mail, three bytes by themselves, does not wait for what was said before to be acknowledged.
        self._session.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._content = b""
        self._is_amid_words = False
        self.is_usable = True

    def ready(self, message: Envelope) -> int | None:
        """Say who writes to whom. Raises Away when nobody answers, or does not let us in: nothing was handed over."""
        self._content = message.content
        try:
            sender, to = _path(message.sender), _path(message.to)
            self._session.ehlo_or_helo_if_needed()
            code, is_taken = self._introduce(sender, to)
            if code in NOT_LET_IN:
                raise Away(code)
            if is_taken:
                return None
            if code == SHUTTING_DOWN:
                self.is_usable = False
            else:
                self._session.rset()
        except UnicodeError:
            return REFUSED  # the server cannot take such an address
        except (SMTPException, OSError) as error:
            self.is_usable = False
            raise Away from error
        return code

    def _introduce(self, sender: str, to: str) -> tuple[int, bool]:
        """Say both names; the answer that counts, and whether both were taken. A server that takes several lines at once
        (RFC 2920) hears them in one go, which spares each mail a way there and back."""
        session = self._session
        size = f" size={len(self._content)}" if session.has_extn("size") else ""
        in_one_go = session.has_extn("pipelining")
        session.putcmd("mail", f"FROM:{sender}{size}")
        if in_one_go:
            session.putcmd("rcpt", f"TO:{to}")
        code = session.getreply()[0]
        if code != TAKEN:
            if in_one_go and code != SHUTTING_DOWN:
                session.getreply()  # to the second line, which means nothing without the first
            return code, False
        if not in_one_go:
            session.putcmd("rcpt", f"TO:{to}")
        code = session.getreply()[0]
        return code, code in (250, 251)

    def give(self) -> int | None:
        """Hand the words over; BROKEN_OFF when the line broke before their end was said, so that they were not taken."""
        self._is_amid_words, is_ended, code = True, False, None
        try:
            code = self._session.docmd("DATA")[0]
            if code == GO_ON:
                for piece in _halves(_doubled(self._content)):
                    self._session.send(piece)
                    fault_point("among the words")
                is_ended = True
                self._session.send(b".\r\n")
                code = self._session.getreply()[0]
            self._is_amid_words = False
        except (SMTPException, OSError) as error:
            logger.warning("The connection broke while a mail was handed over: %s", type(error).__name__)
            code = None if is_ended else BROKEN_OFF
        self.is_usable = not self._is_amid_words and code != SHUTTING_DOWN
        return code

    def close(self) -> None:
        """Take leave; amid a mail's words that would only be more words, so then the line is just cut."""
        try:
            if self._is_amid_words:
                self._session.close()
            else:
                self._backend.close()
        except (SMTPException, OSError):
            logger.info("The mail server had hung up already.")


def _doubled(content: bytes) -> bytes:
    """With a dot at the beginning of a line written twice, for one alone ends a mail (RFC 5321, 4.5.2)."""
    content = content.replace(b"\n.", b"\n..")
    return b"." + content if content.startswith(b".") else content


def _halves(content: bytes) -> tuple[bytes, bytes]:
    """The words as they go over the line, whole lines at the end, in two pieces: a drill lets a sender die between them."""
    if not content.endswith(b"\r\n"):
        content += b"\r\n"
    return content[: len(content) // 2], content[len(content) // 2 :]


class Provider:
    """A provider's service over HTTP, or any other backend of Django's: one step, whose answer says everything."""

    def __init__(self, backend: Any):
        self._backend = backend
        self._message: EmailMessage | None = None
        self.is_usable = True

    def ready(self, message: EmailMessage) -> int | None:
        self._message = message
        return None

    def give(self) -> int | None:
        try:
            return TAKEN if self._backend.send_messages([self._message]) else REFUSED
        except AnymailError as error:
            return _code_of(error)
        except (SMTPException, OSError) as error:
            logger.warning("The connection broke while a mail was handed over: %s", type(error).__name__)
            return None

    def close(self) -> None:
        self._backend.close()


def _code_of(error: AnymailError) -> int | None:
    """What a provider's answer over HTTP would have been over SMTP: refused, put off, or nobody knows."""
    status = getattr(error, "status_code", None)
    if isinstance(error, AnymailRecipientsRefused | ValueError | TypeError) or status in (400, 406, 413, 422):
        return REFUSED
    if status in (401, 403, 404, 429, 503) or isinstance(error, ConnectTimeout):
        return PUT_OFF  # nothing was taken: a wrong key, too much at once, or nobody there
    logger.warning("The mail provider's answer was lost, or says nothing: %s", type(error).__name__)
    return None
