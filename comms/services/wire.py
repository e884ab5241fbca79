"""A mail as the bytes that go over the line (RFC 5322, MIME).

Ours are of one make: text, HTML, perhaps an invitation for calendars and pictures of the HTML. Written down straight away
they take a tenth of what a general message class takes, which is more than anything else that is done for a digest. What a
header may hold is decided by Django's own rule.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Iterable, Mapping, Sequence
from email.header import Header
from email.utils import formatdate
from functools import lru_cache

from django.core.mail.message import forbid_multi_line_headers

from backbone.rules.attachments import kind_of
from comms.models import Mail

END = "\r\n"
FOLD, LONGEST = 78, 998  # what a line should have at most, and what it must (RFC 5322, 2.1.1)
_HANDLED = {"from", "reply-to", "to"}


def written(mail: Mail, sender: str, pictures: Mapping[str, bytes]) -> bytes:
    """The mail as it goes over the line. Raises ValueError (BadHeaderError is one) for what no header may hold, KeyError
    for a picture that is not there."""
    given = {name.lower(): value for name, value in mail.headers.items()}
    heads = [
        _head("Subject", mail.subject),
        _head("From", given.get("from", sender)),
        _head("To", mail.to_email),
        *([_head("Reply-To", given["reply-to"])] if "reply-to" in given else []),
        f"Date: {formatdate()}{END}",
        f"Message-ID: {mail.message_id}{END}",
        f"Auto-Submitted: auto-generated{END}",
        *(_head(name, value) for name, value in mail.headers.items() if name.lower() not in _HANDLED),
        f"MIME-Version: 1.0{END}",
    ]
    return "".join(heads).encode("ascii") + _body(mail, pictures)


def _body(mail: Mail, pictures: Mapping[str, bytes]) -> bytes:
    alternatives = [_words("plain", mail.text)]
    if mail.html:
        alternatives.append(_words("html", mail.html))
    if mail.calendar:
        alternatives.append(_words("calendar", mail.calendar, f"; method={calendar_method(mail.calendar)}"))
    body = alternatives[0] if len(alternatives) == 1 else _several("alternative", alternatives)
    if mail.images:
        images = [_picture(cid, pictures[sha256]) for cid, sha256 in mail.images]
        body = _several("related", [body, *images])
    return body


def calendar_method(text: str) -> str:
    """What an iCalendar message asks for (RFC 6047), which the mail around it has to say as well."""
    return "CANCEL" if "\r\nMETHOD:CANCEL\r\n" in text else "REQUEST"


@lru_cache(maxsize=512)
def _head(name: str, value: str) -> str:
    """One header, folded where it is long."""
    name, value = forbid_multi_line_headers(name, str(value), "utf-8")
    if " " in value and "\n" not in value and len(name) + 2 + len(value) > FOLD:
        value = Header(value, header_name=name).encode()
    return f"{name}: {value}\n".replace("\n", END)


def _words(subtype: str, text: str, more: str = "") -> bytes:
    """A part that is text: as it stands where lines are short, quoted where one is too long for the line."""
    content = text.replace("\r\n", "\n").replace("\r", "\n").encode(errors="surrogateescape")
    if max(map(len, content.split(b"\n"))) > LONGEST:
        how, content = "quoted-printable", binascii.b2a_qp(content, istext=True)
    else:
        how = "7bit" if content.isascii() else "8bit"
    content = content.replace(b"\n", b"\r\n")
    head = f'Content-Type: text/{subtype}; charset="utf-8"{more}{END}Content-Transfer-Encoding: {how}{END}{END}'
    return head.encode("ascii") + content


def picture_kind(cid: str, content: bytes) -> tuple[str, str]:
    """(media type, file name) of a picture of a mail: "chart.png" for the Content-ID "…@chart". Raises KeyError for bytes
    that are none."""
    found = kind_of(content)
    if found is None:
        raise KeyError(cid)
    return found[0], f"{cid.partition('@')[2]}{found[1]}"


@lru_cache(maxsize=32)
def _picture(cid: str, content: bytes) -> bytes:
    media_type, name = picture_kind(cid, content)
    head = (
        f"Content-Type: {media_type}{END}Content-Transfer-Encoding: base64{END}Content-ID: <{cid}>{END}"
        f'Content-Disposition: inline; filename="{name}"{END}{END}'
    )
    return head.encode("ascii") + base64.encodebytes(content).replace(b"\n", b"\r\n")


def _several(subtype: str, parts: Sequence[bytes]) -> bytes:
    """Parts one after the other, between lines that stand in none of them: 128 bits by chance."""
    between = f"=_{secrets.token_hex(16)}"
    head = f'Content-Type: multipart/{subtype}; boundary="{between}"{END}{END}'.encode("ascii")
    return head + _joined(parts, between.encode("ascii"))


def _joined(parts: Iterable[bytes], between: bytes) -> bytes:
    whole = b"".join(b"--" + between + b"\r\n" + part + b"\r\n" for part in parts)
    return whole + b"--" + between + b"--\r\n"
