"""What no log may hold: the secret in an address that is itself a key. Knows no Django."""

from __future__ import annotations

import logging
import re

# Share links, calendars, invitations, the way out of mails, and django-allauth's links that reset a password or confirm an
# address.
_KEYS = re.compile(
    r"(/[sc]/[0-9]{1,18}-|/u/|/accounts/invitations/[^/\s]+/|/accounts/password/reset/key/|/accounts/confirm-email/)"
    r"[^/\s\"'?#]+"
)


def masked(text: str) -> str:
    """The text with `***` where an address in it holds a secret."""
    return _KEYS.sub(r"\1***", text)


class MaskedFormatter(logging.Formatter):
    """Masks the whole line: the message, its arguments, and the traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))
