"""A mail server for tests: it speaks just enough SMTP, keeps what it took, and misbehaves when told."""

from __future__ import annotations

import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage


class _Session(socketserver.StreamRequestHandler):
    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        server: MailServer = self.server
        server.connections += 1
        if server.on_connect:
            self.say(server.on_connect)
            return
        self.say("220 test")
        to = ""
        while line := self.rfile.readline():
            verb = line[:4].upper().strip()
            if verb in (b"EHLO", b"HELO"):
                *first, last = ["test", *server.extensions]
                self.say("".join(f"250-{line}\r\n" for line in first) + f"250 {last}")
            elif verb == b"MAIL":
                if "PIPELINING" in server.extensions:
                    self.rfile.peek(1)  # says nothing before it has heard more
                self.say(server.on_mail)
            elif verb == b"RCPT":
                to = line.decode().partition("<")[2].partition(">")[0]
                self.say(server.on_rcpt.get(to, "250 ok"))
            elif verb == b"DATA":
                if server.on_data.get(to) == "hang up at once":
                    return
                self.say("354 go on")
                body = []
                if server.on_data.get(to) == "hang up at the first words":
                    self.rfile.readline()
                    return
                while (piece := self.rfile.readline()) not in (b".\r\n", b""):
                    body.append(piece[1:] if piece.startswith(b"..") else piece)
                if not piece:
                    server.unfinished.append(b"".join(body))
                    return
                answer = server.on_data.get(to, "250 taken")
                if answer.startswith("250") or answer == "take and hang up":
                    server.taken.append((to, message_from_bytes(b"".join(body), policy=policy.default)))
                if not answer[:3].isdigit():
                    return
                self.say(answer)
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


class MailServer(socketserver.ThreadingTCPServer):
    """`on_rcpt` and `on_data` are answers by address; “hang up” and “take and hang up” answer nothing, “hang up at
    once” and “hang up at the first words” do not even listen to the end."""

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Session)
        self.taken: list[tuple[str, EmailMessage]] = []
        self.unfinished: list[bytes] = []  # words whose end never came
        self.connections = 0
        self.extensions: list[str] = []
        self.on_connect = ""
        self.on_mail = "250 ok"
        self.on_rcpt: dict[str, str] = {}
        self.on_data: dict[str, str] = {}
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def addresses(self) -> list[str]:
        return sorted(to for to, _ in self.taken)
