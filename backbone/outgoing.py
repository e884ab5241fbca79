"""Asking a server out there, at an address that somebody typed in: never one inside, and never where a redirect leads.

The name is looked up once, every address it has must be a public one, and the connection goes to the very address that was
looked at; a name that points elsewhere a moment later gains nothing. No proxy, no redirect, a bounded answer, a bounded time.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

SECONDS = 10
READ_AT_MOST = 4_096
SCHEMES = frozenset({"https"})


class NotAllowed(Exception):
    """The address is none that may be asked; the message says why, in words for whoever typed it."""


class NoAnswer(Exception):
    """Nobody answered, or not in time; the message names what went wrong in a word."""


def is_public(address: str) -> bool:
    """Whether an IP address lies out there: not this machine, no private network, nobody's, not everybody's."""
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if ip in ipaddress.ip_network("64:ff9b::/96"):  # an IPv4 address behind a translator
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        if ip.is_site_local:  # out of use for long, and routed inside some networks to this day
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


def addresses_of(host: str, port: int) -> list[str]:
    """Every IP address of a name. Raises `NoAnswer` for a name that nobody knows, or of which nobody tells in time: whoever
    typed it in may keep the server that is to tell it."""
    found: list[str] = []
    asking = threading.Thread(target=_ask_for, args=(host, port, found), daemon=True)
    asking.start()
    asking.join(SECONDS)
    if asking.is_alive():
        raise NoAnswer(TimeoutError.__name__)
    if not found:
        raise NoAnswer("unknown host")
    return found


def _ask_for(host: str, port: int, found: list[str]) -> None:
    with suppress(OSError, UnicodeError):
        found += [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def look_up(url: str) -> tuple[str, str, int, str]:
    """(scheme, host, port, IP address to connect to) of an address. Raises `NotAllowed`, and `NoAnswer` for a name that
    nobody knows."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise NotAllowed("not an address") from error
    if parts.scheme not in SCHEMES:
        raise NotAllowed("it must begin with https://")
    if not host or parts.username is not None or parts.password is not None:
        raise NotAllowed("it may hold no user and no password")
    port = port or (443 if parts.scheme == "https" else 80)
    addresses = addresses_of(host, port)
    if not addresses or not all(is_public(address) for address in addresses):
        raise NotAllowed("it leads into a private network")
    return parts.scheme, host, port, addresses[0]


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, whatever the name says by now; TLS is checked against the name. It is cut off when its
    time is over, however many bytes still come one by one: a time-out of the socket's begins anew with each."""

    def __init__(self, scheme: str, host: str, port: int, address: str):
        super().__init__(host, port, timeout=SECONDS)
        self._scheme, self._address = scheme, address
        self.is_late = False
        self._alarm = threading.Timer(SECONDS, self._cut_off)
        self._alarm.daemon = True
        self._alarm.start()

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._scheme == "https":
            context = ssl.create_default_context()
            # Known before the handshake, so that one that never ends can be cut off as well.
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
        if self.is_late:
            raise TimeoutError
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.do_handshake()

    def close(self) -> None:
        self._alarm.cancel()
        super().close()

    def _cut_off(self) -> None:
        self.is_late, sock = True, self.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send a body, and return the status of the answer; a redirect is an answer like any other, and is not followed.

    Raises `NotAllowed` and `NoAnswer`.
    """
    scheme, host, port, address = look_up(url)
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _Pinned(scheme, host, port, address)
    try:
        connection.request("POST", target, body, dict(headers))
        response = connection.getresponse()
        response.read(READ_AT_MOST)
        return response.status
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer(TimeoutError.__name__ if connection.is_late else type(error).__name__) from error
    finally:
        connection.close()
