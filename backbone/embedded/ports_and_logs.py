"""Free ports and log files of bounded size."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

HOST = "127.0.0.1"
LARGEST_LOG = 5_000_000
OLD_LOGS = 3


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def port_is_taken(port: int) -> bool:
    """Does somebody listen here?"""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def port_is_free(port: int, host: str = HOST) -> bool:
    """Can a server of ours listen here?"""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def trim_log(log: Path) -> None:
    """Move a log that has grown large aside, keeping a few old ones. Programs that append to it go on doing so."""
    if not log.exists() or log.stat().st_size < LARGEST_LOG:
        return
    for number in range(OLD_LOGS - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number + 1}"))
    # Copied and emptied, not renamed: the programs hold the file open.
    shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    os.truncate(log, 0)


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log, to show to a person."""
    if not log.exists():
        return "(empty)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) or "(empty)"
