"""A mail server that takes everything and keeps nothing, as quick as Python can: `python -m bench.sink PORT [DELAY]`.

It answers each mail after DELAY seconds, on a thread for each connection. Like Postfix and Exim it takes several lines at
once (RFC 2920), whoever makes use of that.
"""

from __future__ import annotations

import socketserver
import sys
import time


class Session(socketserver.StreamRequestHandler):
    delay = 0.0
    disable_nagle_algorithm = True

    def handle(self) -> None:
        say, read = self.wfile.write, self.rfile.readline
        say(b"220 sink\r\n")
        while line := read():
            verb = line[:4].upper()
            if verb == b"DATA":
                say(b"354 go on\r\n")
                while (piece := read()) not in (b".\r\n", b""):
                    pass
                if not piece:
                    return
                time.sleep(self.delay)
            elif verb == b"EHLO":
                say(b"250-sink\r\n")
                say(b"250 PIPELINING\r\n")
                continue
            elif verb == b"QUIT":
                say(b"221 bye\r\n")
                return
            say(b"250 ok\r\n")


class Sink(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    request_queue_size = 64


if __name__ == "__main__":
    Session.delay = float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    with Sink(("127.0.0.1", int(sys.argv[1])), Session) as sink:
        sink.serve_forever()
