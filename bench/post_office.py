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

logging.getLogger("mail.log").setLevel(logging.WARNING)

_MESSAGE_ID = re.compile(rb"(?im)^message-id:\s*(<[^>]+>)")


@dataclass
class PostOffice:
    """`refused` are addresses that there are not; `put_off` and `hung_up` say how likely a mail is put off, or taken
    without an answer; `late` how likely the answer comes only after `lateness` seconds; `delay` each answer's."""

    delay: float = 0.0
    refused: frozenset[str] = frozenset()
    put_off: float = 0.0
    hung_up: float = 0.0
    late: float = 0.0
    lateness: float = 6.0
    taken: list[tuple[str, str]] = field(default_factory=list)
    keeps_mails: bool = False
    mails: list[bytes] = field(default_factory=list)

    def __enter__(self) -> PostOffice:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, data_size_limit=50_000_000)
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
