"""A real mail server (aiosmtpd) for drills: it keeps what it took, and accepts, delays, refuses and hangs up when told."""

from __future__ import annotations

import asyncio
import logging
import random
import re
import socket
from collections import Counter
from dataclasses import dataclass, field

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

logging.getLogger("mail.log").setLevel(logging.WARNING)

_MESSAGE_ID = re.compile(rb"(?im)^message-id:\s*(<[^>]+>)")


class _Session(SMTP):
    """One that may hang up when it has heard half of a mail."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        office: PostOffice = self.event_handler
        if self.envelope is None or not self.envelope.rcpt_tos or random.random() >= office.cut:  # noqa: S311
            await super().smtp_DATA(arg)
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        size = next(
            option.partition("=")[2] for option in self.envelope.mail_options if option.upper().startswith("SIZE=")
        )
        await self._reader.readexactly(int(size) // 2)
        office.cuts += 1
        self.transport.abort()
        raise asyncio.CancelledError  # as when the other side hangs up: what is left in the ear are no commands


class _Doors(Controller):
    def factory(self) -> SMTP:
        return _Session(self.handler, **self.SMTP_kwargs)


@dataclass
class PostOffice:
    """`refused` are addresses that there are not; `put_off` and `hung_up` say how likely a mail is put off, or taken
    without an answer; `cut` how likely it hangs up when it has half of the words, and `dropped` when it has them all and
    has kept none; `late` how likely the answer comes only after `lateness` seconds; `delay` each answer's."""

    delay: float = 0.0
    refused: frozenset[str] = frozenset()
    put_off: float = 0.0
    hung_up: float = 0.0
    cut: float = 0.0
    dropped: float = 0.0
    cuts: int = 0
    late: float = 0.0
    lateness: float = 6.0
    taken: list[tuple[str, str]] = field(default_factory=list)
    keeps_mails: bool = False
    mails: list[bytes] = field(default_factory=list)

    def __enter__(self) -> PostOffice:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._controller = _Doors(self, hostname="127.0.0.1", port=self.port, data_size_limit=50_000_000)
        self._controller.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def times(self) -> Counter[str]:
        """How often each mail was taken, by its Message-ID."""
        return Counter(name for _to, name in self.taken)

    # --- what aiosmtpd asks ---

    async def handle_RCPT(self, server, session, envelope, address: str, options) -> str:  # noqa: N802
        if address in self.refused:
            return "550 5.1.1 There is nobody of that name here"
        if random.random() < self.put_off:  # noqa: S311  a drill's dice
            return "451 4.7.1 Come again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        if random.random() < self.dropped:  # noqa: S311
            server.transport.abort()
            return "250 nobody hears this"
        found = _MESSAGE_ID.search(envelope.content)
        name = found[1].decode() if found else ""
        self.taken += [(to, name) for to in envelope.rcpt_tos]
        if self.keeps_mails:
            self.mails.append(envelope.content)
        if random.random() < self.hung_up:  # noqa: S311
            server.transport.abort()
            return "250 nobody hears this"
        if random.random() < self.late:  # noqa: S311
            await asyncio.sleep(self.lateness)
        if self.delay:
            await asyncio.sleep(self.delay)
        return "250 OK"
